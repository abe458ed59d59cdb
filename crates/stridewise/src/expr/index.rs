//! Brackets: what `a[..]` means, by what stands inside.
//!
//! Integers, slices, None and `...` are views, `(4,6):(48,8)+0` at `[1:, ::2]` is
//! `(3,3):(48,16)+48`; integers alone make a scalar; names pick fields; lists, arrays and truth
//! values are advanced indexing, and copy.

use std::ops::Range;

use super::advanced::{self, Fancy};
use super::error::{ErrorCode, ExprError};
use super::literal::array_of;
use super::promotion::native;
use super::steps::{Reason, ReasonCode};
use super::value::{Known, Made, Spanned, Traced, Value};
use crate::layout::dtype::Kind;
use crate::layout::{CopyOrder, DType, Layout, Pick};
use crate::suggest::nearest;

/// One part of an index, with the axes of the array that it is about.
pub(super) struct Part<'v> {
    pub(super) item: &'v Spanned,
    pub(super) kind: PartKind,
    /// The first axis that it takes; of `...`, the first one it stands for.
    pub(super) axis: usize,
}

pub(super) enum PartKind {
    Basic(Pick),
    Fancy(Box<Fancy>),
}

/// The basic parts of an index, which a slice takes.
pub(super) fn basic_picks(parts: &[Part]) -> Vec<Pick> {
    let picks = parts.iter().filter_map(|part| match part.kind {
        PartKind::Basic(pick) => Some(pick),
        PartKind::Fancy(_) => None,
    });
    picks.collect()
}

/// `a[index]`; the span is that of the brackets.
pub(super) fn index(
    a: &Traced,
    index: &Spanned,
    span: &Range<usize>,
    source: &str,
) -> Result<Made, ExprError> {
    match (&index.value, index.items()) {
        (Value::Text(name), _) => return field(a, name, index),
        (Value::List(_), Some(items)) if !items.is_empty() && items.iter().all(is_text) => {
            return fields(a, items, index);
        }
        _ => {}
    }
    let items = match &index.value {
        Value::Tuple(items) => items.as_slice(),
        _ => std::slice::from_ref(index),
    };
    let parts = parts(a, items, span)?;
    if parts.iter().any(|part| matches!(part.kind, PartKind::Fancy(_))) {
        return advanced::index(a, &parts, span, source);
    }
    let picks = basic_picks(&parts);
    let layout = a.layout().slice(&picks);
    let layout = layout.map_err(|error| ExprError::from_layout(error, span.clone()))?;
    let alone =
        picks.len() == a.layout().rank() && picks.iter().all(|pick| matches!(pick, Pick::At(_)));
    if alone {
        return Ok(scalar(a, &layout, index, source));
    }
    if items.iter().any(|item| matches!(item.value, Value::Array(_))) {
        let reason = Reason::new(
            ReasonCode::IntegerIndex,
            "an array of integers indexes here, and NumPy copies even where it holds only one",
            "an integer in its place gives a view",
        );
        return Ok(Made::copy(a.dtype().clone(), layout.copied(CopyOrder::K), reason));
    }
    Ok(Made::view(a, layout))
}

/// Integers for every axis: NumPy copies the element into a scalar.
fn scalar(a: &Traced, element: &Layout, index: &Spanned, source: &str) -> Made {
    let mut made = Made::element(a, element);
    let written = source.get(index.span.clone()).unwrap_or("").trim_matches(['(', ')']).trim();
    if let Some(reason) = made.reason.as_mut().filter(|_| !written.is_empty()) {
        reason.help = format!("[{written}, ...] is a view of that element");
    }
    made
}

/// The parts of an index, each with its axis; checks integers against their axis.
fn parts<'v>(
    a: &Traced,
    items: &'v [Spanned],
    span: &Range<usize>,
) -> Result<Vec<Part<'v>>, ExprError> {
    let rank = a.layout().rank();
    let mut parts: Vec<Part> = Vec::new();
    for item in items {
        let kind = kind(item, rank)?;
        if a.scalar && !matches!(kind, PartKind::Basic(Pick::Ellipsis | Pick::NewAxis)) {
            return Err(ExprError::new(
                ErrorCode::Index,
                span.clone(),
                "invalid index to scalar variable.",
            )
            .with_help("integers for every axis have already picked one element"));
        }
        parts.push(Part { item, kind, axis: 0 });
    }
    let taken: usize = parts.iter().map(Part::axes_taken).sum();
    if taken > rank {
        let message = format!(
            "too many indices for array: array is {rank}-dimensional, but {taken} were indexed"
        );
        return Err(ExprError::new(ErrorCode::Index, span.clone(), message)
            .with_help(format!("leave out {}", taken - rank)));
    }
    let mut ellipses = parts.iter().filter(|part| part.is_ellipsis());
    if let (Some(_), Some(second)) = (ellipses.next(), ellipses.next()) {
        let message = "an index can only have a single ellipsis ('...')";
        return Err(ExprError::new(ErrorCode::Index, second.item.span.clone(), message)
            .with_help("write the other as `:`"));
    }
    let mut axis = 0;
    for part in &mut parts {
        part.axis = axis;
        axis += if part.is_ellipsis() { rank - taken } else { part.axes_taken() };
        if let PartKind::Basic(Pick::At(index)) = part.kind {
            in_bounds(index, part.axis, a.layout().shape()[part.axis], &part.item.span)?;
        }
    }
    Ok(parts)
}

impl Part<'_> {
    fn is_ellipsis(&self) -> bool {
        matches!(self.kind, PartKind::Basic(Pick::Ellipsis))
    }

    pub(super) fn axes_taken(&self) -> usize {
        match &self.kind {
            PartKind::Basic(Pick::At(_) | Pick::Slice { .. }) => 1,
            PartKind::Basic(Pick::NewAxis | Pick::Ellipsis) => 0,
            PartKind::Fancy(fancy) => fancy.axes_taken(),
        }
    }
}

pub(super) fn in_bounds(
    index: i64,
    axis: usize,
    extent: i64,
    span: &Range<usize>,
) -> Result<(), ExprError> {
    if (-extent..extent).contains(&index) {
        return Ok(());
    }
    let message = format!("index {index} is out of bounds for axis {axis} with size {extent}");
    let error = ExprError::new(ErrorCode::Index, span.clone(), message);
    Err(match extent {
        0 => error.with_help(format!("axis {axis} is empty")),
        _ => error.with_help(format!("axis {axis} takes {} to {}", -extent, extent - 1)),
    })
}

fn kind(item: &Spanned, rank: usize) -> Result<PartKind, ExprError> {
    Ok(match &item.value {
        Value::None => PartKind::Basic(Pick::NewAxis),
        Value::Ellipsis => PartKind::Basic(Pick::Ellipsis),
        Value::Int(_) => PartKind::Basic(Pick::At(item.as_int().map_err(|error| ExprError {
            code: ErrorCode::Index,
            message: "cannot fit 'int' into an index-sized integer".to_owned(),
            ..error
        })?)),
        Value::Slice(parts) => PartKind::Basic(slice(parts)?),
        Value::Bool(truth) => PartKind::Fancy(Box::new(Fancy::truth(*truth))),
        Value::Array(traced) => match (traced.layout().rank(), traced.dtype().kind()) {
            (0, Kind::Int | Kind::Uint) => match traced.known {
                Known::Every(index) if rank > 0 => PartKind::Basic(Pick::At(index)),
                _ => return Err(advanced::depends_on_data(item, "the element that it picks")),
            },
            _ => PartKind::Fancy(Box::new(Fancy::of_array(traced, item)?)),
        },
        Value::List(items) | Value::Tuple(items) => {
            let mut literal = array_of(item, None)?;
            if items.is_empty() || literal.layout().is_empty() {
                // An empty list would be float64, and NumPy lets it index all the same.
                literal.array.dtype = DType::int64();
            }
            PartKind::Fancy(Box::new(Fancy::of_array(&literal, item)?))
        }
        _ => return Err(invalid(item)),
    })
}

pub(super) fn invalid(item: &Spanned) -> ExprError {
    ExprError::new(
        ErrorCode::Index,
        item.span.clone(),
        "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or \
         boolean arrays are valid indices",
    )
    .with_help(format!("this is a {}", item.value.type_name()))
}

fn slice(parts: &[Option<Spanned>; 3]) -> Result<Pick, ExprError> {
    let part = |part: &Option<Spanned>| match part {
        None => Ok(None),
        Some(part) if part.is_none() => Ok(None),
        // Python clamps the ends of a slice, however far away they are.
        Some(Spanned { value: Value::Int(value), .. }) => {
            let clamped = (*value).clamp(i64::MIN.into(), i64::MAX.into());
            Ok(i64::try_from(clamped).ok())
        }
        Some(part) => part.as_int().map(Some).map_err(|error| {
            let message = "slice indices must be integers or None or have an __index__ method";
            ExprError { code: ErrorCode::Index, message: message.to_owned(), ..error }
        }),
    };
    let (start, stop, step) = (part(&parts[0])?, part(&parts[1])?, part(&parts[2])?);
    match (step, &parts[2]) {
        (Some(0), Some(written)) => {
            Err(ExprError::new(ErrorCode::Index, written.span.clone(), "slice step cannot be zero")
                .with_help("a step of 1 takes every element, -1 walks backwards"))
        }
        _ => Ok(Pick::Slice { start, stop, step }),
    }
}

fn is_text(item: &Spanned) -> bool {
    matches!(item.value, Value::Text(_))
}

/// `a['x']`
fn field(a: &Traced, name: &str, index: &Spanned) -> Result<Made, ExprError> {
    let field = a.dtype().field(name).ok_or_else(|| no_field(a, name, index))?;
    let (element, shape) = match field.dtype.sub_array() {
        Some((element, shape)) => (element.clone(), shape),
        None => (field.dtype.clone(), &[][..]),
    };
    let layout = a.layout().field(field.offset, element.itemsize(), shape);
    let layout = layout.map_err(|error| ExprError::from_layout(error, index.span.clone()))?;
    if a.scalar && layout.rank() == 0 {
        let reason = Reason::new(
            ReasonCode::Scalar,
            "a field of a scalar is a scalar",
            format!("['{name}'] first and the integers after it, with `...`, is a view"),
        );
        return Ok(
            Made::copy(native(&element), layout.copied(CopyOrder::C), reason).scalar_if_alone()
        );
    }
    Ok(Made::view(a, layout).with_dtype(element))
}

/// `a[['x', 'y']]`: the same elements with fewer names; the itemsize stays.
fn fields(a: &Traced, items: &[Spanned], index: &Spanned) -> Result<Made, ExprError> {
    let (mut names, mut formats, mut offsets) = (String::new(), String::new(), String::new());
    for item in items {
        let name = item.as_text()?;
        let field = a.dtype().field(name).ok_or_else(|| no_field(a, name, item))?;
        let format = field.dtype.to_string();
        match format.starts_with(['[', '(', '{']) {
            true => formats += &format!("{format}, "),
            false => formats += &format!("'{format}', "),
        }
        names += &format!("{:?}, ", field.name);
        offsets += &format!("{}, ", field.offset);
    }
    let text = format!(
        "{{'names': [{names}], 'formats': [{formats}], 'offsets': [{offsets}], 'itemsize': {}}}",
        a.dtype().itemsize()
    );
    let dtype = DType::parse(&text)
        .map_err(|error| ExprError::new(ErrorCode::DType, index.span.clone(), error.to_string()))?;
    Ok(Made::view(a, a.layout().clone()).with_dtype(dtype))
}

fn no_field(a: &Traced, name: &str, index: &Spanned) -> ExprError {
    let names: Vec<&str> = a.dtype().fields().iter().map(|field| field.name.as_str()).collect();
    if names.is_empty() {
        let error = invalid(index);
        return error.with_help(format!("{} has no named fields", a.dtype()));
    }
    let message = format!("no field of name {name}");
    let error = ExprError::new(ErrorCode::UnknownName, index.span.clone(), message);
    match nearest(name, names.iter().copied()) {
        Some(meant) => error.with_help(format!("did you mean '{meant}'?")),
        None => error.with_help(format!("its fields are {}", names.join(", "))),
    }
}

/// The place of an integer index in a tuple or list.
pub(super) fn item(index: &Spanned, length: usize) -> Result<usize, ExprError> {
    let place = index.as_int()?;
    let from_front = if place < 0 { place.saturating_add_unsigned(length as u64) } else { place };
    usize::try_from(from_front).ok().filter(|&found| found < length).ok_or_else(|| {
        ExprError::new(ErrorCode::Index, index.span.clone(), "tuple index out of range")
            .with_help(format!("it has {length} items"))
    })
}

/// `(2, 3)[0]` and `a.shape[1:]`.
pub(super) fn of_sequence(sequence: &Spanned, index: &Spanned) -> Result<Value, ExprError> {
    let Some(items) = sequence.items() else {
        let message = format!("'{}' object is not subscriptable", sequence.value.type_name());
        return Err(sequence.wrong(message));
    };
    let Value::Slice(parts) = &index.value else {
        return Ok(items[item(index, items.len())?].value.clone());
    };
    // The layout of the places themselves says which ones a slice takes.
    let places = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let pick = slice(parts)?;
    let places = Layout::c_order(&[places], 1).and_then(|places| places.slice(&[pick]));
    let places = places.map_err(|error| ExprError::from_layout(error, index.span.clone()))?;
    let taken = (0..places.shape()[0]).filter_map(|place| {
        let at = places.offset() + place * places.strides()[0];
        usize::try_from(at).ok().and_then(|at| items.get(at)).cloned()
    });
    Ok(match sequence.value {
        Value::List(_) => Value::List(taken.collect()),
        _ => Value::Tuple(taken.collect()),
    })
}
