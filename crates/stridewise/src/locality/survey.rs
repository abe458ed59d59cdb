//! Survey: all loop orders of a statement ranked, the best ones simulated, and what to say of
//! the one that was asked about.
//!
//! Worked: for `out[j] += a[i,j]` over `(1000,1000):(8000,8)+0`, two orders, both simulated; of
//! j outside i the findings say that i outside is faster.

use super::answer::{CacheAnswer, Effort, ask};
use super::error::LocalityError;
use super::finding::{Finding, FindingsError, findings};
use super::predict::{Costs, Prediction};
use super::rank::{check_order, rank_orders};
use crate::control::Control;
use crate::machine::Machine;
use crate::nest::Statement;

/// One loop order: predicted always, simulated where it is among the best or asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Surveyed {
    /// Indices of the statement, outermost first.
    pub order: Vec<usize>,
    /// What to expect of it.
    pub prediction: Prediction,
    /// What the caches do.
    pub caches: Option<CacheAnswer>,
}

/// All loop orders of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    /// Fastest first.
    pub orders: Vec<Surveyed>,
    /// Which of them was asked about.
    pub asked: usize,
    /// What there is to say of that one.
    pub findings: Vec<Finding>,
}

/// Orders that are simulated, beside the one that was asked about.
const SIMULATED: usize = 6;

/// Ranks all loop orders of a statement, simulates the best ones and `asked`, and says what
/// there is to say of `asked`.
///
/// # Errors
/// No permutation of the indices, steps beyond 64 bits, or a caller who asks to stop.
pub fn survey(
    statement: &Statement,
    asked: &[usize],
    machine: &Machine,
    effort: Effort,
    control: &Control<'_>,
) -> Result<Survey, FindingsError> {
    check_order(statement, asked)?;
    let costs = Costs::typical(machine.caches().len());
    let ranked = rank_orders(statement, machine, &costs)?;
    let mut orders = Vec::with_capacity(ranked.len());
    let mut at = 0;
    for (place, one) in ranked.into_iter().enumerate() {
        let is_asked = one.order == asked;
        let caches = if place < SIMULATED || is_asked {
            let nest = statement.nest(&one.order)?;
            Some(ask(&nest, machine, effort, control)?)
        } else {
            None
        };
        if is_asked {
            at = place;
        }
        orders.push(Surveyed { order: one.order, prediction: one.prediction, caches });
    }
    let findings = findings(statement, asked, machine, &costs, control)?;
    Ok(Survey { orders, asked: at, findings })
}

impl From<LocalityError> for FindingsError {
    fn from(error: LocalityError) -> Self {
        FindingsError::Locality(error)
    }
}
