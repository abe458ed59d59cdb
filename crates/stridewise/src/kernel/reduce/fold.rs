//! Fold: reductions that join items two by two, such as sums, products and extremes.
//!
//! ```text
//! down:   for rows, 8 at a time:  lane[c] = lane[c] + ((r0[c]+r4[c]) + (r2[c]+r6[c])) + ...
//! across: the run as rows of P items, down as above, then lanes halved: P, P/2, ... 1;
//!         of short runs, those of several at once
//! now and then: state = state + lane, with more precision than a lane has
//! ```
//!
//! Eight rows at once read eight streams, and touch each lane once for eight items: loads, not
//! sums, are the limit. A lane joins at most 64 rows before it goes into a state, so its rounding
//! errors stay below those of pairwise summation, and states are wider or compensated.
//! Which items are joined in which order depends on the numbers of rows and columns alone.
//! In `(3,4):(32,8)+0` there are 3 rows and 4 lanes.

use std::mem::MaybeUninit;

use super::block::{Block, Kernel};
use super::error::Fault;

/// Rows that go into a lane before the lane goes into its state.
const ROWS: usize = 64;
/// The most lanes at once; on the stack.
const LANES: usize = 2048;
/// Lanes of a run.
const ACROSS: usize = 64;
/// Runs below this length are taken several at a time.
const SHORT: usize = 64;
/// How many.
const SEVERAL: usize = 16;
/// The longest run that becomes one lane.
pub(super) const MOST_RUN: usize = ROWS * ACROSS;

/// How items are joined.
pub(super) trait Fold: Copy + Send + Sync {
    /// What is read.
    type Item: Copy;
    /// A partial result of up to 2^14 items.
    type Lane: Copy;
    /// A partial result of any number of items.
    type State: Copy;

    /// What joins as nothing.
    fn nothing(&self) -> Self::Lane;
    /// The lane of one item.
    fn lift(&self, item: Self::Item) -> Self::Lane;
    /// The lane of the items of both.
    fn join(&self, left: Self::Lane, right: Self::Lane) -> Self::Lane;
    /// The lane of several items.
    #[inline(always)]
    fn tree<const N: usize>(&self, items: [Self::Item; N]) -> Self::Lane {
        let mut lanes = items.map(
            #[inline(always)]
            |item| self.lift(item),
        );
        let mut count = N;
        while count > 1 {
            count /= 2;
            for at in 0..count {
                lanes[at] = self.join(lanes[at], lanes[at + count]);
            }
        }
        lanes[0]
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

/// What becomes of a state in the end.
pub(super) trait Ending<S>: Copy + Send + Sync {
    /// What is written.
    type Out: Copy;
    /// The result of a state.
    fn end(&self, state: &S) -> Result<Self::Out, Fault>;
}

/// A fold with its ending.
#[derive(Clone, Copy)]
pub(super) struct Folding<F, E>(pub(super) F, pub(super) E);

impl<F: Fold, E: Ending<F::State>> Kernel for Folding<F, E> {
    type Item = F::Item;
    type State = F::State;
    type Out = E::Out;

    #[inline(always)]
    fn begin(&self) -> F::State {
        self.0.begin()
    }

    #[inline(always)]
    unsafe fn down(&self, block: &Block<'_>, states: &mut [F::State]) {
        // SAFETY: the caller's promise.
        unsafe { fold_down(&self.0, block, states, |state| state) }
    }

    #[inline(always)]
    unsafe fn across(&self, block: &Block<'_>, states: &mut [F::State]) {
        // SAFETY: the caller's promise.
        unsafe { fold_across(&self.0, block, states, |state| state) }
    }

    #[inline(always)]
    fn merge(&self, into: &mut F::State, from: &F::State) {
        self.0.merge(into, from);
    }

    #[inline(always)]
    fn is_settled(&self, state: &F::State) -> bool {
        self.0.is_settled(state)
    }

    #[inline(always)]
    fn finish(&self, state: &F::State) -> Result<E::Out, Fault> {
        self.1.end(state)
    }
}

/// See [`Kernel::down`]; `part` is the fold's part of a state.
///
/// # Safety
/// As for [`Kernel::down`].
#[inline(always)]
pub(super) unsafe fn fold_down<F: Fold, S>(
    fold: &F,
    block: &Block<'_>,
    states: &mut [S],
    part: impl Fn(&mut S) -> &mut F::State,
) {
    let mut storage = [const { MaybeUninit::<F::Lane>::uninit() }; LANES];
    for (lead, states) in block.kept.iter().zip(states.chunks_mut(block.run)) {
        for (panel, states) in states.chunks_mut(LANES).enumerate() {
            let from = block.from.wrapping_offset(*lead).cast::<F::Item>();
            let from = from.wrapping_add(panel * LANES);
            for rows in block.reduced.chunks(ROWS) {
                for lane in &mut storage[..states.len()] {
                    lane.write(fold.nothing());
                }
                // SAFETY: just written.
                let lanes = unsafe { storage[..states.len()].assume_init_mut() };
                // SAFETY: the block's items, as the caller promises.
                unsafe { add_rows(fold, from, rows, lanes) }
                for (state, lane) in states.iter_mut().zip(lanes) {
                    fold.absorb(part(state), *lane);
                }
            }
        }
    }
}

/// See [`Kernel::across`]; `part` is the fold's part of a state.
///
/// # Safety
/// As for [`Kernel::across`].
#[inline(always)]
pub(super) unsafe fn fold_across<F: Fold, S>(
    fold: &F,
    block: &Block<'_>,
    states: &mut [S],
    part: impl Fn(&mut S) -> &mut F::State,
) {
    let length = block.run;
    let (mut kept, mut states) = (block.kept, states);
    if let [run] = block.reduced
        && length < SHORT
    {
        let from = block.from.wrapping_offset(*run);
        while let Some((several, more)) = kept.split_first_chunk::<SEVERAL>() {
            let (some, others) = states.split_at_mut(SEVERAL);
            let mut lanes = [fold.nothing(); SEVERAL];
            // SAFETY: the block's items, as the caller promises.
            unsafe { runs_of(fold, from, several, length, &mut lanes) }
            for (state, lane) in some.iter_mut().zip(lanes) {
                fold.absorb(part(state), lane);
            }
            (kept, states) = (more, others);
        }
    }
    for (lead, state) in kept.iter().zip(states) {
        for run in block.reduced {
            let from = block.from.wrapping_offset(*lead).wrapping_offset(*run);
            let (mut from, mut rest) = (from.cast::<F::Item>(), length);
            while rest > 0 {
                let length = rest.min(MOST_RUN);
                // SAFETY: the block's items, as the caller promises.
                fold.absorb(part(state), unsafe { run_of(fold, from, length) });
                from = from.wrapping_add(length);
                rest -= length;
            }
        }
    }
}

/// The lanes of several runs of one length below [`SHORT`], each the same as by [`run_of`]: their
/// lanes are halved together, side by side.
///
/// # Safety
/// The items of each run can be read.
#[inline(always)]
unsafe fn runs_of<F: Fold>(
    fold: &F,
    from: *const u8,
    leads: &[isize; SEVERAL],
    length: usize,
    lanes: &mut [F::Lane; SEVERAL],
) {
    // SAFETY: the caller's promise.
    unsafe {
        match length {
            0 => {}
            1 => {
                for (lane, lead) in lanes.iter_mut().zip(leads) {
                    let item = from.wrapping_offset(*lead).cast::<F::Item>();
                    *lane = fold.lift(item.read_unaligned());
                }
            }
            2..4 => several_of::<F, 2>(fold, from, leads, length, lanes),
            4..16 => several_of::<F, 4>(fold, from, leads, length, lanes),
            16..32 => several_of::<F, 8>(fold, from, leads, length, lanes),
            _ => several_of::<F, 16>(fold, from, leads, length, lanes),
        }
    }
}

/// # Safety
/// As for `runs_of`.
#[inline(always)]
unsafe fn several_of<F: Fold, const P: usize>(
    fold: &F,
    from: *const u8,
    leads: &[isize; SEVERAL],
    length: usize,
    lanes: &mut [F::Lane; SEVERAL],
) {
    const MOST: usize = 16 * SEVERAL;
    let mut wide = [fold.nothing(); MOST];
    for (at, lead) in leads.iter().enumerate() {
        let from = from.wrapping_offset(*lead).cast::<F::Item>();
        // SAFETY: the caller's promise.
        let row = unsafe { partial::<F, P>(fold, from, length) };
        wide[at * P..(at + 1) * P].copy_from_slice(&row);
    }
    let mut half = [fold.nothing(); MOST / 2];
    if P == 16 {
        halve::<F, 8>(fold, &wide, &mut half);
        wide[..MOST / 2].copy_from_slice(&half);
    }
    if P >= 8 {
        halve::<F, 4>(fold, &wide, &mut half);
        wide[..MOST / 2].copy_from_slice(&half);
    }
    if P >= 4 {
        halve::<F, 2>(fold, &wide, &mut half);
        wide[..MOST / 2].copy_from_slice(&half);
    }
    halve::<F, 1>(fold, &wide, &mut half);
    lanes.copy_from_slice(&half[..SEVERAL]);
}

/// Joins the halves of each of several groups of `2 * H` lanes.
#[inline(always)]
fn halve<F: Fold, const H: usize>(fold: &F, wide: &[F::Lane], half: &mut [F::Lane]) {
    let groups = wide[..2 * H * SEVERAL].chunks_exact(2 * H);
    for (group, half) in groups.zip(half[..H * SEVERAL].chunks_exact_mut(H)) {
        for at in 0..H {
            half[at] = fold.join(group[at], group[at + H]);
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
    // SAFETY: the caller's promise.
    unsafe {
        while let Some((eight, more)) = rest.split_first_chunk::<8>() {
            add::<F, 8>(fold, from, eight, lanes);
            rest = more;
        }
        if let Some((four, more)) = rest.split_first_chunk::<4>() {
            add::<F, 4>(fold, from, four, lanes);
            rest = more;
        }
        if let Some((two, more)) = rest.split_first_chunk::<2>() {
            add::<F, 2>(fold, from, two, lanes);
            rest = more;
        }
        if let Some((one, _)) = rest.split_first_chunk::<1>() {
            add::<F, 1>(fold, from, one, lanes);
        }
    }
}

/// # Safety
/// As for `add_rows`.
#[inline(always)]
unsafe fn add<F: Fold, const N: usize>(
    fold: &F,
    from: *const F::Item,
    rows: &[isize; N],
    lanes: &mut [F::Lane],
) {
    let rows = rows.map(
        #[inline(always)]
        |row| from.wrapping_byte_offset(row),
    );
    for (at, lane) in lanes.iter_mut().enumerate() {
        let items = rows.map(
            #[inline(always)]
            // SAFETY: the caller's promise.
            |row| unsafe { row.wrapping_add(at).read_unaligned() },
        );
        *lane = fold.join(*lane, fold.tree(items));
    }
}

/// The lane of a run of items.
///
/// # Safety
/// The items can be read.
#[inline(always)]
pub(super) unsafe fn run_of<F: Fold>(fold: &F, from: *const F::Item, length: usize) -> F::Lane {
    // SAFETY: the caller's promise.
    unsafe {
        match length {
            0 => fold.nothing(),
            1 => fold.lift(from.read_unaligned()),
            2..4 => lanes_of::<F, 2>(fold, from, length),
            4..16 => lanes_of::<F, 4>(fold, from, length),
            16..32 => lanes_of::<F, 8>(fold, from, length),
            32..SHORT => lanes_of::<F, 16>(fold, from, length),
            SHORT..256 => lanes_of::<F, 32>(fold, from, length),
            _ => lanes_of::<F, 64>(fold, from, length),
        }
    }
}

/// # Safety
/// As for `run_of`.
#[inline(always)]
unsafe fn lanes_of<F: Fold, const P: usize>(
    fold: &F,
    from: *const F::Item,
    length: usize,
) -> F::Lane {
    // SAFETY: the caller's promise.
    let mut lanes = unsafe { partial::<F, P>(fold, from, length) };
    let mut count = P;
    while count > 1 {
        count /= 2;
        for at in 0..count {
            lanes[at] = fold.join(lanes[at], lanes[at + count]);
        }
    }
    lanes[0]
}

/// The lanes of a run, `P` items to a row.
///
/// # Safety
/// As for `run_of`.
#[inline(always)]
unsafe fn partial<F: Fold, const P: usize>(
    fold: &F,
    from: *const F::Item,
    length: usize,
) -> [F::Lane; P] {
    let mut lanes = [fold.nothing(); P];
    let (rows, tail) = (length / P, length % P);
    let row = |row: usize| from.wrapping_add(row * P);
    let mut next = 0;
    // SAFETY: the caller's promise, here and below.
    unsafe {
        while next + 8 <= rows {
            add_row::<F, P, 8>(fold, row(next), &mut lanes);
            next += 8;
        }
        while next + 2 <= rows {
            add_row::<F, P, 2>(fold, row(next), &mut lanes);
            next += 2;
        }
        if next < rows {
            add_row::<F, P, 1>(fold, row(next), &mut lanes);
        }
        for (at, lane) in lanes[..tail].iter_mut().enumerate() {
            let item = row(rows).wrapping_add(at).read_unaligned();
            *lane = fold.join(*lane, fold.lift(item));
        }
    }
    lanes
}

/// Adds `N` rows that follow one another.
///
/// # Safety
/// As for `run_of`.
#[inline(always)]
unsafe fn add_row<F: Fold, const P: usize, const N: usize>(
    fold: &F,
    from: *const F::Item,
    lanes: &mut [F::Lane; P],
) {
    for (at, lane) in lanes.iter_mut().enumerate() {
        let items = std::array::from_fn::<_, N, _>(
            #[inline(always)]
            // SAFETY: the caller's promise.
            |row| unsafe { from.wrapping_add(row * P + at).read_unaligned() },
        );
        *lane = fold.join(*lane, fold.tree(items));
    }
}
