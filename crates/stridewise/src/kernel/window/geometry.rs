//! Geometry: where windows begin, on checked numbers.
//!
//! Along one axis of extent `n`, window `i` begins at element `i - left` and takes every
//! `dilation`-th element; every `step`-th window is wanted. In `(6):(8)+0`, trailing windows of
//! 3 have `left = 2`: window 0 begins two elements before the axis.
//!
//! Invariants:
//! - **W1** size, step and dilation are at least 1, and `(size - 1) * dilation + 1`, `left` and
//!   all sums with `first_index` fit in i64 with room to spare
//! - **W2** windows that are computed contain no element beside the axis unless `beside` makes
//!   it up

use super::error::WindowError;
use super::options::{Missing, Mode, Windows};
use super::source::Beside;
use crate::layout::{Layout, LayoutError, PerAxis, normalize_axis};

/// Windows along one axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Geometry {
    pub(super) axis: usize,
    pub(super) size: usize,
    pub(super) step: i64,
    pub(super) dilation: i64,
    pub(super) left: i64,
    /// Windows before steps are taken.
    pub(super) windows: i64,
    /// The first window that is computed; those before it are filled.
    pub(super) computed: i64,
    pub(super) beside: Beside,
    /// The index of the first element in the lane as a whole.
    pub(super) first_index: i64,
}

/// The greatest size, step, dilation and index: sums of a few of them fit (W1).
const MOST: i64 = 1 << 60;

/// How far windows may always reach over elements that a mode makes up.
const MOST_BESIDE: i64 = 1 << 16;

/// The `at`-th value of an option, or a default for all axes.
fn value(option: &PerAxis<i64>, at: usize, default: i64) -> i64 {
    option.get(at).copied().unwrap_or(default)
}

impl Geometry {
    /// The windows along the `at`-th windowed axis.
    pub(super) fn new(
        windows: &Windows,
        at: usize,
        layout: &Layout,
    ) -> Result<Geometry, WindowError> {
        let axis = normalize_axis(windows.axes[at], layout.rank())?;
        let extent = layout.shape()[axis];
        let size = windows.size[at];
        let (step, dilation) = (value(&windows.step, at, 1), value(&windows.dilation, at, 1));
        if size < 1 {
            return Err(WindowError::Size { axis, got: size });
        }
        for (argument, got) in [("step", step), ("dilation", dilation)] {
            if got < 1 {
                return Err(LayoutError::WindowNumber { axis, wanted: 1, got, argument }.into());
            }
        }
        let reach = i128::from(size - 1) * i128::from(dilation) + 1;
        let whole = matches!(windows.mode, Mode::Valid | Mode::Trailing { .. });
        let limit = if whole { extent } else { extent.saturating_mul(2).max(MOST_BESIDE) };
        if reach > i128::from(limit) {
            return Err(LayoutError::WindowTooLong { axis, extent, got: reach }.into());
        }
        let reach = i64::try_from(reach).unwrap_or(i64::MAX);
        let dilation = if size == 1 { 1 } else { dilation };
        let first_index = value(&windows.first_index, at, 0).clamp(-MOST, MOST);
        let step = step.min(MOST);
        let origin = value(&windows.origin, at, 0);
        if !whole && !(0..size).contains(&(size / 2).saturating_add(origin)) {
            return Err(WindowError::Origin { size, got: origin });
        }
        let (left, count, computed, beside) = match windows.mode {
            Mode::Valid => (0, extent - reach + 1, 0, Beside::Nothing),
            Mode::Trailing { .. } => match windows.missing {
                Missing::Propagate => (reach - 1, extent, reach - 1, Beside::Nothing),
                Missing::Skip { .. } => (reach - 1, extent, 0, Beside::Missing),
            },
            mode => {
                let beside = match mode {
                    Mode::Reflect => Beside::Reflect,
                    Mode::Mirror => Beside::Mirror,
                    Mode::Nearest => Beside::Nearest,
                    Mode::Wrap => Beside::Wrap,
                    Mode::Constant { value }
                        if value.is_nan() && windows.missing != Missing::Propagate =>
                    {
                        Beside::Missing
                    }
                    _ => Beside::Constant,
                };
                ((size / 2 + origin) * dilation, extent, 0, beside)
            }
        };
        let size = usize::try_from(size).map_err(|_| WindowError::Size { axis, got: size })?;
        Ok(Geometry {
            axis,
            size,
            step,
            dilation,
            left,
            windows: count,
            computed,
            beside,
            first_index,
        })
    }

    /// How many windows are wanted.
    pub(super) fn outputs(&self) -> i64 {
        (self.windows + self.step - 1) / self.step
    }

    /// The shape of the results.
    pub(super) fn shape(&self, layout: &Layout) -> PerAxis<i64> {
        let mut shape = PerAxis::from(layout.shape());
        shape[self.axis] = self.outputs();
        shape
    }

    /// How many lanes of their own the dilation makes: residues of neighbouring windows.
    pub(super) fn residues(&self) -> i64 {
        self.dilation.min(self.windows - self.computed).max(0)
    }

    /// The residue of the `at`-th of them.
    pub(super) fn residue(&self, at: i64) -> i64 {
        (self.computed + at - self.left + self.first_index).rem_euclid(self.dilation)
    }

    /// The windows of one residue modulo the dilation, as indices `t` on its lane: element `t`
    /// is element `t * dilation + shift` of the axis. None are wanted of some residues.
    pub(super) fn starts(&self, residue: i64) -> (std::ops::Range<i64>, i64) {
        let shift = residue - self.first_index;
        // Window i begins at i - left = t * dilation + shift.
        let index = |window: i64| {
            let past = window - self.left - shift;
            past.div_euclid(self.dilation) + i64::from(past.rem_euclid(self.dilation) > 0)
        };
        let both = common_divisor(self.step, self.dilation);
        let wanted = (residue + self.left - self.first_index).rem_euclid(both) == 0;
        let (low, high) = (index(self.computed), index(self.windows));
        (if wanted { low..high.max(low) } else { low..low }, shift)
    }
}

fn common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
