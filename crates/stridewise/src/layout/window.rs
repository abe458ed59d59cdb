//! Window: all positions of a sliding window, as new last axes. Always a view.
//!
//! `(6):(8)+0` in windows of 3 is `(4,3):(8,8)+0`: four positions, three elements each, and
//! neighbouring windows share elements. Step thins out the positions, dilation spreads the
//! elements of one window: with step 2 it is `(2,3):(16,8)+0`, with dilation 2 `(2,3):(8,16)+0`.

use super::axis::{check_rank, normalize_axis};
use super::layout_type::check_extents;
use super::slice::stepped;
use super::{Layout, LayoutError, PerAxis};

/// Which windows: a size, an axis, a step and a dilation for each windowed axis.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// How many elements a window has, per windowed axis. A window of 0 is legal.
    pub size: PerAxis<i64>,
    /// The windowed axes; `None` for all of them. The same axis may come twice: windows of
    /// windows.
    pub axes: Option<PerAxis<i64>>,
    /// From one window to the next, in elements: 1 or more. Empty: 1 everywhere.
    pub step: PerAxis<i64>,
    /// From one element of a window to the next, in elements: 1 or more. Empty: 1 everywhere.
    pub dilation: PerAxis<i64>,
}

impl Window {
    /// Windows over all axes, as `sliding_window_view(a, size)`.
    pub fn over_all(size: &[i64]) -> Window {
        Window { size: size.into(), axes: None, step: PerAxis::new(), dilation: PerAxis::new() }
    }

    /// Windows over some axes, as `sliding_window_view(a, size, axes)`.
    pub fn over(size: &[i64], axes: &[i64]) -> Window {
        Window { axes: Some(axes.into()), ..Window::over_all(size) }
    }
}

impl Layout {
    /// Sliding windows: the windowed axes count positions, and for each a new last axis counts
    /// the elements of one window, as `numpy.lib.stride_tricks.sliding_window_view`.
    ///
    /// Law, for one axis: `windows.offset_of(p, j) == offset_of(p * step + j * dilation)`.
    ///
    /// ```
    /// # use stridewise::layout::{Layout, Window};
    /// let a = Layout::c_order(&[6], 8).unwrap();
    /// assert_eq!(a.window(&Window::over(&[3], &[0])).unwrap().to_string(), "(4,3):(8,8)+0");
    /// let every_other = Window { step: [2][..].into(), ..Window::over_all(&[3]) };
    /// let windows = a.window(&every_other).unwrap();
    /// assert_eq!(windows.to_string(), "(2,3):(16,8)+0");
    /// assert_eq!(windows.offset_of(&[1, 2]), a.offset_of(&[1 * 2 + 2]));
    /// ```
    ///
    /// # Errors
    /// A window longer than its axis, a negative size, a step or dilation below 1, lists of
    /// different lengths, an axis out of bounds, a rank above 64, or more nominal bytes than
    /// 64 bits count.
    pub fn window(&self, window: &Window) -> Result<Layout, LayoutError> {
        let (rank, count) = (self.rank(), window.size.len());
        same_length("size", window.axes.as_ref().map_or(rank, |axes| axes.len()), count)?;
        check_rank(rank + count)?;
        let steps = one_each("step", &window.step, count)?;
        let dilations = one_each("dilation", &window.dilation, count)?;

        let mut shape = PerAxis::filled(0, rank + count);
        let mut strides = PerAxis::filled(0, rank + count);
        let (new_shape, new_strides) = (&mut shape[..], &mut strides[..]);
        new_shape[..rank].copy_from_slice(self.shape());
        new_strides[..rank].copy_from_slice(self.strides());
        new_shape[rank..].copy_from_slice(&window.size);
        for (at, &size) in window.size.iter().enumerate() {
            let axis = match &window.axes {
                None => at,
                Some(axes) => normalize_axis(axes[at], rank)?,
            };
            let (step, dilation) = (steps(at), dilations(at));
            check_numbers(axis, size, step, dilation)?;
            let (extent, stride) = (new_shape[axis], new_strides[axis]);
            let last = last_start(axis, extent, size, dilation)?;
            // A window of none has one position more than there are elements.
            let Some(positions) = (last / step).checked_add(1) else {
                return Err(LayoutError::TooBig { axis, extent, itemsize: self.itemsize() });
            };
            new_shape[axis] = positions;
            new_strides[axis] = stepped(axis, stride, step)?;
            new_strides[rank + at] = stepped(axis, stride, dilation)?;
        }
        check_extents(&shape, self.itemsize())?;
        // L4: the element at (p, j) is element p*step + j*dilation of the axis.
        Ok(Layout::from_proved(shape, strides, self.offset(), self.itemsize()))
    }
}

fn check_numbers(axis: usize, size: i64, step: i64, dilation: i64) -> Result<(), LayoutError> {
    if size >= 0 && step >= 1 && dilation >= 1 {
        return Ok(());
    }
    let (wanted, got, argument) = match (size, step) {
        (..0, _) => (0, size, "size"),
        (_, ..1) => (1, step, "step"),
        _ => (1, dilation, "dilation"),
    };
    Err(LayoutError::WindowNumber { axis, wanted, got, argument })
}

/// Where the last window of an axis may start.
fn last_start(axis: usize, extent: i64, size: i64, dilation: i64) -> Result<i64, LayoutError> {
    if size == 0 {
        return Ok(extent);
    }
    let last = (size - 1).checked_mul(dilation).map(|reach| extent - 1 - reach);
    match last {
        Some(last) if last >= 0 => Ok(last),
        _ => {
            let got = i128::from(size - 1) * i128::from(dilation) + 1;
            Err(LayoutError::WindowTooLong { axis, extent, got })
        }
    }
}

fn same_length(argument: &'static str, wanted: usize, got: usize) -> Result<(), LayoutError> {
    if wanted == got {
        return Ok(());
    }
    Err(LayoutError::WindowLengths { wanted, got, argument })
}

/// The list given, or 1 for each axis where it is empty.
fn one_each(
    argument: &'static str,
    given: &[i64],
    count: usize,
) -> Result<impl Fn(usize) -> i64, LayoutError> {
    if !given.is_empty() {
        same_length(argument, count, given.len())?;
    }
    Ok(|at: usize| given.get(at).copied().unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::said;

    fn check(window: Window, want: &str) {
        let a = Layout::c_order(&[3, 4], 8).unwrap();
        assert_eq!(said(a.window(&window)), want, "{window:?}");
    }

    fn paced(step: &[i64], dilation: &[i64]) -> Window {
        Window { step: step.into(), dilation: dilation.into(), ..Window::over(&[2], &[1]) }
    }

    #[test]
    fn windows_as_numpy() {
        check(Window::over_all(&[2, 3]), "(2,2,2,3):(32,8,32,8)+0");
        check(Window::over(&[2], &[0]), "(2,4,2):(32,8,32)+0");
        check(Window::over(&[2, 2], &[1, -1]), "(3,2,2,2):(32,8,8,8)+0");
        check(Window::over(&[0], &[1]), "(3,5,0):(32,8,8)+0");
        check(Window::over(&[4], &[-1]), "(3,1,4):(32,8,8)+0");
        check(Window::over(&[], &[]), "(3,4):(32,8)+0");
    }

    #[test]
    fn step_thins_out_and_dilation_spreads() {
        check(paced(&[2], &[]), "(3,2,2):(32,16,8)+0");
        check(paced(&[], &[3]), "(3,1,2):(32,8,24)+0");
        check(
            paced(&[i64::MAX], &[2]),
            "stride 8 of axis 1 times 9223372036854775807 does not fit in 64-bit integers",
        );
        // Windows of windows: the second walks over the positions of the first.
        let twice = Window { step: [2, 1][..].into(), ..Window::over(&[2, 2], &[1, 1]) };
        check(twice, "(3,1,2,2):(32,16,8,16)+0");
    }

    #[test]
    fn windows_that_are_refused() {
        let longest = Layout::new(&[i64::MAX], &[0], 0, 1).unwrap();
        assert!(longest.window(&Window::over(&[0], &[0])).is_err());
        check(
            Window::over(&[5], &[1]),
            "window shape cannot be larger than input array shape: on axis 1 the window reaches \
             over 5 elements and there are 4",
        );
        check(
            paced(&[], &[i64::MAX]),
            "window shape cannot be larger than input array shape: on axis 1 the window reaches \
             over 9223372036854775808 elements and there are 4",
        );
        check(Window::over(&[-1], &[1]), "window size must be at least 0, on axis 1 it is -1");
        check(paced(&[0], &[]), "window step must be at least 1, on axis 1 it is 0");
        check(paced(&[], &[0]), "window dilation must be at least 1, on axis 1 it is 0");
        check(Window::over_all(&[2]), "a window over 2 axes needs as many values in size, got 1");
        check(paced(&[1, 1], &[]), "a window over 1 axes needs as many values in step, got 2");
        check(Window::over(&[2], &[2]), "axis 2 is out of bounds for array of dimension 2");
        check(
            Window::over(&[1; 63], &[0; 63]),
            "maximum supported dimension for an ndarray is 64, found 65",
        );
    }
}
