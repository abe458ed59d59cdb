//! Products of matrices: `@`, dot, inner, outer, tensordot and einsum.
//!
//! `(2,3):(24,8)+0` times `(3,4):(32,8)+0` is the new `(2,4):(32,8)+0`. An einsum of a single
//! array that neither multiplies nor sums, `'ij->ji'` or `'ii->i'`, is a view.

use std::rc::Rc;

use super::elementwise::broadcast_shape;
use super::join::common_dtype;
use super::{Call, Operation, Outcome, both, function};
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::placement::{Casting, Moves, elementwise, iterated, moves};
use crate::expr::promotion::{is_number, native};
use crate::expr::reasons;
use crate::expr::value::{Made, Traced};
use crate::layout::dtype::Kind;
use crate::layout::{CopyOrder, DType, Layout, PerAxis, normalize_axis};

pub(super) const OPERATIONS: &[Operation] = &[
    function("matmul", "x1, x2, /, out=None, *, dtype=None", matmul),
    both("dot", "a, b, out=None", dot),
    function("inner", "a, b, /", inner),
    function("outer", "a, b, out=None", outer),
    function("tensordot", "a, b, axes=2", tensordot),
];

/// The dtype of a product: numbers and objects multiply, nothing else does.
pub(super) fn factor_dtype(call: &Call, factors: &[Rc<Traced>]) -> Result<DType, ExprError> {
    let dtype = common_dtype(call, factors)?;
    if is_number(&dtype) || dtype.kind() == Kind::Object {
        return Ok(dtype);
    }
    let message = format!("'{}' not supported for the input type {dtype}", call.operation.name);
    Err(call.refuse(ErrorCode::DType, message))
}

fn new(call: &Call, dtype: DType, layout: Layout) -> Outcome {
    let reason = reasons::computed(call.operation.name);
    Made::copy(dtype, layout, reason).scalar_if_alone().into()
}

/// The stack axes broadcast; the last two multiply; vectors count as one row or one column.
fn matmul(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["out", "dtype"])?;
    let (a, b) = (call.array("x1")?, call.array("x2")?);
    let dtype = factor_dtype(call, &[a.clone(), b.clone()])?;
    let (a, b) = (a.layout(), b.layout());
    for (at, operand) in [a, b].into_iter().enumerate() {
        if operand.rank() == 0 {
            let message = format!(
                "matmul: Input operand {at} does not have enough dimensions (has 0, gufunc core \
                 with signature (n?,k),(k,m?)->(n?,m?) requires 1)"
            );
            return Err(call.refuse(ErrorCode::Layout, message).with_help("scale with *"));
        }
    }
    let (a_core, b_core) = (a.rank().min(2), b.rank().min(2));
    let (a_stack, b_stack) = (a.rank() - a_core, b.rank() - b_core);
    let inner_of_a = a.shape()[a.rank() - 1];
    let inner_of_b = b.shape()[b_stack];
    if inner_of_a != inner_of_b {
        let message = format!(
            "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc \
             signature (n?,k),(k,m?)->(n?,m?) (size {inner_of_b} is different from {inner_of_a})"
        );
        let help = "the last axis of the left and the last but one of the right must be equal";
        return Err(call.refuse(ErrorCode::Layout, message).with_help(help));
    }
    let stack_of = |layout: &Layout, axes: usize| -> Result<Layout, ExprError> {
        let (shape, strides) = (&layout.shape()[..axes], &layout.strides()[..axes]);
        call.laid(Layout::new(shape, strides, 0, layout.itemsize()))
    };
    let (a_stack, b_stack) = (stack_of(a, a_stack)?, stack_of(b, b_stack)?);
    let mut shape = broadcast_shape(call, &[&a_stack, &b_stack])?;
    let stack_rank = shape.len();
    if a_core == 2 {
        shape.push(a.shape()[a.rank() - 2]);
    }
    if b_core == 2 {
        shape.push(b.shape()[b.rank() - 1]);
    }
    // Neither operand moves along both of the result's last axes, so they stay where they are.
    let operand_moves: Vec<Moves> = [&a_stack, &b_stack]
        .into_iter()
        .map(|stack| {
            let mut along = moves(stack, stack_rank);
            (stack_rank..shape.len()).for_each(|_| along.push(0));
            along
        })
        .collect();
    let layout = call.laid(iterated(&operand_moves, &shape, dtype.itemsize()))?;
    Ok(new(call, dtype, layout))
}

/// The last axis of `a` with the last but one of `b`; numbers scale. Always C order.
fn dot(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["out"])?;
    let (a, b) = (call.array("a")?, call.array("b")?);
    let dtype = factor_dtype(call, &[a.clone(), b.clone()])?;
    let (a, b) = (a.layout(), b.layout());
    if a.rank() == 0 || b.rank() == 0 {
        return scaled(call, dtype);
    }
    let axis = b.rank().saturating_sub(2);
    contracted(call, a, b, axis, dtype)
}

fn inner(call: &Call) -> Result<Outcome, ExprError> {
    let (a, b) = (call.array("a")?, call.array("b")?);
    let dtype = factor_dtype(call, &[a.clone(), b.clone()])?;
    let (a, b) = (a.layout(), b.layout());
    if a.rank() == 0 || b.rank() == 0 {
        return scaled(call, dtype);
    }
    contracted(call, a, b, b.rank() - 1, dtype)
}

/// A number times an array is an element-wise product, of operands cast beforehand.
fn scaled(call: &Call, dtype: DType) -> Result<Outcome, ExprError> {
    let (a, b) = (call.array("a")?, call.array("b")?);
    let array = if a.layout().rank() == 0 { b } else { a };
    let fits = *array.dtype() == dtype && array.array.is_aligned();
    let operand = match fits {
        true => array.layout().clone(),
        false => call.laid(array.layout().copied_as(CopyOrder::K, dtype.itemsize()))?,
    };
    let goes_to_blas = operand.rank() <= 2
        && matches!(
            (dtype.kind(), dtype.itemsize()),
            (Kind::Float, 4 | 8) | (Kind::Complex, 8 | 16)
        );
    let layout = match goes_to_blas {
        true => Layout::c_order(operand.shape(), dtype.itemsize()),
        false => elementwise(&[&operand], operand.shape(), dtype.itemsize(), Casting::NotNeeded),
    };
    Ok(new(call, dtype, call.laid(layout)?))
}

fn contracted(
    call: &Call,
    a: &Layout,
    b: &Layout,
    axis: usize,
    dtype: DType,
) -> Result<Outcome, ExprError> {
    let last = a.rank() - 1;
    if a.shape()[last] != b.shape()[axis] {
        let message = format!(
            "shapes {:?} and {:?} not aligned: {} (dim {last}) != {} (dim {axis})",
            a.shape(),
            b.shape(),
            a.shape()[last],
            b.shape()[axis]
        )
        .replace('[', "(")
        .replace(']', ")");
        return Err(call.refuse(ErrorCode::Layout, message));
    }
    let kept = b.shape().iter().enumerate().filter(|&(other, _)| other != axis);
    let shape: PerAxis<i64> =
        a.shape()[..last].iter().chain(kept.map(|(_, extent)| extent)).copied().collect();
    let layout = call.laid(Layout::c_order(&shape, dtype.itemsize()))?;
    Ok(new(call, dtype, layout))
}

fn outer(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["out"])?;
    let (a, b) = (call.array("a")?, call.array("b")?);
    let dtype = factor_dtype(call, &[a.clone(), b.clone()])?;
    let shape = [a.layout().size(), b.layout().size()];
    let layout = call.laid(Layout::c_order(&shape, dtype.itemsize()))?;
    Ok(new(call, dtype, layout))
}

fn tensordot(call: &Call) -> Result<Outcome, ExprError> {
    let (a, b) = (call.array("a")?, call.array("b")?);
    let dtype = factor_dtype(call, &[a.clone(), b.clone()])?;
    let (of_a, of_b) = contracted_axes(call, &a, &b)?;
    let (a, b) = (a.layout(), b.layout());
    let matches = of_a.iter().zip(&of_b).all(|(&one, &other)| a.shape()[one] == b.shape()[other]);
    if !matches || of_a.len() != of_b.len() {
        return Err(call.get("axes")?.wrong("shape-mismatch for sum"));
    }
    let kept = |layout: &Layout, axes: &[usize]| -> Vec<i64> {
        (0..layout.rank())
            .filter(|axis| !axes.contains(axis))
            .map(|axis| layout.shape()[axis])
            .collect()
    };
    let shape: Vec<i64> = kept(a, &of_a).into_iter().chain(kept(b, &of_b)).collect();
    let layout = call.laid(Layout::c_order(&shape, dtype.itemsize()))?;
    Ok(new(call, native(&dtype), layout))
}

/// `axes=2` means the last two of `a` with the first two of `b`; a pair of lists names them.
fn contracted_axes(
    call: &Call,
    a: &Traced,
    b: &Traced,
) -> Result<(Vec<usize>, Vec<usize>), ExprError> {
    let bound = call.get("axes")?;
    let (a, b) = (a.layout().rank(), b.layout().rank());
    let Some(items) = bound.items() else {
        let count = usize::try_from(bound.as_int()?).unwrap_or(usize::MAX);
        if count > a || count > b {
            return Err(bound.wrong("shape-mismatch for sum"));
        }
        return Ok(((a - count..a).collect(), (0..count).collect()));
    };
    let [of_a, of_b] = items else {
        return Err(bound.wrong("axes wants a number or two lists of axes"));
    };
    let counted = |axes: Vec<i64>, rank: usize| -> Result<Vec<usize>, ExprError> {
        let axes: Result<Vec<usize>, _> =
            axes.into_iter().map(|axis| normalize_axis(axis, rank)).collect();
        call.laid_at("axes", axes)
    };
    Ok((counted(of_a.as_ints()?, a)?, counted(of_b.as_ints()?, b)?))
}
