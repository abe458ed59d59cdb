//! Why a reduction was not made, or not finished.
//!
//! Reducing axis 2 of `(2,3):(24,8)+0`, a minimum over an axis of extent 0, a result of another
//! shape or dtype: each variant carries what was wanted and what was there.

use std::fmt;

use crate::control::Stopped;
use crate::layout::{DType, LayoutError};
use crate::nest::NestError;

/// Why a reduction was not made, or not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReduceError {
    /// An axis out of bounds, or named twice.
    Layout(LayoutError),
    /// More loops than a nest may have, where the nest is asked for.
    Nest(NestError),
    /// The operation has no meaning for the dtype.
    Unsupported {
        /// The operation.
        operation: &'static str,
        /// The dtype of the input.
        got: DType,
    },
    /// Items of another size than the dtype's.
    ItemSize {
        /// Bytes of a value of the dtype.
        wanted: i64,
        /// Bytes of an item of the view.
        got: i64,
    },
    /// A result of another shape than the reduction has.
    Shape {
        /// The first axis of the result that differs, or the rank where that differs.
        axis: usize,
        /// The shape of the reduction's result.
        wanted: Vec<i64>,
        /// The shape of the view to be written.
        got: Vec<i64>,
    },
    /// A result of another dtype than the reduction has.
    ResultDType {
        /// The dtype of the reduction's result.
        wanted: DType,
        /// The dtype of the view to be written.
        got: DType,
    },
    /// Nothing to reduce, for an operation that needs an item.
    Empty {
        /// The operation.
        operation: &'static str,
        /// The first reduced axis of extent 0.
        axis: usize,
    },
    /// A slice that holds nothing but NaN, for an operation that skips NaN and has to name an item.
    AllNan,
    /// Fewer items than the result needs, for a dtype that cannot say so.
    TooFewItems {
        /// How many the result needs.
        wanted: u64,
        /// How many there are.
        got: u64,
    },
    /// An integer result that does not fit, where that is to be an error.
    Overflow {
        /// The dtype of the result.
        wanted: DType,
    },
    /// There is no memory for the result.
    OutOfMemory {
        /// How many bytes were asked for.
        wanted: i64,
    },
    /// The caller asked to stop; part of the result is written.
    Stopped(Stopped),
}

/// What a single result may fail on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    AllNan,
    Overflow,
}

impl fmt::Display for ReduceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReduceError::Layout(error) => error.fmt(f),
            ReduceError::Nest(error) => error.fmt(f),
            ReduceError::Unsupported { operation, got } => {
                write!(f, "{operation} is not defined for dtype {got}")
            }
            ReduceError::ItemSize { wanted, got } => {
                write!(f, "the dtype has items of {wanted} bytes, the view of {got}")
            }
            ReduceError::Shape { axis, wanted, got } => write!(
                f,
                "the result has shape {wanted:?}, the output {got:?}; they differ at axis {axis}"
            ),
            ReduceError::ResultDType { wanted, got } => {
                write!(f, "the result has dtype {wanted}, the output {got}")
            }
            ReduceError::Empty { operation, axis } => write!(
                f,
                "zero-size array to reduction operation {operation} which has no identity: axis {axis} has extent 0"
            ),
            ReduceError::AllNan => f.write_str("All-NaN slice encountered"),
            ReduceError::TooFewItems { wanted, got } => {
                write!(f, "a result needs at least {wanted} items, there are {got}")
            }
            ReduceError::Overflow { wanted } => write!(
                f,
                "a result does not fit in {wanted}; convert to float64 first, or let it wrap"
            ),
            ReduceError::OutOfMemory { wanted } => {
                write!(f, "there is no memory for {wanted} bytes")
            }
            ReduceError::Stopped(stopped) => stopped.fmt(f),
        }
    }
}

impl std::error::Error for ReduceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReduceError::Layout(error) => Some(error),
            ReduceError::Nest(error) => Some(error),
            ReduceError::Stopped(stopped) => Some(stopped),
            _ => None,
        }
    }
}

impl From<LayoutError> for ReduceError {
    fn from(error: LayoutError) -> Self {
        ReduceError::Layout(error)
    }
}

impl From<NestError> for ReduceError {
    fn from(error: NestError) -> Self {
        ReduceError::Nest(error)
    }
}

impl From<Stopped> for ReduceError {
    fn from(stopped: Stopped) -> Self {
        ReduceError::Stopped(stopped)
    }
}
