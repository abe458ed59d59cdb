//! What can be wrong with a nest.

use std::fmt;

/// Why a nest cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NestError {
    /// An access whose number of coefficients is not the number of loops around it.
    Coefficients {
        /// The operand of the access.
        operand: usize,
        /// How many loops enclose it.
        wanted: usize,
        /// How many coefficients it has.
        got: usize,
    },
    /// A loop with an extent below zero.
    NegativeExtent {
        /// How many loops enclose it.
        depth: usize,
        /// Its extent.
        got: i64,
    },
    /// An access of no bytes, or of a negative number of bytes.
    AccessSize {
        /// The operand of the access.
        operand: usize,
        /// Its size in bytes.
        got: i64,
    },
    /// An access that reaches an address outside signed 64-bit integers.
    AddressOverflow {
        /// The operand of the access.
        operand: usize,
    },
    /// Operands of different shapes.
    ShapeMismatch {
        /// The operand that differs from operand 0.
        operand: usize,
        /// The shape of operand 0.
        wanted: Vec<i64>,
        /// Its own shape.
        got: Vec<i64>,
    },
    /// Not one effect per operand.
    Effects {
        /// How many operands there are.
        wanted: usize,
        /// How many effects were given.
        got: usize,
    },
    /// Not one block size per axis, or more than eight that leave a remainder.
    Blocks {
        /// How many axes there are.
        wanted: usize,
        /// The block sizes given.
        got: Vec<i64>,
    },
    /// Loops nested deeper than a nest allows.
    TooDeep {
        /// The limit.
        wanted: usize,
    },
}

impl fmt::Display for NestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NestError::Coefficients { operand, wanted, got } => write!(
                f,
                "operand {operand} needs one coefficient per enclosing loop: wanted {wanted}, got {got}"
            ),
            NestError::NegativeExtent { depth, got } => {
                write!(f, "the loop at depth {depth} has a negative extent, {got}")
            }
            NestError::AccessSize { operand, got } => {
                write!(f, "an access to operand {operand} must have at least 1 byte, got {got}")
            }
            NestError::AddressOverflow { operand } => {
                write!(f, "operand {operand} reaches an address outside 64-bit integers")
            }
            NestError::ShapeMismatch { operand, wanted, got } => write!(
                f,
                "operands must have one shape: operand 0 has {wanted:?}, operand {operand} has {got:?}; broadcast them first"
            ),
            NestError::Effects { wanted, got } => {
                write!(f, "one effect per operand is needed: wanted {wanted}, got {got}")
            }
            NestError::Blocks { wanted, got } => write!(
                f,
                "one block size per axis is needed, at most eight of them uneven: wanted {wanted}, got {got:?}"
            ),
            NestError::TooDeep { wanted } => {
                write!(f, "loops nest deeper than {wanted} levels")
            }
        }
    }
}

impl std::error::Error for NestError {}
