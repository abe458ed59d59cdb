//! Order: medians, quantiles and ranks of windows.
//!
//! Short windows are kept sorted, many at a time (`sorted`); long ones are ranked block by block
//! (`linked`). Both select exactly, so results do not depend on how a lane is cut. The median of
//! the windows of 3 on `3 1 2 5` is `2 2`.

use super::error::WindowError;
use super::keys::Keyed;
use super::linked::ranked;
use super::reduce::{Ending, there, write};
use super::run::{Job, Worker};
use super::scan::{Tiles, WIDTH};
use super::sink::Give;
use super::sorted::{Keys, Sorted, Wanted};
use super::source::{Narrow, Rule, Source};

/// The longest windows that are kept sorted: where passes over them begin to cost more than
/// sorting blocks.
const LONGEST_SORTED: usize = 320;
/// Windows between two reports to the caller; each costs up to some hundred nanoseconds.
const STRETCH: usize = 4096;

/// Which rank is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rank {
    /// The middle, or the mean of the two in the middle.
    Middle,
    /// A share of the way from the least to the greatest, straight between neighbours.
    Share(f64),
}

impl Rank {
    /// The rank among `count` elements, and how far the result is on the way to the next.
    fn of(self, count: usize) -> (usize, f64) {
        let last = count.saturating_sub(1);
        match self {
            Rank::Middle => (last / 2, if count.is_multiple_of(2) { 0.5 } else { 0.0 }),
            Rank::Share(share) => {
                let place = last as f64 * share;
                (place as usize, place - place.floor())
            }
        }
    }

    /// Between two neighbouring ranks, as NumPy's linear method has it.
    #[inline(always)]
    fn between(self, low: f64, high: f64, on: f64) -> f64 {
        if on == 0.0 || low == high {
            return low;
        }
        match self {
            Rank::Middle => (low + high) * 0.5,
            Rank::Share(_) if on >= 0.5 => high - (high - low) * (1.0 - on),
            Rank::Share(_) => low + (high - low) * on,
        }
    }
}

/// Writes results of a job, in the output's type.
pub(super) type Finish = fn(&Job<'_>, &[f64], Option<&[f64]>, Ending) -> Result<(), WindowError>;

/// The worker of a rank, on elements `N`.
pub(super) fn order<N: Keyed>(
    rank: Rank,
    constant: f64,
    ending: Ending,
    finish: Finish,
) -> Worker<'static> {
    Box::new(move |job| {
        let (size, pitch) = (job.size, job.pitch);
        let count = (job.starts.end - job.starts.start) as usize;
        let counts = there::<N>(job)?;
        let constant = N::from_f64(constant).key();
        let rule = Rule { missing: N::GREATEST, constant, flip: N::Key::default() };
        // SAFETY: the job's lanes may be read while it runs.
        let mut source = unsafe { Source::<Narrow<N>>::new(job.lanes, pitch, rule, job.backend) };
        let tile = source.tile(job.starts.start, count + size - 1);
        let mut lows = vec![N::GREATEST; count * pitch];
        let mut highs = lows.clone();
        let next = |(low, _): (usize, f64), count: usize| (low, (low + 1).min(count.max(1) - 1));
        if size <= LONGEST_SORTED || counts.is_some() {
            let each: Option<Vec<(usize, usize)>> = counts.as_ref().map(|counts| {
                let counts = counts.iter().map(|&count| count as usize);
                counts.map(|count| next(rank.of(count), count)).collect()
            });
            let two = next(rank.of(size), size);
            let wanted = each.as_ref().map_or(Wanted::Two(two.0, two.1), |each| Wanted::Each(each));
            let mut rows = Vec::new();
            // Parts of one lane, or neighbouring lanes.
            let groups = if pitch == 1 { 1 } else { pitch / WIDTH };
            let windows = if pitch == 1 { count.div_ceil(WIDTH) } else { count };
            for group in 0..groups {
                let mut first = 0;
                while first < windows {
                    let stretch = (windows - first).min(STRETCH.max(4 * size));
                    let begins = std::array::from_fn(|lane| match pitch {
                        1 => (lane * windows).min(count - windows) + first,
                        _ => group * WIDTH + lane + first * pitch,
                    });
                    let keys = Keys { tile, begins, stride: pitch, size, windows: stretch };
                    job.backend.run(Sorted {
                        keys,
                        greatest: N::GREATEST,
                        least: N::LEAST,
                        rows: &mut rows,
                        wanted,
                        lows: &mut lows,
                        highs: &mut highs,
                    });
                    job.poll()?;
                    first += stretch;
                }
            }
        } else {
            let (low, _) = rank.of(size);
            for column in 0..job.lanes.columns {
                let lane = tile.iter().skip(column).step_by(pitch).take(count + size - 1);
                let lane: Vec<N::Key> = lane.copied().collect();
                ranked(&lane, size, low, |at, low, high| {
                    lows[at * pitch + column] = low;
                    highs[at * pitch + column] = high;
                });
                job.poll()?;
            }
        }
        let (_, on) = rank.of(size);
        let value = |key: N::Key| N::of_key(key).to_f64();
        let results: Vec<f64> = (0..count * pitch)
            .map(|at| {
                let on = counts.as_ref().map_or(on, |counts| rank.of(counts[at] as usize).1);
                rank.between(value(lows[at]), value(highs[at]), on)
            })
            .collect();
        finish(job, &results, counts.as_deref(), ending)
    })
}

/// Writes results; windows with too few elements, or any missing where that counts, are filled.
pub(super) fn finish<G: Give<From = f64>>(
    job: &Job<'_>,
    results: &[f64],
    counts: Option<&[f64]>,
    ending: Ending,
) -> Result<(), WindowError> {
    write::<G>(job, job.starts.start, results, counts, ending.whole(job.size))
}
