//! Operations on layouts, nothing moved: how long a call takes.
//!
//! Layouts are of rank 4, such as `(2,3,4,5):(480,160,40,8)+0`, of which a case names one
//! operation.

use std::hint::black_box;

use stridewise::layout::{
    AsStrided, CopyOrder, IndexOrder, Layout, Pick, Window, Work, broadcast_pair, broadcast_shapes,
    overlap, self_overlap,
};
use stridewise_harness::{Case, Entrant, Expect, Kind};

use crate::arrays::Arrays;
use crate::clock::Clock;
use crate::local::{Reused, Unable};

/// The operation that the case names.
pub fn ours(case: &Case, arrays: &Arrays, clock: Clock) -> Vec<Entrant> {
    let op = case.options.get("op").map(String::as_str).unwrap_or_default();
    let role = ("stridewise", Kind::Ours, Expect::Nothing);
    let entrant = |run| Reused::entrant(role, clock, &arrays.destination, run);
    vec![operation(op).map_or_else(|| Unable::entrant(format!("no operation `{op}`")), entrant)]
}

type Run = Box<dyn FnMut()>;

/// Runs with the layouts hidden from the optimiser, and the result too.
fn with<A: 'static, T>(given: A, mut run: impl FnMut(&A) -> T + 'static) -> Option<Run> {
    Some(Box::new(move || {
        black_box(run(black_box(&given)));
    }))
}

fn operation(op: &str) -> Option<Run> {
    const SHAPE: [i64; 4] = [2, 3, 4, 5];
    let a = Layout::c_order(&SHAPE, 8).ok()?;
    let turned = a.transpose();
    let apart = Layout::new(&SHAPE, &[960, 320, 80, 16], 32, 8).ok()?;
    let single = Layout::c_order(&[2, 1, 4, 1], 8).ok()?;
    let row = Layout::c_order(&[3, 1, 5], 8).ok()?;
    let slice = [
        Pick::Slice { start: Some(1), stop: None, step: None },
        Pick::Ellipsis,
        Pick::NewAxis,
        Pick::Slice { start: None, stop: None, step: Some(-2) },
    ];
    let windows = Window::over(&[2, 2], &[2, 3]);
    let asked = AsStrided::new(&[4, 3], &[24, 8], a.span());
    // Two halves of one 2-D array, interleaved, and two that do meet.
    let even = Layout::new(&[1000, 500], &[8000, 16], 0, 8).ok()?;
    let odd = Layout::new(&[1000, 500], &[8000, 16], 8, 8).ok()?;
    let block = Layout::new(&[500, 300], &[8000, 8], 2400, 8).ok()?;
    match op {
        "new" => with(SHAPE, |shape| Layout::new(shape, &[480, 160, 40, 8], 0, 8)),
        "c_order" => with(SHAPE, |shape| Layout::c_order(shape, 8)),
        "clone" => with(a, Layout::clone),
        "is_c_contiguous" => with(a, Layout::is_c_contiguous),
        "is_dense" => with(turned, Layout::is_dense),
        "span" => with(a, Layout::span),
        "order" => with(a, Layout::order),
        "permute" => with(a, |a| a.permute(&[3, 1, 2, 0])),
        "transpose" => with(a, Layout::transpose),
        "swap_axes" => with(a, |a| a.swap_axes(0, -1)),
        "move_axis" => with(a, |a| a.move_axis(&[0], &[-1])),
        "slice" => with(a, move |a| a.slice(&slice)),
        "flip" => with(a, |a| a.flip(&[0, 2])),
        "rot90" => with(a, |a| a.rot90(1, (1, 2))),
        "squeeze" => with(single, |a| a.squeeze(None)),
        "expand_dims" => with(a, |a| a.expand_dims(&[1])),
        "diagonal" => with(a, |a| a.diagonal(1, 0, 3)),
        "broadcast_to" => with(single, |a| a.broadcast_to(&[2, 6, 4, 7])),
        "broadcast_shapes" => with(SHAPE, |shape| broadcast_shapes(&[shape, &[1, 5]])),
        "broadcast_pair" => with((single, row), |(a, b)| broadcast_pair(a, b)),
        "window" => with(a, move |a| a.window(&windows)),
        "as_strided" => with(a, move |a| a.as_strided(&asked)),
        "reinterpret" => with(a, |a| a.reinterpret(2)),
        "field" => with(a, |a| a.field(4, 2, &[])),
        "coalesce" => with(apart, Layout::coalesce),
        "canonical" => with(turned, Layout::canonical),
        "reshape_view" => with(a, |a| a.reshape(&[6, -1], IndexOrder::C)),
        "reshape_copy" => with(turned, |a| a.reshape(&[-1], IndexOrder::C)),
        "ravel" => with(a, |a| a.ravel(CopyOrder::K)),
        "copied" => with(apart, |a| a.copied(CopyOrder::K)),
        "offset_of" => with(a, |a| a.offset_of(&[1, -1, 2, 3])),
        "overlap_apart" => with((even, odd), |(a, b)| overlap(a, b, Work::Exact)),
        "overlap_meeting" => with((even, block), |(a, b)| overlap(a, b, Work::Exact)),
        "self_overlap" => with(even, |a| self_overlap(a, Work::Exact)),
        "overlap_hard" => {
            // Both over `x = zeros([192163377], int8)`, as numpy.shares_memory documents it.
            let one = Layout::new(&[1049; 3], &[36_674, 61_119, 85_569], 0, 1).ok()?;
            let other = Layout::new(&[1049, 1049, 1], &[12_223, 12_224, 1], 64_023_025, 1).ok()?;
            with((one, other), |(a, b)| overlap(a, b, Work::Exact))
        }
        _ => None,
    }
}
