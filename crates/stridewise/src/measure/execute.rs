//! A plain executor of nests: one register, and inner loops as a compiler would make them.
//!
//! ```text
//! read outside the innermost loop    register = element
//! innermost loop without a store     register += product of the elements, one by one
//! innermost loop with a store        element = product, or += product where it is read too
//! write outside the innermost loop   element = register
//! ```
//!
//! The three innermost loops run as compiled code (see loops.rs), because in most nests all time
//! goes there; loops around them are interpreted, which costs some nanoseconds per iteration of
//! those. Memory is one list of elements per buffer, so all of it is safe code. Worked:
//! `out[j] += a[i,j]` over `(2,3):(24,8)+0` with j inside adds a row of a to out, 3 elements at a
//! time.

use std::collections::BTreeMap;
use std::fmt;
use std::hint::black_box;

use super::loops::{Block, DEPTH, Element, MOST_READS, Position, Update, Walk};
use crate::nest::{Access, Effect, Loop, Nest, Node, Statement};

/// Why a nest cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MeasureError {
    /// Elements of another size than 4 or 8 bytes, or of different sizes.
    Itemsize {
        /// The size that is not run.
        got: i64,
    },
    /// An element that does not lie on a multiple of its size.
    Misaligned {
        /// Which operand.
        operand: usize,
    },
    /// More memory than is given to a measurement.
    TooLarge {
        /// The limit in bytes.
        wanted: i64,
        /// The bytes that the arrays take.
        got: i64,
    },
    /// A statement that reads more elements than the executor multiplies.
    TooManyReads {
        /// The limit.
        wanted: usize,
        /// How many the statement reads.
        got: usize,
    },
    /// The caller asked it to stop.
    Stopped,
}

impl fmt::Display for MeasureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MeasureError::Itemsize { got } => {
                write!(f, "only elements of 4 or 8 bytes are measured, all alike: got {got} bytes")
            }
            MeasureError::Misaligned { operand } => {
                write!(f, "operand {operand} has elements that are not on multiples of their size")
            }
            MeasureError::TooLarge { wanted, got } => {
                write!(f, "the arrays take {got} bytes; at most {wanted} are measured")
            }
            MeasureError::TooManyReads { wanted, got } => {
                write!(f, "the statement reads {got} elements; at most {wanted} are measured")
            }
            MeasureError::Stopped => f.write_str("stopped as asked"),
        }
    }
}

impl std::error::Error for MeasureError {}

/// The most memory that a measurement takes.
const MOST_BYTES: i64 = 1 << 32;

/// A nest with memory.
pub(super) struct Executor(Store);

enum Store {
    Four(Program<f32>),
    Eight(Program<f64>),
}

impl Executor {
    pub(super) fn new(statement: &Statement, nest: &Nest) -> Result<Executor, MeasureError> {
        let sizes = statement.operands().iter().map(|operand| operand.layout.itemsize());
        let mut sizes: Vec<i64> = sizes.collect();
        sizes.dedup();
        let got = statement.references().len();
        if got > MOST_READS {
            return Err(MeasureError::TooManyReads { wanted: MOST_READS, got });
        }
        Ok(Executor(match sizes.as_slice() {
            [4] => Store::Four(Program::new(statement, nest)?),
            [8] => Store::Eight(Program::new(statement, nest)?),
            other => {
                return Err(MeasureError::Itemsize { got: other.last().copied().unwrap_or(0) });
            }
        }))
    }

    /// The sum of all elements.
    pub(super) fn checksum(&self) -> f64 {
        fn sum<T: Element>(program: &Program<T>) -> f64 {
            program.buffers.iter().flatten().map(|&element| element.into()).sum()
        }
        match &self.0 {
            Store::Four(program) => sum(program),
            Store::Eight(program) => sum(program),
        }
    }

    /// Runs the nest once.
    pub(super) fn run(&mut self) {
        match &mut self.0 {
            Store::Four(program) => program.run(),
            Store::Eight(program) => program.run(),
        }
    }
}

/// The nest with addresses in elements, and one list of elements per buffer.
struct Program<T> {
    buffers: Vec<Vec<T>>,
    body: Vec<Step>,
    /// Where each walk stands, in elements of its buffer.
    at: Vec<Position>,
    register: T,
}

enum Step {
    Read(Walk),
    Write(Walk),
    /// A loop around interpreted steps: how far one iteration moves the walks in it.
    Loop {
        extent: usize,
        body: Vec<Step>,
        moves: Vec<(usize, isize)>,
    },
    Block(Block),
}

impl<T: Element> Program<T> {
    fn new(statement: &Statement, nest: &Nest) -> Result<Program<T>, MeasureError> {
        // Operands of one base share a buffer; each buffer reaches as far as its layouts do.
        let itemsize = i64::try_from(size_of::<T>()).unwrap_or(8);
        let mut buffers: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for operand in statement.operands() {
            let span = operand.layout.span();
            let reach = buffers.entry(operand.base).or_insert((span.low, span.high));
            *reach = (reach.0.min(span.low), reach.1.max(span.high));
        }
        let bytes = buffers.values().map(|(low, high)| i128::from(*high) - i128::from(*low));
        let bytes: i128 = bytes.sum();
        if bytes > i128::from(MOST_BYTES) {
            let got = i64::try_from(bytes).unwrap_or(i64::MAX);
            return Err(MeasureError::TooLarge { wanted: MOST_BYTES, got });
        }
        let mut lists = Vec::new();
        let mut starts = Vec::new();
        for (base, (low, high)) in &buffers {
            let elements = usize::try_from((high - low + itemsize - 1) / itemsize).unwrap_or(0);
            lists.push(vec![T::ONE; elements]);
            starts.push((*base, base.saturating_add(*low)));
        }
        let mut builder =
            Builder { statement, itemsize, starts, at: Vec::new(), steps: Vec::new() };
        let body = builder.body(nest.body(), 0)?;
        Ok(Program { buffers: lists, body, at: builder.at, register: T::ONE })
    }

    fn run(&mut self) {
        let body = std::mem::take(&mut self.body);
        self.steps(&body);
        self.body = body;
        black_box(&mut self.buffers);
    }

    fn steps(&mut self, body: &[Step]) {
        for step in body {
            match step {
                Step::Read(walk) => self.register = self.buffers[walk.buffer][self.at[walk.number]],
                Step::Write(walk) => {
                    self.buffers[walk.buffer][self.at[walk.number]] = self.register;
                }
                Step::Loop { extent, body, moves } => {
                    for _ in 0..*extent {
                        self.steps(body);
                        for &(walk, step) in moves {
                            self.at[walk] = self.at[walk].wrapping_add_signed(step);
                        }
                    }
                    for &(walk, step) in moves {
                        let back = step.wrapping_mul(extent.cast_signed()).wrapping_neg();
                        self.at[walk] = self.at[walk].wrapping_add_signed(back);
                    }
                }
                Step::Block(block) => {
                    self.register = block.run(&mut self.buffers, &self.at, self.register);
                }
            }
        }
    }
}

/// Turns a tree into steps, and numbers its walks.
struct Builder<'a> {
    statement: &'a Statement,
    itemsize: i64,
    /// Base of each buffer's operands, and the address of its first element.
    starts: Vec<(i64, i64)>,
    at: Vec<Position>,
    /// How far each walk is moved by the loops around it, outermost first.
    steps: Vec<Vec<isize>>,
}

impl Builder<'_> {
    /// A walk within `inside` fewer loops than the block has.
    fn walk(&mut self, access: &Access, inside: usize) -> Result<Walk, MeasureError> {
        let operand = &self.statement.operands()[access.operand];
        let buffer = self.starts.iter().position(|(base, _)| *base == operand.base).unwrap_or(0);
        let elements = |bytes: i64| {
            let whole = bytes % self.itemsize == 0;
            let wrong = MeasureError::Misaligned { operand: access.operand };
            whole.then(|| isize::try_from(bytes / self.itemsize).ok()).flatten().ok_or(wrong)
        };
        let base = elements(access.base - self.starts[buffer].1)?;
        let steps = access.coefficients.iter().map(|&bytes| elements(bytes));
        let steps = steps.collect::<Result<Vec<_>, _>>()?;
        self.at.push(base.cast_unsigned());
        // The three innermost steps are those that a block of loops needs.
        let mut inner = [0; DEPTH];
        for (inner, &step) in inner.iter_mut().rev().skip(inside).zip(steps.iter().rev()) {
            *inner = step;
        }
        self.steps.push(steps);
        Ok(Walk { number: self.at.len() - 1, buffer, steps: inner })
    }

    fn body(&mut self, body: &[Node], depth: usize) -> Result<Vec<Step>, MeasureError> {
        let mut steps = Vec::new();
        // Reads directly before a write belong to it; others load the register.
        let mut pending: Vec<&Access> = Vec::new();
        for node in body {
            match node {
                Node::Access(access) if access.effect == Effect::Read => pending.push(access),
                Node::Access(access) if pending.is_empty() => {
                    steps.push(Step::Write(self.walk(access, 0)?));
                }
                Node::Access(access) => {
                    let reads = std::mem::take(&mut pending);
                    let found = Found { reads, write: Some(access), ..Found::default() };
                    steps.push(self.block(&found)?);
                }
                Node::Loop(inner) => {
                    for read in pending.drain(..) {
                        steps.push(Step::Read(self.walk(read, 0)?));
                    }
                    steps.push(match Found::within(inner) {
                        Some(found) => self.block(&found)?,
                        None => self.interpreted(inner, depth)?,
                    });
                }
            }
        }
        for read in pending {
            steps.push(Step::Read(self.walk(read, 0)?));
        }
        Ok(steps)
    }

    fn interpreted(&mut self, inner: &Loop, depth: usize) -> Result<Step, MeasureError> {
        let first = self.at.len();
        let body = self.body(&inner.body, depth + 1)?;
        let moves = (first..self.at.len()).map(|walk| (walk, self.steps[walk][depth]));
        let moves = moves.filter(|&(_, step)| step != 0).collect();
        Ok(Step::Loop { extent: count(inner.extent), body, moves })
    }

    fn block(&mut self, found: &Found<'_>) -> Result<Step, MeasureError> {
        let is_target = |read: &&Access| {
            found.write.is_some_and(|write| {
                read.base == write.base && read.coefficients == write.coefficients
            })
        };
        let adds = found.reads.iter().any(is_target);
        let reads = found.reads.iter().filter(|read| !is_target(read));
        let reads = reads.map(|read| self.walk(read, 0)).collect::<Result<Vec<_>, _>>()?;
        let write = found.write.map(|write| self.walk(write, found.held)).transpose()?;
        let sums_over = match (write.is_some(), found.held) {
            (false, _) => DEPTH,
            (true, held) => held,
        };
        Ok(Step::Block(Block::new(found.extents, reads, write, Update { adds, sums_over })))
    }
}

/// Up to three loops within each other that a block can run.
#[derive(Default)]
struct Found<'a> {
    /// Innermost first.
    extents: [Option<i64>; DEPTH],
    /// Read in the innermost loop.
    reads: Vec<&'a Access>,
    write: Option<&'a Access>,
    /// How many of the innermost loops the written element is held in a register for.
    held: usize,
}

impl<'a> Found<'a> {
    fn within(outer: &'a Loop) -> Option<Found<'a>> {
        let is_access = |node: &Node| matches!(node, Node::Access(_));
        if outer.body.iter().all(is_access) {
            let accesses = outer.body.iter().filter_map(|node| match node {
                Node::Access(access) => Some(access),
                Node::Loop(_) => None,
            });
            let (reads, writes): (Vec<_>, Vec<_>) =
                accesses.partition(|access| access.effect == Effect::Read);
            let [extents @ .., _] = [Some(outer.extent), None, None, None];
            let write = writes.first().copied();
            return (writes.len() <= 1).then_some(Found { extents, reads, write, held: 0 });
        }
        let (inner, target) = match outer.body.as_slice() {
            [Node::Loop(inner)] => (inner, None),
            [Node::Access(read), Node::Loop(inner), Node::Access(write)]
                if read.base == write.base && read.coefficients == write.coefficients =>
            {
                (inner, Some(write))
            }
            _ => return None,
        };
        let mut found = Found::within(inner)?;
        let depth = found.extents.iter().position(Option::is_none)?;
        found.extents[depth] = Some(outer.extent);
        if let Some(write) = target {
            if found.write.is_some() {
                return None;
            }
            (found.write, found.held) = (Some(write), depth);
        }
        Some(found)
    }
}

fn count(extent: i64) -> usize {
    usize::try_from(extent).unwrap_or(0)
}
