//! Reinterpret: the same bytes as items of another size, or one field of each item.
//!
//! `(2,3):(24,8)+0` of 8-byte items is `(2,6):(24,4)+0` of 4-byte items; a 4-byte field at
//! byte 4 of each item is `(2,3):(24,8)+4`.

use super::axis::check_rank;
use super::layout_type::check_extents;
use super::slice::moved;
use super::{Layout, LayoutError, PerAxis};

impl Layout {
    /// The bytes read as items of another size, as `a.view(dtype)`: the last axis grows or
    /// shrinks and has to be contiguous for it. With the same itemsize nothing changes.
    ///
    /// Law: both layouts visit the same bytes in the same order; where the new itemsize divides
    /// the old into `n`, `result.offset_of(.., i * n + k) == offset_of(.., i) + k * new_itemsize`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[2, 3], 8).unwrap();
    /// let halves = a.reinterpret(4).unwrap();
    /// assert_eq!(halves.to_string(), "(2,6):(24,4)+0");
    /// assert_eq!(halves.offset_of(&[1, 2 * 2 + 1]).unwrap(), a.offset_of(&[1, 2]).unwrap() + 4);
    /// assert_eq!(a.reinterpret(24).unwrap().to_string(), "(2,1):(24,24)+0");
    /// assert!(a.transpose().reinterpret(4).is_err());
    /// ```
    ///
    /// # Errors
    /// Where the itemsize changes: no axes, a last axis longer than 1 with gaps, a smaller
    /// itemsize that does not divide the old one, a larger one that does not divide the bytes
    /// of the last axis.
    pub fn reinterpret(&self, new_itemsize: i64) -> Result<Layout, LayoutError> {
        let itemsize = self.itemsize();
        if new_itemsize < 0 {
            return Err(LayoutError::NegativeItemsize { got: new_itemsize });
        }
        if new_itemsize == itemsize {
            return Ok(self.clone());
        }
        let Some(axis) = self.rank().checked_sub(1) else {
            return Err(LayoutError::ReinterpretScalar { wanted: new_itemsize, got: itemsize });
        };
        let (shape, strides) = (self.shape(), self.strides());
        if shape[axis] != 1 && !self.is_empty() && strides[axis] != itemsize {
            let got = strides[axis];
            return Err(LayoutError::ReinterpretStrided { axis, wanted: itemsize, got });
        }
        let bytes = shape[axis] * itemsize; // Invariant L3.
        let extent = bytes.checked_div(new_itemsize).unwrap_or(0);
        if new_itemsize < itemsize {
            if new_itemsize == 0 || itemsize % new_itemsize != 0 {
                return Err(LayoutError::ReinterpretSmaller { itemsize, got: new_itemsize });
            }
        } else if extent * new_itemsize != bytes {
            return Err(LayoutError::ReinterpretLarger { axis, bytes, got: new_itemsize });
        }
        let with_last = |values: &[i64], last: i64| {
            PerAxis::from_fn(values.len(), |at| if at == axis { last } else { values[at] })
        };
        let new_shape = with_last(shape, extent);
        check_extents(&new_shape, new_itemsize)?; // L3 counts zeros as one.
        let new_strides = with_last(strides, new_itemsize);
        Ok(Layout::from_proved(new_shape, new_strides, self.offset(), new_itemsize))
    }

    /// One field of each item, as `a["x"]`: `offset` bytes into the item, `itemsize` bytes, and
    /// for a sub-array field its shape as new last axes in C order.
    ///
    /// Law: `field.offset_of(i.., j..) == offset_of(i..) + offset + c_order(sub_shape)(j..)`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// // [('x', 'i1'), ('y', '<f4', (2,))], 9 bytes
    /// let records = Layout::c_order(&[5], 9).unwrap();
    /// let y = records.field(1, 4, &[2]).unwrap();
    /// assert_eq!(y.to_string(), "(5,2):(9,4)+1");
    /// assert_eq!(y.offset_of(&[3, 1]).unwrap(), records.offset_of(&[3]).unwrap() + 1 + 1 * 4);
    /// ```
    ///
    /// # Errors
    /// A field that leaves the item, a negative extent, or a rank above 64.
    pub fn field(
        &self,
        offset: i64,
        itemsize: i64,
        sub_shape: &[i64],
    ) -> Result<Layout, LayoutError> {
        check_extents(sub_shape, itemsize)?;
        let (rank, sub_rank) = (self.rank(), sub_shape.len());
        check_rank(rank + sub_rank)?;
        let bytes = sub_shape.iter().product::<i64>() * itemsize; // Just checked.
        if offset < 0 || offset.checked_add(bytes).is_none_or(|end| end > self.itemsize()) {
            let itemsize = self.itemsize();
            return Err(LayoutError::FieldOutsideItem { itemsize, offset, got: bytes });
        }
        let shape = PerAxis::from_fn(rank + sub_rank, |axis| {
            if axis < rank { self.shape()[axis] } else { sub_shape[axis - rank] }
        });
        let strides = PerAxis::written(rank + sub_rank, |strides| {
            strides[..rank].copy_from_slice(self.strides());
            let mut stride = itemsize;
            for (place, &extent) in strides[rank..].iter_mut().zip(sub_shape).rev() {
                *place = stride;
                stride *= extent.max(1); // Just checked.
            }
        });
        check_extents(&shape, itemsize)?;
        let offset = moved(self.offset(), offset, 1)?;
        // L4: a field lies inside its item.
        Ok(Layout::from_proved(shape, strides, offset, itemsize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::said;

    fn check(shape: &[i64], strides: &[i64], itemsize: i64, to: i64, want: &str) {
        let a = Layout::new(shape, strides, 0, itemsize).unwrap();
        let got = a.reinterpret(to);
        if let Ok(view) = &got {
            assert_eq!(view.itemsize(), to);
        }
        assert_eq!(said(got), want, "{a} of {itemsize} as {to}");
    }

    #[test]
    fn views_as_numpy() {
        check(&[2, 3], &[24, 8], 8, 4, "(2,6):(24,4)+0");
        check(&[2, 6], &[24, 4], 4, 8, "(2,3):(24,8)+0");
        check(&[2, 3], &[8, 16], 8, 8, "(2,3):(8,16)+0");
        check(&[], &[], 8, 8, "():()+0");
        // Only the last axis has to be contiguous, and not where it is 1 or nothing is there.
        check(&[4, 2], &[-100, 8], 8, 16, "(4,1):(-100,16)+0");
        check(&[1], &[800], 8, 4, "(2):(4)+0");
        check(&[0, 3], &[800, 24], 8, 4, "(0,6):(800,4)+0");
        check(&[3], &[0], 0, 8, "(0):(8)+0");
    }

    #[test]
    fn views_that_numpy_refuses() {
        check(
            &[3, 2],
            &[8, 24],
            8,
            4,
            "To change to a dtype of a different size, the last axis must be contiguous: axis 1 \
             has stride 24, the itemsize is 8",
        );
        check(
            &[],
            &[],
            8,
            4,
            "Changing the dtype of a 0d array is only supported if the itemsize is unchanged: it \
             is 8, asked for 4",
        );
        check(
            &[3],
            &[8],
            8,
            3,
            "When changing to a smaller dtype, its size must be a divisor of the size of original \
             dtype: 3 does not divide 8",
        );
        check(
            &[3],
            &[8],
            8,
            16,
            "When changing to a larger dtype, its size must be a divisor of the total size in \
             bytes of the last axis of the array: 16 does not divide the 24 bytes of axis 0",
        );
        check(&[3], &[8], 8, -1, "itemsize must not be negative, got -1");
    }

    #[test]
    fn fields_lie_inside_their_items() {
        let records = Layout::new(&[5], &[9], 3, 9).unwrap();
        let check = |offset, itemsize, sub_shape: &[i64], want: &str| {
            assert_eq!(said(records.field(offset, itemsize, sub_shape)), want);
        };
        check(0, 1, &[], "(5):(9)+3");
        check(1, 8, &[], "(5):(9)+4");
        check(1, 2, &[2, 2], "(5,2,2):(9,4,2)+4");
        check(9, 8, &[0], "(5,0):(9,8)+12");
        check(2, 8, &[], "a field of 8 bytes at byte 2 leaves the item of 9 bytes");
        check(-1, 1, &[], "a field of 1 bytes at byte -1 leaves the item of 9 bytes");
        check(
            i64::MAX,
            8,
            &[],
            "a field of 8 bytes at byte 9223372036854775807 leaves the item of 9 bytes",
        );
        check(0, 1, &[1; 64], "maximum supported dimension for an ndarray is 64, found 65");
    }
}
