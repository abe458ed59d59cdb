//! Failure: what was refused, shown with a caret under the token and one `help:` line.
//!
//! `zeros((2,3)).reshape(7)` has its caret under `.reshape(7)`.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use stridewise_report::document::{Document, ErrorDocument};
use stridewise_report::text::{Look, Paint};

/// Why a command could not answer.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    document: ErrorDocument,
}

impl Failure {
    /// A failure with a stable code for programs and a sentence for people.
    pub(crate) fn new(code: &str, text: impl Into<String>) -> Failure {
        let text = text.into();
        let code = code.to_owned();
        Failure { document: ErrorDocument { code, text, help: None, span: None, source: None } }
    }

    /// With one remedy.
    pub(crate) fn help(mut self, help: impl Into<Option<String>>) -> Failure {
        self.document.help = help.into();
        self
    }

    /// With the text that it is about, and the bytes of it that are at fault.
    pub(crate) fn at(mut self, source: impl Into<String>, span: Range<usize>) -> Failure {
        let source = source.into();
        // A span that does not fall on characters of the text would make the renderer panic.
        let start = floor_char_boundary(&source, span.start);
        let end = floor_char_boundary(&source, span.end.max(start));
        self.document.span = Some([start, end]);
        self.document.source = Some(source);
        self
    }

    /// The document that `--json` prints.
    pub(crate) fn to_json(&self) -> String {
        self.document.to_json()
    }

    /// As a terminal shows it.
    pub(crate) fn to_text(&self, look: Look) -> String {
        let renderer = match look.paint {
            Paint::Ansi => Renderer::styled(),
            Paint::Plain => Renderer::plain(),
        };
        let mut error = Group::with_title(Level::ERROR.primary_title(&self.document.text));
        if let (Some(source), Some([start, end])) = (&self.document.source, self.document.span) {
            let caret = AnnotationKind::Primary.span(start..end);
            let snippet = Snippet::source(source).line_numbering(false).annotation(caret);
            error = error.element(snippet);
        }
        let renderer = renderer.term_width(look.width.max(40));
        let mut text = renderer.render(&[error]);
        if let Some(help) = &self.document.help {
            // On its own, so that no empty gutter stands between the two.
            let help = Group::with_title(Level::HELP.primary_title(help));
            text.push('\n');
            text.push_str(&renderer.render(&[help]));
        }
        text
    }
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}
