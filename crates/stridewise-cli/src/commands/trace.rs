//! `trace`: each step of an expression, view or copy, and why.
//!
//! `stridewise trace 'zeros((2,3)).T.reshape(-1)'` has three steps, the last of them a copy.

use stridewise_report::document::TraceDocument;

use crate::args::TraceArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::terminal::Terminal;

/// `stridewise trace ARRAY [EXPR]`.
pub(crate) fn run(arguments: &TraceArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let inputs = Inputs::new(&arguments.options)?;
    let input = inputs.read(&arguments.array, arguments.expr.as_deref())?;
    let document = TraceDocument::new(input.trace, inputs.named().chain(input.begins_with));
    terminal.answer(&document, arguments.picture.path())?;
    let stopped = arguments.no_copy && document.copies > 0;
    Ok(if stopped { Exit::Finding } else { Exit::Fine })
}
