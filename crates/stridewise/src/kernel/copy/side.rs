//! Sides: the two directions of a block, each of one or several axes.
//!
//! A side runs on without a gap in its *near* operand (rows in the destination, columns in the
//! source), so one number places a position there; in the *far* operand a table does.
//! Axes of extent 2 and near strides 8, 16, 32 make one side of 8 positions, 8 bytes apart.

use super::movers::Offsets;
use crate::layout::PerAxis;

/// One axis, seen from a side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) extent: usize,
    pub(super) near: isize,
    pub(super) far: isize,
}

/// The axes that a side has taken in, innermost first.
#[derive(Clone, Debug)]
pub(super) struct Runs {
    axes: PerAxis<Run>,
    pub(super) total: usize,
    pub(super) near: isize,
}

impl Runs {
    pub(super) fn new(first: Run) -> Runs {
        Runs { axes: PerAxis::from(&[first][..]), total: first.extent, near: first.near }
    }

    /// Whether an axis continues where this side ends.
    pub(super) fn runs_on(&self, next: Run) -> bool {
        self.near.checked_mul(self.total as isize) == Some(next.near)
    }

    pub(super) fn take(&mut self, next: Run) {
        self.axes.push(next);
        self.total *= next.extent;
    }

    /// Whether the positions are `distance` bytes apart in the far operand too.
    pub(super) fn far_apart(&self, mut distance: isize) -> bool {
        self.axes.iter().all(|axis| {
            let as_wanted = axis.far == distance;
            distance = distance.wrapping_mul(axis.extent as isize);
            as_wanted
        })
    }

    /// Positions that blocks never part: all but the outermost axis.
    pub(super) fn inner(&self) -> usize {
        self.total / self.axes[self.axes.len() - 1].extent
    }

    /// Whether a step of each axis in the far operand is as asked.
    pub(super) fn all_far(&self, asked: impl Fn(isize) -> bool) -> bool {
        self.axes.iter().all(|axis| asked(axis.far))
    }

    /// In blocks of about `wanted` positions; `spare` entries follow the table of one block, as
    /// far as there are positions.
    pub(super) fn cut(&self, wanted: usize, spare: usize) -> Side {
        let last = self.axes[self.axes.len() - 1];
        let inner = self.inner();
        let steps = (wanted / inner).clamp(1, last.extent);
        let block = inner * steps;
        let far_block = last.far.wrapping_mul(steps as isize);
        let far = self.table(self.total.min(block + spare));
        let axes = self.axes.clone();
        Side { axes, total: self.total, block, near: self.near, far, far_block }
    }

    /// The first `length` offsets in the far operand.
    fn table(&self, length: usize) -> Vec<isize> {
        // Multiples, not sums: each number of a sum would wait for the one before. V4: all of them
        // are bytes that are reached.
        let mut far = Vec::with_capacity(length);
        far.push(0);
        for axis in &self.axes {
            let inner = far.len();
            let whole = inner.saturating_mul(axis.extent).min(length);
            if inner == 1 {
                far.extend((1..whole as isize).map(|step| axis.far * step));
            }
            while far.len() < whole {
                let (start, more) = (far.len(), inner.min(whole - far.len()));
                let steps = axis.far * (start / inner) as isize;
                far.extend_from_within(..more);
                far[start..].iter_mut().for_each(|offset| *offset += steps);
            }
        }
        far
    }
}

/// One side of the blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Side {
    /// The axes, innermost first.
    pub(super) axes: PerAxis<Run>,
    /// How many positions in all.
    pub(super) total: usize,
    /// How many make a block; the last block is shorter, or takes in a rest too short for itself.
    pub(super) block: usize,
    /// Bytes from one position to the next in the near operand.
    pub(super) near: isize,
    /// Offsets in the far operand: those of a block, and spare ones of the next.
    pub(super) far: Vec<isize>,
    /// Bytes from one block to the next in the far operand.
    pub(super) far_block: isize,
}

impl Side {
    /// Bytes that run alike in both operands, and so need no table.
    pub(super) fn of_bytes(total: usize, block: usize) -> Side {
        let axes = PerAxis::from(&[Run { extent: total, near: 1, far: 1 }][..]);
        Side { axes, total, block, near: 1, far: Vec::new(), far_block: block as isize }
    }

    /// Where the first `count` positions of a block lie in the far operand.
    pub(super) fn offsets(&self, count: usize) -> Offsets<'_> {
        let step = (self.axes.len() == 1).then(|| self.axes[0].far);
        Offsets { table: &self.far[..count], step }
    }

    /// How many blocks there are when rests below `least` join the block before them.
    pub(super) fn blocks(&self, least: usize) -> usize {
        let whole = self.total / self.block;
        let rest = self.total % self.block;
        if rest == 0 || (rest < least && whole > 0) { whole } else { whole + 1 }
    }

    /// How many positions the block has, of `blocks`.
    pub(super) fn length(&self, block: usize, blocks: usize) -> usize {
        if block + 1 == blocks { self.total - block * self.block } else { self.block }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_follow_the_axes() {
        let mut runs = Runs::new(Run { extent: 2, near: 8, far: 100 });
        let next = Run { extent: 5, near: 16, far: -7 };
        assert!(runs.runs_on(next) && !runs.runs_on(Run { near: 24, ..next }));
        runs.take(next);
        let side = runs.cut(5, 3);
        assert_eq!(side.far, [0, 100, -7, 93, -14, 86, -21]);
        assert_eq!((side.total, side.block, side.far_block), (10, 4, -14));
        assert_eq!((side.blocks(0), side.blocks(3)), (3, 2));
        assert_eq!((side.length(1, 2), side.length(2, 3)), (6, 2));
        assert!(!runs.far_apart(100));
        assert!(Runs::new(Run { extent: 9, near: 1, far: 3 }).far_apart(3));
    }
}
