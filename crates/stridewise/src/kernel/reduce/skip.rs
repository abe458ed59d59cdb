//! Skip: what is no number does not count.
//!
//! Skipped items join as nothing, and the others are counted beside: of `[1, NaN, 2]` the sum is 3
//! and the count 2. Where too few are left the result is no number.

use super::block::{Block, Kernel};
use super::error::Fault;
use super::fold::{Ending, Fold, fold_across, fold_down};
use super::number::{Missing, Order};
use super::sum::{Summed, plain};
use crate::kernel::element::Number;

/// A fold that leaves out what is no number.
#[derive(Clone, Copy)]
pub(super) struct Without<F>(pub(super) F);

impl<F: Fold<Item: Order>> Fold for Without<F> {
    type Item = F::Item;
    type Lane = F::Lane;
    type State = F::State;

    #[inline(always)]
    fn nothing(&self) -> F::Lane {
        self.0.nothing()
    }
    #[inline(always)]
    fn lift(&self, item: F::Item) -> F::Lane {
        if item.is_nan() { self.0.nothing() } else { self.0.lift(item) }
    }
    #[inline(always)]
    fn join(&self, left: F::Lane, right: F::Lane) -> F::Lane {
        self.0.join(left, right)
    }
    #[inline(always)]
    fn begin(&self) -> F::State {
        self.0.begin()
    }
    #[inline(always)]
    fn absorb(&self, state: &mut F::State, lane: F::Lane) {
        self.0.absorb(state, lane);
    }
    #[inline(always)]
    fn merge(&self, into: &mut F::State, from: &F::State) {
        self.0.merge(into, from);
    }
}

/// Counts what is a number.
#[derive(Clone, Copy)]
struct Valid<T>(std::marker::PhantomData<fn() -> T>);

impl<T: Order> Fold for Valid<T> {
    type Item = T;
    type Lane = u32;
    type State = u64;

    #[inline(always)]
    fn nothing(&self) -> u32 {
        0
    }
    #[inline(always)]
    fn lift(&self, item: T) -> u32 {
        u32::from(!item.is_nan())
    }
    #[inline(always)]
    fn join(&self, left: u32, right: u32) -> u32 {
        left + right
    }
    #[inline(always)]
    fn begin(&self) -> u64 {
        0
    }
    #[inline(always)]
    fn absorb(&self, state: &mut u64, lane: u32) {
        *state += u64::from(lane);
    }
    #[inline(always)]
    fn merge(&self, into: &mut u64, from: &u64) {
        *into += *from;
    }
}

/// A fold of what is a number, and how many there are.
#[derive(Clone, Copy)]
pub(super) struct Skipping<F, E>(pub(super) F, pub(super) E);

/// A partial result, and how many items it has met.
#[derive(Clone, Copy)]
pub(super) struct Counted<S> {
    state: S,
    count: u64,
}

impl<F, E> Kernel for Skipping<F, E>
where
    F: Fold<Item: Order>,
    E: Ending<Counted<F::State>>,
{
    type Item = F::Item;
    type State = Counted<F::State>;
    type Out = E::Out;

    #[inline(always)]
    fn begin(&self) -> Self::State {
        Counted { state: self.0.begin(), count: 0 }
    }

    #[inline(always)]
    unsafe fn down(&self, block: &Block<'_>, states: &mut [Self::State]) {
        let valid = Valid::<F::Item>(std::marker::PhantomData);
        // SAFETY: the caller's promise.
        unsafe {
            fold_down(&Without(self.0), block, states, |counted| &mut counted.state);
            fold_down(&valid, block, states, |counted| &mut counted.count);
        }
    }

    #[inline(always)]
    unsafe fn across(&self, block: &Block<'_>, states: &mut [Self::State]) {
        let valid = Valid::<F::Item>(std::marker::PhantomData);
        // SAFETY: the caller's promise.
        unsafe {
            fold_across(&Without(self.0), block, states, |counted| &mut counted.state);
            fold_across(&valid, block, states, |counted| &mut counted.count);
        }
    }

    #[inline(always)]
    fn merge(&self, into: &mut Self::State, from: &Self::State) {
        self.0.merge(&mut into.state, &from.state);
        into.count += from.count;
    }

    #[inline(always)]
    fn finish(&self, state: &Self::State) -> Result<E::Out, Fault> {
        self.1.end(state)
    }
}

/// The result of another ending, from at least so many items.
#[derive(Clone, Copy)]
pub(super) struct AtLeast<E>(pub(super) E, pub(super) u64);

impl<S: Copy, E: Ending<S, Out: Missing>> Ending<Counted<S>> for AtLeast<E> {
    type Out = E::Out;

    #[inline(always)]
    fn end(&self, counted: &Counted<S>) -> Result<E::Out, Fault> {
        if counted.count < self.1 { Ok(E::Out::MISSING) } else { self.0.end(&counted.state) }
    }
}

/// The sum over the number of items.
#[derive(Clone, Copy)]
pub(super) struct OverValid<O>(std::marker::PhantomData<fn() -> O>);

impl<O> OverValid<O> {
    pub(super) fn new() -> OverValid<O> {
        OverValid(std::marker::PhantomData)
    }
}

impl<S: Summed, O: Number> Ending<Counted<S>> for OverValid<O> {
    type Out = O;

    #[inline(always)]
    fn end(&self, counted: &Counted<S>) -> Result<O, Fault> {
        Ok(O::from_f64(plain(counted.state.total() / counted.count as f64)))
    }
}

impl<S: Summed, O: Number> Ending<Counted<[S; 2]>> for OverValid<[O; 2]> {
    type Out = [O; 2];

    #[inline(always)]
    fn end(&self, counted: &Counted<[S; 2]>) -> Result<[O; 2], Fault> {
        Ok(counted.state.map(|part| O::from_f64(plain(part.total() / counted.count as f64))))
    }
}

/// As [`AtLeast`], for endings that want the count themselves.
#[derive(Clone, Copy)]
pub(super) struct OfAtLeast<E>(pub(super) E, pub(super) u64);

impl<S: Copy, E: Ending<Counted<S>, Out: Missing>> Ending<Counted<S>> for OfAtLeast<E> {
    type Out = E::Out;

    #[inline(always)]
    fn end(&self, counted: &Counted<S>) -> Result<E::Out, Fault> {
        if counted.count < self.1 { Ok(E::Out::MISSING) } else { self.0.end(counted) }
    }
}
