//! Reduce: which engine, conversion and sink an operation on elements of a type takes.
//!
//! A window sum of `<i4` is `Whole<i32>` into `Sum<i64>` into `Signed`; the least of `<f8` is
//! `Narrow<f64>` into `Least<i64>` into `Value<f64>`.

use std::marker::PhantomData;

use super::direct::{Below, Dot, Moments, Windowed};
use super::error::WindowError;
use super::folds::{
    BlockSpread, LastPlace, Least, Mean, Place, Product, Root, SparseSpread, Spread, Sum,
};
use super::keys::Keyed;
use super::options::{Missing, Mode, Op, Overflow, Places, Windows};
use super::order::{Rank, finish, order, rank_of};
use super::run::{Job, Worker};
use super::runs::{Holes, Run, runs};
use super::scan::{Cut, Emit, Engine, Fold, Tiles};
use super::short;
use super::sink::{self, Fill, Give};
use super::source::{
    AsIs, Beside, Convert, Narrow, Real, Rule, Source, There, Trueness, Whole, Wide,
};
use super::wholes;
use crate::kernel::arch::Task;
use crate::kernel::element::{Element, Half};

/// How results are completed and written.
#[derive(Clone, Copy)]
pub(super) struct Ending {
    pub(super) missing: Missing,
    pub(super) fill: Fill,
}

impl Ending {
    /// The fill of windows that need all their elements unless missing ones are skipped.
    pub(super) fn whole(self, size: usize) -> Fill {
        match self.missing {
            Missing::Propagate => Fill { min_count: size as f64, value: f64::NAN, ..self.fill },
            Missing::Skip { .. } => self.fill,
        }
    }
}

/// What is wanted of windows, wherever they lie.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) mode: Mode,
    pub(super) missing: Missing,
    pub(super) overflow: Overflow,
    pub(super) places: Places,
}

impl From<&Windows> for Terms {
    fn from(windows: &Windows) -> Terms {
        let Windows { mode, missing, overflow, places, .. } = *windows;
        Terms { mode, missing, overflow, places }
    }
}

/// Runs a block with `$give` standing for doubles converted to a type of float.
macro_rules! with_float {
    ($to:expr, $give:ident => $body:expr) => {
        match $to {
            Element::F16 => {
                type $give = sink::Float<Half>;
                $body
            }
            Element::F32 => {
                type $give = sink::Float<f32>;
                $body
            }
            _ => {
                type $give = sink::Float<f64>;
                $body
            }
        }
    };
}

/// The worker of an operation along one axis, on elements `N`, for results of type `to`: what
/// [`Op::result`] says, or a wider float.
pub(super) fn worker<N: Keyed>(op: &Op, terms: Terms, size: usize, to: Element) -> Worker<'static> {
    let element = N::ELEMENT;
    let real = to.is_float();
    let skip = terms.missing != Missing::Propagate;
    let fill = match terms.mode {
        Mode::Trailing { fill } => fill,
        _ => f64::NAN,
    };
    let min_count = match terms.missing {
        Missing::Skip { min_count } => min_count as f64,
        Missing::Propagate => 0.0,
    };
    let beside = match terms.mode {
        Mode::Constant { value } => value,
        _ => 0.0,
    };
    let ending =
        |flip: i64| Ending { missing: terms.missing, fill: Fill { min_count, value: fill, flip } };
    // NaN stays, or gives way to what changes nothing.
    let doubles = |neutral: f64| Rule {
        missing: if skip { neutral } else { f64::NAN },
        constant: beside,
        flip: 0.0,
    };
    let whole =
        |neutral: i64| Rule { missing: neutral, constant: N::from_f64(beside).whole(), flip: 0 };
    let float = element.is_float();
    let plain = element == Element::F64 && !skip;
    let wrap = terms.overflow == Overflow::Wrap;
    macro_rules! integers {
        ($fold:expr, $neutral:expr, $check:path) => {{
            let (rule, ending) = (whole($neutral), ending(0));
            let check: Check = if wrap { |_, _| Ok(()) } else { $check };
            match (N::UNSIGNED, real) {
                (false, false) => checked::<_, Whole<N>, sink::Signed>($fold, rule, ending, check),
                (true, false) => checked::<_, Whole<N>, sink::Unsigned>($fold, rule, ending, check),
                (false, true) => {
                    checked::<_, Whole<N>, sink::SignedReal>($fold, rule, ending, check)
                }
                (true, true) => {
                    checked::<_, Whole<N>, sink::UnsignedReal>($fold, rule, ending, check)
                }
            }
        }};
    }
    match op {
        Op::Sum if float => with_float!(to, To => {
            let (fold, rule) = (Sum::<f64>(PhantomData), doubles(0.0));
            if plain {
                scan::<_, 1, AsIs<f64>, To>(fold, rule, ending(0))
            } else {
                scan::<_, 1, Real<N>, To>(fold, rule, ending(0))
            }
        }),
        Op::Sum => integers!(Sum::<i64>(PhantomData), 0, wholes::check_sums::<N>),
        Op::Prod if float => with_float!(to, To => {
            scan::<_, 1, Real<N>, To>(Product::<f64>(PhantomData), doubles(1.0), ending(0))
        }),
        Op::Prod => integers!(Product::<i64>(PhantomData), 1, wholes::check_products::<N>),
        Op::Mean => with_float!(to, To => {
            if plain {
                mean::<AsIs<f64>, Real<f64>, To>(size, doubles(0.0), ending(0))
            } else if float {
                mean::<Real<N>, Real<N>, To>(size, doubles(0.0), ending(0))
            } else {
                whole_mean::<N, To>(size, doubles(0.0), whole(0), ending(0))
            }
        }),
        Op::Var { ddof } | Op::Std { ddof } => with_float!(to, To => {
            let root = if matches!(op, Op::Var { .. }) { Root::None } else { Root::Square };
            let (ddof, rule) = (*ddof as f64, doubles(f64::NAN));
            let doubles = if skip {
                scan::<_, 4, Real<N>, To>(SparseSpread { ddof, root }, rule, ending(0))
            } else {
                let factor = 1.0 / (size as f64 - ddof).max(0.0);
                let short = Spread { factor, root };
                let long = BlockSpread { factor, root };
                match (plain, Cut::of(size).rows) {
                    (true, 1) => scan::<_, 3, AsIs<f64>, To>(short, rule, ending(0)),
                    (true, _) => scan::<_, 2, AsIs<f64>, To>(long, rule, ending(0)),
                    (false, 1) => scan::<_, 3, Real<N>, To>(short, rule, ending(0)),
                    (false, _) => scan::<_, 2, Real<N>, To>(long, rule, ending(0)),
                }
            };
            match N::ELEMENT {
                Element::I64 | Element::U64 => {
                    whole_spread::<N, To>(doubles, (ddof, root), whole(0), ending(0))
                }
                _ => doubles,
            }
        }),
        Op::Min | Op::Max => {
            let flip = if *op == Op::Max { -1 } else { 0 };
            let turn = |key: N::Key| if flip == 0 { key } else { N::turned(key) };
            let rule = Rule {
                missing: if skip { N::GREATEST } else { N::LEAST },
                constant: turn(N::from_f64(beside).key()),
                flip: N::narrow(flip),
            };
            let fold = Least::<N::Key>(PhantomData);
            match real && !float {
                false => scan::<_, 1, Narrow<N>, sink::Value<N>>(fold, rule, ending(flip)),
                true => scan::<_, 1, Narrow<N>, sink::RealValue<N>>(fold, rule, ending(flip)),
            }
        }
        Op::ArgMin | Op::ArgMax => {
            let flip = if *op == Op::ArgMax { -1 } else { 0 };
            let key = |value: f64| N::from_f64(value).even_key().into() ^ flip;
            let missing = match terms.places {
                _ if !skip => i64::MIN,
                // As good as the worst that there is. What lies before a lane comes after it.
                Places::FromLast if float && flip == 0 => key(f64::INFINITY),
                Places::FromLast if float => key(f64::NEG_INFINITY),
                _ => i64::MAX,
            };
            let rule = Rule { missing, constant: key(beside), flip };
            match (terms.places, real) {
                (Places::FromFirst, false) => {
                    scan::<_, 2, Wide<N>, sink::Signed>(Place, rule, ending(0))
                }
                (Places::FromFirst, true) => {
                    scan::<_, 2, Wide<N>, sink::SignedReal>(Place, rule, ending(0))
                }
                (Places::FromLast, false) => {
                    scan::<_, 2, Wide<N>, sink::Float<i64>>(LastPlace { size }, rule, ending(0))
                }
                (Places::FromLast, true) => {
                    scan::<_, 2, Wide<N>, sink::Float<f64>>(LastPlace { size }, rule, ending(0))
                }
            }
        }
        Op::Any | Op::All => {
            // Any is the greatest, all the least of truth values. NaN is true.
            let flip: i8 = if *op == Op::Any { -1 } else { 0 };
            let neutral = if skip { i8::from(*op == Op::All) } else { 1 };
            let rule = Rule {
                missing: neutral ^ flip,
                constant: i8::from(N::from_f64(beside).is_true()) ^ flip,
                flip,
            };
            let (fold, ending) = (Least::<i8>(PhantomData), ending(i64::from(flip)));
            match real {
                false => scan::<_, 1, Trueness<N>, sink::Trueness>(fold, rule, ending),
                true => scan::<_, 1, Trueness<N>, sink::TruenessReal>(fold, rule, ending),
            }
        }
        Op::Count => {
            let there = if beside.is_nan() && float { 0.0 } else { 1.0 };
            let rule = Rule { missing: 0.0, constant: there, flip: 0.0 };
            let ending = Ending { missing: Missing::Propagate, ..ending(0) };
            scan::<_, 1, There<N>, sink::Float<i64>>(Sum::<f64>(PhantomData), rule, ending)
        }
        Op::Median => {
            with_float!(to, To => order::<N>(Rank::Middle, beside, ending(0), finish::<To>))
        }
        Op::Quantile { q } => {
            with_float!(to, To => order::<N>(Rank::Share(*q), beside, ending(0), finish::<To>))
        }
        Op::Rank => with_float!(to, To => {
            let constant = N::from_f64(beside).even_key().into();
            last_rank::<N, To>(Rule { missing: i64::MAX, constant, flip: 0 }, ending(0))
        }),
        Op::Dot { weights } => with_float!(to, To => {
            dot::<N, To>(weights.clone(), doubles(0.0), ending(0))
        }),
    }
}

/// Looks for results that do not fit, before anything is written.
type Check = fn(&Job<'_>, Rule<i64>) -> Result<(), WindowError>;

/// As [`scan`], for integers.
fn checked<F, C, G>(fold: F, rule: Rule<i64>, ending: Ending, check: Check) -> Worker<'static>
where
    F: Fold<1, Item = i64> + 'static,
    C: Convert<To = i64>,
    G: Give<From = F::Out>,
{
    let scan = scan::<F, 1, C, G>(fold, rule, ending);
    Box::new(move |job| {
        check(job, rule)?;
        scan(job)
    })
}

/// Means of integers: as doubles where sums of doubles are exact, else by exact sums.
fn whole_mean<N: Keyed, G: Give<From = f64>>(
    size: usize,
    rule: Rule<f64>,
    whole: Rule<i64>,
    ending: Ending,
) -> Worker<'static> {
    const EXACT: i128 = 1 << 53;
    let doubles = mean::<Real<N>, Real<N>, G>(size, rule, ending);
    Box::new(move |job| {
        let (low, high) = match size_of::<N>() {
            8 => wholes::range::<N>(job),
            bytes => (0, 1 << (8 * bytes)),
        };
        if low.abs().max(high.abs()) * size as i128 <= EXACT {
            return doubles(job);
        }
        let counts = counts::<N>(job, ending.missing)?;
        let sums = wholes::sums::<N>(job, whole)?;
        let quotient = |(at, &sum): (usize, &i128)| {
            let count = counts.as_ref().map_or(size as i128, |counts| counts[at] as i128);
            match count {
                0 => f64::NAN,
                _ if sum % count == 0 => (sum / count) as f64,
                _ => sum as f64 / count as f64,
            }
        };
        let means: Vec<f64> = sums.iter().enumerate().map(quotient).collect();
        write::<G>(job, job.starts.start, &means, counts.as_deref(), ending.fill)
    })
}

/// Variances of 64-bit integers: as doubles where each of them is one, else of what is left when
/// the first of a window is subtracted, window by window.
fn whole_spread<N: Keyed, G: Give<From = f64>>(
    doubles: Worker<'static>,
    (ddof, root): (f64, Root),
    rule: Rule<i64>,
    ending: Ending,
) -> Worker<'static> {
    const EXACT: i128 = 1 << 53;
    Box::new(move |job| {
        let (low, high) = wholes::range::<N>(job);
        if low.abs().max(high.abs()) <= EXACT {
            return doubles(job);
        }
        let counts = counts::<N>(job, ending.missing)?;
        let there = Rule { missing: 0.0, constant: 1.0, flip: 0.0 };
        // SAFETY: the job's lanes may be read while it runs.
        let mut source =
            unsafe { Source::<Whole<N>>::new(job.lanes, job.pitch, rule, job.backend) };
        // SAFETY: as above.
        let mut holes =
            unsafe { Source::<There<N>>::new(job.lanes, job.pitch, there, job.backend) };
        let offsets: Vec<usize> = (0..job.size).collect();
        let (mut apart, mut spread) = (Vec::new(), vec![0.0; job.pitch]);
        for start in job.starts.clone() {
            let tile = source.tile(start, job.size);
            let there = holes.tile(start, job.size);
            for (column, spread) in spread[..job.lanes.columns].iter_mut().enumerate() {
                let places = (0..job.size).map(|k| k * job.pitch + column);
                let known = |at: &usize| there[*at] != 0.0;
                let first = places.clone().find(known).map_or(0, |at| wholes::value::<N>(tile[at]));
                apart.clear();
                apart.extend(places.map(|at| match known(&at) {
                    true => (wholes::value::<N>(tile[at]) - first) as f64,
                    false => f64::NAN,
                }));
                let (direct, items) = (Moments::Spread { ddof, root }, &apart[..]);
                let results = std::slice::from_mut(spread);
                Windowed { direct, items, offsets: &offsets, results }.run();
            }
            write::<G>(job, start, &spread, counts.as_deref(), ending.fill)?;
            job.poll()?;
        }
        Ok(())
    })
}

/// Weighted sums.
fn dot<N: Keyed, G: Give<From = f64>>(
    weights: Vec<f64>,
    rule: Rule<f64>,
    ending: Ending,
) -> Worker<'static> {
    Box::new(move |job| {
        let counts = counts::<N>(job, ending.missing)?;
        // SAFETY: the job's lanes may be read while it runs.
        let mut source = unsafe { Source::<Real<N>>::new(job.lanes, job.pitch, rule, job.backend) };
        let mut sums = vec![0.0; PART * job.pitch];
        let offsets: Vec<usize> = (0..job.size).map(|k| k * job.pitch).collect();
        in_parts(job, &mut source, |first, items, count| {
            let sums = &mut sums[..count * job.pitch];
            let (direct, offsets) = (Dot(&weights), &offsets[..]);
            job.backend.run(Windowed { direct, items, offsets, results: &mut *sums });
            write::<G>(job, first, sums, counts.as_deref(), ending.fill)
        })
    })
}

/// Ranks of the last elements.
fn last_rank<N: Keyed, G: Give<From = f64>>(rule: Rule<i64>, ending: Ending) -> Worker<'static> {
    Box::new(move |job| {
        let (size, pitch) = (job.size, job.pitch);
        let counts = there::<N>(job)?;
        // Of floats, only what is missing has the greatest key.
        let rank = |below: f64, last: i64, there: f64| match last {
            i64::MAX if N::ELEMENT.is_float() => f64::NAN,
            _ => rank_of(below, there),
        };
        if short::is_short(job) {
            let mut ranks = [0.0; short::ROOM];
            return short::in_tiles::<Wide<N>>(job, rule, |first, keys, windows| {
                let past = (first - job.starts.start) as usize;
                for (at, made) in ranks[..windows].iter_mut().enumerate() {
                    let (keys, there) = (&keys[at..at + size], counts.as_ref());
                    let last = keys[size - 1];
                    let below = |key: &i64| i64::from(*key < last) + i64::from(*key <= last);
                    let below: i64 = keys.iter().map(below).sum();
                    let there = there.map_or(size as f64, |counts| counts[past + at]);
                    *made = rank(below as f64, last, there);
                }
                write::<G>(job, first, &ranks[..windows], counts.as_deref(), ending.whole(size))
            });
        }
        // SAFETY: the job's lanes may be read while it runs.
        let mut source = unsafe { Source::<Wide<N>>::new(job.lanes, pitch, rule, job.backend) };
        let most = PART.min((job.starts.end - job.starts.start) as usize);
        let mut ranks = vec![0.0; most * pitch];
        let offsets: Vec<usize> = (0..size).map(|k| k * pitch).collect();
        in_parts(job, &mut source, |first, items, count| {
            let ranks = &mut ranks[..count * pitch];
            let (direct, offsets) = (Below, &offsets[..]);
            job.backend.run(Windowed { direct, items, offsets, results: &mut *ranks });
            let past = (first - job.starts.start) as usize * pitch;
            for (at, made) in ranks.iter_mut().enumerate() {
                let there = counts.as_ref().map_or(size as f64, |counts| counts[past + at]);
                *made = rank(*made, items[at + (size - 1) * pitch], there);
            }
            write::<G>(job, first, ranks, counts.as_deref(), ending.whole(size))
        })
    })
}

/// Windows that are computed directly at a time.
const PART: usize = 1024;

/// Hands out the windows of a job in parts: the first start, their elements, and their number.
fn in_parts<C: Convert>(
    job: &Job<'_>,
    source: &mut Source<C>,
    mut take: impl FnMut(i64, &[C::To], usize) -> Result<(), WindowError>,
) -> Result<(), WindowError> {
    // So many elements of windows take less than some milliseconds.
    let most = ((1 << 23) / (job.size * job.pitch)).clamp(1, PART) as i64;
    let mut first = job.starts.start;
    while first < job.starts.end {
        let count = most.min(job.starts.end - first) as usize;
        let items = source.tile(first, count + job.size - 1);
        take(first, items, count)?;
        job.poll()?;
        first += count as i64;
    }
    Ok(())
}

/// Windows of a fold, written as they come.
fn scan<F, const P: usize, C, G>(fold: F, rule: Rule<C::To>, ending: Ending) -> Worker<'static>
where
    F: Fold<P> + 'static,
    C: Convert<To = F::Item>,
    G: Give<From = F::Out>,
{
    Box::new(move |job| {
        let counts = counts::<C::From>(job, ending.missing)?;
        // SAFETY: what has its place is not written.
        let place = unsafe { place::<G>(job, counts.as_deref(), ending.fill) };
        let has_place = place.is_some();
        folded::<F, P, C>(job, fold, rule, place, &mut |first, results| match has_place {
            true => job.count(results.len()),
            false => write::<G>(job, first, results, counts.as_deref(), ending.fill),
        })
    })
}

/// Hands on the windows of a fold, in pieces: by an engine, or without one where they are few.
fn folded<F, const P: usize, C>(
    job: &Job<'_>,
    fold: F,
    rule: Rule<C::To>,
    place: Option<&mut [F::Out]>,
    emit: Emit<'_, F::Out, WindowError>,
) -> Result<(), WindowError>
where
    F: Fold<P>,
    C: Convert<To = F::Item>,
{
    if short::is_short(job) {
        return short::run::<F, P, C>(job, fold, rule, emit);
    }
    // SAFETY: the job's lanes may be read while it runs.
    let mut source = unsafe { Source::<C>::new(job.lanes, job.pitch, rule, job.backend) };
    let mut engine = Engine::new(fold, job.size, job.pitch, job.backend)?;
    engine.run(&mut source, job.starts.clone(), place, emit)
}

/// Means: sums over counts, but for runs of equal elements, whose mean is known.
fn mean<C, R, G>(size: usize, rule: Rule<f64>, ending: Ending) -> Worker<'static>
where
    C: Convert<To = f64>,
    R: Convert<To = f64>,
    G: Give<From = f64>,
{
    Box::new(move |job| {
        let counts = counts::<R::From>(job, ending.missing)?;
        // SAFETY: the job's lanes may be read while it runs.
        let mut source = unsafe { Source::<C>::new(job.lanes, job.pitch, rule, job.backend) };
        let is_short = short::is_short(job);
        let equal = match &counts {
            _ if is_short => Vec::new(),
            None => {
                let shape = (job.lanes.columns, job.pitch);
                runs(&mut source, shape, size, job.starts.clone(), Holes::None)
            }
            Some(_) => {
                let rule = Rule { missing: f64::NAN, ..rule };
                // SAFETY: as above.
                let mut holes =
                    unsafe { Source::<R>::new(job.lanes, job.pitch, rule, job.backend) };
                let shape = (job.lanes.columns, job.pitch);
                runs(&mut holes, shape, size, job.starts.clone(), Holes::Belong)
            }
        };
        // SAFETY: what has its place is not written.
        let place = unsafe { place::<G>(job, counts.as_deref(), ending.fill) };
        let has_place = place.is_some();
        let mut finish = |first: i64, results: &mut [f64]| {
            if let Some(counts) = &counts {
                let past = (first - job.starts.start) as usize * job.pitch;
                for (result, count) in results.iter_mut().zip(&counts[past..]) {
                    *result /= count;
                }
            }
            match (is_short, &counts) {
                (false, _) => settle(&equal, first, job.pitch, results),
                (true, None) => short::settle::<R>(job, rule, Holes::None, (first, results)),
                (true, Some(_)) => {
                    let rule = Rule { missing: f64::NAN, ..rule };
                    short::settle::<R>(job, rule, Holes::Belong, (first, results));
                }
            }
            match has_place {
                true => job.count(results.len()),
                false => write::<G>(job, first, results, counts.as_deref(), ending.fill),
            }
        };
        // What is counted is divided by its count instead.
        let divisor = if counts.is_some() { 1.0 } else { size as f64 };
        folded::<Mean, 1, C>(job, Mean { size: divisor }, rule, place, &mut finish)
    })
}

/// Gives windows within runs of equal elements their mean.
fn settle(equal: &[Run], first: i64, pitch: usize, means: &mut [f64]) {
    let rows = (means.len() / pitch) as i64;
    for run in equal {
        let low = run.starts.start.max(first);
        let high = run.starts.end.min(first + rows);
        for row in low..high.max(low) {
            means[(row - first) as usize * pitch + run.column] = run.value;
        }
    }
}

/// How many elements of each window are there, where some are missing and are skipped.
fn counts<N: Keyed>(job: &Job<'_>, missing: Missing) -> Result<Option<Vec<f64>>, WindowError> {
    if missing == Missing::Propagate { Ok(None) } else { there::<N>(job) }
}

/// How many elements of each window are there, where any of the job are missing.
pub(super) fn there<N: Keyed>(job: &Job<'_>) -> Result<Option<Vec<f64>>, WindowError> {
    let made_up = job.lanes.beside == Beside::Missing;
    if !(N::ELEMENT.is_float() || made_up) {
        return Ok(None);
    }
    if short::is_short(job) {
        return short::counts::<N>(job).map(Some);
    }
    let rule = Rule { missing: 0.0, constant: 1.0, flip: 0.0 };
    // SAFETY: the job's lanes may be read while it runs.
    let mut source = unsafe { Source::<There<N>>::new(job.lanes, job.pitch, rule, job.backend) };
    let end = job.starts.end + job.size as i64 - 1;
    let mut at = job.starts.start;
    let mut holes = false;
    while at < end && !holes {
        let rows = (end - at).min(1024) as usize;
        let tile = source.tile(at, rows);
        holes = if job.pitch == 1 {
            // Without an exit, so that it takes a few instructions for many elements.
            !tile[..rows].iter().fold(true, |all, &there| all & (there == 1.0))
        } else {
            (0..rows).any(|row| tile[row * job.pitch..][..job.lanes.columns].contains(&0.0))
        };
        at += rows as i64;
    }
    if !holes {
        return Ok(None);
    }
    let mut counts = Vec::new();
    let mut keep = |_, results: &mut [f64]| -> Result<(), WindowError> {
        counts.extend_from_slice(results);
        Ok(())
    };
    folded::<_, 1, There<N>>(job, Sum::<f64>(PhantomData), rule, None, &mut keep)?;
    Ok(Some(counts))
}

/// Where the results of a job may be computed, if all of them count and are what is wanted.
///
/// # Safety
/// The job's results are neither read nor written in another way while it lives.
unsafe fn place<'a, G: Give>(
    job: &Job<'_>,
    counts: Option<&[f64]>,
    fill: Fill,
) -> Option<&'a mut [G::From]> {
    let one_lane = job.pitch == 1 && !short::is_short(job);
    if counts.is_some() || fill.flip != 0 || !one_lane {
        return None;
    }
    // SAFETY: the job's windows, which may be written while it runs, and the caller's promise.
    unsafe { job.results.place::<G>(&job.starts) }
}

/// Writes results of a job, and counts them.
pub(super) fn write<G: Give>(
    job: &Job<'_>,
    first: i64,
    results: &[G::From],
    counts: Option<&[f64]>,
    fill: Fill,
) -> Result<(), WindowError> {
    let past = (first - job.starts.start) as usize * job.pitch;
    write_part::<G>(job, first, results, counts.map(|counts| &counts[past..]), fill)
}

/// As [`write`], with the counts of these windows alone.
pub(super) fn write_part<G: Give>(
    job: &Job<'_>,
    first: i64,
    results: &[G::From],
    counts: Option<&[f64]>,
    fill: Fill,
) -> Result<(), WindowError> {
    // SAFETY: windows of the job, whose results may be written while it runs.
    unsafe { job.results.write::<G>(first, job.pitch, results, counts, fill) };
    job.count(results.len() / job.pitch * job.lanes.columns)
}
