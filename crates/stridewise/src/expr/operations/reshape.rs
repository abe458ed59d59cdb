//! Reshape, ravel, flatten: the same elements in the same reading order, under another shape.
//!
//! `(4,3,2):(8,32,96)+0` reshaped to `(24)` copies: axis 0 would have to be 96 bytes apart, and
//! is 8. In order F it is a view.

use super::{Call, Copying, Operation, Outcome, both, function, method};
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::reasons;
use crate::expr::value::{Made, Traced};
use crate::layout::{CopyOrder, IndexOrder, Reshape, ReshapeReason};

pub(super) const OPERATIONS: &[Operation] = &[
    function("reshape", "a, /, shape, order='C', *, copy=None", reshape),
    method("reshape", "a, /, *shape, order='C', copy=None", reshape),
    both("ravel", "a, order='C'", ravel),
    method("flatten", "a, /, order='C'", flatten),
];

fn reshape(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let shape = call
        .spread_ints("shape")?
        .ok_or_else(|| call.refuse(ErrorCode::Argument, "reshape() wants a shape, not None"))?;
    if call.get("shape")?.items().is_some_and(<[_]>::is_empty) && call.is_method() {
        let message = "reshape() takes exactly 1 argument (0 given)";
        return Err(call.refuse(ErrorCode::Argument, message).with_help("write .reshape(())"));
    }
    let order = match call.order("order")? {
        None | Some(CopyOrder::C) => IndexOrder::C,
        Some(CopyOrder::F) => IndexOrder::F,
        Some(CopyOrder::A) => IndexOrder::A,
        Some(CopyOrder::K) => {
            return Err(call
                .get("order")?
                .wrong("order 'K' is not permitted for reshaping")
                .with_help("a.ravel(order='K') flattens in memory order"));
        }
    };
    let copying = call.copying("copy")?;
    let reshaped = call.laid_at("shape", a.layout().reshape(&shape, order))?;
    Ok(match (&reshaped, copying) {
        (_, Copying::Always) => {
            let f_order = match order {
                IndexOrder::A => a.layout().is_f_contiguous() && !a.layout().is_c_contiguous(),
                order => order == IndexOrder::F,
            };
            let (copied, order) = match f_order {
                true => (a.layout().copied(CopyOrder::F), IndexOrder::F),
                false => (a.layout().copied(CopyOrder::C), IndexOrder::C),
            };
            let reshaped = call.laid_at("shape", copied.reshape(&shape, order))?;
            let reason = reasons::asked("copy=True asks for it", "leave copy=True away");
            Made::copy(a.dtype().clone(), reshaped.layout().clone(), reason)
        }
        (Reshape::Copy { reason, .. }, Copying::Never) => {
            let message = "Unable to avoid creating a copy while reshaping.";
            let help = way_out(&a, &reshaped, reason, &shape);
            let message = format!("{message} {reason}");
            return Err(call.refuse(ErrorCode::CopyForbidden, message).with_help(help));
        }
        _ => made(&a, reshaped, &shape),
    }
    .into())
}

fn made(a: &Traced, reshaped: Reshape, shape: &[i64]) -> Made {
    match &reshaped {
        Reshape::View(layout) => Made::view(a, layout.clone()),
        Reshape::Copy { layout, reason } => {
            let why = reasons::reshape(reason, way_out(a, &reshaped, reason, shape));
            Made::copy(a.dtype().clone(), layout.clone(), why)
        }
    }
}

fn way_out(a: &Traced, reshaped: &Reshape, reason: &ReshapeReason, shape: &[i64]) -> String {
    let remedy = a.layout().remedy(reshaped);
    remedy.map_or_else(String::new, |remedy| reasons::way_out(&remedy, reason.order, shape))
}

fn ravel(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let order = call.order("order")?.unwrap_or(CopyOrder::C);
    Ok(made(&a, a.layout().ravel(order), &[-1]).into())
}

fn flatten(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let order = call.order("order")?.unwrap_or(CopyOrder::C);
    let flat = a.layout().ravel(order).layout().clone();
    let layout = call.laid(crate::layout::Layout::c_order(flat.shape(), flat.itemsize()))?;
    let help = match a.layout().ravel(order).is_view() {
        true => "use .ravel(), which is a view here".to_owned(),
        false => match a.layout().reshape(&[-1], IndexOrder::C) {
            Ok(Reshape::View(_)) if order == CopyOrder::C => {
                "use .reshape(-1), which is a view here".to_owned()
            }
            _ => "these elements do not lie in that order: no view shows them so".to_owned(),
        },
    };
    let reason = reasons::asked(".flatten() always copies", help);
    Ok(Made::copy(a.dtype().clone(), layout, reason).into())
}
