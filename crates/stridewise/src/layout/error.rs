//! What can be wrong with a layout or an operation on one: each variant carries the evidence.
//!
//! The text names the axis, what was wanted and what was found; where NumPy has a wording for
//! the same mistake, it is NumPy's. `help` is one remedy, without the word "help".

use std::fmt;

/// Why a layout or a view cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayoutError {
    /// More axes than arrays can have.
    RankTooLarge {
        /// the limit
        wanted: usize,
        /// the rank asked for
        got: usize,
    },
    /// Shape and strides of different lengths.
    StridesLength {
        /// the rank of the shape
        wanted: usize,
        /// how many strides were given
        got: usize,
    },
    /// An extent below zero.
    NegativeExtent {
        /// which axis
        axis: usize,
        /// its extent
        got: i64,
    },
    /// An itemsize below zero.
    NegativeItemsize {
        /// the itemsize
        got: i64,
    },
    /// More bytes than a signed 64-bit integer counts.
    TooBig {
        /// the axis at which the product overflows
        axis: usize,
        /// its extent
        extent: i64,
        /// bytes of one element
        itemsize: i64,
    },
    /// A reachable byte outside signed 64-bit integers.
    SpanOverflow {
        /// the axis at which the sum overflows
        axis: usize,
        /// its extent
        extent: i64,
        /// its stride
        stride: i64,
    },
    /// An index outside its axis.
    IndexOutOfBounds {
        /// which axis
        axis: usize,
        /// the index asked for
        index: i64,
        /// the extent of the axis
        extent: i64,
    },
    /// More indices than axes.
    TooManyIndices {
        /// the rank
        wanted: usize,
        /// how many indices were given
        got: usize,
    },
    /// Fewer indices than axes, where one element is asked for.
    TooFewIndices {
        /// the rank
        wanted: usize,
        /// how many indices were given
        got: usize,
    },
    /// The order given is not a permutation of the axes.
    NotAPermutation {
        /// the rank
        rank: usize,
        /// the order given
        got: Vec<usize>,
    },
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use LayoutError::*;
        match self {
            RankTooLarge { wanted, got } => {
                write!(f, "maximum supported dimension for an ndarray is {wanted}, found {got}")
            }
            StridesLength { wanted, got } => {
                write!(f, "strides must have one value per axis: wanted {wanted}, got {got}")
            }
            NegativeExtent { axis, got } => {
                write!(f, "negative dimensions are not allowed: axis {axis} has extent {got}")
            }
            NegativeItemsize { got } => write!(f, "itemsize must not be negative, got {got}"),
            TooBig { axis, extent, itemsize } => write!(
                f,
                "array is too big: with axis {axis} of extent {extent} and {itemsize} bytes an \
                 element, its bytes exceed 2**63 - 1"
            ),
            SpanOverflow { axis, extent, stride } => write!(
                f,
                "axis {axis} of extent {extent} and stride {stride} reaches a byte outside \
                 64-bit integers"
            ),
            IndexOutOfBounds { axis, index, extent } => {
                write!(f, "index {index} is out of bounds for axis {axis} with size {extent}")
            }
            TooManyIndices { wanted, got } => write!(
                f,
                "too many indices for array: array is {wanted}-dimensional, but {got} were indexed"
            ),
            TooFewIndices { wanted, got } => {
                let were = if *got == 1 { "was" } else { "were" };
                write!(
                    f,
                    "too few indices for array: array is {wanted}-dimensional, but {got} {were} \
                     indexed"
                )
            }
            NotAPermutation { rank, got } => {
                write!(f, "axes don't match array: {got:?} is not a permutation of 0..{rank}")
            }
        }
    }
}

impl std::error::Error for LayoutError {}
