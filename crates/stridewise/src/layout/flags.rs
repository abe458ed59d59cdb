//! Flags, computed as NumPy computes them, and density.
//!
//! Relaxed strides: the stride of an axis of extent 1 is never used, and an array without
//! elements has every contiguity. `(10,10):(80,8)+0` is C contiguous; so is
//! `(1,10):(8000,8)+0`.

use super::Layout;
use super::axis::AxisSet;

impl Layout {
    /// Whether the elements lie one after the other, last axis fastest (NumPy's C_CONTIGUOUS).
    #[inline]
    pub fn is_c_contiguous(&self) -> bool {
        self.is_empty() || self.runs_without_gaps((0..self.rank()).rev())
    }

    /// Whether the elements lie one after the other, first axis fastest (NumPy's F_CONTIGUOUS).
    #[inline]
    pub fn is_f_contiguous(&self) -> bool {
        self.is_empty() || self.runs_without_gaps(0..self.rank())
    }

    /// Whether each axis, fastest first, steps over exactly what the axes before it fill.
    #[inline]
    fn runs_without_gaps(&self, fastest_first: impl Iterator<Item = usize>) -> bool {
        let mut filled = self.itemsize();
        for axis in fastest_first {
            let extent = self.shape()[axis];
            if extent != 1 {
                if self.strides()[axis] != filled {
                    return false;
                }
                filled *= extent; // Invariant L3: at most the nominal bytes.
            }
        }
        true
    }

    /// Whether the elements fill their span without a gap and without an overlap, in any
    /// order of the axes and in any direction.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let reversed = Layout::new(&[2, 3], &[8, -16], 32, 8).unwrap();
    /// assert!(reversed.is_dense() && !reversed.is_c_contiguous());
    /// ```
    pub fn is_dense(&self) -> bool {
        if self.is_empty() {
            return true;
        }
        // Each axis that steps over exactly what is filled so far fills more, until none is left.
        let long = |axis: &usize| self.shape()[*axis] != 1;
        let mut left = AxisSet::default();
        (0..self.rank()).filter(long).for_each(|axis| _ = left.insert(axis));
        let mut filled = self.itemsize();
        while left != AxisSet::default() {
            let fits = |&axis: &usize| {
                left.contains(axis) && self.strides()[axis].unsigned_abs() == filled.unsigned_abs()
            };
            let Some(axis) = (0..self.rank()).rev().find(fits) else { return false };
            left.remove(axis);
            filled *= self.shape()[axis]; // Invariant L3.
        }
        true
    }

    /// Whether every element lies on a multiple of `alignment` bytes (NumPy's ALIGNED), in a
    /// buffer that itself starts at a multiple of it. An array without elements is aligned.
    #[inline]
    pub fn is_aligned(&self, alignment: i64) -> bool {
        if alignment <= 1 || self.is_empty() {
            return true;
        }
        self.offset() % alignment == 0
            && (self.shape().iter().zip(self.strides()))
                .all(|(&extent, &stride)| extent == 1 || stride % alignment == 0)
    }
}
