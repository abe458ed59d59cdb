//! Moments: count, mean and sum of squared deviations, from which variances follow.
//!
//! ```text
//! for each block: mean = pivot + sum(x - pivot) / n;  squares = sum((x - mean)^2) - drift
//! then with the blocks before: Chan, Golub and LeVeque's merge
//! ```
//!
//! A block is read from memory once and from the cache twice more. The pivot is an item of the block, so
//! that items that are all equal have exactly their value as mean and 0 as variance. The drift is
//! what `sum(x - mean)` differs from 0 by. Of `[1, 2, 3]` the mean is 2, the squares are 2.

use std::marker::PhantomData;

use super::block::{Block, Ending, Kernel, Lie};
use super::fold::halved;
use super::number::{Complex, Order};
use super::sum::plain;
use crate::kernel::element::Number;

/// Columns at once; on the stack.
const WIDTH: usize = 256;
/// Rows of a block: with the columns, what a first-level cache holds.
const ROWS: usize = 16;
/// Items of a run at once.
const RUN: usize = 2048;
/// Partial sums of a run.
const LANES: usize = 32;

/// Where deviations are computed: reals, or the plane.
pub(super) trait Space: Copy + Send + Sync {
    /// The origin.
    const ZERO: Self;
    /// Their sum.
    fn plus(self, other: Self) -> Self;
    /// Their difference.
    fn minus(self, other: Self) -> Self;
    /// A multiple.
    fn times(self, factor: f64) -> Self;
    /// The square of the distance from the origin.
    fn square(self) -> f64;
}

impl Space for f64 {
    const ZERO: f64 = 0.0;
    #[inline(always)]
    fn plus(self, other: f64) -> f64 {
        self + other
    }
    #[inline(always)]
    fn minus(self, other: f64) -> f64 {
        self - other
    }
    #[inline(always)]
    fn times(self, factor: f64) -> f64 {
        self * factor
    }
    #[inline(always)]
    fn square(self) -> f64 {
        self * self
    }
}

impl Space for Complex {
    const ZERO: Complex = [0.0; 2];
    #[inline(always)]
    fn plus(self, other: Complex) -> Complex {
        [self[0] + other[0], self[1] + other[1]]
    }
    #[inline(always)]
    fn minus(self, other: Complex) -> Complex {
        [self[0] - other[0], self[1] - other[1]]
    }
    #[inline(always)]
    fn times(self, factor: f64) -> Complex {
        [self[0] * factor, self[1] * factor]
    }
    #[inline(always)]
    fn square(self) -> f64 {
        self[0] * self[0] + self[1] * self[1]
    }
}

/// Items that lie in such a space.
pub(super) trait Deviates: Order {
    /// The space.
    type In: Space;
    /// Where it lies.
    fn place(self) -> Self::In;
}

impl Deviates for f32 {
    type In = f64;
    #[inline(always)]
    fn place(self) -> f64 {
        f64::from(self)
    }
}

impl Deviates for f64 {
    type In = f64;
    #[inline(always)]
    fn place(self) -> f64 {
        self
    }
}

impl Deviates for Complex {
    type In = Complex;
    #[inline(always)]
    fn place(self) -> Complex {
        self
    }
}

/// Gathers moments; what is no number is skipped where `SKIP`.
#[derive(Clone, Copy)]
pub(super) struct Moments<T, const SKIP: bool>(PhantomData<fn() -> T>);

impl<T, const SKIP: bool> Moments<T, SKIP> {
    pub(super) fn new() -> Self {
        Moments(PhantomData)
    }
}

/// Count, mean and squared deviations. The mean is a place near it and the way from there, which
/// together are more exact than one number: means that are far from the origin differ by little.
#[derive(Clone, Copy)]
pub(super) struct Moment<V> {
    count: f64,
    near: V,
    off: V,
    squares: f64,
}

impl<V: Space> Moment<V> {
    const NONE: Moment<V> = Moment { count: 0.0, near: V::ZERO, off: V::ZERO, squares: 0.0 };

    /// Both together, as if all items had been met at once.
    #[inline(always)]
    fn merge(&mut self, other: &Moment<V>) {
        if other.count == 0.0 {
            return;
        }
        if self.count == 0.0 {
            *self = *other;
            return;
        }
        let count = self.count + other.count;
        let apart = other.near.minus(self.near).plus(other.off.minus(self.off));
        self.off = self.off.plus(apart.times(other.count / count));
        self.squares += other.squares + apart.square() * (self.count * other.count / count);
        self.count = count;
    }

    /// The moment of items whose deviations from `near` add up to `drift` and `squares`.
    #[inline(always)]
    fn around(near: V, count: f64, drift: V, squares: f64) -> Moment<V> {
        if count == 0.0 {
            return Moment::NONE;
        }
        let off = drift.times(1.0 / count);
        // Rounding may leave less than nothing.
        let rest = squares - off.square() * count;
        let squares = if rest < 0.0 { 0.0 } else { rest };
        Moment { count, near, off, squares }
    }
}

impl<T: Deviates, const SKIP: bool> Kernel for Moments<T, SKIP> {
    type Item = T;
    type State = Moment<T::In>;
    const WIDE: bool = T::WIDE && !SKIP;

    fn begin(&self) -> Self::State {
        Moment::NONE
    }

    #[inline(always)]
    unsafe fn add(&self, block: &Block<'_>, states: &mut [Self::State]) {
        // SAFETY: the caller's promise.
        unsafe {
            match block.lie {
                Lie::Down => Self::down(block, states),
                Lie::Across | Lie::Short => Self::across(block, states),
            }
        }
    }

    fn merge(&self, into: &mut Self::State, from: &Self::State) {
        into.merge(from);
    }
}

impl<T: Deviates, const SKIP: bool> Moments<T, SKIP> {
    /// How far an item is from a place, and 1 if it counts.
    #[inline(always)]
    fn from_place(item: T, place: T::In) -> (T::In, f64) {
        if SKIP && item.is_nan() { (T::In::ZERO, 0.0) } else { (item.place().minus(place), 1.0) }
    }

    /// # Safety
    /// As for [`Kernel::add`].
    #[inline(always)]
    unsafe fn down(block: &Block<'_>, states: &mut [Moment<T::In>]) {
        for (lead, states) in block.kept.iter().zip(states.chunks_mut(block.run)) {
            for (panel, states) in states.chunks_mut(WIDTH).enumerate() {
                let from = block.from.wrapping_offset(*lead).cast::<T>();
                let from = from.wrapping_add(panel * WIDTH);
                for rows in block.reduced.chunks(ROWS) {
                    // SAFETY: the block's items, as the caller promises.
                    unsafe { Self::columns(from, rows, states) }
                }
            }
        }
    }

    /// # Safety
    /// As for [`Kernel::add`].
    #[inline(always)]
    unsafe fn across(block: &Block<'_>, states: &mut [Moment<T::In>]) {
        for (lead, state) in block.kept.iter().zip(states) {
            for run in block.reduced {
                let from = block.from.wrapping_offset(*lead).wrapping_offset(*run).cast::<T>();
                for next in (0..block.run).step_by(RUN) {
                    let length = (block.run - next).min(RUN);
                    // SAFETY: the block's items, as the caller promises.
                    state.merge(&unsafe { Self::run(from.wrapping_add(next), length) });
                }
            }
        }
    }

    /// Merges the moments of a few rows into those of their columns.
    ///
    /// # Safety
    /// Each row has an item for each state.
    #[inline(always)]
    unsafe fn columns(from: *const T, rows: &[isize], states: &mut [Moment<T::In>]) {
        let width = states.len();
        // SAFETY: the caller's promise.
        let item = |row: isize, at: usize| unsafe {
            from.wrapping_byte_offset(row).wrapping_add(at).read_unaligned()
        };
        let mut near = [T::In::ZERO; WIDTH];
        let mut drift = [T::In::ZERO; WIDTH];
        let mut counts = [rows.len() as f64; WIDTH];
        let mut squares = [0.0; WIDTH];
        for (at, near) in near[..width].iter_mut().enumerate() {
            let number = rows.iter().map(|&row| item(row, at)).find(|item| !SKIP || !item.is_nan());
            *near = number.map_or(T::In::ZERO, T::place);
        }
        for &row in rows {
            for at in 0..width {
                drift[at] = drift[at].plus(Self::from_place(item(row, at), near[at]).0);
            }
        }
        if SKIP {
            counts = [0.0; WIDTH];
            for &row in rows {
                for (at, count) in counts[..width].iter_mut().enumerate() {
                    *count += Self::from_place(item(row, at), near[at]).1;
                }
            }
        }
        for at in 0..width {
            near[at] = near[at].plus(drift[at].times(1.0 / counts[at].max(1.0)));
            drift[at] = T::In::ZERO;
        }
        for &row in rows {
            for at in 0..width {
                let (apart, _) = Self::from_place(item(row, at), near[at]);
                drift[at] = drift[at].plus(apart);
                squares[at] += apart.square();
            }
        }
        for (at, state) in states.iter_mut().enumerate() {
            state.merge(&Moment::around(near[at], counts[at], drift[at], squares[at]));
        }
    }

    /// The moment of a run.
    ///
    /// # Safety
    /// The items can be read.
    #[inline(always)]
    unsafe fn run(from: *const T, length: usize) -> Moment<T::In> {
        // SAFETY: the caller's promise.
        let item = |at: usize| unsafe { from.wrapping_add(at).read_unaligned() };
        let pivot = (0..length).map(item).find(|item| !SKIP || !item.is_nan());
        let pivot = pivot.map_or(T::In::ZERO, T::place);
        let whole = length - length % LANES;
        let mut drifts = [T::In::ZERO; LANES];
        let mut counts = [0.0; LANES];
        let mut next = 0;
        while next < length {
            let lanes = if next < whole { LANES } else { length - next };
            for at in 0..lanes {
                let (apart, counted) = Self::from_place(item(next + at), pivot);
                drifts[at] = drifts[at].plus(apart);
                counts[at] += counted;
            }
            next += lanes;
        }
        let count = if SKIP { halved(counts, |a, b| a + b) } else { length as f64 };
        let near = pivot.plus(halved(drifts, Space::plus).times(1.0 / count.max(1.0)));
        let mut drifts = [T::In::ZERO; LANES];
        let mut squares = [0.0; LANES];
        let mut next = 0;
        while next < length {
            let lanes = if next < whole { LANES } else { length - next };
            for at in 0..lanes {
                let (apart, _) = Self::from_place(item(next + at), near);
                drifts[at] = drifts[at].plus(apart);
                squares[at] += apart.square();
            }
            next += lanes;
        }
        let (drift, squares) = (halved(drifts, Space::plus), halved(squares, |a, b| a + b));
        Moment::around(near, count, drift, squares)
    }
}

/// The variance, or its square root.
pub(super) struct Variance<O> {
    pub(super) ddof: f64,
    pub(super) root: bool,
    /// Fewer items than this have no variance.
    pub(super) least: f64,
    pub(super) out: PhantomData<fn() -> O>,
}

impl<O: Number, V> Ending<Moment<V>> for Variance<O> {
    type Out = O;

    fn end(&self, state: &Moment<V>, _count: f64) -> O {
        let free = (state.count - self.ddof).max(0.0);
        let variance = if state.count < self.least { f64::NAN } else { state.squares / free };
        O::from_f64(plain(if self.root { variance.sqrt() } else { variance }))
    }
}
