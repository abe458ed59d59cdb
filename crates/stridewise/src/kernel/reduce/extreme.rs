//! Extremes: the lowest or the highest item.
//!
//! The lowest is the highest of what is turned around. What is no number wins over all numbers, as
//! in NumPy; where it is to be skipped, it never gets here. The lowest of `[3, NaN, 1]` is NaN, or 1.

use super::block::Ending;
use super::error::Fault;
use super::fold::Fold;
use super::number::{Complex, Order};
use crate::kernel::element::Half;

/// Keeps the highest item, each turned.
#[derive(Clone, Copy)]
pub(super) struct Extreme<T: Order>(pub(super) T::Turn);

impl<T: Order> Fold for Extreme<T> {
    type Item = T;
    type Lane = T;
    type State = T;
    const WIDE: bool = T::WIDE;
    const NOTHING: T = T::LOWEST;

    #[inline(always)]
    fn lift(&self, item: T) -> T {
        item.turned(self.0)
    }
    #[inline(always)]
    fn join(&self, left: T, right: T) -> T {
        // What is no number is not below anything: a right one is taken.
        if right.is_below(left) | left.is_nan() { left } else { right }
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
        let higher = |left: T, right: T| if right.is_below(left) { left } else { right };
        let low = higher(self.lift(a), self.lift(b));
        let highest = higher(low, higher(self.lift(c), self.lift(d)));
        let any = (a.is_nan() | b.is_nan()) | (c.is_nan() | d.is_nan());
        if any { nan } else { highest }
    }
    #[inline(always)]
    fn begin(&self) -> T {
        T::LOWEST
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

    fn end(&self, state: &T, _count: f64) -> Result<T, Fault> {
        Ok(state.turned(self.0).plain())
    }
}

/// The same in the type that it was loaded from.
pub(super) struct Narrowed<T: Order>(pub(super) T::Turn);

impl Ending<f32> for Narrowed<f32> {
    type Out = Half;

    fn end(&self, state: &f32, _count: f64) -> Result<Half, Fault> {
        Ok(Half::from_f64(f64::from(state.turned(self.0).plain())))
    }
}

impl Ending<Complex> for Narrowed<Complex> {
    type Out = [f32; 2];

    #[allow(clippy::cast_possible_truncation)] // it was an f32
    fn end(&self, state: &Complex, _count: f64) -> Result<[f32; 2], Fault> {
        let [re, im] = state.turned(self.0).plain();
        Ok([re as f32, im as f32])
    }
}
