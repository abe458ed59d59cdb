//! Arithmetic on plain Python values: integers, floats, tuples and lists.
//!
//! `2**20 // 3`, `(2,) + a.shape`, `a.strides * 2`. Integers are checked for overflow in 128
//! bits; a sequence grows to [`MAX_ITEMS`] at most, whatever the source multiplies it by.

use std::ops::Range;

use super::ast::{Operator, Sign};
use super::error::{ErrorCode, ExprError};
use super::value::{Spanned, Value};

/// The longest tuple or list that arithmetic makes: four times the axes of any array is plenty.
const MAX_ITEMS: usize = 256;

enum Number {
    Int(i128),
    Float(f64),
}

fn number(value: &Value) -> Option<Number> {
    match *value {
        Value::Int(value) => Some(Number::Int(value)),
        Value::Bool(value) => Some(Number::Int(i128::from(value))),
        Value::Float(value) => Some(Number::Float(value)),
        _ => None,
    }
}

/// `left operator right`, neither of them an array.
pub(super) fn binary(
    operator: Operator,
    left: &Spanned,
    right: &Spanned,
    span: &Range<usize>,
) -> Result<Value, ExprError> {
    let (one, other) = (&left.value, &right.value);
    match (number(one), number(other)) {
        (Some(Number::Int(one)), Some(Number::Int(other))) => integers(operator, one, other, span),
        (Some(one), Some(other)) => floats(operator, one.to_float(), other.to_float(), span),
        _ => match (operator, one, other) {
            (Operator::Add, Value::Tuple(one), Value::Tuple(other)) => {
                Ok(Value::Tuple(limited([one, other], span)?))
            }
            (Operator::Add, Value::List(one), Value::List(other)) => {
                Ok(Value::List(limited([one, other], span)?))
            }
            (Operator::Multiply, Value::Tuple(items), Value::Int(times))
            | (Operator::Multiply, Value::Int(times), Value::Tuple(items)) => {
                Ok(Value::Tuple(repeated(items, *times, span)?))
            }
            (Operator::Multiply, Value::List(items), Value::Int(times))
            | (Operator::Multiply, Value::Int(times), Value::List(items)) => {
                Ok(Value::List(repeated(items, *times, span)?))
            }
            _ => {
                let message = format!(
                    "unsupported operand type(s) for {}: '{}' and '{}'",
                    operator.mark(),
                    one.type_name(),
                    other.type_name()
                );
                Err(ExprError::new(ErrorCode::Argument, span.clone(), message))
            }
        },
    }
}

/// `-value`, `+value` or `~value`.
pub(super) fn signed(sign: Sign, value: &Spanned) -> Result<Value, ExprError> {
    match (sign, number(&value.value), &value.value) {
        (Sign::Plus, Some(_), other) => Ok(other.clone()),
        (Sign::Minus, Some(Number::Int(int)), _) => Ok(Value::Int(-int)), // 128 bits hold ten times what is read
        (Sign::Minus, Some(Number::Float(float)), _) => Ok(Value::Float(-float)),
        (Sign::Minus, _, Value::Imaginary(float)) => Ok(Value::Imaginary(-float)),
        (Sign::Invert, Some(Number::Int(int)), _) => Ok(Value::Int(!int)),
        (_, _, other) => {
            let mark = match sign {
                Sign::Plus => '+',
                Sign::Minus => '-',
                Sign::Invert => '~',
            };
            Err(value.wrong(format!("bad operand type for unary {mark}: '{}'", other.type_name())))
        }
    }
}

impl Number {
    fn to_float(&self) -> f64 {
        match *self {
            #[allow(clippy::cast_precision_loss)] // Python rounds here too.
            Number::Int(value) => value as f64,
            Number::Float(value) => value,
        }
    }
}

fn integers(
    operator: Operator,
    one: i128,
    other: i128,
    span: &Range<usize>,
) -> Result<Value, ExprError> {
    use Operator::*;
    let by_zero = || division_by_zero(span);
    let shift = u32::try_from(other).ok().filter(|&bits| bits < 127);
    let result = match operator {
        Add => one.checked_add(other),
        Subtract => one.checked_sub(other),
        Multiply => one.checked_mul(other),
        FloorDivide | Remainder | Divide if other == 0 => return Err(by_zero()),
        FloorDivide => one.checked_div_euclid(other).map(|quotient| {
            // Euclid rounds so that the remainder is positive; Python rounds down.
            if other < 0 && one.rem_euclid(other) != 0 { quotient - 1 } else { quotient }
        }),
        Remainder => one.checked_rem_euclid(other).map(|remainder| {
            if other < 0 && remainder != 0 { remainder + other } else { remainder }
        }),
        Power if other >= 0 => u32::try_from(other).ok().and_then(|other| one.checked_pow(other)),
        ShiftLeft => {
            shift.and_then(|bits| one.checked_mul(1i128.checked_shl(bits).unwrap_or(i128::MAX)))
        }
        ShiftRight => Some(one >> shift.unwrap_or(127)),
        And => Some(one & other),
        Or => Some(one | other),
        Xor => Some(one ^ other),
        Less => return Ok(Value::Bool(one < other)),
        LessEqual => return Ok(Value::Bool(one <= other)),
        Greater => return Ok(Value::Bool(one > other)),
        GreaterEqual => return Ok(Value::Bool(one >= other)),
        Equal => return Ok(Value::Bool(one == other)),
        NotEqual => return Ok(Value::Bool(one != other)),
        Divide | Power => {
            let (one, other) = (Number::Int(one).to_float(), Number::Int(other).to_float());
            return floats(operator, one, other, span);
        }
        MatrixMultiply => return Err(no_matmul(span)),
    };
    // Kept clear of the ends, so that a sign or a sum of two never overflows.
    match result.filter(|value| value.unsigned_abs() < 1 << 126) {
        Some(value) => Ok(Value::Int(value)),
        None => Err(ExprError::new(ErrorCode::TooLarge, span.clone(), "integer too large")
            .with_help("a trace computes with 126 bits")),
    }
}

fn floats(
    operator: Operator,
    one: f64,
    other: f64,
    span: &Range<usize>,
) -> Result<Value, ExprError> {
    use Operator::*;
    let divides = matches!(operator, Divide | FloorDivide | Remainder);
    if divides && other == 0.0 {
        return Err(division_by_zero(span));
    }
    Ok(match operator {
        Add => Value::Float(one + other),
        Subtract => Value::Float(one - other),
        Multiply => Value::Float(one * other),
        Divide => Value::Float(one / other),
        FloorDivide => Value::Float((one / other).floor()),
        Remainder => Value::Float(one - other * (one / other).floor()),
        Power => Value::Float(one.powf(other)),
        Less => Value::Bool(one < other),
        LessEqual => Value::Bool(one <= other),
        Greater => Value::Bool(one > other),
        GreaterEqual => Value::Bool(one >= other),
        #[allow(clippy::float_cmp)] // Python's == is exact too.
        Equal => Value::Bool(one == other),
        #[allow(clippy::float_cmp)]
        NotEqual => Value::Bool(one != other),
        MatrixMultiply => return Err(no_matmul(span)),
        Or | Xor | And | ShiftLeft | ShiftRight => {
            let message =
                format!("unsupported operand type(s) for {}: 'float' and 'float'", operator.mark());
            return Err(ExprError::new(ErrorCode::Argument, span.clone(), message));
        }
    })
}

fn division_by_zero(span: &Range<usize>) -> ExprError {
    ExprError::new(ErrorCode::Argument, span.clone(), "division by zero")
        .with_help("Python refuses it for plain numbers")
}

fn no_matmul(span: &Range<usize>) -> ExprError {
    let message = "unsupported operand type(s) for @: numbers";
    ExprError::new(ErrorCode::Argument, span.clone(), message)
}

fn limited(parts: [&Vec<Spanned>; 2], span: &Range<usize>) -> Result<Vec<Spanned>, ExprError> {
    let [one, other] = parts;
    check_items(one.len() + other.len(), span)?;
    Ok(one.iter().chain(other).cloned().collect())
}

fn repeated(
    items: &[Spanned],
    times: i128,
    span: &Range<usize>,
) -> Result<Vec<Spanned>, ExprError> {
    let times = usize::try_from(times.max(0)).unwrap_or(usize::MAX);
    check_items(items.len().saturating_mul(times), span)?;
    Ok((0..times).flat_map(|_| items).cloned().collect())
}

fn check_items(count: usize, span: &Range<usize>) -> Result<(), ExprError> {
    if count > MAX_ITEMS {
        let message = format!("sequence of {count} items; {MAX_ITEMS} are computed at most");
        return Err(ExprError::new(ErrorCode::TooLarge, span.clone(), message));
    }
    Ok(())
}
