//! Reduce: sums, means, extremes and the like over any axes of any layout.
//!
//! The nest over result and input, the result with stride 0 along reduced axes, is ordered by the
//! input, turned upward and fused: memory is read in its own order, whatever order the axes have.
//! `plan` sorts its loops into jobs, a walk and a block; `walk` runs them; a kernel reduces a block:
//! down, where kept items lie side by side, or across, where reduced items do.
//! Summing `(2,3):(8,16)+0` over axis 0 reads 6 numbers one after the other into 3 results.
//!
//! Results do not depend on threads or instructions: how work is cut, and the order in which
//! partial results are combined, follow from the layouts alone.

mod block;
mod choose;
mod describe;
mod error;
mod extreme;
mod fold;
mod load;
mod moments;
mod number;
mod plan;
mod position;
mod product;
mod reduction;
mod skip;
mod sum;
mod truth;
mod typed;
mod walk;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::control::{Control, Stopped};
use crate::layout::{DType, Layout, PerAxis};
use crate::nest::{Loops, Nest};
use crate::view::{Buffer, Bytes, BytesMut};

use block::{Cell, Counts, Places};
use choose::{Choice, choose};
pub use error::ReduceError;
use plan::Plan;
pub use reduction::{NanPolicy, Operation, Overflow, Reduction};
pub use typed::{Numeric, reduce_view};
use walk::{Bench, Halt, Spot, Tables, Work};

/// Reductions of fewer bytes stay on one thread.
const WORTH_THREADS: usize = 1 << 20;
/// Bytes between two reports to the caller: below 10 ms of work.
const REPORT: usize = 4 << 20;

/// A result in memory of its own, in C order.
#[derive(Debug)]
pub struct Reduced {
    /// What its items mean.
    pub dtype: DType,
    /// Its layout, of offset 0.
    pub layout: Layout,
    /// Its bytes.
    pub memory: Buffer,
}

/// Reduces into memory of its own.
///
/// ```
/// use stridewise::control::Control;
/// use stridewise::kernel::reduce::{Operation, Reduction, reduced};
/// use stridewise::layout::{DType, Layout};
/// use stridewise::view::View;
///
/// let numbers = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// let rows = View::new(&numbers, Layout::c_order(&[2, 3], 8).unwrap()).unwrap();
/// let sum = Reduction::new(Operation::Sum).over(&[0]);
/// let sum = reduced(&sum, &rows.as_bytes(), &DType::float64(), &Control::quiet()).unwrap();
/// assert_eq!(sum.layout.to_string(), "(3):(8)+0");
/// assert_eq!(sum.memory[..8], 5.0f64.to_ne_bytes());
/// ```
///
/// # Errors
/// Those of [`reduce`], and [`ReduceError::OutOfMemory`].
pub fn reduced(
    reduction: &Reduction,
    source: &Bytes<'_>,
    dtype: &DType,
    control: &Control<'_>,
) -> Result<Reduced, ReduceError> {
    let result = reduction.result_dtype(dtype)?;
    let shape = reduction.result_shape(source.layout().shape())?;
    let layout = Layout::c_order(&shape, result.itemsize())?;
    let wanted = layout.nbytes();
    let mut memory = (usize::try_from(wanted).ok().and_then(Buffer::zeroed))
        .ok_or(ReduceError::OutOfMemory { wanted })?;
    let length = memory.len();
    if let Ok(mut out) = BytesMut::new(&mut memory, layout.clone()) {
        debug_assert_eq!(length as i64, wanted);
        reduce(reduction, source, dtype, &mut out, &result, control)?;
    }
    Ok(Reduced { dtype: result, layout, memory })
}

/// Reduces the items of a view along some axes into another view.
///
/// Law: `out.at(i)` is the operation on all items of `source` whose kept indices are `i`.
///
/// # Errors
/// A dtype that the operation does not know, an output of another shape or dtype, an operation
/// without a result for no items, an integer that does not fit where that is an error, or the
/// caller's wish to stop.
pub fn reduce(
    reduction: &Reduction,
    source: &Bytes<'_>,
    dtype: &DType,
    out: &mut BytesMut<'_>,
    out_dtype: &DType,
    control: &Control<'_>,
) -> Result<(), ReduceError> {
    let (from, to) = (source.layout(), out.layout());
    let result = reduction.result_dtype(dtype)?;
    check(reduction, from, dtype, to, out_dtype, &result)?;
    let reduced = reduction.reduced_axes(from.rank())?;
    let count = along(from.shape(), &reduced).product();
    let choice = choose(reduction, dtype, count)?;
    if count == 0 && !reduction.has_identity() {
        let empty = from.shape().iter().zip(reduced.iter()).position(|(&n, &r)| r && n == 0);
        let (operation, axis) = (reduction.name(), empty.unwrap_or(0));
        return Err(ReduceError::Empty { operation, axis });
    }
    if to.is_empty() {
        return Ok(());
    }
    let output = out.origin().as_ptr();
    if from.is_empty() {
        without_items(&choice, output, to);
        return Ok(());
    }
    let loops = loops(from, &reduced, to, choice.wants.positions)?;
    let plan = Plan::new(&loops, choice.wants);
    let work = Work {
        plan: &plan,
        choice: &choice,
        input: source.origin().as_ptr(),
        output,
        tables: Tables::of(&plan),
    };
    let threads = if plan.bytes() < WORTH_THREADS { 1 } else { control.threads() };
    // SAFETY: V1 to V4 of both views; the output is borrowed mutably, so the input, which may be
    // read, lies elsewhere. The choice's gather and engine are of one item.
    let done = unsafe { run(&work, threads, control) };
    done.map_err(|halt| halt.into_error(&result))
}

/// The nest that [`reduce`] runs: operand 0 is the output, operand 1 the input, bytes counted from
/// their origins.
///
/// ```
/// use stridewise::kernel::reduce::{Operation, Reduction, nest};
/// use stridewise::layout::{DType, Layout};
///
/// let from = Layout::c_order(&[20, 30], 8).unwrap();
/// let to = Layout::c_order(&[30], 8).unwrap();
/// let sum = Reduction::new(Operation::Sum).over(&[0]);
/// let nest = nest(&sum, &from, &DType::float64(), &to).unwrap();
/// assert_eq!(nest.to_string(), "\
/// for i0 in 0..20
///     for i1 in 0..30
///         read 8 bytes of b at 0 + 240*i0 + 8*i1
/// for i0 in 0..30
///     write 8 bytes of a at 0 + 8*i0
/// ");
/// ```
///
/// # Errors
/// As for [`reduce`], and more loops than a nest may have.
pub fn nest(
    reduction: &Reduction,
    from: &Layout,
    dtype: &DType,
    to: &Layout,
) -> Result<Nest, ReduceError> {
    let result = reduction.result_dtype(dtype)?;
    check(reduction, from, dtype, to, &result, &result)?;
    let reduced = reduction.reduced_axes(from.rank())?;
    let choice = choose(reduction, dtype, along(from.shape(), &reduced).product())?;
    if to.is_empty() || from.is_empty() {
        return Ok(Nest::new(Vec::new())?);
    }
    let loops = loops(from, &reduced, to, choice.wants.positions)?;
    let plan = Plan::new(&loops, choice.wants);
    let numbers = if choice.wants.pairs.is_some() { 2 } else { 1 };
    Ok(plan.nest(result.itemsize() / numbers)?)
}

/// Shapes and dtypes, as the reduction makes them.
fn check(
    reduction: &Reduction,
    from: &Layout,
    dtype: &DType,
    to: &Layout,
    out_dtype: &DType,
    result: &DType,
) -> Result<(), ReduceError> {
    if dtype.itemsize() != from.itemsize() {
        return Err(ReduceError::ItemSize { wanted: dtype.itemsize(), got: from.itemsize() });
    }
    if result != out_dtype {
        return Err(ReduceError::ResultDType { wanted: result.clone(), got: out_dtype.clone() });
    }
    if result.itemsize() != to.itemsize() {
        return Err(ReduceError::ItemSize { wanted: result.itemsize(), got: to.itemsize() });
    }
    let shape = reduction.result_shape(from.shape())?;
    if shape[..] != *to.shape() {
        let differ = shape.iter().zip(to.shape()).position(|(wanted, got)| wanted != got);
        return Err(ReduceError::Shape {
            axis: differ.unwrap_or(shape.len().min(to.rank())),
            wanted: shape.to_vec(),
            got: to.shape().to_vec(),
        });
    }
    Ok(())
}

/// The extents of the reduced axes.
fn along<'a>(shape: &'a [i64], reduced: &'a [bool]) -> impl Iterator<Item = i64> + 'a {
    shape.iter().zip(reduced).filter(|(_, reduced)| **reduced).map(|(&extent, _)| extent)
}

/// The loops over output, input and, where they count, positions, in the order of the input.
fn loops(
    from: &Layout,
    reduced: &[bool],
    to: &Layout,
    positions: bool,
) -> Result<Loops, ReduceError> {
    let mut strides = to.strides().iter();
    let still = |reduced: &bool| match reduced {
        true => 0,
        false => strides.next().copied().unwrap_or(0),
    };
    let strides: PerAxis<i64> = reduced.iter().map(still).collect();
    let output = Layout::new(from.shape(), &strides, to.offset(), to.itemsize())?;
    let over = if positions {
        let counted: PerAxis<i64> =
            from.shape().iter().zip(reduced).map(|(&n, &r)| if r { n } else { 1 }).collect();
        let flat = Layout::c_order(&counted, 1)?;
        let steps: PerAxis<i64> =
            flat.strides().iter().zip(reduced).map(|(&s, &r)| if r { s } else { 0 }).collect();
        let positions = Layout::new(from.shape(), &steps, 0, 1)?;
        Nest::over(&[&output, from, &positions])
    } else {
        Nest::over(&[&output, from])
    };
    let over = over.unwrap_or_else(|_| unreachable!("operands of one shape"));
    Ok(over.order_by(1).upward(1).fuse())
}

/// Every result is that of no items.
fn without_items(choice: &Choice, output: *mut u8, to: &Layout) {
    let engine = choice.engine.as_ref();
    let mut cells: Vec<Cell> = vec![0; engine.cells(1)];
    engine.begin(&mut cells, 1);
    let mut index: PerAxis<i64> = PerAxis::filled(0, to.rank());
    let mut at = to.offset();
    loop {
        #[allow(clippy::cast_possible_truncation)] // V4
        let places =
            Places { to: output.wrapping_offset(at as isize), leads: &[0], run: 1, step: 0 };
        // SAFETY: V1, V3: an item of the output, which is not empty; the state was begun.
        let _ = unsafe { engine.finish(&cells, 0, Counts::All(0.0), &places) };
        let mut axis = to.rank();
        loop {
            if axis == 0 {
                return;
            }
            axis -= 1;
            let end = to.shape()[axis] - 1;
            if index[axis] < end {
                index[axis] += 1;
                at += to.strides()[axis]; // L4, here and below.
                break;
            }
            index[axis] = 0;
            at -= to.strides()[axis] * end;
        }
    }
}

/// Progress of one reduction, told to the caller in steps.
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
            false => self.control.tell(done.min(self.total) as u64, self.total as u64),
        };
        if told.is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
        told
    }
}

/// Runs all jobs, on one thread or several.
///
/// # Safety
/// As for [`Work::job`].
unsafe fn run(work: &Work<'_>, threads: usize, control: &Control<'_>) -> Result<(), Halt> {
    let plan = work.plan;
    let progress = Progress {
        control,
        done: AtomicUsize::new(0),
        total: plan.bytes(),
        stop: AtomicBool::new(false),
    };
    let (jobs, parts) = (plan.jobs(), plan.parts);
    if parts > 1 {
        // SAFETY: the caller's promise.
        return unsafe { run_parts(work, threads, &progress) };
    }
    let chunk = jobs.div_ceil(16 * threads.max(1));
    // SAFETY: the caller's promise; jobs write different bytes.
    share(threads, jobs, chunk, &progress, |jobs, bench, tick| unsafe {
        let mut spot = Spot::of_job(plan, jobs.start);
        for _ in jobs {
            work.job(&spot, bench, tick)?;
            spot.advance(&plan.jobs);
        }
        Ok(())
    })
}

/// Runs parts of jobs into states of their own, then merges them in order.
///
/// # Safety
/// As for [`Work::job`].
unsafe fn run_parts(work: &Work<'_>, threads: usize, progress: &Progress<'_>) -> Result<(), Halt> {
    let (plan, cells) = (work.plan, work.cells());
    let (jobs, parts) = (plan.jobs(), plan.parts);
    let mut states: Vec<Cell> = vec![0; jobs * parts * cells];
    /// Hands out the states of different parts.
    struct Apart(*mut Cell);
    // SAFETY: each part takes its own cells.
    unsafe impl Sync for Apart {}
    let apart = &Apart(states.as_mut_ptr());
    share(threads, jobs * parts, 1, progress, |units, bench, tick| {
        for unit in units {
            let Apart(start) = apart;
            // SAFETY: cells of this part alone; the caller's promise.
            unsafe {
                let states =
                    std::slice::from_raw_parts_mut(start.wrapping_add(unit * cells), cells);
                let spot = Spot::of_job(plan, unit / parts);
                work.part(&spot, unit % parts, states, bench, tick)?;
            }
        }
        Ok(())
    })?;
    for (job, states) in states.chunks_mut(parts * cells).enumerate() {
        let (first, others) = states.split_at_mut(cells);
        for other in others.chunks(cells) {
            // SAFETY: begun by this work, part by part.
            unsafe { work.merge(first, other) };
        }
        // SAFETY: the caller's promise.
        unsafe { work.finish(&Spot::of_job(plan, job), first)? };
    }
    Ok(())
}

/// Runs units of work, chunk by chunk; threads take chunks until none is left.
fn share<F>(
    threads: usize,
    units: usize,
    chunk: usize,
    progress: &Progress<'_>,
    work: F,
) -> Result<(), Halt>
where
    F: Fn(Range<usize>, &mut Bench, walk::Tick<'_>) -> Result<(), Halt> + Sync,
{
    #[cfg(feature = "rayon")]
    if threads > 1 && units > 1 {
        let next = AtomicUsize::new(0);
        let halted = std::sync::Mutex::new(None);
        let take = || {
            let (mut bench, mut pending) = (Bench::default(), 0);
            loop {
                let first = next.fetch_add(chunk, Ordering::Relaxed);
                if first >= units || progress.stop.load(Ordering::Relaxed) {
                    return;
                }
                let mut tick = |bytes| progress.count(&mut pending, bytes);
                let last = (first + chunk).min(units);
                if let Err(halt) = work(first..last, &mut bench, &mut tick) {
                    progress.stop.store(true, Ordering::Relaxed);
                    if let Ok(mut halted) = halted.lock() {
                        // A fault tells more than that another thread was stopped by it.
                        if halted.is_none() || matches!(halt, Halt::Fault(_)) {
                            *halted = Some(halt);
                        }
                    }
                    return;
                }
            }
        };
        rayon::scope(|scope| (0..threads).for_each(|_| scope.spawn(|_| take())));
        return match halted.into_inner() {
            Ok(Some(halt)) => Err(halt),
            _ => Ok(()),
        };
    }
    let _ = (threads, chunk);
    let mut pending = 0;
    let mut tick = |bytes| progress.count(&mut pending, bytes);
    work(0..units, &mut Bench::default(), &mut tick)
}
