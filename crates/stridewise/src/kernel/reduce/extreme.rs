//! Extremes: the lowest or the highest item.
//!
//! What is no number wins over all numbers, as in NumPy; where it is to be skipped, it never gets
//! here. The lowest of `[3, NaN, 1]` is NaN, or 1.

use std::marker::PhantomData;

use super::error::Fault;
use super::fold::{Ending, Fold};
use super::number::{Complex, Order};
use super::sum::plain;
use crate::kernel::element::Half;

/// Keeps the lowest item, or the highest where `HIGH`.
#[derive(Clone, Copy)]
pub(super) struct Extreme<T, const HIGH: bool>(PhantomData<fn() -> T>);

impl<T, const HIGH: bool> Extreme<T, HIGH> {
    pub(super) fn new() -> Extreme<T, HIGH> {
        Extreme(PhantomData)
    }
}

impl<T: Order, const HIGH: bool> Fold for Extreme<T, HIGH> {
    type Item = T;
    type Lane = T;
    type State = T;

    #[inline(always)]
    fn nothing(&self) -> T {
        if HIGH { T::LOWEST } else { T::HIGHEST }
    }
    #[inline(always)]
    fn lift(&self, item: T) -> T {
        item
    }
    #[inline(always)]
    fn join(&self, left: T, right: T) -> T {
        let first = if HIGH { right.is_below(left) } else { left.is_below(right) };
        // What is no number is not below anything: a right one is taken.
        if first | left.is_nan() { left } else { right }
    }
    #[inline(always)]
    fn begin(&self) -> T {
        self.nothing()
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

/// The item as it is.
#[derive(Clone, Copy)]
pub(super) struct Itself;

impl<T: Order> Ending<T> for Itself {
    type Out = T;

    #[inline(always)]
    fn end(&self, state: &T) -> Result<T, Fault> {
        Ok(*state)
    }
}

/// The item in the type that it was loaded from.
#[derive(Clone, Copy)]
pub(super) struct Narrowed;

impl Ending<f32> for Narrowed {
    type Out = Half;

    #[inline(always)]
    fn end(&self, state: &f32) -> Result<Half, Fault> {
        Ok(Half::from_f64(f64::from(*state)))
    }
}

impl Ending<Complex> for Narrowed {
    type Out = [f32; 2];

    #[inline(always)]
    #[allow(clippy::cast_possible_truncation)] // it was an f32
    fn end(&self, state: &Complex) -> Result<[f32; 2], Fault> {
        Ok(state.map(|part| plain(part) as f32))
    }
}
