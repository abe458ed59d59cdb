//! Position: where the lowest or the highest item is, the first of equals.
//!
//! Down, each lane keeps the best value and the row it came from, in an integer as wide as the
//! value; across, a block's extreme is found first and looked for only where it beats the others.
//! In `[3, 1, 1]` the lowest is at position 1; positions count in C order of the reduced axes.

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::block::{Block, Kernel};
use super::error::Fault;
use super::extreme::Extreme;
use super::fold::{MOST_RUN, run_of};
use super::number::{Index, Order};
use super::skip::Without;

/// Lanes at once; on the stack.
const LANES: usize = 512;

/// Where the lowest item is, or the highest where `HIGH`; what is no number is skipped where
/// `SKIP`, else it is found first.
#[derive(Clone, Copy)]
pub(super) struct Position<T, const HIGH: bool, const SKIP: bool>(PhantomData<fn() -> T>);

/// The best so far: position -1 where there is none.
#[derive(Clone, Copy)]
pub(super) struct Best<T> {
    value: T,
    position: i64,
}

impl<T: Order, const HIGH: bool, const SKIP: bool> Position<T, HIGH, SKIP> {
    pub(super) fn new() -> Self {
        Position(PhantomData)
    }

    /// Whether one value is found rather than another.
    #[inline(always)]
    fn beats(value: T, other: T) -> bool {
        let beyond = if HIGH { other.is_below(value) } else { value.is_below(other) };
        let number =
            if SKIP { other.is_nan() & !value.is_nan() } else { value.is_nan() & !other.is_nan() };
        beyond | number
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
}

impl<T: Order, const HIGH: bool, const SKIP: bool> Kernel for Position<T, HIGH, SKIP> {
    type Item = T;
    type State = Best<T>;
    type Out = i64;

    #[inline(always)]
    fn begin(&self) -> Best<T> {
        Best { value: T::LOWEST, position: -1 }
    }

    #[inline(always)]
    unsafe fn down(&self, block: &Block<'_>, states: &mut [Best<T>]) {
        let mut values = [const { MaybeUninit::<T>::uninit() }; LANES];
        let mut indices = [const { MaybeUninit::<T::Index>::uninit() }; LANES];
        for (lead, states) in block.kept.iter().zip(states.chunks_mut(block.run)) {
            for (panel, states) in states.chunks_mut(LANES).enumerate() {
                let from = block.from.wrapping_offset(*lead).cast::<T>();
                let from = from.wrapping_add(panel * LANES);
                for (chunk, rows) in block.reduced.chunks(T::Index::MOST).enumerate() {
                    let width = states.len();
                    let first = from.wrapping_byte_offset(rows[0]);
                    for at in 0..width {
                        // SAFETY: the block's items, as the caller promises.
                        values[at].write(unsafe { first.wrapping_add(at).read_unaligned() });
                        indices[at].write(T::Index::of(0));
                    }
                    // SAFETY: just written.
                    let values = unsafe { values[..width].assume_init_mut() };
                    // SAFETY: just written.
                    let indices = unsafe { indices[..width].assume_init_mut() };
                    // SAFETY: the block's items, as the caller promises.
                    unsafe { Self::best_rows(from, rows, values, indices) }
                    let first = block.position + (chunk * T::Index::MOST) as isize * block.step;
                    for (state, (value, index)) in
                        states.iter_mut().zip(values.iter().zip(indices.iter()))
                    {
                        let position = first + index.position() as isize * block.step;
                        Self::meet(state, *value, position as i64);
                    }
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn across(&self, block: &Block<'_>, states: &mut [Best<T>]) {
        let fold = Extreme::<T, HIGH>::new();
        for (lead, best) in block.kept.iter().zip(states) {
            // A plan with positions has one reduced axis in a block.
            for run in block.reduced {
                let from = block.from.wrapping_offset(*lead).wrapping_offset(*run).cast::<T>();
                let mut next = 0;
                while next < block.run {
                    let length = (block.run - next).min(MOST_RUN);
                    let piece = from.wrapping_add(next);
                    // SAFETY: the block's items, as the caller promises, here and below.
                    let value = unsafe {
                        match SKIP {
                            true => run_of(&Without(fold), piece, length),
                            false => run_of(&fold, piece, length),
                        }
                    };
                    let position = block.position + next as isize * block.step;
                    let earlier =
                        Self::ties(value, best.value) && (position as i64) < best.position;
                    if best.position < 0 || Self::beats(value, best.value) || earlier {
                        // SAFETY: as above.
                        let found = unsafe { Self::find(piece, length, value) };
                        if let Some(at) = found {
                            let position = position + at as isize * block.step;
                            Self::meet(best, value, position as i64);
                        }
                    }
                    next += length;
                }
            }
        }
    }

    #[inline(always)]
    fn merge(&self, into: &mut Best<T>, from: &Best<T>) {
        if from.position >= 0 {
            Self::meet(into, from.value, from.position);
        }
    }

    #[inline(always)]
    fn finish(&self, state: &Best<T>) -> Result<i64, Fault> {
        if state.position < 0 { Err(Fault::AllNan) } else { Ok(state.position) }
    }
}

impl<T: Order, const HIGH: bool, const SKIP: bool> Position<T, HIGH, SKIP> {
    /// Compares the rows after the first with the best values of the lanes.
    ///
    /// # Safety
    /// Each row has an item for each lane.
    #[inline(always)]
    unsafe fn best_rows(
        from: *const T,
        rows: &[isize],
        values: &mut [T],
        indices: &mut [T::Index],
    ) {
        let mut row = 1;
        while row + 4 <= rows.len() {
            let four: [*const T; 4] = std::array::from_fn(
                #[inline(always)]
                |at| from.wrapping_byte_offset(rows[row + at]),
            );
            let marks: [T::Index; 4] = std::array::from_fn(
                #[inline(always)]
                |at| T::Index::of(row + at),
            );
            for (at, (value, index)) in values.iter_mut().zip(indices.iter_mut()).enumerate() {
                let (mut best, mut best_index) = (*value, *index);
                for (row, mark) in four.iter().zip(marks) {
                    // SAFETY: the caller's promise.
                    let item = unsafe { row.wrapping_add(at).read_unaligned() };
                    let beats = Self::beats(item, best);
                    best = if beats { item } else { best };
                    best_index = if beats { mark } else { best_index };
                }
                (*value, *index) = (best, best_index);
            }
            row += 4;
        }
        while row < rows.len() {
            let (line, mark) = (from.wrapping_byte_offset(rows[row]), T::Index::of(row));
            for (at, (value, index)) in values.iter_mut().zip(indices.iter_mut()).enumerate() {
                // SAFETY: the caller's promise.
                let item = unsafe { line.wrapping_add(at).read_unaligned() };
                let beats = Self::beats(item, *value);
                *value = if beats { item } else { *value };
                *index = if beats { mark } else { *index };
            }
            row += 1;
        }
    }

    /// The first place of a value.
    ///
    /// # Safety
    /// The items can be read.
    #[inline(always)]
    unsafe fn find(from: *const T, length: usize, value: T) -> Option<usize> {
        const STEP: usize = 64;
        // SAFETY: the caller's promise.
        let item = |at: usize| unsafe { from.wrapping_add(at).read_unaligned() };
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
