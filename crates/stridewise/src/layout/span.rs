//! Span: the lowest and highest byte that a layout can reach.
//!
//! `(2,3):(-24,8)+24` reaches bytes 0..48; an array without elements reaches nothing.

use super::Layout;

/// The bytes `low..high` that a layout reaches, relative to the first byte of the owning buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte reached.
    pub low: i64,
    /// One past the last byte reached; equal to `low` where nothing is reached.
    pub high: i64,
}

impl Span {
    /// How many bytes lie between the first and the last byte reached.
    pub fn len(self) -> i64 {
        self.high.saturating_sub(self.low) // A layout's span fits (L4); one made by hand may not.
    }

    /// Whether no byte is reached.
    pub fn is_empty(self) -> bool {
        self.low == self.high
    }

    /// Grown by `reach` bytes, down where that is negative; `None` where the ends or the length
    /// leave 64-bit integers.
    pub(in crate::layout) fn reaching(self, reach: i64) -> Option<Span> {
        let Span { low, high } = self;
        let grown = if reach < 0 {
            Span { low: low.checked_add(reach)?, high }
        } else {
            Span { low, high: high.checked_add(reach)? }
        };
        grown.high.checked_sub(grown.low).and(Some(grown))
    }
}

impl Layout {
    /// The bytes reached, half open.
    ///
    /// Law: `span.low == min over indices of offset(index)`, and
    /// `span.high == max over indices of offset(index) + itemsize`.
    ///
    /// ```
    /// # use stridewise::layout::{Layout, Span};
    /// let a = Layout::new(&[2, 3], &[-24, 8], 24, 8).unwrap();
    /// assert_eq!(a.span(), Span { low: 0, high: 48 });
    /// ```
    #[inline]
    pub fn span(&self) -> Span {
        let (mut low, mut high) = (self.offset(), self.offset());
        if self.is_empty() {
            return Span { low, high };
        }
        for (&extent, &stride) in self.shape().iter().zip(self.strides()) {
            let reach = stride * (extent - 1); // Invariant L4, as for all that follows.
            if reach < 0 {
                low += reach;
            } else {
                high += reach;
            }
        }
        Span { low, high: high + self.itemsize() }
    }
}
