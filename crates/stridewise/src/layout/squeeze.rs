//! Squeeze and expand: axes of extent 1 taken away or put in. Always a view.
//!
//! `(2,1,3):(24,24,8)+0` squeezed is `(2,3):(24,8)+0`.

use super::axis::{AxisSet, check_rank, normalize_axes};
use super::layout_type::Packing;
use super::slice::stepped;
use super::{Layout, LayoutError, PerAxis};

impl Layout {
    /// Without the given axes, or without all axes of extent 1, as `numpy.squeeze`.
    ///
    /// Law: `squeezed.offset_of(i without its zeros at the axes) == offset_of(i)`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[1, 3, 1], 8).unwrap();
    /// let squeezed = a.squeeze(None).unwrap();
    /// assert_eq!(squeezed.to_string(), "(3):(8)+0");
    /// assert_eq!(squeezed.offset_of(&[2]), a.offset_of(&[0, 2, 0]));
    /// assert_eq!(a.squeeze(Some(&[0])).unwrap().to_string(), "(3,1):(8,8)+0");
    /// ```
    ///
    /// # Errors
    /// An axis out of bounds, named twice, or longer or shorter than 1.
    pub fn squeeze(&self, axes: Option<&[i64]>) -> Result<Layout, LayoutError> {
        let dropped = match axes {
            None => {
                let mut ones = AxisSet::default();
                for axis in (0..self.rank()).filter(|&axis| self.shape()[axis] == 1) {
                    ones.insert(axis);
                }
                ones
            }
            Some(axes) => normalize_axes(None, axes, self.rank())?,
        };
        let kept = |axis: &usize| !dropped.contains(*axis);
        if let Some(axis) = (0..self.rank()).find(|axis| !kept(axis) && self.shape()[*axis] != 1) {
            return Err(LayoutError::SqueezeExtent { axis, got: self.shape()[axis] });
        }
        let (shape, strides) = (self.shape(), self.strides());
        Ok(Layout::from_proved(
            (0..self.rank()).filter(kept).map(|axis| shape[axis]).collect(),
            (0..self.rank()).filter(kept).map(|axis| strides[axis]).collect(),
            self.offset(),
            self.itemsize(),
        ))
    }

    /// With new axes of extent 1 at the given places of the result, as `numpy.expand_dims`.
    ///
    /// NumPy makes it by reshaping in C order, so that is where the new strides come from.
    /// Law: `expanded.offset_of(i) == offset_of(i without its zeros at the axes)`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[2, 3], 8).unwrap();
    /// let expanded = a.expand_dims(&[1]).unwrap();
    /// assert_eq!(expanded.to_string(), "(2,1,3):(24,24,8)+0");
    /// assert_eq!(expanded.squeeze(Some(&[1])).unwrap(), a);
    /// ```
    ///
    /// # Errors
    /// An axis out of bounds or named twice, or a rank above 64.
    pub fn expand_dims(&self, axes: &[i64]) -> Result<Layout, LayoutError> {
        let rank = self.rank() + axes.len();
        check_rank(rank)?;
        let axes = normalize_axes(None, axes, rank)?;
        if rank == self.rank() {
            return Ok(self.clone()); // A reshape to the same shape leaves the strides alone.
        }
        let (old, mut next) = (self.shape(), 0);
        let shape = PerAxis::from_fn(rank, |axis| {
            if axes.contains(axis) {
                return 1;
            }
            next += 1;
            old[next - 1]
        });
        let strides = if self.is_c_contiguous() {
            Layout::packed_strides(rank, self.itemsize(), Packing::C, |axis| shape[axis])
        } else {
            self.continued_strides(&shape)?
        };
        Ok(Layout::from_proved(shape, strides, self.offset(), self.itemsize()))
    }

    /// Strides where each axis of extent 1 steps over the axes behind it, or stands still on the
    /// last of them. The other extents are this layout's, in its order.
    #[inline]
    fn continued_strides(&self, shape: &[i64]) -> Result<PerAxis<i64>, LayoutError> {
        let (old, old_strides) = (self.shape(), self.strides());
        let mut long = (0..old.len()).rev().filter(|&axis| old[axis] != 1);
        let mut next = long.next();
        let mut strides = PerAxis::filled(0, shape.len());
        let places = &mut strides[..];
        let mut over = next.map_or(self.itemsize(), |axis| old_strides[axis]);
        for axis in (0..shape.len()).rev() {
            places[axis] = over;
            if let (true, Some(from)) = (shape[axis] != 1, next) {
                places[axis] = old_strides[from];
                next = long.next();
            }
            if axis > 0 {
                over = stepped(axis, places[axis], shape[axis])?;
            }
        }
        Ok(strides)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::said;

    fn check(
        (shape, strides): (&[i64], &[i64]),
        got: impl Fn(&Layout) -> Result<Layout, LayoutError>,
        want: &str,
    ) {
        let a = Layout::new(shape, strides, 0, 8).unwrap();
        assert_eq!(said(got(&a)), want, "{a}");
    }

    #[test]
    fn squeeze_as_numpy() {
        let a: (&[i64], &[i64]) = (&[1, 3, 1], &[5, 8, -7]);
        check(a, |a| a.squeeze(None), "(3):(8)+0");
        check(a, |a| a.squeeze(Some(&[-1])), "(1,3):(5,8)+0");
        check(a, |a| a.squeeze(Some(&[])), "(1,3,1):(5,8,-7)+0");
        check(
            a,
            |a| a.squeeze(Some(&[0, 1])),
            "cannot select an axis to squeeze out which has size not equal to one: axis 1 has size 3",
        );
        check(a, |a| a.squeeze(Some(&[0, -3])), "repeated axis: 0");
        check((&[], &[]), |a| a.squeeze(None), "():()+0");
    }

    #[test]
    fn expand_dims_takes_its_strides_from_a_reshape() {
        let single: (&[i64], &[i64]) = (&[1, 10], &[8000, 8]);
        check(single, |a| a.expand_dims(&[0]), "(1,1,10):(80,80,8)+0");
        check(single, |a| a.expand_dims(&[]), "(1,10):(8000,8)+0");
        let gaps: (&[i64], &[i64]) = (&[2, 1, 3], &[48, 7, 16]);
        check(gaps, |a| a.expand_dims(&[0, 2, -1]), "(1,2,1,1,3,1):(96,48,48,48,16,16)+0");
        check((&[], &[]), |a| a.expand_dims(&[0, 1]), "(1,1):(8,8)+0");
        check(gaps, |a| a.expand_dims(&[0, 0]), "repeated axis: 0");
        check(gaps, |a| a.expand_dims(&[4]), "axis 4 is out of bounds for array of dimension 4");
        let many: Vec<i64> = (0..62).collect();
        check(
            gaps,
            |a| a.expand_dims(&many),
            "maximum supported dimension for an ndarray is 64, found 65",
        );
    }
}
