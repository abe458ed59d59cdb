//! A small seeded generator of random numbers, the same on every machine.
//!
//! The algorithm is SplitMix64 (Steele, Lea and Flood 2014): a counter through a mixing
//! function. Used as `Rng::new(seed)`; equal seeds give equal layouts, `(2,3):(24,8)+0` and all.

use std::ops::RangeInclusive;

/// A stream of random numbers that a seed determines.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// An integer of the range, each about equally likely.
    pub fn integer(&mut self, range: RangeInclusive<i64>) -> i64 {
        let width = range.end().abs_diff(*range.start()).wrapping_add(1);
        let step = if width == 0 { self.bits() } else { self.bits() % width };
        range.start().wrapping_add_unsigned(step)
    }

    /// A number in `0..below`.
    pub fn index(&mut self, below: usize) -> usize {
        usize::try_from(self.bits() % below as u64).expect("it is below a usize")
    }

    /// One of the items.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// True once in `times` calls, on average.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.index(times) == 0
    }

    /// The items in a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.index(end + 1));
        }
    }
}
