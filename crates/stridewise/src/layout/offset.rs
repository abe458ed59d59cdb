//! Offset: from an index to the byte where its element starts, worked out term by term.
//!
//! The byte of an index is the offset plus one product per axis. In `(2,3):(24,8)+16` the index
//! (1,2) lies on byte `16 + 1*24 + 2*8 = 56`. Negative indices count from the end, as in NumPy.
//! The way back, from a byte to the indices, is [`Layout::indices_at`].

use std::cmp::Ordering;

use super::{Layout, LayoutError, PerAxis};

/// What one axis adds to the byte of an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Term {
    /// Which axis.
    pub axis: usize,
    /// The index along it, counted from its start.
    pub index: i64,
    /// Bytes per step along it.
    pub stride: i64,
    /// `index * stride`
    pub product: i64,
}

impl Layout {
    /// The byte where the element at `index` starts, relative to the owning buffer.
    ///
    /// Law: `offset_of(index) == offset + sum(index[k] * strides[k])`.
    ///
    /// # Errors
    /// More or fewer indices than axes, or an index outside `-extent..extent`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::new(&[2, 3], &[24, 8], 16, 8).unwrap();
    /// assert_eq!(a.offset_of(&[1, 2]).unwrap(), 16 + 1 * 24 + 2 * 8);
    /// assert_eq!(a.offset_of(&[-1, -1]), a.offset_of(&[1, 2]));
    /// let refused = a.offset_of(&[0, 5]).unwrap_err();
    /// assert_eq!(refused.to_string(), "index 5 is out of bounds for axis 1 with size 3");
    /// ```
    pub fn offset_of(&self, index: &[i64]) -> Result<i64, LayoutError> {
        self.check_index_length(index)?;
        let mut byte = self.offset();
        for (axis, &index) in index.iter().enumerate() {
            // Exact by invariant L4 where there are elements; where there are none, an axis of
            // extent 0 refuses its index in the end, and what was summed before is dropped.
            let step = self.counted_from_start(axis, index)?.wrapping_mul(self.strides()[axis]);
            byte = byte.wrapping_add(step);
        }
        Ok(byte)
    }

    /// What each axis adds to [`offset_of`](Layout::offset_of), first axis first.
    ///
    /// Law: `offset_of(index) == offset + sum of the products`.
    ///
    /// # Errors
    /// As for [`offset_of`](Layout::offset_of).
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::new(&[2, 3], &[-24, 8], 24, 8).unwrap();
    /// let terms = a.terms(&[1, -1]).unwrap();
    /// assert_eq!((terms[0].product, terms[1].product), (-24, 16));
    /// let sum: i64 = terms.iter().map(|term| term.product).sum();
    /// assert_eq!(a.offset_of(&[1, -1]).unwrap(), a.offset() + sum);
    /// ```
    pub fn terms(&self, index: &[i64]) -> Result<PerAxis<Term>, LayoutError> {
        let index = self.normalize_index(index)?;
        Ok(PerAxis::from_fn(self.rank(), |axis| {
            let (index, stride) = (index[axis], self.strides()[axis]);
            Term { axis, index, stride, product: index * stride } // Invariant L4.
        }))
    }

    /// The same index with every entry counted from the start of its axis.
    ///
    /// # Errors
    /// As for [`offset_of`](Layout::offset_of).
    pub fn normalize_index(&self, index: &[i64]) -> Result<PerAxis<i64>, LayoutError> {
        self.check_index_length(index)?;
        let mut normal = PerAxis::from(index);
        for (axis, index) in normal.iter_mut().enumerate() {
            *index = self.counted_from_start(axis, *index)?;
        }
        Ok(normal)
    }

    #[inline]
    fn check_index_length(&self, index: &[i64]) -> Result<(), LayoutError> {
        let (wanted, got) = (self.rank(), index.len());
        match got.cmp(&wanted) {
            Ordering::Greater => Err(LayoutError::TooManyIndices { wanted, got }),
            Ordering::Less => Err(LayoutError::TooFewIndices { wanted, got }),
            Ordering::Equal => Ok(()),
        }
    }

    /// One entry of an index, counted from the start of its axis.
    #[inline]
    pub(in crate::layout) fn counted_from_start(
        &self,
        axis: usize,
        index: i64,
    ) -> Result<i64, LayoutError> {
        let extent = self.shape()[axis];
        let from_start = if index < 0 { index + extent } else { index };
        if from_start < 0 || from_start >= extent {
            return Err(LayoutError::IndexOutOfBounds { axis, index, extent });
        }
        Ok(from_start)
    }
}

#[cfg(test)]
mod tests {
    use crate::layout::Layout;

    fn check(shape: &[i64], strides: &[i64], index: &[i64], want: Result<i64, &str>) {
        let layout = Layout::new(shape, strides, 100, 8).unwrap();
        let got = layout.offset_of(index).map_err(|error| error.to_string());
        assert_eq!(got, want.map_err(str::to_string), "{layout} at {index:?}");
        let summed = layout
            .terms(index)
            .map(|terms| layout.offset() + terms.iter().map(|term| term.product).sum::<i64>());
        assert_eq!(summed.map_err(|error| error.to_string()), got);
    }

    #[test]
    fn index_to_byte() {
        check(&[], &[], &[], Ok(100));
        check(&[4, 5], &[40, 8], &[3, 4], Ok(100 + 152));
        check(&[4, 5], &[40, 8], &[-4, -1], Ok(100 + 32));
        check(&[4, 5], &[-40, 0], &[2, 4], Ok(20));
        check(&[4], &[8], &[5], Err("index 5 is out of bounds for axis 0 with size 4"));
        check(&[4], &[8], &[-5], Err("index -5 is out of bounds for axis 0 with size 4"));
        check(&[2, 0], &[8, 8], &[0, 0], Err("index 0 is out of bounds for axis 1 with size 0"));
        // Without elements strides may be anything.
        let far = [i64::MAX, i64::MAX, 8];
        let refused = Err("index 0 is out of bounds for axis 2 with size 0");
        check(&[9, 9, 0], &far, &[8, 8, 0], refused);
        check(
            &[4, 5],
            &[40, 8],
            &[0, 0, 0],
            Err("too many indices for array: array is 2-dimensional, but 3 were indexed"),
        );
        check(
            &[4, 5],
            &[40, 8],
            &[0],
            Err("too few indices for array: array is 2-dimensional, but 1 was indexed"),
        );
    }

    #[test]
    fn the_ends_of_the_integers_do_not_overflow() {
        let whole = i64::MAX / 2 - 8;
        check(&[2, 2], &[-whole, whole], &[-1, 0], Ok(100 - whole));
        check(&[1], &[i64::MIN], &[0], Ok(100));
        check(
            &[2],
            &[8],
            &[i64::MIN],
            Err("index -9223372036854775808 is out of bounds for axis 0 with size 2"),
        );
    }
}
