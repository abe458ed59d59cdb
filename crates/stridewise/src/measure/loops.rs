//! A block: up to three loops around a product of reads, compiled for each number of reads.
//!
//! ```text
//! for each of the two outer loops:
//!     every element of the inner loop:  out[..] = factor * a[..] * b[..]      stored, or added
//!     or, held in a register:           total += factor * a[..] * b[..]       then out = total
//! ```
//!
//! This is what C makes of the same loops over strided arrays: reads that the inner loop does not
//! move are multiplied once, loops over neighbours go through slices and become vectors, sums
//! keep their order and so wait for themselves. Worked: `out[i] += a[i,j]` over
//! `(2,3):(24,8)+0` is a block of two loops that holds out for one.

use std::ops::{Add, Mul};

/// Loops of a block.
pub(super) const DEPTH: usize = 3;
/// The most elements that one innermost iteration reads.
pub(super) const MOST_READS: usize = 16;
/// Up to so many moving reads, the number is known to the compiler.
const MOST_COMPILED: usize = 6;

/// A number that the executor computes with.
pub(super) trait Element:
    Copy + Add<Output = Self> + Mul<Output = Self> + Into<f64>
{
    const ONE: Self;
}

impl Element for f32 {
    const ONE: f32 = 1.0;
}

impl Element for f64 {
    const ONE: f64 = 1.0;
}

/// Where a walk stands, in elements of its buffer.
pub(super) type Position = usize;

/// One access of the tree.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    /// Which of the program's positions is its own.
    pub(super) number: usize,
    pub(super) buffer: usize,
    /// Elements moved by the three loops around it, innermost last.
    pub(super) steps: [isize; DEPTH],
}

/// What happens to the written element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Update {
    /// Its old value counts; always so where it is held.
    pub(super) adds: bool,
    /// A register sums over so many of the inner loops.
    pub(super) sums_over: usize,
}

/// Up to three loops around one statement.
pub(super) struct Block {
    /// Outermost first; loops that are not there run once.
    extents: [usize; DEPTH],
    /// Those that the innermost loop moves come first.
    reads: Vec<Walk>,
    moving: usize,
    write: Option<Walk>,
    update: Update,
    kind: Kind,
}

/// How the innermost loop runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Everything that moves, moves to its neighbour: slices.
    Along,
    /// Elements lie apart.
    Apart,
    /// The written buffer is read elsewhere too, or there are too many reads: one by one.
    Plain,
}

impl Block {
    /// A block; extents are given innermost first.
    pub(super) fn new(
        extents: [Option<i64>; DEPTH],
        mut reads: Vec<Walk>,
        mut write: Option<Walk>,
        update: Update,
    ) -> Block {
        let [inner, middle, outer] =
            extents.map(|extent| usize::try_from(extent.unwrap_or(1)).unwrap_or(0));
        // A loop that is not there moves nothing, whatever is around the block.
        let mut depth = DEPTH;
        for extent in extents {
            depth -= 1;
            if extent.is_none() {
                for walk in reads.iter_mut().chain(&mut write) {
                    walk.steps[depth] = 0;
                }
            }
        }
        let inner_step = |walk: &Walk| walk.steps[DEPTH - 1];
        reads.sort_by_key(|walk| inner_step(walk) == 0);
        let moving = reads.iter().filter(|walk| inner_step(walk) != 0).count();
        let is_held = update.sums_over > 0;
        let stored = write.as_ref().filter(|_| !is_held);
        let shared =
            stored.is_some_and(|write| reads.iter().any(|read| read.buffer == write.buffer));
        let along = reads[..moving].iter().chain(stored).all(|walk| inner_step(walk) == 1);
        let kind = match along {
            _ if shared || moving > MOST_COMPILED => Kind::Plain,
            true => Kind::Along,
            false => Kind::Apart,
        };
        Block { extents: [outer, middle, inner], reads, moving, write, update, kind }
    }

    /// Runs all loops; what the register holds afterwards.
    pub(super) fn run<T: Element>(
        &self,
        buffers: &mut [Vec<T>],
        at: &[Position],
        register: T,
    ) -> T {
        if self.extents.contains(&0) {
            return register;
        }
        // Taken out, so that it can be written while others are read.
        let mut out = match &self.write {
            Some(write) if self.kind != Kind::Plain => std::mem::take(&mut buffers[write.buffer]),
            _ => Vec::new(),
        };
        let register = match (self.kind, self.moving) {
            (Kind::Plain, _) => self.plain(buffers, at, register),
            (_, 0) => self.compiled::<T, 0>(buffers, &mut out, at, register),
            (_, 1) => self.compiled::<T, 1>(buffers, &mut out, at, register),
            (_, 2) => self.compiled::<T, 2>(buffers, &mut out, at, register),
            (_, 3) => self.compiled::<T, 3>(buffers, &mut out, at, register),
            (_, 4) => self.compiled::<T, 4>(buffers, &mut out, at, register),
            (_, 5) => self.compiled::<T, 5>(buffers, &mut out, at, register),
            _ => self.compiled::<T, MOST_COMPILED>(buffers, &mut out, at, register),
        };
        if let Some(write) = self.write.as_ref().filter(|_| self.kind != Kind::Plain) {
            buffers[write.buffer] = out;
        }
        register
    }

    fn compiled<T: Element, const MOVING: usize>(
        &self,
        buffers: &[Vec<T>],
        out: &mut [T],
        at: &[Position],
        mut register: T,
    ) -> T {
        let [outer, middle, inner] = self.extents;
        let still = &self.reads[MOVING..];
        let lists: [&[T]; MOVING] =
            std::array::from_fn(|read| buffers[self.reads[read].buffer].as_slice());
        let steps: [isize; MOVING] = std::array::from_fn(|read| self.reads[read].steps[2]);
        let target_step = self.write.as_ref().map_or(0, |write| write.steps[2]);
        for i in 0..outer {
            let place = |walk: &Walk, j: usize| {
                let moved = walk.steps[0] * i.cast_signed() + walk.steps[1] * j.cast_signed();
                at[walk.number].wrapping_add_signed(moved)
            };
            if let (2, Some(write)) = (self.update.sums_over, &self.write) {
                register = out[place(write, 0)];
            }
            for j in 0..middle {
                let factor = still
                    .iter()
                    .fold(T::ONE, |factor, walk| factor * buffers[walk.buffer][place(walk, j)]);
                let starts: [Position; MOVING] =
                    std::array::from_fn(|read| place(&self.reads[read], j));
                let row = Row { lists: &lists, starts: &starts, steps: &steps, factor };
                match (self.update.sums_over, &self.write) {
                    (0, Some(write)) => {
                        let start = place(write, j);
                        match (self.kind, self.update.adds) {
                            (Kind::Along, adds) => {
                                row.store_along(&mut out[start..start + inner], adds);
                            }
                            (_, true) => row.add_apart(out, start, target_step, inner),
                            (_, false) => row.store_apart(out, start, target_step, inner),
                        }
                    }
                    (1, Some(write)) => {
                        let slot = &mut out[place(write, j)];
                        *slot = row.sum(inner, self.kind, *slot);
                    }
                    _ => register = row.sum(inner, self.kind, register),
                }
            }
            if let (2, Some(write)) = (self.update.sums_over, &self.write) {
                out[place(write, 0)] = register;
            }
        }
        register
    }

    /// Element by element in the order of the loops, whatever is read and written.
    fn plain<T: Element>(&self, buffers: &mut [Vec<T>], at: &[Position], mut register: T) -> T {
        let [outer, middle, inner] = self.extents;
        let held = self.update.sums_over;
        for i in 0..outer {
            for j in 0..middle {
                for k in 0..inner {
                    let index = [i, j, k].map(usize::cast_signed);
                    let place = |walk: &Walk| {
                        let moved = walk.steps.iter().zip(index).map(|(step, index)| step * index);
                        at[walk.number].wrapping_add_signed(moved.sum())
                    };
                    let product = self
                        .reads
                        .iter()
                        .fold(T::ONE, |product, walk| product * buffers[walk.buffer][place(walk)]);
                    let starts = (held < 2 || j == 0) && (held < 1 || k == 0);
                    match &self.write {
                        Some(write) if held == 0 => {
                            let slot = &mut buffers[write.buffer][place(write)];
                            *slot = if self.update.adds { *slot + product } else { product };
                        }
                        Some(write) => {
                            let slot = &mut buffers[write.buffer][place(write)];
                            register = if starts { *slot } else { register } + product;
                            *slot = register;
                        }
                        None => register = register + product,
                    }
                }
            }
        }
        register
    }
}

/// One run of the innermost loop: the buffers of the moving reads, where they begin and how far
/// they step, and the product of all that does not move.
struct Row<'a, T, const MOVING: usize> {
    lists: &'a [&'a [T]; MOVING],
    starts: &'a [Position; MOVING],
    steps: &'a [isize; MOVING],
    factor: T,
}

impl<T: Element, const MOVING: usize> Row<'_, T, MOVING> {
    #[inline(always)]
    fn slices(&self, extent: usize) -> [&[T]; MOVING] {
        std::array::from_fn(|read| {
            let start = self.starts[read];
            &self.lists[read][start..start + extent]
        })
    }

    /// The product at one step; an index outside is caught by the list.
    #[inline(always)]
    fn product(&self, index: usize) -> T {
        let mut product = self.factor;
        for read in 0..MOVING {
            let moved = self.steps[read].wrapping_mul(index.cast_signed());
            product = product * self.lists[read][self.starts[read].wrapping_add_signed(moved)];
        }
        product
    }

    #[inline(always)]
    fn store_along(&self, out: &mut [T], adds: bool) {
        let slices = self.slices(out.len());
        let extent = out.len();
        let slices = slices.map(|slice| &slice[..extent]);
        if adds {
            for (index, slot) in out.iter_mut().enumerate() {
                *slot = *slot + slices.iter().fold(self.factor, |p, slice| p * slice[index]);
            }
        } else {
            for (index, slot) in out.iter_mut().enumerate() {
                *slot = slices.iter().fold(self.factor, |p, slice| p * slice[index]);
            }
        }
    }

    #[inline(always)]
    fn store_apart(&self, out: &mut [T], start: Position, step: isize, extent: usize) {
        for index in 0..extent {
            let at = start.wrapping_add_signed(step.wrapping_mul(index.cast_signed()));
            out[at] = self.product(index);
        }
    }

    #[inline(always)]
    fn add_apart(&self, out: &mut [T], start: Position, step: isize, extent: usize) {
        for index in 0..extent {
            let at = start.wrapping_add_signed(step.wrapping_mul(index.cast_signed()));
            out[at] = out[at] + self.product(index);
        }
    }

    /// A sum in order, each step waiting for the one before.
    #[inline(always)]
    fn sum(&self, extent: usize, kind: Kind, start: T) -> T {
        let mut total = start;
        if kind == Kind::Along {
            let slices = self.slices(extent);
            for index in 0..extent {
                total = total + slices.iter().fold(self.factor, |p, slice| p * slice[index]);
            }
        } else {
            for index in 0..extent {
                total = total + self.product(index);
            }
        }
        total
    }
}
