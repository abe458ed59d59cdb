//! `overlap`: do two arrays share memory, or one with itself.
//!
//! `stridewise overlap --let a='zeros(6)' 'a[::2]' 'a[1::2]'`: `(3):(16)+0` and `(3):(16)+8`.

use std::ffi::OsString;

use stridewise::layout::Work;
use stridewise_report::document::{Overlap, Side, Subject};

use crate::args::OverlapArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::terminal::Terminal;

/// `stridewise overlap A [B]`.
pub(crate) fn run(arguments: &OverlapArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let machine = arguments.machine.machine()?;
    let work = match arguments.max_work {
        -1 => Work::Exact,
        0 => Work::BoundsOnly,
        nodes => Work::Nodes(u64::try_from(nodes).map_err(|_| {
            Failure::new("usage", format!("Invalid value {nodes} for max_work"))
                .help("-1 is exact, 0 looks at the bounds alone".to_owned())
        })?),
    };
    let inputs = Inputs::new(&arguments.options)?;
    let side = |array: &OsString| {
        let input = inputs.read(array, None)?;
        Ok(Side { source: input.trace.source, layout: Subject(input.trace.result) })
    };
    let a = side(&arguments.a)?;
    let b = arguments.b.as_ref().map(side).transpose()?;
    let overlap = Overlap::new(a, b, work, &machine);
    terminal.answer(&overlap, arguments.picture.path())?;
    Ok(if overlap.shares == Some(false) { Exit::Fine } else { Exit::Finding })
}
