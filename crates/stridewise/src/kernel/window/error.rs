//! Why windows were not reduced.

use std::fmt;

use crate::control::Stopped;
use crate::kernel::Element;
use crate::layout::LayoutError;

/// Why windows were not reduced, or not to the end.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum WindowError {
    /// The axis, or where windows lie on it.
    Layout(LayoutError),
    /// A window of no elements, or of less.
    Size {
        /// The axis.
        axis: usize,
        /// The size given.
        got: i64,
    },
    /// More elements wanted than a window has, or less than one.
    MinCount {
        /// The size of a window.
        wanted: i64,
        /// The count given.
        got: i64,
    },
    /// A window that does not contain the element it belongs to.
    Origin {
        /// The size of a window.
        size: i64,
        /// The origin given.
        got: i64,
    },
    /// Not one weight per element of a window.
    Weights {
        /// The size of a window.
        wanted: i64,
        /// How many weights were given.
        got: i64,
    },
    /// A quantile outside 0 to 1.
    Quantile {
        /// The quantile given.
        got: f64,
    },
    /// The result has another shape than the windows.
    Shape {
        /// The shape of the windows.
        wanted: Vec<i64>,
        /// The shape of the result.
        got: Vec<i64>,
    },
    /// Items are not as large as their elements.
    ItemSize {
        /// Bytes of an element.
        wanted: i64,
        /// Bytes of an item.
        got: i64,
    },
    /// The result has elements of another type.
    Result {
        /// What the operation gives.
        wanted: Element,
        /// What was given.
        got: Element,
    },
    /// A sum or product does not fit in 64 bits.
    Overflow,
    /// There is no memory for the result.
    OutOfMemory {
        /// How many bytes were asked for.
        wanted: i64,
    },
    /// The operation, or the mode, is not there for several axes at once.
    SeveralAxes {
        /// The name of the operation.
        operation: &'static str,
    },
    /// The caller asked to stop; part of the result is written.
    Stopped(Stopped),
}

impl fmt::Display for WindowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WindowError::Layout(error) => error.fmt(f),
            WindowError::Size { axis, got } if *got < 0 => {
                write!(
                    f,
                    "`window_shape` cannot contain negative values: on axis {axis} it is {got}"
                )
            }
            WindowError::Size { axis, got } => {
                write!(f, "window size must be at least 1, on axis {axis} it is {got}")
            }
            WindowError::MinCount { wanted, got } => {
                write!(f, "min_count ({got}) must be > 0 and <= window ({wanted})")
            }
            WindowError::Origin { size, got } => {
                write!(f, "invalid origin: {got} moves a window of {size} off its element")
            }
            WindowError::Weights { wanted, got } => {
                write!(f, "a window of {wanted} elements needs as many weights, got {got}")
            }
            WindowError::Quantile { got } => {
                write!(f, "Quantiles must be in the range [0, 1], got {got}")
            }
            WindowError::Shape { wanted, got } => {
                write!(f, "the windows have shape {wanted:?}, the result has {got:?}")
            }
            WindowError::ItemSize { wanted, got } => {
                write!(f, "an element has {wanted} bytes, the layout's items have {got}")
            }
            WindowError::Result { wanted, got } => {
                write!(f, "the result is of {}, not of {}", wanted.name(), got.name())
            }
            WindowError::Overflow => f.write_str(
                "a sum or product does not fit in 64 bits; convert to float64, or ask for wrapping",
            ),
            WindowError::OutOfMemory { wanted } => {
                write!(f, "there is no memory for {wanted} bytes")
            }
            WindowError::SeveralAxes { operation } => {
                write!(f, "{operation} takes windows along one axis")
            }
            WindowError::Stopped(stopped) => stopped.fmt(f),
        }
    }
}

impl std::error::Error for WindowError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            WindowError::Layout(error) => Some(error),
            WindowError::Stopped(stopped) => Some(stopped),
            _ => None,
        }
    }
}

impl From<LayoutError> for WindowError {
    fn from(error: LayoutError) -> Self {
        WindowError::Layout(error)
    }
}

impl From<Stopped> for WindowError {
    fn from(stopped: Stopped) -> Self {
        WindowError::Stopped(stopped)
    }
}
