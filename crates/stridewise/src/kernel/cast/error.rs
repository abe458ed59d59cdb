//! Why a cast was not made, or not finished.

use std::fmt;

use super::Casting;
use crate::control::Stopped;
use crate::kernel::copy::CopyError;
use crate::layout::{DType, LayoutError};
use crate::view::ViewError;

/// Why a cast was not made, or not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CastError {
    /// The rule forbids it.
    Forbidden {
        /// What the source holds.
        from: DType,
        /// What the destination holds.
        to: DType,
        /// The rule.
        casting: Casting,
        /// The strictest rule that would allow it.
        wanted: Casting,
    },
    /// A dtype of other things than numbers of up to 8 bytes, or complex ones of up to 16.
    Unsupported {
        /// The dtype.
        dtype: DType,
    },
    /// A layout whose items are not those of its dtype.
    ItemSize {
        /// The dtype.
        dtype: DType,
        /// Bytes of an item of the layout.
        got: i64,
    },
    /// Source and destination differ in shape, or the caller stopped.
    Copy(CopyError),
    /// A tile is no layout, which a tile of an admitted layout always is.
    Layout(LayoutError),
    /// A stage does not hold a tile, which it always does.
    View(ViewError),
}

impl fmt::Display for CastError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CastError::Forbidden { from, to, casting, .. } => write!(
                f,
                "cannot cast array data from {from} to {to} according to the rule '{}'",
                casting.name()
            ),
            CastError::Unsupported { dtype } => {
                write!(f, "{dtype} is no dtype of numbers that can be cast")
            }
            CastError::ItemSize { dtype, got } => write!(
                f,
                "an element of {dtype} has {} bytes, the layout's items have {got}",
                dtype.itemsize()
            ),
            CastError::Copy(error) => error.fmt(f),
            CastError::Layout(error) => error.fmt(f),
            CastError::View(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CastError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CastError::Copy(error) => Some(error),
            CastError::Layout(error) => Some(error),
            CastError::View(error) => Some(error),
            _ => None,
        }
    }
}

impl From<CopyError> for CastError {
    fn from(error: CopyError) -> Self {
        CastError::Copy(error)
    }
}

impl From<Stopped> for CastError {
    fn from(stopped: Stopped) -> Self {
        CastError::Copy(CopyError::Stopped(stopped))
    }
}

impl From<LayoutError> for CastError {
    fn from(error: LayoutError) -> Self {
        CastError::Layout(error)
    }
}
