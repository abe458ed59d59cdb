//! Several axes: windows that are boxes, reduced one axis after the other where that can be.
//!
//! A sum over a box is the sum along one axis of sums along the other; so are products and
//! extremes, and means of means. The variance over a box is the mean of the variances along one
//! axis plus the variance of the means (the law of total variance). Between the axes results are
//! as wide as they get. On `(4,4):(32,8)+0` boxes of 2 by 3 make `(3,4)`, then `(3,2)` results.

use super::error::WindowError;
use super::options::{Missing, Mode, Op, Windows};
use super::{along, boxes, geometries};
use crate::control::Control;
use crate::kernel::Element;
use crate::layout::{Layout, PerAxis};
use crate::view::{Buffer, Bytes, BytesMut};

/// An array between two axes.
struct Between {
    buffer: Buffer,
    layout: Layout,
    element: Element,
}

impl Between {
    fn new(shape: &[i64], element: Element) -> Result<Between, WindowError> {
        let layout = Layout::c_order(shape, element.size())?;
        let out_of_memory = || WindowError::OutOfMemory { wanted: layout.nbytes() };
        let length = usize::try_from(layout.nbytes()).map_err(|_| out_of_memory())?;
        let buffer = Buffer::zeroed(length).ok_or_else(out_of_memory)?;
        Ok(Between { buffer, layout, element })
    }

    /// Reduces windows along one axis of an array.
    fn along(
        (input, element): (&Bytes<'_>, Element),
        op: &Op,
        windows: &Windows,
        to: Element,
        control: &Control<'_>,
    ) -> Result<Between, WindowError> {
        let mut shape = PerAxis::from(input.layout().shape());
        for geometry in geometries(input.layout(), element, windows)? {
            shape[geometry.axis] = geometry.outputs();
        }
        let mut result = Between::new(&shape, to)?;
        let layout = result.layout.clone();
        if let Ok(mut output) = BytesMut::new(&mut result.buffer, layout) {
            along(input, element, op, windows, (&mut output, to), control)?;
        }
        Ok(result)
    }

    fn view(&self) -> Result<Bytes<'_>, WindowError> {
        // The layout is as long as the buffer, so the view cannot be refused.
        Bytes::new(&self.buffer, self.layout.clone())
            .map_err(|_| WindowError::OutOfMemory { wanted: self.layout.nbytes() })
    }

    /// The doubles of the array, to be changed.
    fn change(&mut self, mut change: impl FnMut(usize, f64) -> f64) {
        for (at, bytes) in self.buffer.chunks_exact_mut(8).enumerate() {
            if let Ok(bytes) = <&mut [u8; 8]>::try_from(bytes) {
                *bytes = change(at, f64::from_ne_bytes(*bytes)).to_ne_bytes();
            }
        }
    }

    fn double(&self, at: usize) -> f64 {
        let bytes = self.buffer.get(8 * at..8 * at + 8).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(f64::NAN, f64::from_ne_bytes)
    }

    /// Writes every double to an array of the same shape, rounded to its type.
    fn put(&self, output: &mut BytesMut<'_>, to: Element) -> Result<(), WindowError> {
        // A sum of one element is that element. There is an axis, as several are windowed.
        let windows = Windows::along(1, 0);
        let output = (output, to);
        along(&self.view()?, self.element, &Op::Sum, &windows, output, &Control::quiet())
    }
}

/// The windows along one of several axes; `constant` lies beside the array by then.
fn one(windows: &Windows, at: usize, constant: f64) -> Windows {
    let pick = |list: &PerAxis<i64>| -> PerAxis<i64> {
        list.get(at).map_or_else(PerAxis::new, |&value| PerAxis::filled(value, 1))
    };
    Windows {
        size: pick(&windows.size),
        axes: pick(&windows.axes),
        step: pick(&windows.step),
        dilation: pick(&windows.dilation),
        origin: pick(&windows.origin),
        first_index: pick(&windows.first_index),
        mode: match windows.mode {
            Mode::Constant { .. } => Mode::Constant { value: constant },
            mode => mode,
        },
        ..windows.clone()
    }
}

/// What a window of `size` constants makes.
fn made_of(op: &Op, constant: f64, size: i64) -> f64 {
    match op {
        Op::Sum => constant * size as f64,
        Op::Prod => constant.powf(size as f64),
        Op::Count => size as f64,
        Op::Any | Op::All => f64::from(u8::from(constant != 0.0)),
        _ => constant,
    }
}

/// Reduces boxes.
pub(super) fn reduce(
    input: &Bytes<'_>,
    element: Element,
    op: &Op,
    windows: &Windows,
    (output, to): (&mut BytesMut<'_>, Element),
    control: &Control<'_>,
) -> Result<(), WindowError> {
    let axes = windows.axes.len();
    if axes == 0 {
        return along_none(input, element, op, (output, to), control);
    }
    if !is_separable(op, element, windows) {
        // Elements are counted in incomplete windows, too.
        let missing = match op {
            Op::Count => Missing::Skip { min_count: 1 },
            _ => windows.missing,
        };
        let windows = Windows { missing, ..windows.clone() };
        let geometries = geometries(input.layout(), element, &windows)?;
        return boxes::reduce(input, element, op, (&windows, &geometries), (output, to), control);
    }
    let windows = &Windows { missing: Missing::Propagate, ..windows.clone() };
    let mut constant = match windows.mode {
        Mode::Constant { value } => value,
        _ => 0.0,
    };
    if let Op::Var { ddof } | Op::Std { ddof } = op {
        return spread(input, element, windows, (*ddof, op), (output, to), control);
    }
    let wide = if to.is_float() && !matches!(op, Op::Min | Op::Max) { Element::F64 } else { to };
    let mut now: Option<Between> = None;
    for at in 0..axes {
        let (from, of) = match &now {
            None => (input.clone(), element),
            Some(between) => (between.view()?, between.element),
        };
        // What is counted is summed from the second axis on.
        let op = if at > 0 && *op == Op::Count { &Op::Sum } else { op };
        let here = one(windows, at, constant);
        if at + 1 == axes {
            return along(&from, of, op, &here, (output, to), control);
        }
        let next = Between::along((&from, of), op, &here, wide, control)?;
        now = Some(next);
        constant = made_of(op, constant, windows.size[at]);
    }
    Ok(())
}

/// Whether results along one axis can be reduced along the next.
fn is_separable(op: &Op, element: Element, windows: &Windows) -> bool {
    let trailing = matches!(windows.mode, Mode::Trailing { .. });
    // Whole numbers are all there, unless the mode makes up some that are not.
    let made_up = trailing || matches!(windows.mode, Mode::Constant { value } if value.is_nan());
    let skips = windows.missing != Missing::Propagate && (element.is_float() || made_up);
    match op {
        Op::Sum | Op::Prod | Op::Mean | Op::Var { .. } | Op::Std { .. } | Op::Min | Op::Max => {
            !skips
        }
        Op::Any | Op::All => !skips && !trailing,
        Op::Count => !trailing,
        _ => false,
    }
}

/// No axis: each element is a window.
fn along_none(
    input: &Bytes<'_>,
    element: Element,
    op: &Op,
    to: (&mut BytesMut<'_>, Element),
    control: &Control<'_>,
) -> Result<(), WindowError> {
    if input.layout().rank() == 0 {
        return Err(WindowError::SeveralAxes { operation: op.name() });
    }
    along(input, element, op, &Windows::along(1, 0), to, control)
}

/// Variances of boxes, and their roots.
fn spread(
    input: &Bytes<'_>,
    element: Element,
    windows: &Windows,
    (ddof, op): (i64, &Op),
    (output, to): (&mut BytesMut<'_>, Element),
    control: &Control<'_>,
) -> Result<(), WindowError> {
    let constant = match windows.mode {
        Mode::Constant { value } => value,
        _ => 0.0,
    };
    let variance = Op::Var { ddof: 0 };
    let first = one(windows, 0, constant);
    let mut means = Between::along((input, element), &Op::Mean, &first, Element::F64, control)?;
    let mut variances = Between::along((input, element), &variance, &first, Element::F64, control)?;
    for at in 1..windows.axes.len() {
        // Beside the array, means are the constant and variances 0.
        let (around, zero) = (one(windows, at, constant), one(windows, at, 0.0));
        let from = (&means.view()?, Element::F64);
        let of_means = Between::along(from, &variance, &around, Element::F64, control)?;
        let next = Between::along(from, &Op::Mean, &around, Element::F64, control)?;
        let from = (&variances.view()?, Element::F64);
        let mut sums = Between::along(from, &Op::Mean, &zero, Element::F64, control)?;
        sums.change(|at, mean| mean + of_means.double(at));
        (means, variances) = (next, sums);
    }
    let count = windows.size.iter().map(|&size| size as f64).product::<f64>();
    let scale = count / (count - ddof as f64).max(0.0);
    variances.change(|_, variance| {
        let variance = if ddof == 0 { variance } else { variance * scale };
        if matches!(op, Op::Std { .. }) { variance.sqrt() } else { variance }
    });
    variances.put(output, to)
}
