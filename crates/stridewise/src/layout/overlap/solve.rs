//! Solve: the exact answer to an equation, by whichever engine is cheapest.
//!
//! 1. As many steps of each term as fit, largest coefficient first, and then a short search:
//!    they settle nearly every pair of views that people make.
//! 2. Reduction: where all other coefficients share a divisor `g`, a term is known modulo `g`
//!    and the whole equation shrinks by `g`. `24 x + 16 y + 1 z == 43`, `z <= 14`, needs `z = 3`
//!    or `11`: it is `3 x + 2 y + 1 t == 5` with `z = 3 + 8 t`, `t <= 1`.
//! 3. A longer search, worth a fraction of the time of the next step.
//! 4. A bitset of the sums that can be reached, whose cost is polynomial in the target. It
//!    splits the equation in two with known targets, and each half is solved in turn.
//! 5. Where the target is too large for a bitset, a search that gives up in the end.

use super::Answer;
use super::equation::Term;
use super::reach::{self, Meeting};
use super::search::{Halves, Search, gcd_and_inverse, multiply_modulo};
use crate::layout::PerAxis;

/// Nodes of the first search: some microseconds.
const SHORT: u64 = 256;

/// Nodes of the last search, less than a second. An equation that needs more than [`reach::BITS`]
/// bits and more than these nodes is given up.
const LONG: u64 = 1 << 23;

/// The target whose bitset costs as much as a node, or somewhat more.
const TARGET_PER_NODE: u64 = 8192;

/// Steps of the given terms that add up to `target`.
pub(super) fn solve(terms: &[Term], target: i64) -> Answer<PerAxis<i64>> {
    if let Some(x) = greedy(terms, target) {
        return Answer::Yes(x);
    }
    match search(terms, target, SHORT) {
        Answer::TooHard => {}
        settled => return settled,
    }
    let Some(reduced) = Reduced::new(terms, target) else { return Answer::No };
    let terms: Vec<Term> = reduced.variables.iter().map(|variable| variable.term).collect();
    match solve_hard(&terms, reduced.target) {
        Answer::Yes(x) => Answer::Yes(reduced.restore(&x)),
        unsolved => unsolved,
    }
}

/// As [`solve`], by searches alone: at most `nodes` nodes and no memory but the terms'.
pub(super) fn solve_within(terms: &[Term], target: i64, nodes: u64) -> Answer<PerAxis<i64>> {
    if let Some(x) = greedy(terms, target) {
        return Answer::Yes(x);
    }
    match search(terms, target, nodes.min(SHORT)) {
        Answer::TooHard => {}
        settled => return settled,
    }
    let Some(reduced) = Reduced::new(terms, target) else { return Answer::No };
    let terms: Vec<Term> = reduced.variables.iter().map(|variable| variable.term).collect();
    search(&terms, reduced.target, nodes).map(|x| reduced.restore(&x))
}

/// As many steps of each term as fit, the terms from the largest coefficient down; where they come
/// out it is the solution that [`Search`] finds first.
#[inline]
fn greedy(terms: &[Term], target: i64) -> Option<PerAxis<i64>> {
    let mut left = target.max(0);
    let x = PerAxis::from_fn(terms.len(), |at| {
        let Term { coefficient, bound } = terms[at];
        let steps = bound.min(left / coefficient);
        left -= steps * coefficient;
        steps
    });
    (left == 0 && target >= 0).then_some(x)
}

fn solve_hard(terms: &[Term], target: i64) -> Answer<PerAxis<i64>> {
    let nodes = (target.unsigned_abs() / TARGET_PER_NODE).clamp(SHORT, LONG);
    match search(terms, target, nodes) {
        Answer::TooHard => {}
        settled => return settled,
    }
    match by_bitset(terms, target) {
        Answer::TooHard => search(terms, target, LONG),
        settled => settled,
    }
}

/// By the sums that can be reached; too hard where they are too many.
pub(super) fn by_bitset(terms: &[Term], target: i64) -> Answer<PerAxis<i64>> {
    match reach::meeting(terms, target) {
        Meeting::Nowhere => Answer::No,
        Meeting::At { split, rest } => {
            match (solve(&terms[..split], target - rest), solve(&terms[split..], rest)) {
                (Answer::Yes(large), Answer::Yes(small)) => {
                    Answer::Yes(large.iter().chain(&small).copied().collect())
                }
                _ => Answer::TooHard, // Both have a solution, and both targets fit a bitset.
            }
        }
        Meeting::TooLarge => Answer::TooHard,
    }
}

fn search(terms: &[Term], target: i64, nodes: u64) -> Answer<PerAxis<i64>> {
    Search::new(terms, Halves::Allowed, nodes).run(target)
}

/// An equation with smaller numbers, and the way back.
struct Reduced {
    variables: Vec<Variable>,
    target: i64,
    /// For each original term its steps where its variable is 0 or gone.
    base: PerAxis<i64>,
}

/// A term that stands for `base + scale * x` steps of the original term `origin`.
struct Variable {
    term: Term,
    origin: usize,
    scale: i64,
}

impl Reduced {
    /// `None` where the reduction shows that there is no solution.
    fn new(terms: &[Term], target: i64) -> Option<Reduced> {
        let variable = |(origin, &term): (usize, &Term)| Variable { term, origin, scale: 1 };
        let variables = terms.iter().enumerate().map(variable).collect();
        let base = PerAxis::filled(0, terms.len());
        let mut reduced = Reduced { variables, target, base };
        loop {
            reduced.trim();
            reduced.divide()?;
            // Each round that goes on lowers the target.
            if !(reduced.substitute()? || reduced.mirror()?) {
                break;
            }
        }
        reduced.variables.sort_by_key(|variable| std::cmp::Reverse(variable.term.coefficient));
        Some(reduced)
    }

    fn restore(&self, x: &[i64]) -> PerAxis<i64> {
        let mut steps = self.base.clone();
        for (variable, x) in self.variables.iter().zip(x) {
            steps[variable.origin] += variable.scale * x;
        }
        steps
    }

    fn trim(&mut self) {
        for Variable { term, .. } in &mut self.variables {
            term.bound = term.bound.min(self.target / term.coefficient);
        }
        self.variables.retain(|variable| variable.term.bound > 0);
    }

    /// Divides the equation by the gcd of all its coefficients.
    fn divide(&mut self) -> Option<()> {
        let gcd = self.gcd_except(usize::MAX).max(1);
        if self.target % gcd != 0 {
            return None;
        }
        self.target /= gcd;
        self.variables.iter_mut().for_each(|variable| variable.term.coefficient /= gcd);
        Some(())
    }

    /// Replaces a variable that is known modulo the gcd of all other coefficients.
    fn substitute(&mut self) -> Option<bool> {
        for at in 0..self.variables.len() {
            let gcd = self.gcd_except(at);
            if gcd < 2 {
                continue;
            }
            let Variable { term, origin, scale } = self.variables[at];
            let (_, inverse) = gcd_and_inverse(gcd, term.coefficient);
            let first = multiply_modulo(self.target, inverse, gcd);
            if first > term.bound {
                return None;
            }
            self.base[origin] += scale * first;
            self.target = (self.target - term.coefficient * first) / gcd;
            self.variables.iter_mut().for_each(|variable| variable.term.coefficient /= gcd);
            let bound = (term.bound - first) / gcd;
            let term = Term { bound, ..term };
            self.variables[at] = Variable { term, origin, scale: scale * gcd };
            return Some(true);
        }
        Some(false)
    }

    /// Counts every variable from its bound down where that makes the target smaller.
    fn mirror(&mut self) -> Option<bool> {
        let reach: i128 = self.variables.iter().map(|variable| variable.term.reach()).sum();
        let mirrored = reach - i128::from(self.target);
        if mirrored < 0 {
            return None;
        }
        match i64::try_from(mirrored) {
            Ok(mirrored) if mirrored < self.target => self.target = mirrored,
            _ => return Some(false),
        }
        for Variable { term, origin, scale } in &mut self.variables {
            self.base[*origin] += *scale * term.bound;
            *scale = -*scale;
        }
        Some(true)
    }

    fn gcd_except(&self, skipped: usize) -> i64 {
        let others = self.variables.iter().enumerate().filter(|&(at, _)| at != skipped);
        others.fold(0, |gcd, (_, variable)| gcd_and_inverse(gcd, variable.term.coefficient).0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Reduced, search};
    use crate::layout::PerAxis;
    use crate::layout::overlap::{Answer, Term};

    fn holds(terms: &[Term], target: i64, x: &PerAxis<i64>) -> bool {
        let sum: i64 = terms.iter().zip(x).map(|(term, x)| term.coefficient * x).sum();
        sum == target && terms.iter().zip(x).all(|(term, &x)| (0..=term.bound).contains(&x))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, ..Default::default() })]

        // Coefficients with many common divisors, so that reductions follow one another.
        #[test]
        fn a_reduced_equation_has_a_solution_where_the_original_has(
            factors in prop::collection::vec((0u32..4, 0u32..3, 0u32..2, 1i64..30, 0i64..30), 1..5),
            noise in prop_oneof![3 => Just(0i64), 1 => 0i64..20],
        ) {
            let mut target = noise;
            let mut terms: Vec<Term> = vec![];
            for (twos, threes, fives, bound, x) in factors {
                let coefficient = 2i64.pow(twos) * 3i64.pow(threes) * 5i64.pow(fives);
                target += coefficient * (x % (bound + 1));
                terms.push(Term { coefficient, bound });
            }
            terms.sort_by_key(|term| std::cmp::Reverse(term.coefficient));
            let want = search(&terms, target, u64::MAX).yes().is_some();
            let got = Reduced::new(&terms, target).and_then(|reduced| {
                let terms: Vec<Term> = reduced.variables.iter().map(|one| one.term).collect();
                let x = search(&terms, reduced.target, u64::MAX).yes()?;
                Some(reduced.restore(&x))
            });
            prop_assert_eq!(got.is_some(), want);
            if let Some(x) = got {
                prop_assert!(holds(&terms, target, &x), "{:?} {} {:?}", terms, target, x);
            }
            prop_assert_ne!(super::solve(&terms, target), Answer::TooHard);
        }
    }
}
