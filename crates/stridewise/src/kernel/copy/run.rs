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

use super::movers::{Ahead, Block, Offsets};
use super::plan::{Axis, Flow, MOST_STEP, Mover, Plan};
use super::shell::MoveBlock;
use super::side::Side;
use super::stage::{Line, Stretch, Wanted, stream_run};
use crate::control::Stopped;
use crate::kernel::arch::{Isa, LINE};
use crate::layout::PerAxis;

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
                columns: plan.columns.length(place.columns(), plan.column_blocks()),
                rows: plan.part(place.index[plan.turn]),
                next: self.source,
            };
            place.advance();
            let strip = plan.part(place.index[plan.turn]).start as isize;
            let strip = plan.rows.far_block.wrapping_mul(strip);
            job.next = self.source.wrapping_offset(place.source.wrapping_add(strip));
            // SAFETY: the caller's promise: a job is part of what the plan reaches.
            unsafe {
                match (plan.mover, plan.flow) {
                    (Mover::Runs, _) => job.long_run::<I>(tick)?,
                    (_, Flow::Direct | Flow::Lines) => job.direct(tick)?,
                    (_, Flow::Columns) => job.by_columns::<I>(bench, tick)?,
                    (_, Flow::Joined) => job.joined::<I>(bench, tick)?,
                }
            }
        }
        I::fence();
        Ok(())
    }
}

/// Where a job lies: an odometer over outer loops, parts of the rows and blocks of columns.
struct Place {
    wheels: PerAxis<Axis>,
    index: PerAxis<usize>,
    source: isize,
    destination: isize,
}

impl Place {
    fn of(plan: &Plan, job: usize) -> Place {
        let wheels = plan.wheels();
        let mut index = PerAxis::filled(0, wheels.len());
        let (mut source, mut destination, mut rest) = (plan.source, plan.destination, job);
        for (wheel, at) in wheels.iter().zip(index.iter_mut()).rev() {
            *at = rest % wheel.extent;
            rest /= wheel.extent;
            source += wheel.source * *at as isize;
            destination += wheel.destination * *at as isize;
        }
        Place { wheels, index, source, destination }
    }

    /// On to the next job, from the last one to the first.
    fn advance(&mut self) {
        for (wheel, at) in self.wheels.iter().zip(self.index.iter_mut()).rev() {
            *at += 1;
            if *at < wheel.extent {
                self.source += wheel.source;
                self.destination += wheel.destination;
                return;
            }
            *at = 0;
            self.source -= wheel.source * (wheel.extent as isize - 1);
            self.destination -= wheel.destination * (wheel.extent as isize - 1);
        }
    }

    /// Which block of columns.
    fn columns(&self) -> usize {
        self.index[self.index.len() - 1]
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
    /// Where the rows of the next job begin.
    next: *const u8,
}

impl Job<'_> {
    /// # Safety
    /// As for `Work::run`.
    #[inline(always)]
    unsafe fn long_run<I: Isa>(&self, tick: Tick<'_>) -> Result<(), Stopped> {
        let columns = &self.plan.columns;
        for piece in self.rows.clone() {
            let length = self.plan.rows.length(piece, self.plan.row_blocks());
            let (from, to) = self.strip(piece);
            for (column, &far) in columns.far[..self.columns].iter().enumerate() {
                let next = column + 1;
                let at = |column: usize| from.wrapping_offset(columns.near * column as isize);
                let after = if next < self.columns { at(next) } else { self.after(piece) };
                // SAFETY: a piece of the run.
                unsafe {
                    let (from, to) = (at(column), to.wrapping_offset(far));
                    match self.plan.flow {
                        Flow::Direct => ptr::copy_nonoverlapping(from, to, length),
                        _ => stream_run::<I>(from, to, length, after),
                    }
                }
            }
            tick(length * self.columns)?;
        }
        Ok(())
    }

    /// # Safety
    /// As for `Work::run`.
    #[inline(always)]
    unsafe fn direct(&self, tick: Tick<'_>) -> Result<(), Stopped> {
        let plan = self.plan;
        let columns = plan.columns.offsets(self.columns);
        for strip in self.rows.clone() {
            let (source, destination) = self.strip(strip);
            let rows = plan.rows.offsets(plan.rows.length(strip, plan.row_blocks()));
            let ahead = Some(Ahead { columns: self.ahead_columns(), next: self.after(strip) });
            // SAFETY: a block of the job.
            unsafe { (self.mover)(&self.block(source, rows, destination, columns, ahead)) };
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
        let stage = bench.stage.as_mut_ptr().wrapping_add(1).cast::<u8>();
        let carried = bench.carried.as_mut_ptr();
        let places: [isize; MOST_STEP] = std::array::from_fn(|at| (at * pitch) as isize);
        for strip in self.rows.clone() {
            let (begins, ends) = (strip == self.rows.start, strip + 1 == self.rows.end);
            let (source, destination) = self.strip(strip);
            let rows = plan.rows.offsets(plan.rows.length(strip, plan.row_blocks()));
            let length = rows.len() * plan.item;
            let before = (strip - self.rows.start) * plan.rows.block * plan.item;
            let mut first = 0;
            while first < self.columns {
                let count = plan.step_from(first, self.columns);
                let source = source.wrapping_offset(plan.columns.near * first as isize);
                let mut wanted =
                    Wanted { source: self.ahead_of(strip, first), rows: plan.asked.iter() };
                let staged = Offsets { table: &places[..count], step: Some(pitch as isize) };
                // SAFETY: a block of the job, its columns on the stage, a pitch apart.
                unsafe {
                    (self.mover)(&self.block(source, rows, stage, staged, None));
                }
                for (at, &place) in places[..count].iter().enumerate() {
                    let to = destination.wrapping_offset(plan.columns.far[first + at]);
                    let stretch = Stretch { to, carried: before.min(LINE) };
                    // SAFETY: `prepare` made a pitch for each column of a step, the first line of
                    // it for what is carried, and a line for each column to carry it in.
                    unsafe {
                        let (staged, carried) = (stage.offset(place), carried.add(first + at));
                        if !begins {
                            *staged.cast::<Line>().sub(1) = *carried;
                        }
                        let left = stretch.flush::<I>(staged, length, &mut wanted);
                        if ends {
                            stretch.finish(staged, length, left);
                        } else {
                            *carried = staged.add(length).cast::<Line>().sub(1).read_unaligned();
                        }
                    }
                }
                first += count;
                tick(length * count)?;
            }
        }
        Ok(())
    }

    /// # Safety
    /// As for `Work::run`; the plan's columns follow one another in the destination.
    #[inline(always)]
    unsafe fn joined<I: Isa>(&self, bench: &mut Bench, tick: Tick<'_>) -> Result<(), Stopped> {
        let plan = self.plan;
        let staged = bench.stage.as_mut_ptr().wrapping_add(1).cast::<u8>();
        let rows = plan.rows.offsets(plan.rows.total);
        let row_bytes = rows.len() * plan.item;
        let mut stretch = Stretch { to: self.destination, carried: 0 };
        let mut first = 0;
        while first < self.columns {
            let count = plan.step_from(first, self.columns);
            let source = self.source.wrapping_offset(plan.columns.near * first as isize);
            let mut wanted = Wanted { source: self.ahead_of(0, first), rows: plan.asked.iter() };
            // On the stage columns follow one another as they do in the destination.
            let columns = plan.columns.offsets(count);
            let length = count * row_bytes;
            // SAFETY: a block of the job, its columns one after the other on the stage, which has
            // room for them and for a line before.
            unsafe {
                (self.mover)(&self.block(source, rows, staged, columns, None));
                let left = stretch.flush::<I>(staged, length, &mut wanted);
                if first + count == self.columns {
                    stretch.finish(staged, length, left);
                } else {
                    let end = staged.add(length).cast::<Line>();
                    *staged.cast::<Line>().sub(1) = end.sub(1).read_unaligned();
                }
            }
            let carried = (stretch.carried + length).min(LINE);
            stretch = Stretch { to: stretch.to.wrapping_add(length), carried };
            first += count;
            tick(count * row_bytes)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn block<'b>(
        &self,
        source: *const u8,
        rows: Offsets<'b>,
        destination: *mut u8,
        columns: Offsets<'b>,
        ahead: Option<Ahead>,
    ) -> Block<'b> {
        let Plan { item, columns: Side { near, .. }, rows: Side { near: step, .. }, .. } =
            *self.plan;
        let pack = self.plan.crowded;
        // On the stage, rows lie as they do in a destination whose rows are dense.
        Block { source, rows, destination, columns, item, near, step, pack, ahead }
    }

    /// Where a block of rows begins.
    #[inline(always)]
    fn strip(&self, strip: usize) -> (*const u8, *mut u8) {
        let plan = self.plan;
        let near = plan.rows.near * plan.rows.block as isize;
        let source = self.source.wrapping_offset(plan.rows.far_block * strip as isize);
        (source, self.destination.wrapping_offset(near * strip as isize))
    }

    /// Where the source goes on after a block of rows.
    #[inline(always)]
    fn after(&self, strip: usize) -> *const u8 {
        if strip + 1 < self.rows.end { self.strip(strip + 1).0 } else { self.next }
    }

    /// How far ahead to ask for lines, so that they arrive in time.
    #[inline(always)]
    fn ahead_columns(&self) -> usize {
        self.plan.ahead
    }

    /// What to ask for while a step of columns is staged.
    #[inline(always)]
    fn ahead_of(&self, strip: usize, first: usize) -> *const u8 {
        let wanted = first + self.ahead_columns();
        let (source, column) = match wanted.checked_sub(self.columns) {
            None => (self.strip(strip).0, wanted),
            Some(beyond) => (self.after(strip), beyond.min(first)),
        };
        source.wrapping_offset(self.plan.columns.near * column as isize)
    }
}
