//! Constructors: arrays that begin a chain, in memory of their own.
//!
//! `zeros((2,3), 'f4', order='F')` is `(2,3):(4,8)+0`.

use super::{Call, Operation, Outcome, function};
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::value::{Known, Made};
use crate::layout::{DType, Layout};

pub(super) const OPERATIONS: &[Operation] = &[
    function("zeros", "shape, dtype=None, order='C', *, device=None, like=None", zeros),
    function("ones", "shape, dtype=None, order='C', *, device=None, like=None", ones),
    function("empty", "shape, dtype=None, order='C', *, device=None, like=None", empty),
];

fn zeros(call: &Call) -> Result<Outcome, ExprError> {
    Ok(filled(call)?.knowing(Known::Every(0)).into())
}

fn ones(call: &Call) -> Result<Outcome, ExprError> {
    Ok(filled(call)?.knowing(Known::Every(1)).into())
}

fn empty(call: &Call) -> Result<Outcome, ExprError> {
    Ok(filled(call)?.into())
}

fn filled(call: &Call) -> Result<Made, ExprError> {
    let shape = call.ints("shape")?;
    let dtype = call.optional_dtype("dtype")?.unwrap_or_else(DType::float64);
    let order = call.get("order")?;
    let layout = match order.as_text()? {
        "C" | "c" => Layout::c_order(&shape, dtype.itemsize()),
        "F" | "f" => Layout::f_order(&shape, dtype.itemsize()),
        other => {
            let message = format!("order must be 'C' or 'F', not '{other}'");
            return Err(ExprError::new(ErrorCode::Argument, order.span.clone(), message));
        }
    };
    Ok(Made::new(dtype, call.laid_at("shape", layout)?))
}
