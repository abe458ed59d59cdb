//! Lines: how many cache lines, pages or bytes a layout touches. No cache model, only counting.
//!
//! A *block* is a line, a page, or a single byte: memory cut at multiples of a size. Walking axis 1
//! of `(4,8):(64,8)+0` touches one 64-byte line and uses all of it; walking axis 0 touches four
//! and uses 8 bytes of each.
//!
//! The count is exact. Axes go from the smallest stride to the largest. As long as no block is
//! skipped, the elements form a *solid* run of some length. An axis that steps over everything so
//! far repeats it; a block is then shared only between neighbours, where one repetition ends and
//! the next begins. How many blocks that gives depends on where in a block it starts, so the count
//! is carried as a table over all starts within a block, and one more axis is a sum along a cycle
//! of that table.

use super::axis::normalize_axis;
use super::{Layout, LayoutError};

/// The largest block for which the table is made; for larger ones the count is a bound.
const LARGEST_TABLE: i64 = 1 << 16;

/// More lines are not marked one by one, to find their sets,
const MOST_MARKS: i128 = 1 << 20;
/// nor in a cache of more sets.
const MOST_SETS: i64 = 1 << 24;

/// How many blocks of memory are touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Touched {
    /// Just so many.
    Exactly(i64),
    /// No more than so many: axes interleave, or blocks are too large to tabulate.
    AtMost(i64),
}

impl Touched {
    /// The count or the bound.
    pub fn count(self) -> i64 {
        match self {
            Touched::Exactly(count) | Touched::AtMost(count) => count,
        }
    }
}

/// What one walk along an axis touches, all other indices staying at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Walk {
    /// Which axis.
    pub axis: usize,
    /// Bytes of a block.
    pub block: i64,
    /// How many blocks are touched.
    pub blocks: i64,
    /// How many different bytes are used.
    pub bytes_used: i64,
}

impl Walk {
    /// The share of the touched blocks' bytes that is used, between 0 and 1; 1 where nothing is
    /// touched.
    pub fn utilisation(self) -> f64 {
        share(self.bytes_used, self.blocks, self.block)
    }
}

/// `bytes / (blocks * block)`
pub(in crate::layout) fn share(bytes: i64, blocks: i64, block: i64) -> f64 {
    if blocks == 0 { 1.0 } else { bytes as f64 / (blocks as f64 * block as f64) }
}

/// How a walk along an axis spreads over the sets of a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SetUse {
    /// How many lines the walk touches.
    pub lines: i64,
    /// Over how many sets they spread: exactly, but for a cache with ways above a megabyte,
    /// where it can be more than there are.
    pub sets_used: i64,
    /// How many sets there are.
    pub sets: i64,
}

impl Layout {
    /// The blocks and bytes that one walk along an axis touches, in a buffer that begins at a
    /// multiple of the block.
    ///
    /// Law: `blocks` is the number of different `byte / block` over all bytes of the walk.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::c_order(&[4, 8], 8).unwrap();
    /// let (down, along) = (a.walk(0, 64).unwrap(), a.walk(1, 64).unwrap());
    /// assert_eq!((down.blocks, down.bytes_used, along.blocks, along.bytes_used), (4, 32, 1, 64));
    /// assert_eq!((down.utilisation(), along.utilisation()), (0.125, 1.0));
    /// ```
    ///
    /// # Errors
    /// An axis out of bounds, or a block of less than one byte.
    pub fn walk(&self, axis: i64, block: i64) -> Result<Walk, LayoutError> {
        let axis = normalize_axis(axis, self.rank())?;
        let lane = self.lane(axis);
        let blocks = lane.touched(block)?.count();
        Ok(Walk { axis, block, blocks, bytes_used: lane.touched(1)?.count() })
    }

    /// How many blocks the whole array touches; with a block of 1, how many different bytes.
    ///
    /// Law: as for [`walk`](Layout::walk), over all elements.
    ///
    /// ```
    /// # use stridewise::layout::{Layout, Touched};
    /// let a = Layout::c_order(&[100, 100], 8).unwrap();
    /// assert_eq!(a.touched(64).unwrap(), Touched::Exactly(1250));
    /// let windows = Layout::new(&[98, 3], &[8, 8], 0, 8).unwrap();
    /// assert_eq!(windows.touched(1).unwrap(), Touched::Exactly(800));
    /// ```
    ///
    /// # Errors
    /// A block of less than one byte.
    pub fn touched(&self, block: i64) -> Result<Touched, LayoutError> {
        if block < 1 {
            return Err(LayoutError::BlockSize { got: block });
        }
        if self.is_empty() || self.itemsize() == 0 {
            return Ok(Touched::Exactly(0));
        }
        let mut steps: Vec<Step> = (self.shape().iter().zip(self.strides()))
            .filter(|&(&extent, &stride)| extent > 1 && stride != 0)
            .map(|(&extent, &stride)| Step {
                stride: i128::from(stride).abs(),
                repeats: i128::from(extent),
            })
            .collect();
        steps.sort_by_key(|step| step.stride);
        steps.dedup_by(|next, kept| {
            let same = next.stride == kept.stride;
            if same {
                kept.repeats += next.repeats - 1; // i*s + j*s reaches every multiple in between
            }
            same
        });
        let span = self.span();
        let start = i128::from(span.low.rem_euclid(block));
        let whole = i128::from(block);
        let bound = (start + i128::from(span.high) - i128::from(span.low) - 1) / whole + 1;

        // d = stride - length + 1 is the distance from one last byte to the next first byte
        let mut length = i128::from(self.itemsize());
        let mut rest = steps.as_slice();
        while let [step, larger @ ..] = rest
            && step.stride < length + whole
        {
            length += step.stride * (step.repeats - 1);
            rest = larger;
        }
        if rest.is_empty() {
            return Ok(Touched::Exactly(clamp(bound)));
        }
        if block > LARGEST_TABLE {
            return Ok(Touched::AtMost(clamp(bound)));
        }
        let mut counts: Vec<i128> =
            (0..whole).map(|start| (start + length - 1) / whole + 1).collect();
        for step in rest {
            if step.stride < length {
                let most: i128 = steps.iter().map(|step| step.repeats).product();
                let most = most.saturating_mul(i128::from(self.itemsize()) / whole + 2);
                return Ok(Touched::AtMost(clamp(bound.min(most))));
            }
            counts = repeated(&counts, step, length, whole);
            length += step.stride * (step.repeats - 1);
        }
        let at = usize::try_from(start).unwrap_or(0);
        Ok(Touched::Exactly(clamp(counts[at])))
    }

    /// How the lines of a walk along an axis spread over `sets` sets, a line lying in the set
    /// `line number % sets`.
    ///
    /// A stride of s lines reaches `sets / gcd(s, sets)` of them: a power of two reaches few, and
    /// so do many strides that are none.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::new(&[1000, 10], &[32_000, 8], 0, 8).unwrap();
    /// assert_eq!(a.set_use(0, 64, 64).unwrap().sets_used, 16);
    /// ```
    ///
    /// # Errors
    /// As for [`walk`](Layout::walk), and for a count of sets below 1.
    pub fn set_use(&self, axis: i64, line: i64, sets: i64) -> Result<SetUse, LayoutError> {
        let axis = normalize_axis(axis, self.rank())?;
        let lane = self.lane(axis);
        let lines = lane.touched(line)?.count();
        if sets < 1 {
            return Err(LayoutError::BlockSize { got: sets });
        }
        // A distance from one element to the next in which no line fits skips no line.
        let stride = i128::from(self.strides()[axis]).abs();
        let in_a_row = stride < i128::from(self.itemsize()) + i128::from(line);
        let marked = if in_a_row { None } else { lane.mark_sets(line, sets) };
        Ok(SetUse { lines, sets_used: marked.unwrap_or(sets).min(lines), sets })
    }

    /// The sets of the lines along a lane, counted one by one: after `way / gcd(stride, way)`
    /// elements they come round. `None` where there are too many.
    fn mark_sets(&self, line: i64, sets: i64) -> Option<i64> {
        let (line, way) = (i128::from(line), i128::from(line) * i128::from(sets));
        let (extent, itemsize) = (*self.shape().first()?, i128::from(self.itemsize()));
        let stride = i128::from(*self.strides().first()?).rem_euclid(way);
        let starts = (way / gcd(stride, way)).min(extent.into());
        if sets > MOST_SETS || starts * (itemsize / line + 2) > MOST_MARKS {
            return None;
        }
        let mut seen = vec![false; usize::try_from(sets).ok()?];
        let mut first = i128::from(self.offset()).rem_euclid(way);
        for _ in 0..starts {
            for number in first / line..(first + itemsize - 1) / line + 1 {
                seen[usize::try_from(number % i128::from(sets)).ok()?] = true;
            }
            first = (first + stride) % way;
        }
        i64::try_from(seen.iter().filter(|&&seen| seen).count()).ok()
    }

    /// One run along an axis from the first element.
    fn lane(&self, axis: usize) -> Layout {
        let (shape, strides) = ([self.shape()[axis]], [self.strides()[axis]]);
        // L3 and L4 of the whole array hold for a part of it; an empty array has an empty lane.
        let shape = if self.is_empty() { [0] } else { shape };
        Layout::from_proved(shape[..].into(), strides[..].into(), self.offset(), self.itemsize())
    }
}

/// An axis that moves: how far, and how often it stands.
struct Step {
    stride: i128,
    repeats: i128,
}

/// The table for `step.repeats` repetitions of what `counts` describes, each `length` bytes long.
///
/// `counts[start]` is the number of blocks for a start at that byte of a block.
fn repeated(counts: &[i128], step: &Step, length: i128, block: i128) -> Vec<i128> {
    let size = counts.len();
    let shared = |start: i128| (start + length - 1) / block == (start + step.stride) / block;
    let stride = usize::try_from(step.stride % block).unwrap_or(0);
    let mut result = vec![0; size];
    let mut done = vec![false; size];
    for first in 0..size {
        if done[first] {
            continue;
        }
        // The starts that follow one another, until they come round.
        let mut cycle = Vec::new();
        let mut start = first;
        while !done[start] {
            done[start] = true;
            cycle.push(start);
            start = (start + stride) % size;
        }
        let own = running(cycle.iter().map(|&start| counts[start]));
        let ends = running(cycle.iter().map(|&start| i128::from(shared(start as i128))));
        for (place, &start) in cycle.iter().enumerate() {
            result[start] =
                around(&own, place, step.repeats) - around(&ends, place, step.repeats - 1);
        }
    }
    result
}

/// `sums[k]`: the first k values together.
fn running(values: impl Iterator<Item = i128>) -> Vec<i128> {
    let mut sums = vec![0];
    for value in values {
        sums.push(sums[sums.len() - 1] + value);
    }
    sums
}

/// The sum of `count` values from `place` on, around the cycle whose running sums these are.
fn around(sums: &[i128], place: usize, count: i128) -> i128 {
    let size = sums.len() - 1;
    let (turns, left) = (count / size as i128, usize::try_from(count % size as i128).unwrap_or(0));
    let end = place + left;
    let part = if end <= size {
        sums[end] - sums[place]
    } else {
        sums[size] - sums[place] + sums[end - size]
    };
    turns * sums[size] + part
}

fn gcd(left: i128, right: i128) -> i128 {
    if right == 0 { left } else { gcd(right, left % right) }
}

fn clamp(count: i128) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// Every byte, counted.
    fn counted(layout: &Layout, block: i64) -> i64 {
        let mut bytes = vec![layout.offset()];
        for (&extent, &stride) in layout.shape().iter().zip(layout.strides()) {
            let steps = |&byte: &i64| (0..extent).map(move |step| byte + step * stride);
            bytes = bytes.iter().flat_map(steps).collect();
        }
        let item = |byte: &i64| *byte..byte + layout.itemsize();
        let blocks: HashSet<i64> =
            bytes.iter().flat_map(item).map(|byte| byte.div_euclid(block)).collect();
        i64::try_from(blocks.len()).unwrap()
    }

    fn check(shape: &[i64], strides: &[i64], offset: i64, itemsize: i64, block: i64) {
        let layout = Layout::new(shape, strides, offset, itemsize).unwrap();
        let wanted = Touched::Exactly(counted(&layout, block));
        assert_eq!(layout.touched(block).unwrap(), wanted, "{layout} in blocks of {block}");
    }

    #[test]
    fn counts_blocks() {
        check(&[], &[], 60, 8, 64);
        check(&[4, 8], &[64, 8], 0, 8, 64);
        check(&[10, 10], &[808, 80], 3, 8, 64);
        check(&[5, 112], &[8000, 72], 0, 8, 64);
        check(&[5, 7], &[-8000, -72], 40000, 9, 64);
        check(&[3, 5, 4], &[0, 9, 9], 1, 9, 16);
        check(&[6, 6, 3, 3], &[100, 1, 100, 1], 0, 1, 64);
        check(&[0, 4], &[8, 8], 0, 8, 64);
        check(&[9], &[65], 0, 1, 64);
    }

    #[test]
    fn interleaved_axes_give_a_bound() {
        let layout = Layout::new(&[3, 4], &[700, 500], 0, 8).unwrap();
        let Touched::AtMost(bound) = layout.touched(64).unwrap() else { panic!() };
        assert!(bound >= counted(&layout, 64));
    }

    #[test]
    fn huge_arrays_are_counted_at_once() {
        let layout = Layout::new(&[1 << 30, 1 << 29], &[1 << 32, 0], 0, 8).unwrap();
        assert_eq!(layout.touched(4096).unwrap(), Touched::Exactly(1 << 30));
        let pages = Layout::c_order(&[1 << 40], 8).unwrap();
        assert_eq!(pages.touched(1 << 21).unwrap(), Touched::Exactly(1 << 22));
        let strange = Layout::new(&[1 << 31, 1 << 20], &[1 << 31, 2001], 0, 1).unwrap();
        let lines = strange.touched(64).unwrap();
        assert_eq!(lines, Touched::Exactly(1 << 51));
    }

    #[test]
    fn refuses_blocks_without_bytes() {
        let layout = Layout::c_order(&[4], 8).unwrap();
        assert_eq!(layout.touched(0), Err(LayoutError::BlockSize { got: 0 }));
        assert!(layout.walk(1, 64).is_err());
    }

    proptest! {
        #[test]
        fn equals_counting(
            axes in prop::collection::vec((1i64..6, -300i64..300), 0..4),
            offset in 0i64..200, itemsize in 1i64..20, block in prop::sample::select(vec![1i64, 8, 48, 64]),
        ) {
            let (shape, strides): (Vec<i64>, Vec<i64>) = axes.into_iter().unzip();
            let layout = Layout::new(&shape, &strides, offset, itemsize).unwrap();
            let wanted = counted(&layout, block);
            match layout.touched(block).unwrap() {
                Touched::Exactly(count) => prop_assert_eq!(count, wanted, "{}", layout),
                Touched::AtMost(bound) => prop_assert!(bound >= wanted, "{}", layout),
            }
        }

        #[test]
        fn sets_used_are_those_of_the_lines(
            extent in 1i64..200, stride in -5000i64..5000, offset in 0i64..200, itemsize in 1i64..20,
            sets in 1i64..70,
        ) {
            let layout = Layout::new(&[extent], &[stride], offset, itemsize).unwrap();
            let used = layout.set_use(0, 64, sets).unwrap();
            let all: HashSet<i64> = (0..extent)
                .flat_map(|step| {
                    let first = offset + step * stride;
                    first.div_euclid(64)..=(first + itemsize - 1).div_euclid(64)
                })
                .map(|line| line.rem_euclid(sets))
                .collect();
            let all = i64::try_from(all.len()).unwrap();
            prop_assert_eq!(used.sets_used, all);
        }
    }
}
