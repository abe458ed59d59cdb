//! Products: integers of 64 bits wrap or are checked, floats multiply as `f64`.
//!
//! The product of `[2, 3, 4]` is 24; that of `[2^40, 2^40]` wraps to 0, or is an error.

use std::marker::PhantomData;

use super::block::Ending;
use super::error::Fault;
use super::fold::Fold;
use super::number::Complex;

/// Multiplies items.
#[derive(Clone, Copy)]
pub(super) struct Product<T>(PhantomData<fn() -> T>);

impl<T> Product<T> {
    pub(super) fn new() -> Product<T> {
        Product(PhantomData)
    }
}

/// Multiplies 64-bit integers, and knows whether the product left 128 bits.
#[derive(Clone, Copy)]
pub(super) struct ExactProduct<T>(PhantomData<fn() -> T>);

impl<T> ExactProduct<T> {
    pub(super) fn new() -> ExactProduct<T> {
        ExactProduct(PhantomData)
    }
}

macro_rules! product {
    ($fold:ident of $item:ty: $lane:ty = $one:expr;
        lift $lifted:ident => $lift:expr; join $left:ident, $right:ident => $join:expr) => {
        impl Fold for $fold<$item> {
            type Item = $item;
            type Lane = $lane;
            type State = $lane;
            const WIDE: bool = false;
            const NOTHING: $lane = $one;

            #[inline(always)]
            fn lift(&self, $lifted: $item) -> $lane {
                $lift
            }
            #[inline(always)]
            fn join(&self, $left: $lane, $right: $lane) -> $lane {
                $join
            }
            #[inline(always)]
            fn begin(&self) -> $lane {
                $one
            }
            #[inline(always)]
            fn absorb(&self, state: &mut $lane, lane: $lane) {
                *state = self.join(*state, lane);
            }
            #[inline(always)]
            fn merge(&self, into: &mut $lane, from: &$lane) {
                *into = self.join(*into, *from);
            }
        }
    };
}
product!(Product of i64: i64 = 1; lift item => item; join a, b => a.wrapping_mul(b));
product!(Product of f32: f64 = 1.0; lift item => item.into(); join a, b => a * b);
product!(Product of f64: f64 = 1.0; lift item => item; join a, b => a * b);
product!(Product of Complex: Complex = [1.0, 0.0]; lift item => item;
    join a, b => [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]);
product!(ExactProduct of i64: Exactly = Exactly::ONE;
    lift item => Exactly { product: item.into(), left: false }; join a, b => a.times(b));
product!(ExactProduct of u64: Exactly = Exactly::ONE;
    lift item => Exactly { product: item.into(), left: false }; join a, b => a.times(b));

/// A product, and whether it left 128 bits: unless it meets a zero, it never comes back.
#[derive(Clone, Copy)]
pub(super) struct Exactly {
    product: i128,
    left: bool,
}

impl Exactly {
    const ONE: Exactly = Exactly { product: 1, left: false };

    fn times(self, other: Exactly) -> Exactly {
        let zero = (self.product == 0 && !self.left) || (other.product == 0 && !other.left);
        match self.product.checked_mul(other.product) {
            _ if zero => Exactly { product: 0, left: false },
            Some(product) if !self.left && !other.left => Exactly { product, left: false },
            _ => Exactly { product: 1, left: true },
        }
    }
}

/// An integer product that has to fit.
pub(super) struct Fits<O>(PhantomData<fn() -> O>);

impl<O> Fits<O> {
    pub(super) fn new() -> Fits<O> {
        Fits(PhantomData)
    }
}

impl<O: TryFrom<i128> + Copy + Default> Ending<Exactly> for Fits<O> {
    type Out = O;

    fn fault(&self, state: &Exactly) -> Option<Fault> {
        (state.left || O::try_from(state.product).is_err()).then_some(Fault::Overflow)
    }

    fn end(&self, state: &Exactly, _count: f64) -> O {
        O::try_from(state.product).unwrap_or_default()
    }
}
