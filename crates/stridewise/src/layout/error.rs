//! What can be wrong with a layout or an operation on one: each variant carries the evidence.
//!
//! The text names the axis, what was wanted and what was found; where NumPy has a wording for
//! the same mistake, it is NumPy's. `help` is one remedy, without the word "help".

use std::fmt;

use super::Span;

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
    /// An axis outside the rank.
    AxisOutOfBounds {
        /// the axis asked for
        axis: i64,
        /// the rank
        rank: usize,
        /// the argument that holds it, where there are several
        argument: Option<&'static str>,
    },
    /// An axis named twice.
    RepeatedAxis {
        /// the axis, normalized
        axis: usize,
        /// the argument that holds it, where there are several
        argument: Option<&'static str>,
    },
    /// Two axes that have to differ are the same.
    SameAxis {
        /// the axis
        axis: usize,
    },
    /// `move_axis` with more sources than destinations or the reverse.
    MoveAxisLengths {
        /// how many source axes
        source: usize,
        /// how many destination axes
        destination: usize,
    },
    /// A diagonal of an array with fewer than two axes.
    DiagonalRank {
        /// its rank
        got: usize,
    },
    /// More than one ellipsis in an index.
    TwoEllipses,
    /// A slice that does not move.
    ZeroStep {
        /// which axis
        axis: usize,
    },
    /// A new stride outside signed 64-bit integers.
    StrideOverflow {
        /// which axis
        axis: usize,
        /// the stride before
        stride: i64,
        /// what it is multiplied by
        step: i64,
    },
    /// A diagonal whose two strides have a sum outside signed 64-bit integers.
    DiagonalOverflow {
        /// the stride of the first axis
        stride1: i64,
        /// the stride of the second axis
        stride2: i64,
    },
    /// A first element outside signed 64-bit integers.
    OffsetOverflow {
        /// the offset before
        offset: i64,
        /// which stride it moves by
        stride: i64,
        /// how many times
        steps: i64,
    },
    /// Squeezing an axis longer than 1.
    SqueezeExtent {
        /// which axis
        axis: usize,
        /// its extent
        got: i64,
    },
    /// An array that cannot be broadcast to a shape.
    Broadcast {
        /// the axis of the array that does not fit; `None` where the array has too many axes
        axis: Option<usize>,
        /// the shape asked for
        wanted: Vec<i64>,
        /// the shape of the array
        got: Vec<i64>,
    },
    /// Shapes that cannot be broadcast to a single shape.
    BroadcastMismatch {
        /// which shape asks for the extent
        first: usize,
        /// that shape
        wanted: Vec<i64>,
        /// which shape does not fit
        second: usize,
        /// that shape
        got: Vec<i64>,
    },
    /// Sizes, axes, steps and dilations of a window that do not pair up.
    WindowLengths {
        /// how many axes, or the rank where no axes are given
        wanted: usize,
        /// how many values were given
        got: usize,
        /// which list has them
        argument: &'static str,
    },
    /// A window longer than its axis.
    WindowTooLong {
        /// which axis
        axis: usize,
        /// its extent
        extent: i64,
        /// the elements from the first to the last of the window
        got: i128,
    },
    /// A window size below 0, or a step or dilation below 1.
    WindowNumber {
        /// which axis
        axis: usize,
        /// the least allowed
        wanted: i64,
        /// the number given
        got: i64,
        /// which list has it
        argument: &'static str,
    },
    /// A layout that leaves its buffer.
    OutsideBuffer {
        /// the buffer
        buffer: Span,
        /// the bytes that the layout reaches
        got: Span,
    },
    /// An element that is not on a multiple of the alignment.
    Misaligned {
        /// the axis whose stride breaks it; `None` where the first element is off
        axis: Option<usize>,
        /// the alignment asked for
        wanted: i64,
        /// the stride or offset
        got: i64,
    },
    /// A layout for writing that reaches an element twice.
    ReachedTwice {
        /// two different indices that share a byte, if one pair was found
        witness: Option<(Vec<i64>, Vec<i64>)>,
    },
    /// A reshape to another number of elements.
    ReshapeSize {
        /// how many elements there are
        size: i64,
        /// the shape asked for
        wanted: Vec<i64>,
    },
    /// A reshape with two extents left open.
    TwoUnknownExtents {
        /// the first open axis
        first: usize,
        /// the second open axis
        second: usize,
    },
    /// Another itemsize for an array without axes.
    ReinterpretScalar {
        /// the itemsize asked for
        wanted: i64,
        /// the itemsize it has
        got: i64,
    },
    /// Another itemsize where the last axis has gaps.
    ReinterpretStrided {
        /// the last axis
        axis: usize,
        /// the stride needed: the itemsize
        wanted: i64,
        /// the stride found
        got: i64,
    },
    /// A smaller itemsize that does not divide the old one.
    ReinterpretSmaller {
        /// the itemsize it has
        itemsize: i64,
        /// the itemsize asked for
        got: i64,
    },
    /// A larger itemsize that does not divide the bytes of the last axis.
    ReinterpretLarger {
        /// the last axis
        axis: usize,
        /// its bytes
        bytes: i64,
        /// the itemsize asked for
        got: i64,
    },
    /// A field that leaves its item.
    FieldOutsideItem {
        /// bytes of one item
        itemsize: i64,
        /// where the field starts
        offset: i64,
        /// bytes of the field
        got: i64,
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
            AxisOutOfBounds { axis, rank, argument } => {
                if let Some(argument) = argument {
                    write!(f, "{argument}: ")?;
                }
                write!(f, "axis {axis} is out of bounds for array of dimension {rank}")
            }
            RepeatedAxis { axis, argument: None } => write!(f, "repeated axis: {axis}"),
            RepeatedAxis { axis, argument: Some(argument) } => {
                write!(f, "repeated axis in `{argument}` argument: {axis}")
            }
            SameAxis { axis } => write!(f, "the two axes must be different, both are {axis}"),
            MoveAxisLengths { source, destination } => write!(
                f,
                "`source` and `destination` arguments must have the same number of elements: \
                 got {source} and {destination}"
            ),
            DiagonalRank { got } => {
                write!(f, "diag requires an array of at least two dimensions, found {got}")
            }
            TwoEllipses => f.write_str("an index can only have a single ellipsis ('...')"),
            ZeroStep { axis } => write!(f, "slice step cannot be zero (axis {axis})"),
            StrideOverflow { axis, stride, step } => write!(
                f,
                "stride {stride} of axis {axis} times {step} does not fit in 64-bit integers"
            ),
            DiagonalOverflow { stride1, stride2 } => write!(
                f,
                "the diagonal's stride {stride1} + {stride2} does not fit in 64-bit integers"
            ),
            OffsetOverflow { offset, stride, steps } => write!(
                f,
                "offset {offset} + {steps} x stride {stride} does not fit in 64-bit integers"
            ),
            SqueezeExtent { axis, got } => write!(
                f,
                "cannot select an axis to squeeze out which has size not equal to one: axis \
                 {axis} has size {got}"
            ),
            Broadcast { axis: None, wanted, got } if wanted.is_empty() => {
                write!(f, "cannot broadcast a non-scalar to a scalar array: shape {}", Tuple(got))
            }
            Broadcast { axis: None, wanted, got } => write!(
                f,
                "operands could not be broadcast together: shape {} has more dimensions than \
                 requested shape {}",
                Tuple(got),
                Tuple(wanted)
            ),
            Broadcast { axis: Some(axis), wanted, got } => write!(
                f,
                "operands could not be broadcast together: shape {} and requested shape {} \
                 differ on axis {axis}",
                Tuple(got),
                Tuple(wanted)
            ),
            BroadcastMismatch { first, wanted, second, got } => write!(
                f,
                "shape mismatch: objects cannot be broadcast to a single shape.  Mismatch is \
                 between arg {first} with shape {} and arg {second} with shape {}.",
                Tuple(wanted),
                Tuple(got)
            ),
            WindowLengths { wanted, got, argument } => {
                write!(
                    f,
                    "a window over {wanted} axes needs as many values in {argument}, got {got}"
                )
            }
            WindowTooLong { axis, extent, got } => write!(
                f,
                "window shape cannot be larger than input array shape: on axis {axis} the \
                 window reaches over {got} elements and there are {extent}"
            ),
            WindowNumber { axis, wanted, got, argument } => {
                write!(f, "window {argument} must be at least {wanted}, on axis {axis} it is {got}")
            }
            OutsideBuffer { buffer, got } => {
                let before = i128::from(buffer.low) - i128::from(got.low);
                let after = i128::from(got.high) - i128::from(buffer.high);
                f.write_str("the view leaves its buffer: it reaches ")?;
                if before > 0 {
                    write!(f, "{before} bytes before its start")?;
                }
                if before > 0 && after > 0 {
                    f.write_str(" and ")?;
                }
                if after > 0 {
                    write!(f, "{after} bytes past its end")?;
                }
                write!(
                    f,
                    " (bytes {}..{} of a buffer {}..{})",
                    got.low, got.high, buffer.low, buffer.high
                )
            }
            Misaligned { axis: None, wanted, got } => {
                write!(f, "the first element is at byte {got}, not a multiple of {wanted}")
            }
            Misaligned { axis: Some(axis), wanted, got } => {
                write!(f, "stride {got} of axis {axis} is not a multiple of {wanted}")
            }
            ReachedTwice { witness: Some((one, other)) } => write!(
                f,
                "a view for writing must not reach an element twice: indices {} and {} share a \
                 byte",
                Tuple(one),
                Tuple(other)
            ),
            ReachedTwice { witness: None } => {
                f.write_str("a view for writing must not reach an element twice")
            }
            ReshapeSize { size, wanted } => {
                write!(f, "cannot reshape array of size {size} into shape {}", Tuple(wanted))
            }
            TwoUnknownExtents { first, second } => {
                write!(f, "can only specify one unknown dimension, found axes {first} and {second}")
            }
            ReinterpretScalar { wanted, got } => write!(
                f,
                "Changing the dtype of a 0d array is only supported if the itemsize is \
                 unchanged: it is {got}, asked for {wanted}"
            ),
            ReinterpretStrided { axis, wanted, got } => write!(
                f,
                "To change to a dtype of a different size, the last axis must be contiguous: \
                 axis {axis} has stride {got}, the itemsize is {wanted}"
            ),
            ReinterpretSmaller { itemsize, got } => write!(
                f,
                "When changing to a smaller dtype, its size must be a divisor of the size of \
                 original dtype: {got} does not divide {itemsize}"
            ),
            ReinterpretLarger { axis, bytes, got } => write!(
                f,
                "When changing to a larger dtype, its size must be a divisor of the total size \
                 in bytes of the last axis of the array: {got} does not divide the {bytes} bytes \
                 of axis {axis}"
            ),
            FieldOutsideItem { itemsize, offset, got } => write!(
                f,
                "a field of {got} bytes at byte {offset} leaves the item of {itemsize} bytes"
            ),
        }
    }
}

/// A shape or an index as Python prints a tuple, open extents as NumPy's `newaxis`.
struct Tuple<'a>(&'a [i64]);

impl fmt::Display for Tuple<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (axis, value) in self.0.iter().enumerate() {
            if axis > 0 {
                f.write_str(",")?;
            }
            if *value < 0 { f.write_str("newaxis") } else { write!(f, "{value}") }?;
        }
        f.write_str(if self.0.len() == 1 { ",)" } else { ")" })
    }
}

impl std::error::Error for LayoutError {}
