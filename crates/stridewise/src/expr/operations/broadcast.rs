//! Views that reach elements more than once: broadcasting, windows, and strides of one's own.
//!
//! `(3):(8)+0` broadcast to (2,3) is `(2,3):(0,8)+0`, its windows of 2 are `(2,2):(8,8)+0`.

use super::{Call, Operation, Outcome, function};
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::steps::{Reason, ReasonCode};
use crate::expr::value::{Made, Spanned, Traced, Value};
use crate::layout::{AsStrided, Layout, Span, Window, broadcast, broadcast_shapes};

pub(super) const OPERATIONS: &[Operation] = &[
    function("broadcast_to", "array, shape, subok=False", broadcast_to),
    function("broadcast_arrays", "*args, subok=False", broadcast_arrays),
    function("broadcast_shapes", "*args", shapes),
    function(
        "sliding_window_view",
        "x, window_shape, axis=None, *, subok=False, writeable=False",
        sliding_window_view,
    ),
    function(
        "as_strided",
        "x, shape=None, strides=None, subok=False, writeable=True, *, check_bounds=None",
        as_strided,
    ),
];

fn broadcast_to(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("array")?;
    let layout = call.laid_at("shape", a.layout().broadcast_to(&call.ints("shape")?))?;
    Ok(Made::view(&a, layout)
        .read_only(Reason::new(
            ReasonCode::ReadOnly,
            "broadcast_to gives a read-only view: several indices may share one element",
            "to write to each element on its own, .copy() it",
        ))
        .into())
}

fn broadcast_arrays(call: &Call) -> Result<Outcome, ExprError> {
    let arrays = call.arrays("args")?;
    let layouts: Vec<&Layout> = arrays.iter().map(|a| a.layout()).collect();
    let layouts = call.laid(broadcast(&layouts))?;
    let made = arrays.iter().zip(layouts).map(|(a, layout)| {
        let stretched = layout.shape() != a.layout().shape();
        let mut made = Made::view(a, layout);
        made.traced.warns |= stretched && made.traced.array.writeable;
        made
    });
    Ok(Outcome::Plain(Value::Several(made.collect())))
}

fn shapes(call: &Call) -> Result<Outcome, ExprError> {
    let bound = call.get("args")?;
    let shapes: Result<Vec<Vec<i64>>, _> =
        bound.items().unwrap_or_default().iter().map(Spanned::as_ints).collect();
    let shapes = shapes?;
    let slices: Vec<&[i64]> = shapes.iter().map(Vec::as_slice).collect();
    let shape = call.laid(broadcast_shapes(&slices))?;
    Ok(Outcome::Plain(Value::ints(&shape, &call.span)))
}

fn sliding_window_view(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("x")?;
    let size = call.ints("window_shape")?;
    if size.iter().any(|&size| size < 0) {
        let message = "`window_shape` cannot contain negative values";
        return Err(call.get("window_shape")?.wrong(message));
    }
    let window = match call.optional_ints("axis")? {
        Some(axes) => Window::over(&size, &axes),
        None => Window::over_all(&size),
    };
    let layout = a.layout().window(&window);
    let layout = call.laid_at("window_shape", layout).map_err(|error| match &window.axes {
        None if size.len() != a.layout().rank() => {
            let message = format!(
                "Since axis is None, must provide window_shape for all dimensions of `x`; got {} \
                 window_shape elements and `x.ndim` is {}.",
                size.len(),
                a.layout().rank()
            );
            ExprError { message, ..error }.with_help("axis= names the axes to window")
        }
        Some(axes) if axes.len() != size.len() => {
            let message = format!(
                "Must provide matching length window_shape and axis; got {} window_shape elements \
                 and {} axes elements.",
                size.len(),
                axes.len()
            );
            ExprError { message, ..error }.with_help("name one axis for each window extent")
        }
        _ => error,
    })?;
    let text = "sliding_window_view gives a read-only view: windows share elements";
    Ok(writeable_if_asked(call, &a, layout, text)?.into())
}

/// Strides of one's own: writeable where `writeable=True` says so and the array is.
fn writeable_if_asked(
    call: &Call,
    a: &Traced,
    layout: Layout,
    text: &str,
) -> Result<Made, ExprError> {
    let mut made = Made::view(a, layout);
    made.traced.warns = false;
    if call.flag("writeable")? && !a.warns {
        return Ok(made);
    }
    let help = match a.warns {
        true => "the result of broadcast_arrays is not meant to be written to: .copy() it",
        false => "writeable=True allows writing, which reaches every index of that element",
    };
    Ok(made.read_only(Reason::new(ReasonCode::ReadOnly, text, help)))
}

fn as_strided(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("x")?;
    let shape = call.optional_ints("shape")?.unwrap_or_else(|| a.layout().shape().to_vec());
    let strides = match call.optional_ints("strides")? {
        Some(strides) => strides,
        // NumPy hands a C-contiguous array on without strides: the new shape decides them.
        None if a.layout().is_c_contiguous() => Layout::c_order(&shape, a.layout().itemsize())
            .map_err(|error| ExprError::from_layout(error, call.span.clone()))?
            .strides()
            .to_vec(),
        None => a.layout().strides().to_vec(),
    };
    let buffer = Span { low: 0, high: a.array.buffer.bytes() };
    let layout = a.layout().as_strided(&AsStrided::new(&shape, &strides, buffer));
    let layout = layout.map_err(|error| {
        let help = reach(&a);
        let error = ExprError::from_layout(error, call.span.clone());
        if error.code == ErrorCode::Layout { error.with_help(help) } else { error }
    })?;
    Ok(writeable_if_asked(call, &a, layout, "as_strided makes it so: writeable=False")?.into())
}

fn reach(a: &Traced) -> String {
    format!(
        "the buffer has {} bytes and the first element is at byte {}; NumPy itself would not \
         check",
        a.array.buffer.bytes(),
        a.layout().offset()
    )
}
