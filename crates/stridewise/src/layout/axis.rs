//! Axes as people name them: from the front as 0, 1, .. or from the back as -1, -2, ..
//!
//! In `(2,3):(24,8)+0` axis -1 is axis 1, of extent 3.

use super::{Layout, LayoutError, MAX_RANK, PerAxis};

/// The axis counted from the front.
///
/// Law: `normalize_axis(k, r) == normalize_axis(k - r, r) == k` for `0 <= k < r`.
///
/// ```
/// # use stridewise::layout::normalize_axis;
/// assert_eq!(normalize_axis(-1, 3), Ok(2));
/// assert_eq!(
///     normalize_axis(3, 3).unwrap_err().to_string(),
///     "axis 3 is out of bounds for array of dimension 3"
/// );
/// ```
///
/// # Errors
/// [`LayoutError::AxisOutOfBounds`] outside `-rank..rank`.
#[inline]
pub fn normalize_axis(axis: i64, rank: usize) -> Result<usize, LayoutError> {
    normalize_axis_of(None, axis, rank)
}

/// As [`normalize_axis`], for an argument that the error names.
#[inline]
pub(in crate::layout) fn normalize_axis_of(
    argument: Option<&'static str>,
    axis: i64,
    rank: usize,
) -> Result<usize, LayoutError> {
    // A rank fits in i64, and a sum of two signs does not overflow.
    let from_front = if axis < 0 { axis + rank as i64 } else { axis };
    match usize::try_from(from_front) {
        Ok(found) if found < rank => Ok(found),
        _ => Err(LayoutError::AxisOutOfBounds { axis, rank, argument }),
    }
}

/// A set of axes; there are at most 64 (L1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::layout) struct AxisSet(u64);

impl AxisSet {
    /// Axes below 64.
    pub(in crate::layout) fn of(axes: &[usize]) -> AxisSet {
        let mut set = AxisSet::default();
        for &axis in axes {
            set.insert(axis);
        }
        set
    }

    #[inline]
    pub(in crate::layout) fn contains(self, axis: usize) -> bool {
        axis < MAX_RANK && self.0 >> axis & 1 == 1
    }

    pub(in crate::layout) fn remove(&mut self, axis: usize) {
        if axis < MAX_RANK {
            self.0 &= !(1 << axis);
        }
    }

    /// Adds an axis below 64 and says whether it is new.
    #[inline]
    pub(in crate::layout) fn insert(&mut self, axis: usize) -> bool {
        let new = axis < MAX_RANK && !self.contains(axis);
        if new {
            self.0 |= 1 << axis;
        }
        new
    }
}

/// Several axes counted from the front, none named twice.
#[inline]
pub(in crate::layout) fn normalize_axes(
    argument: Option<&'static str>,
    axes: &[i64],
    rank: usize,
) -> Result<AxisSet, LayoutError> {
    let mut found = AxisSet::default();
    for &axis in axes {
        let axis = normalize_axis_of(argument, axis, rank)?;
        if !found.insert(axis) {
            return Err(LayoutError::RepeatedAxis { axis, argument });
        }
    }
    Ok(found)
}

/// Where an axis comes from when two are exchanged.
#[inline]
pub(in crate::layout) fn exchange(one: usize, other: usize) -> impl Fn(usize) -> usize {
    move |axis| match axis {
        _ if axis == one => other,
        _ if axis == other => one,
        _ => axis,
    }
}

/// L1 for a rank about to be made.
#[inline]
pub(in crate::layout) fn check_rank(rank: usize) -> Result<(), LayoutError> {
    if rank > MAX_RANK {
        return Err(LayoutError::RankTooLarge { wanted: MAX_RANK, got: rank });
    }
    Ok(())
}

impl Layout {
    /// Two axes exchanged, as `numpy.swapaxes`.
    ///
    /// Law: `swapped.offset_of(i) == offset_of(i with its two indices exchanged)`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[2, 3, 4], 8).unwrap();
    /// let swapped = a.swap_axes(0, -1).unwrap();
    /// assert_eq!(swapped.to_string(), "(4,3,2):(8,32,96)+0");
    /// assert_eq!(swapped.offset_of(&[3, 2, 1]), a.offset_of(&[1, 2, 3]));
    /// ```
    ///
    /// # Errors
    /// [`LayoutError::AxisOutOfBounds`].
    pub fn swap_axes(&self, axis1: i64, axis2: i64) -> Result<Layout, LayoutError> {
        let one = normalize_axis_of(Some("axis1"), axis1, self.rank())?;
        let other = normalize_axis_of(Some("axis2"), axis2, self.rank())?;
        Ok(self.reordered(self.rank(), exchange(one, other)))
    }

    /// The source axes moved to the destinations, the others in the order they had, as
    /// `numpy.moveaxis`.
    ///
    /// Law: axis `destination[k]` of the result is axis `source[k]` of this layout, and the
    /// axes not named keep their order.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[2, 3, 4], 8).unwrap();
    /// let moved = a.move_axis(&[0], &[-1]).unwrap();
    /// assert_eq!(moved.to_string(), "(3,4,2):(32,8,96)+0");
    /// assert_eq!(moved.offset_of(&[2, 3, 1]), a.offset_of(&[1, 2, 3]));
    /// ```
    ///
    /// # Errors
    /// An axis out of bounds or named twice, or lists of different lengths.
    pub fn move_axis(&self, source: &[i64], destination: &[i64]) -> Result<Layout, LayoutError> {
        let rank = self.rank();
        let moving = normalize_axes(Some("source"), source, rank)?;
        normalize_axes(Some("destination"), destination, rank)?;
        if source.len() != destination.len() {
            let (source, destination) = (source.len(), destination.len());
            return Err(LayoutError::MoveAxisLengths { source, destination });
        }
        let mut axes = PerAxis::filled(None, rank);
        for (&from, &to) in source.iter().zip(destination) {
            axes[normalize_axis(to, rank)?] = Some(normalize_axis(from, rank)?);
        }
        let mut staying = (0..rank).filter(|&axis| !moving.contains(axis));
        for place in axes.iter_mut() {
            *place = place.or_else(|| staying.next());
        }
        Ok(self.reordered(rank, |axis| axes[axis].unwrap_or(axis)))
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
    fn swap_axes_as_numpy() {
        check(|a| a.swap_axes(1, 1), "(2,3,4):(96,32,8)+0");
        check(|a| a.swap_axes(-1, 0), "(4,3,2):(8,32,96)+0");
        check(|a| a.swap_axes(0, 3), "axis2: axis 3 is out of bounds for array of dimension 3");
        check(
            |a| a.swap_axes(i64::MIN, 0),
            "axis1: axis -9223372036854775808 is out of bounds for array of dimension 3",
        );
    }

    #[test]
    fn move_axis_as_numpy() {
        check(|a| a.move_axis(&[0], &[-1]), "(3,4,2):(32,8,96)+0");
        check(|a| a.move_axis(&[0, 1], &[2, 0]), "(3,4,2):(32,8,96)+0");
        check(|a| a.move_axis(&[2, 0], &[0, 1]), "(4,2,3):(8,96,32)+0");
        check(|a| a.move_axis(&[], &[]), "(2,3,4):(96,32,8)+0");
        check(|a| a.move_axis(&[1, -2], &[0, 1]), "repeated axis in `source` argument: 1");
        check(|a| a.move_axis(&[0, 1], &[0, 0]), "repeated axis in `destination` argument: 0");
        check(
            |a| a.move_axis(&[0, 1], &[0]),
            "`source` and `destination` arguments must have the same number of elements: got 2 \
             and 1",
        );
        check(
            |a| a.move_axis(&[0], &[3]),
            "destination: axis 3 is out of bounds for array of dimension 3",
        );
    }

    #[test]
    fn permute_names_each_axis_once() {
        check(|a| a.permute(&[2, 0, 1]), "(4,2,3):(8,96,32)+0");
        for bad in [&[0, 1][..], &[0, 1, 1], &[0, 1, 3], &[0, 1, 2, 0], &[0, 1, usize::MAX]] {
            let text = format!("axes don't match array: {bad:?} is not a permutation of 0..3");
            check(|a| a.permute(bad), &text);
        }
    }
}
