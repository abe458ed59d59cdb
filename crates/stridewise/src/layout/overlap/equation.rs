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
        let mut at = self.terms.len();
        while at > 0 && self.terms[at - 1].coefficient < coefficient {
            at -= 1;
        }
        match at.checked_sub(1).map(|before| &mut self.terms[before]) {
            // What saturates is beyond every target, and `trim` brings it back.
            Some(term) if term.coefficient == coefficient => {
                term.bound = term.bound.saturating_add(bound);
            }
            _ => {
                self.terms.push(Term { coefficient, bound });
                for at in (at + 1..self.terms.len()).rev() {
                    self.terms.swap(at - 1, at);
                }
            }
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

    /// From a solution, the share of a term that was added with this coefficient and bound.
    pub(super) fn take(&self, x: &mut [i64], coefficient: i64, bound: i64) -> i64 {
        let at = self.terms.iter().position(|term| term.coefficient == coefficient);
        let Some(left) = at.and_then(|at| x.get_mut(at)) else { return 0 };
        let share = (*left).min(bound);
        *left -= share;
        share
    }
}
