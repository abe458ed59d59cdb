//! Operations that rename, reorder, add or drop axes: always views.
//!
//! `(2,3):(24,8)+0` transposed is `(3,2):(8,24)+0`.

use super::{Call, Operation, Outcome, attribute, both, function, method};
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::steps::{Reason, ReasonCode};
use crate::expr::value::{Made, Traced};
use crate::layout::{Layout, LayoutError, Pick, normalize_axis};

pub(super) const OPERATIONS: &[Operation] = &[
    attribute("T", reversed),
    attribute("mT", matrix_transpose),
    function("transpose", "a, axes=None", transpose),
    function("permute_dims", "a, axes=None", transpose),
    method("transpose", "a, /, *axes", transpose_method),
    function("matrix_transpose", "a, /", matrix_transpose),
    both("swapaxes", "a, axis1, axis2", swapaxes),
    function("moveaxis", "a, source, destination", moveaxis),
    function("rollaxis", "a, axis, start=0", rollaxis),
    function("flip", "a, axis=None", flip),
    function("fliplr", "a", fliplr),
    function("flipud", "a", flipud),
    function("rot90", "a, k=1, axes=(0,1)", rot90),
    both("squeeze", "a, axis=None", squeeze),
    function("expand_dims", "a, axis", expand_dims),
    both("diagonal", "a, offset=0, axis1=0, axis2=1", diagonal),
    function("diag", "a, k=0", diag),
    function("atleast_1d", "*arys", atleast_1d),
    function("atleast_2d", "*arys", atleast_2d),
    function("atleast_3d", "*arys", atleast_3d),
];

fn reversed(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    Ok(Made::view(&a, a.layout().transpose()).into())
}

fn matrix_transpose(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    if a.layout().rank() < 2 {
        let message = "matrix transpose with ndim < 2 is undefined";
        return Err(call.refuse(ErrorCode::Layout, message).with_help("use .T"));
    }
    Ok(Made::view(&a, call.laid(a.layout().swap_axes(-2, -1))?).into())
}

fn transpose(call: &Call) -> Result<Outcome, ExprError> {
    permuted(call, call.optional_ints("axes")?)
}

fn transpose_method(call: &Call) -> Result<Outcome, ExprError> {
    permuted(call, call.spread_ints("axes")?.filter(|axes| !axes.is_empty()))
}

fn permuted(call: &Call, axes: Option<Vec<i64>>) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let Some(axes) = axes else { return reversed(call) };
    let rank = a.layout().rank();
    if axes.len() != rank {
        return Err(call
            .get("axes")?
            .wrong(format!("axes don't match array: {} axes for {rank} dimensions", axes.len()))
            .with_help(format!("name each of the {rank} axes once")));
    }
    let axes: Result<Vec<usize>, _> = axes.iter().map(|&axis| normalize_axis(axis, rank)).collect();
    let axes = call.laid_at("axes", axes)?;
    if (0..rank).any(|axis| !axes.contains(&axis)) {
        return Err(call
            .get("axes")?
            .wrong("repeated axis in transpose")
            .with_help(format!("name each of the {rank} axes once")));
    }
    Ok(Made::view(&a, call.laid_at("axes", a.layout().permute(&axes))?).into())
}

fn swapaxes(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let layout = a.layout().swap_axes(call.int("axis1")?, call.int("axis2")?);
    Ok(Made::view(&a, call.laid(layout)?).into())
}

fn moveaxis(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let layout = a.layout().move_axis(&call.ints("source")?, &call.ints("destination")?);
    Ok(Made::view(&a, call.laid(layout)?).into())
}

/// Axis `axis` rolled back until it stands before the axis that was at `start`.
fn rollaxis(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let rank = a.layout().rank();
    let axis = call.laid_at("axis", normalize_axis(call.int("axis")?, rank))?;
    let start = call.int("start")?;
    let from_front = if start < 0 { start.saturating_add_unsigned(rank as u64) } else { start };
    let place =
        usize::try_from(from_front).ok().filter(|&place| place <= rank).ok_or_else(|| {
            let message = format!(
                "'start' arg requires -{rank} <= start < {}, but {start} was passed in",
                rank + 1
            );
            ExprError::new(ErrorCode::Layout, span_of(call, "start"), message)
                .with_help("np.moveaxis(a, source, destination) is easier to read")
        })?;
    let place = if axis < place { place - 1 } else { place };
    let mut axes: Vec<usize> = (0..rank).filter(|&other| other != axis).collect();
    axes.insert(place, axis);
    Ok(Made::view(&a, call.laid(a.layout().permute(&axes))?).into())
}

fn span_of(call: &Call, parameter: &str) -> std::ops::Range<usize> {
    call.get(parameter).map_or_else(|_| call.span.clone(), |bound| bound.span.clone())
}

fn flip(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let axes = match call.optional_ints("axis")? {
        Some(axes) => axes,
        None => (0i64..).take(a.layout().rank()).collect(),
    };
    let layout = call.laid_at("axis", a.layout().flip(&axes))?;
    // NumPy flips with one slice per axis, and no slice at all picks the element.
    let made = if layout.rank() == 0 { Made::element(&a, &layout) } else { Made::view(&a, layout) };
    Ok(made.into())
}

fn fliplr(call: &Call) -> Result<Outcome, ExprError> {
    flipped(call, 1, "Input must be >= 2-d.")
}

fn flipud(call: &Call) -> Result<Outcome, ExprError> {
    flipped(call, 0, "Input must be >= 1-d.")
}

fn flipped(call: &Call, axis: i64, refusal: &str) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let layout = a.layout().flip(&[axis]);
    let layout = layout.map_err(|_| call.refuse(ErrorCode::Layout, refusal))?;
    Ok(Made::view(&a, layout).into())
}

fn rot90(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let [first, second] = call.ints("axes")?[..] else {
        return Err(call.get("axes")?.wrong("len(axes) must be 2."));
    };
    let layout = a.layout().rot90(call.int("k")?, (first, second));
    Ok(Made::view(&a, call.laid_at("axes", layout)?).into())
}

fn squeeze(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let mut axes = call.optional_ints("axis")?;
    let one = call.given("axis")?.is_some_and(|axis| axis.as_int().is_ok());
    if a.layout().rank() == 0 && one {
        axes = axes.filter(|axes| !matches!(axes[..], [0 | -1])); // NumPy lets that pass.
    }
    Ok(Made::view(&a, call.laid_at("axis", a.layout().squeeze(axes.as_deref()))?).into())
}

fn expand_dims(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let layout = a.layout().expand_dims(&call.ints("axis")?);
    Ok(Made::view(&a, call.laid_at("axis", layout)?).into())
}

fn diagonal(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let (axis1, axis2) = (call.int("axis1")?, call.int("axis2")?);
    let layout = call.laid(a.layout().diagonal(call.int("offset")?, axis1, axis2))?;
    Ok(read_only_diagonal(&a, layout).into())
}

fn read_only_diagonal(a: &Traced, layout: Layout) -> Made {
    Made::view(a, layout).read_only(Reason::new(
        ReasonCode::ReadOnly,
        "NumPy makes a diagonal read-only",
        "to write, use np.fill_diagonal, or np.einsum('ii->i', a), which is a writeable view",
    ))
}

/// The diagonal of a matrix, or a new matrix around a vector.
fn diag(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let k = call.int("k")?;
    match *a.layout().shape() {
        [extent] => {
            let side = k.checked_abs().and_then(|k| k.checked_add(extent)).unwrap_or(i64::MAX);
            let layout = Layout::c_order(&[side, side], a.layout().itemsize());
            let reason = Reason::new(
                ReasonCode::Computed,
                "a matrix is filled around the vector",
                "multiplying by a diagonal matrix needs none: v[:, None] * M",
            );
            Ok(Made::copy(a.dtype().clone(), call.laid(layout)?, reason).into())
        }
        [_, _] => Ok(read_only_diagonal(&a, call.laid(a.layout().diagonal(k, 0, 1))?).into()),
        _ => Err(call.refuse(ErrorCode::Layout, "Input must be 1- or 2-d.")),
    }
}

fn atleast_1d(call: &Call) -> Result<Outcome, ExprError> {
    each(call, |layout| match layout.rank() {
        0 => layout.expand_dims(&[0]).map(Some),
        _ => Ok(None),
    })
}

fn atleast_2d(call: &Call) -> Result<Outcome, ExprError> {
    each(call, |layout| match layout.rank() {
        0 => layout.expand_dims(&[0, 1]).map(Some),
        1 => layout.slice(&[Pick::NewAxis, Pick::ALL]).map(Some),
        _ => Ok(None),
    })
}

fn atleast_3d(call: &Call) -> Result<Outcome, ExprError> {
    each(call, |layout| match layout.rank() {
        0 => layout.expand_dims(&[0, 1, 2]).map(Some),
        1 => layout.slice(&[Pick::NewAxis, Pick::ALL, Pick::NewAxis]).map(Some),
        2 => layout.slice(&[Pick::ALL, Pick::ALL, Pick::NewAxis]).map(Some),
        _ => Ok(None),
    })
}

/// Applied to each of `*arys`; a single array gives an array.
fn each(
    call: &Call,
    widen: fn(&Layout) -> Result<Option<Layout>, LayoutError>,
) -> Result<Outcome, ExprError> {
    let mut all = Vec::new();
    for a in call.arrays("arys")? {
        all.push(match call.laid(widen(a.layout()))? {
            Some(layout) => Made::view(&a, layout),
            None => Made::same(&a),
        });
    }
    Ok(Outcome::one_or_several(all))
}
