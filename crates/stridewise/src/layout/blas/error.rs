//! What is no product for BLAS at all: dtypes without a routine, shapes that do not match.
//!
//! `(2,3):(24,8)+0` times `(4,5):(40,8)+0` has 3 columns and 4 rows; the wording is NumPy's.

use std::fmt;

use crate::layout::DType;
use crate::layout::dtype::ByteOrder;

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlasError {
    /// A dtype that BLAS cannot compute with.
    NoRoutine {
        /// which operand
        operand: usize,
        /// its dtype
        got: DType,
    },
    /// Operands of two dtypes.
    DTypes {
        /// that of the first
        wanted: DType,
        /// that of the second
        got: DType,
    },
    /// An operand without axes.
    NoAxes {
        /// which operand
        operand: usize,
    },
    /// The last axis of the first and the last but one of the second differ.
    Mismatch {
        /// the extent in the first
        wanted: i64,
        /// the extent in the second
        got: i64,
    },
    /// Stacks of matrices that cannot be broadcast together.
    Stacks {
        /// the shape of the first
        first: Vec<i64>,
        /// the shape of the second
        second: Vec<i64>,
    },
}

impl std::error::Error for BlasError {}

impl fmt::Display for BlasError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SIGNATURE: &str = "(n?,k),(k,m?)->(n?,m?)";
        match self {
            BlasError::NoRoutine { operand, got } => {
                write!(f, "BLAS has no routine for {got} (operand {operand})")
            }
            BlasError::DTypes { wanted, got } => {
                write!(f, "BLAS takes operands of one dtype, not {wanted} and {got}")
            }
            BlasError::NoAxes { operand } => write!(
                f,
                "matmul: Input operand {operand} does not have enough dimensions (has 0, gufunc \
                 core with signature {SIGNATURE} requires 1)"
            ),
            BlasError::Mismatch { wanted, got } => write!(
                f,
                "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc \
                 signature {SIGNATURE} (size {got} is different from {wanted})"
            ),
            BlasError::Stacks { first, second } => {
                f.write_str(
                    "operands could not be broadcast together with remapped shapes \
                     [original->remapped]:",
                )?;
                for shape in [first, second] {
                    let stack = &shape[..shape.len().saturating_sub(2)];
                    let dots: Vec<String> = stack.iter().map(i64::to_string).collect();
                    write!(f, " {}->({},newaxis,newaxis)", Tuple(shape), dots.join(","))?;
                }
                let rows = first.iter().rev().nth(1).copied().unwrap_or(1);
                let cols = second.last().copied().unwrap_or(1);
                write!(f, "  and requested shape ({rows},{cols})")
            }
        }
    }
}

impl BlasError {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            BlasError::NoRoutine { .. } | BlasError::DTypes { .. } => "dtype",
            _ => "layout",
        }
    }

    /// Which operand it is about, where it is about one.
    pub fn operand(&self) -> Option<usize> {
        match self {
            BlasError::NoRoutine { operand, .. } | BlasError::NoAxes { operand } => Some(*operand),
            _ => None,
        }
    }

    /// One sentence on what to do instead.
    pub fn help(&self) -> String {
        match self {
            BlasError::NoRoutine { got, .. } => {
                let native = got.with_byte_order(ByteOrder::Little);
                if native.blas_letter().is_some() {
                    return format!("astype('{native}') swaps the bytes, in a copy");
                }
                "it computes with float32, float64, complex64 and complex128 in this machine's \
                 byte order: astype converts, in a copy"
                    .to_owned()
            }
            BlasError::DTypes { wanted, .. } => {
                format!("astype('{wanted}') converts one of them, in a copy")
            }
            BlasError::NoAxes { .. } => "scale with *".to_owned(),
            BlasError::Mismatch { .. } => {
                "the last axis of the left and the last but one of the right must be equal"
                    .to_owned()
            }
            BlasError::Stacks { .. } => {
                "before the last two axes, counted from there, extents have to be equal or 1"
                    .to_owned()
            }
        }
    }
}

/// `(2,3)`
struct Tuple<'a>(&'a [i64]);

impl fmt::Display for Tuple<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (axis, extent) in self.0.iter().enumerate() {
            write!(f, "{}{extent}", if axis > 0 { "," } else { "" })?;
        }
        f.write_str(if self.0.len() == 1 { ",)" } else { ")" })
    }
}
