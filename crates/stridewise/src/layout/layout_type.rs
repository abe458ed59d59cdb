//! `Layout`: shape, signed byte strides, offset and itemsize, checked once.
//!
//! The caller's strides are kept verbatim, on axes of extent 1 too. What construction proves,
//! later arithmetic may trust; these are the invariants that comments cite:
//!
//! - **L1** `shape.len() == strides.len() <= 64`
//! - **L2** every extent is at least 0, and so is the itemsize
//! - **L3** itemsize times the product of all extents, zeros counted as one, fits in i64
//! - **L4** where there are elements, the span `low..high` and its length fit in i64, so that
//!   `index[k] * strides[k]` fits for every axis and `offset + sum(index[k] * strides[k])` for
//!   every index, summed in any order
//!
//! Worked: `(2,3):(24,8)+0` puts index (1,2) on byte `1*24 + 2*8 = 40`.

use std::fmt;

use super::{LayoutError, PerAxis, Span};

/// The most axes that an array can have, as in NumPy 2.
pub const MAX_RANK: usize = 64;

/// A function from an index to a byte offset: shape, signed byte strides, offset, itemsize.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    shape: PerAxis<i64>,
    strides: PerAxis<i64>,
    offset: i64,
    itemsize: i64,
}

/// Which axis is the fastest of a layout without gaps.
#[derive(Clone, Copy)]
pub(in crate::layout) enum Packing {
    /// the last
    C,
    /// the first
    F,
}

impl Layout {
    /// A layout of the given shape and signed byte strides, its first element `offset` bytes
    /// into the buffer.
    ///
    /// # Errors
    /// Rank above 64, shape and strides of different lengths, a negative extent or itemsize,
    /// more bytes than i64 counts, or a reachable byte outside i64.
    #[inline]
    pub fn new(
        shape: &[i64],
        strides: &[i64],
        offset: i64,
        itemsize: i64,
    ) -> Result<Layout, LayoutError> {
        span_of(shape, strides, offset, itemsize)?;
        Ok(Layout { shape: shape.into(), strides: strides.into(), offset, itemsize })
    }

    /// C order: the last axis is contiguous.
    ///
    /// Law: `strides[k] == itemsize * product(shape[k+1..])`, zeros counted as one.
    pub fn c_order(shape: &[i64], itemsize: i64) -> Result<Layout, LayoutError> {
        check_extents(shape, itemsize)?;
        let strides = Layout::packed_strides(shape.len(), itemsize, Packing::C, |axis| shape[axis]);
        Ok(Layout { shape: PerAxis::from(shape), strides, offset: 0, itemsize })
    }

    /// Fortran order: the first axis is contiguous.
    ///
    /// Law: `strides[k] == itemsize * product(shape[..k])`, zeros counted as one.
    pub fn f_order(shape: &[i64], itemsize: i64) -> Result<Layout, LayoutError> {
        check_extents(shape, itemsize)?;
        let strides = Layout::packed_strides(shape.len(), itemsize, Packing::F, |axis| shape[axis]);
        Ok(Layout { shape: PerAxis::from(shape), strides, offset: 0, itemsize })
    }

    /// Contiguous in the given order of axes, slowest first: `order == [0, 1, ..]` is C order.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// // channels last, seen as channels first
    /// let nchw = Layout::packed_in_order(&[1, 3, 4, 4], 4, &[0, 2, 3, 1]).unwrap();
    /// assert_eq!(nchw.strides(), &[192, 4, 48, 12]);
    /// ```
    pub fn packed_in_order(
        shape: &[i64],
        itemsize: i64,
        order: &[usize],
    ) -> Result<Layout, LayoutError> {
        super::permute::check_permutation(order, shape.len())?;
        check_extents(shape, itemsize)?;
        let strides = PerAxis::written(shape.len(), |strides| {
            let mut stride = itemsize;
            for &axis in order.iter().rev() {
                strides[axis] = stride;
                stride *= shape[axis].max(1); // Invariant L3.
            }
        });
        Ok(Layout { shape: PerAxis::from(shape), strides, offset: 0, itemsize })
    }

    /// Strides without gaps for extents that satisfy L1 to L3.
    #[inline(always)]
    pub(in crate::layout) fn packed_strides(
        rank: usize,
        itemsize: i64,
        packing: Packing,
        extent: impl Fn(usize) -> i64,
    ) -> PerAxis<i64> {
        let mut next = itemsize;
        let stride = |axis| {
            let stride = next;
            next *= extent(axis).max(1); // Invariant L3.
            stride
        };
        match packing {
            Packing::C => PerAxis::from_fn_back(rank, stride),
            Packing::F => PerAxis::from_fn(rank, stride),
        }
    }

    /// From parts that the caller has proved to satisfy L1 to L4, as when they describe a
    /// part of an existing layout.
    #[inline]
    pub(in crate::layout) fn from_proved(
        shape: PerAxis<i64>,
        strides: PerAxis<i64>,
        offset: i64,
        itemsize: i64,
    ) -> Layout {
        debug_assert!(
            Layout::new(&shape, &strides, offset, itemsize).is_ok(),
            "invariants of {shape:?}:{strides:?}+{offset} itemsize {itemsize}"
        );
        Layout { shape, strides, offset, itemsize }
    }

    /// Copies of the shape and the strides, to make others of.
    #[inline]
    pub(in crate::layout) fn axes(&self) -> (PerAxis<i64>, PerAxis<i64>) {
        (self.shape.clone(), self.strides.clone())
    }

    /// How many axes.
    #[inline]
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// The extent of each axis.
    #[inline]
    pub fn shape(&self) -> &[i64] {
        &self.shape
    }

    /// How many bytes one step along each axis moves; may be zero or negative.
    #[inline]
    pub fn strides(&self) -> &[i64] {
        &self.strides
    }

    /// The strides in items, or `None` where one is not a multiple of the itemsize.
    pub fn item_strides(&self) -> Option<PerAxis<i64>> {
        let whole = |stride: &i64| self.itemsize != 0 && stride % self.itemsize == 0;
        self.strides
            .iter()
            .all(whole)
            .then(|| self.strides.iter().map(|stride| stride / self.itemsize).collect())
    }

    /// The byte of the element at index (0, 0, ...).
    #[inline]
    pub fn offset(&self) -> i64 {
        self.offset
    }

    /// Bytes of one element.
    #[inline]
    pub fn itemsize(&self) -> i64 {
        self.itemsize
    }

    /// How many elements.
    #[inline]
    pub fn size(&self) -> i64 {
        // Invariant L3, but an itemsize of 0 proves nothing about the count: see check_extents.
        self.shape.iter().product()
    }

    /// Whether there are no elements.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    /// Nominal bytes, as NumPy's `nbytes`: elements times itemsize, however many share memory.
    #[inline]
    pub fn nbytes(&self) -> i64 {
        self.size() * self.itemsize // Invariant L3.
    }
}

/// L1 to L3 of a shape: rank, signs, and nominal bytes.
#[inline]
pub(in crate::layout) fn check_extents(shape: &[i64], itemsize: i64) -> Result<(), LayoutError> {
    // All at once first; which of them is wrong is asked only where one is.
    let (mut nominal, mut wrong) = (itemsize.max(1), itemsize < 0 || shape.len() > MAX_RANK);
    for &extent in shape {
        let (product, overflows) = nominal.overflowing_mul(extent.max(1));
        nominal = product;
        wrong |= overflows | (extent < 0);
    }
    if wrong { check_extents_in_turn(shape, itemsize) } else { Ok(()) }
}

/// The same, one check after the other, so that the first that fails is named.
#[cold]
fn check_extents_in_turn(shape: &[i64], itemsize: i64) -> Result<(), LayoutError> {
    if shape.len() > MAX_RANK {
        return Err(LayoutError::RankTooLarge { wanted: MAX_RANK, got: shape.len() });
    }
    if itemsize < 0 {
        return Err(LayoutError::NegativeItemsize { got: itemsize });
    }
    // With an itemsize of 0 the element count itself has to fit.
    let mut nominal = itemsize.max(1);
    for (axis, &extent) in shape.iter().enumerate() {
        if extent < 0 {
            return Err(LayoutError::NegativeExtent { axis, got: extent });
        }
        nominal = nominal.checked_mul(extent.max(1)).ok_or(LayoutError::TooBig {
            axis,
            extent,
            itemsize,
        })?;
    }
    Ok(())
}

/// L1 to L4 of the parts of a layout: the bytes it reaches.
#[inline]
pub(in crate::layout) fn span_of(
    shape: &[i64],
    strides: &[i64],
    offset: i64,
    itemsize: i64,
) -> Result<Span, LayoutError> {
    if shape.len() != strides.len() {
        return Err(LayoutError::StridesLength { wanted: shape.len(), got: strides.len() });
    }
    check_extents(shape, itemsize)?;
    if shape.contains(&0) {
        return Ok(Span { low: offset, high: offset });
    }
    let (high, mut wrong) = offset.overflowing_add(itemsize);
    let mut span = Span { low: offset, high };
    for (&extent, &stride) in shape.iter().zip(strides) {
        let (reach, overflows) = stride.overflowing_mul(extent - 1);
        let (low, below) = span.low.overflowing_add(reach.min(0));
        let (high, above) = span.high.overflowing_add(reach.max(0));
        span = Span { low, high };
        wrong |= overflows | below | above | high.overflowing_sub(low).1;
    }
    if wrong { span_in_turn(shape, strides, offset, itemsize) } else { Ok(span) }
}

/// The same, one axis after the other, so that the first that overflows is named.
#[cold]
fn span_in_turn(
    shape: &[i64],
    strides: &[i64],
    offset: i64,
    itemsize: i64,
) -> Result<Span, LayoutError> {
    let first = offset.checked_add(itemsize).map(|high| Span { low: offset, high });
    let mut span =
        first.ok_or(LayoutError::OffsetOverflow { offset, stride: itemsize, steps: 1 })?;
    for (axis, (&extent, &stride)) in shape.iter().zip(strides).enumerate() {
        span = (stride.checked_mul(extent - 1))
            .and_then(|reach| span.reaching(reach))
            .ok_or(LayoutError::SpanOverflow { axis, extent, stride })?;
    }
    Ok(span)
}

/// `(2,3):(24,8)+0`: shape, byte strides, offset.
impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_tuple(f, &self.shape)?;
        f.write_str(":")?;
        write_tuple(f, &self.strides)?;
        write!(f, "+{}", self.offset)
    }
}

fn write_tuple(f: &mut fmt::Formatter<'_>, values: &[i64]) -> fmt::Result {
    f.write_str("(")?;
    for (axis, value) in values.iter().enumerate() {
        if axis > 0 {
            f.write_str(",")?;
        }
        write!(f, "{value}")?;
    }
    f.write_str(")")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::said;

    #[test]
    fn bad_numbers_are_named() {
        let check = |shape: &[i64], strides: &[i64], offset, itemsize, want: &str| {
            assert_eq!(said(Layout::new(shape, strides, offset, itemsize)), want);
        };
        check(&[], &[], i64::MIN, 8, "():()+-9223372036854775808");
        check(
            &[],
            &[],
            i64::MAX,
            8,
            "offset 9223372036854775807 + 1 x stride 8 does not fit in 64-bit integers",
        );
        check(&[2], &[], 0, 8, "strides must have one value per axis: wanted 1, got 0");
        check(&[-2], &[8], 0, 8, "negative dimensions are not allowed: axis 0 has extent -2");
        check(&[2], &[8], 0, -8, "itemsize must not be negative, got -8");
        check(
            &[1; 65],
            &[8; 65],
            0,
            8,
            "maximum supported dimension for an ndarray is 64, found 65",
        );
        // An extent of 0 does not excuse the others, wherever it stands.
        let too_big = "array is too big: with axis 2 of extent 4 and 8 bytes an element, its \
                       bytes exceed 2**63 - 1";
        check(&[0, 1 << 59, 4], &[0, 0, 0], 0, 8, too_big);
        check(&[1 << 59, 0, 4], &[0, 0, 0], 0, 8, too_big);
        // Both ends fit here, but not their distance.
        check(
            &[2, 2],
            &[i64::MAX, -16],
            0,
            8,
            "axis 0 of extent 2 and stride 9223372036854775807 reaches a byte outside 64-bit \
             integers",
        );
        check(
            &[2],
            &[i64::MAX],
            i64::MIN,
            8,
            "axis 0 of extent 2 and stride 9223372036854775807 reaches a byte outside 64-bit \
             integers",
        );
        check(&[1], &[i64::MIN], i64::MIN, 8, "(1):(-9223372036854775808)+-9223372036854775808");
    }
}
