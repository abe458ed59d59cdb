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
        // Invariant L4: low and high fit in i64; their distance may not, so it saturates.
        self.high.saturating_sub(self.low)
    }

    /// Whether no byte is reached.
    pub fn is_empty(self) -> bool {
        self.low == self.high
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
    pub fn span(&self) -> Span {
        let (mut low, mut high) = (self.offset(), self.offset());
        if self.is_empty() {
            return Span { low, high };
        }
        for (&extent, &stride) in self.shape().iter().zip(self.strides()) {
            // Invariant L4: proved in i128 at construction.
            let reach = stride.wrapping_mul(extent - 1);
            if reach < 0 {
                low = low.wrapping_add(reach);
            } else {
                high = high.wrapping_add(reach);
            }
        }
        Span { low, high: high.wrapping_add(self.itemsize()) }
    }
}
