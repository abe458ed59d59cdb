//! What a layout error says: one text with its numbers, one remedy.
//!
//! The text names the axis, what was wanted and what was found; where NumPy has a wording for
//! the same mistake, it is NumPy's. For `(2,3):(24,8)+0` at index (0,5): "index 5 is out of bounds
//! for axis 1 with size 3", and the help "indices of this axis run from -3 to 2".

use std::fmt;

use super::{LayoutError, MAX_RANK};

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
            BlockSize { got } => write!(f, "a size of memory blocks must be at least 1, got {got}"),
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
                f.write_str("the view is out of bounds of its buffer: it reaches ")?;
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
            ReachedTwice { witness: None } => f.write_str(
                "a view for writing must not reach an element twice: whether this one does could \
                 not be settled",
            ),
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

impl LayoutError {
    /// One sentence on what to do instead, which can stand behind `help:`.
    ///
    /// ```
    /// # use stridewise::layout::{IndexOrder, Layout};
    /// let refused = Layout::c_order(&[6], 8).unwrap().reshape(&[4], IndexOrder::C).unwrap_err();
    /// assert_eq!(refused.to_string(), "cannot reshape array of size 6 into shape (4,)");
    /// assert_eq!(refused.help(), "the extents have to multiply to 6; -1 stands for one of them");
    /// ```
    pub fn help(&self) -> String {
        use LayoutError::*;
        let fixed = match self {
            AxisOutOfBounds { rank: 0, .. } => "an array of rank 0 has no axes",
            AxisOutOfBounds { rank, .. } => {
                return format!("axes run from -{rank} to {}", rank - 1);
            }
            IndexOutOfBounds { extent: 0, .. } => "the axis has no elements",
            IndexOutOfBounds { extent, .. } => {
                return format!("indices of this axis run from -{extent} to {}", extent - 1);
            }
            TooManyIndices { wanted, .. } => {
                return format!("index at most {wanted} axes; None adds one");
            }
            TooFewIndices { wanted, .. } => return format!("give {wanted} indices, one per axis"),
            ReshapeSize { size, .. } => {
                return format!(
                    "the extents have to multiply to {size}; -1 stands for one of them"
                );
            }
            WindowTooLong { extent, .. } => {
                return format!("the window can reach over {extent} elements at most");
            }
            OutsideBuffer { buffer, .. } => {
                return format!(
                    "take fewer elements or smaller strides: bytes {}..{} exist",
                    buffer.low, buffer.high
                );
            }
            RankTooLarge { .. } => return format!("arrays have at most {MAX_RANK} axes"),
            BlockSize { .. } => "a cache line has 64 bytes on most machines",
            NotAPermutation { rank, .. } => {
                return format!("name each of the {rank} axes once");
            }
            StridesLength { .. } => "give one stride per extent",
            NegativeExtent { .. } => "an extent is 0 or more",
            NegativeItemsize { .. } => "an itemsize is 0 or more",
            TooBig { .. } => "no memory holds this shape: check the extents and the itemsize",
            SpanOverflow { .. } | OffsetOverflow { .. } => {
                "no memory reaches that far: check the strides and the offset"
            }
            StrideOverflow { .. } | DiagonalOverflow { .. } => {
                "no two elements can be that far apart: check the strides"
            }
            RepeatedAxis { .. } | SameAxis { .. } => "name each axis once",
            MoveAxisLengths { .. } => "give one destination per source",
            DiagonalRank { .. } => "add an axis first, as in a[:, None]",
            TwoEllipses => "write `:` for each axis that the second ellipsis stands for",
            ZeroStep { .. } => "leave the step out, or use -1 to go backwards",
            SqueezeExtent { .. } => "to drop a longer axis, index it, as in a[:, 0]",
            Broadcast { .. } | BroadcastMismatch { .. } => {
                "counted from the last axis, extents have to be equal or 1; None adds an axis of 1"
            }
            WindowLengths { .. } => "give one value per windowed axis",
            WindowNumber { .. } => {
                "a window has 0 elements or more, steps and dilations are 1 or more"
            }
            Misaligned { .. } => "copy the elements to an aligned array first",
            ReachedTwice { .. } => "read only, or copy first and write to the copy",
            TwoUnknownExtents { .. } => "give all extents but one",
            ReinterpretScalar { .. } => "add an axis first, as in a[None].view(..)",
            ReinterpretStrided { .. } => {
                "move the contiguous axis to the end, or copy with np.ascontiguousarray first"
            }
            ReinterpretSmaller { .. } | ReinterpretLarger { .. } => {
                "choose an itemsize that divides the bytes without a rest"
            }
            FieldOutsideItem { .. } => "a field lies inside its item",
        };
        fixed.to_owned()
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
