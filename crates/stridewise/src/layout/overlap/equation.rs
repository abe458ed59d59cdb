//! Equation: the question whether bytes meet, as a sum of bounded steps that has to come out.
//!
//! `sum(coefficient[k] * x[k]) == target` with `0 <= x[k] <= bound[k]`, all positive. Two layouts
//! share a byte exactly where `first.low + steps` equals `second.high - 1 - steps`, with steps
//! along every axis of both and along the bytes of an element. So `(3):(8)+0` and `(2):(12)+4`
//! of 4-byte elements give `8 x + 12 y + 1 z + 1 w == 19` with bounds 2, 1, 3, 3. Terms of equal
//! coefficient are one term with the sum of their bounds: `12 y + 8 x + 1 z == 19`, `z <= 6`.

use crate::layout::PerAxis;

/// `coefficient * x` with `0 <= x <= bound`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) coefficient: i64,
    pub(super) bound: i64,
}

impl Term {
    /// The most that it can add.
    pub(super) fn reach(self) -> i128 {
        i128::from(self.coefficient) * i128::from(self.bound)
    }
}

/// A bounded Diophantine equation with positive coefficients, largest first.
#[derive(Clone, Debug)]
pub(super) struct Equation {
    pub(super) terms: PerAxis<Term>,
    pub(super) target: i64,
}

impl Equation {
    pub(super) fn new(target: i64) -> Equation {
        Equation { terms: PerAxis::new(), target }
    }

    /// Adds a term, merged with one of the same coefficient. Without effect where it is always 0.
    pub(super) fn add(&mut self, coefficient: i64, bound: i64) {
        if coefficient == 0 || bound == 0 {
            return;
        }
        let larger = self.terms.iter().take_while(|term| term.coefficient > coefficient).count();
        match self.terms.get_mut(larger) {
            // What saturates is beyond every target, and `trim` brings it back.
            Some(term) if term.coefficient == coefficient => {
                term.bound = term.bound.saturating_add(bound);
            }
            _ => self.terms.insert(larger, Term { coefficient, bound }),
        }
    }

    /// Lowers each bound to what the target allows and drops the terms that stay 0.
    pub(super) fn trim(&mut self) {
        let target = self.target.max(0);
        let mut kept = 0;
        for at in 0..self.terms.len() {
            let Term { coefficient, bound } = self.terms[at];
            let bound = bound.min(target / coefficient);
            if bound > 0 {
                self.terms[kept] = Term { coefficient, bound };
                kept += 1;
            }
        }
        self.terms.truncate(kept);
    }
}

/// A solution, from which the terms that were merged take their shares back.
pub(super) struct Shares {
    left: PerAxis<Term>,
}

impl Shares {
    pub(super) fn new(terms: &[Term], x: &[i64]) -> Shares {
        let left = |(term, &x): (&Term, &i64)| Term { coefficient: term.coefficient, bound: x };
        Shares { left: terms.iter().zip(x).map(left).collect() }
    }

    /// How many steps a term that was added with this coefficient and bound takes.
    pub(super) fn take(&mut self, coefficient: i64, bound: i64) -> i64 {
        let Some(left) = self.left.iter_mut().find(|left| left.coefficient == coefficient) else {
            return 0;
        };
        let share = left.bound.min(bound);
        left.bound -= share;
        share
    }
}
