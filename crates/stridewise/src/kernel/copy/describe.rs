//! Describe: the nest that a plan runs, as a value for the locality model and for people.
//!
//! Outer loops, blocks of columns, blocks of rows, then the items of a block, each read and then
//! written or streamed; where blocks of rows are jobs of their own, their loop stands among the
//! outer ones. The last block of a side is a sibling where its length differs.
//! Copying `(2,3):(8,16)+0` onto `(2,3):(24,8)+0` is a loop over 2 columns around one over 3 rows.
//!
//! Not told: the order of items within a block, which is the mover's and a matter of registers,
//! and the stage; both stay in the nearest cache.

use super::plan::{Flow, Mover, Plan};
use super::side::Side;
use crate::nest::{Access, Effect, Loop, Nest, NestError, Node};

/// The operand numbers in the nest.
const DESTINATION: usize = 0;
const SOURCE: usize = 1;

/// A loop: how often it runs, and bytes per step in destination and source.
#[derive(Clone, Copy)]
struct Level {
    extent: usize,
    destination: isize,
    source: isize,
}

/// Blocks of one length.
struct Part {
    first: usize,
    blocks: usize,
    length: usize,
}

impl Plan {
    /// The nest that the plan runs: operand 0 is the destination, operand 1 the source.
    ///
    /// # Errors
    /// Those of [`Nest::new`], for a plan of more loops than a nest may have.
    pub(super) fn nest(&self) -> Result<Nest, NestError> {
        let outer: Vec<Level> = (self.outer.iter())
            .map(|a| Level { extent: a.extent, destination: a.destination, source: a.source })
            .collect();
        // Strips stand inside blocks of columns, unless they make up parts of their own.
        let (around, within) = outer.split_at(self.turn);
        let apart = self.turn < outer.len();
        let (columns, rows) = (&self.columns, &self.rows);
        let block = |across: &Part| Level {
            extent: across.blocks,
            destination: columns.far_block,
            source: columns.near * columns.block as isize,
        };
        let strip = |along: &Part| Level {
            extent: along.blocks,
            destination: rows.near * rows.block as isize,
            source: rows.far_block,
        };
        let body = |across: &Part, along: &Part| {
            let (block, strip) = (block(across), strip(along));
            let mut items = Vec::new();
            if self.mover != Mover::Runs {
                items.extend(loops(columns, across.length, |far, near| (far, near)));
                items.extend(loops(rows, along.length, |far, near| (near, far)));
            }
            let size = if self.mover == Mover::Runs { along.length } else { self.item };
            let levels = match apart {
                true => [around, &[strip], within, &[block], &items].concat(),
                false => [around, &[block, strip], &items].concat(),
            };
            let first = [(across.first, block), (along.first, strip)];
            wrap(self.accesses(size, first, &levels), &items)
        };
        let across = parts(columns, self.column_blocks());
        let along = parts(rows, self.row_blocks());
        let mut all = Vec::new();
        if apart {
            for along in &along {
                let blocks = across.iter().flat_map(|a| wrap(body(a, along), &[block(a)]));
                all.extend(wrap(wrap(blocks.collect(), within), &[strip(along)]));
            }
        } else {
            for across in &across {
                let strips = along.iter().flat_map(|a| wrap(body(across, a), &[strip(a)]));
                all.extend(wrap(strips.collect(), &[block(across)]));
            }
        }
        Nest::new(wrap(all, around))
    }

    fn accesses(&self, size: usize, first: [(usize, Level); 2], levels: &[Level]) -> Vec<Node> {
        let written = match self.flow {
            Flow::Direct => Effect::Write,
            Flow::Lines | Flow::Columns | Flow::Joined => Effect::Stream,
        };
        let access = |operand, effect, base: isize, step: fn(&Level) -> isize| {
            let skipped = first.iter().map(|(first, level)| step(level) * *first as isize);
            let repeated = levels.iter().filter(|level| level.extent != 1);
            Node::Access(Access {
                operand,
                effect,
                size: size as i64,
                base: (base + skipped.sum::<isize>()) as i64,
                coefficients: repeated.map(|level| step(level) as i64).collect(),
            })
        };
        vec![
            access(SOURCE, Effect::Read, self.source, |level| level.source),
            access(DESTINATION, written, self.destination, |level| level.destination),
        ]
    }
}

/// The blocks of a side: those of full length, and the last one where it differs.
fn parts(side: &Side, blocks: usize) -> Vec<Part> {
    let last = side.length(blocks - 1, blocks);
    if blocks == 1 || last == side.block {
        return vec![Part { first: 0, blocks, length: last }];
    }
    let whole = Part { first: 0, blocks: blocks - 1, length: side.block };
    vec![whole, Part { first: blocks - 1, blocks: 1, length: last }]
}

/// The axes of a side within a block, outermost first. `places` sorts a far and a near step into
/// those of destination and source.
fn loops(side: &Side, length: usize, places: fn(isize, isize) -> (isize, isize)) -> Vec<Level> {
    let mut rest = length;
    let mut levels: Vec<Level> = (side.axes.iter())
        .map(|axis| {
            let extent = rest.min(axis.extent);
            rest = rest.div_ceil(axis.extent);
            let (destination, source) = places(axis.far, axis.near);
            Level { extent, destination, source }
        })
        .collect();
    levels.reverse();
    levels
}

fn wrap(body: Vec<Node>, levels: &[Level]) -> Vec<Node> {
    let repeated = levels.iter().rev().filter(|level| level.extent != 1);
    repeated.fold(body, |body, level| vec![Node::Loop(Loop { extent: level.extent as i64, body })])
}
