//! Fold: reductions that join items two by two, such as sums, products and extremes.
//!
//! ```text
//! down:   for rows, 8 at a time:  lane[c] = lane[c] + (((r0+r1)+(r2+r3)) + ((r4+r5)+(r6+r7)))[c]
//! across: the same with a run cut into rows of a line each; at last the lanes are added half by
//!         half: 16, 8, ... 1
//! short:  of runs of 2, 4, ... 32 items the items are the lanes
//! now and then: state = state + lane, with more precision than a lane has
//! ```
//!
//! Memory is read fastest where it is read as the processor expects: few long streams, each line
//! asked for in its turn. So rows are added over their whole length, eight streams of them far
//! apart; panels of half the length lost a third. A run is one stream, whose lines are touched
//! eight at a time before they are added, since compilers read them in an order of their own:
//! asking for lines further ahead took a fifth to a half of the speed away.
//!
//! A lane joins at most 64 rows before it is joined to others, so that its rounding errors stay
//! near those of pairwise summation, and states are wider or compensated.
//! Which items are joined in which order depends on the numbers of rows and columns alone.
//! In `(3,4):(32,8)+0` there are 3 rows and 4 lanes.

use std::hint::black_box;
use std::mem::MaybeUninit;

use super::block::{Block, Kernel, Lie};

/// Rows that go into a lane before the lane goes further.
const ROWS: usize = 64;
/// The most lanes at once, of 4 bytes each; on the stack.
const LANES: usize = 16384;
/// Rows that are added to one another at once, and streams of them.
const STREAMS: usize = 8;

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

/// Adds rows, each at its offset from `from`, to lanes: eight streams, each from one row to the
/// next.
///
/// # Safety
/// Each row has an item for each lane.
#[inline(always)]
unsafe fn add_rows<F: Fold>(fold: &F, from: *const F::Item, rows: &[isize], lanes: &mut [F::Lane]) {
    let each = rows.len() / STREAMS;
    for turn in 0..each {
        let row = |stream: usize| rows[turn + stream * each];
        let ([a, b, c, d], [e, f, g, h]) =
            ([row(0), row(1), row(2), row(3)], [row(4), row(5), row(6), row(7)]);
        for (at, lane) in lanes.iter_mut().enumerate() {
            // SAFETY: the caller's promise.
            let item = |row: isize| unsafe { item(from, row, at) };
            let (low, high) =
                ([item(a), item(b), item(c), item(d)], [item(e), item(f), item(g), item(h)]);
            *lane = fold.join(*lane, fold.eight(low, high));
        }
    }
    for &row in &rows[each * STREAMS..] {
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
    for (lead, state) in block.kept.iter().zip(states) {
        for run in block.reduced {
            let from = block.from.wrapping_offset(*lead).wrapping_offset(*run).cast::<F::Item>();
            // SAFETY: the block's items, as the caller promises.
            fold.absorb(state, unsafe { lane_of(fold, from, block.run) });
        }
    }
}

/// The lane of one run.
///
/// # Safety
/// The items can be read.
#[inline(always)]
pub(super) unsafe fn lane_of<F: Fold>(fold: &F, from: *const F::Item, length: usize) -> F::Lane {
    // SAFETY: the caller's promise.
    unsafe {
        match size_of::<F::Item>() {
            1 => lane_in::<F, 64>(fold, from, length),
            2 => lane_in::<F, 32>(fold, from, length),
            4 => lane_in::<F, 16>(fold, from, length),
            _ => lane_in::<F, 8>(fold, from, length),
        }
    }
}

/// The lane of one run, by way of `N` lanes, a line of items.
///
/// # Safety
/// The items can be read.
#[inline(always)]
unsafe fn lane_in<F: Fold, const N: usize>(
    fold: &F,
    from: *const F::Item,
    length: usize,
) -> F::Lane {
    // SAFETY: the caller's promise.
    let item = |at: usize| unsafe { from.wrapping_add(at).read_unaligned() };
    let mut all = [F::NOTHING; N];
    let mut next = 0;
    while next + STREAMS * N <= length {
        let last = length.min(next + ROWS * N);
        let mut some = [F::NOTHING; N];
        while next + STREAMS * N <= last {
            for line in 0..STREAMS {
                // SAFETY: a byte of the items.
                let _ = unsafe { from.wrapping_add(next + line * N).cast::<u8>().read_volatile() };
            }
            for (at, lane) in some.iter_mut().enumerate() {
                let four = |first: usize| {
                    let item = |row: usize| item(next + row * N + at);
                    [item(first), item(first + 1), item(first + 2), item(first + 3)]
                };
                *lane = fold.join(*lane, fold.eight(four(0), four(4)));
            }
            next += STREAMS * N;
        }
        for at in 0..N {
            all[at] = fold.join(all[at], some[at]);
        }
    }
    while next + N <= length {
        for (at, lane) in all.iter_mut().enumerate() {
            *lane = fold.join(*lane, fold.lift(item(next + at)));
        }
        next += N;
    }
    for (at, lane) in all[..length - next].iter_mut().enumerate() {
        *lane = fold.join(*lane, fold.lift(item(next + at)));
    }
    fold.tree(all)
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
