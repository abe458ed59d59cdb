//! `blas`: the call that a product comes to without a copy, or which operand is copied.
//!
//! `stridewise blas 'zeros((2,3)).T'`: `(3,2):(8,24)+0` goes as T with leading dimension 3.

use std::ffi::OsString;

use stridewise::layout::blas::BlasError;
use stridewise_report::document::{Blas, Side, Subject};

use crate::args::BlasArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::terminal::Terminal;

/// `stridewise blas A [B]`.
pub(crate) fn run(arguments: &BlasArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let inputs = Inputs::new(&arguments.options)?;
    let side = |array: &OsString| {
        let input = inputs.read(array, None)?;
        Ok::<_, Failure>(Side { source: input.trace.source, layout: Subject(input.trace.result) })
    };
    let a = side(&arguments.a)?;
    let blas = match &arguments.b {
        Some(b) => Blas::two(a, side(b)?),
        None => Blas::one(a),
    };
    let blas = blas.map_err(|error| refused(&error, arguments))?;
    terminal.answer(&blas, None)?;
    let stopped = arguments.no_copy && blas.copies();
    Ok(if stopped { Exit::Finding } else { Exit::Fine })
}

/// What is no product, with a caret under the operand that it is about.
fn refused(error: &BlasError, arguments: &BlasArguments) -> Failure {
    let failure = Failure::new(error.code(), error.to_string()).help(error.help());
    let operand = match error.operand() {
        Some(0) => Some(&arguments.a),
        Some(_) => arguments.b.as_ref(),
        None => None,
    };
    match operand {
        Some(operand) => {
            let text = operand.to_string_lossy().into_owned();
            let span = 0..text.len();
            failure.at(text, span)
        }
        None => failure,
    }
}
