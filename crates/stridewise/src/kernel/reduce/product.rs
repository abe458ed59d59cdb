//! Products: integers of 64 bits wrap or are checked, floats multiply as `f64`.
//!
//! The product of `[2, 3, 4]` is 24; that of `[2^40, 2^40]` wraps to 0, or is an error.

use std::marker::PhantomData;

use super::error::Fault;
use super::fold::{Ending, Fold};
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
    ($fold:ident of $item:ty: $lane:ty = $one:expr; lift $lift:expr; join $join:expr) => {
        impl Fold for $fold<$item> {
            type Item = $item;
            type Lane = $lane;
            type State = $lane;

            #[inline(always)]
            fn nothing(&self) -> $lane {
                $one
            }
            #[inline(always)]
            fn lift(&self, item: $item) -> $lane {
                let lift: fn($item) -> $lane = $lift;
                lift(item)
            }
            #[inline(always)]
            fn join(&self, left: $lane, right: $lane) -> $lane {
                let join: fn($lane, $lane) -> $lane = $join;
                join(left, right)
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
product!(Product of i64: i64 = 1; lift |item| item; join i64::wrapping_mul);
product!(Product of f32: f64 = 1.0; lift f64::from; join |a, b| a * b);
product!(Product of f64: f64 = 1.0; lift |item| item; join |a, b| a * b);
product!(Product of Complex: Complex = [1.0, 0.0]; lift |item| item;
    join |a, b| [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]);
product!(ExactProduct of i64: Exactly = Exactly::ONE;
    lift |item| Exactly { product: item.into(), left: false }; join Exactly::times);
product!(ExactProduct of u64: Exactly = Exactly::ONE;
    lift |item| Exactly { product: item.into(), left: false }; join Exactly::times);

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
#[derive(Clone, Copy)]
pub(super) struct Fits<O>(PhantomData<fn() -> O>);

impl<O> Fits<O> {
    pub(super) fn new() -> Fits<O> {
        Fits(PhantomData)
    }
}

impl<O: TryFrom<i128> + Copy> Ending<Exactly> for Fits<O> {
    type Out = O;

    fn end(&self, state: &Exactly) -> Result<O, Fault> {
        if state.left {
            return Err(Fault::Overflow);
        }
        O::try_from(state.product).map_err(|_| Fault::Overflow)
    }
}
