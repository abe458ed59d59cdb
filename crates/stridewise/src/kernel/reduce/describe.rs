//! Describe: the nest that a plan runs, as a value for the locality model and for people.
//!
//! Jobs around the walk, the walk around the block, whose items are read; then, in each job, the
//! results of its tile are written. The last piece of an axis is a sibling where it is shorter.
//! Summing `(2,3):(24,8)+0` along axis 0 is a loop of 2 around one of 3, then 3 results.
//!
//! Not told: rows of a block are read eight at a time, item by item; the stage and the states,
//! which stay in the nearest caches; and parts, which threads take.

use super::plan::{Axis, Form, Level, Plan, Side};
use crate::nest::{Access, Effect, Loop, Nest, NestError, Node};

/// The operand numbers in the nest.
const OUTPUT: usize = 0;
const INPUT: usize = 1;

/// A choice on the way down: bytes moved, loops entered, and pieces that are shorter.
#[derive(Clone, Default)]
struct Within {
    input: isize,
    output: isize,
    steps: Vec<Axis>,
    kept: Option<usize>,
    reduced: Option<usize>,
}

impl Plan {
    /// The nest that the plan runs: operand 0 is the output, of items of so many bytes, operand 1
    /// the input.
    ///
    /// # Errors
    /// Those of [`Nest::new`], for a plan of more loops than a nest may have.
    pub(super) fn nest(&self, result: i64) -> Result<Nest, NestError> {
        let start = Within { input: self.input, output: self.output, ..Within::default() };
        Nest::new(self.around(&self.jobs, start, &|job| {
            let mut body = self.around(&self.walk, job.clone(), &|at| self.read(at));
            let kept: Vec<Level> = self.walk.iter().filter(|l| l.axis.kept).copied().collect();
            body.extend(self.around(&kept, job, &|at| self.write(at, result)));
            body
        }))
    }

    /// Loops, and what is inside them.
    fn around(
        &self,
        levels: &[Level],
        at: Within,
        inside: &dyn Fn(Within) -> Vec<Node>,
    ) -> Vec<Node> {
        let Some((level, rest)) = levels.split_first() else { return inside(at) };
        let axis = level.axis;
        let side = if axis.kept { &self.kept } else { &self.reduced };
        let whole = side.axes.last().map_or(0, |cut| cut.extent);
        let mut pieces = vec![(0, axis.extent, None)];
        if level.last > 0 && level.last != whole {
            pieces = vec![(0, axis.extent - 1, None), (axis.extent - 1, 1, Some(level.last))];
        }
        let mut nodes = Vec::new();
        for (first, extent, last) in pieces.into_iter().filter(|(_, extent, _)| *extent > 0) {
            let mut at = at.clone();
            at.input += axis.input * first as isize;
            at.output += axis.output * first as isize;
            match axis.kept {
                true => at.kept = last.or(at.kept),
                false => at.reduced = last.or(at.reduced),
            }
            let axis = Axis { extent, ..axis };
            nodes.extend(looped(&[axis], at, &|at| self.around(rest, at, inside)));
        }
        nodes
    }

    /// The items of a block.
    fn read(&self, at: Within) -> Vec<Node> {
        let (kept, reduced) = (axes(&self.kept, at.kept), axes(&self.reduced, at.reduced));
        let step = |axes: &[Axis]| axes.last().map_or(usize::MAX, |axis| axis.input.unsigned_abs());
        let mut order = match self.form {
            Form::Down => {
                // The run is inside the rows.
                let (run, leads) = kept
                    .split_last()
                    .map_or((&[][..], &[][..]), |(_, leads)| (&kept[leads.len()..], leads));
                [leads, &reduced, run].concat()
            }
            Form::Across => [&kept[..], &reduced].concat(),
            Form::Short => {
                let (outer, inner) = kept.split_at(1.min(kept.len()));
                [outer, &reduced, inner].concat()
            }
            Form::GatherDown | Form::GatherAcross if step(&kept) < step(&reduced) => {
                [&reduced[..], &kept].concat()
            }
            Form::GatherDown | Form::GatherAcross => [&kept[..], &reduced].concat(),
        };
        order.retain(|axis| axis.extent != 1);
        looped(&order, at, &|at| {
            vec![Node::Access(Access {
                operand: INPUT,
                effect: Effect::Read,
                size: self.item as i64,
                base: at.input as i64,
                coefficients: at.steps.iter().map(|axis| axis.input as i64).collect(),
            })]
        })
    }

    /// The results of a block.
    fn write(&self, at: Within, size: i64) -> Vec<Node> {
        looped(&axes(&self.kept, at.kept), at, &|at| {
            vec![Node::Access(Access {
                operand: OUTPUT,
                effect: Effect::Write,
                size,
                base: at.output as i64,
                coefficients: at.steps.iter().map(|axis| axis.output as i64).collect(),
            })]
        })
    }
}

/// The axes of a side, outermost first, the outermost shortened where it is a piece.
fn axes(side: &Side, last: Option<usize>) -> Vec<Axis> {
    let mut axes = side.axes.to_vec();
    if let (Some(last), Some(cut)) = (last, axes.last_mut()) {
        cut.extent = last;
    }
    axes.reverse();
    axes
}

/// A loop for each axis that runs more than once.
fn looped(axes: &[Axis], mut at: Within, inside: &dyn Fn(Within) -> Vec<Node>) -> Vec<Node> {
    let Some((axis, rest)) = axes.split_first() else { return inside(at) };
    if axis.extent == 1 {
        return looped(rest, at, inside);
    }
    at.steps.push(*axis);
    vec![Node::Loop(Loop { extent: axis.extent as i64, body: looped(rest, at, inside) })]
}
