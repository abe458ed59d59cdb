//! Reach: where the sums of one half of the terms meet what the other half leaves open.
//!
//! For `7 x + 5 y + 3 z + 2 w == 20` with bounds 2: what `7 x + 5 y` leaves of 20 is one of
//! 20, 15, 13, 10, 8, 6, 3, 1, and `3 z + 2 w` adds up to one of 0, 2, 3, 4, 5, 6, 7, 8, 10: they meet
//! at 3, 6, 8 and 10. Both sets are bitsets, one bit per number; all of them are built in
//! `terms * target / 64` word operations, give or take, however many combinations there are.
//! Halving the terms at a known meeting finds the steps of each (Hirschberg's idea).

use std::ops::RangeInclusive;

use super::bits::Bits;
use super::equation::Term;

/// The largest target that is given a bitset, in bits: 512 MiB for a set. There are at most
/// three at a time, each of at most 1/8 byte per byte between the ends of the layouts.
pub(super) const BITS: i64 = 1 << 32;

/// So many bits are marked at a time: half a mebibyte stays in the nearer caches.
const TILE: usize = 1 << 22;

/// Where the two halves of an equation meet.
pub(super) enum Meeting {
    /// The terms `..split` add up to `target - rest`, the terms `split..` to `rest`.
    At { split: usize, rest: i64 },
    /// There is no solution.
    Nowhere,
    /// The bitsets would be too large, or there is no memory for them.
    TooLarge,
}

/// A meeting of the first and the second half of the terms. Coefficients are in falling order,
/// and no term alone exceeds the target.
pub(super) fn meeting(terms: &[Term], target: i64) -> Meeting {
    if target >= BITS {
        return Meeting::TooLarge;
    }
    let split = terms.len().div_ceil(2);
    let (large, small) = terms.split_at(split);
    let target = target.unsigned_abs();
    let window = target.min(reach(small));
    let Some(left) = left_over(large, target, window) else { return Meeting::TooLarge };
    let Some(room) = left_over(small, window, window) else { return Meeting::TooLarge };
    match left.first_shared_with_mirrored(&room) {
        Some(rest) => Meeting::At { split, rest: rest as i64 }, // Below BITS.
        None => Meeting::Nowhere,
    }
}

/// Which numbers up to `last` remain of `start` after steps of the terms.
fn left_over(terms: &[Term], start: u64, last: u64) -> Option<Bits> {
    // What is left after some terms matters only where the others can bring it to `last`.
    let highest: Vec<u64> =
        (0..=terms.len()).map(|at| start.min(last + reach(&terms[at..]))).collect();
    // While there are few combinations, marking each is cheaper than shifting whole sets.
    let (mut sparse, mut combinations) = (0, 1u64);
    while let Some(term) = terms.get(sparse) {
        combinations = combinations.saturating_mul(count(term));
        if combinations > start / 64 {
            break;
        }
        sparse += 1;
    }
    let mut bits = Bits::zeroed(highest[sparse] + 1)?;
    for lowest in (0..=highest[sparse]).step_by(TILE) {
        let tile = lowest..=highest[sparse].min(lowest + TILE as u64 - 1);
        mark(&mut bits, &terms[..sparse], start, &tile);
    }
    for at in sparse..terms.len() {
        bits.narrow(step(&terms[at]), count(&terms[at]), highest[at + 1] + 1)?;
    }
    Some(bits)
}

/// Marks what every combination of steps leaves of `number`, where that lies in the tile.
fn mark(bits: &mut Bits, terms: &[Term], number: u64, tile: &RangeInclusive<u64>) {
    let Some((term, others)) = terms.split_first() else {
        if tile.contains(&number) {
            bits.set(number);
        }
        return;
    };
    if number < *tile.start() {
        return;
    }
    let step = step(term);
    let fewest = number.saturating_sub(tile.end() + reach(others)).div_ceil(step);
    let most = term.bound.unsigned_abs().min((number - tile.start()) / step);
    let steps = fewest..most + 1;
    if others.is_empty() {
        steps.for_each(|x| bits.set(number - x * step));
    } else {
        steps.for_each(|x| mark(bits, others, number - x * step, tile));
    }
}

fn reach(terms: &[Term]) -> u64 {
    terms.iter().map(|term| step(term) * term.bound.unsigned_abs()).sum()
}

fn step(term: &Term) -> u64 {
    term.coefficient.unsigned_abs()
}

/// How many choices of steps a term has.
fn count(term: &Term) -> u64 {
    term.bound.unsigned_abs() + 1
}
