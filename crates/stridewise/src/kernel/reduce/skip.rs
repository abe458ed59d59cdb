//! Skip: what is no number does not count.
//!
//! On the stage, items that are numbers are counted; then those that are none become what joins as
//! nothing, and the kernel meets numbers only. Of `[1, NaN, 2]` the sum is 3 and the count 2.
//! Where too few are left the result is no number.

use std::marker::PhantomData;

use super::block::{Compiled, Ending, Engine};
use super::fold::{Fold, Folding};
use super::number::{Missing, Order};
use super::sum::Whole;
use crate::kernel::Backend;

/// What is done with staged items before they are reduced.
pub(super) struct Skip {
    /// Counts numbers: its states are `u64`.
    pub(super) count: Box<dyn Engine>,
    pub(super) clean: Box<dyn Clean>,
}

impl Skip {
    /// Of items of a type, those that are no number becoming `nothing`.
    pub(super) fn of<T: Order>(nothing: T, backend: Backend) -> Skip {
        let count = Compiled::engine(Folding(Valid::<T>(PhantomData)), Whole, backend);
        Skip { count, clean: Box::new(Nothing(nothing)) }
    }
}

/// Makes numbers of items.
pub(super) trait Clean: Send + Sync {
    /// # Safety
    /// So many items of the engine's type lie there, aligned, and can be written.
    unsafe fn clean(&self, stage: *mut u8, items: usize);
}

/// What items become that are no number.
struct Nothing<T>(T);

impl<T: Order> Clean for Nothing<T> {
    unsafe fn clean(&self, stage: *mut u8, items: usize) {
        let stage = stage.cast::<T>();
        for at in 0..items {
            // SAFETY: the caller's promise.
            let item = unsafe { &mut *stage.wrapping_add(at) };
            if item.is_nan() {
                *item = self.0;
            }
        }
    }
}

/// Counts what is a number.
#[derive(Clone, Copy)]
struct Valid<T>(PhantomData<fn() -> T>);

impl<T: Order> Fold for Valid<T> {
    type Item = T;
    type Lane = u32;
    type State = i64;
    const WIDE: bool = false;
    const NOTHING: u32 = 0;

    #[inline(always)]
    fn lift(&self, item: T) -> u32 {
        u32::from(!item.is_nan())
    }
    #[inline(always)]
    fn join(&self, left: u32, right: u32) -> u32 {
        left + right
    }
    #[inline(always)]
    fn begin(&self) -> i64 {
        0
    }
    #[inline(always)]
    fn absorb(&self, state: &mut i64, lane: u32) {
        *state += i64::from(lane);
    }
    #[inline(always)]
    fn merge(&self, into: &mut i64, from: &i64) {
        *into += *from;
    }
}

/// The result of another ending, from at least so many items.
pub(super) struct AtLeast<E>(pub(super) E, pub(super) f64);

impl<S, E: Ending<S, Out: Missing>> Ending<S> for AtLeast<E> {
    type Out = E::Out;

    fn end(&self, state: &S, count: f64) -> E::Out {
        if count < self.1 { E::Out::MISSING } else { self.0.end(state, count) }
    }
}
