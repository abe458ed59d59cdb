//! Facts about an array that go into arguments: shape, strides, and counts. None is a step.
//!
//! Of `(2,3):(24,8)+0`, `.shape` is `(2, 3)`, `.strides` `(24, 8)`, `.size` 6, `.nbytes` 48.

use super::{Call, Operation, Outcome, attribute, function};
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::value::{Spanned, Value};
use crate::layout::DType;

pub(super) const OPERATIONS: &[Operation] = &[
    attribute("shape", shape),
    function("shape", "a", shape),
    attribute("strides", strides),
    attribute("ndim", ndim),
    function("ndim", "a", ndim),
    attribute("size", size),
    function("size", "a", size),
    attribute("itemsize", itemsize),
    attribute("nbytes", nbytes),
    attribute("dtype", dtype),
    function("len", "a", len),
    function("dtype", "dtype", made_dtype),
    function("slice", "start, stop=None, step=None", slice),
];

fn shape(call: &Call) -> Result<Outcome, ExprError> {
    Ok(Outcome::Plain(Value::ints(call.array("a")?.layout().shape(), &call.span)))
}

fn strides(call: &Call) -> Result<Outcome, ExprError> {
    Ok(Outcome::Plain(Value::ints(call.array("a")?.layout().strides(), &call.span)))
}

fn ndim(call: &Call) -> Result<Outcome, ExprError> {
    Ok(Outcome::Plain(Value::Int(call.array("a")?.layout().rank() as i128)))
}

fn size(call: &Call) -> Result<Outcome, ExprError> {
    Ok(Outcome::Plain(Value::Int(call.array("a")?.layout().size().into())))
}

fn itemsize(call: &Call) -> Result<Outcome, ExprError> {
    Ok(Outcome::Plain(Value::Int(call.array("a")?.layout().itemsize().into())))
}

fn nbytes(call: &Call) -> Result<Outcome, ExprError> {
    Ok(Outcome::Plain(Value::Int(call.array("a")?.layout().nbytes().into())))
}

fn dtype(call: &Call) -> Result<Outcome, ExprError> {
    Ok(Outcome::Plain(Value::DType(call.array("a")?.dtype().clone())))
}

fn len(call: &Call) -> Result<Outcome, ExprError> {
    let bound = call.get("a")?;
    if let Some(items) = bound.items() {
        return Ok(Outcome::Plain(Value::Int(items.len() as i128)));
    }
    match call.array("a")?.layout().shape().first() {
        Some(&extent) => Ok(Outcome::Plain(Value::Int(extent.into()))),
        None => Err(call.refuse(ErrorCode::Argument, "len() of unsized object")),
    }
}

fn made_dtype(call: &Call) -> Result<Outcome, ExprError> {
    let dtype = call.dtype("dtype")?.unwrap_or_else(DType::float64);
    Ok(Outcome::Plain(Value::DType(dtype)))
}

/// Python's `slice(stop)` and `slice(start, stop, step)`.
fn slice(call: &Call) -> Result<Outcome, ExprError> {
    let part =
        |name: &str| -> Result<Option<Spanned>, ExprError> { Ok(call.given(name)?.cloned()) };
    // With one argument written, that one is the stop.
    let written = |name: &str| call.get(name).is_ok_and(|bound| bound.span != call.span);
    let parts = match written("stop") || written("step") {
        true => [part("start")?, part("stop")?, part("step")?],
        false => [None, part("start")?, None],
    };
    Ok(Outcome::Plain(Value::Slice(Box::new(parts))))
}
