//! Constructors: arrays that begin a chain, in memory of their own.
//!
//! `zeros((2,3), 'f4', order='F')` is `(2,3):(4,8)+0`. No value is ever stored; of the few that
//! may index later (`arange(3)`, `ones(4, bool)`) the rule is kept.

use super::{Call, Operation, Outcome, function};
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::promotion::{Weak, promote};
use crate::expr::value::{Known, Made, Spanned, Value};
use crate::layout::dtype::Kind;
use crate::layout::{CopyOrder, DType, Layout, LayoutError};

const SHAPED: &str = "shape, dtype=None, order='C', *, device=None, like=None";

pub(super) const OPERATIONS: &[Operation] = &[
    function("zeros", SHAPED, zeros),
    function("ones", SHAPED, ones),
    function("empty", SHAPED, empty),
    function("full", "shape, fill_value, dtype=None, order='C', *, device=None, like=None", full),
    function(
        "arange",
        "start_or_stop, /, stop=None, step=1, *, dtype=None, device=None, like=None",
        arange,
    ),
    function(
        "linspace",
        "start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None",
        linspace,
    ),
    function("eye", "N, M=None, k=0, dtype=float, order='C', *, device=None, like=None", eye),
    function("identity", "n, dtype=None, *, like=None", identity),
    function(
        "zeros_like",
        "a, dtype=None, order='K', subok=True, shape=None, *, device=None",
        zeros_like,
    ),
    function(
        "ones_like",
        "a, dtype=None, order='K', subok=True, shape=None, *, device=None",
        ones_like,
    ),
    function(
        "empty_like",
        "a, /, dtype=None, order='K', subok=True, shape=None, *, device=None",
        empty_like,
    ),
    function(
        "full_like",
        "a, fill_value, dtype=None, order='K', subok=True, shape=None, *, device=None",
        full_like,
    ),
];

fn zeros(call: &Call) -> Result<Outcome, ExprError> {
    Ok(shaped(call, None)?.knowing(Known::Every(0)).into())
}

fn ones(call: &Call) -> Result<Outcome, ExprError> {
    Ok(shaped(call, None)?.knowing(Known::Every(1)).into())
}

fn empty(call: &Call) -> Result<Outcome, ExprError> {
    Ok(shaped(call, None)?.into())
}

fn full(call: &Call) -> Result<Outcome, ExprError> {
    let (dtype, known) = filling(call)?;
    Ok(shaped(call, Some(dtype))?.knowing(known).into())
}

fn zeros_like(call: &Call) -> Result<Outcome, ExprError> {
    Ok(alike(call)?.knowing(Known::Every(0)).into())
}

fn ones_like(call: &Call) -> Result<Outcome, ExprError> {
    Ok(alike(call)?.knowing(Known::Every(1)).into())
}

fn empty_like(call: &Call) -> Result<Outcome, ExprError> {
    Ok(alike(call)?.into())
}

fn full_like(call: &Call) -> Result<Outcome, ExprError> {
    Ok(alike(call)?.knowing(filling(call)?.1).into())
}

/// The dtype of `fill_value`, and the value if it is an integer.
fn filling(call: &Call) -> Result<(DType, Known), ExprError> {
    let value = call.array("fill_value")?;
    let known = match &value.known {
        Known::Listed(values) if values.len() == 1 => Known::Every(values[0]),
        Known::Every(value) => Known::Every(*value),
        _ => Known::Nothing,
    };
    Ok((value.dtype().clone(), known))
}

/// An array of `shape`, `dtype` (or else the given one, or else float64) and `order`.
fn shaped(call: &Call, own: Option<DType>) -> Result<Made, ExprError> {
    call.expect_none(&["like"])?;
    let shape = call.shape("shape")?;
    let dtype = call.dtype("dtype")?.or(own).unwrap_or_else(DType::float64);
    let order = c_or_f(call)?;
    fresh(call, "shape", dtype, |element| {
        let shape: Vec<i64> = shape.iter().chain(element.1).copied().collect();
        match order {
            CopyOrder::F => Layout::f_order(&shape, element.0.itemsize()),
            _ => Layout::c_order(&shape, element.0.itemsize()),
        }
    })
}

/// A new array; a sub-array dtype such as `('f4', (2,3))` becomes more axes.
fn fresh(
    call: &Call,
    parameter: &str,
    dtype: DType,
    layout: impl FnOnce((&DType, &[i64])) -> Result<Layout, LayoutError>,
) -> Result<Made, ExprError> {
    let (mut element, mut extents) = (dtype, Vec::new());
    while let Some((inner, shape)) = element.sub_array().map(|(e, s)| (e.clone(), s.to_vec())) {
        extents.extend(shape);
        element = inner;
    }
    let layout = call.laid_at(parameter, layout((&element, &extents)))?;
    Ok(Made::new(element, layout))
}

/// NumPy's constructors know two orders.
fn c_or_f(call: &Call) -> Result<CopyOrder, ExprError> {
    match call.order("order")? {
        None | Some(CopyOrder::C) => Ok(CopyOrder::C),
        Some(CopyOrder::F) => Ok(CopyOrder::F),
        Some(_) => Err(call.get("order")?.wrong("only 'C' or 'F' order is permitted")),
    }
}

/// As `a`: its dtype, shape and order of axes, unless told otherwise.
fn alike(call: &Call) -> Result<Made, ExprError> {
    let a = call.array("a")?;
    let dtype = call.dtype("dtype")?.unwrap_or_else(|| a.dtype().clone());
    let order = call.order("order")?.unwrap_or(CopyOrder::K);
    let Some(shape) = call.optional_ints("shape")? else {
        let layout = call.laid(a.layout().copied_as(order, dtype.itemsize()))?;
        return Ok(Made::new(dtype, layout));
    };
    let a = a.layout();
    let f_order = a.is_f_contiguous() && !a.is_c_contiguous();
    let layout = match order {
        CopyOrder::F => Layout::f_order(&shape, dtype.itemsize()),
        CopyOrder::A if f_order => Layout::f_order(&shape, dtype.itemsize()),
        // The order of axes carries over only to as many axes.
        CopyOrder::K if shape.len() == a.rank() && f_order => {
            Layout::f_order(&shape, dtype.itemsize())
        }
        CopyOrder::K if shape.len() == a.rank() && !a.is_c_contiguous() => {
            Layout::packed_in_order(&shape, dtype.itemsize(), &a.order())
        }
        _ => Layout::c_order(&shape, dtype.itemsize()),
    };
    Ok(Made::new(dtype, call.laid_at("shape", layout)?))
}

fn arange(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["like"])?;
    let first = call.get("start_or_stop")?;
    let step = call.get("step")?;
    let (start, stop) = match call.given("stop")? {
        Some(stop) => (number(first)?, number(stop)?),
        None => (0.0, number(first)?),
    };
    let stride = number(step)?;
    let count = ((stop - start) / stride).ceil();
    if stride == 0.0 || count.is_nan() {
        return Err(step.wrong("Maximum allowed size exceeded").with_help("step must not be 0"));
    }
    if count >= 9.2e18 {
        return Err(call
            .refuse(ErrorCode::TooLarge, "Maximum allowed size exceeded")
            .with_help("the number of elements has to stay below 2**63"));
    }
    #[allow(clippy::cast_possible_truncation)] // Just compared with i64::MAX.
    let count = count.max(0.0) as i64;
    let dtype = call.dtype("dtype")?;
    let passed = [first, call.get("stop")?, step];
    let weak = passed.iter().filter_map(|value| weak(value)).max();
    let own = promote([], weak).unwrap_or_else(DType::int64);
    let dtype = dtype.unwrap_or(own);
    let layout = call.laid(Layout::c_order(&[count], dtype.itemsize()))?;
    let made = Made::new(dtype, layout);
    let integer = matches!(made.traced.dtype().kind(), Kind::Int | Kind::Uint);
    let ends = (call.given("stop")?.map(|_| first.as_int()).unwrap_or(Ok(0)), step.as_int());
    Ok(match ends {
        (Ok(start), Ok(step)) if integer => made.knowing(Known::Progression { start, step }),
        _ => made,
    }
    .into())
}

fn linspace(call: &Call) -> Result<Outcome, ExprError> {
    number(call.get("start")?)?;
    number(call.get("stop")?)?;
    if call.flag("retstep")? {
        let message = "a trace does not follow retstep=True";
        return Err(ExprError::new(
            ErrorCode::Unsupported,
            call.get("retstep")?.span.clone(),
            message,
        ));
    }
    let count = call.int("num")?;
    if count < 0 {
        let message = format!("Number of samples, {count}, must be non-negative.");
        return Err(call.get("num")?.wrong(message));
    }
    let dtype = call.dtype("dtype")?.unwrap_or_else(DType::float64);
    let layout = call.laid_at("num", Layout::c_order(&[count], dtype.itemsize()))?;
    Ok(Made::new(dtype, layout).into())
}

fn eye(call: &Call) -> Result<Outcome, ExprError> {
    call.int("k")?;
    let rows = call.int("N")?;
    let columns = call.given("M")?.map(Spanned::as_int).transpose()?.unwrap_or(rows);
    let dtype = call.dtype("dtype")?.unwrap_or_else(DType::float64);
    let layout = match c_or_f(call)? {
        CopyOrder::F => Layout::f_order(&[rows, columns], dtype.itemsize()),
        _ => Layout::c_order(&[rows, columns], dtype.itemsize()),
    };
    Ok(Made::new(dtype, call.laid(layout)?).into())
}

fn identity(call: &Call) -> Result<Outcome, ExprError> {
    let extent = call.int("n")?;
    let dtype = call.dtype("dtype")?.unwrap_or_else(DType::float64);
    let layout = call.laid_at("n", Layout::c_order(&[extent, extent], dtype.itemsize()))?;
    Ok(Made::new(dtype, layout).into())
}

fn weak(value: &Spanned) -> Option<Weak> {
    match value.value {
        Value::Int(_) | Value::Bool(_) => Some(Weak::Int),
        Value::Float(_) => Some(Weak::Float),
        _ => None,
    }
}

fn number(value: &Spanned) -> Result<f64, ExprError> {
    match value.value {
        #[allow(clippy::cast_precision_loss)] // NumPy computes the length in doubles too.
        Value::Int(int) => Ok(int as f64),
        Value::Float(float) => Ok(float),
        Value::Bool(truth) => Ok(f64::from(u8::from(truth))),
        _ => {
            Err(value
                .wrong(format!("a trace wants a number here, not '{}'", value.value.type_name())))
        }
    }
}
