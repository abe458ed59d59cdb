//! A call with its arguments bound: what an operation's function reads them from.
//!
//! Each reader takes a parameter's name and gives a value of one kind, or an error at the
//! argument's own place in the source; in `zeros((2,3), order='X')` that is the `'X'`.

use std::ops::Range;
use std::rc::Rc;

use super::Operation;
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::value::{Spanned, Traced, Value};
use crate::layout::{DType, LayoutError};

/// An operation about to run.
pub(in crate::expr) struct Call {
    pub(in crate::expr) operation: &'static Operation,
    /// The whole step.
    pub(in crate::expr) span: Range<usize>,
    pub(in crate::expr) arguments: Vec<(&'static str, Spanned)>,
}

impl Call {
    /// The value bound to a parameter, its default if none was passed.
    pub(super) fn get(&self, parameter: &str) -> Result<&Spanned, ExprError> {
        let bound = self.arguments.iter().find(|(name, _)| *name == parameter);
        bound
            .map(|(_, value)| value)
            .ok_or_else(|| self.refuse(ErrorCode::Argument, format!("no parameter '{parameter}'")))
    }

    /// An error about the step as a whole.
    pub(super) fn refuse(&self, code: ErrorCode, message: impl Into<String>) -> ExprError {
        ExprError::new(code, self.span.clone(), message)
    }

    /// What the layout room answered, or its refusal as an error about the step.
    pub(super) fn laid<T>(&self, answer: Result<T, LayoutError>) -> Result<T, ExprError> {
        answer.map_err(|error| ExprError::from_layout(error, self.span.clone()))
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

    /// An array.
    pub(super) fn array(&self, parameter: &str) -> Result<Rc<Traced>, ExprError> {
        let bound = self.get(parameter)?;
        match &bound.value {
            Value::Array(traced) => Ok(traced.clone()),
            other => Err(bound.wrong(format!(
                "{}() wants an array here, not '{}'",
                self.operation.name,
                other.type_name()
            ))),
        }
    }

    /// Integers, one or several; `None` where the argument is None.
    pub(super) fn optional_ints(&self, parameter: &str) -> Result<Option<Vec<i64>>, ExprError> {
        let bound = self.get(parameter)?;
        if bound.is_none() { Ok(None) } else { bound.as_ints().map(Some) }
    }

    /// Integers, one or several.
    pub(super) fn ints(&self, parameter: &str) -> Result<Vec<i64>, ExprError> {
        self.get(parameter)?.as_ints()
    }

    /// A dtype, quoted, bare, or described by a list; `None` where the argument is None.
    pub(super) fn optional_dtype(&self, parameter: &str) -> Result<Option<DType>, ExprError> {
        let bound = self.get(parameter)?;
        match &bound.value {
            Value::None => Ok(None),
            Value::DType(dtype) => Ok(Some(dtype.clone())),
            Value::Text(text) => DType::parse(text).map(Some).map_err(|error| {
                ExprError::new(ErrorCode::DType, bound.span.clone(), error.to_string())
            }),
            _ => {
                let message = "Cannot interpret this as a data type";
                Err(ExprError::new(ErrorCode::DType, bound.span.clone(), message))
            }
        }
    }
}
