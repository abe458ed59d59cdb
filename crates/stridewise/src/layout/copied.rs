//! Copied: the layout that NumPy gives a fresh copy.
//!
//! `(2,3):(8,16)+0` copied in order K stays `(2,3):(8,16)+0`, in order C it becomes
//! `(2,3):(24,8)+0`.

use super::layout_type::check_extents;
use super::{Layout, LayoutError};

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
    /// assert_eq!(a.copied(CopyOrder::K).to_string(), "(2,3,4):(8,64,16)+0");
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
        let strides = match order {
            CopyOrder::A | CopyOrder::K if self.prefers_f() => {
                Layout::packed_strides(shape, itemsize, 0..rank)
            }
            CopyOrder::F => Layout::packed_strides(shape, itemsize, 0..rank),
            CopyOrder::K if !self.is_c_contiguous() => {
                Layout::packed_strides(shape, itemsize, self.order().iter().rev().copied())
            }
            _ => Layout::packed_strides(shape, itemsize, (0..rank).rev()),
        };
        Layout::from_proved(shape.into(), strides, 0, itemsize)
    }
}
