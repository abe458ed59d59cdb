//! What can be wrong with a layout or an operation on one: each variant carries the evidence.
//!
//! What they say is in error_text.rs. `(2,3):(24,8)+0` at index (0,5) gives
//! `IndexOutOfBounds { axis: 1, index: 5, extent: 3 }`.

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
    /// A block, line, or count of sets below one.
    BlockSize {
        /// what was given
        got: i64,
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
        /// two different indices that share a byte; `None` where that could not be settled
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

impl std::error::Error for LayoutError {}
