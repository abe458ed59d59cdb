//! Why BLAS cannot take an operand as it lies, and the way out, as data.
//!
//! `(2,3):(-24,8)+24` of 8-byte items runs backwards along axis 0: found -24, needed 24 or more,
//! 48 bytes to copy. Flipped along that axis it goes in place.

use std::fmt;

use crate::layout::{Layout, PerAxis};

/// What kind of obstacle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObstacleCode {
    /// No axis of the matrix moves by exactly one item.
    NotPacked,
    /// An axis of a matrix runs backwards.
    RunsBackwards,
    /// A stride that is not a multiple of the itemsize.
    PartsOfItems,
    /// The next line begins before the one before it ends.
    LinesOverlap,
    /// A stride of 0.
    Repeats,
    /// Elements that do not lie on multiples of the dtype's alignment.
    Misaligned,
}

impl ObstacleCode {
    /// A stable word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            ObstacleCode::NotPacked => "not-packed",
            ObstacleCode::RunsBackwards => "runs-backwards",
            ObstacleCode::PartsOfItems => "parts-of-items",
            ObstacleCode::LinesOverlap => "lines-overlap",
            ObstacleCode::Repeats => "repeats",
            ObstacleCode::Misaligned => "misaligned",
        }
    }
}

/// Why an operand has to be copied for BLAS.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Obstacle {
    /// the kind of obstacle
    pub code: ObstacleCode,
    /// the axis whose stride does not serve; `None` where it is the offset
    pub axis: Option<usize>,
    /// the stride of that axis, or the offset
    pub found: i64,
    /// what it has to be
    pub need: Need,
    /// how many bytes the copy takes
    pub copy_bytes: i64,
    /// the cheapest way out
    pub fix: Fix,
}

/// The bytes that a stride or an offset has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// as many
    Exactly(i64),
    /// as many or more, in whole items
    AtLeast(i64),
    /// a multiple
    MultipleOf(i64),
}

impl Need {
    /// The number in it.
    pub fn bytes(self) -> i64 {
        match self {
            Need::Exactly(bytes) | Need::AtLeast(bytes) | Need::MultipleOf(bytes) => bytes,
        }
    }
}

/// A way to get the product without copying on every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fix {
    /// `np.flip` goes in place; flip the result, or the other operand, likewise.
    Flip {
        /// an axis that runs backwards
        axis: usize,
        /// the other one, where both do
        and: Option<usize>,
    },
    /// `np.ascontiguousarray`, once.
    Copy,
}

/// A stride or an offset that does not serve.
pub(super) struct Flaw {
    pub(super) code: ObstacleCode,
    pub(super) axis: Option<usize>,
    pub(super) found: i64,
    pub(super) need: Need,
}

impl Flaw {
    /// The obstacle, which a copy removes.
    pub(super) fn copied(self, layout: &Layout) -> Obstacle {
        self.obstacle(layout, Fix::Copy)
    }

    /// The obstacle in a matrix, which flipping the axes that run backwards may remove.
    pub(super) fn flipped_or_copied(self, layout: &Layout) -> Obstacle {
        let (rank, shape, strides) = (layout.rank(), layout.shape(), layout.strides());
        let mut backwards =
            (rank.saturating_sub(2)..rank).filter(|&axis| shape[axis] > 1 && strides[axis] < 0);
        let Some(axis) = backwards.next() else { return self.copied(layout) };
        let and = backwards.next();
        // Invariant L1: at most 64 axes.
        let axes: PerAxis<i64> =
            [Some(axis), and].into_iter().flatten().map(|it| it as i64).collect();
        match layout.flip(&axes) {
            Ok(flipped) if flipped.blas_matrix().is_ok() => {
                self.obstacle(layout, Fix::Flip { axis, and })
            }
            _ => self.copied(layout),
        }
    }

    fn obstacle(self, layout: &Layout, fix: Fix) -> Obstacle {
        let Flaw { code, axis, found, need } = self;
        Obstacle { code, axis, found, need, copy_bytes: layout.nbytes(), fix }
    }
}

impl Obstacle {
    /// The way out in NumPy's words, as one sentence that can stand behind `help:`.
    pub fn help(&self) -> String {
        let (axes, those) = match self.fix {
            Fix::Copy => {
                let bytes = self.copy_bytes;
                return format!("np.ascontiguousarray copies once ({bytes} bytes): keep that copy");
            }
            Fix::Flip { axis, and: None } => (axis.to_string(), "that axis"),
            Fix::Flip { axis, and: Some(and) } => (format!("({axis}, {and})"), "those axes"),
        };
        format!(
            "np.flip(.., {axes}) goes without a copy; then flip {those} of the result, or of the \
             other operand where it is summed over"
        )
    }
}

/// What is in the way, with the numbers that show it.
impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Obstacle { code, found, need, .. } = self;
        let Some(axis) = self.axis else {
            return write!(f, "the first element lies on byte {found}, it needs {need}");
        };
        match code {
            ObstacleCode::NotPacked => f.write_str("neither axis moves by one item"),
            ObstacleCode::RunsBackwards => write!(f, "axis {axis} runs backwards"),
            ObstacleCode::PartsOfItems => write!(f, "axis {axis} moves by parts of items"),
            ObstacleCode::LinesOverlap => write!(f, "lines overlap along axis {axis}"),
            ObstacleCode::Repeats => write!(f, "axis {axis} repeats itself"),
            ObstacleCode::Misaligned => write!(f, "axis {axis} is misaligned"),
        }?;
        write!(f, ": stride[{axis}] is {found}, it needs {need}")
    }
}

/// `8`, `24 or more`, `a multiple of 8`
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Need::Exactly(bytes) => write!(f, "{bytes}"),
            Need::AtLeast(bytes) => write!(f, "{bytes} or more"),
            Need::MultipleOf(bytes) => write!(f, "a multiple of {bytes}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_out() {
        let check = |strides: &[i64], want: &str| {
            let a = Layout::new(&[2, 3], strides, 0, 8).unwrap();
            assert_eq!(a.blas_matrix().unwrap_err().help(), want);
        };
        let copy = "np.ascontiguousarray copies once (48 bytes): keep that copy";
        check(&[48, 16], copy);
        check(&[-48, -16], copy);
        check(
            &[-24, 8],
            "np.flip(.., 0) goes without a copy; then flip that axis of the result, or of the \
             other operand where it is summed over",
        );
        check(
            &[-8, -16],
            "np.flip(.., (0, 1)) goes without a copy; then flip those axes of the result, or of \
             the other operand where it is summed over",
        );
    }
}
