//! Functions that pick, repeat or shift elements into new arrays.
//!
//! `take` of two rows of `(4,3):(24,8)+0` is the copy `(2,3):(24,8)+0`, in C order always.

use std::rc::Rc;

use super::convert::widened;
use super::{Call, Operation, Outcome, both, function};
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::reasons;
use crate::expr::steps::{Reason, ReasonCode};
use crate::expr::value::{Known, Made, Spanned, Traced, Value};
use crate::layout::dtype::Kind;
use crate::layout::{CopyOrder, IndexOrder, Layout, normalize_axis};

pub(super) const OPERATIONS: &[Operation] = &[
    both("take", "a, indices, axis=None, out=None, mode='raise'", take),
    both("repeat", "a, repeats, axis=None", repeat),
    function("ix_", "*args", grid),
    function("tile", "A, reps", tile),
    function("roll", "a, shift, axis=None", roll),
    function("pad", "array, pad_width, mode='constant', *, constant_values=0", pad),
];

/// The layout and axis that `axis=None` flattens to.
fn along(call: &Call, a: &Traced) -> Result<(Layout, usize), ExprError> {
    match call.given("axis")? {
        Some(axis) if a.layout().rank() > 0 => {
            let axis = normalize_axis(axis.as_int()?, a.layout().rank());
            Ok((a.layout().clone(), call.laid_at("axis", axis)?))
        }
        axis => {
            // An array without axes counts as one with a single axis.
            let axis = axis.map_or(Ok(0), Spanned::as_int)?;
            call.laid_at("axis", normalize_axis(axis, 1))?;
            Ok((call.laid(Layout::c_order(&[a.layout().size()], a.layout().itemsize()))?, 0))
        }
    }
}

fn take(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["out"])?;
    let (a, indices) = (call.array("a")?, call.array("indices")?);
    let (layout, axis) = along(call, &a)?;
    let extent = layout.shape()[axis];
    let (before, after) = (&layout.shape()[..axis], &layout.shape()[axis + 1..]);
    let shape = [before, indices.layout().shape(), after].concat();
    let refuse = |message: String| {
        let span = call.get("indices").map_or(call.span.clone(), |bound| bound.span.clone());
        Err(ExprError::new(ErrorCode::Index, span, message))
    };
    if extent == 0 && !shape.contains(&0) {
        return refuse("cannot do a non-empty take from an empty axes.".to_owned());
    }
    let checked = call.get("mode")?.as_text()? == "raise" && !before.contains(&0);
    let outside = indices.known.outside(indices.layout().size(), extent);
    if let Some(index) = outside.filter(|_| checked) {
        return refuse(format!(
            "index {index} is out of bounds for axis {axis} with size {extent}"
        ));
    }
    let layout = call.laid(Layout::c_order(&shape, a.layout().itemsize()))?;
    let reason = Reason::new(
        ReasonCode::IntegerIndex,
        "take picks elements one by one into new memory",
        "a slice is a view where the indices are evenly spaced; out= reuses memory",
    );
    Ok(Made::copy(a.dtype().clone(), layout, reason).scalar_if_alone().into())
}

/// `np.ix_`: index arrays that broadcast to a grid, each along an axis of its own. No step.
fn grid(call: &Call) -> Result<Outcome, ExprError> {
    let lists = call.arrays("args")?;
    let spans = call.get("args")?.items().unwrap_or_default();
    let mut indices = Vec::new();
    for (axis, (list, item)) in lists.iter().zip(spans).enumerate() {
        let (&[extent], Kind::Int | Kind::Uint) = (list.layout().shape(), list.dtype().kind())
        else {
            return Err(item
                .wrong("a trace wants lists of integers here")
                .with_help("np.ix_([0, 2], [1, 3])"));
        };
        let mut shape = vec![1; lists.len()];
        shape[axis] = extent;
        let layout = call.laid(Layout::c_order(&shape, list.layout().itemsize()))?;
        let made = Made::new(list.dtype().clone(), layout).knowing(list.known.clone());
        let value = Value::Array(Rc::new(made.traced));
        indices.push(Spanned { value, span: item.span.clone() });
    }
    Ok(Outcome::Plain(Value::Tuple(indices)))
}

fn repeat(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let (layout, axis) = along(call, &a)?;
    let bound = call.get("repeats")?;
    let repeats = bound.as_ints()?;
    if repeats.iter().any(|&count| count < 0) {
        return Err(bound.wrong("repeats may not contain negative values."));
    }
    let mut shape = layout.shape().to_vec();
    let total = match repeats.as_slice() {
        [count] => shape[axis].checked_mul(*count),
        counts if i64::try_from(counts.len()) == Ok(shape[axis]) => {
            counts.iter().try_fold(0i64, |sum, &count| sum.checked_add(count))
        }
        counts => {
            return Err(bound.wrong(format!(
                "operands could not be broadcast together with shape ({},) ({},)",
                shape[axis],
                counts.len()
            )));
        }
    };
    shape[axis] = total.ok_or_else(|| call.refuse(ErrorCode::TooLarge, "array is too big"))?;
    let layout = call.laid(Layout::c_order(&shape, a.layout().itemsize()))?;
    let reason = Reason::new(
        ReasonCode::Computed,
        "repeat writes every element several times",
        "np.broadcast_to repeats along a new axis without a copy",
    );
    Ok(Made::copy(a.dtype().clone(), layout, reason).into())
}

fn tile(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("A")?;
    let bound = call.get("reps")?;
    let reps = bound.as_ints()?;
    if reps.iter().any(|&count| count < 0) {
        return Err(bound.wrong("negative dimensions are not allowed"));
    }
    let rank = reps.len().max(a.layout().rank());
    let padded = |values: &[i64]| -> Vec<i64> {
        std::iter::repeat_n(1, rank - values.len()).chain(values.iter().copied()).collect()
    };
    let (extents, counts) = (padded(a.layout().shape()), padded(&reps));
    let shape: Option<Vec<i64>> =
        extents.iter().zip(&counts).map(|(&extent, &count)| extent.checked_mul(count)).collect();
    let shape = shape.ok_or_else(|| call.refuse(ErrorCode::TooLarge, "array is too big"))?;
    let once = counts.iter().all(|&count| count == 1);
    if a.layout().is_empty() && !once {
        // Nothing is repeated, and what is left is a reshape.
        let layout = call.laid(a.layout().reshape(&shape, IndexOrder::C))?.layout().clone();
        return Ok(Made::view(&a, layout).into());
    }
    let layout = match once {
        true => a.layout().copied(CopyOrder::K),
        false => call.laid(Layout::c_order(&shape, a.layout().itemsize()))?,
    };
    let reason = Reason::new(
        ReasonCode::Computed,
        "tile writes the whole array several times",
        "np.broadcast_to repeats along a new axis without a copy",
    );
    let made = Made::copy(a.dtype().clone(), layout, reason);
    Ok(widened(call, made, rank, CopyOrder::K)?.into())
}

fn roll(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    call.ints("shift")?;
    let layout = match call.optional_ints("axis")? {
        None => call.laid(Layout::c_order(a.layout().shape(), a.layout().itemsize()))?,
        Some(axes) => {
            for axis in axes {
                call.laid_at("axis", normalize_axis(axis, a.layout().rank()))?;
            }
            a.layout().copied(CopyOrder::K)
        }
    };
    let reason = Reason::new(
        ReasonCode::Computed,
        "roll moves elements around the end, which no stride does",
        "the two slices a[k:] and a[:k] are views",
    );
    Ok(Made::copy(a.dtype().clone(), layout, reason).into())
}

fn pad(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("array")?;
    let widths = pad_widths(call.get("pad_width")?, a.layout().rank())?;
    let mut shape = Vec::new();
    for (&extent, (before, after)) in a.layout().shape().iter().zip(widths) {
        if before < 0 || after < 0 {
            let message = "index can't contain negative values";
            return Err(call.get("pad_width")?.wrong(message));
        }
        let sum = extent.checked_add(before).and_then(|sum| sum.checked_add(after));
        shape.push(sum.ok_or_else(|| call.refuse(ErrorCode::TooLarge, "array is too big"))?);
    }
    let f_order = a.layout().is_f_contiguous() && !a.layout().is_c_contiguous();
    let layout = match f_order {
        true => Layout::f_order(&shape, a.layout().itemsize()),
        false => Layout::c_order(&shape, a.layout().itemsize()),
    };
    Ok(Made::copy(a.dtype().clone(), call.laid(layout)?, reasons::padded()).into())
}

/// `n`, `(before, after)` or one such pair for each axis.
fn pad_widths(bound: &Spanned, rank: usize) -> Result<Vec<(i64, i64)>, ExprError> {
    let pair = |value: &Spanned| match value.as_ints()?[..] {
        [both] => Ok((both, both)),
        [before, after] => Ok((before, after)),
        _ => Err(value.wrong("a width is a number or a pair")),
    };
    match bound.items() {
        Some(items) if items.iter().any(|item| item.items().is_some()) => {
            let widths: Vec<(i64, i64)> = items.iter().map(pair).collect::<Result<_, _>>()?;
            match widths.as_slice() {
                [one] => Ok(vec![*one; rank]),
                widths if widths.len() == rank => Ok(widths.to_vec()),
                _ => Err(bound.wrong(format!("{} pairs for {rank} axes", widths.len()))),
            }
        }
        _ => Ok(vec![pair(bound)?; rank]),
    }
}

impl Known {
    /// The first index known to lie outside an axis of `extent`, of `count` indices.
    pub(in crate::expr) fn outside(&self, count: i64, extent: i64) -> Option<i64> {
        if count == 0 {
            return None;
        }
        let out = |index: &i64| *index >= extent || *index < -extent;
        match self {
            Known::Nothing => (extent == 0).then_some(0),
            Known::Every(value) => Some(*value).filter(out),
            Known::Progression { start, step } => {
                let last = i128::from(*start) + i128::from(*step) * i128::from(count - 1);
                let last = i64::try_from(last).unwrap_or(i64::MAX);
                [*start, last].into_iter().find(|index| out(index))
            }
            Known::Listed(values) => values.iter().copied().find(|index| out(index)),
        }
    }
}
