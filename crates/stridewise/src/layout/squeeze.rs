//! Squeeze and expand: axes of extent 1 taken away or put in. Always a view.
//!
//! `(2,1,3):(24,24,8)+0` squeezed is `(2,3):(24,8)+0`.

use super::axis::{check_rank, normalize_axes};
use super::{IndexOrder, Layout, LayoutError, PerAxis, Reshape};

impl Layout {
    /// Without the given axes, or without all axes of extent 1, as `numpy.squeeze`.
    ///
    /// Law: `squeezed.offset_of(i without its zeros at the axes) == offset_of(i)`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[1, 3, 1], 8).unwrap();
    /// assert_eq!(a.squeeze(None).unwrap().to_string(), "(3):(8)+0");
    /// assert_eq!(a.squeeze(Some(&[0])).unwrap().to_string(), "(3,1):(8,8)+0");
    /// ```
    ///
    /// # Errors
    /// An axis out of bounds, named twice, or longer or shorter than 1.
    pub fn squeeze(&self, axes: Option<&[i64]>) -> Result<Layout, LayoutError> {
        let axes: PerAxis<usize> = match axes {
            None => (0..self.rank()).filter(|&axis| self.shape()[axis] == 1).collect(),
            Some(axes) => normalize_axes(None, axes, self.rank())?,
        };
        for &axis in &axes {
            let got = self.shape()[axis];
            if got != 1 {
                return Err(LayoutError::SqueezeExtent { axis, got });
            }
        }
        let (mut shape, mut strides) = (PerAxis::new(), PerAxis::new());
        for axis in (0..self.rank()).filter(|axis| !axes.contains(axis)) {
            shape.push(self.shape()[axis]);
            strides.push(self.strides()[axis]);
        }
        Ok(Layout::from_proved(shape, strides, self.offset(), self.itemsize()))
    }

    /// With new axes of extent 1 at the given places of the result, as `numpy.expand_dims`.
    ///
    /// NumPy makes it by reshaping in C order, so that is where the new strides come from.
    /// Law: `expanded.squeeze(axes)` has the shape and the elements of this layout.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[2, 3], 8).unwrap();
    /// assert_eq!(a.expand_dims(&[1]).unwrap().to_string(), "(2,1,3):(24,24,8)+0");
    /// ```
    ///
    /// # Errors
    /// An axis out of bounds or named twice, or a rank above 64.
    pub fn expand_dims(&self, axes: &[i64]) -> Result<Layout, LayoutError> {
        let rank = self.rank() + axes.len();
        let axes = normalize_axes(None, axes, rank)?;
        check_rank(rank)?;
        let mut extents = self.shape().iter().copied();
        let shape: PerAxis<i64> = (0..rank)
            .map(|axis| if axes.contains(&axis) { 1 } else { extents.next().unwrap_or(1) })
            .collect();
        // Each new axis joins one old axis, so that nothing has to merge: this is a view.
        match self.reshape(&shape, IndexOrder::C)? {
            Reshape::View(layout) | Reshape::Copy { layout, .. } => Ok(layout),
        }
    }
}
