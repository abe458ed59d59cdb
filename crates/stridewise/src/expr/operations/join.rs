//! Joining arrays into one, which copies them all, and splitting one, which copies nothing.
//!
//! Two of `(2,3):(24,8)+0` joined along axis 0 are `(4,3):(24,8)+0` in new memory; split in two
//! along axis 1 one is `(2,1):(24,8)+0` and so on, in the old.

use std::rc::Rc;

use super::call::MAX_PARTS;
use super::{Call, Operation, Outcome, function};
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::placement;
use crate::expr::promotion::promote;
use crate::expr::steps::{Reason, ReasonCode};
use crate::expr::value::{Made, Traced, Value};
use crate::layout::dtype::Kind;
use crate::layout::{DType, Layout, Pick, normalize_axis};

pub(super) const OPERATIONS: &[Operation] = &[
    function(
        "concatenate",
        "arrays, /, axis=0, out=None, *, dtype=None, casting=None",
        concatenate,
    ),
    function("concat", "arrays, /, axis=0, out=None, *, dtype=None, casting=None", concatenate),
    function("stack", "arrays, axis=0, out=None, *, dtype=None, casting=None", stack),
    function("hstack", "arrays, *, dtype=None, casting=None", hstack),
    function("vstack", "arrays, *, dtype=None, casting=None", vstack),
    function("dstack", "arrays", dstack),
    function("column_stack", "arrays", column_stack),
    function("split", "ary, indices_or_sections, axis=0", split),
    function("array_split", "ary, indices_or_sections, axis=0", array_split),
    function("hsplit", "ary, indices_or_sections", hsplit),
    function("vsplit", "ary, indices_or_sections", vsplit),
    function("unstack", "a, /, *, axis=0", unstack),
];

fn concatenate(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["out"])?;
    let arrays = call.arrays("arrays")?;
    let Some(axis) = call.given("axis")? else {
        let flat: Vec<Layout> = arrays
            .iter()
            .map(|a| Layout::c_order(&[a.layout().size()], a.layout().itemsize()))
            .collect::<Result<_, _>>()
            .map_err(|error| ExprError::from_layout(error, call.span.clone()))?;
        return join(call, &arrays, &flat, 0);
    };
    let layouts: Vec<Layout> = arrays.iter().map(|a| a.layout().clone()).collect();
    join(call, &arrays, &layouts, axis.as_int()?)
}

fn stack(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["out"])?;
    let arrays = call.arrays("arrays")?;
    if arrays.is_empty() {
        return Err(call.get("arrays")?.wrong("need at least one array to stack"));
    }
    if arrays.iter().any(|a| a.layout().shape() != arrays[0].layout().shape()) {
        let message = "all input arrays must have the same shape";
        return Err(call
            .get("arrays")?
            .wrong(message)
            .with_help("np.concatenate joins along an axis that they have"));
    }
    let rank = arrays[0].layout().rank() + 1;
    let axis = call.laid_at("axis", normalize_axis(call.int("axis")?, rank))?;
    let mut index = vec![Pick::ALL; rank];
    index[axis] = Pick::NewAxis;
    let layouts: Result<Vec<Layout>, _> = arrays.iter().map(|a| a.layout().slice(&index)).collect();
    join(call, &arrays, &call.laid(layouts)?, i64::try_from(axis).unwrap_or(0))
}

fn hstack(call: &Call) -> Result<Outcome, ExprError> {
    let layouts = widened(call, |layout| match layout.rank() {
        0 => layout.expand_dims(&[0]),
        _ => Ok(layout.clone()),
    })?;
    let axis = i64::from(layouts.first().is_some_and(|layout| layout.rank() > 1));
    join(call, &call.arrays("arrays")?, &layouts, axis)
}

fn vstack(call: &Call) -> Result<Outcome, ExprError> {
    let layouts = widened(call, |layout| match layout.rank() {
        0 => layout.expand_dims(&[0, 1]),
        1 => layout.slice(&[Pick::NewAxis, Pick::ALL]),
        _ => Ok(layout.clone()),
    })?;
    join(call, &call.arrays("arrays")?, &layouts, 0)
}

fn dstack(call: &Call) -> Result<Outcome, ExprError> {
    let layouts = widened(call, |layout| match layout.rank() {
        0 => layout.expand_dims(&[0, 1, 2]),
        1 => layout.slice(&[Pick::NewAxis, Pick::ALL, Pick::NewAxis]),
        2 => layout.slice(&[Pick::ALL, Pick::ALL, Pick::NewAxis]),
        _ => Ok(layout.clone()),
    })?;
    join(call, &call.arrays("arrays")?, &layouts, 2)
}

fn column_stack(call: &Call) -> Result<Outcome, ExprError> {
    let layouts = widened(call, |layout| match layout.rank() {
        0 => layout.expand_dims(&[0, 1]),
        1 => Ok(layout.expand_dims(&[0])?.transpose()),
        _ => Ok(layout.clone()),
    })?;
    join(call, &call.arrays("arrays")?, &layouts, 1)
}

fn widened(
    call: &Call,
    widen: fn(&Layout) -> Result<Layout, crate::layout::LayoutError>,
) -> Result<Vec<Layout>, ExprError> {
    let layouts: Result<Vec<Layout>, _> =
        call.arrays("arrays")?.iter().map(|a| widen(a.layout())).collect();
    call.laid(layouts)
}

/// The arrays, seen as `layouts` of equal rank, one behind the other along `axis`.
fn join(
    call: &Call,
    arrays: &[Rc<Traced>],
    layouts: &[Layout],
    axis: i64,
) -> Result<Outcome, ExprError> {
    let refuse = |message: String| {
        let help = "arrays are joined along one axis; all others have to be equal";
        Err(call.refuse(ErrorCode::Layout, message).with_help(help))
    };
    let Some(first) = layouts.first() else {
        return refuse("need at least one array to concatenate".to_owned());
    };
    if first.rank() == 0 {
        return refuse("zero-dimensional arrays cannot be concatenated".to_owned());
    }
    let axis = call.laid(normalize_axis(axis, first.rank()))?;
    let mut shape = first.shape().to_vec();
    for (at, layout) in layouts.iter().enumerate().skip(1) {
        if layout.rank() != first.rank() {
            return refuse(format!(
                "all the input array dimensions must match exactly: the array at index 0 has {} \
                 dimension(s) and the array at index {at} has {} dimension(s)",
                first.rank(),
                layout.rank()
            ));
        }
        for (other, &extent) in layout.shape().iter().enumerate() {
            if other == axis {
                shape[axis] = shape[axis].saturating_add(extent);
            } else if extent != shape[other] {
                return refuse(format!(
                    "all the input array dimensions except for the concatenation axis must match \
                     exactly, but along dimension {other}, the array at index 0 has size {} and \
                     the array at index {at} has size {extent}",
                    shape[other]
                ));
            }
        }
    }
    let dtype = match call.arguments.iter().any(|(name, _)| *name == "dtype") {
        true => call.dtype("dtype")?,
        false => None,
    };
    let dtype = match dtype {
        Some(dtype) => dtype,
        None => common_dtype(call, arrays)?,
    };
    // A time difference has a common dtype with a date, and yet no cast to it.
    if dtype.kind() == Kind::Datetime
        && let Some(time) = arrays.iter().find(|a| a.dtype().kind() == Kind::Timedelta)
    {
        let message = format!(
            "Cannot cast array data from dtype('{}') to dtype('{dtype}') according to the rule \
             'same_kind'",
            time.dtype()
        );
        return Err(call.refuse(ErrorCode::DType, message));
    }
    let operands: Vec<&Layout> = layouts.iter().collect();
    let layout = call.laid(placement::joined(&operands, &shape, dtype.itemsize()))?;
    let bytes = layout.nbytes();
    let reason = Reason::new(
        ReasonCode::Joined,
        format!("{} arrays in buffers of their own become one of {bytes} bytes", arrays.len()),
        format!(
            "make the whole array first and fill its parts: np.empty({}), then slices of it",
            tuple(&shape)
        ),
    );
    Ok(Made::copy(dtype, layout, reason).into())
}

pub(super) fn common_dtype(call: &Call, arrays: &[Rc<Traced>]) -> Result<DType, ExprError> {
    promote(arrays.iter().map(|a| a.dtype()), None).ok_or_else(|| {
        let names: Vec<String> = arrays.iter().map(|a| a.dtype().to_string()).collect();
        let message = format!("The DTypes {} do not have a common DType", names.join(", "));
        call.refuse(ErrorCode::DType, message)
    })
}

fn tuple(shape: &[i64]) -> String {
    let extents: Vec<String> = shape.iter().map(i64::to_string).collect();
    match extents.as_slice() {
        [one] => format!("({one},)"),
        extents => format!("({})", extents.join(", ")),
    }
}

fn split(call: &Call) -> Result<Outcome, ExprError> {
    let axis = call.int("axis")?;
    parts(call, axis, Sections::Equal)
}

fn array_split(call: &Call) -> Result<Outcome, ExprError> {
    let axis = call.int("axis")?;
    parts(call, axis, Sections::NearlyEqual)
}

fn hsplit(call: &Call) -> Result<Outcome, ExprError> {
    let axis = i64::from(call.array("ary")?.layout().rank() > 1);
    parts(call, axis, Sections::Equal)
}

fn vsplit(call: &Call) -> Result<Outcome, ExprError> {
    if call.array("ary")?.layout().rank() < 2 {
        let message = "vsplit only works on arrays of 2 or more dimensions";
        return Err(call.refuse(ErrorCode::Layout, message));
    }
    parts(call, 0, Sections::Equal)
}

enum Sections {
    Equal,
    NearlyEqual,
}

fn parts(call: &Call, axis: i64, sections: Sections) -> Result<Outcome, ExprError> {
    let a = call.array("ary")?;
    let axis = call.laid(normalize_axis(axis, a.layout().rank()))?;
    let extent = a.layout().shape()[axis];
    let bound = call.get("indices_or_sections")?;
    let ends: Vec<(i64, i64)> = match bound.items() {
        Some(_) => {
            let mut cuts = bound.as_ints()?;
            cuts.insert(0, 0);
            cuts.push(extent);
            cuts.windows(2).map(|pair| (pair[0], pair[1])).collect()
        }
        None => {
            let count = bound.as_int()?;
            if count <= 0 {
                return Err(bound.wrong("number sections must be larger than 0."));
            }
            if matches!(sections, Sections::Equal) && extent % count != 0 {
                return Err(bound
                    .wrong("array split does not result in an equal division")
                    .with_help("np.array_split allows parts of different lengths"));
            }
            if count > MAX_PARTS {
                let message = format!("{count} parts; a trace makes {MAX_PARTS} at most");
                return Err(ExprError::new(ErrorCode::TooLarge, bound.span.clone(), message));
            }
            let (size, longer) = (extent / count, extent % count);
            let start = |part: i64| part * size + part.min(longer);
            (0..count).map(|part| (start(part), start(part + 1))).collect()
        }
    };
    let mut all = Vec::new();
    for (start, stop) in ends {
        let mut index = vec![Pick::ALL; axis];
        index.push(Pick::Slice { start: Some(start), stop: Some(stop), step: None });
        all.push(Made::view(&a, call.laid(a.layout().slice(&index))?));
    }
    Ok(Outcome::Plain(Value::Several(all)))
}

fn unstack(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    if a.layout().rank() == 0 {
        let message = "Input array must be at least 1-d.";
        return Err(call.refuse(ErrorCode::Layout, message));
    }
    let first = call.laid_at("axis", a.layout().move_axis(&[call.int("axis")?], &[0]))?;
    let moved = Made::view(&a, first).traced;
    Ok(Outcome::Plain(Value::Rows(Rc::new(moved))))
}
