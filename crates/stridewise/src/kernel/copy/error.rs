//! Why a copy was not made, or not finished.

use std::fmt;

use crate::control::Stopped;
use crate::nest::NestError;

/// Why a copy was not made, or not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CopyError {
    /// Source and destination differ in shape.
    Nest(NestError),
    /// Source and destination hold items of different sizes.
    ItemSize {
        /// Bytes of an item of the source.
        wanted: i64,
        /// Bytes of an item of the destination.
        got: i64,
    },
    /// There is no memory for the copy.
    OutOfMemory {
        /// How many bytes were asked for.
        wanted: i64,
    },
    /// The caller asked to stop; part of the destination is written.
    Stopped(Stopped),
}

impl fmt::Display for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CopyError::Nest(error) => error.fmt(f),
            CopyError::ItemSize { wanted, got } => {
                write!(f, "the source has items of {wanted} bytes, the destination of {got}")
            }
            CopyError::OutOfMemory { wanted } => write!(f, "there is no memory for {wanted} bytes"),
            CopyError::Stopped(stopped) => stopped.fmt(f),
        }
    }
}

impl std::error::Error for CopyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CopyError::Nest(error) => Some(error),
            CopyError::Stopped(stopped) => Some(stopped),
            _ => None,
        }
    }
}

impl From<NestError> for CopyError {
    fn from(error: NestError) -> Self {
        CopyError::Nest(error)
    }
}

impl From<Stopped> for CopyError {
    fn from(stopped: Stopped) -> Self {
        CopyError::Stopped(stopped)
    }
}
