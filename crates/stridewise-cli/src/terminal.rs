//! Terminal: where output goes and how it looks there.
//!
//! Data goes to stdout, errors and notes to stderr. Each of the two is coloured where it is a
//! terminal, unless `--color`, NO_COLOR or CLICOLOR_FORCE say otherwise. A closed pipe ends
//! the output without a word.

use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use clap::{CommandFactory, FromArgMatches};
use stridewise_io::Existing;
use stridewise_report::document::Document;
use stridewise_report::text::{Glyphs, Look, Paint};

use crate::args::{Arguments, When};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::write::write;

/// Columns of a pipe.
const PIPE_WIDTH: usize = 80;
/// Lines longer than this are hard to read, however wide the terminal.
const MOST_WIDTH: usize = 120;

/// Where output goes and how it looks there.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    format: Format,
    existing: Existing,
    out: Look,
    err: Look,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON document for programs.
    Json,
}

impl Terminal {
    /// As the global options among the arguments ask for it, whether or not the rest parses.
    pub(crate) fn for_arguments(argv: &[OsString]) -> Terminal {
        let mut format = Format::Text;
        let mut glyphs = Glyphs::Unicode;
        let mut existing = Existing::Keep;
        let mut when = When::Auto;
        let mut arguments = argv.iter().skip(1).take_while(|argument| *argument != "--");
        while let Some(argument) = arguments.next() {
            match argument.to_str() {
                Some("--json") => format = Format::Json,
                Some("--force") => existing = Existing::Replace,
                Some("--ascii") => glyphs = Glyphs::Ascii,
                Some("--color") => when = When::read(arguments.next().map(|next| &**next)),
                Some(text) => {
                    if let Some(value) = text.strip_prefix("--color=") {
                        when = When::read(Some(OsStr::new(value)));
                    }
                }
                None => {}
            }
        }
        Terminal {
            format,
            existing,
            out: Look {
                width: width(io::stdout().is_terminal()),
                glyphs,
                paint: when.paint(&io::stdout()),
            },
            err: Look {
                width: width(io::stderr().is_terminal()),
                glyphs,
                paint: when.paint(&io::stderr()),
            },
        }
    }

    /// What to do where a file exists that is to be written.
    pub(crate) fn existing(&self) -> Existing {
        self.existing
    }

    /// The characters that stderr shows.
    pub(crate) fn glyphs(&self) -> Glyphs {
        self.err.glyphs
    }

    /// Parses the arguments; help is wrapped to fit.
    pub(crate) fn parse(&self, argv: &[OsString]) -> Result<Arguments, clap::Error> {
        let mut command = Arguments::command().term_width(self.out.width);
        let matches = command.try_get_matches_from_mut(argv)?;
        Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    }

    /// Prints an answer to stdout, and writes its picture where one is asked for.
    pub(crate) fn answer(
        &self,
        document: &dyn Document,
        picture: Option<&Path>,
    ) -> Result<(), Failure> {
        if let Some((path, svg)) = picture.zip(document.to_svg()) {
            if path == Path::new("-") {
                return self.print(&svg);
            }
            write(path, svg.as_bytes(), self.existing)?;
        }
        match self.format {
            Format::Text => self.print(&document.to_text(self.out)),
            Format::Json => self.print(&(document.to_json() + "\n")),
        }
    }

    /// Prints text to stdout as it is.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = AutoStream::new(io::stdout().lock(), choice(self.out.paint));
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::new("output", format!("cannot write the answer: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Shows a failure on stderr.
    pub(crate) fn fail(&self, failure: &Failure) -> Exit {
        match self.format {
            Format::Text => self.complain(&failure.to_text(self.err)),
            Format::Json => self.complain(&failure.to_json()),
        }
        Exit::Error
    }

    /// Shows what `--help` or `--version` asked for.
    pub(crate) fn help(&self, asked: &clap::Error) -> Exit {
        match self.print(&rendered(asked, self.out.paint)) {
            Ok(()) => Exit::Fine,
            Err(failure) => self.fail(&failure),
        }
    }

    /// Shows how to begin to somebody who typed nothing but the name.
    pub(crate) fn welcome(&self, help: &clap::Error) -> Exit {
        match self.format {
            Format::Text => self.complain(rendered(help, self.err.paint).trim_end()),
            Format::Json => return self.fail(&Failure::from_usage(help, &[])),
        }
        Exit::Error
    }

    /// A remark on stderr, beside the answer.
    pub(crate) fn note(&self, text: &str) {
        self.complain(text);
    }

    /// A line on stderr. Where stderr itself cannot be written there is nobody left to tell.
    fn complain(&self, text: &str) {
        let mut err = AutoStream::new(io::stderr().lock(), choice(self.err.paint));
        let _ = writeln!(err, "{text}");
    }
}

impl When {
    fn read(value: Option<&OsStr>) -> When {
        match value.and_then(OsStr::to_str) {
            Some("always") => When::Always,
            Some("never") => When::Never,
            _ => When::Auto,
        }
    }

    fn paint(self, stream: &impl anstream::stream::RawStream) -> Paint {
        match self {
            When::Always => Paint::Ansi,
            When::Never => Paint::Plain,
            // Knows NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM and whether this is a terminal.
            When::Auto => match AutoStream::choice(stream) {
                ColorChoice::Never => Paint::Plain,
                _ => Paint::Ansi,
            },
        }
    }
}

fn rendered(text: &clap::Error, paint: Paint) -> String {
    match paint {
        Paint::Ansi => text.render().ansi().to_string(),
        Paint::Plain => text.render().to_string(),
    }
}

fn choice(paint: Paint) -> ColorChoice {
    match paint {
        Paint::Ansi => ColorChoice::Always,
        Paint::Plain => ColorChoice::Never,
    }
}

fn width(is_terminal: bool) -> usize {
    let columns = match terminal_size::terminal_size() {
        Some((columns, _)) if is_terminal => usize::from(columns.0),
        _ => PIPE_WIDTH,
    };
    columns.clamp(40, MOST_WIDTH)
}
