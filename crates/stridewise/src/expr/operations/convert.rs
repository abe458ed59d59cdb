//! Copies and conversions: the same elements in another order, dtype or buffer, or as they are.
//!
//! `(3,2):(8,24)+0` made contiguous is the copy `(3,2):(16,8)+0`; made Fortran contiguous it is
//! itself.

use super::call::contains_arrays;
use super::{Call, Copying, Operation, Outcome, attribute, function, method};
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::literal::{array_of, joined};
use crate::expr::placement::{self, Casting};
use crate::expr::promotion::{native, number};
use crate::expr::reasons;
use crate::expr::steps::{Reason, ReasonCode};
use crate::expr::value::{Known, Made, Spanned, Traced, Value};
use crate::layout::dtype::Kind;
use crate::layout::{CopyOrder, DType, Layout, LayoutError, PerAxis};

const AS_ARRAY: &str = "a, dtype=None, order=None, *, device=None, copy=None, like=None";

pub(super) const OPERATIONS: &[Operation] = &[
    function("copy", "a, order='K', subok=False", copy),
    method("copy", "a, /, order='C'", copy),
    function("astype", "a, dtype, /, *, copy=True, order='K', device=None", astype),
    method("astype", "a, /, dtype, order='K', casting='unsafe', subok=True, copy=True", astype),
    function(
        "array",
        "a, dtype=None, *, copy=True, order='K', subok=False, ndmin=0, ndmax=0, like=None",
        array,
    ),
    function("asarray", AS_ARRAY, asarray),
    function("asanyarray", AS_ARRAY, asarray),
    function("ascontiguousarray", "a, dtype=None, *, like=None", ascontiguousarray),
    function("asfortranarray", "a, dtype=None, *, like=None", asfortranarray),
    function("require", "a, dtype=None, requirements=None, *, like=None", require),
    method("view", "a, /, dtype=None, type=None", view),
    function("real", "a", real),
    attribute("real", real),
    method("conj", "a, /", conj),
    method("conjugate", "a, /", conj),
    method("byteswap", "a, /, inplace=False", byteswap),
    function("imag", "a", imag),
    attribute("imag", imag),
    function("sort", "a, axis=-1, kind=None, order=None, *, stable=None", sort),
];

fn copy(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let order = call.order("order")?.unwrap_or(CopyOrder::C);
    let help = "leave it away where nothing writes to the array";
    let reason = reasons::asked("copy() always copies", help);
    Ok(Made::copy(a.dtype().clone(), a.layout().copied(order), reason)
        .knowing(a.known.clone())
        .into())
}

fn astype(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let dtype = call.dtype("dtype")?.unwrap_or_else(DType::float64);
    let order = call.order("order")?.unwrap_or(CopyOrder::K);
    let unchanged = *a.dtype() == dtype && astype_keeps(a.layout(), order);
    if unchanged && !call.flag("copy")? {
        return Ok(Made::same(&a).into());
    }
    let reason = if *a.dtype() != dtype {
        reasons::dtype(a.dtype(), &dtype)
    } else if !astype_keeps(a.layout(), order) {
        reasons::order(a.layout(), order)
    } else {
        Reason::new(
            ReasonCode::CopiesByDefault,
            format!(
                "astype copies unless told otherwise, though the dtype is {} already",
                reasons::named(&dtype)
            ),
            format!(".astype({}, copy=False) is the array itself", reasons::literal(&dtype)),
        )
    };
    converted(call, &a, dtype, order, reason)
}

/// What `astype(copy=False)` asks of the order before it gives the array itself.
fn astype_keeps(layout: &Layout, order: CopyOrder) -> bool {
    let (c_order, f_order) = (layout.is_c_contiguous(), layout.is_f_contiguous());
    match order {
        CopyOrder::K => true,
        CopyOrder::A => c_order || f_order,
        CopyOrder::C => c_order,
        CopyOrder::F => f_order,
    }
}

fn converted(
    call: &Call,
    a: &Traced,
    dtype: DType,
    order: CopyOrder,
    reason: Reason,
) -> Result<Outcome, ExprError> {
    castable(call, a.dtype(), &dtype)?;
    let layout = call.laid(a.layout().copied_as(order, dtype.itemsize()))?;
    let known = match (a.dtype().kind(), dtype.kind()) {
        (Kind::Bool | Kind::Int | Kind::Uint, Kind::Int | Kind::Uint) => a.known.clone(),
        _ => Known::Nothing,
    };
    Ok(Made::copy(dtype, layout, reason).knowing(known).into())
}

/// What NumPy refuses whatever the values are: a structure of several fields is no number, no
/// text and no plain bytes, and becomes a structure of as many fields only.
fn castable(call: &Call, from: &DType, to: &DType) -> Result<(), ExprError> {
    let count = from.fields().len();
    let fits = match to.kind() {
        Kind::Object => true,
        Kind::Void => from == to || to.fields().len() == count,
        _ => false,
    };
    if count < 2 || fits {
        return Ok(());
    }
    let message = format!(
        "Cannot cast array data from dtype({from}) to dtype('{to}') according to the rule 'unsafe'"
    );
    let span = call.get("dtype")?.span.clone();
    Err(ExprError::new(ErrorCode::DType, span, message)
        .with_help("pick a field first, as in a['x']"))
}

fn array(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["like"])?;
    let least = usize::try_from(call.int("ndmin")?).unwrap_or(0);
    made_array(call, call.order("order")?, call.copying("copy")?, least)
}

fn asarray(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["like"])?;
    made_array(call, call.order("order")?, call.copying("copy")?, 0)
}

fn ascontiguousarray(call: &Call) -> Result<Outcome, ExprError> {
    made_array(call, Some(CopyOrder::C), Copying::IfNeeded, 1)
}

fn asfortranarray(call: &Call) -> Result<Outcome, ExprError> {
    made_array(call, Some(CopyOrder::F), Copying::IfNeeded, 1)
}

/// `np.array` and its relatives: the array itself where dtype and order already fit.
fn made_array(
    call: &Call,
    order: Option<CopyOrder>,
    copying: Copying,
    least_rank: usize,
) -> Result<Outcome, ExprError> {
    let bound = call.get("a")?;
    let dtype = call.dtype("dtype")?;
    let order = order.unwrap_or(CopyOrder::K);
    let Value::Array(a) = &bound.value else {
        return from_literal(call, bound, dtype, order, copying, least_rank);
    };
    let dtype = dtype.unwrap_or_else(|| a.dtype().clone());
    let made = kept_or_copied(call, a, dtype, order, copying)?;
    Ok(widened(call, made, least_rank, order)?.into())
}

fn kept_or_copied(
    call: &Call,
    a: &Traced,
    dtype: DType,
    order: CopyOrder,
    copying: Copying,
) -> Result<Made, ExprError> {
    let fits = match order {
        CopyOrder::C => a.layout().is_c_contiguous(),
        CopyOrder::F => a.layout().is_f_contiguous(),
        CopyOrder::A | CopyOrder::K => true,
    };
    let same = *a.dtype() == dtype;
    if a.scalar && copying == Copying::Never {
        let message = "Unable to avoid copy while creating an array as requested: a scalar lies \
                       in no array";
        return Err(call
            .refuse(ErrorCode::CopyForbidden, message)
            .with_help("an index with `...`, as in a[0, ...], gives an array and not a scalar"));
    }
    if same && fits && copying != Copying::Always {
        return Ok(Made::same(a));
    }
    let reason = if !same {
        reasons::dtype(a.dtype(), &dtype)
    } else if !fits {
        reasons::order(a.layout(), order)
    } else if call.operation.name == "array" && call.given("copy")?.is_none_or(is_default) {
        Reason::new(
            ReasonCode::CopiesByDefault,
            "np.array copies unless told otherwise",
            "np.asarray(a) is the array itself",
        )
    } else {
        reasons::asked("copy=True asks for it", "leave copy=True away")
    };
    if copying == Copying::Never {
        let message =
            format!("Unable to avoid copy while creating an array as requested: {}", reason.text);
        return Err(call
            .refuse(ErrorCode::CopyForbidden, message)
            .with_help("np.asarray(..) copies only where it has to"));
    }
    castable(call, a.dtype(), &dtype)?;
    // A change of dtype takes 'A' for 'K'.
    let order = if !same && order == CopyOrder::A { CopyOrder::K } else { order };
    let layout = call.laid(a.layout().copied_as(order, dtype.itemsize()))?;
    Ok(Made::copy(dtype, layout, reason).knowing(a.known.clone()))
}

/// A default value stands where the whole call stands, a written one inside it.
fn is_default(copy: &Spanned) -> bool {
    copy.span.len() > "copy=True".len()
}

fn from_literal(
    call: &Call,
    bound: &Spanned,
    dtype: Option<DType>,
    order: CopyOrder,
    copying: Copying,
    least_rank: usize,
) -> Result<Outcome, ExprError> {
    if copying == Copying::Never {
        let message = "Unable to avoid copy while creating an array as requested: a list is no \
                       array yet";
        return Err(call.refuse(ErrorCode::CopyForbidden, message).with_help("leave copy= away"));
    }
    if contains_arrays(bound) {
        let (shape, own) = joined(bound)?;
        let dtype = dtype.unwrap_or(own);
        let layout = match order {
            CopyOrder::F => Layout::f_order(&shape, dtype.itemsize()),
            _ => Layout::c_order(&shape, dtype.itemsize()),
        };
        let reason = Reason::new(
            ReasonCode::Joined,
            "the arrays in the list are copied into one",
            "index one array of all of them from the beginning",
        );
        let made = Made::copy(dtype, call.laid(layout)?, reason);
        return Ok(widened(call, made, least_rank, order)?.into());
    }
    call.array_in(bound)?;
    let literal = array_of(bound, dtype)?;
    let layout = literal.layout().copied(order);
    let made = Made::new(literal.dtype().clone(), layout).knowing(literal.known);
    Ok(widened(call, made, least_rank, order)?.into())
}

/// With axes of extent 1 put in front until there are `least_rank`, as `ndmin` does.
pub(super) fn widened(
    call: &Call,
    mut made: Made,
    least_rank: usize,
    order: CopyOrder,
) -> Result<Made, ExprError> {
    let layout = made.traced.layout();
    let Some(missing) = least_rank.checked_sub(layout.rank()).filter(|&missing| missing > 0) else {
        return Ok(made);
    };
    let f_order = layout.is_f_contiguous() && !layout.is_c_contiguous();
    let stride = match (layout.shape().first(), layout.strides().first()) {
        (Some(extent), Some(stride)) if !f_order && order != CopyOrder::F => {
            stride.saturating_mul(*extent)
        }
        _ => layout.itemsize(),
    };
    let front = |value: i64| std::iter::repeat_n(value, missing);
    let shape: PerAxis<i64> = front(1).chain(layout.shape().iter().copied()).collect();
    let strides: PerAxis<i64> = front(stride).chain(layout.strides().iter().copied()).collect();
    let widened = Layout::new(&shape, &strides, layout.offset(), layout.itemsize());
    made.traced.array.layout = call.laid(widened)?;
    made.traced.scalar = false;
    Ok(made)
}

fn require(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    let dtype = call.dtype("dtype")?.unwrap_or_else(|| a.dtype().clone());
    let mut flags: Vec<&str> = Vec::new();
    if let Some(requirements) = call.given("requirements")? {
        match (requirements.items(), &requirements.value) {
            (Some(items), _) => {
                for item in items {
                    flags.push(flag_letter(item)?);
                }
            }
            (None, Value::Text(text)) if text.len() == 1 => flags.push(flag_letter(requirements)?),
            _ => return Err(requirements.wrong("a trace wants a list of flags here")),
        }
    }
    let asks = |flag: &str| flags.contains(&flag);
    if asks("C") && asks("F") {
        return Err(call.get("requirements")?.wrong("Cannot specify both \"C\" and \"F\" order"));
    }
    let order = match (asks("C"), asks("F"), flags.is_empty()) {
        (true, ..) => CopyOrder::C,
        (_, true, _) => CopyOrder::F,
        (.., true) => CopyOrder::K,
        _ => CopyOrder::A,
    };
    let made = kept_or_copied(call, &a, dtype, order, Copying::IfNeeded)?;
    let kept = &made.traced.array;
    let reason = if asks("A") && !kept.is_aligned() {
        let alignment = kept.dtype.alignment();
        Reason::new(
            ReasonCode::Misaligned,
            format!("not every element lies on a multiple of {alignment} bytes"),
            "NumPy's own functions take misaligned arrays; only foreign code may need this",
        )
    } else if asks("W") && !kept.writeable {
        Reason::new(
            ReasonCode::NotWriteable,
            "the array is read-only, and 'W' asks for one to write to",
            "leave 'W' away where nothing writes to it",
        )
    } else {
        return Ok(made.into());
    };
    let copied = kept.layout.copied(order);
    Ok(Made::copy(kept.dtype.clone(), copied, reason).into())
}

fn flag_letter(item: &Spanned) -> Result<&'static str, ExprError> {
    match item.as_text()?.to_ascii_uppercase().as_str() {
        "C" | "C_CONTIGUOUS" | "CONTIGUOUS" => Ok("C"),
        "F" | "F_CONTIGUOUS" | "FORTRAN" => Ok("F"),
        "A" | "ALIGNED" => Ok("A"),
        "W" | "WRITEABLE" => Ok("W"),
        "E" | "ENSUREARRAY" => Ok("E"),
        "O" | "OWNDATA" => Err(ExprError::new(
            ErrorCode::Unsupported,
            item.span.clone(),
            "a trace does not follow the flag OWNDATA",
        )),
        other => Err(item.wrong(format!("'{other}' is none of NumPy's flags"))),
    }
}

/// The same bytes read as another dtype.
fn view(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["type"])?;
    let a = call.array("a")?;
    let Some(dtype) = call.dtype("dtype")? else { return Ok(Made::same(&a).into()) };
    if dtype.sub_array().is_some() {
        let message = "a trace does not follow a view with a sub-array dtype";
        return Err(call.refuse(ErrorCode::Unsupported, message));
    }
    let objects = |dtype: &DType| dtype.kind() == Kind::Object;
    if objects(a.dtype()) != objects(&dtype) {
        let message = "Cannot change data-type for array of references.";
        return Err(ExprError::new(ErrorCode::DType, call.get("dtype")?.span.clone(), message));
    }
    let dtype = unsized_takes(dtype, a.dtype());
    let layout = call.laid_at("dtype", a.layout().reinterpret(dtype.itemsize()))?;
    Ok(Made::view(&a, layout).with_dtype(dtype).into())
}

/// `view('S')` and `view('V')` keep the itemsize.
fn unsized_takes(dtype: DType, from: &DType) -> DType {
    let size = from.itemsize();
    let name = match (dtype.itemsize(), dtype.kind()) {
        (0, Kind::Bytes) => format!("S{size}"),
        (0, Kind::Void) if dtype.fields().is_empty() => format!("V{size}"),
        (0, Kind::Text) if size % 4 == 0 => format!("U{}", size / 4),
        _ => return dtype,
    };
    DType::parse(&name).unwrap_or(dtype)
}

fn real(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    if a.dtype().kind() != Kind::Complex {
        return Ok(Made::same(&a).into());
    }
    part_of_complex(call, &a, 0)
}

fn imag(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    if a.dtype().kind() == Kind::Complex {
        return part_of_complex(call, &a, a.dtype().itemsize() / 2);
    }
    let reason = Reason::new(
        ReasonCode::Computed,
        format!("{} has no imaginary part: NumPy makes a read-only array of zeros", a.dtype()),
        "leave it away: it is 0 everywhere",
    );
    let mut made = Made::copy(a.dtype().clone(), a.layout().copied(CopyOrder::A), reason);
    made.traced.array.writeable = false;
    Ok(made.knowing(Known::Every(0)).into())
}

/// What has no imaginary part is its own conjugate.
fn conj(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    if a.dtype().kind() != Kind::Complex {
        return Ok(Made::same(&a).into());
    }
    let layout = call.laid(elementwise(&a))?;
    Ok(Made::copy(native(a.dtype()), layout, reasons::computed("conj")).scalar_if_alone().into())
}

fn elementwise(a: &Traced) -> Result<Layout, LayoutError> {
    let casting = match a.dtype().is_native() && a.array.is_aligned() {
        true => Casting::NotNeeded,
        false => Casting::Needed,
    };
    placement::elementwise(&[a.layout()], a.layout().shape(), a.layout().itemsize(), casting)
}

fn byteswap(call: &Call) -> Result<Outcome, ExprError> {
    let a = call.array("a")?;
    if call.flag("inplace")? {
        return Ok(Made::same(&a).into());
    }
    let text = "the bytes of every element are turned around in new memory";
    let help =
        ".byteswap(inplace=True) turns them where they are; .view(dtype) changes their meaning";
    let reason = Reason::new(ReasonCode::Computed, text, help);
    Ok(Made::copy(a.dtype().clone(), a.layout().copied(CopyOrder::K), reason).into())
}

/// One half of each complex number; both halves lie inside the element.
fn part_of_complex(call: &Call, a: &Traced, offset: i64) -> Result<Outcome, ExprError> {
    let itemsize = a.dtype().itemsize() / 2;
    let layout = call.laid(a.layout().field(offset, itemsize, &[]))?;
    let part = number(Kind::Float, itemsize);
    let dtype = match native(a.dtype()) == *a.dtype() {
        true => part,
        false => DType::parse(&format!(">f{itemsize}")).unwrap_or(part),
    };
    Ok(Made::view(a, layout).with_dtype(dtype).into())
}

fn sort(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["order"])?;
    let a = call.array("a")?;
    let (sorted, order) = match call.given("axis")? {
        Some(axis) => {
            let axis = axis.as_int()?;
            call.laid_at("axis", crate::layout::normalize_axis(axis, a.layout().rank()))?;
            (a.layout().clone(), CopyOrder::K)
        }
        None => (a.layout().ravel(CopyOrder::C).layout().clone(), CopyOrder::C),
    };
    let reason = Reason::new(
        ReasonCode::Computed,
        "np.sort leaves its argument alone and sorts a copy",
        "a.sort() sorts in place",
    );
    Ok(Made::copy(a.dtype().clone(), sorted.copied(order), reason).into())
}
