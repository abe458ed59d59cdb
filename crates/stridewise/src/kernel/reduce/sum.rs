//! Sums: integers wrap, floats are added with more precision than they have.
//!
//! A lane of floats adds at most 64 rows in trees of 8, so that it rounds at most 3 + 8 + 6 times;
//! states of `f32` are `f64`, states of `f64` carry the error of each addition (Knuth's two-sum,
//! as in Neumaier 1974). Lanes of small integers are wide enough for a block, states of integers
//! have 64 bits, or 128 where no bit may be lost.
//! Of `(3,4):(32,8)+0` along axis 0, each of 4 lanes adds 3 numbers.

use std::marker::PhantomData;

use super::block::Ending;
use super::error::Fault;
use super::fold::Fold;
use super::number::{Complex, Time};
use crate::kernel::element::Number;

/// Adds items.
#[derive(Clone, Copy)]
pub(super) struct Sum<T>(PhantomData<fn() -> T>);

/// Adds 64-bit integers without losing a bit.
#[derive(Clone, Copy)]
pub(super) struct ExactSum<T>(PhantomData<fn() -> T>);

impl<T> Sum<T> {
    pub(super) fn new() -> Sum<T> {
        Sum(PhantomData)
    }
}

impl<T> ExactSum<T> {
    pub(super) fn new() -> ExactSum<T> {
        ExactSum(PhantomData)
    }
}

/// A sum of `f64`, and what rounding has lost of it.
#[derive(Clone, Copy)]
pub(super) struct Compensated {
    sum: f64,
    lost: f64,
}

impl Compensated {
    /// No items. As in NumPy, minus zeros add up to zero.
    const NOTHING: Compensated = Compensated { sum: 0.0, lost: 0.0 };

    #[inline(always)]
    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let added = sum - self.sum;
        self.lost += (self.sum - (sum - added)) + (value - added);
        self.sum = sum;
    }

    #[inline(always)]
    fn merge(&mut self, other: &Compensated) {
        self.add(other.sum);
        self.lost += other.lost;
    }

    /// The sum, once rounded; where it overflowed, what plain additions give.
    #[inline(always)]
    fn value(&self) -> f64 {
        let exact = self.sum + self.lost;
        if self.lost != 0.0 && exact.is_finite() { exact } else { self.sum }
    }
}

/// A fold of sums: how items are added within a block, and how blocks are.
macro_rules! sum {
    ($fold:ident of $item:ty: $lane:ty = $nothing:expr, $state:ty = $begin:expr $(, wide $wide:expr)?;
        lift $lifted:ident => $lift:expr; join $left:ident, $right:ident => $join:expr;
        absorb $state_name:ident, $lane_name:ident => $absorb:expr;
        merge $into:ident, $from:ident => $merge:expr
        $(; four $four:ident => $tree:expr; eight $low:ident, $high:ident => $eight:expr)?) => {
        impl Fold for $fold<$item> {
            type Item = $item;
            type Lane = $lane;
            type State = $state;
            const NOTHING: $lane = $nothing;
            $(const WIDE: bool = $wide;)?

            #[inline(always)]
            fn lift(&self, $lifted: $item) -> $lane {
                $lift
            }
            #[inline(always)]
            fn join(&self, $left: $lane, $right: $lane) -> $lane {
                $join
            }
            $(
                #[inline(always)]
                fn four(&self, $four: [$item; 4]) -> $lane {
                    $tree
                }
                #[inline(always)]
                fn eight(&self, $low: [$item; 4], $high: [$item; 4]) -> $lane {
                    $eight
                }
            )?
            #[inline(always)]
            fn begin(&self) -> $state {
                $begin
            }
            #[inline(always)]
            fn absorb(&self, $state_name: &mut $state, $lane_name: $lane) {
                $absorb;
            }
            #[inline(always)]
            fn merge(&self, $into: &mut $state, $from: &$state) {
                $merge;
            }
        }
    };
}

/// Four numbers added up in another type.
macro_rules! four {
    ($type:ty, $items:ident) => {{
        let [a, b, c, d] = $items;
        (<$type>::from(a) + <$type>::from(b)) + (<$type>::from(c) + <$type>::from(d))
    }};
}

/// Small integers: eight of them add up in a type that holds their sum.
macro_rules! small {
    ($($item:ty, $four:ty, $lane:ty);*) => {$(
        sum!(Sum of $item: $lane = 0, i64 = 0;
            lift item => <$lane>::from(item); join a, b => a + b;
            absorb state, lane => *state = state.wrapping_add(i64::from(lane));
            merge into, from => *into = into.wrapping_add(*from);
            four items => <$lane>::from(four!($four, items));
            eight low, high => <$lane>::from(four!($four, low) + four!($four, high)));
    )*};
}
small!(i8, i16, i32; u8, u16, u32; i16, i32, i32; u16, u32, u32; i32, i64, i64; u32, i64, i64);

sum!(Sum of i64: i64 = 0, i64 = 0;
    lift item => item; join a, b => a.wrapping_add(b);
    absorb state, lane => *state = state.wrapping_add(lane);
    merge into, from => *into = into.wrapping_add(*from));

// A NaT stays one. 64-bit sums that wrap to it are lost, as in NumPy.
sum!(Sum of Time: i64 = 0, i64 = 0, wide false;
    lift item => item.0; join a, b => add_times(a, b);
    absorb state, lane => *state = add_times(*state, lane);
    merge into, from => *into = add_times(*into, *from));

fn add_times(left: i64, right: i64) -> i64 {
    if left == i64::MIN || right == i64::MIN { i64::MIN } else { left.wrapping_add(right) }
}

sum!(Sum of f32: f32 = 0.0, f64 = 0.0;
    lift item => item; join a, b => a + b;
    absorb state, lane => *state += f64::from(lane);
    merge into, from => *into += *from);

sum!(Sum of f64: f64 = 0.0, Compensated = Compensated::NOTHING;
    lift item => item; join a, b => a + b;
    absorb state, lane => state.add(lane);
    merge into, from => into.merge(from));

sum!(Sum of Complex: Complex = [0.0; 2], [Compensated; 2] = [Compensated::NOTHING; 2], wide false;
lift item => item; join a, b => [a[0] + b[0], a[1] + b[1]];
absorb state, lane => {
    state[0].add(lane[0]);
    state[1].add(lane[1]);
};
merge into, from => {
    into[0].merge(&from[0]);
    into[1].merge(&from[1]);
});

// Low and high halves apart: 2^14 of them fit in 64 bits.
sum!(ExactSum of i64: [i64; 2] = [0; 2], i128 = 0, wide false;
    lift item => [item & 0xffff_ffff, item >> 32]; join a, b => [a[0] + b[0], a[1] + b[1]];
    absorb state, lane => *state += i128::from(lane[0]) + (i128::from(lane[1]) << 32);
    merge into, from => *into += *from);

sum!(ExactSum of u64: [u64; 2] = [0; 2], i128 = 0, wide false;
    lift item => [item & 0xffff_ffff, item >> 32]; join a, b => [a[0] + b[0], a[1] + b[1]];
    absorb state, lane => *state += i128::from(lane[0]) + (i128::from(lane[1]) << 32);
    merge into, from => *into += *from);

/// What a sum is as a float, as far as it can be told apart.
pub(super) trait Summed: Copy {
    /// The sum.
    fn total(&self) -> f64;
}

impl Summed for Compensated {
    #[inline(always)]
    fn total(&self) -> f64 {
        self.value()
    }
}

impl Summed for f64 {
    #[inline(always)]
    fn total(&self) -> f64 {
        *self
    }
}

impl Summed for i64 {
    #[inline(always)]
    fn total(&self) -> f64 {
        *self as f64
    }
}

impl Summed for i128 {
    #[inline(always)]
    fn total(&self) -> f64 {
        *self as f64
    }
}

/// A float sum, in the precision of the result.
pub(super) struct Total<O>(PhantomData<fn() -> O>);

/// The same over the number of items.
pub(super) struct Over<O>(PhantomData<fn() -> O>);

impl<O> Total<O> {
    pub(super) fn new() -> Total<O> {
        Total(PhantomData)
    }
}

impl<O> Over<O> {
    pub(super) fn new() -> Over<O> {
        Over(PhantomData)
    }
}

impl<S: Summed, O: Number> Ending<S> for Total<O> {
    type Out = O;

    #[inline(always)]
    fn end(&self, state: &S, _count: f64) -> O {
        O::from_f64(plain(state.total()))
    }
}

impl<S: Summed, O: Number> Ending<S> for Over<O> {
    type Out = O;

    #[inline(always)]
    fn end(&self, state: &S, count: f64) -> O {
        O::from_f64(plain(state.total() / count))
    }
}

/// A float whose NaN, if it is one, has no sign or payload: those depend on instructions. Bits are
/// compared, since to a compiler one NaN is as good as another.
#[inline(always)]
pub(super) fn plain(value: f64) -> f64 {
    let magnitude = value.to_bits() & !(1 << 63);
    if magnitude > f64::INFINITY.to_bits() { f64::NAN } else { value }
}

/// An integer as it is.
pub(super) struct Whole;

impl Ending<i64> for Whole {
    type Out = i64;

    fn end(&self, state: &i64, _count: f64) -> i64 {
        *state
    }
}

/// An integer that has to fit.
pub(super) struct Fitting<O>(PhantomData<fn() -> O>);

impl<O> Fitting<O> {
    pub(super) fn new() -> Fitting<O> {
        Fitting(PhantomData)
    }
}

impl<O: TryFrom<i128> + Copy + Default> Ending<i128> for Fitting<O> {
    type Out = O;

    fn fault(&self, state: &i128) -> Option<Fault> {
        O::try_from(*state).is_err().then_some(Fault::Overflow)
    }

    fn end(&self, state: &i128, _count: f64) -> O {
        O::try_from(*state).unwrap_or_default()
    }
}

/// The parts of a pair, each in another ending.
pub(super) struct Parts<E>(pub(super) E);

impl<S, E: Ending<S>> Ending<[S; 2]> for Parts<E> {
    type Out = [E::Out; 2];

    fn end(&self, state: &[S; 2], count: f64) -> [E::Out; 2] {
        [self.0.end(&state[0], count), self.0.end(&state[1], count)]
    }
}
