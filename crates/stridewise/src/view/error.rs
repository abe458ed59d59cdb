//! Why memory is not admitted, or a view cannot be made from another.

use std::fmt;

use crate::layout::{LayoutError, Span};

/// Why a view cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ViewError {
    /// The layout reaches bytes that the buffer does not have.
    OutsideBuffer {
        /// The bytes reached.
        reached: Span,
        /// How many bytes the buffer has.
        buffer: i64,
    },
    /// The layout's items are not as large as the type's values.
    ItemSize {
        /// Bytes of one value.
        wanted: i64,
        /// Bytes of one item.
        got: i64,
    },
    /// The first element lies on an address that the type does not allow.
    MisalignedStart {
        /// The alignment of the type.
        wanted: i64,
        /// How far past a multiple of it the first element lies.
        got: i64,
    },
    /// One step along an axis leads to an address that the type does not allow.
    MisalignedStride {
        /// Which axis.
        axis: usize,
        /// The alignment of the type.
        wanted: i64,
        /// The stride.
        got: i64,
    },
    /// Two indices reach the same byte, which a mutable view must not.
    Aliasing {
        /// One index.
        first: Vec<i64>,
        /// Another that reaches a byte of the same element.
        second: Vec<i64>,
    },
    /// Whether two indices reach the same byte could not be found out.
    PerhapsAliasing,
    /// A stride that the other library, which counts in items, cannot express.
    StrideInItems {
        /// Which axis.
        axis: usize,
        /// Bytes of one item.
        wanted: i64,
        /// The stride.
        got: i64,
    },
    /// The layout itself, or the operation on it.
    Layout(LayoutError),
}

impl fmt::Display for ViewError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ViewError::OutsideBuffer { reached, buffer } => write!(
                f,
                "the layout reaches bytes {}..{}, the buffer has bytes 0..{buffer}",
                reached.low, reached.high
            ),
            ViewError::ItemSize { wanted, got } => {
                write!(f, "the type has {wanted} bytes, the layout's items have {got}")
            }
            ViewError::MisalignedStart { wanted, got } => write!(
                f,
                "the first element lies {got} bytes past a multiple of {wanted}; use an untyped byte view"
            ),
            ViewError::MisalignedStride { axis, wanted, got } => write!(
                f,
                "axis {axis} has stride {got}, not a multiple of the alignment {wanted}; use an untyped byte view"
            ),
            ViewError::Aliasing { first, second } => write!(
                f,
                "indices {first:?} and {second:?} reach the same byte, so the view cannot be mutable; copy it first"
            ),
            ViewError::PerhapsAliasing => f.write_str(
                "two indices may reach the same byte, so the view cannot be mutable; copy it first",
            ),
            ViewError::StrideInItems { axis, wanted, got } => {
                write!(f, "axis {axis} has stride {got}, not a multiple of the itemsize {wanted}")
            }
            ViewError::Layout(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ViewError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ViewError::Layout(error) => Some(error),
            _ => None,
        }
    }
}

impl From<LayoutError> for ViewError {
    fn from(error: LayoutError) -> Self {
        ViewError::Layout(error)
    }
}
