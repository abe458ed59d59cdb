//! Ranking: every loop order of a statement, and every layout of an array, by predicted time.
//!
//! All in closed form: the 120 orders of five loops take well under a millisecond.
//!
//! Worked: for `out[j] += a[i,j]` over `(1000,1000):(8000,8)+0`, i outside and j inside comes
//! first.

use super::estimate::Walks;
use super::predict::{Costs, Prediction, predict};
use crate::layout::{Layout, PerAxis};
use crate::machine::Machine;
use crate::nest::{Affine, Effect, Index, Operand, Reference, Statement, StatementError, Update};

/// One loop order and what to expect of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// Indices of the statement, outermost first.
    pub order: Vec<usize>,
    /// What to expect.
    pub prediction: Prediction,
}

/// The most loops whose orders are all ranked, 5,040 of them; beyond, the outermost loops stay.
const MOST_LOOPS: usize = 7;
/// Of nests with more loops than this, each slow to predict, only so many change places.
const DEEP: (usize, usize) = (12, 5);

/// Every loop order, fastest first; orders within two percent of each other stay in the order
/// of their indices.
///
/// Of more than seven loops only the last seven change places, of more than twelve the last five.
///
/// # Errors
/// Steps beyond 64 bits.
pub fn rank_orders(
    statement: &Statement,
    machine: &Machine,
    costs: &Costs,
) -> Result<Vec<Ranked>, StatementError> {
    let walks = Walks::new(statement)?;
    let loops = statement.indices().len();
    let mut order: Vec<usize> = (0..loops).collect();
    let fixed = loops.saturating_sub(if loops > DEEP.0 { DEEP.1 } else { MOST_LOOPS });
    let mut ranked = Vec::new();
    loop {
        let prediction = predict(&walks, &order, machine, costs);
        ranked.push(Ranked { order: order.clone(), prediction });
        if !next_permutation(&mut order[fixed..]) {
            break;
        }
    }
    ranked.sort_by_key(|ranked| class(ranked.prediction.total_ns));
    Ok(ranked)
}

/// Times within two percent of each other are in one class or in neighbouring ones: no model is
/// better than that, and an order that somebody wrote should not move for less.
#[allow(clippy::cast_possible_truncation)]
fn class(time: f64) -> i64 {
    (time.max(1e-3).ln() / 1.02f64.ln()).floor() as i64
}

/// What to expect of one loop order.
///
/// # Errors
/// No permutation of the indices, or steps beyond 64 bits.
pub fn predict_order(
    statement: &Statement,
    order: &[usize],
    machine: &Machine,
    costs: &Costs,
) -> Result<Prediction, StatementError> {
    check_order(statement, order)?;
    Ok(predict(&Walks::new(statement)?, order, machine, costs))
}

/// What to expect of one loop order cut into blocks: a size per place of the order, 0 for a loop
/// left whole.
///
/// # Errors
/// No permutation of the indices, or steps beyond 64 bits.
pub fn predict_blocked(
    statement: &Statement,
    order: &[usize],
    sizes: &[i64],
    machine: &Machine,
    costs: &Costs,
) -> Result<Prediction, StatementError> {
    check_order(statement, order)?;
    let (walks, order) = Walks::new(statement)?.blocked(order, sizes);
    Ok(predict(&walks, &order, machine, costs))
}

/// Whether an order names each index once.
pub(super) fn check_order(statement: &Statement, order: &[usize]) -> Result<(), StatementError> {
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    if sorted.into_iter().eq(0..statement.indices().len()) {
        return Ok(());
    }
    let (wanted, got) = (statement.indices().len(), order.to_vec());
    Err(StatementError::Order { wanted, got })
}

/// One way to lay an array out and what to expect of the best loop order over it.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedLayout {
    /// The axes, slowest first: `[0, 1]` is C order.
    pub axes: Vec<usize>,
    /// The layout, contiguous in that order.
    pub layout: Layout,
    /// The best loop order.
    pub best: Ranked,
}

/// Every contiguous layout of one operand, fastest first, each with its best loop order.
///
/// Arrays of more than five axes are laid out in C and F order only.
///
/// # Errors
/// An array too large to be laid out afresh, or steps beyond 64 bits.
pub fn rank_layouts(
    statement: &Statement,
    operand: usize,
    machine: &Machine,
    costs: &Costs,
) -> Result<Vec<RankedLayout>, StatementError> {
    let Some(known) = statement.operands().get(operand) else { return Ok(Vec::new()) };
    let rank = known.layout.rank();
    let mut axes: Vec<usize> = (0..rank).collect();
    let mut ranked = Vec::new();
    loop {
        let (shape, itemsize) = (known.layout.shape(), known.layout.itemsize());
        if let Ok(layout) = Layout::packed_in_order(shape, itemsize, &axes) {
            let changed = statement.with_layout(operand, layout.clone())?;
            if let Some(best) = rank_orders(&changed, machine, costs)?.into_iter().next() {
                ranked.push(RankedLayout { axes: axes.clone(), layout, best });
            }
        }
        let more = if rank > 5 {
            let is_c = axes.is_sorted();
            axes.reverse();
            is_c
        } else {
            next_permutation(&mut axes)
        };
        if !more {
            break;
        }
    }
    ranked.sort_by_key(|ranked| class(ranked.best.prediction.total_ns));
    Ok(ranked)
}

/// The next permutation in dictionary order, if there is one.
fn next_permutation(order: &mut [usize]) -> bool {
    let Some(pivot) = (1..order.len()).rev().find(|&at| order[at - 1] < order[at]) else {
        return false;
    };
    let larger = (pivot..order.len()).rev().find(|&at| order[at] > order[pivot - 1]);
    order.swap(pivot - 1, larger.unwrap_or(pivot));
    order[pivot..].reverse();
    true
}

/// What a one-off copy of an array costs and saves.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakEven {
    /// Which operand is copied.
    pub operand: usize,
    /// The axes of the copy, slowest first.
    pub axes: Vec<usize>,
    /// Predicted time of the copy, in nanoseconds.
    pub copy_ns: f64,
    /// Predicted time of one run before, in the best order.
    pub before_ns: f64,
    /// Predicted time of one run after, in the best order.
    pub after_ns: f64,
    /// How many runs pay for the copy; `None` where no number does.
    pub runs: Option<f64>,
}

impl BreakEven {
    /// The statement on the copy.
    ///
    /// # Errors
    /// A statement that does not have the operand.
    pub fn statement(&self, statement: &Statement) -> Result<Statement, StatementError> {
        statement.with_layout(self.operand, self.copied(statement)?)
    }

    /// The copy, as a statement: `to[i,j] = from[i,j]`.
    ///
    /// # Errors
    /// A statement that does not have the operand.
    pub fn copy(&self, statement: &Statement) -> Result<Statement, StatementError> {
        copy_statement(&statement.operands()[self.operand].layout, &self.copied(statement)?)
    }

    fn copied(&self, statement: &Statement) -> Result<Layout, StatementError> {
        let missing = StatementError::Reference { reference: 0 };
        let operand = statement.operands().get(self.operand).ok_or(missing.clone())?;
        let (shape, itemsize) = (operand.layout.shape(), operand.layout.itemsize());
        Layout::packed_in_order(shape, itemsize, &self.axes).map_err(|_| missing)
    }
}

/// Whether copying one operand into the layout that suits the statement best pays, after how
/// many runs. Both before and after, the loops run in their best order.
///
/// # Errors
/// Steps beyond 64 bits, or an operand that is not there.
pub fn break_even(
    statement: &Statement,
    operand: usize,
    machine: &Machine,
    costs: &Costs,
) -> Result<Option<BreakEven>, StatementError> {
    let before = rank_orders(statement, machine, costs)?.into_iter().next();
    let after = rank_layouts(statement, operand, machine, costs)?.into_iter().next();
    let (Some(before), Some(after)) = (before, after) else { return Ok(None) };
    let from = &statement.operands()[operand].layout;
    let copy = copy_statement(from, &after.layout)?;
    let Some(copy) = rank_orders(&copy, machine, costs)?.into_iter().next() else {
        return Ok(None);
    };
    let (before_ns, after_ns) = (before.prediction.total_ns, after.best.prediction.total_ns);
    let copy_ns = copy.prediction.total_ns;
    let saved = before_ns - after_ns;
    let runs = (saved > 0.02 * before_ns).then(|| copy_ns / saved);
    Ok(Some(BreakEven { operand, axes: after.axes, copy_ns, before_ns, after_ns, runs }))
}

/// `to[i,j,..] = from[i,j,..]`.
pub(super) fn copy_statement(from: &Layout, to: &Layout) -> Result<Statement, StatementError> {
    let rank = from.rank();
    let shape = from.shape().iter().enumerate();
    let indices =
        shape.map(|(axis, &extent)| Index { name: format!("i{axis}"), start: 0, extent }).collect();
    let subscripts: Vec<Affine> = (0..rank)
        .map(|axis| {
            let mut coefficients = PerAxis::filled(0, rank);
            coefficients[axis] = 1;
            Affine { constant: 0, coefficients }
        })
        .collect();
    let apart = (from.span().high.max(0) / 4096 * 4096).saturating_add(8192);
    let operands = vec![
        Operand { name: "from".to_string(), layout: from.clone(), base: 0 },
        Operand { name: "to".to_string(), layout: to.clone(), base: apart },
    ];
    let reference = |operand, effect| Reference { operand, effect, subscripts: subscripts.clone() };
    let references = vec![reference(0, Effect::Read), reference(1, Effect::Write)];
    Statement::new(indices, operands, references, Update::Store)
}
