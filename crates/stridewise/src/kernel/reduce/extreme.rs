//! Extremes: the lowest or the highest item.
//!
//! What is no number wins over all numbers, as in NumPy; where it is to be skipped, it never gets
//! here. Integers are always compared for the highest, their bits turned where the lowest is asked
//! for or where they have no sign. The lowest of `[3, NaN, 1]` is NaN, or 1.

use super::block::Ending;
use super::fold::{Fold, halved};
use super::number::{Complex, Order};
use crate::kernel::element::Half;

/// Keeps the highest item, each turned, or the lowest.
#[derive(Clone, Copy)]
pub(super) struct Extreme<T: Order, const HIGH: bool>(pub(super) T::Turn);

impl<T: Order, const HIGH: bool> Extreme<T, HIGH> {
    /// The better of two; what is no number, only if it is the second.
    #[inline(always)]
    fn better(left: T, right: T) -> T {
        if left.beats::<HIGH>(right) { left } else { right }
    }
}

impl<T: Order, const HIGH: bool> Fold for Extreme<T, HIGH> {
    type Item = T;
    type Lane = T;
    type State = T;
    const WIDE: bool = T::WIDE;
    const NOTHING: T = if HIGH { T::LOWEST } else { T::HIGHEST };

    #[inline(always)]
    fn lift(&self, item: T) -> T {
        item.turned(self.0)
    }
    #[inline(always)]
    fn join(&self, left: T, right: T) -> T {
        let best = Self::better(left, right);
        if left.is_nan() { left } else { best }
    }
    #[inline(always)]
    fn four(&self, items: [T; 4]) -> T {
        let [a, b, c, d] = items;
        let Some(nan) = T::NAN else {
            let (low, high) =
                (self.join(self.lift(a), self.lift(b)), self.join(self.lift(c), self.lift(d)));
            return self.join(low, high);
        };
        // Whether one is no number is asked once for all four.
        let first = Self::better(self.lift(a), self.lift(b));
        let best = Self::better(first, Self::better(self.lift(c), self.lift(d)));
        let any = (a.is_nan() | b.is_nan()) | (c.is_nan() | d.is_nan());
        if any { nan } else { best }
    }
    // And once for all eight.
    #[inline(always)]
    fn eight(&self, low: [T; 4], high: [T; 4]) -> T {
        let Some(nan) = T::NAN else {
            return self.join(self.four(low), self.four(high));
        };
        let ([a, b, c, d], [e, f, g, h]) =
            (low.map(|item| self.lift(item)), high.map(|item| self.lift(item)));
        let low = Self::better(Self::better(a, b), Self::better(c, d));
        let high = Self::better(Self::better(e, f), Self::better(g, h));
        let any = (a.is_nan() | b.is_nan()) | (c.is_nan() | d.is_nan());
        let any = any | (e.is_nan() | f.is_nan()) | (g.is_nan() | h.is_nan());
        if any { nan } else { Self::better(low, high) }
    }
    #[inline(always)]
    fn tree<const N: usize>(&self, lanes: [T; N]) -> T {
        let Some(nan) = T::NAN else {
            return halved(
                lanes,
                #[inline(always)]
                |left, right| self.join(left, right),
            );
        };
        let mut any = false;
        for lane in lanes {
            any |= lane.is_nan();
        }
        let best = halved(
            lanes,
            #[inline(always)]
            |left, right| Self::better(left, right),
        );
        if any { nan } else { best }
    }
    #[inline(always)]
    fn begin(&self) -> T {
        Self::NOTHING
    }
    #[inline(always)]
    fn absorb(&self, state: &mut T, lane: T) {
        *state = self.join(*state, lane);
    }
    #[inline(always)]
    fn merge(&self, into: &mut T, from: &T) {
        *into = self.join(*into, *from);
    }
}

/// The item as it was before it was turned.
pub(super) struct Itself<T: Order>(pub(super) T::Turn);

impl<T: Order> Ending<T> for Itself<T> {
    type Out = T;

    #[inline(always)]
    fn end(&self, state: &T, _count: f64) -> T {
        state.turned(self.0).plain()
    }
}

/// The same in the type that it was loaded from.
pub(super) struct Narrowed;

impl Ending<f32> for Narrowed {
    type Out = Half;

    fn end(&self, state: &f32, _count: f64) -> Half {
        Half::from_f64(f64::from(state.plain()))
    }
}

impl Ending<Complex> for Narrowed {
    type Out = [f32; 2];

    #[allow(clippy::cast_possible_truncation)] // it was an f32
    fn end(&self, state: &Complex, _count: f64) -> [f32; 2] {
        let [re, im] = state.plain();
        [re as f32, im as f32]
    }
}
