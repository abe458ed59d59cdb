//! Diagonal: a walk along two axes at once. Always a view.
//!
//! `(3,4):(32,8)+0` has the diagonal `(3):(40)+0`.

use super::axis::normalize_axis_of;
use super::slice::moved;
use super::{Layout, LayoutError, PerAxis};

impl Layout {
    /// The elements with equal index on two axes, the second `offset` ahead, as
    /// `numpy.diagonal`; the diagonal becomes the last axis.
    ///
    /// A diagonal outside the array has no elements.
    /// Law: `diagonal.offset_of(i.., k) == offset_of(i.. with axis1 = k + max(-offset, 0),
    /// axis2 = k + max(offset, 0))`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[3, 4], 8).unwrap();
    /// assert_eq!(a.diagonal(0, 0, 1).unwrap().to_string(), "(3):(40)+0");
    /// let ahead = a.diagonal(2, 0, 1).unwrap();
    /// assert_eq!(ahead.to_string(), "(2):(40)+16");
    /// assert_eq!(ahead.offset_of(&[1]), a.offset_of(&[1, 1 + 2]));
    /// assert_eq!(a.diagonal(9, 0, 1).unwrap().shape(), &[0]);
    /// ```
    ///
    /// # Errors
    /// Fewer than two axes, an axis out of bounds, one axis given twice, or a sum of the two
    /// strides that does not fit in 64 bits.
    pub fn diagonal(&self, offset: i64, axis1: i64, axis2: i64) -> Result<Layout, LayoutError> {
        if self.rank() < 2 {
            return Err(LayoutError::DiagonalRank { got: self.rank() });
        }
        let axis1 = normalize_axis_of(Some("axis1"), axis1, self.rank())?;
        let axis2 = normalize_axis_of(Some("axis2"), axis2, self.rank())?;
        if axis1 == axis2 {
            return Err(LayoutError::SameAxis { axis: axis1 });
        }
        let (shape, strides) = (self.shape(), self.strides());
        let (stride1, stride2) = (strides[axis1], strides[axis2]);
        let skip1 = offset.saturating_neg().max(0);
        let skip2 = offset.max(0);
        let extent = (shape[axis1] - skip1).min(shape[axis2] - skip2).max(0);
        let Some(stride) = stride1.checked_add(stride2) else {
            return Err(LayoutError::DiagonalOverflow { stride1, stride2 });
        };
        // An empty diagonal may lie anywhere: it keeps the offset.
        let first = if extent == 0 {
            self.offset()
        } else {
            moved(moved(self.offset(), stride1, skip1)?, stride2, skip2)?
        };
        // The other axes keep their order; the last place is the diagonal's.
        let (front, back) = (axis1.min(axis2), axis1.max(axis2));
        let place = |axis: usize, values: &[i64], last: i64| match axis {
            _ if axis + 2 == self.rank() => last,
            _ if axis < front => values[axis],
            _ if axis + 1 < back => values[axis + 1],
            _ => values[axis + 2],
        };
        Ok(Layout::from_proved(
            PerAxis::from_fn(self.rank() - 1, |axis| place(axis, shape, extent)),
            PerAxis::from_fn(self.rank() - 1, |axis| place(axis, strides, stride)),
            first,
            self.itemsize(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::said;

    fn check(offset: i64, axis1: i64, axis2: i64, want: &str) {
        let a = Layout::c_order(&[2, 3, 4], 8).unwrap();
        assert_eq!(said(a.diagonal(offset, axis1, axis2)), want);
    }

    #[test]
    fn diagonals_as_numpy() {
        check(0, 0, 1, "(4,2):(8,128)+0");
        check(1, 1, 2, "(2,3):(96,40)+8");
        check(-2, 1, 2, "(2,1):(96,40)+64");
        check(-2, 2, 1, "(2,2):(96,40)+16");
        check(0, -1, 0, "(3,2):(32,104)+0");
        check(9, 0, 1, "(4,0):(8,128)+0");
        check(i64::MIN, 0, 1, "(4,0):(8,128)+0");
        check(i64::MAX, 0, 1, "(4,0):(8,128)+0");
        check(0, 1, -2, "the two axes must be different, both are 1");
        check(0, 0, 3, "axis2: axis 3 is out of bounds for array of dimension 3");
    }

    #[test]
    fn what_has_no_diagonal() {
        let row = Layout::c_order(&[3], 8).unwrap();
        let want = "diag requires an array of at least two dimensions, found 1";
        assert_eq!(said(row.diagonal(0, 0, 1)), want);
        let far = Layout::new(&[1, 1], &[i64::MAX, 1], 0, 8).unwrap();
        let want = "the diagonal's stride 9223372036854775807 + 1 does not fit in 64-bit integers";
        assert_eq!(said(far.diagonal(0, 0, 1)), want);
    }
}
