//! Windowed reductions: ours, into a destination that is there and into new memory. All peers are
//! in the worker.
//!
//! A sum of `(10):(8)+0` in windows of 3 has 8 results; two threads take part where the case asks
//! for them.

use stridewise::control::Control;
use stridewise::kernel::window::{Op, Reduced, Windows, reduce, reduced, result};
use stridewise::kernel::{Backend, Element};
use stridewise::layout::{DType, Layout};
use stridewise::view::{Bytes, BytesMut};
use stridewise_harness::{Case, Entrant, Kind};

use crate::arrays::Arrays;
use crate::clock::Clock;
use crate::copies::layouts;
use crate::local::{Fresh, Reused, Unable};

/// Ours, or why there is none.
pub fn ours(case: &Case, arrays: &Arrays, clock: Clock) -> Vec<Entrant> {
    let entrants = || -> Result<Vec<Entrant>, String> {
        let mut entrants = vec![reusing("stridewise", 1, case, arrays, clock)?];
        match case.options.get("threads").map(|threads| threads.parse::<usize>()) {
            Some(Ok(threads)) => {
                let name = format!("stridewise x{threads}");
                entrants.push(reusing(&name, threads, case, arrays, clock)?);
            }
            _ => entrants.push(making(case, arrays, clock)?),
        }
        Ok(entrants)
    };
    entrants().unwrap_or_else(|why| vec![Unable::entrant(why)])
}

fn reusing(
    name: &str,
    threads: usize,
    case: &Case,
    arrays: &Arrays,
    clock: Clock,
) -> Result<Entrant, String> {
    let (op, windows, element, from_layout) = asked(case)?;
    let (shape, to_element) =
        result(&from_layout, element, &op, &windows).map_err(|error| error.to_string())?;
    let to_layout =
        Layout::c_order(&shape, to_element.size()).map_err(|error| error.to_string())?;
    let (from, to) = (arrays.source.clone(), arrays.destination.clone());
    let role = (name, Kind::Ours, arrays.expect);
    Ok(Reused::entrant(role, clock, &arrays.destination, move || {
        let read = Bytes::new(from.bytes(), from_layout.clone()).expect("it fits");
        let mut write = BytesMut::new(to.bytes_mut(), to_layout.clone()).expect("it fits");
        let control = Control::quiet().with_threads(threads);
        reduce(&read, element, &op, &windows, &mut write, to_element, &control)
            .expect("the kernel knows the case");
    }))
}

fn making(case: &Case, arrays: &Arrays, clock: Clock) -> Result<Entrant, String> {
    let (op, windows, element, from_layout) = asked(case)?;
    let from = arrays.source.clone();
    let role = ("stridewise, fresh", Kind::Ours, arrays.expect);
    Ok(Fresh::entrant(
        role,
        clock,
        |made: &Reduced| &made.buffer[..],
        move || {
            let read = Bytes::new(from.bytes(), from_layout.clone()).expect("it fits");
            reduced(&read, element, &op, &windows, &Control::quiet())
                .expect("the kernel knows the case")
        },
    ))
}

fn asked(case: &Case) -> Result<(Op, Windows, Element, Layout), String> {
    let op = match case.options.get("op").map(String::as_str) {
        Some("sum") => Op::Sum,
        Some("mean") => Op::Mean,
        Some("std") => Op::Std { ddof: 0 },
        Some("min") => Op::Min,
        Some("max") => Op::Max,
        Some("argmin") => Op::ArgMin,
        Some("argmax") => Op::ArgMax,
        Some("median") => Op::Median,
        op => return Err(format!("the kernel has no {op:?}")),
    };
    let dtype = DType::parse(&case.dtype).map_err(|error| error.to_string())?;
    let element = Element::of(&dtype).ok_or("the kernel has no such elements")?;
    let signed =
        |values: Vec<usize>| values.into_iter().map(|value| value as i64).collect::<Vec<_>>();
    let mut windows = Windows::over(&signed(case.sizes()), &signed(case.over()));
    let forced = std::env::var("STRIDEWISE_ISA").ok();
    if let Some(backend) = forced.as_deref().and_then(Backend::from_name) {
        windows.backend = backend;
    }
    Ok((op, windows, element, layouts(case)?.0))
}
