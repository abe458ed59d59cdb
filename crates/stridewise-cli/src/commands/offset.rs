//! `offset`: from an index to its byte, and from a byte to its indices.
//!
//! `stridewise offset 'zeros((2,3))' 1,2` works out `1 x 24 + 2 x 8 = 40`.

use stridewise::layout::LayoutError;
use stridewise_report::document::{Indices, Offset, Subject};

use crate::args::OffsetArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::numbers::integers;
use crate::terminal::Terminal;

/// `stridewise offset ARRAY [EXPR] INDEX`, `stridewise offset ARRAY [EXPR] --byte N`.
pub(crate) fn run(arguments: &OffsetArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let machine = arguments.machine.machine()?;
    let (expr, asked) = arguments.asked()?;
    let inputs = Inputs::new(&arguments.options)?;
    let input = inputs.read(&arguments.array, expr)?;
    let subject = Subject(input.trace.result);
    match asked {
        Asked::Byte(byte) => {
            let indices =
                Indices::new(input.trace.source, subject, byte, arguments.limit, &machine);
            terminal.answer(&indices, arguments.picture.path())?;
        }
        Asked::Index(text) => {
            let numbers = integers(text, "an index", "2,3 or -1,0")?;
            let index: Vec<i64> = numbers.iter().map(|(number, _)| *number).collect();
            let offset = Offset::new(input.trace.source, subject, &index, &machine);
            let offset = offset.map_err(|error| {
                // The number of the axis that the error is about, where it is about one.
                let at = match error {
                    LayoutError::IndexOutOfBounds { axis, .. } => numbers.get(axis),
                    _ => None,
                };
                let span = at.map_or(0..text.len(), |(_, span)| span.clone());
                Failure::new("index", error.to_string()).help(error.help()).at(text, span)
            })?;
            terminal.answer(&offset, arguments.picture.path())?;
        }
    }
    Ok(Exit::Fine)
}

/// What is to be found.
enum Asked<'a> {
    /// The byte of this index.
    Index(&'a str),
    /// The indices on this byte.
    Byte(i64),
}

impl OffsetArguments {
    /// The follow-up expression, and what is asked for: an index is the last argument.
    fn asked(&self) -> Result<(Option<&str>, Asked<'_>), Failure> {
        let usage = |text: &str, help: &str| Failure::new("usage", text).help(help.to_owned());
        let both = || {
            usage("an index and a byte cannot both be asked for", "leave out --byte, or the index")
        };
        let is_index = |text: &str| integers(text, "", "").is_ok();
        match (self.expr_or_index.as_deref(), self.index.as_deref(), self.byte) {
            (Some(index), None, Some(_)) if is_index(index) => Err(both()),
            (expr, None, Some(byte)) => Ok((expr, Asked::Byte(byte))),
            (Some(index), None, None) => Ok((None, Asked::Index(index))),
            (expr, Some(index), None) => Ok((expr, Asked::Index(index))),
            (None, None, None) => Err(usage(
                "missing the index",
                "one number per axis, as in 2,3; or --byte N for the way back",
            )),
            (_, Some(_), Some(_)) => Err(both()),
        }
    }
}
