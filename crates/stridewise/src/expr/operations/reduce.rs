//! Reductions and scans: sums, extremes and the like along axes.
//!
//! The sum of `(2,3,4):(96,32,8)+0` over axis 1 is the copy `(2,4):(32,8)+0`; the result keeps
//! the order of the axes that stay. `argmin` and `argmax` always give C order.

use super::{Call, Operation, Outcome, both, function};
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::placement::{Casting, elementwise, moves, walking_order};
use crate::expr::promotion::{native, number};
use crate::expr::reasons;
use crate::expr::value::Made;
use crate::layout::dtype::Kind;
use crate::layout::{DType, Layout, LayoutError, PerAxis, normalize_axis};

const SUM: &str = "a, axis=None, dtype=None, out=None, keepdims=None, initial=None, where=None";
const MEAN: &str = "a, axis=None, dtype=None, out=None, keepdims=None, *, where=None";
const VAR: &str = "a, axis=None, dtype=None, out=None, ddof=0, keepdims=None, *, where=None, \
                   mean=None, correction=None";
const MIN: &str = "a, axis=None, out=None, keepdims=None, initial=None, where=None";
const ANY: &str = "a, axis=None, out=None, keepdims=None, *, where=None";
const ARG: &str = "a, axis=None, out=None, *, keepdims=None";
const SCAN: &str = "a, axis=None, dtype=None, out=None";

pub(super) const OPERATIONS: &[Operation] = &[
    both("sum", SUM, sum),
    both("prod", SUM, sum),
    function("nansum", SUM, sum),
    both("mean", MEAN, mean),
    both("var", VAR, spread),
    both("std", VAR, spread),
    both("min", MIN, extreme),
    both("max", MIN, extreme),
    function("amin", MIN, extreme),
    function("amax", MIN, extreme),
    both("any", ANY, truth),
    both("all", ANY, truth),
    both("argmin", ARG, position),
    both("argmax", ARG, position),
    both("cumsum", SCAN, scan),
    both("cumprod", SCAN, scan),
];

fn sum(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["dtype"])?;
    reduced(call, summed)
}

/// Small integers are added up in 64 bits.
fn summed(dtype: &DType) -> DType {
    match dtype.kind() {
        Kind::Bool | Kind::Int if dtype.itemsize() <= 8 => number(Kind::Int, 8),
        Kind::Uint => number(Kind::Uint, 8),
        _ => dtype.clone(),
    }
}

fn mean(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["dtype"])?;
    reduced(call, |dtype| match dtype.kind() {
        Kind::Bool | Kind::Int | Kind::Uint => DType::float64(),
        _ => dtype.clone(),
    })
}

/// The mean is taken away first, which makes an array, and then summed over.
fn spread(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["dtype", "mean", "correction", "out", "where"])?;
    let a = call.array("a")?;
    computable(call, a.dtype())?;
    let axes = reduced_axes(call, a.layout())?;
    let whole = matches!(a.dtype().kind(), Kind::Bool | Kind::Int | Kind::Uint);
    let computed = if whole { DType::float64() } else { native(a.dtype()) };
    let casting = match computed == *a.dtype() {
        true => Casting::NotNeeded,
        false => Casting::Needed,
    };
    let itemsize = computed.itemsize();
    let mean = call.laid(shrunk(a.layout(), &axes, &memory_order(a.layout()), itemsize))?;
    let operands = [a.layout(), &mean];
    let apart = call.laid(elementwise(&operands, a.layout().shape(), itemsize, casting))?;
    let apart = Made::new(computed.clone(), apart).traced;
    let dtype = match computed.kind() {
        Kind::Complex => number(Kind::Float, itemsize / 2),
        _ => computed,
    };
    let order = memory_order(apart.layout());
    let layout = collapsed(call, a.layout(), &axes, &order, dtype.itemsize())?;
    let reason = reasons::computed(call.operation.name);
    Ok(Made::copy(dtype, layout, reason).scalar_if_alone().into())
}

fn extreme(call: &Call) -> Result<Outcome, ExprError> {
    reduced(call, DType::clone)
}

fn truth(call: &Call) -> Result<Outcome, ExprError> {
    reduced(call, |_| DType::bool())
}

fn reduced(call: &Call, result: impl Fn(&DType) -> DType) -> Result<Outcome, ExprError> {
    call.expect_none(&["out", "where"])?;
    let a = call.array("a")?;
    let axes = reduced_axes(call, a.layout())?;
    computable(call, a.dtype())?;
    let dtype = native(&result(a.dtype()));
    if matches!(call.operation.name, "min" | "max" | "amin" | "amax")
        && call.given("initial")?.is_none()
        && axes.iter().any(|&axis| a.layout().shape()[axis] == 0)
    {
        let message = format!(
            "zero-size array to reduction operation {} which has no identity",
            if call.operation.name.ends_with("min") { "minimum" } else { "maximum" }
        );
        return Err(call.refuse(ErrorCode::Layout, message).with_help("pass initial="));
    }
    let order = memory_order(a.layout());
    let layout = collapsed(call, a.layout(), &axes, &order, dtype.itemsize())?;
    Ok(Made::copy(dtype, layout, reasons::computed(call.operation.name)).scalar_if_alone().into())
}

/// NumPy adds and compares numbers and times; of texts and structures it refuses to.
fn computable(call: &Call, dtype: &DType) -> Result<(), ExprError> {
    match dtype.kind() {
        Kind::Bytes | Kind::Text | Kind::Void | Kind::String => {
            let name = call.operation.name;
            let message = format!("ufunc for '{name}' not supported for the input type {dtype}");
            Err(call.refuse(ErrorCode::DType, message))
        }
        _ => Ok(()),
    }
}

fn reduced_axes(call: &Call, a: &Layout) -> Result<Vec<usize>, ExprError> {
    let Some(axes) = call.optional_ints("axis")? else { return Ok((0..a.rank()).collect()) };
    let counts = matches!(call.operation.name, "mean" | "var" | "std");
    if a.rank() == 0 && matches!(axes[..], [0 | -1]) && !counts {
        return Ok(Vec::new()); // What does not count elements takes 0 for the axis of a number.
    }
    let mut found = Vec::new();
    for axis in axes {
        let axis = call.laid_at("axis", normalize_axis(axis, a.rank()))?;
        if found.contains(&axis) {
            return Err(call.get("axis")?.wrong("duplicate value in 'axis'"));
        }
        found.push(axis);
    }
    Ok(found)
}

fn memory_order(a: &Layout) -> PerAxis<usize> {
    walking_order(&[moves(a, a.rank())], a.rank())
}

/// A packed layout in `order` with the given axes shrunk to 1.
fn shrunk(
    a: &Layout,
    axes: &[usize],
    order: &[usize],
    itemsize: i64,
) -> Result<Layout, LayoutError> {
    let extent = |axis| if axes.contains(&axis) { 1 } else { a.shape()[axis] };
    let shape: PerAxis<i64> = (0..a.rank()).map(extent).collect();
    Layout::packed_in_order(&shape, itemsize, order)
}

/// The same, and the axes dropped unless `keepdims` keeps them.
fn collapsed(
    call: &Call,
    a: &Layout,
    axes: &[usize],
    order: &[usize],
    itemsize: i64,
) -> Result<Layout, ExprError> {
    let layout = call.laid(shrunk(a, axes, order, itemsize))?;
    if call.flag("keepdims")? {
        return Ok(layout);
    }
    let axes: Result<Vec<i64>, _> = axes.iter().map(|&axis| i64::try_from(axis)).collect();
    call.laid(layout.squeeze(Some(&axes.unwrap_or_default())))
}

fn position(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["out"])?;
    let a = call.array("a")?;
    let axes: Vec<usize> = match call.given("axis")? {
        Some(axis) => {
            let axis = normalize_axis(axis.as_int()?, a.layout().rank().max(1));
            let axis = call.laid_at("axis", axis)?;
            (axis..axis + a.layout().rank().min(1)).collect()
        }
        None => (0..a.layout().rank()).collect(),
    };
    if !a.dtype().fields().is_empty() {
        return Err(call.refuse(ErrorCode::DType, "data type not ordered"));
    }
    let shape = a.layout().shape();
    let all = call.given("axis")?.is_none();
    if all && a.layout().is_empty() || axes.iter().any(|&axis| shape[axis] == 0) {
        let message = format!("attempt to get {} of an empty sequence", call.operation.name);
        return Err(call.refuse(ErrorCode::Layout, message));
    }
    let c_order: Vec<usize> = (0..a.layout().rank()).collect();
    let layout = collapsed(call, a.layout(), &axes, &c_order, 8)?;
    let reason = reasons::computed(call.operation.name);
    Ok(Made::copy(DType::int64(), layout, reason).scalar_if_alone().into())
}

fn scan(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["dtype", "out"])?;
    let a = call.array("a")?;
    computable(call, a.dtype())?;
    let dtype = native(&summed(a.dtype()));
    let reason = reasons::computed(call.operation.name);
    let layout = match call.given("axis")? {
        None => Layout::c_order(&[a.layout().size()], dtype.itemsize()),
        Some(axis) if a.layout().rank() == 0 => {
            call.laid_at("axis", normalize_axis(axis.as_int()?, 1))?;
            Layout::c_order(&[1], dtype.itemsize())
        }
        Some(axis) => {
            call.laid_at("axis", normalize_axis(axis.as_int()?, a.layout().rank()))?;
            let order = memory_order(a.layout());
            Layout::packed_in_order(a.layout().shape(), dtype.itemsize(), &order)
        }
    };
    Ok(Made::copy(dtype, call.laid(layout)?, reason).into())
}
