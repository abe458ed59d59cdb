//! Order: the axes sorted by how far one step along them moves.
//!
//! `(2,3):(8,16)+0` has order `[1, 0]`: axis 1 has the largest stride, axis 0 the smallest.
//! Walking an array in this order, last axis fastest, follows memory.

use super::{Layout, PerAxis};

impl Layout {
    /// The axes from the largest stride to the smallest, by absolute value.
    ///
    /// Ties keep their place, as NumPy's `copy(order='K')` keeps them; axes of extent 1
    /// are sorted by their nominal stride like any other.
    /// Law: `permute(order)` has non-increasing absolute strides.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let f = Layout::f_order(&[2, 3], 8).unwrap();
    /// assert_eq!(&f.order()[..], &[1, 0]);
    /// ```
    pub fn order(&self) -> PerAxis<usize> {
        let strides = self.strides();
        // Insertion sort: stable, without allocation, and ranks are small.
        PerAxis::written(strides.len(), |axes: &mut [usize]| {
            for (axis, stride) in strides.iter().enumerate() {
                let mut at = axis;
                while at > 0 && strides[axes[at - 1]].unsigned_abs() < stride.unsigned_abs() {
                    axes[at] = axes[at - 1];
                    at -= 1;
                }
                axes[at] = axis;
            }
        })
    }

    /// Whether `one` comes after `other` in the [`order`](Layout::order) of axes.
    #[inline]
    pub(in crate::layout) fn is_faster(&self, one: usize, other: usize) -> bool {
        let (stride, than) = (self.reach_rank(one), self.reach_rank(other));
        stride < than || (stride == than && one > other)
    }

    #[inline]
    fn reach_rank(&self, axis: usize) -> u64 {
        self.strides()[axis].unsigned_abs()
    }

    /// The axis along which one step moves least, among axes longer than 1; the last one on ties.
    ///
    /// `None` where no axis is longer than 1. Broadcast axes (stride 0) do not move at all and
    /// are passed over unless there is no other.
    pub fn smallest_stride_axis(&self) -> Option<usize> {
        let long = |axis: &usize| self.shape()[*axis] > 1;
        let moving = |axis: &usize| self.strides()[*axis] != 0;
        let key = |axis: &usize| self.reach_rank(*axis);
        let axes = 0..self.rank();
        axes.clone()
            .rev()
            .filter(long)
            .filter(moving)
            .min_by_key(key)
            .or_else(|| axes.rev().find(long))
    }
}
