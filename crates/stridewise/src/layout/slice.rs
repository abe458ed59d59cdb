//! Slice: what `a[1, ::-2, None, ...]` is. Always a view.
//!
//! `(4,6):(48,8)+0` sliced by `[1:, ::-2]` is `(3,3):(48,-16)+88`: row 1 starts at byte 48,
//! its last item at byte 88, and two items back are -16 bytes.

use super::axis::check_rank;
use super::{Layout, LayoutError, PerAxis};

/// One part of an index, between the commas of `a[..]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pick {
    /// `3` or `-1`: one index; the axis goes away.
    At(i64),
    /// `start:stop:step` with Python's meaning, each part optional.
    Slice {
        /// the first index, or where to start from the back
        start: Option<i64>,
        /// the first index not taken
        stop: Option<i64>,
        /// the distance between two indices, not 0
        step: Option<i64>,
    },
    /// `None` or `np.newaxis`: a new axis of extent 1 and stride 0.
    NewAxis,
    /// `...`: as many `:` as are missing.
    Ellipsis,
}

impl Pick {
    /// `:`, the whole axis.
    pub const ALL: Pick = Pick::Slice { start: None, stop: None, step: None };
}

/// Indices `first`, `first + step`, .. of which there are `count`, all inside the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::layout) struct Run {
    pub(in crate::layout) first: i64,
    pub(in crate::layout) step: i64,
    pub(in crate::layout) count: i64,
}

impl Run {
    /// Python's rule: what a slice takes of an axis, everything out of range clamped.
    ///
    /// A slice that takes nothing is `(0, 1, 0)`: NumPy keeps the offset and the stride then.
    #[inline]
    fn of_slice(
        start: Option<i64>,
        stop: Option<i64>,
        step: Option<i64>,
        axis: usize,
        extent: i64,
    ) -> Result<Run, LayoutError> {
        if (start, stop, step) == (None, None, None) {
            return Ok(Run { first: 0, step: 1, count: extent });
        }
        let step = match step {
            None => 1,
            Some(0) => return Err(LayoutError::ZeroStep { axis }),
            Some(step) => step.max(-i64::MAX), // so that it can be negated, as CPython does
        };
        // Going down, the place before index 0 is -1.
        let (lowest, highest) = if step < 0 { (-1, extent - 1) } else { (0, extent) };
        let clamp = |index: i64| {
            let from_front = if index < 0 { index + extent } else { index };
            from_front.clamp(lowest, highest)
        };
        let (first, end) = if step < 0 {
            (start.map_or(highest, clamp), stop.map_or(lowest, clamp))
        } else {
            (start.map_or(lowest, clamp), stop.map_or(highest, clamp))
        };
        let (distance, pace) = if step < 0 { (first - end, -step) } else { (end - first, step) };
        if distance <= 0 {
            return Ok(Run { first: 0, step: 1, count: 0 });
        }
        Ok(Run { first, step, count: (distance - 1) / pace + 1 })
    }
}

/// `offset + stride * steps`, where no invariant bounds it: a layout without elements.
#[inline]
pub(in crate::layout) fn moved(offset: i64, stride: i64, steps: i64) -> Result<i64, LayoutError> {
    let reached = stride.checked_mul(steps).and_then(|distance| offset.checked_add(distance));
    let Some(reached) = reached else {
        return Err(LayoutError::OffsetOverflow { offset, stride, steps });
    };
    Ok(reached)
}

/// `stride * step`, which overflows only where no two elements are that far apart.
#[inline]
pub(in crate::layout) fn stepped(axis: usize, stride: i64, step: i64) -> Result<i64, LayoutError> {
    let Some(product) = stride.checked_mul(step) else {
        return Err(LayoutError::StrideOverflow { axis, stride, step });
    };
    Ok(product)
}

impl Layout {
    /// Basic indexing: integers, slices, new axes and an ellipsis, as Python and NumPy do it.
    ///
    /// Axes that are not mentioned are taken whole. Law, for an axis of which a slice takes
    /// `first`, `first + step`, ..: `sliced.offset_of(i) == offset_of(first + step * i)`.
    ///
    /// ```
    /// # use stridewise::layout::{Layout, Pick};
    /// let a = Layout::c_order(&[4, 6], 8).unwrap();
    /// let tail = Pick::Slice { start: Some(1), stop: None, step: None };
    /// let back = Pick::Slice { start: None, stop: None, step: Some(-2) };
    /// let sliced = a.slice(&[tail, back]).unwrap();
    /// assert_eq!(sliced.to_string(), "(3,3):(48,-16)+88");
    /// assert_eq!(sliced.offset_of(&[0, 2]), a.offset_of(&[1 + 0, 5 - 2 * 2]));
    /// assert_eq!(a.slice(&[Pick::At(-1)]).unwrap().to_string(), "(6):(8)+144");
    /// ```
    ///
    /// # Errors
    /// An index out of bounds, too many indices, two ellipses, a step of 0, a rank above 64,
    /// or a new stride that does not fit in 64 bits.
    pub fn slice(&self, picks: &[Pick]) -> Result<Layout, LayoutError> {
        let (mut unpicked, rank) = self.count_picks(picks)?;
        let (mut shape, mut strides) = (PerAxis::filled(1, rank), PerAxis::filled(0, rank));
        let (new_shape, new_strides) = (&mut shape[..], &mut strides[..]);
        let (old_shape, old_strides) = (self.shape(), self.strides());
        let mut offset = self.offset();
        let (mut axis, mut new_axis) = (0, 0);
        // Axes that are not mentioned stand where the ellipsis is, or behind all others.
        for pick in picks.iter().chain(&[Pick::Ellipsis]) {
            match *pick {
                Pick::NewAxis => new_axis += 1,
                Pick::Ellipsis => {
                    for _ in 0..std::mem::take(&mut unpicked) {
                        new_shape[new_axis] = old_shape[axis];
                        new_strides[new_axis] = old_strides[axis];
                        axis += 1;
                        new_axis += 1;
                    }
                }
                Pick::At(index) => {
                    offset =
                        moved(offset, old_strides[axis], self.counted_from_start(axis, index)?)?;
                    axis += 1;
                }
                Pick::Slice { start, stop, step } => {
                    let run = Run::of_slice(start, stop, step, axis, old_shape[axis])?;
                    let stride = old_strides[axis];
                    offset = moved(offset, stride, run.first)?;
                    new_shape[new_axis] = run.count;
                    new_strides[new_axis] = stepped(axis, stride, run.step)?;
                    axis += 1;
                    new_axis += 1;
                }
            }
        }
        Ok(Layout::from_proved(shape, strides, offset, self.itemsize()))
    }

    /// How many axes are not picked, and the rank of the result.
    fn count_picks(&self, picks: &[Pick]) -> Result<(usize, usize), LayoutError> {
        let (mut integers, mut slices, mut added, mut ellipses) = (0, 0, 0, 0);
        for pick in picks {
            match pick {
                Pick::At(_) => integers += 1,
                Pick::Slice { .. } => slices += 1,
                Pick::NewAxis => added += 1,
                Pick::Ellipsis => ellipses += 1,
            }
        }
        if ellipses > 1 {
            return Err(LayoutError::TwoEllipses);
        }
        let picked = integers + slices;
        let Some(unpicked) = self.rank().checked_sub(picked) else {
            return Err(LayoutError::TooManyIndices { wanted: self.rank(), got: picked });
        };
        let rank = unpicked + slices + added;
        check_rank(rank)?;
        Ok((unpicked, rank))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::said;

    const fn part(start: Option<i64>, stop: Option<i64>, step: Option<i64>) -> Pick {
        Pick::Slice { start, stop, step }
    }

    fn check(shape: &[i64], strides: &[i64], picks: &[Pick], want: &str) {
        let a = Layout::new(shape, strides, 0, 8).unwrap();
        assert_eq!(said(a.slice(picks)), want, "{a} at {picks:?}");
    }

    #[test]
    fn slices_as_numpy() {
        use Pick::{At, Ellipsis, NewAxis};
        const ALL: Pick = Pick::ALL;
        let check = |picks: &[Pick], want| check(&[4, 6], &[48, 8], picks, want);
        check(&[], "(4,6):(48,8)+0");
        check(&[At(1)], "(6):(8)+48");
        check(&[At(-1), At(-1), Ellipsis], "():()+184");
        check(&[part(Some(1), None, None), part(None, None, Some(-2))], "(3,3):(48,-16)+88");
        check(&[part(Some(3), Some(0), Some(-1))], "(3,6):(-48,8)+144");
        check(&[part(Some(-4), Some(-1), Some(2))], "(2,6):(96,8)+0");
        check(&[part(None, Some(99), None), part(Some(-99), None, None)], "(4,6):(48,8)+0");
        check(&[NewAxis, ALL, NewAxis], "(1,4,1,6):(0,48,0,8)+0");
        check(&[Ellipsis, NewAxis], "(4,6,1):(48,8,0)+0");
        check(&[At(0), Ellipsis, part(Some(1), Some(2), None)], "(1):(8)+8");
        // A single element keeps the stride of the step; nothing keeps offset and stride.
        check(
            &[part(None, None, Some(-100)), part(None, None, Some(100))],
            "(1,1):(-4800,800)+144",
        );
        check(&[part(Some(99), None, Some(7))], "(0,6):(48,8)+0");
        check(&[part(Some(2), Some(1), None)], "(0,6):(48,8)+0");
        check(
            &[part(None, Some(i64::MIN), Some(i64::MIN))],
            "stride 48 of axis 0 times -9223372036854775807 does not fit in 64-bit integers",
        );
    }

    #[test]
    fn slices_that_numpy_refuses() {
        use Pick::{At, Ellipsis, NewAxis};
        const ALL: Pick = Pick::ALL;
        let check = |picks: &[Pick], want| check(&[4, 6], &[48, 8], picks, want);
        check(&[ALL, At(6)], "index 6 is out of bounds for axis 1 with size 6");
        check(&[At(-5)], "index -5 is out of bounds for axis 0 with size 4");
        check(
            &[At(i64::MIN)],
            "index -9223372036854775808 is out of bounds for axis 0 with size 4",
        );
        check(
            &[At(0), NewAxis, At(0), At(0)],
            "too many indices for array: array is 2-dimensional, but 3 were indexed",
        );
        check(&[Ellipsis, Ellipsis], "an index can only have a single ellipsis ('...')");
        check(&[ALL, part(None, None, Some(0))], "slice step cannot be zero (axis 1)");
        check(&[NewAxis; 63], "maximum supported dimension for an ndarray is 64, found 65");
    }

    #[test]
    fn strides_that_leave_64_bits_are_named() {
        // NumPy 2.4 crashes on this one.
        let far = &[part(None, None, Some(3))];
        let want = "stride 4611686018427387904 of axis 0 times 3 does not fit in 64-bit integers";
        check(&[1], &[1 << 62], far, want);
        check(&[0], &[1 << 62], far, "(0):(4611686018427387904)+0");
        let want = "offset 0 + 3 x stride 4611686018427387904 does not fit in 64-bit integers";
        check(&[4, 0], &[1 << 62, 8], &[Pick::At(3)], want);
    }
}
