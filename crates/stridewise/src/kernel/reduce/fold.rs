//! Fold: reductions that join items two by two, such as sums, products and extremes.
//!
//! ```text
//! down:   for rows, 8 at a time:  lane[c] = lane[c] + (((r0+r1)+(r2+r3)) + ((r4+r5)+(r6+r7)))[c]
//! across: of 8 runs at once, each as rows of 16 items, 4 rows at a time into 16 lanes, as above
//!         at last the lanes of all runs are added in pairs: 16, 8, ... 1
//! short:  item 0 + item 1, item 2 + item 3, ...; then the same with what comes of it
//! now and then: state = state + lane, with more precision than a lane has
//! ```
//!
//! Eight rows or runs are eight streams: one stream alone reaches five sixths of what memory gives,
//! rows half a page apart within one stream a third. A long run alone is cut into eight. A lane
//! joins at most 64 rows before it is joined to others, so that its rounding errors stay near
//! those of pairwise summation, and states are wider or compensated.
//! Which items are joined in which order depends on the numbers of rows and columns alone.
//! In `(3,4):(32,8)+0` there are 3 rows and 4 lanes.

use std::mem::MaybeUninit;

use super::block::{Block, Kernel, Lie};

/// Rows that go into a lane before the lane goes further.
const ROWS: usize = 64;
/// The most lanes at once; on the stack.
const LANES: usize = 2048;
/// Lanes of a run.
const ACROSS: usize = 16;
/// Runs that are read at once.
const STREAMS: usize = 8;
/// Items of a run from which it is worth cutting into as many.
const CUT: usize = STREAMS * ACROSS * 4;
/// The most items that are joined in pairs before anything else is read.
const PAIRS: usize = 1024;

/// How items are joined.
pub(super) trait Fold: Copy + Send + Sync {
    /// What is read.
    type Item: Copy;
    /// A partial result of up to 2^16 items.
    type Lane: Copy;
    /// A partial result of any number of items.
    type State: Copy;
    /// Whether wide instructions pay.
    const WIDE: bool = true;
    /// What joins as nothing.
    const NOTHING: Self::Lane;

    /// The lane of one item.
    fn lift(&self, item: Self::Item) -> Self::Lane;
    /// The lane of the items of both.
    fn join(&self, left: Self::Lane, right: Self::Lane) -> Self::Lane;
    /// The lane of four items.
    #[inline(always)]
    fn four(&self, items: [Self::Item; 4]) -> Self::Lane {
        let low = self.join(self.lift(items[0]), self.lift(items[1]));
        self.join(low, self.join(self.lift(items[2]), self.lift(items[3])))
    }
    /// The state of no items.
    fn begin(&self) -> Self::State;
    /// Adds a lane to a state.
    fn absorb(&self, state: &mut Self::State, lane: Self::Lane);
    /// Adds a state to a state.
    fn merge(&self, into: &mut Self::State, from: &Self::State);
    /// Whether no further item can change the result.
    #[inline(always)]
    fn is_settled(&self, _state: &Self::State) -> bool {
        false
    }
}

/// A fold as a kernel.
#[derive(Clone, Copy)]
pub(super) struct Folding<F>(pub(super) F);

impl<F: Fold> Kernel for Folding<F> {
    type Item = F::Item;
    type State = F::State;
    const WIDE: bool = F::WIDE;

    fn begin(&self) -> F::State {
        self.0.begin()
    }

    #[inline(always)]
    unsafe fn add(&self, block: &Block<'_>, states: &mut [F::State]) {
        // SAFETY: the caller's promise.
        unsafe {
            match block.lie {
                Lie::Down => down(&self.0, block, states),
                Lie::Across => across(&self.0, block, states),
                Lie::Short => short(&self.0, block, states),
            }
        }
    }

    fn merge(&self, into: &mut F::State, from: &F::State) {
        self.0.merge(into, from);
    }

    fn is_settled(&self, state: &F::State) -> bool {
        self.0.is_settled(state)
    }
}

/// See [`Lie::Down`].
///
/// # Safety
/// As for [`Kernel::add`].
#[inline(always)]
unsafe fn down<F: Fold>(fold: &F, block: &Block<'_>, states: &mut [F::State]) {
    let mut storage = [const { MaybeUninit::<F::Lane>::uninit() }; LANES];
    for (lead, states) in block.kept.iter().zip(states.chunks_mut(block.run)) {
        for (panel, states) in states.chunks_mut(LANES).enumerate() {
            let from = block.from.wrapping_offset(*lead).cast::<F::Item>();
            let from = from.wrapping_add(panel * LANES);
            for rows in block.reduced.chunks(ROWS) {
                let lanes = &mut storage[..states.len()];
                lanes.fill(MaybeUninit::new(F::NOTHING));
                // SAFETY: just written; the block's items, as the caller promises.
                let lanes = unsafe {
                    let lanes = lanes.assume_init_mut();
                    add_rows(fold, from, rows, lanes);
                    lanes
                };
                for (state, lane) in states.iter_mut().zip(lanes) {
                    fold.absorb(state, *lane);
                }
            }
        }
    }
}

/// Adds rows, each at its offset from `from`, to lanes.
///
/// # Safety
/// Each row has an item for each lane.
#[inline(always)]
unsafe fn add_rows<F: Fold>(fold: &F, from: *const F::Item, rows: &[isize], lanes: &mut [F::Lane]) {
    let mut rest = rows;
    while let Some((&[a, b, c, d, e, f, g, h], more)) = rest.split_first_chunk::<8>() {
        for (at, lane) in lanes.iter_mut().enumerate() {
            // SAFETY: the caller's promise.
            let [low, high] = unsafe {
                [
                    fold.four([
                        item(from, a, at),
                        item(from, b, at),
                        item(from, c, at),
                        item(from, d, at),
                    ]),
                    fold.four([
                        item(from, e, at),
                        item(from, f, at),
                        item(from, g, at),
                        item(from, h, at),
                    ]),
                ]
            };
            *lane = fold.join(*lane, fold.join(low, high));
        }
        rest = more;
    }
    for &row in rest {
        for (at, lane) in lanes.iter_mut().enumerate() {
            // SAFETY: the caller's promise.
            *lane = fold.join(*lane, fold.lift(unsafe { item(from, row, at) }));
        }
    }
}

/// # Safety
/// The item can be read.
#[inline(always)]
unsafe fn item<T>(from: *const T, row: isize, at: usize) -> T {
    // SAFETY: the caller's promise.
    unsafe { from.wrapping_byte_offset(row).wrapping_add(at).read_unaligned() }
}

/// See [`Lie::Across`].
///
/// # Safety
/// As for [`Kernel::add`].
#[inline(always)]
unsafe fn across<F: Fold>(fold: &F, block: &Block<'_>, states: &mut [F::State]) {
    let (runs, length) = (block.reduced.len(), block.run);
    let total = block.kept.len() * runs;
    // Few runs are cut into as many pieces as there are streams, and a rest.
    let cut = total < STREAMS && length >= CUT;
    let piece = if cut { length / CUT * (CUT / STREAMS) } else { length };
    let turns = if cut { 2 * total } else { total.div_ceil(STREAMS) };
    for turn in 0..turns {
        let (first, count, piece, skip) = match (cut, turn % 2) {
            (false, _) => (turn * STREAMS, STREAMS.min(total - turn * STREAMS), length, 0),
            (true, 0) => (turn / 2, STREAMS, piece, 0),
            (true, _) => (turn / 2, 1, length - STREAMS * piece, STREAMS * piece),
        };
        let run = |at: usize| if cut { first } else { first + at };
        let mut from = [std::ptr::null(); STREAMS];
        for (at, from) in from[..count].iter_mut().enumerate() {
            let (kept, reduced) = (block.kept[run(at) / runs], block.reduced[run(at) % runs]);
            let start = block.from.wrapping_offset(kept).wrapping_offset(reduced);
            let skip = if cut { skip + at * piece } else { 0 };
            *from = start.cast::<F::Item>().wrapping_add(skip);
        }
        // SAFETY: the block's items, as the caller promises.
        let lanes = unsafe { lanes_of(fold, &from[..count], piece) };
        for (at, lane) in lanes[..count].iter().enumerate() {
            fold.absorb(&mut states[run(at) / runs], *lane);
        }
    }
}

/// The lanes of up to [`STREAMS`] runs of one length, read at once.
///
/// # Safety
/// The items of each run can be read.
#[inline(always)]
pub(super) unsafe fn lanes_of<F: Fold>(
    fold: &F,
    from: &[*const F::Item],
    length: usize,
) -> [F::Lane; STREAMS] {
    let mut lanes = [[F::NOTHING; ACROSS]; STREAMS];
    let rows = length / ACROSS;
    for first in (0..rows).step_by(ROWS) {
        let last = (first + ROWS).min(rows);
        let mut part = [[F::NOTHING; ACROSS]; STREAMS];
        let fours = first + (last - first) / 4 * 4;
        for row in (first..fours).step_by(4) {
            for (from, part) in from.iter().zip(&mut part) {
                // SAFETY: the caller's promise.
                unsafe { add_four(fold, from.wrapping_add(row * ACROSS), part) }
            }
        }
        for row in fours..last {
            for (from, part) in from.iter().zip(&mut part) {
                // SAFETY: the caller's promise.
                unsafe { add_some(fold, from.wrapping_add(row * ACROSS), part) }
            }
        }
        for (lanes, part) in lanes.iter_mut().zip(&part) {
            for at in 0..ACROSS {
                lanes[at] = fold.join(lanes[at], part[at]);
            }
        }
    }
    for (from, lanes) in from.iter().zip(&mut lanes) {
        let tail = &mut lanes[..length % ACROSS];
        // SAFETY: the caller's promise.
        unsafe { add_some(fold, from.wrapping_add(rows * ACROSS), tail) }
    }
    let (mut wide, mut half) = ([F::NOTHING; STREAMS * 8], [F::NOTHING; STREAMS * 4]);
    join_pairs(fold, lanes.as_flattened(), &mut wide, 1);
    join_pairs(fold, &wide, &mut half, 1);
    join_pairs(fold, &half, &mut wide[..STREAMS * 2], 1);
    let mut one = [F::NOTHING; STREAMS];
    join_pairs(fold, &wide[..STREAMS * 2], &mut one, 1);
    one
}

/// Adds four rows that follow one another.
///
/// # Safety
/// The items can be read.
#[inline(always)]
unsafe fn add_four<F: Fold>(fold: &F, from: *const F::Item, lanes: &mut [F::Lane; ACROSS]) {
    for (at, lane) in lanes.iter_mut().enumerate() {
        // SAFETY: the caller's promise.
        let item = |row: usize| unsafe { from.wrapping_add(row * ACROSS + at).read_unaligned() };
        *lane = fold.join(*lane, fold.four([item(0), item(1), item(2), item(3)]));
    }
}

/// Adds as many items as there are lanes.
///
/// # Safety
/// The items can be read.
#[inline(always)]
unsafe fn add_some<F: Fold>(fold: &F, from: *const F::Item, lanes: &mut [F::Lane]) {
    for (at, lane) in lanes.iter_mut().enumerate() {
        // SAFETY: the caller's promise.
        *lane = fold.join(*lane, fold.lift(unsafe { from.wrapping_add(at).read_unaligned() }));
    }
}

/// See [`Lie::Short`].
///
/// # Safety
/// As for [`Kernel::add`].
#[inline(always)]
unsafe fn short<F: Fold>(fold: &F, block: &Block<'_>, states: &mut [F::State]) {
    let (run, width) = (block.run, block.width);
    let mut buffers = ([F::NOTHING; PAIRS / 2], [F::NOTHING; PAIRS / 4]);
    let most = (PAIRS / (run * width)).max(1) * width;
    for (chunk, states) in states.chunks_mut(most).enumerate() {
        let from = block.from.cast::<F::Item>().wrapping_add(chunk * most * run);
        let (mut have, mut next) = (&mut buffers.0[..], &mut buffers.1[..]);
        let mut count = states.len() * run / 2;
        // SAFETY: the block's items, as the caller promises.
        unsafe { lift_pairs(fold, from, &mut have[..count], width) }
        while count > states.len() {
            count /= 2;
            join_pairs(fold, &have[..2 * count], &mut next[..count], width);
            std::mem::swap(&mut have, &mut next);
        }
        for (state, lane) in states.iter_mut().zip(have) {
            fold.absorb(state, *lane);
        }
    }
}

/// Joins pairs of items, each a row of some width.
///
/// # Safety
/// There are twice as many items as lanes, and they can be read.
#[inline(always)]
unsafe fn lift_pairs<F: Fold>(fold: &F, from: *const F::Item, to: &mut [F::Lane], width: usize) {
    // SAFETY: the caller's promise.
    let item = |at: usize| unsafe { fold.lift(from.wrapping_add(at).read_unaligned()) };
    if width == 1 {
        for (at, to) in to.iter_mut().enumerate() {
            *to = fold.join(item(2 * at), item(2 * at + 1));
        }
        return;
    }
    for (pair, to) in to.chunks_exact_mut(width).enumerate() {
        for (at, to) in to.iter_mut().enumerate() {
            *to = fold.join(item(2 * pair * width + at), item((2 * pair + 1) * width + at));
        }
    }
}

/// As `lift_pairs`, of lanes.
#[inline(always)]
fn join_pairs<F: Fold>(fold: &F, from: &[F::Lane], to: &mut [F::Lane], width: usize) {
    if width == 1 {
        for (to, pair) in to.iter_mut().zip(from.chunks_exact(2)) {
            *to = fold.join(pair[0], pair[1]);
        }
        return;
    }
    for (to, pair) in to.chunks_exact_mut(width).zip(from.chunks_exact(2 * width)) {
        let (left, right) = pair.split_at(width);
        for (at, to) in to.iter_mut().enumerate() {
            *to = fold.join(left[at], right[at]);
        }
    }
}
