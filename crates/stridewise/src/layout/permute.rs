//! Permute: the same elements with the axes in another order. Always a view.
//!
//! `(2,3):(24,8)+0` permuted by `[1, 0]` is `(3,2):(8,24)+0`.

use super::{Layout, LayoutError};

impl Layout {
    /// The axes in a new order: axis `k` of the result is axis `axes[k]` of this layout.
    ///
    /// Law: `permuted.offset_of(index)[k] == offset_of(index with index[axes[k]] = index[k])`.
    ///
    /// # Errors
    /// [`LayoutError::NotAPermutation`] unless each axis is named once.
    pub fn permute(&self, axes: &[usize]) -> Result<Layout, LayoutError> {
        check_permutation(axes, self.rank())?;
        Ok(Layout::from_proved(
            axes.iter().map(|&axis| self.shape()[axis]).collect(),
            axes.iter().map(|&axis| self.strides()[axis]).collect(),
            self.offset(),
            self.itemsize(),
        ))
    }

    /// All axes reversed, as `.T`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[2, 3], 8).unwrap();
    /// assert_eq!(a.transpose().to_string(), "(3,2):(8,24)+0");
    /// ```
    pub fn transpose(&self) -> Layout {
        Layout::from_proved(
            self.shape().iter().rev().copied().collect(),
            self.strides().iter().rev().copied().collect(),
            self.offset(),
            self.itemsize(),
        )
    }
}

/// Whether `axes` names each of `0..rank` once.
pub(in crate::layout) fn check_permutation(axes: &[usize], rank: usize) -> Result<(), LayoutError> {
    let mut seen = 0u64; // Ranks above 64 are refused before (L1).
    for &axis in axes {
        if axis >= rank || axis >= 64 || seen >> axis & 1 == 1 {
            return Err(LayoutError::NotAPermutation { rank, got: axes.to_vec() });
        }
        seen |= 1 << axis;
    }
    if axes.len() != rank {
        return Err(LayoutError::NotAPermutation { rank, got: axes.to_vec() });
    }
    Ok(())
}
