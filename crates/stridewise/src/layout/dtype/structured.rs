//! Dtypes made of others: structures and sub-arrays, from literals.
//!
//! `[('x', 'i1'), ('y', '<f8')]` puts x on byte 0 and y on byte 1, packed; a dictionary gives
//! offsets of its own; `('<f8', (2, 3))` is six floats under one index. A structure is aligned
//! only where `'aligned': True` asks for it; otherwise its alignment is 1.

use std::collections::HashSet;
use std::ops::Range;

use super::literal::{Literal, Value};
use super::{Composite, DType, DTypeError, Field, Kind, parse};
use crate::layout::MAX_RANK;

/// NumPy counts the bytes of a dtype in a C int.
const MAX_ITEMSIZE: i64 = i32::MAX as i64;

/// Whose rules a literal follows where the two differ.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Grammar {
    /// The argument of `np.dtype`: fields without a name are called f0, f1, ...
    Argument,
    /// A header's `descr`: unnamed voids are padding; lists may stand for tuples.
    Descr,
}

/// Whether fields without an offset are put on multiples of their alignment; `'aligned': True`
/// holds for all structures inside, as in NumPy.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    None,
    Aligned,
}

/// The dtype that a literal describes.
pub(super) fn dtype_of(
    literal: &Literal,
    grammar: Grammar,
    padding: Padding,
) -> Result<DType, DTypeError> {
    match (&literal.value, grammar) {
        (Value::Text(text), _) => text_dtype(text, literal, padding),
        (Value::Tuple(items), _) => pair(items, literal, grammar, padding),
        (Value::List(items), Grammar::Argument) => {
            let mut parts = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                let mut part = entry(item, grammar, padding)?;
                if part.name.is_empty() {
                    part.name = part.title.clone().unwrap_or_else(|| format!("f{index}"));
                }
                parts.push(part);
            }
            structure(parts, None, padding, &literal.span)
        }
        (Value::List(items), Grammar::Descr) => {
            let mut parts = Vec::with_capacity(items.len());
            let mut end = 0;
            for item in items {
                let part = Part { offset: Some(end), ..entry(item, grammar, padding)? };
                end = advance(end, &part)?;
                if !part.is_padding() {
                    parts.push(part);
                }
            }
            structure(parts, Some(end), padding, &literal.span)
        }
        (Value::Dict(pairs), Grammar::Argument) => dictionary(pairs, literal, padding),
        (Value::None, Grammar::Argument) => Ok(DType::float64()),
        (_, Grammar::Argument) => {
            Err(DTypeError::new("this is not a data type", literal.span.clone()))
        }
        (_, Grammar::Descr) => {
            Err(DTypeError::new("a descr is a string, a tuple or a list", literal.span.clone()))
        }
    }
}

/// A field before it has a place.
struct Part {
    name: String,
    title: Option<String>,
    dtype: DType,
    offset: Option<i64>,
    span: Range<usize>,
}

impl Part {
    /// Whether a descr's entry only fills a gap: a void without a name.
    fn is_padding(&self) -> bool {
        self.name.is_empty()
            && self.title.is_none()
            && self.dtype.kind() == Kind::Void
            && self.dtype.names_no_fields()
    }
}

/// A string inside a literal; where it spells its characters plainly, the span of the part at
/// fault is known, otherwise the whole string is.
fn text_dtype(text: &str, literal: &Literal, padding: Padding) -> Result<DType, DTypeError> {
    parse::from_string(text, padding).map_err(|error| {
        let start = literal.span.start + 1;
        let plain = literal.span.len() == text.len() + 2;
        let span = if plain {
            start + error.span.start..start + error.span.end
        } else {
            literal.span.clone()
        };
        DTypeError { span, ..error }
    })
}

/// `('<f8', (2, 3))`, or `('S', 10)`.
fn pair(
    items: &[Literal],
    whole: &Literal,
    grammar: Grammar,
    padding: Padding,
) -> Result<DType, DTypeError> {
    let [element, shape] = items else {
        let message = format!("Tuple must have size 2, but has size {}", items.len());
        return Err(DTypeError::new(message, whole.span.clone())
            .with_help("a dtype and a shape: ('<f8', (2, 3))"));
    };
    let element = dtype_of(element, grammar, padding)?;
    if shape.value == Value::None { Ok(element) } else { repeated(element, shape) }
}

/// A sub-array of the given shape; of a string or void without a size, an integer is its size.
pub(super) fn repeated(element: DType, shape: &Literal) -> Result<DType, DTypeError> {
    let fail = |message: &str| Err(DTypeError::new(message, shape.span.clone()));
    if element.is_unsized() {
        let unit = if element.kind() == Kind::Text { 4 } else { 1 };
        let size = match shape.value {
            Value::Int(size) if (0..=MAX_ITEMSIZE / unit).contains(&size) => size * unit,
            _ => return fail("invalid itemsize in generic type tuple"),
        };
        return Ok(DType { itemsize: size, ..element });
    }
    let extents: Vec<&Literal> = match &shape.value {
        Value::Int(_) => vec![shape],
        Value::Tuple(extents) | Value::List(extents) => extents.iter().collect(),
        _ => return fail("invalid shape in fixed-type tuple."),
    };
    if extents.is_empty() {
        return Ok(element);
    }
    if extents.len() > MAX_RANK {
        return fail("invalid shape in fixed-type tuple.");
    }
    let mut itemsize = element.itemsize;
    let mut axes = Vec::with_capacity(extents.len());
    for extent in extents {
        let Value::Int(extent) = extent.value else {
            return fail("invalid shape in fixed-type tuple.");
        };
        if extent < 0 {
            return fail("invalid shape in fixed-type tuple: dimension smaller than zero.");
        }
        let product = itemsize.checked_mul(extent);
        match product.filter(|_| extent <= MAX_ITEMSIZE).filter(|&size| size <= MAX_ITEMSIZE) {
            Some(product) => itemsize = product,
            None => {
                return fail(
                    "invalid shape in fixed-type tuple: dtype size in bytes must fit into a C int.",
                );
            }
        }
        axes.push(extent);
    }
    let alignment = element.alignment;
    Ok(DType::composite(Composite::SubArray { element, shape: axes }, itemsize, alignment))
}

/// `('name', dtype)`, `('name', dtype, shape)` or `(('title', 'name'), dtype)`.
fn entry(item: &Literal, grammar: Grammar, padding: Padding) -> Result<Part, DTypeError> {
    let malformed = || {
        DTypeError::new("Field elements must be 2- or 3-tuples", item.span.clone())
            .with_help("a name and a dtype: ('x', '<f8')")
    };
    let parts = match (&item.value, grammar) {
        (Value::Tuple(parts), _) | (Value::List(parts), Grammar::Descr) => parts,
        _ => return Err(malformed()),
    };
    let (name, dtype, shape) = match &parts[..] {
        [name, dtype] => (name, dtype, None),
        [name, dtype, shape] => (name, dtype, Some(shape)),
        _ => return Err(malformed()),
    };
    let (title, name) = match &name.value {
        Value::Text(name) => (None, name.clone()),
        Value::Tuple(both) => match &both[..] {
            [
                Literal { value: Value::Text(title), .. },
                Literal { value: Value::Text(name), .. },
            ] => (Some(title.clone()), name.clone()),
            _ => {
                let message = "a title and a name are two strings";
                return Err(DTypeError::new(message, name.span.clone()));
            }
        },
        _ => return Err(DTypeError::new("Field names must be strings", name.span.clone())),
    };
    let mut dtype = dtype_of(dtype, grammar, padding)?;
    if let Some(shape) = shape {
        dtype = repeated(dtype, shape)?;
    }
    Ok(Part { name, title, dtype, offset: None, span: item.span.clone() })
}

/// Items of a comma string, named f0, f1, ...
pub(super) fn numbered(
    items: Vec<DType>,
    padding: Padding,
    span: Range<usize>,
) -> Result<DType, DTypeError> {
    let part = |(index, dtype)| {
        let name = format!("f{index}");
        Part { name, title: None, dtype, offset: None, span: span.clone() }
    };
    let parts = items.into_iter().enumerate().map(part).collect();
    structure(parts, None, padding, &span)
}

/// Where the next field starts when this one starts at `end`.
fn advance(end: i64, part: &Part) -> Result<i64, DTypeError> {
    let next = end.checked_add(part.dtype.itemsize).filter(|&next| next <= MAX_ITEMSIZE);
    next.ok_or_else(|| {
        DTypeError::new("dtype size in bytes must fit into a C int", part.span.clone())
    })
}

/// Places the fields and checks their names.
fn structure(
    parts: Vec<Part>,
    itemsize: Option<i64>,
    padding: Padding,
    span: &Range<usize>,
) -> Result<DType, DTypeError> {
    let mut names = HashSet::new();
    let mut fields = Vec::with_capacity(parts.len());
    let (mut end, mut size, mut alignment) = (0, 0, 1);
    for part in parts {
        if part.dtype.kind() == Kind::String {
            let message = "StringDType is not currently supported for structured dtype fields.";
            return Err(DTypeError::new(message, part.span));
        }
        if !names.insert(part.name.clone()) {
            let message = format!("field '{}' occurs more than once", part.name);
            return Err(DTypeError::new(message, part.span));
        }
        if part.title.iter().any(|title| !names.insert(title.clone())) {
            return Err(DTypeError::new("title already used as a name or title.", part.span));
        }
        let wanted = if padding == Padding::Aligned { part.dtype.alignment } else { 1 };
        let offset = part.offset.unwrap_or_else(|| round_up(end, wanted));
        if offset % wanted != 0 {
            let message = format!(
                "offset {offset} for NumPy dtype with fields is not divisible by the field \
                 alignment {wanted} with align=True"
            );
            return Err(DTypeError::new(message, part.span));
        }
        end = advance(offset, &part)?;
        size = size.max(end);
        alignment = alignment.max(wanted);
        fields.push(Field { name: part.name, title: part.title, offset, dtype: part.dtype });
    }
    size = round_up(size, alignment);
    if let Some(given) = itemsize {
        if given < size {
            let message = format!(
                "NumPy dtype descriptor requires {size} bytes, cannot override to smaller \
                 itemsize of {given}"
            );
            return Err(DTypeError::new(message, span.clone()));
        }
        if given % alignment != 0 {
            let message = format!(
                "NumPy dtype descriptor requires alignment of {alignment} bytes, which is not \
                 divisible into the specified itemsize {given}"
            );
            return Err(DTypeError::new(message, span.clone()));
        }
        size = given;
    }
    if objects_overlap(&fields) {
        let message = "Cannot create a NumPy dtype with overlapping object fields";
        return Err(DTypeError::new(message, span.clone())
            .with_help("give each field that holds objects bytes of its own"));
    }
    let aligned = padding == Padding::Aligned;
    Ok(DType::composite(Composite::Fields { fields, aligned }, size, alignment))
}

/// Whether a field that holds objects shares a byte with another one: a write through the other
/// would leave a pointer to nowhere. Runs in one pass over the fields by their first byte.
fn objects_overlap(fields: &[Field]) -> bool {
    if !fields.iter().any(|field| field.dtype.holds_references()) {
        return false;
    }
    let mut by_offset: Vec<&Field> = fields.iter().collect();
    by_offset.sort_by_key(|field| (field.offset, field.dtype.itemsize)); // empty ones first
    // The furthest byte that a field, and a field with objects, has reached so far.
    let (mut end, mut objects_end) = (0, 0);
    by_offset.into_iter().any(|field| {
        let objects = field.dtype.holds_references();
        let shared = field.offset < if objects { end } else { objects_end };
        let reached = field.offset + field.dtype.itemsize; // `advance` has shown that it fits.
        end = end.max(reached);
        objects_end = if objects { objects_end.max(reached) } else { objects_end };
        shared
    })
}

/// The next multiple of an alignment.
pub(super) fn round_up(offset: i64, alignment: i64) -> i64 {
    (offset + alignment - 1) / alignment * alignment // both at most MAX_ITEMSIZE + 32
}

/// `{'names': [...], 'formats': [...], 'offsets': [...], 'titles': [...], 'itemsize': N,
/// 'aligned': True}`, all but the first two optional.
fn dictionary(
    pairs: &[(Literal, Literal)],
    whole: &Literal,
    mut padding: Padding,
) -> Result<DType, DTypeError> {
    let (mut names, mut formats, mut offsets, mut titles) = (None, None, None, None);
    let mut itemsize = None;
    let mut seen = HashSet::new();
    for (key, value) in pairs {
        let Value::Text(word) = &key.value else {
            return Err(DTypeError::new("keys are strings", key.span.clone()));
        };
        if !seen.insert(word) {
            return Err(DTypeError::new(format!("key '{word}' is repeated"), key.span.clone()));
        }
        match word.as_str() {
            "names" => names = Some(list(value)?),
            "formats" => formats = Some(list(value)?),
            "offsets" => offsets = Some(list(value)?),
            "titles" => titles = Some(list(value)?),
            "itemsize" => itemsize = Some(byte_count(value)?),
            "aligned" => match value.value {
                Value::Bool(true) => padding = Padding::Aligned,
                Value::Bool(false) => {} // An aligned structure around it stays in force.
                _ => {
                    let message = "NumPy dtype descriptor includes 'aligned' entry, but its \
                                   value is neither True nor False";
                    return Err(DTypeError::new(message, value.span.clone()));
                }
            },
            _ => {
                let message = format!("key '{word}' means nothing in a dtype");
                return Err(DTypeError::new(message, key.span.clone()).with_help(
                    "the keys are names, formats, offsets, titles, itemsize and aligned",
                ));
            }
        }
    }
    let (Some(names), Some(formats)) = (names, formats) else {
        let message = "a dtype as a dictionary needs 'names' and 'formats'";
        return Err(DTypeError::new(message, whole.span.clone()));
    };
    let same_length = |list: Option<&[Literal]>| list.is_none_or(|l| l.len() == names.len());
    if !same_length(Some(formats)) || !same_length(offsets) || !same_length(titles) {
        let message = "all items in the dictionary must have the same length.";
        return Err(DTypeError::new(message, whole.span.clone()));
    }
    let mut parts = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let Value::Text(text) = &name.value else {
            return Err(DTypeError::new("field names must be strings", name.span.clone()));
        };
        let title = match titles.map(|titles| &titles[index]) {
            None | Some(Literal { value: Value::None, .. }) => None,
            Some(Literal { value: Value::Text(title), .. }) => Some(title.clone()),
            Some(other) => {
                return Err(DTypeError::new("titles are strings or None", other.span.clone()));
            }
        };
        parts.push(Part {
            name: text.clone(),
            title,
            dtype: dtype_of(&formats[index], Grammar::Argument, padding)?,
            offset: offsets.map(|offsets| byte_count(&offsets[index])).transpose()?,
            span: name.span.clone(),
        });
    }
    structure(parts, itemsize, padding, &whole.span)
}

fn list(literal: &Literal) -> Result<&[Literal], DTypeError> {
    match &literal.value {
        Value::List(items) | Value::Tuple(items) => Ok(items),
        _ => Err(DTypeError::new("this must be a list", literal.span.clone())),
    }
}

/// An offset or an itemsize.
fn byte_count(literal: &Literal) -> Result<i64, DTypeError> {
    match literal.value {
        Value::Int(count) if (0..=MAX_ITEMSIZE).contains(&count) => Ok(count),
        Value::Int(count) if count < 0 => {
            Err(DTypeError::new(format!("{count} cannot be negative"), literal.span.clone()))
        }
        Value::Int(_) => {
            Err(DTypeError::new("integer won't fit into a C int", literal.span.clone()))
        }
        _ => Err(DTypeError::new("this must be an integer", literal.span.clone())),
    }
}
