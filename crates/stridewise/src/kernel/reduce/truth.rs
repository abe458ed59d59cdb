//! Truth: is any item not zero, are all, how many are.
//!
//! Items are looked at as unsigned integers under a mask: of a float all bits but the sign count,
//! so that -0.0 is zero and NaN is not. Of the bytes `0 7 0` one is not zero.

use super::error::Fault;
use super::fold::{Ending, Fold};

/// Unsigned integers that hold the bits of an item.
pub(super) trait Bits: Copy + Send + Sync + 'static {
    /// Holds the count of a block.
    type Count: Copy + Into<u64> + Send + Sync;
    /// No bit.
    const ZERO: Self;
    /// No item.
    const NONE: Self::Count;
    /// The bits that both have.
    fn under(self, mask: Self) -> Self;
    /// The bits that either has.
    fn or(self, other: Self) -> Self;
    /// 1 where there is no bit, else 0.
    fn is_zero(self) -> Self;
    /// Whether there is no bit.
    fn zero(self) -> bool;
    /// How many of few items have a bit under the mask.
    fn count<const N: usize>(items: [Self; N], mask: Self) -> Self::Count;
    /// Both counts together.
    fn plus(left: Self::Count, right: Self::Count) -> Self::Count;
}

macro_rules! bits {
    ($($type:ty, $count:ty);*) => {$(
        impl Bits for $type {
            type Count = $count;
            const ZERO: $type = 0;
            const NONE: $count = 0;
            #[inline(always)]
            fn under(self, mask: $type) -> $type {
                self & mask
            }
            #[inline(always)]
            fn or(self, other: $type) -> $type {
                self | other
            }
            #[inline(always)]
            fn is_zero(self) -> $type {
                <$type>::from(self == 0)
            }
            #[inline(always)]
            fn zero(self) -> bool {
                self == 0
            }
            #[inline(always)]
            fn count<const N: usize>(items: [$type; N], mask: $type) -> $count {
                let mut count: $type = 0;
                for item in items {
                    count += <$type>::from(item & mask != 0);
                }
                <$count>::from(count)
            }
            #[inline(always)]
            fn plus(left: $count, right: $count) -> $count {
                left + right
            }
        }
    )*};
}
bits!(u8, u32; u16, u32; u32, u32; u64, u64);

/// Whether there is an item with a bit under the mask; without one, where `ALL`.
#[derive(Clone, Copy)]
pub(super) struct Exists<T, const ALL: bool>(pub(super) T);

impl<T: Bits, const ALL: bool> Fold for Exists<T, ALL> {
    type Item = T;
    type Lane = T;
    type State = bool;

    #[inline(always)]
    fn nothing(&self) -> T {
        T::ZERO
    }
    #[inline(always)]
    fn lift(&self, item: T) -> T {
        let bits = item.under(self.0);
        if ALL { bits.is_zero() } else { bits }
    }
    #[inline(always)]
    fn join(&self, left: T, right: T) -> T {
        left.or(right)
    }
    #[inline(always)]
    fn begin(&self) -> bool {
        false
    }
    #[inline(always)]
    fn absorb(&self, state: &mut bool, lane: T) {
        *state |= !lane.zero();
    }
    #[inline(always)]
    fn merge(&self, into: &mut bool, from: &bool) {
        *into |= *from;
    }
    #[inline(always)]
    fn is_settled(&self, state: &bool) -> bool {
        *state
    }
}

/// What was looked for was found, or was not, where `ALL`.
#[derive(Clone, Copy)]
pub(super) struct Found<const ALL: bool>;

impl<const ALL: bool> Ending<bool> for Found<ALL> {
    type Out = bool;

    #[inline(always)]
    fn end(&self, state: &bool) -> Result<bool, Fault> {
        Ok(*state != ALL)
    }
}

/// How many items have a bit under the mask.
#[derive(Clone, Copy)]
pub(super) struct Nonzero<T>(pub(super) T);

impl<T: Bits> Fold for Nonzero<T> {
    type Item = T;
    type Lane = T::Count;
    type State = i64;

    #[inline(always)]
    fn nothing(&self) -> T::Count {
        T::NONE
    }
    #[inline(always)]
    fn lift(&self, item: T) -> T::Count {
        T::count([item], self.0)
    }
    #[inline(always)]
    fn tree<const N: usize>(&self, items: [T; N]) -> T::Count {
        T::count(items, self.0)
    }
    #[inline(always)]
    fn join(&self, left: T::Count, right: T::Count) -> T::Count {
        T::plus(left, right)
    }
    #[inline(always)]
    fn begin(&self) -> i64 {
        0
    }
    #[inline(always)]
    fn absorb(&self, state: &mut i64, lane: T::Count) {
        *state += lane.into().cast_signed();
    }
    #[inline(always)]
    fn merge(&self, into: &mut i64, from: &i64) {
        *into += *from;
    }
}
