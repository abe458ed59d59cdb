//! Walks along each axis: what reading a whole array takes with that axis in the innermost loop.
//!
//! Reading `(4000,4000):(32000,8)+0` takes a fraction of a nanosecond per element with axis 1
//! inside, the row-order walk, and ten times as long with axis 0 inside.

use super::predict::Costs;
use super::rank::predict_order;
use crate::layout::{Layout, PerAxis};
use crate::machine::Machine;
use crate::nest::{Affine, Effect, Index, Operand, Reference, Statement, StatementError, Update};

/// A walk over all elements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AxisWalk {
    /// The axis in the innermost loop; the others stand in the order of their strides.
    pub inside: usize,
    /// Predicted time per element, in nanoseconds.
    pub predicted_ns: f64,
}

/// One walk per axis that is longer than 1, in the order of the axes; none of an empty array.
///
/// ```
/// use stridewise::{layout::Layout, locality::axis_walks, machine::Machine};
/// let machine = Machine::preset("intel-server").unwrap();
/// let walks = axis_walks(&Layout::c_order(&[4000, 4000], 8).unwrap(), &machine).unwrap();
/// assert!(walks[0].predicted_ns > 5.0 * walks[1].predicted_ns);
/// ```
///
/// # Errors
/// Addresses beyond 64 bits.
pub fn axis_walks(layout: &Layout, machine: &Machine) -> Result<Vec<AxisWalk>, StatementError> {
    if layout.is_empty() {
        return Ok(Vec::new());
    }
    let rank = layout.rank();
    let index =
        |(axis, &extent): (usize, &i64)| Index { name: format!("i{axis}"), start: 0, extent };
    let indices = layout.shape().iter().enumerate().map(index).collect();
    let subscript = |axis: usize| {
        let mut coefficients = PerAxis::filled(0, rank);
        coefficients[axis] = 1;
        Affine { constant: 0, coefficients }
    };
    let read = Reference {
        operand: 0,
        effect: Effect::Read,
        subscripts: (0..rank).map(subscript).collect(),
    };
    let operand = Operand { name: "a".to_string(), layout: layout.clone(), base: 0 };
    let statement = Statement::new(indices, vec![operand], vec![read], Update::Store)?;
    let costs = Costs::typical(machine.caches().len());
    let mut walks = Vec::new();
    for inside in (0..rank).filter(|&axis| layout.shape()[axis] > 1) {
        let mut order: Vec<usize> =
            layout.order().iter().copied().filter(|&axis| axis != inside).collect();
        order.push(inside);
        let total = predict_order(&statement, &order, machine, &costs)?.total_ns;
        walks.push(AxisWalk { inside, predicted_ns: total / real(layout.size()) });
    }
    Ok(walks)
}

/// A count as a float, which holds it closely enough for a time.
#[allow(clippy::cast_precision_loss)]
fn real(count: impl Into<i128>) -> f64 {
    count.into() as f64
}
