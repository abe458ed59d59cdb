//! Survey: all loop orders of a statement ranked, the best ones simulated, and what to say of
//! the one that was asked about.
//!
//! Worked: for `out[j] += a[i,j]` over `(1000,1000):(8000,8)+0`, two orders, both simulated; of
//! j outside i the findings say that i outside is faster.

use super::answer::{CacheAnswer, Effort, ask};
use super::error::LocalityError;
use super::finding::{Finding, FindingsError, findings};
use super::predict::{Costs, Prediction};
use super::rank::{BreakEven, Ranked, break_even, check_order, predict_blocked, rank_orders};
use crate::control::Control;
use crate::machine::Machine;
use crate::nest::{Effect, Statement};

/// One loop order: predicted always, simulated where it is among the best or asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Surveyed {
    /// Indices of the statement, outermost first.
    pub order: Vec<usize>,
    /// Block sizes, one per place of the order, 0 for a loop left whole; empty without blocks.
    pub blocks: Vec<i64>,
    /// What to expect of it.
    pub prediction: Prediction,
    /// What the caches do.
    pub caches: Option<CacheAnswer>,
}

/// All loop orders of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    /// Fastest first; an order in blocks only where it was asked about.
    pub orders: Vec<Surveyed>,
    /// Which of them was asked about.
    pub asked: usize,
    /// What there is to say of that one.
    pub findings: Vec<Finding>,
    /// What a copy of each array that is only read costs and saves.
    pub copies: Vec<BreakEven>,
}

/// What is asked about a statement.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// A loop order, outermost first.
    pub order: &'a [usize],
    /// Block sizes, one per place of the order, 0 for a loop left whole; empty without blocks.
    pub blocks: &'a [i64],
    /// How misses may be counted.
    pub effort: Effort,
}

/// Orders that are simulated, beside the one that was asked about.
const SIMULATED: usize = 6;

/// Ranks all loop orders of a statement, simulates the best ones and the one that is asked
/// about, and says what there is to say of that one.
///
/// # Errors
/// No permutation of the indices, steps beyond 64 bits, or a caller who asks to stop.
pub fn survey(
    statement: &Statement,
    question: Question<'_>,
    machine: &Machine,
    control: &Control<'_>,
) -> Result<Survey, FindingsError> {
    let Question { order: asked, blocks, effort } = question;
    check_order(statement, asked)?;
    let costs = Costs::typical(machine.caches().len());
    let ranked = rank_orders(statement, machine, &costs)?;
    let mut orders = Vec::with_capacity(ranked.len() + 1);
    let is_blocked = blocks.iter().any(|&size| size > 0);
    for (place, one) in ranked.into_iter().enumerate() {
        let is_asked = one.order == asked;
        let caches = if place < SIMULATED || is_asked {
            let nest = statement.nest(&one.order)?;
            // Only what was asked about is worth every effort.
            let effort = if is_asked && !is_blocked { effort } else { effort.at_most_usual() };
            Some(ask(&nest, machine, effort, control)?)
        } else {
            None
        };
        let Ranked { order, prediction } = one;
        orders.push(Surveyed { order, blocks: Vec::new(), prediction, caches });
    }
    let at = |orders: &[Surveyed]| orders.iter().position(|one| one.order == asked).unwrap_or(0);
    let mut place = at(&orders);
    if is_blocked {
        let prediction = predict_blocked(statement, asked, blocks, machine, &costs)?;
        let faster = |one: &Surveyed| one.prediction.total_ns <= prediction.total_ns;
        place = orders.iter().position(|one| !faster(one)).unwrap_or(orders.len());
        let nest = statement.blocked_nest(asked, blocks)?;
        let caches = Some(ask(&nest, machine, effort, control)?);
        let (order, blocks) = (asked.to_vec(), blocks.to_vec());
        orders.insert(place, Surveyed { order, blocks, prediction, caches });
    }
    let findings = findings(statement, asked, machine, &costs, control)?;
    let mut copies = Vec::new();
    for operand in 0..statement.operands().len() {
        if is_only_read(statement, operand) {
            copies.extend(break_even(statement, operand, machine, &costs)?);
        }
    }
    Ok(Survey { orders, asked: place, findings, copies })
}

/// Whether an array of at least two axes is read and not written.
fn is_only_read(statement: &Statement, operand: usize) -> bool {
    let mut uses = statement.references().iter().filter(|each| each.operand == operand);
    statement.operands()[operand].layout.rank() > 1
        && uses.clone().count() > 0
        && uses.all(|each| each.effect == Effect::Read)
}

impl From<LocalityError> for FindingsError {
    fn from(error: LocalityError) -> Self {
        FindingsError::Locality(error)
    }
}
