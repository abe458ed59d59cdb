//! What the parts of an expression evaluate to: arrays with their history, and plain Python.
//!
//! In `zeros((2,3), 'f4').T` the values are the tuple `(2,3)`, the text `f4`, and two arrays,
//! `(2,3):(12,4)+0` and `(3,2):(4,12)+0`.

use std::ops::Range;
use std::rc::Rc;

use super::array::{Array, Buffer};
use super::error::{ErrorCode, ExprError};
use super::operations::Operation;
use super::promotion::native;
use super::steps::{Effect, Reason, ReasonCode};
use crate::layout::{CopyOrder, DType, Layout, LayoutError, Pick};

/// An array within a trace, with what later steps need to know of its past.
#[derive(Clone, Debug)]
pub(super) struct Traced {
    pub(super) array: Array,
    /// Whether a write through it reaches the first array of its chain.
    pub(super) reaches: bool,
    /// Whether NumPy makes a scalar of it, which has no brackets.
    pub(super) scalar: bool,
    /// Whether NumPy warns of a write through it, as after `broadcast_arrays`; it counts as
    /// writeable, but `as_strided` of it does not.
    pub(super) warns: bool,
    pub(super) known: Known,
}

/// What is known of an array's values, for arrays that index others.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Known {
    Nothing,
    /// Every element is this integer (or truth value, as 0 or 1).
    Every(i64),
    /// Element `k` is `start + k * step`.
    Progression {
        start: i64,
        step: i64,
    },
    /// The elements in C order, at most as many as the source has characters.
    Listed(Rc<[i64]>),
}

impl Traced {
    /// A named array, or any other beginning of a chain.
    pub(super) fn original(array: Array) -> Traced {
        Traced {
            reaches: array.writeable,
            scalar: array.buffer.is_scalar(),
            array,
            warns: false,
            known: Known::Nothing,
        }
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.array.layout
    }

    pub(super) fn dtype(&self) -> &DType {
        &self.array.dtype
    }
}

/// An array that an operation has made, and how.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) effect: Effect,
    pub(super) traced: Traced,
    pub(super) reason: Option<Reason>,
}

impl Made {
    /// A constructor's result.
    pub(super) fn new(dtype: DType, layout: Layout) -> Made {
        let traced = Traced::original(Array::allocated(dtype, placed(layout)));
        Made { effect: Effect::New, traced, reason: None }
    }

    /// The same memory through another layout.
    pub(super) fn view(of: &Traced, layout: Layout) -> Made {
        let packed = of.layout().is_c_contiguous() && layout.is_c_contiguous();
        let in_order = packed && layout.size() == of.layout().size();
        let known = match &of.known {
            Known::Every(value) => Known::Every(*value),
            known if in_order => known.clone(),
            _ => Known::Nothing,
        };
        let array = Array { layout, ..of.array.clone() };
        let traced = Traced { array, reaches: of.reaches, scalar: false, warns: of.warns, known };
        Made { effect: Effect::View, traced, reason: None }
    }

    /// One of the arrays behind one another along the first axis.
    pub(super) fn row(of: &Traced, row: i64) -> Result<Made, LayoutError> {
        let layout = of.layout().slice(&[Pick::At(row), Pick::Ellipsis])?;
        Ok(match layout.rank() {
            0 => Made::element(of, &layout),
            _ => Made::view(of, layout),
        })
    }

    /// The very same array.
    pub(super) fn same(of: &Traced) -> Made {
        Made { effect: Effect::View, traced: of.clone(), reason: None }
    }

    /// Fresh memory.
    pub(super) fn copy(dtype: DType, layout: Layout, reason: Reason) -> Made {
        let array = Array::allocated(dtype, placed(layout));
        let traced = Traced { reaches: false, ..Traced::original(array) };
        Made { effect: Effect::Copy, traced, reason: Some(reason) }
    }

    /// One element of an array, as the scalar that NumPy makes of it.
    pub(super) fn element(of: &Traced, element: &Layout) -> Made {
        let known = match of.known {
            Known::Every(value) => Known::Every(value),
            _ => Known::Nothing,
        };
        let text = match of.dtype().fields() {
            [] => "integers for every axis pick one element, and NumPy makes a scalar of it",
            _ => {
                "integers for every axis pick one element, and NumPy makes a scalar of it (of a \
                 structure, one that still writes to its array)"
            }
        };
        let help = "with `...` as the last index it is a view of that element";
        let mut reason = Reason::new(ReasonCode::Scalar, text, help);
        reason.axes = (0..of.layout().rank()).collect();
        let layout = element.copied(CopyOrder::C);
        Made::copy(of.dtype().clone(), layout, reason).knowing(known).scalar_if_alone()
    }

    /// The same with elements of another dtype, which the layout already has.
    pub(super) fn with_dtype(mut self, dtype: DType) -> Made {
        self.traced.array.dtype = dtype;
        self.traced.known = Known::Nothing;
        self
    }

    /// A view that NumPy forbids to write through.
    pub(super) fn read_only(mut self, reason: Reason) -> Made {
        if self.traced.array.writeable {
            self.reason = Some(reason);
        }
        self.traced.array.writeable = false;
        self.traced.reaches = false;
        self
    }

    /// NumPy makes a scalar of an element that stands alone.
    pub(super) fn scalar_if_alone(mut self) -> Made {
        if self.traced.layout().rank() == 0 {
            self.traced.scalar = true;
            if !self.traced.array.buffer.is_scalar() {
                self.traced.array.buffer = Buffer::scalar(self.traced.array.buffer.bytes());
            }
            // Scalars of numbers are native; those of structures stay as they are.
            if self.traced.dtype().fields().is_empty() {
                self.traced.array.dtype = native(self.traced.dtype());
            }
        }
        self
    }

    /// Of the few functions that give an array even where it has no axes.
    pub(super) fn no_scalar(mut self) -> Made {
        self.traced.scalar = false;
        self.traced.array.buffer = Buffer::allocated(self.traced.array.buffer.bytes());
        self
    }

    /// Of what looks like a view of a scalar: NumPy makes an array of the scalar first.
    pub(super) fn out_of_scalar(mut self) -> Made {
        if self.effect == Effect::View {
            self.effect = Effect::Copy;
            self.reason = Some(Reason::new(
                ReasonCode::Scalar,
                "a scalar lies in no array, and NumPy makes an array of it first",
                "an index with `...`, as in a[0, ...], gives a view of the element in its place",
            ));
            let bytes = self.traced.array.buffer.bytes();
            self.traced.array.buffer = Buffer::allocated(bytes);
            (self.traced.scalar, self.traced.reaches) = (false, false);
        }
        self
    }

    pub(super) fn knowing(mut self, known: Known) -> Made {
        self.traced.known = known;
        self
    }
}

/// The layout of new memory: where there are no bytes, NumPy sets all strides to 0.
fn placed(layout: Layout) -> Layout {
    if layout.nbytes() > 0 {
        return layout;
    }
    let still = vec![0; layout.rank()];
    Layout::new(layout.shape(), &still, 0, layout.itemsize()).unwrap_or(layout)
}

/// A value of the expression language.
#[derive(Clone, Debug)]
pub(super) enum Value {
    None,
    Ellipsis,
    Bool(bool),
    Int(i128),
    Float(f64),
    Imaginary(f64),
    Text(String),
    Tuple(Vec<Spanned>),
    List(Vec<Spanned>),
    Dict(Vec<(Spanned, Spanned)>),
    Slice(Box<[Option<Spanned>; 3]>),
    DType(DType),
    /// `np`, or a module within it.
    Module(String),
    Function(&'static Operation),
    Array(Rc<Traced>),
    /// Several arrays at once, as `broadcast_arrays` gives; brackets pick one.
    Several(Vec<Made>),
    /// An array taken apart along its first axis, as `unstack` does.
    Rows(Rc<Traced>),
}

/// A value and the bytes of the source it came from.
#[derive(Clone, Debug)]
pub(super) struct Spanned {
    pub(super) value: Value,
    pub(super) span: Range<usize>,
}

impl Value {
    /// A tuple of integers.
    pub(super) fn ints(values: &[i64], span: &Range<usize>) -> Value {
        let item = |&value: &i64| Spanned { value: Value::Int(value.into()), span: span.clone() };
        Value::Tuple(values.iter().map(item).collect())
    }

    /// How Python names its type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Value::None => "NoneType",
            Value::Ellipsis => "ellipsis",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Imaginary(_) => "complex",
            Value::Text(_) => "str",
            Value::Tuple(_) | Value::Several(_) | Value::Rows(_) => "tuple",
            Value::List(_) => "list",
            Value::Dict(_) => "dict",
            Value::Slice(_) => "slice",
            Value::DType(_) => "dtype",
            Value::Module(_) => "module",
            Value::Function(_) => "function",
            Value::Array(_) => "numpy.ndarray",
        }
    }
}

impl Spanned {
    pub(super) fn wrong(&self, message: impl Into<String>) -> ExprError {
        ExprError::new(ErrorCode::Argument, self.span.clone(), message)
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self.value, Value::None)
    }

    /// A Python integer; truth values count as 0 and 1.
    pub(super) fn as_int(&self) -> Result<i64, ExprError> {
        match self.value {
            Value::Int(value) => i64::try_from(value)
                .map_err(|_| self.wrong("Python int too large to convert to C long")),
            Value::Bool(value) => Ok(i64::from(value)),
            _ => Err(self.wrong(format!(
                "'{}' object cannot be interpreted as an integer",
                self.value.type_name()
            ))),
        }
    }

    /// One integer, or a sequence of them.
    pub(super) fn as_ints(&self) -> Result<Vec<i64>, ExprError> {
        match self.items() {
            Some(items) => items.iter().map(Spanned::as_int).collect(),
            None => Ok(vec![self.as_int()?]),
        }
    }

    /// The members of a tuple or list.
    pub(super) fn items(&self) -> Option<&[Spanned]> {
        match &self.value {
            Value::Tuple(items) | Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// A truth value; integers count as Python counts them.
    pub(super) fn as_bool(&self) -> Result<bool, ExprError> {
        match self.value {
            Value::Bool(value) => Ok(value),
            Value::Int(value) => Ok(value != 0),
            Value::None => Ok(false),
            _ => Err(self.wrong(format!("expected a bool, not '{}'", self.value.type_name()))),
        }
    }

    /// A text in quotes.
    pub(super) fn as_text(&self) -> Result<&str, ExprError> {
        match &self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.wrong(format!("expected str, not '{}'", self.value.type_name()))),
        }
    }
}

impl Spanned {
    /// A dtype: one that evaluation found, a text, or a description as `np.dtype` takes it.
    pub(super) fn as_dtype(&self) -> Result<DType, ExprError> {
        let text = match &self.value {
            Value::DType(dtype) => return Ok(dtype.clone()),
            Value::Text(text) => text.clone(),
            _ => {
                let mut text = String::new();
                self.describe(&mut text)?;
                text
            }
        };
        DType::parse(&text).map_err(|error| {
            let span = match self.value {
                // The bytes at fault within the quotes.
                Value::Text(_) if self.span.len() == text.len() + 2 => {
                    let start = self.span.start + 1;
                    start + error.span.start..start + error.span.end
                }
                _ => self.span.clone(),
            };
            ExprError { help: error.help, ..ExprError::new(ErrorCode::DType, span, error.message) }
        })
    }

    /// Writes the literal that [`DType::parse`] reads.
    fn describe(&self, text: &mut String) -> Result<(), ExprError> {
        use std::fmt::Write;
        let sequence = |items: &[Spanned], text: &mut String| {
            items.iter().try_for_each(|item| item.describe(text).map(|()| text.push_str(", ")))
        };
        match &self.value {
            Value::Tuple(items) => {
                text.push('(');
                sequence(items, text)?;
                text.push(')');
            }
            Value::List(items) => {
                text.push('[');
                sequence(items, text)?;
                text.push(']');
            }
            Value::Dict(entries) => {
                text.push('{');
                for (key, value) in entries {
                    key.describe(text)?;
                    text.push_str(": ");
                    value.describe(text)?;
                    text.push_str(", ");
                }
                text.push('}');
            }
            Value::Int(value) => write!(text, "{value}").unwrap_or_default(),
            Value::Bool(true) => text.push_str("True"),
            Value::Bool(false) => text.push_str("False"),
            Value::Text(value) => write!(text, "'{value}'").unwrap_or_default(),
            Value::DType(dtype) => {
                let name = dtype.to_string();
                match name.starts_with(['[', '(', '{']) {
                    true => text.push_str(&name),
                    false => write!(text, "'{name}'").unwrap_or_default(),
                }
            }
            other => {
                let message =
                    format!("Cannot interpret '{}' object as a data type", other.type_name());
                return Err(ExprError::new(ErrorCode::DType, self.span.clone(), message));
            }
        }
        Ok(())
    }
}
