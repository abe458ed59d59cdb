//! Broadcast: axes of extent 1 stretched by a stride of 0. Always a view.
//!
//! `(3,1):(8,8)+0` broadcast to (2,3,4) is `(2,3,4):(0,8,0)+0`.

use super::axis::check_rank;
use super::layout_type::check_extents;
use super::{Layout, LayoutError, PerAxis};

impl Layout {
    /// Stretched to a shape, as `numpy.broadcast_to`: new leading axes and axes of extent 1
    /// get stride 0, whether they are stretched or stay 1.
    ///
    /// Law: `result.offset_of(i) == offset_of(last rank indices of i, 0 where extent is 1)`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[3, 1], 8).unwrap();
    /// let stretched = a.broadcast_to(&[2, 3, 4]).unwrap();
    /// assert_eq!(stretched.to_string(), "(2,3,4):(0,8,0)+0");
    /// assert_eq!(stretched.offset_of(&[1, 2, 3]), a.offset_of(&[2, 0]));
    /// ```
    ///
    /// # Errors
    /// An extent that is neither 1 nor the one asked for, too few axes asked for, a negative
    /// extent, a rank above 64, or more nominal bytes than 64 bits count.
    pub fn broadcast_to(&self, shape: &[i64]) -> Result<Layout, LayoutError> {
        check_extents(shape, self.itemsize())?;
        let refuse = |axis| {
            let (wanted, got) = (shape.to_vec(), self.shape().to_vec());
            Err(LayoutError::Broadcast { axis, wanted, got })
        };
        let Some(added) = shape.len().checked_sub(self.rank()) else {
            return refuse(None);
        };
        for (axis, &extent) in self.shape().iter().enumerate() {
            if extent != 1 && extent != shape[added + axis] {
                return refuse(Some(axis));
            }
        }
        Ok(self.stretched(shape))
    }

    /// Over a shape that it broadcasts to, whose bytes are counted.
    #[inline]
    fn stretched(&self, shape: &[i64]) -> Layout {
        self.stretched_over(shape.len(), |axis| shape[axis], Singles::StandStill)
    }

    /// The same, of so many extents.
    #[inline(always)]
    fn stretched_over(
        &self,
        rank: usize,
        extent: impl Fn(usize) -> i64,
        singles: Singles,
    ) -> Layout {
        let added = rank - self.rank();
        let (shape, strides) = (self.shape(), self.strides());
        let strides = PerAxis::from_fn(rank, |axis| match axis.checked_sub(added) {
            Some(axis) if shape[axis] != 1 || singles == Singles::Verbatim => strides[axis],
            _ => 0,
        });
        // L4: stretched axes do not move, the others are as they were.
        let shape = PerAxis::from_fn(rank, extent);
        Layout::from_proved(shape, strides, self.offset(), self.itemsize())
    }

    /// As [`stretched`](Layout::stretched), strides and all where that is its shape already.
    #[inline]
    fn stretched_if_needed(&self, shape: &[i64]) -> Layout {
        if self.shape() == shape { self.clone() } else { self.stretched(shape) }
    }

    /// The extent of an axis, counted as if there were `rank` of them: 1 for those that are not.
    #[inline(always)]
    fn extent_among(&self, rank: usize, axis: usize) -> i64 {
        match axis.checked_sub(rank - self.rank()) {
            Some(axis) => self.shape()[axis],
            None => 1,
        }
    }

    /// The extent that an axis has when it is stretched to the other's.
    #[inline(always)]
    fn extent_beside(&self, other: &Layout, rank: usize, axis: usize) -> i64 {
        match self.extent_among(rank, axis) {
            1 => other.extent_among(rank, axis),
            extent => extent,
        }
    }
}

/// What becomes of the strides of axes of extent 1.
#[derive(Clone, Copy, PartialEq)]
enum Singles {
    Verbatim,
    StandStill,
}

impl Singles {
    fn of(has_the_shape: bool) -> Singles {
        if has_the_shape { Singles::Verbatim } else { Singles::StandStill }
    }
}

/// The shape that all shapes broadcast to, as `numpy.broadcast_shapes`.
///
/// Law: each extent is 1 where all are 1 or absent, else the one extent that is not 1.
///
/// ```
/// # use stridewise::layout::broadcast_shapes;
/// assert_eq!(&broadcast_shapes(&[&[3, 1], &[4], &[1, 1, 1]]).unwrap()[..], &[1, 3, 4]);
/// ```
///
/// # Errors
/// Two extents that differ and are not 1, a negative extent, or a rank above 64.
pub fn broadcast_shapes(shapes: &[&[i64]]) -> Result<PerAxis<i64>, LayoutError> {
    for shape in shapes {
        check_rank(shape.len())?;
        if let Some(axis) = shape.iter().position(|&extent| extent < 0) {
            return Err(LayoutError::NegativeExtent { axis, got: shape[axis] });
        }
    }
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let mut merged = PerAxis::filled(1, rank);
    for (operand, shape) in shapes.iter().enumerate() {
        let merged = &mut merged[rank - shape.len()..];
        for (axis, &extent) in shape.iter().enumerate().rev() {
            if merged[axis] == 1 {
                merged[axis] = extent;
            } else if extent != 1 && extent != merged[axis] {
                return Err(mismatch(shapes, operand, shape.len() - axis));
            }
        }
    }
    Ok(merged)
}

/// The first operand that is longer than 1 on the axis on which another one does not fit it.
#[cold]
fn mismatch(shapes: &[&[i64]], second: usize, axis_from_back: usize) -> LayoutError {
    let long = |shape: &&[i64]| {
        let axis = shape.len().checked_sub(axis_from_back);
        axis.is_some_and(|axis| shape[axis] != 1)
    };
    let first = shapes.iter().position(long).unwrap_or(second);
    let (wanted, got) = (shapes[first].to_vec(), shapes[second].to_vec());
    LayoutError::BroadcastMismatch { first, wanted, second, got }
}

/// All layouts broadcast to one shape, as `numpy.broadcast_arrays`.
///
/// A layout that has the shape already is returned as it is, strides and all.
///
/// # Errors
/// As [`broadcast_shapes`] and [`Layout::broadcast_to`].
pub fn broadcast(layouts: &[&Layout]) -> Result<Vec<Layout>, LayoutError> {
    let shapes: Vec<&[i64]> = layouts.iter().map(|layout| layout.shape()).collect();
    let shape = broadcast_shapes(&shapes)?;
    for layout in layouts {
        check_extents(&shape, layout.itemsize())?;
    }
    Ok(layouts.iter().map(|layout| layout.stretched_if_needed(&shape)).collect())
}

/// As [`broadcast`], of two: neither the heap nor a list of shapes is needed then.
///
/// ```
/// # use stridewise::layout::{Layout, broadcast_pair};
/// let (row, column) = (Layout::c_order(&[3], 8).unwrap(), Layout::c_order(&[2, 1], 8).unwrap());
/// let (row, column) = broadcast_pair(&row, &column).unwrap();
/// assert_eq!(row.to_string(), "(2,3):(0,8)+0");
/// assert_eq!(column.to_string(), "(2,3):(8,0)+0");
/// ```
///
/// # Errors
/// As [`broadcast`].
pub fn broadcast_pair(one: &Layout, other: &Layout) -> Result<(Layout, Layout), LayoutError> {
    let rank = one.rank().max(other.rank());
    // Whether all is well, in one walk; `broadcast` says what is wrong, if it is.
    let mut nominal = one.itemsize().max(other.itemsize()).max(1);
    let (mut one_fits, mut other_fits) = (one.rank() == rank, other.rank() == rank);
    let mut wrong = false;
    for axis in 0..rank {
        let (first, second) = (one.extent_among(rank, axis), other.extent_among(rank, axis));
        one_fits &= second == 1 || second == first;
        other_fits &= first == 1 || first == second;
        let (product, overflows) = nominal.overflowing_mul(first.max(second).max(1));
        nominal = product;
        wrong |= overflows | (first != 1 && second != 1 && first != second);
    }
    if wrong {
        return broadcast(&[one, other]).map(|both| (both[0].clone(), both[1].clone()));
    }
    let (one_singles, other_singles) = (Singles::of(one_fits), Singles::of(other_fits));
    Ok((
        one.stretched_over(rank, |axis| one.extent_beside(other, rank, axis), one_singles),
        other.stretched_over(rank, |axis| other.extent_beside(one, rank, axis), other_singles),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::said;

    fn check(shape: &[i64], strides: &[i64], to: &[i64], want: &str) {
        let a = Layout::new(shape, strides, 0, 8).unwrap();
        assert_eq!(said(a.broadcast_to(to)), want, "{a} to {to:?}");
    }

    #[test]
    fn broadcast_to_as_numpy() {
        check(&[3, 1], &[8, 8], &[2, 3, 4], "(2,3,4):(0,8,0)+0");
        check(&[], &[], &[2], "(2):(0)+0");
        check(&[], &[], &[], "():()+0");
        // An axis that stays 1 loses its stride too.
        check(&[1, 10], &[8000, 8], &[1, 10], "(1,10):(0,8)+0");
        check(&[3, 1], &[8, 8], &[3, 0], "(3,0):(8,0)+0");
        check(
            &[3],
            &[8],
            &[4],
            "operands could not be broadcast together: shape (3,) and requested shape (4,) differ \
             on axis 0",
        );
        check(
            &[1, 3],
            &[8, 8],
            &[3],
            "operands could not be broadcast together: shape (1,3) has more dimensions than \
             requested shape (3,)",
        );
        check(&[3], &[8], &[], "cannot broadcast a non-scalar to a scalar array: shape (3,)");
        check(&[3], &[8], &[-1, 3], "negative dimensions are not allowed: axis 0 has extent -1");
        check(
            &[1],
            &[8],
            &[1 << 61, 2],
            "array is too big: with axis 0 of extent 2305843009213693952 and 8 bytes an element, \
             its bytes exceed 2**63 - 1",
        );
        check(&[1], &[8], &[1; 65], "maximum supported dimension for an ndarray is 64, found 65");
    }

    #[test]
    fn shapes_broadcast_as_numpy() {
        let check = |shapes: &[&[i64]], want: Result<&[i64], &str>| {
            let got = broadcast_shapes(shapes).map_err(|error| error.to_string());
            assert_eq!(got.as_deref(), want.map_err(str::to_owned).as_deref(), "{shapes:?}");
        };
        check(&[], Ok(&[]));
        check(&[&[3, 1], &[4]], Ok(&[3, 4]));
        check(&[&[0], &[1]], Ok(&[0]));
        check(
            &[&[3], &[1], &[2, 4]],
            Err("shape mismatch: objects cannot be broadcast to a single shape.  Mismatch is \
                 between arg 0 with shape (3,) and arg 2 with shape (2,4)."),
        );
        check(&[&[-1], &[2]], Err("negative dimensions are not allowed: axis 0 has extent -1"));
    }

    #[test]
    fn a_layout_of_the_common_shape_is_left_alone() {
        let one = Layout::new(&[1, 3], &[800, 8], 0, 8).unwrap();
        let other = Layout::c_order(&[3], 8).unwrap();
        let both = broadcast(&[&one, &other]).unwrap();
        assert_eq!(both[0], one);
        assert_eq!(both[1].to_string(), "(1,3):(0,8)+0");
    }
}
