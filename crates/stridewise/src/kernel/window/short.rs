//! Short lanes: some dozens of windows of a few elements each, made without an engine.
//!
//! What an engine costs before its first result is more than so few results cost. Windows of less
//! than 32 elements have one row, and so the definition in `scan` is only
//!
//! ```text
//! out[i] = A_m[i] + R[i+m]        A_2k[i] = A_k[i] + A_k[i+k]        R[i] = A_a[i] + A_b[i+a] + ..
//! ```
//!
//! Nodes of a tile are doubled where they are, on the stack: the bits are the engine's. In
//! `(4):(8)+0` with `w = 3` the tile `1 2 3 4` becomes `3 5 7` (`m = 2`), and with `R = 3 4` the
//! windows are `6 9`.

use super::error::WindowError;
use super::keys::Keyed;
use super::options::{Missing, Mode, Op, Overflow, Places, Windows};
use super::planes::{load, store};
use super::reduce::Terms;
use super::run::{Job, Progress};
use super::runs::Holes;
use super::scan::{Cut, Emit, Fold, Pack, SLACK, WIDTH};
use super::sink::Results;
use super::source::{Beside, Convert, Lanes, Rule, Source, There};
use super::worker;
use crate::control::Control;
use crate::kernel::arch::Task;
use crate::kernel::{Backend, Element};
use crate::view::{Bytes, BytesMut};

/// Elements of a tile; clearing more would cost as much as computing them.
pub(super) const ROOM: usize = 48;
/// The longest windows that have one row.
const LONGEST: usize = 31;
/// The most windows: some more, and an engine is faster.
const MOST: i64 = 256;

/// Whether the windows of a job are few and short.
pub(super) fn is_short(job: &Job<'_>) -> bool {
    job.pitch == 1 && job.size <= LONGEST && job.starts.end - job.starts.start <= MOST
}

/// The job of the windows of one lane, if they are few and nothing else about them needs a plan:
/// whole ones, or trailing ones that may lack elements.
///
/// All that `geometries` refuses is left to it.
pub(super) fn only_job<'a>(
    input: &Bytes<'_>,
    windows: &Windows,
    output: &mut BytesMut<'_>,
    progress: &'a Progress<'a>,
) -> Option<Job<'a>> {
    let (from, to) = (input.layout(), output.layout());
    let (&[extent], &[results]) = (from.shape(), to.shape()) else { return None };
    let (&[size], &[0 | -1]) = (&windows.size[..], &windows.axes[..]) else { return None };
    let others = [&windows.step, &windows.dilation, &windows.origin, &windows.first_index];
    let left = match (windows.mode, windows.missing) {
        (Mode::Valid, Missing::Propagate) => 0,
        (Mode::Trailing { .. }, Missing::Skip { min_count }) if min_count <= size => size - 1,
        _ => return None,
    };
    let fits = (1..=extent.min(LONGEST as i64)).contains(&size)
        && results == extent - size + 1 + left
        && results <= MOST;
    if !fits || others.iter().any(|list| !list.is_empty()) {
        return None;
    }
    let start = input.origin().as_ptr().wrapping_offset(from.offset() as isize);
    let (stride, far) = (from.strides()[0] as isize, to.strides()[0] as isize);
    let to = output.origin().as_ptr().wrapping_offset(to.offset() as isize);
    Some(job((start, extent, stride), (size as usize, left), (to, far), windows.backend, progress))
}

/// Windows of so many elements that begin `left` elements before the lane, and end with it.
fn job<'a>(
    (start, extent, stride): (*const u8, i64, isize),
    (size, left): (usize, i64),
    (to, far): (*mut u8, isize),
    backend: Backend,
    progress: &'a Progress<'a>,
) -> Job<'a> {
    let lanes = Lanes {
        start,
        extent,
        stride,
        columns: 1,
        across: 0,
        dilation: 1,
        shift: 0,
        beside: if left > 0 { Beside::Missing } else { Beside::Nothing },
    };
    let results = Results {
        start: to,
        stride: far,
        columns: 1,
        across: 0,
        dilation: 1,
        shift: left,
        step: 1,
        backend,
        past: None,
    };
    let starts = -left..extent - size as i64 + 1;
    Job { lanes, results, starts, pitch: 1, size, backend, progress }
}

/// Trailing windows of a lane, as bottleneck has them: NaN, and what lies before the lane, is left
/// out, and windows with too few other elements are NaN.
#[derive(Clone, Copy, Debug)]
pub struct Trailing {
    /// Elements of a window.
    pub size: usize,
    /// So many elements make a result.
    pub min_count: usize,
    /// How places of extremes are counted.
    pub places: Places,
    /// The instructions to use.
    pub backend: Backend,
}

/// Reduces the trailing windows of a lane of some dozens of elements, which lie one after the
/// other, without a plan; `None`, and nothing done, where they are more, or not what is written
/// here.
///
/// Law: as [`reduce()`](super::reduce()) with [`Mode::Trailing`] and [`Missing::Skip`], to the bit.
///
/// ```
/// use stridewise::kernel::{Backend, Element};
/// use stridewise::kernel::window::{Op, Places, Trailing, trailing};
/// let lane: Vec<u8> = [1i16, 2, 4].iter().flat_map(|x| x.to_ne_bytes()).collect();
/// let (places, backend) = (Places::FromLast, Backend::Portable);
/// let windows = Trailing { size: 2, min_count: 1, places, backend };
/// let mut sums = [0; 3 * 8];
/// assert_eq!(trailing((&lane, Element::I16), &Op::Sum, windows, &mut sums), Some(Ok(())));
/// assert_eq!(sums[16..], 6f64.to_ne_bytes());
/// ```
///
/// # Errors
/// Sums that do not fit.
pub fn trailing(
    (lane, element): (&[u8], Element),
    op: &Op,
    windows: Trailing,
    results: &mut [u8],
) -> Option<Result<(), WindowError>> {
    let Trailing { size, min_count, places, backend } = windows;
    let mode = Mode::Trailing { fill: f64::NAN };
    let to = op.result(element, mode);
    let item = element.size() as usize;
    let extent = lane.len() / item;
    let fits = lane.len() == extent * item
        && results.len() == extent * to.size() as usize
        && (1..=extent.min(LONGEST)).contains(&size)
        && (1..=size).contains(&min_count)
        && extent as i64 <= MOST
        && !matches!(op, Op::Quantile { .. } | Op::Dot { .. });
    if !fits {
        return None;
    }
    let control = Control::quiet();
    let progress = Progress::new(&control, extent as i64);
    let missing = Missing::Skip { min_count: min_count as i64 };
    let terms = Terms { mode, missing, overflow: Overflow::Error, places };
    let from = (lane.as_ptr(), extent as i64, item as isize);
    let into = (results.as_mut_ptr(), to.size() as isize);
    let job = job(from, (size, size as i64 - 1), into, backend, &progress);
    Some(worker(element, op, terms, size, to)(&job))
}

/// Elements of a lane, and as many more as packs run over.
type Tile<I> = [I; ROOM + SLACK];

/// Hands out the windows of a short job in parts: the first start, their elements, how many.
pub(super) fn in_tiles<C: Convert>(
    job: &Job<'_>,
    rule: Rule<C::To>,
    mut take: impl FnMut(i64, &Tile<C::To>, usize) -> Result<(), WindowError>,
) -> Result<(), WindowError> {
    // SAFETY: the job's lanes may be read while it runs.
    let source = unsafe { Source::<C>::new(job.lanes, 1, rule, job.backend) };
    let mut items = [C::To::default(); ROOM + SLACK];
    let mut first = job.starts.start;
    while first < job.starts.end {
        let most = (ROOM + 1 - job.size.min(LONGEST)) as i64;
        let count = most.min(job.starts.end - first) as usize;
        source.gather(first, count + job.size - 1, &mut items);
        take(first, &items, count)?;
        first += count as i64;
    }
    Ok(())
}

/// How many elements of each window of a short job are there.
pub(super) fn counts<N: Keyed>(job: &Job<'_>) -> Result<Vec<f64>, WindowError> {
    let rule = Rule { missing: 0.0, constant: 1.0, flip: 0.0 };
    let mut counts = Vec::with_capacity((job.starts.end - job.starts.start) as usize);
    in_tiles::<There<N>>(job, rule, |_, there, windows| {
        // Whole numbers, which doubles add without rounding.
        let mut count: f64 = there[..job.size - 1].iter().sum();
        for (leaves, enters) in there.iter().zip(&there[job.size - 1..]).take(windows) {
            counts.push(count + enters);
            count += enters - leaves;
        }
        Ok(())
    })?;
    Ok(counts)
}

/// As [`Engine::run`](super::scan::Engine::run), of a short job.
pub(super) fn run<F: Fold<P>, const P: usize, C: Convert<To = F::Item>>(
    job: &Job<'_>,
    fold: F,
    rule: Rule<F::Item>,
    emit: Emit<'_, F::Out, WindowError>,
) -> Result<(), WindowError> {
    let cut = Cut::of(job.size);
    let mut out = [F::Out::default(); ROOM];
    in_tiles::<C>(job, rule, |first, items, count| {
        job.backend.run(Made { fold, cut, items, first, count, out: &mut out });
        emit(first, &mut out[..count])
    })
}

/// The windows that begin at each of the first `count` items.
struct Made<'a, F: Fold<P>, const P: usize> {
    fold: F,
    cut: Cut,
    items: &'a Tile<F::Item>,
    first: i64,
    count: usize,
    out: &'a mut [F::Out; ROOM],
}

impl<F: Fold<P>, const P: usize> Task for Made<'_, F, P> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Made { fold, cut, items, first, count, out } = self;
        let Cut { size: window, node, rest, .. } = cut;
        let length = count + window - 1;
        let mut nodes = [[F::Scalar::default(); ROOM + WIDTH]; P];
        let mut rests = (rest > 0).then(|| [[F::Scalar::default(); ROOM + WIDTH]; P]);
        let pivot = [F::Item::default(); WIDTH];
        for at in (0..length).step_by(WIDTH) {
            put(&mut nodes, at, F::lift(load(items, at), indices(first, at), pivot));
        }
        let (mut size, mut offset) = (1, 0);
        loop {
            if let Some(rests) = rests.as_mut().filter(|_| rest & size > 0) {
                let weights = F::weights(offset, size);
                for at in (0..count).step_by(WIDTH) {
                    let part = get(&nodes, at + node + offset);
                    let sum =
                        if offset == 0 { part } else { F::join(get(rests, at), part, weights) };
                    put(rests, at, sum);
                }
                offset += size;
            }
            if size == node {
                break;
            }
            let weights = F::weights(size, size);
            for at in (0..=length - 2 * size).step_by(WIDTH) {
                // What lies ahead is not doubled yet.
                let both = F::join(get(&nodes, at), get(&nodes, at + size), weights);
                put(&mut nodes, at, both);
            }
            size *= 2;
        }
        let weights = F::weights(node, rest);
        for at in (0..count).step_by(WIDTH) {
            let mut made = get(&nodes, at);
            if let Some(rests) = &rests {
                made = F::join(made, get(rests, at), weights);
            }
            store(out, at, fold.finish(made, indices(first, at)));
        }
    }
}

/// Indices of the lane.
#[inline(always)]
fn indices(first: i64, at: usize) -> Pack<i64> {
    std::array::from_fn(|k| first + (at + k) as i64)
}

#[inline(always)]
fn get<S: Copy + Default, const P: usize>(
    planes: &[[S; ROOM + WIDTH]; P],
    at: usize,
) -> [Pack<S>; P] {
    std::array::from_fn(|plane| load(&planes[plane], at))
}

#[inline(always)]
fn put<S: Copy, const P: usize>(
    planes: &mut [[S; ROOM + WIDTH]; P],
    at: usize,
    packs: [Pack<S>; P],
) {
    for (plane, pack) in planes.iter_mut().zip(packs) {
        store(plane, at, pack);
    }
}

/// Gives the windows of a tile whose elements are all equal that element as mean: see `runs`.
pub(super) fn settle<C: Convert<To = f64>>(
    job: &Job<'_>,
    rule: Rule<f64>,
    holes: Holes,
    (first, means): (i64, &mut [f64]),
) {
    let (size, rows) = (job.size, means.len() + job.size - 1);
    let mut items = [0.0; ROOM + SLACK];
    // SAFETY: the job's lanes may be read while it runs.
    let source = unsafe { Source::<C>::new(job.lanes, 1, rule, job.backend) };
    source.gather(first, rows, &mut items);
    let (mut begin, mut after, mut value) = (0, 0, f64::NAN);
    for (at, &item) in items[..rows].iter().enumerate() {
        let is_hole = item.is_nan() && holes == Holes::Belong;
        if !is_hole {
            if item.to_bits() != value.to_bits() {
                // Holes before this element belong to its run, too.
                begin = if holes == Holes::Belong { after } else { at };
                value = item;
            }
            after = at + 1;
        }
        if at + 1 >= size + begin && !value.is_nan() {
            means[at + 1 - size] = value;
        }
    }
}

/// Shows the keys of each of the windows that begin at the first items, in ascending order.
pub(super) fn in_order<K: Copy + Ord + Default>(
    keys: &[K],
    size: usize,
    windows: usize,
    mut show: impl FnMut(usize, &[K]),
) {
    let mut sorted = [K::default(); LONGEST];
    for (k, &key) in keys[..size].iter().enumerate() {
        rise(&mut sorted[..=k], key);
    }
    show(0, &sorted[..size]);
    for at in 1..windows {
        let sorted = &mut sorted[..size];
        // What leaves gives its place to what comes.
        let gone = sorted.iter().position(|&key| key == keys[at - 1]).unwrap_or(0);
        sorted.copy_within(gone + 1.., gone);
        rise(sorted, keys[at + size - 1]);
        show(at, sorted);
    }
}

/// Puts a key where it belongs among ascending ones, the last place being free.
fn rise<K: Copy + Ord>(sorted: &mut [K], key: K) {
    let mut at = sorted.len() - 1;
    while at > 0 && sorted[at - 1] > key {
        sorted[at] = sorted[at - 1];
        at -= 1;
    }
    sorted[at] = key;
}
