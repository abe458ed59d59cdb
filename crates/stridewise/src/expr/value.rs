//! What the parts of an expression evaluate to: arrays with their history, and plain Python.
//!
//! In `zeros((2,3), 'f4').T` the values are the tuple `(2,3)`, the text `f4`, and two arrays,
//! `(2,3):(12,4)+0` and `(3,2):(4,12)+0`.

use std::ops::Range;
use std::rc::Rc;

use super::array::{Array, Buffer};
use super::error::{ErrorCode, ExprError};
use super::operations::Operation;
use super::steps::{Effect, Reason};
use crate::layout::{DType, Layout};

/// An array within a trace, with what later steps need to know of its past.
#[derive(Clone, Debug)]
pub(super) struct Traced {
    pub(super) array: Array,
    /// Whether a write through it reaches the first array of its chain.
    pub(super) reaches: bool,
    /// Whether NumPy makes a scalar of it, which has no brackets.
    pub(super) scalar: bool,
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
        Traced { reaches: array.writeable, array, scalar: false, known: Known::Nothing }
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
        let traced = Traced::original(Array::allocated(dtype, layout));
        Made { effect: Effect::New, traced, reason: None }
    }

    /// The same memory through another layout.
    pub(super) fn view(of: &Traced, layout: Layout) -> Made {
        let known = match of.known {
            Known::Every(value) => Known::Every(value),
            _ => Known::Nothing,
        };
        let array = Array { layout, ..of.array.clone() };
        let traced = Traced { array, reaches: of.reaches, scalar: false, known };
        Made { effect: Effect::View, traced, reason: None }
    }

    /// The very same array.
    pub(super) fn same(of: &Traced) -> Made {
        Made { effect: Effect::View, traced: of.clone(), reason: None }
    }

    /// Fresh memory.
    pub(super) fn copy(dtype: DType, layout: Layout, reason: Reason) -> Made {
        let buffer = Buffer::allocated(layout.nbytes());
        let array = Array { dtype, layout, buffer, writeable: true };
        let traced = Traced { array, reaches: false, scalar: false, known: Known::Nothing };
        Made { effect: Effect::Copy, traced, reason: Some(reason) }
    }

    pub(super) fn knowing(mut self, known: Known) -> Made {
        self.traced.known = known;
        self
    }
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
}

/// A value and the bytes of the source it came from.
#[derive(Clone, Debug)]
pub(super) struct Spanned {
    pub(super) value: Value,
    pub(super) span: Range<usize>,
}

impl Value {
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
            Value::Tuple(_) | Value::Several(_) => "tuple",
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
