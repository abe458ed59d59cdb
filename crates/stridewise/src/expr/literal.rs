//! Array literals: what NumPy makes of nested lists, `[[1, 2, 3], [4, 5, 6]]`.
//!
//! That one is `(2,3):(24,8)+0` of int64, with values known in C order, so that it can index.
//! No more is allocated than the source has characters.

use std::rc::Rc;

use super::array::Array;
use super::error::{ErrorCode, ExprError};
use super::promotion::{Weak, promote};
use super::value::{Known, Spanned, Traced, Value};
use crate::layout::{DType, Layout};

/// The shape and the leaves of a nested sequence.
struct Nest<'v> {
    shape: Vec<i64>,
    leaves: Vec<&'v Spanned>,
}

/// The shape and dtype of the array that NumPy makes of nested lists with arrays in them.
pub(super) fn joined(value: &Spanned) -> Result<(Vec<i64>, DType), ExprError> {
    let mut nest = Nest { shape: Vec::new(), leaves: Vec::new() };
    flatten(value, 0, &mut nest)?;
    let extents = |leaf: &&Spanned| match &leaf.value {
        Value::Array(traced) => traced.layout().shape().to_vec(),
        _ => Vec::new(),
    };
    let own = nest.leaves.first().map(extents).unwrap_or_default();
    if nest.leaves.iter().any(|leaf| extents(leaf) != own) {
        return Err(ragged(value));
    }
    Ok(([nest.shape, own].concat(), dtype_of(&nest.leaves, value)?))
}

/// The array that NumPy makes of a plain value, in C order, of the given dtype or its own.
pub(super) fn array_of(value: &Spanned, dtype: Option<DType>) -> Result<Traced, ExprError> {
    let mut nest = Nest { shape: Vec::new(), leaves: Vec::new() };
    flatten(value, 0, &mut nest)?;
    let own = dtype_of(&nest.leaves, value)?;
    let dtype = dtype.unwrap_or(own);
    let layout = Layout::c_order(&nest.shape, dtype.itemsize())
        .map_err(|error| ExprError::from_layout(error, value.span.clone()))?;
    let mut traced = Traced::original(Array::allocated(dtype, layout));
    traced.known = known(&nest.leaves);
    Ok(traced)
}

fn flatten<'v>(value: &'v Spanned, depth: usize, nest: &mut Nest<'v>) -> Result<(), ExprError> {
    match value.items() {
        Some(items) => {
            let extent = i64::try_from(items.len()).unwrap_or(i64::MAX);
            match nest.shape.get(depth) {
                None if nest.leaves.is_empty() => nest.shape.push(extent),
                Some(&known) if known == extent => {}
                _ => return Err(ragged(value)),
            }
            items.iter().try_for_each(|item| flatten(item, depth + 1, nest))
        }
        None if depth == nest.shape.len() => {
            nest.leaves.push(value);
            Ok(())
        }
        None => Err(ragged(value)),
    }
}

fn ragged(value: &Spanned) -> ExprError {
    value
        .wrong(
            "setting an array element with a sequence. The requested array has an inhomogeneous \
             shape",
        )
        .with_help("what stands at the same depth has to be equally long")
}

fn dtype_of(leaves: &[&Spanned], whole: &Spanned) -> Result<DType, ExprError> {
    if leaves.is_empty() {
        return Ok(DType::float64());
    }
    let (mut strong, mut weak) = (Vec::new(), None);
    for leaf in leaves {
        let number = match &leaf.value {
            Value::Bool(_) => {
                strong.push(DType::bool());
                continue;
            }
            Value::Text(text) => {
                let characters = text.chars().count();
                strong.extend(DType::parse(&format!("U{characters}")));
                continue;
            }
            Value::Array(traced) => {
                strong.push(traced.dtype().clone());
                continue;
            }
            Value::Int(_) => Weak::Int,
            Value::Float(_) => Weak::Float,
            Value::Imaginary(_) => Weak::Complex,
            Value::None => {
                strong.extend(DType::parse("O"));
                continue;
            }
            _ => {
                let message =
                    format!("a trace makes no array element of '{}'", leaf.value.type_name());
                return Err(ExprError::new(ErrorCode::Unsupported, leaf.span.clone(), message));
            }
        };
        weak = weak.max(Some(number));
    }
    // Numbers in a list have their default sizes: there is nothing beside them to follow.
    strong.extend(weak.and_then(|weak| promote([], Some(weak))));
    strong.dedup();
    promote(&strong, None).ok_or_else(|| {
        let message = "a trace makes no array of values as different as these";
        ExprError::new(ErrorCode::Unsupported, whole.span.clone(), message)
    })
}

fn known(leaves: &[&Spanned]) -> Known {
    let integer = |leaf: &&Spanned| match &leaf.value {
        Value::Int(value) => i64::try_from(*value).ok(),
        Value::Bool(value) => Some(i64::from(*value)),
        Value::Array(traced) => match traced.known {
            Known::Every(value) => Some(value),
            _ => None,
        },
        _ => None,
    };
    match leaves.iter().map(integer).collect::<Option<Vec<i64>>>() {
        Some(values) => Known::Listed(Rc::from(values)),
        None => Known::Nothing,
    }
}
