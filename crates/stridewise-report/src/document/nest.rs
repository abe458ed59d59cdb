//! Nest: the loops over several arrays at once, stage by stage, and the loops as a tree.
//!
//! Over `(2,3):(8,16)+0` and `(2,3):(24,8)+0`, ordered by the first: `(3,2) a:(16,8)+0 b:(8,24)+0`.

use serde::Serialize;
use stridewise::machine::Machine;
use stridewise::nest::{Effect, Loops, Nest, NestError};

use super::{Document, Side, Subject, enveloped};
use crate::text::{Look, nest_text};

/// What `nest` answers.
#[derive(Clone, Debug, Serialize)]
pub struct NestDocument {
    /// The arrays, called a, b, c, … in the stages.
    pub operands: Vec<OperandObject>,
    /// The loops after each stage.
    pub stages: Vec<StageObject>,
    /// The extents of a block along each loop of the last stage before it.
    pub block: Vec<i64>,
    /// The loops and accesses, a line each, as they would run.
    pub tree: Vec<String>,
}

/// One array.
#[derive(Clone, Debug, Serialize)]
pub struct OperandObject {
    /// What was typed.
    pub source: String,
    /// Where it lies.
    pub layout: Subject,
}

/// The loops after a stage.
#[derive(Clone, Debug, Serialize)]
pub struct StageObject {
    /// `over`, `order`, `upward` or `fuse`.
    pub stage: &'static str,
    /// How often each loop runs, outermost first.
    pub extents: Vec<i64>,
    /// For each array, how many bytes one step of each loop moves.
    pub strides: Vec<Vec<i64>>,
    /// For each array, the byte of the first step.
    pub bases: Vec<i64>,
    /// All of it in one line.
    pub notation: String,
}

impl NestDocument {
    /// Takes arrays of one shape through the stages; blocks fit in half of the nearest cache.
    ///
    /// # Errors
    /// Arrays that differ in shape, or whose elements have no bytes.
    pub fn new(operands: Vec<Side>, machine: &Machine) -> Result<NestDocument, NestError> {
        let layouts: Vec<_> = operands.iter().map(|side| &side.layout.0.layout).collect();
        let over = Nest::over(&layouts)?;
        let order = over.order_by(0);
        let upward = order.upward(0);
        let fuse = upward.fuse();
        let bytes = over.sizes().iter().fold(0i64, |sum, &size| sum.saturating_add(size)).max(1);
        let elements = (machine.first_cache().size() / 2 / bytes).max(1);
        let block = fuse.tile(elements, elements).to_vec();
        let effects: Vec<Effect> = (0..layouts.len())
            .map(|at| if at == 0 && layouts.len() > 1 { Effect::Write } else { Effect::Read })
            .collect();
        let nest = match fuse.block(&block, &effects) {
            // Many uneven axes: the tree would double for each.
            Err(NestError::Blocks { .. }) => fuse.nest(&effects)?,
            nest => nest?,
        };
        let stages = [("over", &over), ("order", &order), ("upward", &upward), ("fuse", &fuse)];
        Ok(NestDocument {
            stages: stages.map(|(stage, loops)| StageObject::new(stage, loops)).to_vec(),
            block,
            tree: nest.to_string().lines().map(str::to_owned).collect(),
            operands: operands
                .into_iter()
                .map(|side| OperandObject { source: side.source, layout: side.layout })
                .collect(),
        })
    }
}

impl StageObject {
    fn new(stage: &'static str, loops: &Loops) -> StageObject {
        let along = |operand| (0..loops.rank()).map(move |axis| loops.strides(axis)[operand]);
        StageObject {
            stage,
            extents: loops.extents().to_vec(),
            strides: (0..loops.operands()).map(|operand| along(operand).collect()).collect(),
            bases: loops.bases().to_vec(),
            notation: loops.to_string(),
        }
    }
}

impl Document for NestDocument {
    fn to_json(&self) -> String {
        enveloped("nest", self)
    }

    fn to_text(&self, look: Look) -> String {
        nest_text(self, look)
    }
}
