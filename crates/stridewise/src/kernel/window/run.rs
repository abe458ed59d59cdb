//! Run: the lanes of an array, cut into jobs, which threads take one after the other.
//!
//! Lanes that lie side by side are taken together, so that memory is read in lines whatever the
//! axis; a dense lane is taken alone. Long lanes are cut into segments: results do not depend on
//! where (see `scan`). `(4000,4000):(32000,8)+0` along axis 0 makes 125 jobs of 32 columns.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::error::WindowError;
use super::geometry::Geometry;
use super::scan::WIDTH;
use super::sink::Results;
use super::source::Lanes;
use super::stream::fence;
use crate::control::{Control, Stopped};
use crate::kernel::Backend;
use crate::layout::{Layout, PerAxis};

/// The most lanes that are taken together.
const COLUMNS: usize = 32;
/// Dense lanes shorter than this are taken together as well.
const SHORT: i64 = 64;
/// Elements of a segment, at least; it also is at least four windows long.
const SEGMENT: i64 = 1 << 16;
/// Windows between two reports to the caller. They take microseconds, but where results lie far
/// apart in new memory each row of them may be the first of a page of megabytes.
const REPORT: u64 = 1 << 14;

/// Bytes of results that no longer fit a cache beside what they are made of.
const PAST: i64 = 4 << 20;

/// Windows of some lanes.
pub(super) struct Job<'a> {
    pub(super) lanes: Lanes,
    pub(super) results: Results,
    pub(super) starts: Range<i64>,
    /// Lanes of a tile: the columns, rounded up to whole packs.
    pub(super) pitch: usize,
    pub(super) size: usize,
    pub(super) backend: Backend,
    pub(super) progress: &'a Progress<'a>,
}

impl Job<'_> {
    /// Counts windows that are done.
    pub(super) fn count(&self, windows: usize) -> Result<(), WindowError> {
        self.progress.count(windows as u64)
    }

    /// Asks the caller whether to go on, after a few milliseconds without a result.
    pub(super) fn poll(&self) -> Result<(), WindowError> {
        self.progress.tell(0)
    }
}

/// What is done with a job.
pub(super) type Worker<'a> = Box<dyn Fn(&Job<'_>) -> Result<(), WindowError> + Sync + Send + 'a>;

/// All windows along one axis, as jobs.
pub(super) struct Work<'a> {
    pub(super) geometry: &'a Geometry,
    pub(super) input: (*const u8, &'a Layout),
    pub(super) output: (*mut u8, &'a Layout),
    pub(super) backend: Backend,
    /// The axis whose lanes are taken together, and how many of them.
    across: Option<(usize, usize)>,
    /// Segments of a lane, and their windows.
    segments: i64,
    segment: i64,
    /// Whether dense results go past the cache.
    past: bool,
}

// SAFETY: threads read the input and write different elements of the output.
unsafe impl Sync for Work<'_> {}

impl<'a> Work<'a> {
    pub(super) fn new(
        geometry: &'a Geometry,
        input: (*const u8, &'a Layout),
        output: (*mut u8, &'a Layout),
        backend: Backend,
    ) -> Work<'a> {
        let layout = input.1;
        let axis = geometry.axis;
        let dense = layout.strides()[axis] == layout.itemsize() && geometry.dilation == 1;
        let nearest = (0..layout.rank())
            .filter(|&other| other != axis && layout.shape()[other] >= 4)
            .min_by_key(|&other| layout.strides()[other].unsigned_abs());
        let across = match nearest {
            Some(other) if !dense || layout.shape()[axis] < SHORT => {
                let extent = usize::try_from(layout.shape()[other]).unwrap_or(COLUMNS);
                Some((other, extent.min(COLUMNS)))
            }
            _ => None,
        };
        let columns = across.map_or(1, |(_, columns)| columns as i64);
        // Windows of the longest lane: residues have one more or one less.
        let windows = (geometry.windows - geometry.computed).max(0);
        let longest = windows / geometry.dilation + 1;
        let size = geometry.size as i64;
        let segment = (SEGMENT / columns).max(size.saturating_mul(4)).min(longest);
        let segments = (longest + segment - 1) / segment;
        let past = output.1.nbytes() >= PAST && backend != Backend::Portable;
        Work { geometry, input, output, backend, across, segments, segment, past }
    }

    /// Extents of the odometer over jobs: outer axes, columns, residues, segments.
    fn extents(&self) -> PerAxis<i64> {
        let shape = self.input.1.shape();
        let mut extents: PerAxis<i64> = PerAxis::from(shape);
        extents[self.geometry.axis] = 1;
        if let Some((axis, columns)) = self.across {
            extents[axis] = (shape[axis] + columns as i64 - 1) / columns as i64;
        }
        extents.push(self.geometry.residues());
        extents.push(self.segments);
        extents
    }

    fn jobs(&self) -> u64 {
        let product = self.extents().iter().map(|&extent| extent as u128).product::<u128>();
        u64::try_from(product).unwrap_or(u64::MAX)
    }

    /// One job. W1, L3: offsets of elements fit.
    #[allow(clippy::cast_possible_truncation)]
    fn job<'p>(&self, at: u64, progress: &'p Progress<'p>) -> Job<'p> {
        let geometry = self.geometry;
        let extents = self.extents();
        let rank = extents.len() - 2;
        let mut rest = at;
        let mut index: PerAxis<i64> = PerAxis::filled(0, rank + 2);
        for axis in (0..rank + 2).rev() {
            index[axis] = (rest % extents[axis] as u64) as i64;
            rest /= extents[axis] as u64;
        }
        let mut columns = 1;
        let mut strides = (0, 0);
        let (mut from, mut to) = (self.input.1.offset(), self.output.1.offset());
        for axis in 0..rank {
            let (near, far) = (self.input.1.strides()[axis], self.output.1.strides()[axis]);
            let mut place = index[axis];
            if let Some((across, most)) = self.across
                && across == axis
            {
                place *= most as i64;
                columns = (self.input.1.shape()[axis] - place).min(most as i64) as usize;
                strides = (near as isize, far as isize);
            }
            from = from.wrapping_add(near.wrapping_mul(place));
            to = to.wrapping_add(far.wrapping_mul(place));
        }
        let (all, shift) = geometry.starts(geometry.residue(index[rank]));
        let begin = all.start + index[rank + 1] * self.segment;
        let starts = begin.min(all.end)..(begin + self.segment).min(all.end);
        let axis = geometry.axis;
        let lanes = Lanes {
            start: self.input.0.wrapping_offset(from as isize),
            extent: self.input.1.shape()[axis],
            stride: self.input.1.strides()[axis] as isize,
            columns,
            across: strides.0,
            dilation: geometry.dilation,
            shift,
            beside: geometry.beside,
        };
        let results = Results {
            start: self.output.0.wrapping_offset(to as isize),
            stride: self.output.1.strides()[axis] as isize,
            columns,
            across: strides.1,
            dilation: geometry.dilation,
            shift: shift + geometry.left,
            step: geometry.step,
            backend: self.backend,
            past: self.past.then(|| {
                let ahead = (geometry.size + shift as usize) * self.input.1.itemsize() as usize;
                (lanes.start.wrapping_add(ahead), self.input.1.itemsize() as usize)
            }),
        };
        let pitch = if self.across.is_some() { columns.next_multiple_of(WIDTH) } else { 1 };
        let (size, backend) = (geometry.size, self.backend);
        Job { lanes, results, starts, pitch, size, backend, progress }
    }

    /// Runs all jobs; `worker` computes the windows of one, `fill` those that are incomplete.
    pub(super) fn run(
        &self,
        worker: &Worker<'_>,
        fill: &(dyn Fn(&Results, Range<i64>) + Sync),
        control: &Control<'_>,
    ) -> Result<(), WindowError> {
        let progress = Progress::new(control, self.output.1.size());
        let jobs = self.jobs();
        let one = |at: u64| -> Result<(), WindowError> {
            let job = self.job(at, &progress);
            let incomplete = 0..self.geometry.computed.min(self.geometry.windows);
            let extents = self.extents();
            let per_lane = (extents[extents.len() - 1] * extents[extents.len() - 2]).max(1) as u64;
            if at.is_multiple_of(per_lane) {
                fill(&job.results, incomplete);
            }
            if job.starts.is_empty() {
                return Ok(());
            }
            let worked = worker(&job);
            fence(self.backend);
            worked
        };
        share(jobs, &progress, &one)
    }
}

/// Runs all jobs, on as many threads as the caller allows.
pub(super) fn share(
    jobs: u64,
    progress: &Progress<'_>,
    one: &(dyn Fn(u64) -> Result<(), WindowError> + Sync),
) -> Result<(), WindowError> {
    #[cfg(feature = "rayon")]
    if progress.control.threads() > 1 && jobs > 1 {
        let next = AtomicUsize::new(0);
        let failed: Mutex<Option<WindowError>> = Mutex::new(None);
        let take = || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed) as u64;
                if at >= jobs || progress.stop.load(Ordering::Relaxed) {
                    return;
                }
                if let Err(error) = one(at) {
                    progress.stop.store(true, Ordering::Relaxed);
                    let mut first = failed.lock().unwrap_or_else(PoisonError::into_inner);
                    first.get_or_insert(error);
                }
            }
        };
        let threads = progress.control.threads();
        rayon::scope(|scope| (0..threads).for_each(|_| scope.spawn(|_| take())));
        let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        return failed.map_or(Ok(()), Err);
    }
    (0..jobs).try_for_each(one)
}

/// Progress of one reduction, told to the caller in steps.
pub(super) struct Progress<'a> {
    control: &'a Control<'a>,
    total: u64,
    pending: AtomicU64,
    done: AtomicU64,
    stop: AtomicBool,
}

impl<'a> Progress<'a> {
    pub(super) fn new(control: &'a Control<'a>, total: i64) -> Progress<'a> {
        Progress {
            control,
            total: u64::try_from(total).unwrap_or(u64::MAX),
            pending: AtomicU64::new(0),
            done: AtomicU64::new(0),
            stop: AtomicBool::new(false),
        }
    }

    pub(super) fn count(&self, windows: u64) -> Result<(), WindowError> {
        let pending = self.pending.fetch_add(windows, Ordering::Relaxed) + windows;
        if pending < REPORT {
            return Ok(());
        }
        // What others have added meanwhile is told here, and by nobody else.
        self.tell(self.pending.swap(0, Ordering::Relaxed))
    }

    pub(super) fn tell(&self, pending: u64) -> Result<(), WindowError> {
        let done = self.done.fetch_add(pending, Ordering::Relaxed) + pending;
        if self.stop.load(Ordering::Relaxed) {
            return Err(Stopped.into());
        }
        self.control.tell(done.min(self.total), self.total)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threads that reach the limit at the same time each tell what the others have not told.
    #[test]
    fn every_window_is_told_once() {
        const EACH: u64 = 20_000;
        let (control, more) = (Control::quiet(), REPORT / 2 + 1);
        let progress = Progress::new(&control, i64::MAX);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..EACH).for_each(|_| progress.count(more).unwrap()));
            }
        });
        let told = progress.done.into_inner() + progress.pending.into_inner();
        assert_eq!(told, 4 * EACH * more);
    }
}
