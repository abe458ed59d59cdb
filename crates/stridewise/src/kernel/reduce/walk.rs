//! Walk: runs a plan's jobs, block by block, and writes their results.
//!
//! ```text
//! for each job, and each part of it
//!     begin the states of the tile
//!     for each step of the walk: reduce the block there into its states
//!     write the results, or leave the states to be merged part by part
//! ```
//!
//! In `(3,4):(32,8)+0` reduced along axis 0 there is one job, one step and one block.

use super::block::{Block, Cell, Counts, Lie, Places};
use super::choose::Choice;
use super::error::{Fault, ReduceError};
use super::plan::{Axis, Form, Level, Plan};
use crate::control::Stopped;
use crate::layout::PerAxis;

/// A plan with the memory that it runs on.
pub(super) struct Work<'a> {
    pub(super) plan: &'a Plan,
    pub(super) choice: &'a Choice,
    pub(super) input: *const u8,
    pub(super) output: *mut u8,
    pub(super) tables: Tables,
}

/// Where the items and results of a block lie.
pub(super) struct Tables {
    kept: Vec<isize>,
    reduced: Vec<isize>,
    run: usize,
    results: Vec<isize>,
    results_run: usize,
    results_step: isize,
}

impl Tables {
    pub(super) fn of(plan: &Plan) -> Tables {
        let inner = |axes: &[Axis]| axes.first().map_or(1, |axis| axis.extent);
        let (kept_skip, reduced_skip, run) = match plan.form {
            Form::Down => (1, 0, inner(&plan.kept.axes)),
            Form::Across => (0, 1, inner(&plan.reduced.axes)),
            Form::Short => (usize::MAX, usize::MAX, plan.reduced.total),
            Form::GatherDown | Form::GatherAcross => (0, 0, 1),
        };
        Tables {
            kept: plan.kept.table(kept_skip, |axis| axis.input),
            reduced: plan.reduced.table(reduced_skip, |axis| axis.input),
            run,
            results: plan.kept.table(1, |axis| axis.output),
            results_run: inner(&plan.kept.axes),
            results_step: plan.kept.axes.first().map_or(0, |axis| axis.output),
        }
    }
}

// SAFETY: threads read the input, and write different bytes of the output: see `Work::job`.
unsafe impl Sync for Work<'_> {}

/// Memory that one thread works in, from one job to the next.
#[derive(Default)]
pub(super) struct Bench {
    states: Vec<Cell>,
    stage: Vec<Cell>,
    /// Where the lines of the stage begin.
    lines: Vec<isize>,
}

/// Told how many bytes were read; may stop the work.
pub(super) type Tick<'a> = &'a mut dyn FnMut(usize) -> Result<(), Stopped>;

/// Why a job was not finished.
pub(super) enum Halt {
    Stopped(Stopped),
    Fault(Fault),
}

impl From<Stopped> for Halt {
    fn from(stopped: Stopped) -> Halt {
        Halt::Stopped(stopped)
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Halt {
        Halt::Fault(fault)
    }
}

impl Work<'_> {
    /// How many cells hold the states of a job: those of its items, and their counts where what
    /// is no number is skipped.
    pub(super) fn cells(&self) -> usize {
        let counts = self.choice.skip.as_ref();
        self.own_cells() + counts.map_or(0, |skip| skip.count.cells(self.plan.states))
    }

    fn own_cells(&self) -> usize {
        self.choice.engine.cells(self.plan.states)
    }

    fn begin(&self, cells: &mut [Cell]) {
        let (own, counts) = cells.split_at_mut(self.own_cells());
        self.choice.engine.begin(own, self.plan.states);
        if let Some(skip) = &self.choice.skip {
            skip.count.begin(counts, self.plan.states);
        }
    }

    /// Adds the states of one part of a job to those of another.
    ///
    /// # Safety
    /// Both were begun by this work.
    pub(super) unsafe fn merge(&self, into: &mut [Cell], from: &[Cell]) {
        let (own, counts) = into.split_at_mut(self.own_cells());
        let (from, from_counts) = from.split_at(self.own_cells());
        // SAFETY: the caller's promise.
        unsafe {
            self.choice.engine.merge(own, from, self.plan.states);
            if let Some(skip) = &self.choice.skip {
                skip.count.merge(counts, from_counts, self.plan.states);
            }
        }
    }

    /// Runs a whole job, results and all.
    ///
    /// # Safety
    /// Every byte that the plan reaches can be read in the input and written in the output, by
    /// nobody else meanwhile, and the two do not overlap; the choice's gather and engine are of one item.
    pub(super) unsafe fn job(
        &self,
        spot: &Spot,
        bench: &mut Bench,
        tick: Tick<'_>,
    ) -> Result<(), Halt> {
        let mut states = std::mem::take(&mut bench.states);
        states.resize(self.cells(), 0);
        // SAFETY: the caller's promise.
        let done = unsafe {
            self.part(spot, 0, &mut states, bench, tick)
                .map_err(Halt::from)
                .and_then(|()| Ok(self.finish(spot, &states)?))
        };
        bench.states = states;
        done
    }

    /// Runs a part of a job into states of its own.
    ///
    /// # Safety
    /// As for `job`, though the output is left alone.
    pub(super) unsafe fn part(
        &self,
        spot: &Spot,
        part: usize,
        states: &mut [Cell],
        bench: &mut Bench,
        tick: Tick<'_>,
    ) -> Result<(), Stopped> {
        let plan = self.plan;
        self.begin(states);
        let mut walk = plan.walk.clone();
        let mut here = Spot { index: PerAxis::filled(0, walk.len()), ..spot.clone() };
        if let Some(first) = walk.first_mut() {
            let pieces = first.axis.extent;
            let (begin, end) = (part * pieces / plan.parts, (part + 1) * pieces / plan.parts);
            here.input += first.axis.input * begin as isize;
            here.position += first.axis.position * begin as isize;
            first.axis.extent = end - begin;
            first.last = if end == pieces { first.last } else { 0 };
        }
        let cut = plan.jobs.iter().chain(&walk).any(|level| level.last > 0);
        loop {
            let (kept, reduced) = match cut {
                true => plan.counts(spot.ended(&plan.jobs).chain(here.ended(&walk))),
                false => (plan.kept.total, plan.reduced.total),
            };
            // SAFETY: the caller's promise: a block of the job.
            unsafe { self.block(&here, kept, reduced, states, bench) };
            tick(kept * reduced * plan.item)?;
            // SAFETY: begun above.
            let settled = unsafe { self.choice.engine.are_settled(states, plan.states) };
            if !here.advance(&walk) || settled {
                return Ok(());
            }
        }
    }

    /// # Safety
    /// As for `job`.
    unsafe fn block(
        &self,
        here: &Spot,
        kept: usize,
        reduced: usize,
        states: &mut [Cell],
        bench: &mut Bench,
    ) {
        let (plan, tables) = (self.plan, &self.tables);
        let mut block = Block {
            lie: Lie::Down,
            from: self.input.wrapping_offset(here.input),
            kept: &tables.kept[..kept.min(tables.kept.len())],
            reduced: &tables.reduced[..reduced.min(tables.reduced.len())],
            run: tables.run,
            width: 1,
            count: 0,
            position: here.position,
            step: plan.reduced.axes.first().map_or(0, |axis| axis.position),
        };
        let (own, counts) = states.split_at_mut(self.own_cells());
        let engine = self.choice.engine.as_ref();
        match plan.form {
            Form::Down => {
                block.run = tables.run.min(kept);
                block.kept = &tables.kept[..kept / block.run];
            }
            Form::Across => {
                block.lie = Lie::Across;
                block.run = tables.run.min(reduced);
                block.reduced = &tables.reduced[..reduced / block.run];
            }
            Form::Short => {
                block.lie = Lie::Short;
                (block.width, block.count) = (plan.short_width(), kept);
            }
            Form::GatherDown | Form::GatherAcross => {
                let (lie, lines, runs) = match plan.form {
                    Form::GatherDown => (Lie::Down, reduced, kept),
                    _ => (Lie::Across, kept, reduced),
                };
                (block.lie, block.run) = (lie, runs);
                // SAFETY: the caller's promise.
                let stage = unsafe { self.stage(block.from, kept, reduced, bench) };
                block.from = stage;
                let line = (runs * engine.item()) as isize;
                bench.lines.clear();
                bench.lines.extend((0..lines as isize).map(|at| at * line));
                (block.kept, block.reduced) = match lie {
                    Lie::Down => (&[0][..], &bench.lines[..]),
                    _ => (&bench.lines[..], &[0][..]),
                };
                if let Some(skip) = &self.choice.skip {
                    // SAFETY: the stage has just these items; the tile has a count for each state.
                    unsafe {
                        skip.count.add(&block, counts, here.state);
                        skip.clean.clean(stage, kept * reduced);
                    }
                }
            }
        }
        // SAFETY: the caller's promise; the tile has the states of every step of the walk.
        unsafe { engine.add(&block, own, here.state) }
    }

    /// Gathers a block on the stage, and says where it begins.
    ///
    /// # Safety
    /// As for `job`.
    unsafe fn stage(
        &self,
        from: *const u8,
        kept: usize,
        reduced: usize,
        bench: &mut Bench,
    ) -> *mut u8 {
        let (plan, tables) = (self.plan, &self.tables);
        let bytes = plan.kept.total * plan.reduced.total * self.choice.engine.item();
        bench.stage.resize(bytes.div_ceil(size_of::<Cell>()), 0);
        let stage = bench.stage.as_mut_ptr().cast::<u8>();
        let (kept_step, reduced_step) = match plan.form {
            Form::GatherDown => (1, kept),
            _ => (reduced, 1),
        };
        let (kept, reduced) = (&tables.kept[..kept], &tables.reduced[..reduced]);
        let step =
            |axes: &[Axis]| axes.first().map_or(usize::MAX, |axis| axis.input.unsigned_abs());
        // SAFETY: the caller's promise, and the stage has room for the whole block.
        unsafe {
            if step(&plan.kept.axes) < step(&plan.reduced.axes) {
                (self.choice.gather)(from, reduced, kept, stage, (reduced_step, kept_step));
            } else {
                (self.choice.gather)(from, kept, reduced, stage, (kept_step, reduced_step));
            }
        }
        stage
    }

    /// Writes the results of a job.
    ///
    /// # Safety
    /// As for `job`; the states are the job's.
    pub(super) unsafe fn finish(&self, spot: &Spot, states: &[Cell]) -> Result<(), Fault> {
        let (plan, tables) = (self.plan, &self.tables);
        let kept: PerAxis<Level> = plan.walk.iter().filter(|l| l.axis.kept).copied().collect();
        let mut here = Spot { index: PerAxis::filled(0, kept.len()), ..spot.clone() };
        loop {
            let (count, _) = plan.counts(spot.ended(&plan.jobs).chain(here.ended(&kept)));
            let run = tables.results_run.min(count);
            let places = Places {
                to: self.output.wrapping_offset(here.output),
                leads: &tables.results[..count / run],
                run,
                step: tables.results_step,
            };
            let (own, counts) = states.split_at(self.own_cells());
            let counts = match self.choice.skip {
                None => Counts::All(self.choice.count),
                // SAFETY: cells of whole numbers, which are read as such; none is negative.
                Some(_) => Counts::Each(unsafe {
                    std::slice::from_raw_parts(
                        counts.as_ptr().cast::<u64>().wrapping_add(here.state),
                        count,
                    )
                }),
            };
            // SAFETY: the caller's promise: results of the job.
            unsafe { self.choice.engine.finish(own, here.state, counts, &places)? };
            if !here.advance(&kept) {
                return Ok(());
            }
        }
    }
}

/// Where the work is: an odometer over loops.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    index: PerAxis<usize>,
    input: isize,
    output: isize,
    position: isize,
    state: usize,
}

impl Spot {
    /// The place of a job.
    pub(super) fn of_job(plan: &Plan, job: usize) -> Spot {
        let mut spot = Spot {
            index: PerAxis::filled(0, plan.jobs.len()),
            input: plan.input,
            output: plan.output,
            position: plan.position,
            state: 0,
        };
        let mut rest = job;
        for (level, at) in plan.jobs.iter().zip(spot.index.iter_mut()).rev() {
            *at = rest % level.axis.extent;
            rest /= level.axis.extent;
            spot.input += level.axis.input * *at as isize;
            spot.output += level.axis.output * *at as isize;
        }
        spot
    }

    /// The loops that stand at their last step.
    fn ended<'a>(&'a self, levels: &'a [Level]) -> impl Iterator<Item = Level> + 'a {
        let pairs = levels.iter().zip(self.index.iter());
        pairs.filter(|(level, at)| **at + 1 == level.axis.extent).map(|(level, _)| *level)
    }

    /// On to the next step, the innermost loop first; whether there is one.
    pub(super) fn advance(&mut self, levels: &[Level]) -> bool {
        for (Level { axis, states, .. }, at) in levels.iter().zip(self.index.iter_mut()).rev() {
            let back = *at;
            if back + 1 < axis.extent {
                *at += 1;
                self.input += axis.input;
                self.output += axis.output;
                self.position += axis.position;
                self.state += states;
                return true;
            }
            *at = 0;
            self.input -= axis.input * back as isize;
            self.output -= axis.output * back as isize;
            self.position -= axis.position * back as isize;
            self.state -= states * back;
        }
        false
    }
}

impl Halt {
    /// The caller's error, given the dtype of the result.
    pub(super) fn into_error(self, wanted: &crate::layout::DType) -> ReduceError {
        match self {
            Halt::Stopped(stopped) => ReduceError::Stopped(stopped),
            Halt::Fault(Fault::AllNan) => ReduceError::AllNan,
            Halt::Fault(Fault::Overflow) => ReduceError::Overflow { wanted: wanted.clone() },
        }
    }
}
