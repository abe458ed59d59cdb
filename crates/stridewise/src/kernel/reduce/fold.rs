//! Fold: reductions that join items two by two, such as sums, products and extremes.
//!
//! ```text
//! down:   for rows, 8 at a time:  lane[c] = lane[c] + (((r0+r1)+(r2+r3)) + ((r4+r5)+(r6+r7)))[c]
//! across: of 8 runs at once, each as rows of 16 items, 4 rows at a time into 16 lanes, as above
//!         at last the lanes of each are added half by half: 16, 8, ... 1
//! short:  of runs of 2, 4, ... 32 items the items are the lanes
//! now and then: state = state + lane, with more precision than a lane has
//! ```
//!
//! Eight rows or runs are eight streams: one stream alone reaches five sixths of what memory gives,
//! rows half a page apart within one stream a third. A long run alone is cut into eight. A lane
//! joins at most 64 rows before it is joined to others, so that its rounding errors stay near
//! those of pairwise summation, and states are wider or compensated.
//! Which items are joined in which order depends on the numbers of rows and columns alone.
//! In `(3,4):(32,8)+0` there are 3 rows and 4 lanes.

use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ops::Range;

use super::block::{Block, Kernel, Lie};
use crate::kernel::arch::LINE;

/// Rows that go into a lane before the lane goes further.
const ROWS: usize = 64;
/// The most lanes at once, of 4 bytes each; on the stack.
const LANES: usize = 6144;
/// Lanes of a run.
const ACROSS: usize = 16;
/// Runs that are read at once.
const STREAMS: usize = 8;
/// Bytes after which lines fall into the same set of a first-level cache.
const WAY: isize = 4096;
/// Items of a run from which it is worth cutting into as many.
const CUT: usize = STREAMS * ACROSS * 4;

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
    /// The lane of eight items.
    #[inline(always)]
    fn eight(&self, low: [Self::Item; 4], high: [Self::Item; 4]) -> Self::Lane {
        self.join(self.four(low), self.four(high))
    }
    /// Lanes joined half by half.
    #[inline(always)]
    fn tree<const N: usize>(&self, lanes: [Self::Lane; N]) -> Self::Lane {
        halved(
            lanes,
            #[inline(always)]
            |left, right| self.join(left, right),
        )
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
            if size_of::<F::Lane>() > 8 {
                return one_by_one(&self.0, block, states);
            }
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

/// Adds items one by one, where a lane is too wide for vectors to pay.
///
/// # Safety
/// As for [`Kernel::add`].
unsafe fn one_by_one<F: Fold>(fold: &F, block: &Block<'_>, states: &mut [F::State]) {
    let (kept, run) = (block.kept, block.run);
    match block.lie {
        Lie::Down => {
            for (lead, states) in kept.iter().zip(states.chunks_mut(run)) {
                for row in block.reduced {
                    let from = block.from.wrapping_offset(*lead).cast::<F::Item>();
                    for (at, state) in states.iter_mut().enumerate() {
                        // SAFETY: the block's items, as the caller promises.
                        fold.absorb(state, fold.lift(unsafe { item(from, *row, at) }));
                    }
                }
            }
        }
        Lie::Across => {
            for (lead, state) in kept.iter().zip(states) {
                for row in block.reduced {
                    let from = block.from.wrapping_offset(*lead).cast::<F::Item>();
                    for at in 0..run {
                        // SAFETY: the block's items, as the caller promises.
                        fold.absorb(state, fold.lift(unsafe { item(from, *row, at) }));
                    }
                }
            }
        }
        // SAFETY: the block's items, as the caller promises.
        Lie::Short => unsafe {
            short_columns(fold, block.from.cast(), block.width, run, states);
        },
    }
}

/// See [`Lie::Down`].
///
/// # Safety
/// As for [`Kernel::add`].
#[inline(always)]
unsafe fn down<F: Fold>(fold: &F, block: &Block<'_>, states: &mut [F::State]) {
    let mut storage = [const { MaybeUninit::<F::Lane>::uninit() }; LANES];
    let panels = block.run.div_ceil(LANES * 4 / size_of::<F::Lane>().clamp(4, 16));
    let width = block.run.div_ceil(panels);
    for (lead, states) in block.kept.iter().zip(states.chunks_mut(block.run)) {
        for (panel, states) in states.chunks_mut(width).enumerate() {
            let from = block.from.wrapping_offset(*lead).cast::<F::Item>();
            let from = from.wrapping_add(panel * width);
            let each = block.reduced.len() / STREAMS;
            for first in (0..=each).step_by(ROWS / STREAMS) {
                let turns = first..(first + ROWS / STREAMS).min(each + 1);
                let lanes = &mut storage[..states.len()];
                lanes.fill(MaybeUninit::new(F::NOTHING));
                // SAFETY: just written; the block's items, as the caller promises.
                let lanes = unsafe {
                    let lanes = lanes.assume_init_mut();
                    add_rows(fold, from, block.reduced, turns, lanes);
                    lanes
                };
                for (state, lane) in states.iter_mut().zip(lanes) {
                    fold.absorb(state, *lane);
                }
            }
        }
    }
}

/// Adds some of the rows, each at its offset from `from`, to lanes. Eight streams go from one row
/// to the next; the last turn takes the rows that are left.
///
/// # Safety
/// Each row has an item for each lane.
#[inline(always)]
unsafe fn add_rows<F: Fold>(
    fold: &F,
    from: *const F::Item,
    rows: &[isize],
    turns: Range<usize>,
    lanes: &mut [F::Lane],
) {
    let each = rows.len() / STREAMS;
    // Streams that would share the sets of a first-level cache start beside one another.
    let crowded = each > 1 && (rows[each] - rows[0]) % WAY == 0;
    for first in turns.start..turns.end.min(each) {
        let row = |stream: usize| match crowded {
            true => rows[first * STREAMS + stream],
            false => rows[first + stream * each],
        };
        let [a, b, c, d] = [row(0), row(1), row(2), row(3)];
        let [e, f, g, h] = [row(4), row(5), row(6), row(7)];
        for (at, lane) in lanes.iter_mut().enumerate() {
            // SAFETY: the caller's promise.
            let item = |row: isize| unsafe { item(from, row, at) };
            let (low, high) =
                ([item(a), item(b), item(c), item(d)], [item(e), item(f), item(g), item(h)]);
            *lane = fold.join(*lane, fold.eight(low, high));
        }
    }
    let rest = if turns.end > each { each * STREAMS } else { rows.len() };
    for &row in &rows[rest..] {
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
    // Otherwise each stream goes from one run to the next.
    let each = total / STREAMS;
    let turns = if cut { 2 * total } else { each + usize::from(!total.is_multiple_of(STREAMS)) };
    let mut lanes = [[[F::NOTHING; ACROSS]; STREAMS]; 2];
    for turn in 0..turns {
        let (first, count, piece, skip) = match (cut, turn % 2) {
            (false, _) if turn < each => (turn, STREAMS, length, 0),
            (false, _) => (STREAMS * each, total % STREAMS, length, 0),
            (true, 0) => (turn / 2, STREAMS, piece, 0),
            (true, _) => (turn / 2, 1, length - STREAMS * piece, STREAMS * piece),
        };
        let step = if turn < each { each } else { 1 };
        let run = |at: usize| if cut { first } else { first + at * step };
        let mut from = [std::ptr::null(); STREAMS];
        for (at, from) in from[..count].iter_mut().enumerate() {
            let (kept, reduced) = (block.kept[run(at) / runs], block.reduced[run(at) % runs]);
            let start = block.from.wrapping_offset(kept).wrapping_offset(reduced);
            let skip = if cut { skip + at * piece } else { 0 };
            *from = start.cast::<F::Item>().wrapping_add(skip);
        }
        // SAFETY: the block's items, as the caller promises.
        unsafe { add_runs(fold, &from[..count], piece, &mut lanes) };
        for (at, lanes) in lanes[0][..count].iter().enumerate() {
            fold.absorb(&mut states[run(at) / runs], fold.tree(*black_box(lanes)));
        }
    }
}

/// The lane of one run.
///
/// # Safety
/// The items can be read.
#[inline(always)]
pub(super) unsafe fn lane_of<F: Fold>(fold: &F, from: *const F::Item, length: usize) -> F::Lane {
    let mut lanes = [[[F::NOTHING; ACROSS]; 1]; 2];
    // SAFETY: the caller's promise.
    unsafe { add_runs(fold, &[from], length, &mut lanes) };
    fold.tree(lanes[0][0])
}

/// Adds up runs of one length, read at once, each in the first of its lanes.
///
/// # Safety
/// The items of each run can be read; there are lanes for each run.
#[inline(always)]
unsafe fn add_runs<F: Fold, const N: usize>(
    fold: &F,
    from: &[*const F::Item],
    length: usize,
    lanes: &mut [[[F::Lane; ACROSS]; N]; 2],
) {
    let [all, some] = lanes;
    let rows = length / ACROSS;
    all[..from.len()].fill([F::NOTHING; ACROSS]);
    for first in (0..rows).step_by(ROWS) {
        let last = (first + ROWS).min(rows);
        some[..from.len()].fill([F::NOTHING; ACROSS]);
        let fours = first + (last - first) / 4 * 4;
        for row in (first..fours).step_by(4) {
            for (from, lanes) in from.iter().zip(some.iter_mut()) {
                // SAFETY: the caller's promise.
                unsafe { add_four(fold, from.wrapping_add(row * ACROSS), lanes) }
            }
        }
        for row in fours..last {
            for (from, lanes) in from.iter().zip(some.iter_mut()) {
                // SAFETY: the caller's promise.
                unsafe { add_one(fold, from.wrapping_add(row * ACROSS), lanes) }
            }
        }
        for (all, some) in all[..from.len()].iter_mut().zip(some.iter()) {
            let mut sum = *all;
            for at in 0..ACROSS {
                sum[at] = fold.join(sum[at], some[at]);
            }
            *all = sum;
        }
    }
    for (from, lanes) in from.iter().zip(all) {
        for (at, lane) in lanes[..length % ACROSS].iter_mut().enumerate() {
            // SAFETY: the caller's promise.
            let item = unsafe { from.wrapping_add(rows * ACROSS + at).read_unaligned() };
            *lane = fold.join(*lane, fold.lift(item));
        }
    }
}

/// Adds four rows that follow one another. The sums are a copy, so that the compiler sees that
/// they lie apart from the items. Its order of reading is its own: lines that are met out of order
/// come a quarter more slowly, so each is touched in its turn first.
///
/// # Safety
/// The items can be read.
#[inline(always)]
unsafe fn add_four<F: Fold>(fold: &F, from: *const F::Item, lanes: &mut [F::Lane; ACROSS]) {
    for line in (0..4 * size_of::<[F::Item; ACROSS]>()).step_by(LINE) {
        // SAFETY: a byte of the items.
        let _ = unsafe { from.cast::<u8>().wrapping_add(line).read_volatile() };
    }
    let mut sums = *lanes;
    for (at, sum) in sums.iter_mut().enumerate() {
        // SAFETY: the caller's promise.
        let item = |row: usize| unsafe { from.wrapping_add(row * ACROSS + at).read_unaligned() };
        *sum = fold.join(*sum, fold.four([item(0), item(1), item(2), item(3)]));
    }
    *lanes = sums;
}

/// Adds one row.
///
/// # Safety
/// The items can be read.
#[inline(always)]
unsafe fn add_one<F: Fold>(fold: &F, from: *const F::Item, lanes: &mut [F::Lane; ACROSS]) {
    let mut sums = *lanes;
    for (at, sum) in sums.iter_mut().enumerate() {
        // SAFETY: the caller's promise.
        *sum = fold.join(*sum, fold.lift(unsafe { from.wrapping_add(at).read_unaligned() }));
    }
    *lanes = sums;
}

/// Lanes joined half by half.
#[inline(always)]
pub(super) fn halved<T: Copy, const N: usize>(mut lanes: [T; N], join: impl Fn(T, T) -> T) -> T {
    let mut count = N;
    while count > 1 {
        count /= 2;
        for at in 0..count {
            lanes[at] = join(lanes[at], lanes[at + count]);
        }
    }
    lanes[0]
}

/// See [`Lie::Short`].
///
/// # Safety
/// As for [`Kernel::add`].
#[inline(always)]
unsafe fn short<F: Fold>(fold: &F, block: &Block<'_>, states: &mut [F::State]) {
    let from = block.from.cast::<F::Item>();
    // SAFETY: the block's items, as the caller promises.
    unsafe {
        match (block.width, block.run) {
            (1, 2) => short_runs::<F, 2>(fold, from, states),
            (1, 4) => short_runs::<F, 4>(fold, from, states),
            (1, 8) => short_runs::<F, 8>(fold, from, states),
            (1, 16) => short_runs::<F, 16>(fold, from, states),
            (1, 32) => short_runs::<F, 32>(fold, from, states),
            (2, run) => short_rows::<F, 2>(fold, from, run, states),
            (4, run) => short_rows::<F, 4>(fold, from, run, states),
            (8, run) => short_rows::<F, 8>(fold, from, run, states),
            (width, run) => short_columns(fold, from, width, run, states),
        }
    }
}

/// The items of a run are its lanes. What is kept from the compiler is where a run begins: it would
/// gather the first items of several.
///
/// # Safety
/// `N` items for each state can be read.
#[inline(always)]
unsafe fn short_runs<F: Fold, const N: usize>(
    fold: &F,
    from: *const F::Item,
    states: &mut [F::State],
) {
    const SOME: usize = 64;
    let mut sums = [F::NOTHING; SOME];
    for (some, states) in states.chunks_mut(SOME).enumerate() {
        for (run, sum) in sums[..states.len()].iter_mut().enumerate() {
            let from = black_box(from.wrapping_add((some * SOME + run) * N));
            let mut lanes = [F::NOTHING; N];
            for (at, lane) in lanes.iter_mut().enumerate() {
                // SAFETY: the caller's promise.
                *lane = fold.lift(unsafe { from.wrapping_add(at).read_unaligned() });
            }
            *sum = fold.tree(lanes);
        }
        for (state, sum) in states.iter_mut().zip(&sums) {
            fold.absorb(state, *sum);
        }
    }
}

/// # Safety
/// As many items as the run is long can be read for each state.
#[inline(always)]
unsafe fn short_rows<F: Fold, const W: usize>(
    fold: &F,
    from: *const F::Item,
    run: usize,
    states: &mut [F::State],
) {
    for (group, states) in states.chunks_exact_mut(W).enumerate() {
        let mut lanes = [F::NOTHING; W];
        for row in 0..run {
            let from = from.wrapping_add((group * run + row) * W);
            for (at, lane) in lanes.iter_mut().enumerate() {
                // SAFETY: the caller's promise.
                let item = unsafe { from.wrapping_add(at).read_unaligned() };
                *lane = fold.join(*lane, fold.lift(item));
            }
        }
        for (state, lane) in states.iter_mut().zip(lanes) {
            fold.absorb(state, lane);
        }
    }
}

/// # Safety
/// As many items as the run is long can be read for each state.
#[inline(always)]
unsafe fn short_columns<F: Fold>(
    fold: &F,
    from: *const F::Item,
    width: usize,
    run: usize,
    states: &mut [F::State],
) {
    for (group, states) in states.chunks_exact_mut(width).enumerate() {
        for (column, state) in states.iter_mut().enumerate() {
            let first = from.wrapping_add(group * run * width + column);
            let mut lane = F::NOTHING;
            for row in 0..run {
                // SAFETY: the caller's promise.
                let item = unsafe { first.wrapping_add(row * width).read_unaligned() };
                lane = fold.join(lane, fold.lift(item));
            }
            fold.absorb(state, lane);
        }
    }
}
