//! Truth: is any item not zero, are all, how many are.
//!
//! Items are looked at as unsigned integers under a mask: of a float all bits but the sign count,
//! so that -0.0 is zero and NaN is not. Of the bytes `0 7 0` one is not zero.

use super::block::Ending;
use super::fold::Fold;

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
    /// 1 where there are bits, or where there are none, else 0.
    fn is(self, bits: bool) -> Self;
    /// Whether there is no bit.
    fn zero(self) -> bool;
    /// How many of four items have a bit under the mask.
    fn count(items: [Self; 4], mask: Self) -> Self::Count;
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
            fn is(self, bits: bool) -> $type {
                <$type>::from((self != 0) == bits)
            }
            #[inline(always)]
            fn zero(self) -> bool {
                self == 0
            }
            #[inline(always)]
            fn count(items: [$type; 4], mask: $type) -> $count {
                let one = |item: $type| <$type>::from(item & mask != 0);
                let [a, b, c, d] = items;
                <$count>::from((one(a) + one(b)) + (one(c) + one(d)))
            }
            #[inline(always)]
            fn plus(left: $count, right: $count) -> $count {
                left + right
            }
        }
    )*};
}
bits!(u8, u32; u16, u32; u32, u32; u64, u64);

/// Whether there is an item that has bits under the mask, or one that has none.
#[derive(Clone, Copy)]
pub(super) struct Exists<T> {
    pub(super) mask: T,
    pub(super) bits: bool,
}

impl<T: Bits> Fold for Exists<T> {
    type Item = T;
    type Lane = T;
    type State = bool;
    const WIDE: bool = size_of::<T>() == 1;
    const NOTHING: T = T::ZERO;

    #[inline(always)]
    fn lift(&self, item: T) -> T {
        item.under(self.mask).is(self.bits)
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

/// Whether it was found, or was not.
pub(super) struct Found(pub(super) bool);

impl Ending<bool> for Found {
    type Out = bool;

    fn end(&self, state: &bool, _count: f64) -> bool {
        *state == self.0
    }
}

/// How many items have a bit under the mask.
#[derive(Clone, Copy)]
pub(super) struct Nonzero<T>(pub(super) T);

impl<T: Bits> Fold for Nonzero<T> {
    type Item = T;
    type Lane = T::Count;
    type State = i64;
    const WIDE: bool = size_of::<T>() == 1;
    const NOTHING: T::Count = T::NONE;

    #[inline(always)]
    fn lift(&self, item: T) -> T::Count {
        T::count([item, T::ZERO, T::ZERO, T::ZERO], self.0)
    }
    #[inline(always)]
    fn four(&self, items: [T; 4]) -> T::Count {
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
