//! The error document: what was refused, where in the text, and what to do.
//!
//! `{"schema":1,"kind":"error","code":"axis","text":"axis 3 is out of bounds ...","help":null,
//! "span":[15,16]}`.

use serde::Serialize;

use super::{Document, enveloped};
use crate::text::Look;

/// An error, as `--json` prints it on stderr.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorDocument {
    /// A stable word for programs.
    pub code: String,
    /// One sentence, in NumPy's words where NumPy has some.
    pub text: String,
    /// One remedy.
    pub help: Option<String>,
    /// The bytes of `source` that are at fault: from, up to.
    pub span: Option<[usize; 2]>,
    /// The text that `span` counts in: an expression, or the command line.
    pub source: Option<String>,
}

impl Document for ErrorDocument {
    fn to_json(&self) -> String {
        enveloped("error", self)
    }

    /// The sentence and the remedy; a terminal's face adds the caret.
    fn to_text(&self, _: Look) -> String {
        match &self.help {
            Some(help) => format!("error: {}\nhelp: {help}\n", self.text),
            None => format!("error: {}\n", self.text),
        }
    }
}
