//! Run: walks a plan's jobs and moves their blocks.
//!
//! ```text
//! for each job, an outer iteration and a block of columns
//!     for each block of rows
//!         for steps of columns
//!             move the block, straight to the destination or onto the stage
//!             stream the whole lines on the stage, carry the unfinished ones
//! ```
//!
//! Columns run inside rows: the source is read in strips of rows, each along its line, while
//! whole lines of the destination are scattered. The other order reads whole pages for a few
//! lines, and plain stores would fetch each line that they are about to overwrite.
//! In `(3,2):(16,8)+0` copied onto `(3,2):(8,24)+0` the one job has one block.

use std::ops::Range;
use std::ptr;

use super::movers::Block;
use super::plan::{Axis, Flow, MOST_STEP, Mover, Plan};
use super::shell::MoveBlock;
use super::side::Side;
use super::stage::{Stretch, stream_run};
use crate::control::Stopped;
use crate::kernel::arch::{Isa, LINE};
use crate::layout::PerAxis;

/// A line of memory to work in.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; LINE]);

/// Memory that one thread works in, from one job to the next.
#[derive(Default)]
pub(super) struct Bench {
    /// Where a step is staged.
    stage: Vec<Line>,
    /// The unfinished line of each column, between blocks of rows.
    carried: Vec<Line>,
}

impl Bench {
    fn prepare(&mut self, plan: &Plan) {
        let (stage, carried) = plan.stage_lines();
        self.stage.resize(stage, Line([0; LINE]));
        self.carried.resize(carried, Line([0; LINE]));
    }
}

/// What threads are told to do: jobs of a plan, on these operands.
pub(super) struct Work<'a> {
    pub(super) plan: &'a Plan,
    pub(super) mover: MoveBlock,
    pub(super) destination: *mut u8,
    pub(super) source: *const u8,
}

/// Told how many bytes were moved; may stop the work.
pub(super) type Tick<'a> = &'a mut dyn FnMut(usize) -> Result<(), Stopped>;

impl Work<'_> {
    /// Runs some of the plan's jobs.
    ///
    /// # Safety
    /// Every byte that the plan reaches can be read in the source and written in the destination,
    /// by nobody else meanwhile, and the two do not overlap; the mover is the plan's, and its
    /// instruction set is there.
    #[inline(always)]
    pub(super) unsafe fn run<I: Isa>(
        &self,
        jobs: Range<usize>,
        bench: &mut Bench,
        tick: Tick<'_>,
    ) -> Result<(), Stopped> {
        let plan = self.plan;
        bench.prepare(plan);
        let mut place = Place::of(plan, jobs.start);
        for _ in jobs {
            let mut job = Job {
                plan,
                mover: self.mover,
                source: self.source.wrapping_offset(place.source),
                destination: self.destination.wrapping_offset(place.destination),
                columns: plan.columns.length(place.columns, plan.column_blocks()),
                rows: plan.part(place.part),
                next: self.source,
            };
            place.advance(plan);
            job.next = self.source.wrapping_offset(place.source);
            // SAFETY: the caller's promise: a job is part of what the plan reaches.
            unsafe {
                match (plan.mover, plan.flow) {
                    (Mover::Runs, _) => job.long_run::<I>(tick)?,
                    (_, Flow::Direct | Flow::Lines) => job.direct::<I>(tick)?,
                    (_, Flow::Columns) => job.by_columns::<I>(bench, tick)?,
                    (_, Flow::Joined) => job.joined::<I>(bench, tick)?,
                }
            }
        }
        I::fence();
        Ok(())
    }
}

/// Where a job lies: an odometer over outer loops, blocks of columns and parts of the rows.
struct Place {
    index: PerAxis<usize>,
    columns: usize,
    part: usize,
    source: isize,
    destination: isize,
}

impl Place {
    fn of(plan: &Plan, job: usize) -> Place {
        let (part, mut rest) = (job % plan.parts, job / plan.parts);
        let columns = rest % plan.column_blocks();
        rest /= plan.column_blocks();
        let mut place = Place {
            index: PerAxis::filled(0, plan.outer.len()),
            columns,
            part,
            source: plan.source
                + plan.columns.block as isize * plan.columns.near * columns as isize,
            destination: plan.destination + plan.columns.far_block * columns as isize,
        };
        for (axis, at) in plan.outer.iter().zip(place.index.iter_mut()).rev() {
            *at = rest % axis.extent;
            rest /= axis.extent;
            place.source += axis.source * *at as isize;
            place.destination += axis.destination * *at as isize;
        }
        place
    }

    /// On to the next job: parts of the rows first, then columns, then the outer loops.
    fn advance(&mut self, plan: &Plan) {
        self.part += 1;
        if self.part < plan.parts {
            return;
        }
        self.part = 0;
        self.columns += 1;
        let near = plan.columns.block as isize * plan.columns.near;
        if self.columns < plan.column_blocks() {
            self.source += near;
            self.destination += plan.columns.far_block;
            return;
        }
        self.columns -= 1;
        self.source -= near * self.columns as isize;
        self.destination -= plan.columns.far_block * self.columns as isize;
        self.columns = 0;
        for (&Axis { extent, destination, source }, at) in
            plan.outer.iter().zip(self.index.iter_mut()).rev()
        {
            *at += 1;
            if *at < extent {
                self.source += source;
                self.destination += destination;
                return;
            }
            *at = 0;
            self.source -= source * (extent as isize - 1);
            self.destination -= destination * (extent as isize - 1);
        }
    }
}

/// One block of columns, some blocks of rows.
struct Job<'a> {
    plan: &'a Plan,
    mover: MoveBlock,
    source: *const u8,
    destination: *mut u8,
    columns: usize,
    rows: Range<usize>,
    /// Where the source of the next job begins.
    next: *const u8,
}

impl Job<'_> {
    /// # Safety
    /// As for `Work::run`.
    #[inline(always)]
    unsafe fn long_run<I: Isa>(&self, tick: Tick<'_>) -> Result<(), Stopped> {
        for piece in self.rows.clone() {
            let length = self.plan.rows.length(piece, self.plan.row_blocks());
            let (from, to) = self.strip(piece);
            // SAFETY: a piece of the run.
            unsafe {
                match self.plan.flow {
                    Flow::Direct => ptr::copy_nonoverlapping(from, to, length),
                    _ => stream_run::<I>(from, to, length),
                }
            }
            tick(length)?;
        }
        Ok(())
    }

    /// # Safety
    /// As for `Work::run`.
    #[inline(always)]
    unsafe fn direct<I: Isa>(&self, tick: Tick<'_>) -> Result<(), Stopped> {
        let plan = self.plan;
        let mut columns = [self.destination; MOST_STEP];
        for strip in self.rows.clone() {
            let (source, destination) = self.strip(strip);
            let rows = &plan.rows.far[..plan.rows.length(strip, plan.row_blocks())];
            let mut first = 0;
            while first < self.columns {
                let count = plan.step_from(first, self.columns);
                let far = &plan.columns.far[first..first + count];
                let listed = if plan.mover == Mover::Interleave { 1 } else { count };
                for (column, &offset) in columns.iter_mut().zip(&far[..listed]) {
                    *column = destination.wrapping_offset(offset);
                }
                let source = source.wrapping_offset(plan.columns.near * first as isize);
                if plan.flow == Flow::Lines {
                    self.ask_ahead::<I>(strip, first, rows);
                }
                // SAFETY: a block of the job.
                unsafe { (self.mover)(&self.block(source, rows, count, &columns)) };
                first += count;
            }
            tick(rows.len() * self.columns * plan.item)?;
        }
        Ok(())
    }

    /// # Safety
    /// As for `Work::run`.
    #[inline(always)]
    unsafe fn by_columns<I: Isa>(&self, bench: &mut Bench, tick: Tick<'_>) -> Result<(), Stopped> {
        let plan = self.plan;
        let pitch = plan.pitch();
        let stage = bench.stage.as_mut_ptr().cast::<u8>();
        let carried = bench.carried.as_mut_ptr();
        let mut columns = [stage; MOST_STEP];
        let mut stretches = [Stretch::at(stage); MOST_STEP];
        for strip in self.rows.clone() {
            let (begins, ends) = (strip == self.rows.start, strip + 1 == self.rows.end);
            let (source, destination) = self.strip(strip);
            let rows = &plan.rows.far[..plan.rows.length(strip, plan.row_blocks())];
            let length = rows.len() * plan.item;
            let mut first = 0;
            while first < self.columns {
                let count = plan.step_from(first, self.columns);
                for at in 0..count {
                    let offset = plan.columns.far[first + at];
                    let mut stretch = Stretch::at(destination.wrapping_offset(offset));
                    let staged = stage.wrapping_add(at * pitch);
                    if !begins {
                        stretch.begin = 0;
                        if stretch.phase > 0 {
                            // SAFETY: `prepare` made a line per column and a pitch per step.
                            unsafe { *staged.cast::<Line>() = *carried.add(first + at) };
                        }
                    }
                    columns[at] = staged.wrapping_add(stretch.phase);
                    stretches[at] = stretch;
                }
                let source = source.wrapping_offset(plan.columns.near * first as isize);
                self.ask_ahead::<I>(strip, first, rows);
                // SAFETY: a block of the job, its columns on the stage, a pitch apart.
                unsafe { (self.mover)(&self.block(source, rows, count, &columns)) };
                for (at, stretch) in stretches[..count].iter_mut().enumerate() {
                    let staged = stage.wrapping_add(at * pitch);
                    // SAFETY: `length` bytes of the column are staged from its phase, and those
                    // before it, where there are any, were carried there.
                    unsafe {
                        let left = staged.add(stretch.flush::<I>(staged, length));
                        if stretch.phase > 0 {
                            if ends {
                                stretch.finish(left);
                            } else {
                                *carried.add(first + at) = *left.cast::<Line>();
                            }
                        }
                    }
                }
                first += count;
            }
            tick(length * self.columns)?;
        }
        Ok(())
    }

    /// # Safety
    /// As for `Work::run`; the plan's columns follow one another in the destination.
    #[inline(always)]
    unsafe fn joined<I: Isa>(&self, bench: &mut Bench, tick: Tick<'_>) -> Result<(), Stopped> {
        let plan = self.plan;
        let stage = bench.stage.as_mut_ptr().cast::<u8>();
        let mut columns = [stage; MOST_STEP];
        let rows = &plan.rows.far[..];
        let row_bytes = rows.len() * plan.item;
        let mut stretch = Stretch::at(self.destination);
        let mut first = 0;
        while first < self.columns {
            let count = plan.step_from(first, self.columns);
            let listed = if plan.mover == Mover::Interleave { 1 } else { count };
            for (at, column) in columns[..listed].iter_mut().enumerate() {
                *column = stage.wrapping_add(stretch.phase + at * row_bytes);
            }
            let source = self.source.wrapping_offset(plan.columns.near * first as isize);
            if plan.mover == Mover::Tiles {
                self.ask_ahead::<I>(0, first, rows);
            }
            // SAFETY: a block of the job, its columns one after the other on the stage, which has
            // room for them; what remains after the flush moves to its front.
            unsafe {
                (self.mover)(&self.block(source, rows, count, &columns));
                let left = stretch.flush::<I>(stage, count * row_bytes);
                *stage.cast::<Line>() = *stage.add(left).cast::<Line>();
            }
            first += count;
        }
        // SAFETY: the rest is at the front of the stage.
        unsafe { stretch.finish(stage) };
        tick(row_bytes * self.columns)
    }

    #[inline(always)]
    fn block<'b>(
        &self,
        source: *const u8,
        rows: &'b [isize],
        count: usize,
        columns: &'b [*mut u8; MOST_STEP],
    ) -> Block<'b> {
        let Plan { item, columns: Side { near, .. }, rows: Side { near: step, .. }, .. } =
            *self.plan;
        // On the stage, rows lie as they do in a destination whose rows are dense.
        Block { source, rows, count, columns, item, near, step, pack: self.plan.crowded }
    }

    /// Where a block of rows begins.
    #[inline(always)]
    fn strip(&self, strip: usize) -> (*const u8, *mut u8) {
        let plan = self.plan;
        let near = plan.rows.near * plan.rows.block as isize;
        let source = self.source.wrapping_offset(plan.rows.far_block * strip as isize);
        (source, self.destination.wrapping_offset(near * strip as isize))
    }

    /// Asks for what will be read a few steps later: further along the rows, or at the beginning
    /// of the next strip or job.
    #[inline(always)]
    fn ask_ahead<I: Isa>(&self, strip: usize, first: usize, rows: &[isize]) {
        /// Far enough for lines to arrive in time, measured.
        const AHEAD: usize = 8 * LINE;
        let plan = self.plan;
        let ahead = first + AHEAD / plan.item;
        let (source, column) = if ahead < self.columns {
            (self.strip(strip).0, ahead)
        } else if strip + 1 < self.rows.end {
            (self.strip(strip + 1).0, (ahead - self.columns).min(first))
        } else {
            (self.next, (ahead - self.columns).min(first))
        };
        let source = source.wrapping_offset(plan.columns.near * column as isize);
        for &row in rows {
            I::prefetch(source.wrapping_offset(row));
        }
    }
}
