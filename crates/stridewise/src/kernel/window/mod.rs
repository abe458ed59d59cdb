//! Windowed reductions: sums, means, extremes of sliding windows along an axis of any array.
//!
//! The input is not copied: lanes are read in tiles of a few thousand elements, wherever they
//! lie. `scan` is the engine and the definition of all results; around it `source` gathers and
//! converts elements, `folds` are the operations, `sink` writes results, `run` cuts the work.
//! Windows of 3 on `(6):(8)+0` give `(4):(8)+0`.
//!
//! Three laws hold for every window, whatever lies outside it:
//! 1. Sums are within `4 w eps sum|x|` of the exact ones, means within `4 eps sum|x|`, variances
//!    within `2 w eps` of themselves, unless a partial sum overflows. Then, and for infinities and
//!    NaN, the result is what floating-point arithmetic makes of that window alone.
//! 2. The mean of equal elements is the element, their variance is 0, exactly.
//! 3. Results are the same to the bit for any number of threads, any instruction set, any layout,
//!    and for chunks of a lane, where [`Windows::first_index`] says where they begin.
//!
//! Sources: van Herk, "A fast algorithm for local minimum and maximum filters" (1992); Gil and
//! Werman, "Computing 2-D min, median, and max filters" (1993); Chan, Golub and LeVeque,
//! "Updating formulae and a pairwise algorithm for computing sample variances" (1979).

// Lengths of tiles and jobs are small, and offsets proved to fit (W1, V4).
#![allow(clippy::cast_possible_truncation)]

mod apply;
mod bits;
mod boxes;
mod direct;
mod error;
mod folds;
mod geometry;
mod keys;
mod levels;
mod linked;
mod options;
mod order;
mod planes;
mod reduce;
mod rows;
mod run;
mod runs;
mod scan;
mod several;
mod short;
mod sink;
mod sorted;
mod source;
mod stream;
mod wholes;

pub use apply::{Function, apply};
pub use error::WindowError;
use geometry::Geometry;
pub use options::{Missing, Mode, Op, Overflow, Places, Windows};
use reduce::Terms;
use run::{Progress, Work, Worker};
pub use short::{Trailing, trailing};

use std::ops::Range;

use crate::control::Control;
use crate::kernel::Element;
use crate::kernel::element::with_number;
use crate::layout::{Layout, LayoutError, PerAxis};
use crate::view::{Buffer, Bytes, BytesMut};

/// The shape of an operation's results, and their type.
///
/// ```
/// use stridewise::kernel::Element;
/// use stridewise::kernel::window::{Op, Windows, result};
/// use stridewise::layout::Layout;
///
/// let layout = Layout::c_order(&[4, 6], 4).unwrap();
/// let (shape, element) = result(&layout, Element::I32, &Op::Sum, &Windows::along(3, 1)).unwrap();
/// assert_eq!((&shape[..], element), (&[4, 4][..], Element::I64));
/// ```
///
/// # Errors
/// Windows that the array does not have.
pub fn result(
    layout: &Layout,
    element: Element,
    op: &Op,
    windows: &Windows,
) -> Result<(PerAxis<i64>, Element), WindowError> {
    let geometries = geometries(layout, element, windows)?;
    op.check(windows)?;
    let mut shape = PerAxis::from(layout.shape());
    for geometry in &geometries {
        shape[geometry.axis] = geometry.outputs();
    }
    Ok((shape, op.result(element, windows.mode)))
}

/// Reduces every window of an array into a result of the caller's.
///
/// Law: `output[.., i, ..]` is the operation on the elements `i*step - left + k*dilation` of the
/// input's lane, for `k` in `0..size`.
///
/// ```
/// use stridewise::control::Control;
/// use stridewise::kernel::Element;
/// use stridewise::kernel::window::{Op, Windows, reduce};
/// use stridewise::layout::Layout;
/// use stridewise::view::{View, ViewMut};
///
/// let x = [1e16, 1.0, 2.0, 3.0, 4.0];
/// let mut means = [0.0; 3];
/// let input = View::new(&x, Layout::c_order(&[5], 8).unwrap()).unwrap();
/// let output = ViewMut::new(&mut means, Layout::c_order(&[3], 8).unwrap()).unwrap();
/// let windows = Windows::along(3, 0);
/// let (from, mut to) = (input.as_bytes(), output.into_bytes());
/// reduce(&from, Element::F64, &Op::Mean, &windows, &mut to, Element::F64, &Control::quiet()).unwrap();
/// assert_eq!(means[1..], [2.0, 3.0]); // The 1e16 is forgotten.
/// ```
///
/// # Errors
/// Windows that the array does not have, a result of another shape or type, sums that do not fit,
/// or the caller's wish to stop.
pub fn reduce(
    input: &Bytes<'_>,
    element: Element,
    op: &Op,
    windows: &Windows,
    output: &mut BytesMut<'_>,
    to: Element,
    control: &Control<'_>,
) -> Result<(), WindowError> {
    let progress = Progress::new(control, output.layout().size());
    if input.layout().itemsize() == element.size()
        && output.layout().itemsize() == to.size()
        && op.result(element, windows.mode) == to
        && op.check(windows).is_ok()
        && let Some(job) = short::only_job(input, windows, output, &progress)
    {
        return worker(element, op, windows.into(), job.size, to)(&job);
    }
    let (shape, wanted) = result(input.layout(), element, op, windows)?;
    if to != wanted {
        return Err(WindowError::Result { wanted, got: to });
    }
    fits(output.layout(), &shape, to)?;
    if windows.axes.len() == 1 {
        along(input, element, op, windows, (output, to), control)
    } else {
        several::reduce(input, element, op, windows, (output, to), control)
    }
}

/// One axis, results of a type that is at least as wide as it must be.
fn along(
    input: &Bytes<'_>,
    element: Element,
    op: &Op,
    windows: &Windows,
    (output, to): (&mut BytesMut<'_>, Element),
    control: &Control<'_>,
) -> Result<(), WindowError> {
    let size = usize::try_from(windows.size[0]).unwrap_or(usize::MAX);
    let worker = worker(element, op, windows.into(), size, to);
    if *op == Op::Count && windows.missing == Missing::Propagate {
        // Elements can be counted in incomplete windows, too.
        let windows = Windows { missing: Missing::Skip { min_count: 1 }, ..windows.clone() };
        return run_along(input, element, &windows, &worker, (output, to), control);
    }
    run_along(input, element, windows, &worker, (output, to), control)
}

/// What computes an operation along one axis.
fn worker(element: Element, op: &Op, terms: Terms, size: usize, to: Element) -> Worker<'static> {
    with_number!(element, N => reduce::worker::<N>(op, terms, size, to))
}

/// One axis, with any worker.
fn run_along(
    input: &Bytes<'_>,
    element: Element,
    windows: &Windows,
    worker: &Worker<'_>,
    (output, to): (&mut BytesMut<'_>, Element),
    control: &Control<'_>,
) -> Result<(), WindowError> {
    let layout = input.layout();
    let geometry = geometries(layout, element, windows)?;
    let [geometry] = &geometry[..] else {
        return Err(WindowError::SeveralAxes { operation: "apply" });
    };
    fits(output.layout(), &geometry.shape(layout), to)?;
    if output.layout().is_empty() {
        return Ok(());
    }
    let fill = match windows.mode {
        Mode::Trailing { fill } => fill,
        _ => 0.0,
    };
    let fill_as: unsafe fn(&sink::Results, Range<i64>, f64) =
        with_number!(to, N => sink::fill::<N>);
    let fill = |results: &sink::Results, incomplete: Range<i64>| {
        // SAFETY: V1, V3: windows of the output, which is borrowed mutably.
        unsafe { fill_as(results, incomplete, fill) }
    };
    let from = (input.origin().as_ptr().cast_const(), layout);
    let work =
        Work::new(geometry, from, (output.origin().as_ptr(), output.layout()), windows.backend);
    work.run(worker, &fill, control)
}

/// Whether results of a shape and type fit a layout.
fn fits(layout: &Layout, shape: &[i64], to: Element) -> Result<(), WindowError> {
    if layout.itemsize() != to.size() {
        return Err(WindowError::ItemSize { wanted: to.size(), got: layout.itemsize() });
    }
    if layout.shape() != shape {
        let (wanted, got) = (shape.to_vec(), layout.shape().to_vec());
        return Err(WindowError::Shape { wanted, got });
    }
    Ok(())
}

/// Results in memory of their own, in C order.
#[derive(Debug)]
pub struct Reduced {
    /// Their bytes.
    pub buffer: Buffer,
    /// Where they lie in the buffer.
    pub layout: Layout,
    /// Their type.
    pub element: Element,
}

/// As [`reduce()`], into new memory.
///
/// # Errors
/// Those of [`reduce()`], and too little memory.
pub fn reduced(
    input: &Bytes<'_>,
    element: Element,
    op: &Op,
    windows: &Windows,
    control: &Control<'_>,
) -> Result<Reduced, WindowError> {
    let (shape, to) = result(input.layout(), element, op, windows)?;
    let layout = Layout::c_order(&shape, to.size())?;
    let bytes = layout.nbytes();
    let out_of_memory = WindowError::OutOfMemory { wanted: bytes };
    let length = usize::try_from(bytes).map_err(|_| out_of_memory.clone())?;
    let mut buffer = Buffer::zeroed(length).ok_or(out_of_memory)?;
    // The layout is dense and as long as the buffer: neither check can fail.
    if let Ok(mut output) = BytesMut::new(&mut buffer, layout.clone()) {
        reduce(input, element, op, windows, &mut output, to, control)?;
    }
    Ok(Reduced { buffer, layout, element: to })
}

/// The windows along each windowed axis.
fn geometries(
    layout: &Layout,
    element: Element,
    windows: &Windows,
) -> Result<Vec<Geometry>, WindowError> {
    if layout.itemsize() != element.size() {
        return Err(WindowError::ItemSize { wanted: element.size(), got: layout.itemsize() });
    }
    let wanted = windows.axes.len();
    let elements = windows.size.iter().fold(1i64, |all, &size| all.saturating_mul(size));
    if let Missing::Skip { min_count } = windows.missing
        && elements > 0
        && !(1..=elements).contains(&min_count)
    {
        return Err(WindowError::MinCount { wanted: elements, got: min_count });
    }
    let lists = [
        ("step", &windows.step),
        ("dilation", &windows.dilation),
        ("origin", &windows.origin),
        ("first_index", &windows.first_index),
    ];
    let given = lists.into_iter().filter(|(_, list)| !list.is_empty());
    for (argument, list) in given.chain([("size", &windows.size)]) {
        if list.len() != wanted {
            let got = list.len();
            return Err(LayoutError::WindowLengths { wanted, got, argument }.into());
        }
    }
    let geometries: Vec<Geometry> = (0..wanted)
        .map(|at| Geometry::new(windows, at, layout))
        .collect::<Result<_, WindowError>>()?;
    for (at, geometry) in geometries.iter().enumerate() {
        if geometries[..at].iter().any(|other| other.axis == geometry.axis) {
            return Err(LayoutError::RepeatedAxis { axis: geometry.axis, argument: None }.into());
        }
    }
    Ok(geometries)
}
