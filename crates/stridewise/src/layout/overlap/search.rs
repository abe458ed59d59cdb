//! Search: depth first over the terms of an equation, pruned by divisibility and bounds.
//!
//! In `12 y + 8 x + 1 z == 19` the last term is chosen first: `12 y + 8 x` is a multiple of 4
//! from 0 to 28, so only `z = 3` is left to try. Then `12 y + 8 x == 16` wants an even `y` and has
//! `y = 0, x = 2`. In general the terms before term `k` add up to a multiple of their gcd, and so
//! `x[k]` is known modulo that gcd; candidates are tried from the highest to the lowest.
//!
//! The method is that of Ramachandran (2006), "Use of extended Euclidean algorithm in solving a
//! system of linear Diophantine equations with bounded variables". NumPy's `max_work` limits the
//! same search; a node is counted when it turns out to have no solution, as NumPy counts it, so
//! that both give up on the same questions.

use super::Answer;
use super::equation::Term;
use crate::layout::PerAxis;

/// Whether a solution is good where every term is half its bound. Two indices of one layout
/// always "share" a byte when they are equal; that solution is this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halves {
    Allowed,
    Refused,
}

/// A search for steps of the given terms that add up to a target.
pub(super) struct Search {
    levels: PerAxis<Level>,
    halves: Halves,
    nodes: u64,
    limit: u64,
    x: PerAxis<i64>,
}

/// A term, with what is known of the sum of the terms before it.
#[derive(Clone, Copy, Default)]
struct Level {
    term: Term,
    /// The gcd of this coefficient and those before it.
    gcd: i64,
    /// Candidates for this term are equal modulo this.
    modulus: i64,
    /// The inverse of `coefficient / gcd` modulo `modulus`.
    inverse: i64,
    /// The most that the terms before it add up to, or the most that i64 holds.
    reach_before: i64,
}

impl Search {
    /// Terms whose coefficients are positive and whose bounds are not negative; at most `limit`
    /// nodes.
    pub(super) fn new(terms: &[Term], halves: Halves, limit: u64) -> Search {
        let mut levels = PerAxis::new();
        let (mut before, mut reach_before) = (0, 0i64);
        for &term in terms {
            let (gcd, inverse) = match before % term.coefficient {
                0 => (term.coefficient, 1),
                _ => gcd_and_inverse(before, term.coefficient),
            };
            // The modulus is 0 for the first term, which is never chosen freely.
            levels.push(Level { term, gcd, modulus: before / gcd, inverse, reach_before });
            before = gcd;
            let reach = term.coefficient.saturating_mul(term.bound);
            reach_before = reach.saturating_add(reach_before);
        }
        Search { levels, halves, nodes: 0, limit, x: PerAxis::filled(0, terms.len()) }
    }

    /// The steps of each term, or that there are none, or that the nodes did not suffice.
    pub(super) fn run(&mut self, target: i64) -> Answer<PerAxis<i64>> {
        let terms = self.levels.len();
        if target < 0 || (terms < 2 && self.halves == Halves::Refused) {
            return Answer::No;
        }
        let answer = match terms {
            0 if target == 0 => Answer::Yes(()),
            0 => Answer::No,
            1 => {
                let Term { coefficient, bound } = self.levels[0].term;
                self.x[0] = target / coefficient;
                let fits = target % coefficient == 0 && self.x[0] <= bound;
                if fits { Answer::Yes(()) } else { Answer::No }
            }
            _ => self.visit(terms - 1, target),
        };
        answer.map(|()| std::mem::take(&mut self.x))
    }

    /// Chooses the terms `0..=at` so that they add up to `target`.
    fn visit(&mut self, at: usize, target: i64) -> Answer<()> {
        if self.nodes >= self.limit {
            return Answer::TooHard;
        }
        let level = self.levels[at];
        let Term { coefficient, .. } = level.term;
        let mut x = level.highest(target).unwrap_or(-1);
        // Lower candidates leave more than the terms before can add up to.
        while x >= 0 && target - coefficient * x <= level.reach_before {
            self.x[at] = x;
            let left = target - coefficient * x;
            if at > 1 {
                match self.visit(at - 1, left) {
                    Answer::No => {}
                    settled => return settled,
                }
            } else {
                self.x[0] = left / self.levels[0].term.coefficient;
                if self.halves == Halves::Allowed || !self.is_halves() {
                    return Answer::Yes(());
                }
                // The halves lie in the middle of the candidates. Where they are the highest
                // they are the only one.
                break;
            }
            x -= level.modulus;
        }
        self.nodes += 1;
        Answer::No
    }

    fn is_halves(&self) -> bool {
        self.x.iter().zip(&self.levels).all(|(&x, level)| x == level.term.bound / 2)
    }
}

impl Level {
    /// The highest choice of this term with which a multiple of the gcd of the terms before it
    /// makes up the rest; the others are lower by multiples of `modulus`.
    fn highest(&self, target: i64) -> Option<i64> {
        let Term { coefficient, bound } = self.term;
        let (share, remainder) = (target / self.gcd, target % self.gcd);
        if remainder != 0 {
            return None;
        }
        // Where strides nest, the gcd is the coefficient and the inverse 1.
        let affordable = if self.gcd == coefficient { share } else { target / coefficient };
        let residue = match self.inverse {
            1 => share,
            inverse => multiply_modulo(share, inverse, self.modulus),
        };
        let highest = bound.min(affordable);
        Some(highest - (highest - residue).rem_euclid(self.modulus))
    }
}

/// `a * b` modulo `modulus`, for numbers that are not negative.
pub(super) fn multiply_modulo(a: i64, b: i64, modulus: i64) -> i64 {
    let (a, b) = (a % modulus, b % modulus);
    match a.checked_mul(b) {
        Some(product) => product % modulus,
        None => {
            let remainder = i128::from(a) * i128::from(b) % i128::from(modulus);
            i64::try_from(remainder).unwrap_or(0) // It is less than an i64: it always fits.
        }
    }
}

/// `gcd(a, b)`, and the inverse of `b / gcd` modulo `a / gcd`. `b` is positive; `a` may be 0.
pub(super) fn gcd_and_inverse(a: i64, b: i64) -> (i64, i64) {
    // Each remainder is `b * factor` modulo a.
    let (mut larger, mut smaller) = (a, b);
    let (mut larger_factor, mut factor) = (0, 1);
    while smaller != 0 {
        let quotient = larger / smaller;
        (larger, smaller) = (smaller, larger - quotient * smaller);
        (larger_factor, factor) = (factor, larger_factor - quotient * factor);
    }
    let modulus = a / larger;
    let inverse = if modulus == 0 { 0 } else { larger_factor.rem_euclid(modulus) };
    (larger, inverse)
}
