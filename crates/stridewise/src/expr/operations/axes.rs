//! Operations that rename or reorder axes: always views.
//!
//! `(2,3):(24,8)+0` transposed is `(3,2):(8,24)+0`.

use super::{Call, Operation, Outcome, attribute, function, method};
use crate::expr::error::ExprError;
use crate::expr::value::Made;

pub(super) const OPERATIONS: &[Operation] = &[
    attribute("T", reversed),
    function("transpose", "a, axes=None", transpose),
    method("transpose", "*axes", transpose),
];

fn reversed(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    Ok(Made::view(&a, a.layout().transpose()).into())
}

fn transpose(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let Some(axes) = call.optional_ints("axes")? else { return reversed(call) };
    let rank = i64::try_from(a.layout().rank()).unwrap_or(i64::MAX);
    let counted: Vec<usize> = axes
        .iter()
        .map(|&axis| usize::try_from(if axis < 0 { axis + rank } else { axis }))
        .map(|axis| axis.unwrap_or(usize::MAX))
        .collect();
    let layout = call.laid_at("axes", a.layout().permute(&counted))?;
    Ok(Made::view(&a, layout).into())
}
