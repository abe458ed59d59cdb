//! Sums: integers wrap, floats are added with more precision than they have.
//!
//! A lane of floats adds at most 64 rows in trees of 8, so that it rounds at most 3 + 8 + 6 times;
//! states of `f32` are `f64`, states of `f64` carry the error of each addition (Knuth's two-sum,
//! as in Neumaier 1974). Of `(3,4):(32,8)+0` along axis 0, each of 4 lanes adds 3 numbers.

use super::error::Fault;
use super::fold::{Ending, Fold};

/// Adds items.
#[derive(Clone, Copy)]
pub(super) struct Sum<T>(pub(super) std::marker::PhantomData<fn() -> T>);

/// The result is the sum.
#[derive(Clone, Copy)]
pub(super) struct Total;

/// A sum of `f64`, and what rounding has lost of it.
#[derive(Clone, Copy)]
pub(super) struct Compensated {
    sum: f64,
    lost: f64,
}

impl Compensated {
    /// No items. Minus zero is what adds nothing to any number, minus zero included.
    pub(super) const NOTHING: Compensated = Compensated { sum: -0.0, lost: 0.0 };

    #[inline(always)]
    pub(super) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let added = sum - self.sum;
        self.lost += (self.sum - (sum - added)) + (value - added);
        self.sum = sum;
    }

    #[inline(always)]
    pub(super) fn merge(&mut self, other: &Compensated) {
        self.add(other.sum);
        self.lost += other.lost;
    }

    /// The sum, once rounded; where it overflowed, what plain additions give.
    #[inline(always)]
    pub(super) fn value(&self) -> f64 {
        let exact = self.sum + self.lost;
        if self.lost != 0.0 && exact.is_finite() { exact } else { self.sum }
    }
}

impl Fold for Sum<f64> {
    type Item = f64;
    type Lane = f64;
    type State = Compensated;

    #[inline(always)]
    fn nothing(&self) -> f64 {
        -0.0
    }
    #[inline(always)]
    fn lift(&self, item: f64) -> f64 {
        item
    }
    #[inline(always)]
    fn join(&self, left: f64, right: f64) -> f64 {
        left + right
    }
    #[inline(always)]
    fn begin(&self) -> Compensated {
        Compensated::NOTHING
    }
    #[inline(always)]
    fn absorb(&self, state: &mut Compensated, lane: f64) {
        state.add(lane);
    }
    #[inline(always)]
    fn merge(&self, into: &mut Compensated, from: &Compensated) {
        into.merge(from);
    }
}

impl Ending<Compensated> for Total {
    type Out = f64;

    #[inline(always)]
    fn end(&self, state: &Compensated) -> Result<f64, Fault> {
        Ok(state.value())
    }
}
