//! Why a question about locality has no answer.

use std::fmt;

use crate::control::Stopped;

/// Why a question about locality has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LocalityError {
    /// The caller asked it to stop.
    Stopped,
    /// Exact simulation passed the limit of simulated accesses.
    TooMuchWork {
        /// The limit.
        wanted: u64,
        /// How many accesses the nest makes.
        got: u128,
    },
}

impl From<Stopped> for LocalityError {
    fn from(_: Stopped) -> Self {
        LocalityError::Stopped
    }
}

impl fmt::Display for LocalityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LocalityError::Stopped => Stopped.fmt(f),
            LocalityError::TooMuchWork { wanted, got } => write!(
                f,
                "the nest makes {got} accesses, and exact simulation stopped after {wanted}; sampling gives an interval instead"
            ),
        }
    }
}

impl std::error::Error for LocalityError {}
