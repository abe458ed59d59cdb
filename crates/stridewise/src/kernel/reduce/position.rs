//! Position: where the lowest or the highest item is, the first of equals.
//!
//! Down, each lane keeps the best value and the row it came from, in an integer as wide as the
//! value; across, a block's extreme is found first and looked for only where it beats the others.
//! In `[3, 1, 1]` the lowest is at position 1; positions count in C order of the reduced axes.

use super::block::{Block, Ending, Kernel, Lie};
use super::error::Fault;
use super::extreme::Extreme;
use super::fold::lane_of;
use super::number::{Index, Order};

/// Lanes at once; on the stack.
const LANES: usize = 512;
/// Items of a run that are looked through twice.
const RUN: usize = 4096;

/// Where the highest item is, each turned, or the lowest; what is no number is skipped where `SKIP`, else it is
/// found first.
#[derive(Clone, Copy)]
pub(super) struct Position<T: Order, const HIGH: bool, const SKIP: bool>(pub(super) T::Turn);

/// The best so far: position -1 where there is none.
#[derive(Clone, Copy)]
pub(super) struct Best<T> {
    value: T,
    position: i64,
}

/// The position, where there is one.
pub(super) struct There;

impl<T> Ending<Best<T>> for There {
    type Out = i64;

    fn fault(&self, state: &Best<T>) -> Option<Fault> {
        (state.position < 0).then_some(Fault::AllNan)
    }

    fn end(&self, state: &Best<T>, _count: f64) -> i64 {
        state.position
    }
}

impl<T: Order, const HIGH: bool, const SKIP: bool> Kernel for Position<T, HIGH, SKIP> {
    type Item = T;
    type State = Best<T>;
    const WIDE: bool = T::WIDE && !SKIP;

    fn begin(&self) -> Best<T> {
        Best { value: T::LOWEST, position: -1 }
    }

    #[inline(always)]
    unsafe fn add(&self, block: &Block<'_>, states: &mut [Best<T>]) {
        // SAFETY: the caller's promise.
        unsafe {
            match block.lie {
                Lie::Down => self.down(block, states),
                Lie::Across | Lie::Short => self.across(block, states),
            }
        }
    }

    fn merge(&self, into: &mut Best<T>, from: &Best<T>) {
        if from.position >= 0 {
            Self::meet(into, from.value, from.position);
        }
    }
}

impl<T: Order, const HIGH: bool, const SKIP: bool> Position<T, HIGH, SKIP> {
    /// Whether one value is found rather than another.
    #[inline(always)]
    fn beats(value: T, other: T) -> bool {
        let number =
            if SKIP { other.is_nan() & !value.is_nan() } else { value.is_nan() & !other.is_nan() };
        value.beats::<HIGH>(other) | number
    }

    /// Whether two values are equally good.
    #[inline(always)]
    fn ties(value: T, other: T) -> bool {
        value.equals(other) | (value.is_nan() & other.is_nan())
    }

    #[inline(always)]
    fn meet(best: &mut Best<T>, value: T, position: i64) {
        if SKIP && value.is_nan() {
            return;
        }
        let earlier = Self::ties(value, best.value) && position < best.position;
        if best.position < 0 || Self::beats(value, best.value) || earlier {
            *best = Best { value, position };
        }
    }

    /// # Safety
    /// As for [`Kernel::add`].
    #[inline(always)]
    unsafe fn down(&self, block: &Block<'_>, states: &mut [Best<T>]) {
        let mut values = [T::LOWEST; LANES];
        let mut indices = [T::Index::of(0); LANES];
        for (lead, states) in block.kept.iter().zip(states.chunks_mut(block.run)) {
            for (panel, states) in states.chunks_mut(LANES).enumerate() {
                let from = block.from.wrapping_offset(*lead).cast::<T>();
                let from = from.wrapping_add(panel * LANES);
                for (chunk, rows) in block.reduced.chunks(T::Index::MOST).enumerate() {
                    let width = states.len();
                    let first = from.wrapping_byte_offset(rows[0]);
                    for at in 0..width {
                        // SAFETY: the block's items, as the caller promises.
                        let item = unsafe { first.wrapping_add(at).read_unaligned() };
                        values[at] = item.turned(self.0);
                        indices[at] = T::Index::of(0);
                    }
                    let (values, indices) = (&mut values[..width], &mut indices[..width]);
                    // SAFETY: the block's items, as the caller promises.
                    unsafe { self.best_rows(from, rows, values, indices) }
                    let first = block.position + (chunk * T::Index::MOST) as isize * block.step;
                    for (at, state) in states.iter_mut().enumerate() {
                        let position = first + indices[at].position() as isize * block.step;
                        Self::meet(state, values[at], position as i64);
                    }
                }
            }
        }
    }

    /// # Safety
    /// As for [`Kernel::add`].
    #[inline(always)]
    unsafe fn across(&self, block: &Block<'_>, states: &mut [Best<T>]) {
        for (lead, best) in block.kept.iter().zip(states) {
            // A plan with positions has one reduced axis in a block.
            for run in block.reduced {
                let from = block.from.wrapping_offset(*lead).wrapping_offset(*run).cast::<T>();
                for next in (0..block.run).step_by(RUN) {
                    let length = (block.run - next).min(RUN);
                    let position = block.position + next as isize * block.step;
                    // SAFETY: the block's items, as the caller promises.
                    unsafe { self.run(from.wrapping_add(next), length, position, block.step, best) }
                }
            }
        }
    }

    /// Looks through a run whose first item has a position.
    ///
    /// # Safety
    /// The items can be read.
    #[inline(always)]
    unsafe fn run(
        &self,
        from: *const T,
        length: usize,
        position: isize,
        step: isize,
        best: &mut Best<T>,
    ) {
        if SKIP {
            for at in 0..length {
                // SAFETY: the caller's promise.
                let item = unsafe { from.wrapping_add(at).read_unaligned() };
                Self::meet(best, item.turned(self.0), (position + at as isize * step) as i64);
            }
            return;
        }
        // SAFETY: the caller's promise, here and below.
        let value = unsafe { lane_of(&Extreme::<T, HIGH>(self.0), from, length) };
        let earlier = Self::ties(value, best.value) && (position as i64) < best.position;
        if best.position < 0 || Self::beats(value, best.value) || earlier {
            // SAFETY: as above.
            if let Some(at) = unsafe { self.find(from, length, value) } {
                Self::meet(best, value, (position + at as isize * step) as i64);
            }
        }
    }
}

impl<T: Order, const HIGH: bool, const SKIP: bool> Position<T, HIGH, SKIP> {
    /// Compares the rows after the first with the best values of the lanes.
    ///
    /// # Safety
    /// Each row has an item for each lane.
    #[inline(always)]
    unsafe fn best_rows(
        &self,
        from: *const T,
        rows: &[isize],
        values: &mut [T],
        indices: &mut [T::Index],
    ) {
        let mut row = 1;
        // SAFETY: the caller's promise.
        let item = |row: isize, at: usize| unsafe {
            from.wrapping_byte_offset(row).wrapping_add(at).read_unaligned().turned(self.0)
        };
        while row + 4 <= rows.len() {
            let [a, b, c, d] = [rows[row], rows[row + 1], rows[row + 2], rows[row + 3]];
            let mark = T::Index::of;
            let marks = (mark(row), mark(row + 1), mark(row + 2), mark(row + 3));
            for (at, (value, index)) in values.iter_mut().zip(indices.iter_mut()).enumerate() {
                let mut best = (*value, *index);
                best = Self::better(best, (item(a, at), marks.0));
                best = Self::better(best, (item(b, at), marks.1));
                best = Self::better(best, (item(c, at), marks.2));
                best = Self::better(best, (item(d, at), marks.3));
                (*value, *index) = best;
            }
            row += 4;
        }
        while row < rows.len() {
            let mark = T::Index::of(row);
            for (at, (value, index)) in values.iter_mut().zip(indices.iter_mut()).enumerate() {
                (*value, *index) = Self::better((*value, *index), (item(rows[row], at), mark));
            }
            row += 1;
        }
    }

    /// The second, where its value beats the first's.
    #[inline(always)]
    fn better(first: (T, T::Index), second: (T, T::Index)) -> (T, T::Index) {
        let beats = Self::beats(second.0, first.0);
        (if beats { second.0 } else { first.0 }, if beats { second.1 } else { first.1 })
    }

    /// The first place of a value.
    ///
    /// # Safety
    /// The items can be read.
    #[inline(always)]
    unsafe fn find(&self, from: *const T, length: usize, value: T) -> Option<usize> {
        const STEP: usize = 64;
        // SAFETY: the caller's promise.
        let item = |at: usize| unsafe { from.wrapping_add(at).read_unaligned().turned(self.0) };
        let mut next = 0;
        while next + STEP <= length {
            let mut found = false;
            for at in 0..STEP {
                found |= Self::ties(item(next + at), value);
            }
            if found {
                break;
            }
            next += STEP;
        }
        (next..length).find(|&at| Self::ties(item(at), value))
    }
}
