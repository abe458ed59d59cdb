//! Copied: the layout that NumPy gives a fresh copy.
//!
//! `(2,3):(8,16)+0` copied in order K stays `(2,3):(8,16)+0`, in order C it becomes
//! `(2,3):(24,8)+0`.

use super::layout_type::{Packing, check_extents};
use super::{Layout, LayoutError, PerAxis};

/// The order of a copy's axes, as in `a.copy(order=..)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CopyOrder {
    /// the last axis contiguous
    C,
    /// the first axis contiguous
    F,
    /// F where the source is F contiguous and not C contiguous, else C
    A,
    /// the source's order of axes
    K,
}

impl Layout {
    /// The layout of a copy: a buffer of its own, no gaps, no negative strides, offset 0.
    ///
    /// Law: the shape and itemsize are this layout's, the copy is dense, and with K the axes
    /// keep their order by absolute stride, ties as they stand.
    ///
    /// ```
    /// # use stridewise::layout::{CopyOrder, Layout};
    /// let a = Layout::new(&[2, 3, 4], &[8, -160, 32], 320, 8).unwrap();
    /// let copy = a.copied(CopyOrder::K);
    /// assert_eq!(copy.to_string(), "(2,3,4):(8,64,16)+0");
    /// assert!(copy.is_dense() && copy.order() == a.order());
    /// assert_eq!(a.copied(CopyOrder::C).to_string(), "(2,3,4):(96,32,8)+0");
    /// ```
    pub fn copied(&self, order: CopyOrder) -> Layout {
        self.packed_like(order, self.itemsize())
    }

    /// The layout of a copy with items of another size, as `a.astype(dtype, order=..)`.
    ///
    /// ```
    /// # use stridewise::layout::{CopyOrder, Layout};
    /// let a = Layout::f_order(&[2, 3], 8).unwrap();
    /// assert_eq!(a.copied_as(CopyOrder::K, 2).unwrap().to_string(), "(2,3):(2,4)+0");
    /// ```
    ///
    /// # Errors
    /// A negative itemsize, or more bytes than 64 bits count.
    pub fn copied_as(&self, order: CopyOrder, itemsize: i64) -> Result<Layout, LayoutError> {
        check_extents(self.shape(), itemsize)?;
        Ok(self.packed_like(order, itemsize))
    }

    /// Whether order A means F: F contiguous and not C contiguous, as NumPy's `isfortran`.
    pub(in crate::layout) fn prefers_f(&self) -> bool {
        self.is_f_contiguous() && !self.is_c_contiguous()
    }

    fn packed_like(&self, order: CopyOrder, itemsize: i64) -> Layout {
        let (shape, rank) = (self.shape(), self.rank());
        let packed = |packing| Layout::packed_strides(rank, itemsize, packing, |axis| shape[axis]);
        let strides = match order {
            CopyOrder::C => packed(Packing::C),
            CopyOrder::F => packed(Packing::F),
            _ if self.is_c_contiguous() => packed(Packing::C),
            _ if self.is_f_contiguous() => packed(Packing::F),
            CopyOrder::A => packed(Packing::C),
            CopyOrder::K => PerAxis::from_fn(rank, |axis| {
                // It steps over all axes that are faster than it.
                let faster = (0..rank).filter(|&other| self.is_faster(other, axis));
                faster.fold(itemsize, |stride, axis| stride * shape[axis].max(1)) // Invariant L3.
            }),
        };
        Layout::from_proved(self.axes().0, strides, 0, itemsize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shape: &[i64], strides: &[i64], order: CopyOrder, want: &str) {
        let a = Layout::new(shape, strides, 0, 8).unwrap();
        assert_eq!(a.copied(order).to_string(), want, "{a} in {order:?}");
    }

    #[test]
    fn copies_as_numpy() {
        use CopyOrder::{A, C, F, K};
        check(&[2, 3], &[8, 16], C, "(2,3):(24,8)+0");
        check(&[2, 3], &[24, 8], F, "(2,3):(8,16)+0");
        check(&[2, 3], &[8, 16], A, "(2,3):(8,16)+0");
        check(&[2, 3], &[8, 32], A, "(2,3):(24,8)+0");
        check(&[2, 3], &[8, 32], K, "(2,3):(8,16)+0");
        check(&[], &[], K, "():()+0");
        check(&[4], &[-16], K, "(4):(8)+0");
        // Ties keep their place, strides of 0 come last, signs do not count.
        check(&[2, 3], &[32, 32], K, "(2,3):(24,8)+0");
        check(&[2, 3, 4], &[0, 8, 0], K, "(2,3,4):(32,64,8)+0");
        check(&[2, 3], &[-8, 16], K, "(2,3):(8,16)+0");
        // Axes of extent 1 are sorted by their nominal stride.
        check(&[2, 1, 3], &[8, 4, 32], K, "(2,1,3):(8,8,16)+0");
        check(&[2, 1, 3], &[8, 400, 32], K, "(2,1,3):(8,48,16)+0");
    }

    #[test]
    fn another_itemsize_keeps_the_order() {
        let a = Layout::new(&[2, 3, 4], &[8, -160, 32], 320, 8).unwrap();
        assert_eq!(a.copied_as(CopyOrder::K, 2).unwrap().to_string(), "(2,3,4):(2,16,4)+0");
        let big = Layout::new(&[1 << 40], &[0], 0, 1).unwrap();
        assert!(big.copied_as(CopyOrder::K, 1 << 30).is_err());
        assert!(big.copied_as(CopyOrder::K, -1).is_err());
    }
}
