//! Reduce: which engine, conversion and sink an operation on elements of a type takes.
//!
//! A window sum of `<i4` is `Whole<i32>` into `Sum<i64>` into `Signed`; the least of `<f8` is
//! `Narrow<f64>` into `Least<i64>` into `Value<f64>`.

use std::marker::PhantomData;

use super::error::WindowError;
use super::folds::{Least, Mean, Place, Product, Root, SparseSpread, Spread, Sum};
use super::keys::Keyed;
use super::options::{Missing, Mode, Op, Windows};
use super::run::{Job, Worker};
use super::runs::{Holes, Run, runs};
use super::scan::{Engine, Fold, Tiles};
use super::sink::{self, Fill, Give};
use super::source::{
    AsIs, Beside, Convert, Narrow, Real, Rule, Source, There, Trueness, Whole, Wide,
};
use crate::kernel::Element;
use crate::kernel::element::Number;

/// How results are completed and written.
#[derive(Clone, Copy)]
struct Ending {
    missing: Missing,
    fill: Fill,
}

/// The worker of an operation along one axis, on elements `N`.
pub(super) fn worker<N: Keyed>(op: &Op, windows: &Windows, size: usize) -> Worker<'static> {
    let element = N::ELEMENT;
    let real = op.result(element, windows.mode).is_float();
    let skip = windows.missing != Missing::Propagate;
    let fill = match windows.mode {
        Mode::Trailing { fill } => fill,
        _ => f64::NAN,
    };
    let min_count = match windows.missing {
        Missing::Skip { min_count } => min_count as f64,
        Missing::Propagate => 0.0,
    };
    let beside = match windows.mode {
        Mode::Constant { value } => value,
        _ => 0.0,
    };
    let ending = |flip: i64| Ending {
        missing: windows.missing,
        fill: Fill { min_count, value: fill, flip },
    };
    // NaN stays, or gives way to what changes nothing.
    let doubles = |neutral: f64| Rule {
        missing: if skip { neutral } else { f64::NAN },
        constant: beside,
        flip: 0.0,
    };
    let whole =
        |neutral: i64| Rule { missing: neutral, constant: N::from_f64(beside).whole(), flip: 0 };
    let unsigned = matches!(element, Element::U8 | Element::U16 | Element::U32 | Element::U64);
    let float = element.is_float();
    macro_rules! integers {
        ($fold:expr, $neutral:expr) => {
            match (unsigned, real) {
                (false, false) => {
                    scan::<_, 1, Whole<N>, sink::Signed>($fold, whole($neutral), ending(0))
                }
                (true, false) => {
                    scan::<_, 1, Whole<N>, sink::Unsigned>($fold, whole($neutral), ending(0))
                }
                (false, true) => {
                    scan::<_, 1, Whole<N>, sink::SignedReal>($fold, whole($neutral), ending(0))
                }
                (true, true) => {
                    scan::<_, 1, Whole<N>, sink::UnsignedReal>($fold, whole($neutral), ending(0))
                }
            }
        };
    }
    match op {
        Op::Sum if float => match (element, skip) {
            (Element::F64, false) => {
                scan::<_, 1, AsIs<f64>, sink::Float<f64>>(Sum(PhantomData), doubles(0.0), ending(0))
            }
            _ => scan::<_, 1, Real<N>, sink::Float<N>>(Sum(PhantomData), doubles(0.0), ending(0)),
        },
        Op::Sum => integers!(Sum(PhantomData), 0),
        Op::Prod if float => {
            scan::<_, 1, Real<N>, sink::Float<N>>(Product(PhantomData), doubles(1.0), ending(0))
        }
        Op::Prod => integers!(Product(PhantomData), 1),
        Op::Mean => match (element, skip) {
            (Element::F64, false) => {
                mean::<AsIs<f64>, Real<f64>, sink::Float<f64>>(size, doubles(0.0), ending(0))
            }
            _ if float => mean::<Real<N>, Real<N>, sink::Float<N>>(size, doubles(0.0), ending(0)),
            _ => mean::<Real<N>, Real<N>, sink::Float<f64>>(size, doubles(0.0), ending(0)),
        },
        Op::Var { ddof } => {
            spread::<N>(size, *ddof, Root::None, skip, doubles(f64::NAN), ending(0))
        }
        Op::Std { ddof } => {
            spread::<N>(size, *ddof, Root::Square, skip, doubles(f64::NAN), ending(0))
        }
        Op::Min | Op::Max => {
            let flip = if *op == Op::Max { -1 } else { 0 };
            let turn = |key: N::Key| if flip == 0 { key } else { N::turned(key) };
            let rule = Rule {
                missing: if skip { N::GREATEST } else { N::LEAST },
                constant: turn(N::from_f64(beside).key()),
                flip: N::narrow(flip),
            };
            match real && !float {
                false => {
                    scan::<_, 1, Narrow<N>, sink::Value<N>>(Least(PhantomData), rule, ending(flip))
                }
                true => scan::<_, 1, Narrow<N>, sink::RealValue<N>>(
                    Least(PhantomData),
                    rule,
                    ending(flip),
                ),
            }
        }
        Op::ArgMin | Op::ArgMax => {
            let flip = if *op == Op::ArgMax { -1 } else { 0 };
            let rule = Rule {
                missing: if skip { i64::MAX } else { i64::MIN },
                constant: N::from_f64(beside).key().into() ^ flip,
                flip,
            };
            match real {
                false => scan::<_, 2, Wide<N>, sink::Signed>(Place, rule, ending(0)),
                true => scan::<_, 2, Wide<N>, sink::SignedReal>(Place, rule, ending(0)),
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
            let flip = i64::from(flip);
            match real {
                false => scan::<_, 1, Trueness<N>, sink::Trueness>(
                    Least(PhantomData),
                    rule,
                    ending(flip),
                ),
                true => scan::<_, 1, Trueness<N>, sink::TruenessReal>(
                    Least(PhantomData),
                    rule,
                    ending(flip),
                ),
            }
        }
        Op::Count => {
            let rule = Rule {
                missing: 0.0,
                constant: f64::from(u8::from(!beside.is_nan() || !float)),
                flip: 0.0,
            };
            scan::<_, 1, There<N>, sink::Float<i64>>(
                Sum::<f64>(PhantomData),
                rule,
                Ending { missing: Missing::Propagate, ..ending(0) },
            )
        }
    }
}

/// Windows of a fold, written as they come.
fn scan<F, const P: usize, C, G>(fold: F, rule: Rule<C::To>, ending: Ending) -> Worker<'static>
where
    F: Fold<P> + 'static,
    C: Convert<To = F::Item>,
    G: Give<From = F::Out>,
{
    Box::new(move |job| {
        // SAFETY: the job's lanes may be read while it runs.
        let mut source = unsafe { Source::<C>::new(job.lanes, job.pitch, rule, job.backend) };
        let counts = counts::<C>(job, ending.missing)?;
        let mut engine = Engine::new(fold, job.size, job.pitch, job.backend)?;
        engine.run(&mut source, job.starts.clone(), &mut |first, results| {
            write::<G>(job, first, results, counts.as_deref(), ending.fill)
        })
    })
}

/// Means: sums over counts, but for runs of equal elements, whose mean is known.
fn mean<C, R, G>(size: usize, rule: Rule<f64>, ending: Ending) -> Worker<'static>
where
    C: Convert<To = f64>,
    R: Convert<To = f64>,
    G: Give<From = f64>,
{
    Box::new(move |job| {
        let counts = counts::<R>(job, ending.missing)?;
        // SAFETY: the job's lanes may be read while it runs.
        let mut source = unsafe { Source::<C>::new(job.lanes, job.pitch, rule, job.backend) };
        let equal = match &counts {
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
        let finish = |first: i64, results: &mut [f64]| {
            if let Some(counts) = &counts {
                let past = (first - job.starts.start) as usize * job.pitch;
                for (result, count) in results.iter_mut().zip(&counts[past..]) {
                    *result /= count;
                }
            }
            settle(&equal, first, job.pitch, results);
            write::<G>(job, first, results, counts.as_deref(), ending.fill)
        };
        if counts.is_some() {
            let mut engine = Engine::new(Sum::<f64>(PhantomData), size, job.pitch, job.backend)?;
            engine
                .run(&mut source, job.starts.clone(), &mut |first, results| finish(first, results))
        } else {
            let mut engine = Engine::new(Mean { size: size as f64 }, size, job.pitch, job.backend)?;
            engine
                .run(&mut source, job.starts.clone(), &mut |first, results| finish(first, results))
        }
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

/// Variances and deviations.
fn spread<N: Keyed>(
    size: usize,
    ddof: i64,
    root: Root,
    skip: bool,
    rule: Rule<f64>,
    ending: Ending,
) -> Worker<'static> {
    let dense = Spread { divisor: (size as f64 - ddof as f64).max(0.0), root };
    match (skip, N::ELEMENT) {
        (true, element) if element.is_float() => scan::<_, 4, Real<N>, sink::Float<N>>(
            SparseSpread { ddof: ddof as f64, root },
            rule,
            ending,
        ),
        (true, _) => scan::<_, 4, Real<N>, sink::Float<f64>>(
            SparseSpread { ddof: ddof as f64, root },
            rule,
            ending,
        ),
        (false, Element::F64) => scan::<_, 3, AsIs<f64>, sink::Float<f64>>(dense, rule, ending),
        (false, element) if element.is_float() => {
            scan::<_, 3, Real<N>, sink::Float<N>>(dense, rule, ending)
        }
        _ => scan::<_, 3, Real<N>, sink::Float<f64>>(dense, rule, ending),
    }
}

/// How many elements of each window are there, where any are missing and that matters.
fn counts<C: Convert>(job: &Job<'_>, missing: Missing) -> Result<Option<Vec<f64>>, WindowError> {
    let made_up = job.lanes.beside == Beside::Missing;
    if missing == Missing::Propagate || !(C::From::ELEMENT.is_float() || made_up) {
        return Ok(None);
    }
    let rule = Rule { missing: 0.0, constant: 1.0, flip: 0.0 };
    // SAFETY: the job's lanes may be read while it runs.
    let mut source =
        unsafe { Source::<There<C::From>>::new(job.lanes, job.pitch, rule, job.backend) };
    let end = job.starts.end + job.size as i64 - 1;
    let mut at = job.starts.start;
    let mut holes = false;
    while at < end && !holes {
        let rows = (end - at).min(1024) as usize;
        let tile = source.tile(at, rows);
        holes = (0..rows).any(|row| tile[row * job.pitch..][..job.lanes.columns].contains(&0.0));
        at += rows as i64;
    }
    if !holes {
        return Ok(None);
    }
    let mut counts = Vec::new();
    let mut engine = Engine::new(Sum::<f64>(PhantomData), job.size, job.pitch, job.backend)?;
    engine.run(&mut source, job.starts.clone(), &mut |_, results| -> Result<(), WindowError> {
        counts.extend_from_slice(results);
        Ok(())
    })?;
    Ok(Some(counts))
}

/// Writes results of a job, and counts them.
fn write<G: Give>(
    job: &Job<'_>,
    first: i64,
    results: &[G::From],
    counts: Option<&[f64]>,
    fill: Fill,
) -> Result<(), WindowError> {
    let past = (first - job.starts.start) as usize * job.pitch;
    let counts = counts.map(|counts| &counts[past..]);
    // SAFETY: windows of the job, whose results may be written while it runs.
    unsafe { job.results.write::<G>(first, job.pitch, results, counts, fill) };
    job.count(results.len() / job.pitch * job.lanes.columns)
}
