//! Element-wise functions: arithmetic, comparisons, mathematics, `where` and `clip`.
//!
//! They compute new elements, in the order of their operands: `(2,3):(8,16)+0` times 2 is the
//! copy `(2,3):(8,16)+0`. What differs from function to function is only the dtype.

use std::rc::Rc;

use super::{Call, Operation, Outcome, function, method};
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::placement::{self, Casting};
use crate::expr::promotion::{Weak, float_holding, is_number, native, number, promote};
use crate::expr::reasons;
use crate::expr::value::{Known, Made, Spanned, Traced, Value};
use crate::layout::dtype::Kind;
use crate::layout::{DType, Layout, broadcast_shapes};

const TWO: &str = "x1, x2, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None";
const ONE: &str = "x1, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None";

pub(super) const OPERATIONS: &[Operation] = &[
    function("add", TWO, arithmetic),
    function("multiply", TWO, arithmetic),
    function("maximum", TWO, arithmetic),
    function("minimum", TWO, arithmetic),
    function("fmax", TWO, arithmetic),
    function("fmin", TWO, arithmetic),
    function("subtract", TWO, no_bools),
    function("divide", TWO, floating),
    function("true_divide", TWO, floating),
    function("arctan2", TWO, real_floating),
    function("hypot", TWO, real_floating),
    function("floor_divide", TWO, quotient),
    function("remainder", TWO, quotient),
    function("mod", TWO, quotient),
    function("power", TWO, no_bool_result),
    function("pow", TWO, no_bool_result),
    function("left_shift", TWO, bits_no_bool_result),
    function("right_shift", TWO, bits_no_bool_result),
    function("bitwise_and", TWO, bits),
    function("bitwise_or", TWO, bits),
    function("bitwise_xor", TWO, bits),
    function("less", TWO, truth),
    function("less_equal", TWO, truth),
    function("greater", TWO, truth),
    function("greater_equal", TWO, truth),
    function("equal", TWO, truth),
    function("not_equal", TWO, truth),
    function("logical_and", TWO, truth),
    function("logical_or", TWO, truth),
    function("logical_xor", TWO, truth),
    function("logical_not", ONE, truth),
    function("isnan", ONE, truth),
    function("isfinite", ONE, truth),
    function("isinf", ONE, truth),
    function("negative", ONE, no_bools),
    function("positive", ONE, no_bools),
    function("square", ONE, no_bool_result),
    function("invert", ONE, bits),
    function("bitwise_not", ONE, bits),
    function("abs", ONE, magnitude),
    function("absolute", ONE, magnitude),
    function("conj", ONE, no_bool_result),
    function("conjugate", ONE, no_bool_result),
    function("sqrt", ONE, small_floating),
    function("exp", ONE, small_floating),
    function("log", ONE, small_floating),
    function("log2", ONE, small_floating),
    function("log10", ONE, small_floating),
    function("sin", ONE, small_floating),
    function("cos", ONE, small_floating),
    function("tan", ONE, small_floating),
    function("tanh", ONE, small_floating),
    function("where", "condition, x=None, y=None, /", choose),
    function("tril", "m, k=0", triangle),
    function("triu", "m, k=0", triangle),
    function("clip", "a, a_min=None, a_max=None, out=None, *, min=None, max=None", clip),
    method("clip", "a, /, min=None, max=None, out=None", clip),
];

fn arithmetic(call: &Call) -> Result<Outcome, ExprError> {
    compute(call, Some)
}

fn no_bools(call: &Call) -> Result<Outcome, ExprError> {
    compute(call, |dtype| Some(dtype).filter(|dtype| dtype.kind() != Kind::Bool))
}

fn no_bool_result(call: &Call) -> Result<Outcome, ExprError> {
    compute(call, |dtype| Some(bool_to_int(dtype)))
}

/// Division without a fraction, which complex numbers do not have.
fn quotient(call: &Call) -> Result<Outcome, ExprError> {
    compute(call, |dtype| Some(bool_to_int(dtype)).filter(|dtype| dtype.kind() != Kind::Complex))
}

fn bits(call: &Call) -> Result<Outcome, ExprError> {
    compute(call, only_bits)
}

fn bits_no_bool_result(call: &Call) -> Result<Outcome, ExprError> {
    compute(call, |dtype| only_bits(dtype).map(bool_to_int))
}

fn truth(call: &Call) -> Result<Outcome, ExprError> {
    compute(call, |_| Some(DType::bool()))
}

/// Division: integers of any size give doubles.
fn floating(call: &Call) -> Result<Outcome, ExprError> {
    compute(call, |dtype| Some(if is_whole(&dtype) { DType::float64() } else { dtype }))
}

/// Functions of real numbers: integers give the smallest float that holds them.
fn small_floating(call: &Call) -> Result<Outcome, ExprError> {
    compute(call, |dtype| Some(as_float(dtype)))
}

fn real_floating(call: &Call) -> Result<Outcome, ExprError> {
    compute(call, |dtype| Some(as_float(dtype)).filter(|dtype| dtype.kind() == Kind::Float))
}

fn as_float(dtype: DType) -> DType {
    if is_whole(&dtype) { number(Kind::Float, float_holding(&dtype)) } else { dtype }
}

fn magnitude(call: &Call) -> Result<Outcome, ExprError> {
    compute(call, |dtype| {
        Some(match dtype.kind() {
            Kind::Complex => number(Kind::Float, dtype.itemsize() / 2),
            _ => dtype,
        })
    })
}

fn is_whole(dtype: &DType) -> bool {
    matches!(dtype.kind(), Kind::Bool | Kind::Int | Kind::Uint)
}

fn bool_to_int(dtype: DType) -> DType {
    if dtype.kind() == Kind::Bool { number(Kind::Int, 1) } else { dtype }
}

fn only_bits(dtype: DType) -> Option<DType> {
    Some(dtype).filter(is_whole)
}

/// One operand of an element-wise function.
enum Operand {
    Array(Rc<Traced>),
    /// A Python number, which follows the dtype of the arrays.
    Weak(Weak, Option<i128>),
}

impl Operand {
    fn read(call: &Call, value: &Spanned) -> Result<Operand, ExprError> {
        Ok(match value.value {
            Value::Int(int) => Operand::Weak(Weak::Int, Some(int)),
            Value::Float(_) => Operand::Weak(Weak::Float, None),
            Value::Imaginary(_) => Operand::Weak(Weak::Complex, None),
            _ => Operand::Array(call.array_in(value)?),
        })
    }

    /// The integer that all its elements are, if that is known.
    fn every(&self) -> Option<i128> {
        match self {
            Operand::Array(traced) => match traced.known {
                Known::Every(value) => Some(value.into()),
                _ => None,
            },
            Operand::Weak(_, value) => *value,
        }
    }
}

/// Computes with the operands `x1` and, where there is one, `x2`.
fn compute(call: &Call, result: impl Fn(DType) -> Option<DType>) -> Result<Outcome, ExprError> {
    call.expect_none(&["out", "dtype"])?;
    let mut operands = vec![Operand::read(call, call.get("x1")?)?];
    if let Some((_, second)) = call.arguments.iter().find(|(name, _)| *name == "x2") {
        operands.push(Operand::read(call, second)?);
    }
    let common = common(call, &operands)?;
    let dtype = result(common.clone()).ok_or_else(|| {
        let dtype = reasons::named(&common);
        let name = call.operation.name;
        let message = format!("ufunc '{name}' not supported for the input types: {dtype}");
        call.refuse(ErrorCode::DType, message).with_help(".astype() a dtype that it takes")
    })?;
    if dtype.kind() != Kind::Bool {
        check_weak(call, &operands, &common)?;
    }
    // The dtype computed with, which operands of another have to be cast to.
    let computed = match is_whole(&common) && !is_whole(&dtype) {
        true => dtype.clone(),
        false if dtype.kind() == Kind::Bool => common,
        false => bool_to_int_where(&dtype, common),
    };
    let casting = casting(&operands, &computed);
    let known = fold(call.operation.name, &operands);
    made(call, &operands, dtype, casting, call.operation.name)
        .map(|made| made.knowing(known).into())
}

fn bool_to_int_where(result: &DType, common: DType) -> DType {
    match (result.kind(), common.kind()) {
        (Kind::Int, Kind::Bool) => bool_to_int(common),
        _ => common,
    }
}

fn common(call: &Call, operands: &[Operand]) -> Result<DType, ExprError> {
    let strong = operands.iter().filter_map(|operand| match operand {
        Operand::Array(traced) => Some(traced.dtype()),
        Operand::Weak(..) => None,
    });
    let weak = operands.iter().filter_map(|operand| match operand {
        Operand::Weak(weak, _) => Some(*weak),
        Operand::Array(_) => None,
    });
    let refused = || {
        let message = format!(
            "a trace does not know what dtype '{}' computes from these",
            call.operation.name
        );
        call.refuse(ErrorCode::Unsupported, message)
            .with_help("it follows numbers and truth values")
    };
    promote(strong, weak.max()).filter(is_number).ok_or_else(refused)
}

/// Python integers have to fit the dtype that they follow.
fn check_weak(call: &Call, operands: &[Operand], common: &DType) -> Result<(), ExprError> {
    let bits = u32::try_from(common.itemsize() * 8).unwrap_or(64);
    let (low, high) = match common.kind() {
        Kind::Int => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
        Kind::Uint => (0, (1i128 << bits) - 1),
        _ => return Ok(()),
    };
    for operand in operands {
        let Operand::Weak(Weak::Int, Some(value)) = operand else { continue };
        if !(low..=high).contains(value) {
            let message =
                format!("Python integer {value} out of bounds for {}", reasons::named(common));
            return Err(call
                .refuse(ErrorCode::Argument, message)
                .with_help("write it as a float, or .astype() the array to a wider dtype"));
        }
        if *value < 0 && matches!(call.operation.name, "power" | "pow") {
            let message = "Integers to negative integer powers are not allowed.";
            return Err(call
                .refuse(ErrorCode::Argument, message)
                .with_help("write the exponent as a float"));
        }
    }
    Ok(())
}

fn casting(operands: &[Operand], computed: &DType) -> Casting {
    let fits = |operand: &Operand| match operand {
        Operand::Weak(..) => true,
        Operand::Array(traced) => {
            traced.layout().rank() == 0 || traced.dtype() == computed && traced.array.is_aligned()
        }
    };
    if operands.iter().all(fits) { Casting::NotNeeded } else { Casting::Needed }
}

fn made(
    call: &Call,
    operands: &[Operand],
    dtype: DType,
    casting: Casting,
    name: &str,
) -> Result<Made, ExprError> {
    let arrays: Vec<&Layout> = operands
        .iter()
        .filter_map(|operand| match operand {
            Operand::Array(traced) => Some(traced.layout()),
            Operand::Weak(..) => None,
        })
        .collect();
    let shape = broadcast_shape(call, &arrays)?;
    let layout = placement::elementwise(&arrays, &shape, dtype.itemsize(), casting);
    Ok(Made::copy(dtype, call.laid(layout)?, reasons::computed(name)).scalar_if_alone())
}

pub(super) fn broadcast_shape(call: &Call, arrays: &[&Layout]) -> Result<Vec<i64>, ExprError> {
    let shapes: Vec<&[i64]> = arrays.iter().map(|layout| layout.shape()).collect();
    broadcast_shapes(&shapes).map(|shape| shape.to_vec()).map_err(|error| {
        let written = |shape: &&[i64]| {
            let extents: Vec<String> = shape.iter().map(i64::to_string).collect();
            match extents.as_slice() {
                [one] => format!("({one},)"),
                extents => format!("({})", extents.join(",")),
            }
        };
        let shapes: Vec<String> = shapes.iter().map(written).collect();
        let message =
            format!("operands could not be broadcast together with shapes {}", shapes.join(" "));
        ExprError { message, ..ExprError::from_layout(error, call.span.clone()) }
    })
}

/// What is known of the result where every element of every operand is the same known integer.
fn fold(name: &str, operands: &[Operand]) -> Known {
    let values: Option<Vec<i128>> = operands.iter().map(Operand::every).collect();
    let result = match (name, values.as_deref()) {
        ("less", Some([a, b])) => Some(i64::from(a < b)),
        ("less_equal", Some([a, b])) => Some(i64::from(a <= b)),
        ("greater", Some([a, b])) => Some(i64::from(a > b)),
        ("greater_equal", Some([a, b])) => Some(i64::from(a >= b)),
        ("equal", Some([a, b])) => Some(i64::from(a == b)),
        ("not_equal", Some([a, b])) => Some(i64::from(a != b)),
        ("logical_not", Some([a])) => Some(i64::from(*a == 0)),
        _ => None,
    };
    result.map_or(Known::Nothing, Known::Every)
}

/// `where(condition, x, y)`: always through the iterator, whatever the order of the operands.
fn choose(call: &Call) -> Result<Outcome, ExprError> {
    let (Some(x), Some(y)) = (call.given("x")?, call.given("y")?) else {
        return Err(call
            .refuse(
                ErrorCode::DataDependent,
                "where(condition) gives the indices of true elements, and a trace has no values",
            )
            .with_help("where(condition, x, y) can be traced"));
    };
    let condition = call.array("condition")?;
    if !condition.dtype().fields().is_empty() {
        let message = format!("a condition is true or false, not {}", condition.dtype());
        let span = call.get("condition")?.span.clone();
        return Err(ExprError::new(ErrorCode::DType, span, message));
    }
    let condition = Operand::Array(condition);
    let choices = [Operand::read(call, x)?, Operand::read(call, y)?];
    let dtypes = choices.iter().filter_map(|choice| match choice {
        Operand::Array(traced) => Some(traced.dtype()),
        Operand::Weak(..) => None,
    });
    let weak = choices.iter().filter_map(|choice| match choice {
        Operand::Weak(weak, _) => Some(*weak),
        Operand::Array(_) => None,
    });
    let dtype = promote(dtypes, weak.max()).ok_or_else(|| {
        call.refuse(ErrorCode::DType, "where() finds no common dtype for its choices")
    })?;
    let [x, y] = choices;
    made(call, &[condition, x, y], dtype, Casting::Needed, "where")
        .map(|made| made.no_scalar().into())
}

/// `where(mask, m, 0)` with a triangle of the last two axes as the mask, as NumPy computes it.
fn triangle(call: &Call) -> Result<Outcome, ExprError> {
    call.int("k")?;
    let m = call.array("m")?;
    let Some(&columns) = m.layout().shape().last() else {
        let name = call.operation.name;
        return Err(call
            .refuse(ErrorCode::Layout, format!("{name}() wants one axis or more"))
            .with_help("a matrix has two axes"));
    };
    let rows = m.layout().shape().iter().rev().nth(1).copied().unwrap_or(columns);
    let new = |dtype: DType, shape: &[i64]| {
        let layout = call.laid(Layout::c_order(shape, dtype.itemsize()))?;
        Ok(Operand::Array(Rc::new(Made::new(dtype, layout).traced)))
    };
    let mask = new(DType::bool(), &[rows, columns])?;
    let zero = new(m.dtype().clone(), &[1])?;
    let dtype = promote([m.dtype(), m.dtype()], None);
    let dtype = dtype.unwrap_or_else(|| m.dtype().clone());
    let operands = [mask, Operand::Array(m), zero];
    made(call, &operands, dtype, Casting::Needed, call.operation.name).map(Outcome::from)
}

fn clip(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["out"])?;
    let mut operands = vec![Operand::read(call, call.get("a")?)?];
    for (name, bound) in &call.arguments {
        if name.ends_with("min") || name.ends_with("max") {
            operands.extend((!bound.is_none()).then(|| Operand::read(call, bound)).transpose()?);
        }
    }
    let dtype = common(call, &operands)?;
    let casting = casting(&operands, &dtype);
    made(call, &operands, native(&dtype), casting, "clip").map(Outcome::from)
}
