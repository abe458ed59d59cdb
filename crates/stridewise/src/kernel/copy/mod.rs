//! Copy: any layout to any layout of the same shape, at the speed of memory.
//!
//! The nest over both operands is ordered by the destination, turned upward and fused; `plan`
//! decides from it which axes make up the blocks that are moved at once; `run` walks the plan,
//! `movers` carry the items of a block, and `stage` streams whole lines past the cache.
//! Copying `(2,3):(8,16)+0` onto `(2,3):(24,8)+0` turns an F-order array into C order.

mod describe;
mod error;
mod in_place;
mod movers;
mod options;
mod plan;
mod run;
mod shell;
mod side;
mod small;
mod stage;
mod tiles;
mod within;
mod woven;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::control::{Control, Stopped};
use crate::kernel::Backend;
use crate::kernel::arch::LINE;
use crate::layout::Layout;
use crate::nest::Nest;
use crate::view::{Bytes, BytesMut};

pub use error::CopyError;
pub use in_place::{InPlaceError, pack_in_place, swap_in_place};
pub use options::{CopyOptions, Stores};
use plan::Plan;
use run::{Bench, Work};
pub use within::copy_within;

/// Copies below this size stay on one thread.
const WORTH_THREADS: usize = 1 << 20;
/// Bytes between two reports to the caller. They take microseconds where memory has been used
/// before; where it has not, each line of them may be the first of a page of megabytes.
const REPORT: usize = 1 << 16;

/// Copies every item of the source to the same index of the destination.
///
/// Law: for every index, `destination.at(index) == source.at(index)` afterwards, and no other
/// byte is written. Views cannot overlap when one of them is mutable, so there is no order to
/// observe.
///
/// ```
/// use stridewise::control::Control;
/// use stridewise::kernel::copy::{CopyOptions, copy};
/// use stridewise::layout::Layout;
/// use stridewise::view::{View, ViewMut};
///
/// let f: Vec<u32> = (0..6).collect();
/// let mut c = [0u32; 6];
/// let source = View::new(&f, Layout::f_order(&[2, 3], 4).unwrap()).unwrap();
/// let destination = ViewMut::new(&mut c, Layout::c_order(&[2, 3], 4).unwrap()).unwrap();
/// copy(
///     &source.as_bytes(),
///     &mut destination.into_bytes(),
///     &CopyOptions::default(),
///     &Control::quiet(),
/// )
/// .unwrap();
/// assert_eq!(c, [0, 2, 4, 1, 3, 5]);
/// ```
///
/// # Errors
/// Shapes or items that differ, or the caller's wish to stop.
pub fn copy(
    source: &Bytes<'_>,
    destination: &mut BytesMut<'_>,
    options: &CopyOptions,
    control: &Control<'_>,
) -> Result<(), CopyError> {
    let (to, from) = (destination.layout(), source.layout());
    // SAFETY: V1 to V4 of both views; the destination is borrowed mutably, so the source, which
    // may be read, lies elsewhere.
    unsafe {
        copy_apart(
            source.origin().as_ptr(),
            from,
            destination.origin().as_ptr(),
            to,
            options,
            control,
        )
    }
}

/// The nest that [`copy`] runs on one thread: operand 0 is the destination, operand 1 the source,
/// bytes counted from their origins.
///
/// ```
/// use stridewise::kernel::copy::{CopyOptions, nest};
/// use stridewise::layout::Layout;
///
/// let f = Layout::f_order(&[2, 3], 8).unwrap();
/// let c = Layout::c_order(&[2, 3], 8).unwrap();
/// let nest = nest(&f, &c, &CopyOptions::default()).unwrap();
/// assert_eq!(nest.to_string(), "\
/// for i0 in 0..2
///     for i1 in 0..3
///         read 8 bytes of b at 0 + 8*i0 + 16*i1
///         write 8 bytes of a at 0 + 24*i0 + 8*i1
/// ");
/// ```
///
/// # Errors
/// Shapes or items that differ, or more loops than a nest may have.
pub fn nest(
    source: &Layout,
    destination: &Layout,
    options: &CopyOptions,
) -> Result<Nest, CopyError> {
    match plan(source, destination, 0, options)? {
        Some(plan) => Ok(plan.nest()?),
        None => Ok(Nest::new(Vec::new())?),
    }
}

/// The plan of a copy on one thread, or none where nothing is to be copied. `phase` is how far
/// behind a line the destination's bytes are counted from.
fn plan(
    from: &Layout,
    to: &Layout,
    phase: usize,
    options: &CopyOptions,
) -> Result<Option<Plan>, CopyError> {
    if from.itemsize() != to.itemsize() {
        return Err(CopyError::ItemSize { wanted: from.itemsize(), got: to.itemsize() });
    }
    let loops = Nest::over(&[to, from])?;
    if loops.is_empty() || to.itemsize() == 0 {
        return Ok(None);
    }
    let bytes = usize::try_from(to.nbytes()).unwrap_or(usize::MAX);
    let stream = options.streams(bytes).then_some(phase);
    Ok(Some(Plan::new(&loops.order_by(0).upward(0).fuse(), stream, &options.caches)))
}

/// # Safety
/// What the layouts reach from the origins can be read and written, by nobody else meanwhile;
/// the two do not overlap, and no byte of the destination is reached twice.
unsafe fn copy_apart(
    source: *const u8,
    from: &Layout,
    destination: *mut u8,
    to: &Layout,
    options: &CopyOptions,
    control: &Control<'_>,
) -> Result<(), CopyError> {
    if from.shape() == to.shape() && from.itemsize() == to.itemsize() {
        // SAFETY: the caller's promise.
        if unsafe { small::copy_small(source, from, destination, to) } {
            return Ok(());
        }
    }
    let phase = destination.addr() % LINE;
    let Some(mut plan) = plan(from, to, phase, options)? else { return Ok(()) };
    let threads = if plan.bytes() < WORTH_THREADS { 1 } else { control.threads() };
    if threads > 1 {
        plan.split(8 * threads);
    }
    let backend = if options.backend.is_there() { options.backend } else { Backend::Portable };
    let mover = shell::mover(backend, &plan);
    let work = Work { plan: &plan, mover, destination, source };
    // SAFETY: the caller's promise; the backend is there.
    unsafe { run_on_threads(backend, &work, threads, control) }?;
    Ok(())
}

/// Progress of one copy, told to the caller in steps.
struct Progress<'a> {
    control: &'a Control<'a>,
    done: AtomicUsize,
    total: usize,
    stop: AtomicBool,
}

impl Progress<'_> {
    /// Counts bytes of one thread, and asks the caller now and then.
    fn count(&self, pending: &mut usize, bytes: usize) -> Result<(), Stopped> {
        *pending += bytes;
        if *pending < REPORT {
            return Ok(());
        }
        let done = self.done.fetch_add(*pending, Ordering::Relaxed) + *pending;
        *pending = 0;
        let told = match self.stop.load(Ordering::Relaxed) {
            true => Err(Stopped),
            false => self.control.tell(done as u64, self.total as u64),
        };
        if told.is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
        told
    }
}

/// # Safety
/// As for [`shell::run`].
unsafe fn run_on_threads(
    backend: Backend,
    work: &Work<'_>,
    threads: usize,
    control: &Control<'_>,
) -> Result<(), Stopped> {
    let total = work.plan.bytes();
    let progress =
        Progress { control, done: AtomicUsize::new(0), total, stop: AtomicBool::new(false) };
    let jobs = work.plan.jobs();
    #[cfg(feature = "rayon")]
    if threads > 1 && jobs > 1 {
        // SAFETY: the caller's promise; jobs write different bytes.
        return unsafe { share(backend, work, threads, &progress) };
    }
    let _ = threads;
    let mut pending = 0;
    let mut tick = |bytes| progress.count(&mut pending, bytes);
    // SAFETY: the caller's promise.
    unsafe { shell::run(backend, work, 0..jobs, &mut Bench::default(), &mut tick) }
}

/// Lets threads take chunks of jobs until none is left.
///
/// # Safety
/// As for [`shell::run`].
#[cfg(feature = "rayon")]
unsafe fn share(
    backend: Backend,
    work: &Work<'_>,
    threads: usize,
    progress: &Progress<'_>,
) -> Result<(), Stopped> {
    /// Hands the operands to other threads.
    struct Shared<'a>(&'a Work<'a>);
    // SAFETY: threads read the source and write different bytes of the destination.
    unsafe impl Sync for Shared<'_> {}

    let jobs = work.plan.jobs();
    let chunk = jobs.div_ceil(8 * threads);
    let (next, shared) = (AtomicUsize::new(0), Shared(work));
    let take = || {
        let shared = &shared;
        let (mut bench, mut pending) = (Bench::default(), 0);
        loop {
            let first = next.fetch_add(chunk, Ordering::Relaxed);
            if first >= jobs || progress.stop.load(Ordering::Relaxed) {
                return;
            }
            let mut tick = |bytes| progress.count(&mut pending, bytes);
            let range = first..(first + chunk).min(jobs);
            // SAFETY: the caller's promise. A stop is kept in `progress`.
            let _ = unsafe { shell::run(backend, shared.0, range, &mut bench, &mut tick) };
        }
    };
    rayon::scope(|scope| (0..threads).for_each(|_| scope.spawn(|_| take())));
    if progress.stop.load(Ordering::Relaxed) { Err(Stopped) } else { Ok(()) }
}
