//! Flip and quarter turns: the same elements walked backwards. Always a view.
//!
//! `(2,3):(24,8)+0` flipped along axis 1 is `(2,3):(24,-8)+16`.

use super::axis::{AxisSet, exchange, normalize_axes};
use super::slice::{moved, stepped};
use super::{Layout, LayoutError, PerAxis, normalize_axis};

impl Layout {
    /// The elements in reverse along each of `axes`, as `numpy.flip`.
    ///
    /// Law: `flipped.offset_of(i) == offset_of(i with i[k] = extent[k] - 1 - i[k] for k in axes)`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[2, 3], 8).unwrap();
    /// let flipped = a.flip(&[-1]).unwrap();
    /// assert_eq!(flipped.to_string(), "(2,3):(24,-8)+16");
    /// assert_eq!(flipped.offset_of(&[1, 0]), a.offset_of(&[1, 3 - 1 - 0]));
    /// ```
    ///
    /// # Errors
    /// An axis out of bounds or named twice, or a stride without a negative in 64 bits.
    pub fn flip(&self, axes: &[i64]) -> Result<Layout, LayoutError> {
        let axes = normalize_axes(None, axes, self.rank())?;
        self.turned(axes, |axis| axis)
    }

    /// Reversed along `axes`, then axis `k` taken from `source(k)`.
    #[inline]
    fn turned(
        &self,
        axes: AxisSet,
        source: impl Fn(usize) -> usize,
    ) -> Result<Layout, LayoutError> {
        let (shape, strides, rank) = (self.shape(), self.strides(), self.rank());
        // NumPy flips by slicing, and a slice that takes nothing changes nothing.
        let flips = |axis: usize| axes.contains(axis) && shape[axis] > 0;
        let mut offset = self.offset();
        for axis in (0..rank).filter(|&axis| flips(axis)) {
            offset = moved(offset, strides[axis], shape[axis] - 1)?;
            stepped(axis, strides[axis], -1)?;
        }
        let stride = |axis: usize| if flips(axis) { -strides[axis] } else { strides[axis] };
        Ok(Layout::from_proved(
            PerAxis::from_fn(rank, |axis| shape[source(axis)]),
            PerAxis::from_fn(rank, |axis| stride(source(axis))),
            offset,
            self.itemsize(),
        ))
    }

    /// Turned by `turns` quarters from the first axis of `axes` towards the second, as
    /// `numpy.rot90`; negative turns go the other way.
    ///
    /// Law: `rot90(1, (a, b)) == flip([b]).swap_axes(a, b)`, and turns add up modulo 4.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[2, 3], 8).unwrap();
    /// let turned = a.rot90(1, (0, 1)).unwrap();
    /// assert_eq!(turned.to_string(), "(3,2):(-8,24)+16");
    /// assert_eq!(turned, a.flip(&[1]).unwrap().swap_axes(0, 1).unwrap());
    /// assert_eq!(turned.rot90(3, (0, 1)).unwrap(), a);
    /// ```
    ///
    /// # Errors
    /// Axes out of bounds, or one axis given twice.
    pub fn rot90(&self, turns: i64, axes: (i64, i64)) -> Result<Layout, LayoutError> {
        let one = normalize_axis(axes.0, self.rank())?;
        let other = normalize_axis(axes.1, self.rank())?;
        if one == other {
            return Err(LayoutError::SameAxis { axis: one });
        }
        match turns.rem_euclid(4) {
            0 => Ok(self.clone()),
            1 => self.turned(AxisSet::of(&[other]), exchange(one, other)),
            2 => self.turned(AxisSet::of(&[one, other]), |axis| axis),
            _ => self.turned(AxisSet::of(&[one]), exchange(one, other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::said;

    fn check(got: impl Fn(&Layout) -> Result<Layout, LayoutError>, want: &str) {
        let a = Layout::c_order(&[2, 3, 4], 8).unwrap();
        assert_eq!(said(got(&a)), want);
    }

    #[test]
    fn flip_as_numpy() {
        check(|a| a.flip(&[0, -1]), "(2,3,4):(-96,32,-8)+120");
        check(|a| a.flip(&[]), "(2,3,4):(96,32,8)+0");
        check(|a| a.flip(&[0, -3]), "repeated axis: 0");
        check(|a| a.flip(&[3]), "axis 3 is out of bounds for array of dimension 3");
        let single = Layout::new(&[1, 10], &[8000, 8], 0, 8).unwrap();
        check(|_| single.flip(&[0, 1]), "(1,10):(-8000,-8)+72");
        let empty = Layout::new(&[0, 3], &[24, 8], 0, 8).unwrap();
        check(|_| empty.flip(&[0]), "(0,3):(24,8)+0");
        let far = Layout::new(&[1], &[i64::MIN], 0, 8).unwrap();
        check(
            |_| far.flip(&[0]),
            "stride -9223372036854775808 of axis 0 times -1 does not fit in 64-bit integers",
        );
    }

    #[test]
    fn rot90_as_numpy() {
        check(|a| a.rot90(0, (0, 1)), "(2,3,4):(96,32,8)+0");
        check(|a| a.rot90(1, (1, 2)), "(2,4,3):(96,-8,32)+24");
        check(|a| a.rot90(2, (1, 2)), "(2,3,4):(96,-32,-8)+88");
        check(|a| a.rot90(-1, (1, 2)), "(2,4,3):(96,8,-32)+64");
        check(|a| a.rot90(5, (2, 0)), "(4,3,2):(8,32,-96)+96");
        check(|a| a.rot90(i64::MIN, (0, 1)), "(2,3,4):(96,32,8)+0");
        check(|a| a.rot90(1, (1, -2)), "the two axes must be different, both are 1");
        check(|a| a.rot90(0, (0, 3)), "axis 3 is out of bounds for array of dimension 3");
    }
}
