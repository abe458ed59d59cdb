//! `nest`: the loops that visit several arrays at once, stage by stage.
//!
//! `stridewise nest 'zeros((2,3))' 'zeros((3,2)).T'`: over, order, upward, fuse, block.

use stridewise_report::document::{NestDocument, Side, Subject};

use crate::args::NestArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::terminal::Terminal;

/// The most arrays, one for each letter.
const MOST: usize = 26;

/// `stridewise nest ARRAY [ARRAY…]`.
pub(crate) fn run(arguments: &NestArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let machine = arguments.machine.machine()?;
    let inputs = Inputs::new(&arguments.options)?;
    if arguments.arrays.len() > MOST {
        let text = format!("{} arrays are too many", arguments.arrays.len());
        return Err(Failure::new("usage", text).help(format!("name at most {MOST}")));
    }
    let side = |array| {
        let input = inputs.read(array, None)?;
        Ok(Side { source: input.trace.source, layout: Subject(input.trace.result) })
    };
    let sides = arguments.arrays.iter().map(|array| side(array));
    let sides = sides.collect::<Result<Vec<_>, Failure>>()?;
    let nest = NestDocument::new(sides, &machine)
        .map_err(|error| Failure::new("nest", error.to_string()))?;
    terminal.answer(&nest, None)?;
    Ok(Exit::Fine)
}
