//! A call with its arguments bound: what an operation's function reads them from.
//!
//! Each reader takes a parameter's name and gives a value of one kind, or an error at the
//! argument's own place in the source; in `zeros((2,3), order='X')` that is the `'X'`. A
//! parameter that was left out has its default, standing where the call stands.

use std::ops::Range;
use std::rc::Rc;

use super::{Form, Operation};
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::literal::array_of;
use crate::expr::value::{Made, Spanned, Traced, Value};
use crate::layout::{CopyOrder, DType, LayoutError};

/// More arrays than this are not taken apart or put together: a few digits ask for many.
pub(super) const MAX_PARTS: i64 = 256;

/// The functions of NumPy that leave the work to the method of the same name, or to another one.
const CALL_THE_METHOD: [&str; 8] =
    ["squeeze", "transpose", "permute_dims", "reshape", "moveaxis", "real", "imag", "astype"];

/// An operation about to run.
pub(in crate::expr) struct Call {
    pub(in crate::expr) operation: &'static Operation,
    pub(in crate::expr) form: Form,
    /// The whole step.
    pub(in crate::expr) span: Range<usize>,
    pub(in crate::expr) arguments: Vec<(&'static str, Spanned)>,
}

/// What the argument `copy` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Copying {
    Always,
    IfNeeded,
    Never,
}

impl Call {
    /// Whether it is written `a.name(..)`.
    pub(super) fn is_method(&self) -> bool {
        self.form == Form::Method
    }

    /// Whether NumPy leaves a scalar a scalar. Its methods do, and the functions that call them,
    /// where the result has no axes; all other functions make an array of it first.
    pub(in crate::expr) fn as_scalar(&self, made: Made) -> Made {
        let of_scalar = self.arguments.first().is_some_and(
            |(_, first)| matches!(&first.value, Value::Array(traced) if traced.scalar),
        );
        let keeps = self.form != Form::Function || CALL_THE_METHOD.contains(&self.operation.name);
        match made.traced.layout().rank() {
            _ if !of_scalar => made,
            0 if keeps => made.scalar_if_alone(),
            _ => made.out_of_scalar(),
        }
    }

    /// The value bound to a parameter.
    pub(super) fn get(&self, parameter: &str) -> Result<&Spanned, ExprError> {
        let bound = self.arguments.iter().find(|(name, _)| *name == parameter);
        bound
            .map(|(_, value)| value)
            .ok_or_else(|| self.refuse(ErrorCode::Argument, format!("no parameter '{parameter}'")))
    }

    /// The value bound to a parameter, unless it is None.
    pub(super) fn given(&self, parameter: &str) -> Result<Option<&Spanned>, ExprError> {
        Ok(Some(self.get(parameter)?).filter(|bound| !bound.is_none()))
    }

    /// Refuses arguments that a trace does not follow.
    pub(super) fn expect_none(&self, parameters: &[&str]) -> Result<(), ExprError> {
        for parameter in parameters {
            if let Some(bound) = self.given(parameter)? {
                let message = format!("a trace does not follow {parameter}=");
                return Err(ExprError::new(ErrorCode::Unsupported, bound.span.clone(), message));
            }
        }
        Ok(())
    }

    /// An error about the step as a whole.
    pub(super) fn refuse(&self, code: ErrorCode, message: impl Into<String>) -> ExprError {
        ExprError::new(code, self.span.clone(), message)
    }

    /// What the layout room answered, or its refusal as an error about the step, or about the
    /// argument that it names.
    pub(super) fn laid<T>(&self, answer: Result<T, LayoutError>) -> Result<T, ExprError> {
        answer.map_err(|error| {
            let named = match error {
                LayoutError::AxisOutOfBounds { argument, .. }
                | LayoutError::RepeatedAxis { argument, .. } => argument,
                _ => None,
            };
            let bound = named.and_then(|name| self.get(name).ok());
            let span = bound.map_or(&self.span, |bound| &bound.span).clone();
            ExprError::from_layout(error, span)
        })
    }

    /// What the layout room answered, or its refusal as an error about one argument.
    pub(super) fn laid_at<T>(
        &self,
        parameter: &str,
        answer: Result<T, LayoutError>,
    ) -> Result<T, ExprError> {
        let span = self.get(parameter)?.span.clone();
        answer.map_err(|error| ExprError::from_layout(error, span))
    }

    /// An array, or what NumPy makes one of.
    pub(super) fn array(&self, parameter: &str) -> Result<Rc<Traced>, ExprError> {
        self.array_in(self.get(parameter)?)
    }

    /// An array, if the value is one or NumPy makes one of it.
    pub(super) fn array_in(&self, value: &Spanned) -> Result<Rc<Traced>, ExprError> {
        match &value.value {
            Value::Array(traced) => Ok(traced.clone()),
            Value::DType(_) | Value::Function(_) | Value::Module(_) | Value::Slice(_) => Err(value
                .wrong(format!(
                    "{}() wants an array here, not a {}",
                    self.operation.name,
                    value.value.type_name()
                ))),
            Value::List(items) | Value::Tuple(items) if items.iter().any(is_array) => Err(value
                .wrong("a trace makes no array of a list of arrays here")
                .with_help("write it as np.stack([..])")),
            _ => array_of(value, None).map(Rc::new),
        }
    }

    /// The arrays in a list or tuple.
    pub(super) fn arrays(&self, parameter: &str) -> Result<Vec<Rc<Traced>>, ExprError> {
        let bound = self.get(parameter)?;
        match (&bound.value, bound.items()) {
            (_, Some(items)) => items.iter().map(|item| self.array_in(item)).collect(),
            (Value::Array(traced) | Value::Rows(traced), _) if traced.layout().rank() > 0 => {
                // NumPy walks along the first axis, however long it is; a trace does not.
                let extent = traced.layout().shape()[0];
                if extent > MAX_PARTS {
                    let message = format!("{extent} arrays; a trace joins {MAX_PARTS} at most");
                    return Err(bound.wrong(message));
                }
                let row = |row| Ok(Rc::new(self.laid(Made::row(traced, row))?.traced));
                (0..extent).map(row).collect()
            }
            (Value::Several(made), _) => {
                Ok(made.iter().map(|made| Rc::new(made.traced.clone())).collect())
            }
            _ => Err(bound
                .wrong(format!("{}() wants a list of arrays here", self.operation.name))
                .with_help("put the arrays between [ and ]")),
        }
    }

    /// Extents of a new array.
    pub(super) fn shape(&self, parameter: &str) -> Result<Vec<i64>, ExprError> {
        self.ints(parameter).map_err(|error| match error.message.contains("too large") {
            true => ExprError {
                code: ErrorCode::TooLarge,
                message: "Maximum allowed dimension exceeded".to_owned(),
                help: Some("an extent has to stay below 2**63".to_owned()),
                ..error
            },
            false => error,
        })
    }

    pub(super) fn int(&self, parameter: &str) -> Result<i64, ExprError> {
        self.get(parameter)?.as_int()
    }

    /// Integers, one or several.
    pub(super) fn ints(&self, parameter: &str) -> Result<Vec<i64>, ExprError> {
        self.get(parameter)?.as_ints()
    }

    /// Integers, one or several; `None` where the argument is None.
    pub(super) fn optional_ints(&self, parameter: &str) -> Result<Option<Vec<i64>>, ExprError> {
        self.given(parameter)?.map(Spanned::as_ints).transpose()
    }

    /// Integers of a `*parameter`: `f(2, 3)` and `f((2, 3))` mean the same, `f(None)` is `None`.
    pub(super) fn spread_ints(&self, parameter: &str) -> Result<Option<Vec<i64>>, ExprError> {
        let bound = self.get(parameter)?;
        match bound.items() {
            Some([one]) if one.is_none() => Ok(None),
            Some([one]) => one.as_ints().map(Some),
            _ => bound.as_ints().map(Some),
        }
    }

    pub(super) fn flag(&self, parameter: &str) -> Result<bool, ExprError> {
        self.get(parameter)?.as_bool()
    }

    /// `order=`, or `None` where the argument is None.
    pub(super) fn order(&self, parameter: &str) -> Result<Option<CopyOrder>, ExprError> {
        let Some(bound) = self.given(parameter)? else { return Ok(None) };
        Ok(Some(match bound.as_text()? {
            "C" | "c" => CopyOrder::C,
            "F" | "f" => CopyOrder::F,
            "A" | "a" => CopyOrder::A,
            "K" | "k" => CopyOrder::K,
            other => {
                return Err(bound
                    .wrong(format!("order must be one of 'C', 'F', 'A', or 'K' (got '{other}')")));
            }
        }))
    }

    /// `copy=`: true, false or None as NumPy 2 means them.
    pub(super) fn copying(&self, parameter: &str) -> Result<Copying, ExprError> {
        Ok(match self.given(parameter)? {
            None => Copying::IfNeeded,
            Some(bound) if bound.as_bool()? => Copying::Always,
            Some(_) => Copying::Never,
        })
    }

    /// A dtype, quoted, bare, or described by a list; `None` where the argument is None.
    pub(super) fn dtype(&self, parameter: &str) -> Result<Option<DType>, ExprError> {
        self.given(parameter)?.map(Spanned::as_dtype).transpose()
    }
}

/// Whether a list or tuple has arrays in it.
pub(super) fn contains_arrays(value: &Spanned) -> bool {
    value.items().is_some_and(|items| items.iter().any(is_array))
}

fn is_array(item: &Spanned) -> bool {
    match &item.value {
        Value::Array(traced) => traced.layout().rank() > 0,
        _ => contains_arrays(item),
    }
}
