//! `inspect`: the card of an array.
//!
//! `stridewise inspect 'zeros((2,3)).T'` describes `(3,2):(8,24)+0`.

use stridewise_report::document::{Inspect, Subject};

use crate::args::InspectArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::terminal::Terminal;

/// `stridewise inspect ARRAY [EXPR]`.
pub(crate) fn run(arguments: &InspectArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let machine = arguments.machine.machine()?;
    let inputs = Inputs::new(&arguments.options)?;
    let input = inputs.read(&arguments.array, arguments.expr.as_deref())?;
    let document =
        Inspect::new(input.trace.source, input.file, Subject(input.trace.result), &machine);
    terminal.answer(&document, arguments.picture.path())?;
    let stopped = arguments.lint && !document.findings.is_empty();
    Ok(if stopped { Exit::Finding } else { Exit::Fine })
}
