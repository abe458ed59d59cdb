//! `offset`: from an index to its byte, and from a byte to its indices.
//!
//! `stridewise offset 'zeros((2,3))' 1,2` works out `1 x 24 + 2 x 8 = 40`.

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
    let (expr, index) = split(&arguments.rest, arguments.byte)?;
    let inputs = Inputs::new(&arguments.options)?;
    let trace = inputs.trace(&arguments.array, expr)?;
    let subject = Subject(trace.result);
    match arguments.byte {
        Some(byte) => {
            terminal.answer(&Indices::new(trace.source, subject, byte, arguments.limit), None)?
        }
        None => {
            let numbers = integers(index, "an index", "2,3 or -1,0")?;
            let offset = Offset::new(trace.source, subject, &numbers, &machine);
            let offset = offset.map_err(|error| {
                Failure::new("index", error.to_string()).at(index, 0..index.len())
            })?;
            terminal.answer(&offset, None)?
        }
    }
    Ok(Exit::Fine)
}

/// The follow-up expression, and the index, which is last.
fn split(rest: &[String], byte: Option<i64>) -> Result<(Option<&str>, &str), Failure> {
    let failure = |text: &str, help: &str| Err(Failure::new("usage", text).help(help.to_owned()));
    match (rest, byte) {
        ([], Some(_)) => Ok((None, "")),
        ([expr], Some(_)) => Ok((Some(expr), "")),
        (_, Some(_)) => failure(
            "an index and a byte cannot both be asked for",
            "leave out --byte, or the index",
        ),
        ([index], None) => Ok((None, index)),
        ([expr, index], None) => Ok((Some(expr), index)),
        (_, None) => failure(
            "missing the index",
            "one number per axis, as in 2,3; or --byte N for the way back",
        ),
    }
}
