//! Who takes part in a case: floors first, then ours, then peers, always in the same order.
//!
//! For `(4096,4096):(8,32768)+0` those are two floors, stridewise, five crates, NumPy and OpenCV.

use stridewise_harness::{Case, Entrant};

use crate::arguments::Arguments;
use crate::arrays::Arrays;
use crate::clock::Clock;
use crate::python::Worker;
use crate::{copies, floor, layouts, peers, reductions, windows};

/// The entrants of a case.
pub fn of(
    case: &Case,
    arrays: &Arrays,
    clock: Clock,
    arguments: &Arguments,
    worker: Option<&mut Worker>,
) -> Result<Vec<Entrant>, String> {
    let mut entrants = floor::floors(case, arrays, clock);
    match case.verb.as_str() {
        "layout" => entrants.extend(layouts::ours(case, arrays, clock)),
        "reduce" => entrants.extend(reductions::ours(case, arrays, clock)),
        "window" => entrants.extend(windows::ours(case, arrays, clock)),
        _ => entrants.extend(copies::ours(case, arrays, clock, arguments)?),
    }
    if let Some(worker) = worker {
        match case.verb.as_str() {
            "layout" | "window" => {}
            "reduce" => entrants.extend(reductions::crates(case, arrays, clock)),
            _ => entrants.extend(peers::crates(case, arrays, clock)),
        }
        entrants.extend(worker.entrants(case, arrays)?);
    }
    Ok(entrants)
}
