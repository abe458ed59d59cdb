//! Permute: the same elements with the axes in another order. Always a view.
//!
//! `(2,3):(24,8)+0` permuted by `[1, 0]` is `(3,2):(8,24)+0`.

use super::axis::AxisSet;
use super::{Layout, LayoutError, PerAxis};

impl Layout {
    /// The axes in a new order: axis `k` of the result is axis `axes[k]` of this layout.
    ///
    /// Law: `permuted.offset_of(i) == offset_of(j)` where `j[axes[k]] == i[k]` for all k.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[2, 3, 4], 8).unwrap();
    /// let turned = a.permute(&[2, 0, 1]).unwrap();
    /// assert_eq!(turned.to_string(), "(4,2,3):(8,96,32)+0");
    /// assert_eq!(turned.offset_of(&[3, 1, 2]), a.offset_of(&[1, 2, 3]));
    /// ```
    ///
    /// # Errors
    /// [`LayoutError::NotAPermutation`] unless each axis is named once.
    pub fn permute(&self, axes: &[usize]) -> Result<Layout, LayoutError> {
        check_permutation(axes, self.rank())?;
        Ok(self.reordered(axes.len(), |axis| axes[axis]))
    }

    /// All axes reversed, as `.T`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[2, 3], 8).unwrap();
    /// assert_eq!(a.transpose().to_string(), "(3,2):(8,24)+0");
    /// ```
    pub fn transpose(&self) -> Layout {
        self.reordered(self.rank(), |axis| self.rank() - 1 - axis)
    }

    /// Axis `k` of the result is axis `source(k)` of this layout; an axis that is left out has
    /// extent 1.
    #[inline]
    pub(in crate::layout) fn reordered(
        &self,
        rank: usize,
        source: impl Fn(usize) -> usize,
    ) -> Layout {
        let (shape, strides) = (self.shape(), self.strides());
        Layout::from_proved(
            PerAxis::from_fn(rank, |axis| shape[source(axis)]),
            PerAxis::from_fn(rank, |axis| strides[source(axis)]),
            self.offset(),
            self.itemsize(),
        )
    }
}

/// Whether `axes` names each of `0..rank` once.
#[inline]
pub(in crate::layout) fn check_permutation(axes: &[usize], rank: usize) -> Result<(), LayoutError> {
    let mut seen = AxisSet::default();
    let new = |&axis: &usize| axis < rank && seen.insert(axis);
    if axes.len() != rank || !axes.iter().all(new) {
        return Err(LayoutError::NotAPermutation { rank, got: axes.to_vec() });
    }
    Ok(())
}
