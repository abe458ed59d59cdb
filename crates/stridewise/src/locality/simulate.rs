//! Exact simulation: every access, or provably the same counts with less work.
//!
//! ```text
//! for each loop, outermost first:
//!     runs:  while no reference leaves its line, iterations repeat: simulate the first ones,
//!            multiply the rest
//!     warps: when the caches are those of an earlier iteration up to a shift, skip whole
//!            stretches (see warp.rs)
//! ```
//!
//! Why runs are exact. After one iteration the first level holds the lines of that iteration,
//! most recent first, and a second identical iteration leaves it as it is. If the body has no
//! more sites than the first level has ways, the second iteration hits throughout. Otherwise
//! its misses ask the second level for the same lines in the same order each time, which is
//! then constant after one more iteration, and so on: with N levels, iteration N+1 and all
//! later ones count the same.
//!
//! Worked: `(1,16):(128,8)+0` is two runs of 8 accesses, 2 simulated and 14 known to hit.

use super::cache::{Asked, Cache, SITE_BITS};
use super::counts::Counts;
use super::error::LocalityError;
use super::program::{Program, Repeat, Site, Step};
use super::warp::Watch;
use crate::control::Control;
use crate::machine::Machine;
use crate::nest::{Effect, Nest};

/// Which exact engine. All count the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Exact {
    /// Every access on its own.
    Naive,
    /// Runs of iterations that stay in their lines are counted at once.
    Runs,
    /// Runs, and whole stretches of loops that repeat up to a shift.
    Warps,
}

/// An exact answer, and how much work it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulated {
    /// Accesses and misses.
    pub counts: Counts,
    /// Accesses that were simulated one by one; one of many lines counts more than once.
    pub simulated: u64,
    /// How many stretches were skipped because the caches repeat up to a shift.
    pub warps: u64,
}

/// Counts the misses of a nest that starts with empty caches.
///
/// `limit` bounds the accesses that are simulated one by one.
///
/// ```
/// use stridewise::control::Control;
/// use stridewise::locality::{Exact, simulate};
/// use stridewise::machine::Machine;
/// use stridewise::nest::{Access, Effect, Loop, Nest, Node};
///
/// let read = Access {
///     operand: 0,
///     effect: Effect::Read,
///     size: 8,
///     base: 0,
///     coefficients: [64, 8].as_slice().into(),
/// };
/// let inner = Node::Loop(Loop { extent: 8, body: vec![Node::Access(read)] });
/// let nest = Nest::new(vec![Node::Loop(Loop { extent: 2, body: vec![inner] })]).unwrap();
/// let machine = Machine::new(vec!["32K:8:64".parse().unwrap()]).unwrap();
/// let answer = simulate(&nest, &machine, Exact::Naive, u64::MAX, &Control::quiet()).unwrap();
/// assert_eq!(answer.counts.accesses(Effect::Read), 16);
/// assert_eq!(answer.counts.misses(Effect::Read, 0), 2);
/// ```
///
/// # Errors
/// The limit is passed, or the caller asks to stop.
pub fn simulate(
    nest: &Nest,
    machine: &Machine,
    engine: Exact,
    limit: u64,
    control: &Control<'_>,
) -> Result<Simulated, LocalityError> {
    let program = Program::new(nest);
    let caches: Vec<Cache> =
        machine.caches().iter().map(|level| Cache::new(level, program.span())).collect();
    let levels = caches.len(); // At least one, invariant M4.
    let line_bits = caches.iter().map(|cache| cache.line_bits).min().unwrap_or(0);
    let mut run = Run {
        program: &program,
        queue: Queue::for_program(&program, line_bits),
        line_bits,
        caches,
        misses: vec![0; program.sites.len() * levels],
        at: program.bases(),
        engine,
        simulated: 0,
        warps: 0,
        limit,
        next_report: 0,
        total: program.accesses(),
        done: 0,
        control,
    };
    run.steps(&program.body)?;
    run.settle();
    let counts = Counts::new(&program, &run.misses, levels);
    Ok(Simulated { counts, simulated: run.simulated, warps: run.warps })
}

/// A simulation under way.
pub(super) struct Run<'a> {
    program: &'a Program,
    pub(super) caches: Vec<Cache>,
    /// One count per site and level, levels of a site beside each other.
    pub(super) misses: Vec<u128>,
    /// Where each site's next access lies.
    at: Vec<i64>,
    /// Accesses that are yet to be made, where they can be put into words.
    queue: Option<Queue>,
    /// The bits of the smallest line's size.
    line_bits: u32,
    engine: Exact,
    simulated: u64,
    warps: u64,
    limit: u64,
    next_report: u64,
    total: u128,
    done: u128,
    control: &'a Control<'a>,
}

/// Simulated accesses between two reports: under 10 ms of work.
const REPORT_EVERY: u64 = 1 << 19;
/// Work in a leaf before anybody looks up.
const BLOCK: u64 = 1 << 17;

impl Run<'_> {
    fn steps(&mut self, steps: &[Step]) -> Result<(), LocalityError> {
        for step in steps {
            match step {
                Step::Site(site) => self.touch(*site),
                Step::Loop(inner) => self.repeat(inner)?,
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn touch(&mut self, site: usize) {
        self.simulated = self.simulated.saturating_add(self.program.sites[site].work);
        let (address, size) = (self.at[site], self.program.sites[site].size);
        if self.queue.as_ref().is_some_and(|queue| queue.waiting == Queue::LENGTH) {
            self.settle();
        }
        if let Some(queue) = &mut self.queue {
            queue.push(address >> self.line_bits, site);
            return;
        }
        let levels = self.caches.len();
        if let Some((first, farther)) = self.caches.split_first_mut()
            && first.misses(address, size)
        {
            let misses = &mut self.misses[site * levels..(site + 1) * levels];
            beyond_first(farther, misses, address, size);
        }
    }

    fn repeat(&mut self, inner: &Repeat) -> Result<(), LocalityError> {
        let mut watch = match self.engine {
            Exact::Warps => Watch::plan(inner, self.program, &self.at, &self.caches),
            _ => None,
        };
        let mut iteration = 0;
        while iteration < inner.extent {
            if watch.as_ref().is_some_and(|watch| watch.looks_at(iteration)) {
                self.settle();
            }
            if let Some(skip) = watch.as_mut().and_then(|watch| {
                watch.skip(iteration, inner.extent, &mut self.caches, &mut self.misses)
            }) {
                self.warps += 1;
                self.advance(inner, skip);
                self.done += inner.accesses.saturating_mul(u128::from(skip.unsigned_abs()));
                iteration += skip;
                continue;
            }
            let stop = match &watch {
                Some(watch) => watch.next_stop(iteration).min(inner.extent),
                None => inner.extent,
            };
            if inner.is_leaf {
                let block = i64::try_from(BLOCK / inner.work.max(1)).unwrap_or(1).max(1);
                let stop = stop.min(iteration.saturating_add(block));
                self.leaf(inner, stop - iteration);
                iteration = stop;
                self.look_up()?;
            } else {
                while iteration < stop {
                    self.steps(&inner.body)?;
                    self.advance(inner, 1);
                    iteration += 1;
                }
            }
        }
        self.advance(inner, inner.extent.wrapping_neg());
        Ok(())
    }

    /// Moves every site of the loop by some iterations; wraps where a finished loop points
    /// beyond its last access, and wraps back.
    fn advance(&mut self, inner: &Repeat, iterations: i64) {
        for (at, stride) in self.at[inner.sites.clone()].iter_mut().zip(&inner.strides) {
            *at = at.wrapping_add(stride.wrapping_mul(iterations));
        }
    }

    /// Some iterations of a loop whose body holds sites alone.
    fn leaf(&mut self, inner: &Repeat, iterations: i64) {
        if self.engine == Exact::Naive || !self.has_runs(inner) {
            self.every(inner, iterations);
            return;
        }
        let mut left = iterations;
        while left > 0 {
            let (run, settled) = self.run_length(inner, left);
            if run <= settled {
                self.every(inner, run);
            } else {
                let rest = run - settled;
                if settled > 1 {
                    self.every(inner, settled - 1);
                    self.settle();
                    let before = self.misses_of(inner);
                    self.every(inner, 1);
                    self.settle();
                    self.multiply(inner, &before, u128::from(rest.unsigned_abs()));
                } else {
                    self.every(inner, 1);
                }
                self.advance(inner, rest);
                self.done += inner.accesses.saturating_mul(u128::from(rest.unsigned_abs()));
            }
            left -= run;
        }
    }

    fn misses_of(&self, inner: &Repeat) -> Vec<u128> {
        let levels = self.caches.len();
        self.misses[inner.sites.start * levels..inner.sites.end * levels].to_vec()
    }

    /// Counts what the last iteration missed `times` more.
    fn multiply(&mut self, inner: &Repeat, before: &[u128], times: u128) {
        let levels = self.caches.len();
        let now = &mut self.misses[inner.sites.start * levels..inner.sites.end * levels];
        for (now, before) in now.iter_mut().zip(before) {
            *now += (*now - before) * times;
        }
    }

    /// Whether every site can stay in its line for more than one iteration.
    fn has_runs(&self, inner: &Repeat) -> bool {
        let line = 1u64 << self.line_bits;
        inner.strides.iter().all(|stride| stride.unsigned_abs() < line)
    }

    /// For how many iterations no site leaves its line, and how many of those to simulate.
    fn run_length(&self, inner: &Repeat, left: i64) -> (i64, i64) {
        let line = 1i64 << self.line_bits;
        let mut run = left;
        let mut touched = 0;
        for step in &inner.body {
            let Step::Site(site) = step else { continue };
            let size = self.program.sites[*site].size;
            let within = self.at[*site] & (line - 1);
            let room = line - size - within;
            if size > line || room < 0 {
                return (1, 1);
            }
            touched += 1;
            // Both distances are below a line, so 32 bits hold them, and divide faster.
            let stride = inner.strides[*site - inner.sites.start];
            let steps = match stride {
                0 => continue,
                stride if stride > 0 => divide_small(room, stride),
                stride => divide_small(within, -stride),
            };
            run = run.min(steps + 1);
        }
        let levels = i64::try_from(self.caches.len()).unwrap_or(i64::MAX);
        let settled = if touched <= self.caches[0].ways { 1 } else { levels + 1 };
        (run, settled)
    }

    /// Every access of some iterations: the loop that everything else avoids.
    fn every(&mut self, inner: &Repeat, iterations: i64) {
        let work = inner.work.saturating_mul(iterations.unsigned_abs());
        self.simulated = self.simulated.saturating_add(work);
        let mut left = iterations;
        while let Some(queue) = &mut self.queue {
            left -= queue.extend(inner, &mut self.at, left, self.line_bits);
            if left == 0 {
                return;
            }
            self.settle();
        }
        let levels = self.caches.len();
        let (at, misses) = (&mut self.at[..], &mut self.misses[..]);
        let Some((first, farther)) = self.caches.split_first_mut() else { return };
        for _ in 0..left {
            for walk in &inner.walks {
                let address = at[walk.site];
                at[walk.site] = address.wrapping_add(walk.stride);
                if first.misses(address, walk.size) {
                    let misses = &mut misses[walk.site * levels..(walk.site + 1) * levels];
                    beyond_first(farther, misses, address, walk.size);
                }
            }
        }
    }

    /// Makes the accesses that wait: all in the first level, what missed in the next, and so on.
    /// Levels only meet in what one asks the other, so that is what one by one would count.
    fn settle(&mut self) {
        let Some(queue) = &mut self.queue else { return };
        let levels = self.caches.len();
        let mut waiting = &mut queue.entries[..queue.waiting];
        for (level, cache) in self.caches.iter_mut().enumerate() {
            let asked = if level == 0 { Asked::Always } else { Asked::OnMisses };
            let shift = SITE_BITS + cache.line_bits - self.line_bits;
            let missed = cache.pass(waiting, shift, asked);
            waiting = &mut waiting[..missed];
            if self.program.sites.len() == 1 {
                self.misses[level] += missed as u128;
                continue;
            }
            for (at, entry) in waiting.iter().enumerate() {
                queue.tallies[at % 2][Queue::site(*entry)] += 1;
            }
            let misses = self.misses[level..].iter_mut().step_by(levels);
            let [even, odd] = &mut queue.tallies;
            for (misses, (even, odd)) in misses.zip(even.iter_mut().zip(odd)) {
                *misses += u128::from(std::mem::take(even) + std::mem::take(odd));
            }
        }
        queue.waiting = 0;
    }

    /// Tells the caller how far the simulation is, and keeps to the limit.
    fn look_up(&mut self) -> Result<(), LocalityError> {
        if self.simulated < self.next_report {
            return Ok(());
        }
        self.next_report = self.simulated + REPORT_EVERY;
        if self.simulated > self.limit {
            return Err(LocalityError::TooMuchWork { wanted: self.limit, got: self.total });
        }
        let done = self.done.saturating_add(u128::from(self.simulated));
        let narrow = |count: u128| u64::try_from(count).unwrap_or(u64::MAX);
        Ok(self.control.tell(narrow(done), narrow(self.total))?)
    }
}

/// Accesses in order, each a line's number and its site in a word.
struct Queue {
    entries: Vec<i64>,
    waiting: usize,
    /// Misses by site, of every other entry, so that counting one need not wait for the last.
    tallies: [Vec<u32>; 2],
}

impl Queue {
    /// What waits fits the nearest cache of any machine beside the state of a small one.
    const LENGTH: usize = 1 << SITE_BITS;

    /// A queue, if every access lies within a line and words can name all.
    fn for_program(program: &Program, line_bits: u32) -> Option<Queue> {
        let bound = 1i64 << (i64::BITS - 1 - SITE_BITS);
        let fits = |site: &Site| {
            site.keeps_within(line_bits)
                && site.span.0 >> line_bits >= -bound
                && site.span.1 >> line_bits < bound
        };
        let is_possible = program.sites.len() <= Queue::LENGTH && program.sites.iter().all(fits);
        is_possible.then(|| Queue {
            entries: vec![0; Queue::LENGTH],
            waiting: 0,
            tallies: [(); 2].map(|()| vec![0; program.sites.len()]),
        })
    }

    /// The site of an entry.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn site(entry: i64) -> usize {
        entry as usize & (Queue::LENGTH - 1)
    }

    /// Adds one access, if there is room.
    fn push(&mut self, line: i64, site: usize) {
        self.entries[self.waiting] = line << SITE_BITS | site as i64;
        self.waiting += 1;
    }

    /// Adds as many iterations of a leaf as there is room for, at most `limit`, and moves its
    /// sites; how many. None if not even one fits.
    fn extend(&mut self, leaf: &Repeat, at: &mut [i64], limit: i64, line_bits: u32) -> i64 {
        let sites = leaf.walks.len();
        let room = (Queue::LENGTH - self.waiting) / sites;
        let count = usize::try_from(limit).map_or(room, |limit| limit.min(room));
        let entries = &mut self.entries[self.waiting..][..count * sites];
        for (nth, walk) in leaf.walks.iter().enumerate() {
            let mut address = at[walk.site];
            for iteration in entries.chunks_exact_mut(sites) {
                iteration[nth] = address >> line_bits << SITE_BITS | walk.site as i64;
                address = address.wrapping_add(walk.stride);
            }
            at[walk.site] = address;
        }
        self.waiting += entries.len();
        count as i64
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn divide_small(distance: i64, stride: i64) -> i64 {
    i64::from(distance as u32 / stride as u32)
}

/// Asks each farther level where the nearer ones miss, and counts.
#[inline(always)]
fn beyond_first(farther: &mut [Cache], misses: &mut [u128], address: i64, size: i64) {
    let Some((first, misses)) = misses.split_first_mut() else { return };
    *first += 1;
    for (cache, misses) in farther.iter_mut().zip(misses) {
        if !cache.misses(address, size) {
            break;
        }
        *misses += 1;
    }
}

/// Whether an effect reaches the caches.
pub(super) fn is_cached(effect: Effect) -> bool {
    effect != Effect::Stream
}
