//! A plain executor of nests: one register, and innermost loops as a compiler would make them.
//!
//! ```text
//! read outside the innermost loop    register = element
//! innermost loop without a store     register += product of the elements, one by one
//! innermost loop with a store        element = product, or += product where it is read too
//! write outside the innermost loop   element = register
//! ```
//!
//! Memory is one list of elements per buffer, so all of it is safe code; loops over neighbours
//! go through slices, which the compiler turns into vectors. Worked: `out[j] += a[i,j]` over
//! `(2,3):(24,8)+0` with j inside adds a row of a to out, 3 elements at a time.

use std::collections::BTreeMap;
use std::fmt;
use std::hint::black_box;
use std::ops::{Add, Mul};

use crate::nest::{Access, Effect, Nest, Node, Statement};

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

/// The most elements that one innermost iteration reads.
const MOST_READS: usize = 16;
/// The most memory that a measurement takes.
const MOST_BYTES: i64 = 1 << 32;

/// A number that the executor computes with.
trait Element: Copy + Add<Output = Self> + Mul<Output = Self> + Into<f64> {
    const ONE: Self;
}

impl Element for f32 {
    const ONE: f32 = 1.0;
}

impl Element for f64 {
    const ONE: f64 = 1.0;
}

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
    register: T,
}

enum Step {
    Access(Place),
    Loop { extent: usize, body: Vec<Step> },
    Leaf(Leaf),
}

/// An access in elements of its buffer.
#[derive(Clone)]
struct Place {
    buffer: usize,
    base: isize,
    steps: Vec<isize>,
    effect: Effect,
}

/// An innermost loop.
struct Leaf {
    extent: usize,
    reads: Vec<Place>,
    write: Option<Place>,
    /// Whether the written element's old value counts.
    adds: bool,
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
        let locate = |access: &Access| {
            let operand = &statement.operands()[access.operand];
            let buffer = starts.iter().position(|(base, _)| *base == operand.base).unwrap_or(0);
            let elements = |bytes: i64| {
                let whole = bytes % itemsize == 0;
                let wrong = MeasureError::Misaligned { operand: access.operand };
                whole.then(|| isize::try_from(bytes / itemsize).ok()).flatten().ok_or(wrong)
            };
            Ok(Place {
                buffer,
                base: elements(access.base - starts[buffer].1)?,
                steps: access
                    .coefficients
                    .iter()
                    .map(|&c| elements(c))
                    .collect::<Result<_, _>>()?,
                effect: access.effect,
            })
        };
        let body = steps(nest.body(), &locate)?;
        Ok(Program { buffers: lists, body, register: T::ONE })
    }

    fn run(&mut self) {
        let body = std::mem::take(&mut self.body);
        self.steps(&body, &mut Vec::new());
        self.body = body;
        black_box(&mut self.buffers);
    }

    fn steps(&mut self, body: &[Step], indices: &mut Vec<usize>) {
        for step in body {
            match step {
                Step::Access(place) => {
                    let at = place.at(indices);
                    match place.effect {
                        Effect::Read => self.register = self.buffers[place.buffer][at],
                        _ => self.buffers[place.buffer][at] = self.register,
                    }
                }
                Step::Loop { extent, body } => {
                    for index in 0..*extent {
                        indices.push(index);
                        self.steps(body, indices);
                        indices.pop();
                    }
                }
                Step::Leaf(leaf) => self.leaf(leaf, indices),
            }
        }
    }

    fn leaf(&mut self, leaf: &Leaf, indices: &[usize]) {
        let mut runs = [Run { buffer: 0, start: 0, step: 0 }; MOST_READS];
        for (run, place) in runs.iter_mut().zip(&leaf.reads) {
            *run = place.run(indices);
        }
        let runs = &runs[..leaf.reads.len().min(MOST_READS)];
        let adds = leaf.adds;
        match &leaf.write {
            None => self.register = sum(&self.buffers, runs, leaf.extent, self.register),
            Some(place) => {
                let target = place.run(indices);
                // A buffer that is read too stays in its place, and is reached by index.
                let shared = runs.iter().any(|run| run.buffer == target.buffer);
                if shared {
                    store_shared(&mut self.buffers, runs, target, leaf.extent, adds);
                } else {
                    let mut list = std::mem::take(&mut self.buffers[target.buffer]);
                    store(&self.buffers, runs, &mut list, target, leaf.extent, adds);
                    self.buffers[target.buffer] = list;
                }
            }
        }
    }
}

/// A walk through one buffer.
#[derive(Clone, Copy)]
struct Run {
    buffer: usize,
    start: isize,
    step: isize,
}

impl Run {
    #[inline(always)]
    fn at(self, index: usize) -> usize {
        // The nest stays within its layouts, and an index outside is caught by the list.
        self.start.wrapping_add(self.step.wrapping_mul(index.cast_signed())).cast_unsigned()
    }

    fn slice<T>(self, buffers: &[Vec<T>], extent: usize) -> &[T] {
        let start = self.at(0);
        &buffers[self.buffer][start..start + extent]
    }
}

impl Place {
    fn at(&self, indices: &[usize]) -> usize {
        let steps = self.steps.iter().zip(indices);
        let moved = steps.map(|(step, index)| step * index.cast_signed()).sum::<isize>();
        (self.base + moved).cast_unsigned()
    }

    /// Its walk in the loop inside these indices.
    fn run(&self, outside: &[usize]) -> Run {
        let start = self.at(outside).cast_signed();
        Run {
            buffer: self.buffer,
            start,
            step: self.steps.get(outside.len()).copied().unwrap_or(0),
        }
    }
}

fn steps<F>(body: &[Node], locate: &F) -> Result<Vec<Step>, MeasureError>
where
    F: Fn(&Access) -> Result<Place, MeasureError>,
{
    let is_leaf = |body: &[Node]| {
        let writes = body
            .iter()
            .filter(|node| matches!(node, Node::Access(access) if access.effect != Effect::Read));
        writes.count() <= 1 && body.iter().all(|node| matches!(node, Node::Access(_)))
    };
    let mut steps_of_body = Vec::new();
    // Reads directly before a write belong to it; others load the register.
    let mut pending: Vec<Place> = Vec::new();
    for node in body {
        match node {
            Node::Access(access) if access.effect == Effect::Read => pending.push(locate(access)?),
            Node::Access(access) if pending.is_empty() => {
                steps_of_body.push(Step::Access(locate(access)?));
            }
            Node::Access(access) => {
                let reads = std::mem::take(&mut pending);
                steps_of_body.push(Step::Leaf(Leaf::new(1, reads, Some(locate(access)?))));
            }
            Node::Loop(inner) => {
                steps_of_body.extend(pending.drain(..).map(Step::Access));
                let extent = usize::try_from(inner.extent).unwrap_or(0);
                if !is_leaf(&inner.body) {
                    steps_of_body.push(Step::Loop { extent, body: steps(&inner.body, locate)? });
                    continue;
                }
                let (mut reads, mut write) = (Vec::new(), None);
                for node in &inner.body {
                    if let Node::Access(access) = node {
                        match access.effect {
                            Effect::Read => reads.push(locate(access)?),
                            _ => write = Some(locate(access)?),
                        }
                    }
                }
                steps_of_body.push(Step::Leaf(Leaf::new(extent, reads, write)));
            }
        }
    }
    steps_of_body.extend(pending.into_iter().map(Step::Access));
    Ok(steps_of_body)
}

impl Leaf {
    fn new(extent: usize, mut reads: Vec<Place>, write: Option<Place>) -> Leaf {
        let mut adds = false;
        if let Some(target) = &write {
            let is_target = |read: &Place| {
                read.buffer == target.buffer
                    && read.base == target.base
                    && read.steps == target.steps
            };
            adds = reads.iter().any(is_target);
            reads.retain(|read| !is_target(read));
        }
        Leaf { extent, reads, write, adds }
    }
}

/// A sum in a register: each step waits for the one before, as the order of a float sum demands.
fn sum<T: Element>(buffers: &[Vec<T>], runs: &[Run], extent: usize, start: T) -> T {
    let mut total = start;
    match runs {
        [a] if a.step == 1 => {
            for &a in a.slice(buffers, extent) {
                total = total + a;
            }
        }
        [a] => {
            let list = &buffers[a.buffer];
            for index in 0..extent {
                total = total + list[a.at(index)];
            }
        }
        [a, b] => {
            let (left, right) = (&buffers[a.buffer], &buffers[b.buffer]);
            for index in 0..extent {
                total = total + left[a.at(index)] * right[b.at(index)];
            }
        }
        _ => {
            for index in 0..extent {
                total = total + product(buffers, runs, index);
            }
        }
    }
    total
}

#[inline(always)]
fn product<T: Element>(buffers: &[Vec<T>], runs: &[Run], index: usize) -> T {
    runs.iter().fold(T::ONE, |product, run| product * buffers[run.buffer][run.at(index)])
}

fn store<T: Element>(
    buffers: &[Vec<T>],
    runs: &[Run],
    list: &mut [T],
    target: Run,
    extent: usize,
    adds: bool,
) {
    let along = target.step == 1 && runs.iter().all(|run| run.step == 1 || run.step == 0);
    if along {
        let out = &mut list[target.at(0)..target.at(0) + extent];
        store_along(buffers, runs, out, adds);
        return;
    }
    match (runs, adds) {
        ([a], false) => {
            let from = &buffers[a.buffer];
            for index in 0..extent {
                list[target.at(index)] = from[a.at(index)];
            }
        }
        ([a], true) => {
            let from = &buffers[a.buffer];
            for index in 0..extent {
                let slot = &mut list[target.at(index)];
                *slot = *slot + from[a.at(index)];
            }
        }
        ([a, b], true) => {
            let (left, right) = (&buffers[a.buffer], &buffers[b.buffer]);
            for index in 0..extent {
                let slot = &mut list[target.at(index)];
                *slot = *slot + left[a.at(index)] * right[b.at(index)];
            }
        }
        _ => {
            for index in 0..extent {
                let value = product(buffers, runs, index);
                let slot = &mut list[target.at(index)];
                *slot = if adds { *slot + value } else { value };
            }
        }
    }
}

/// Neighbours to neighbours: what stands still is multiplied once, the rest goes by slices.
fn store_along<T: Element>(buffers: &[Vec<T>], runs: &[Run], out: &mut [T], adds: bool) {
    let extent = out.len();
    let still = runs.iter().filter(|run| run.step == 0);
    let factor = still.fold(T::ONE, |factor, run| factor * buffers[run.buffer][run.at(0)]);
    let mut moving: [&[T]; MOST_READS] = [&[]; MOST_READS];
    let mut count = 0;
    for run in runs.iter().filter(|run| run.step == 1) {
        moving[count] = run.slice(buffers, extent);
        count += 1;
    }
    match (&moving[..count], adds) {
        ([], false) => out.fill(factor),
        ([], true) => out.iter_mut().for_each(|slot| *slot = *slot + factor),
        ([a], false) => {
            for (slot, &a) in out.iter_mut().zip(*a) {
                *slot = factor * a;
            }
        }
        ([a], true) => {
            for (slot, &a) in out.iter_mut().zip(*a) {
                *slot = *slot + factor * a;
            }
        }
        ([a, b], false) => {
            for ((slot, &a), &b) in out.iter_mut().zip(*a).zip(*b) {
                *slot = factor * a * b;
            }
        }
        ([a, b], true) => {
            for ((slot, &a), &b) in out.iter_mut().zip(*a).zip(*b) {
                *slot = *slot + factor * a * b;
            }
        }
        ([a, b, c, d, e], false) => {
            let pairs = a.iter().zip(*b).zip(c.iter().zip(*d)).zip(*e);
            for (slot, (((&a, &b), (&c, &d)), &e)) in out.iter_mut().zip(pairs) {
                *slot = factor * a * b * (c * d) * e;
            }
        }
        (many, adds) => {
            for (index, slot) in out.iter_mut().enumerate() {
                let value = many.iter().fold(factor, |product, list| product * list[index]);
                *slot = if adds { *slot + value } else { value };
            }
        }
    }
}

/// The target's buffer is read too: element by element, in order.
fn store_shared<T: Element>(
    buffers: &mut [Vec<T>],
    runs: &[Run],
    target: Run,
    extent: usize,
    adds: bool,
) {
    for index in 0..extent {
        let value = product(buffers, runs, index);
        let slot = &mut buffers[target.buffer][target.at(index)];
        *slot = if adds { *slot + value } else { value };
    }
}
