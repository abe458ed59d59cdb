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
use super::scan::{Pack, Tiles, WIDTH};
use super::sink::Give;
use super::sorted::{Network, SHORTEST, Sorted, Wanted};
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
        let next = |(low, _): (usize, f64), count: usize| (low, (low + 1).min(count.max(1) - 1));
        let each: Option<Vec<(usize, usize)>> = counts.as_ref().map(|counts| {
            let counts = counts.iter().map(|&count| count as usize);
            counts.map(|count| next(rank.of(count), count)).collect()
        });
        let (place, on) = rank.of(size);
        let two = if on == 0.0 { (place, place) } else { next((place, on), size) };
        let keys = Ranks {
            tile,
            pitch,
            columns: job.lanes.columns,
            size,
            windows: count,
            ends: (N::LEAST, N::GREATEST),
            wanted: each.as_ref().map_or(Wanted::Two(two.0, two.1), |each| Wanted::Each(each)),
        };
        let (lows, highs) = keys.find(job)?;
        let value = |key: N::Key| N::of_key(key).to_f64();
        let mut results = vec![0.0; count * pitch];
        let on_the_way = |at: usize| match &counts {
            Some(counts) => rank.of(counts[at] as usize).1,
            None => on,
        };
        if counts.is_none() && on == 0.0 {
            results.iter_mut().zip(&lows).for_each(|(result, &low)| *result = value(low));
        } else {
            let pairs = lows.iter().zip(&highs).map(|(&low, &high)| (value(low), value(high)));
            for (at, (result, (low, high))) in results.iter_mut().zip(pairs).enumerate() {
                *result = rank.between(low, high, on_the_way(at));
            }
        }
        finish(job, &results, counts.as_deref(), ending)
    })
}

/// Keys of a job, and which ranks of its windows are wanted.
struct Ranks<'a, K> {
    tile: &'a [K],
    pitch: usize,
    columns: usize,
    size: usize,
    windows: usize,
    ends: (K, K),
    wanted: Wanted<'a>,
}

impl<K: Copy + Ord + Default + Send + Sync> Ranks<'_, K> {
    /// The keys of both ranks of each window, by the place of its first element. Where both ranks
    /// are the same, only the first is sure to be there.
    fn find(&self, job: &Job<'_>) -> Result<(Vec<K>, Vec<K>), WindowError> {
        match (self.wanted, self.size) {
            (Wanted::Two(low, high), 2..=SHORTEST) => Ok(self.short(job, (low, high))),
            (Wanted::Two(low, _), LONGEST_SORTED..) => self.long(job, low),
            _ => self.sorted(job),
        }
    }

    fn short(&self, job: &Job<'_>, ranks: (usize, usize)) -> (Vec<K>, Vec<K>) {
        // Whole packs: the tile has as many more elements.
        let places = (self.windows * self.pitch).next_multiple_of(WIDTH);
        let (mut lows, mut highs) = (vec![self.ends.1; places], vec![self.ends.1; places]);
        macro_rules! sizes {
            ($($size:literal)*) => {
                match self.size {
                    $($size => job.backend.run(Network::<K, $size> {
                        keys: self.tile,
                        pitch: self.pitch,
                        ranks,
                        lows: &mut lows,
                        highs: &mut highs,
                    }),)*
                    _ => (),
                }
            };
        }
        sizes!(2 3 4 5 6 7 8 9);
        lows.truncate(self.windows * self.pitch);
        highs.truncate(self.windows * self.pitch);
        (lows, highs)
    }

    fn sorted(&self, job: &Job<'_>) -> Result<(Vec<K>, Vec<K>), WindowError> {
        let Ranks { tile, pitch, size, windows: count, .. } = *self;
        let mut lows = vec![self.ends.1; count * pitch];
        let mut highs = lows.clone();
        let mut rows = Vec::new();
        // Distant parts of one lane, woven, or neighbouring lanes.
        let (groups, windows) =
            if pitch == 1 { (1, count.div_ceil(WIDTH)) } else { (pitch / WIDTH, count) };
        let stretch = windows.min(STRETCH.max(4 * size));
        let mut woven: Vec<Pack<K>> = Vec::new();
        let mut low_packs = vec![[self.ends.1; WIDTH]; stretch];
        let mut high_packs = low_packs.clone();
        for group in 0..groups {
            let mut first = 0;
            while first < windows {
                let made = stretch.min(windows - first);
                let begins: Pack<usize> = std::array::from_fn(|lane| match pitch {
                    1 => (lane * windows).min(count - windows) + first,
                    _ => group * WIDTH + lane + first * pitch,
                });
                let (keys, step) = if pitch == 1 {
                    woven.clear();
                    let lanes = begins.map(|begin| &tile[begin..][..made + size - 1]);
                    woven.extend((0..made + size - 1).map(|k| lanes.map(|lane| lane[k])));
                    (&woven[..], 1)
                } else {
                    (&tile[first * pitch + group * WIDTH..].as_chunks().0[..], pitch / WIDTH)
                };
                job.backend.run(Sorted {
                    keys,
                    step,
                    size,
                    windows: made,
                    greatest: self.ends.1,
                    least: self.ends.0,
                    rows: &mut rows,
                    wanted: self.wanted,
                    begins,
                    apart: pitch,
                    lows: &mut low_packs,
                    highs: &mut high_packs,
                });
                for at in 0..made {
                    for (lane, begin) in begins.into_iter().enumerate() {
                        lows[begin + at * pitch] = low_packs[at][lane];
                        highs[begin + at * pitch] = high_packs[at][lane];
                    }
                }
                job.poll()?;
                first += made;
            }
        }
        Ok((lows, highs))
    }

    fn long(&self, job: &Job<'_>, rank: usize) -> Result<(Vec<K>, Vec<K>), WindowError> {
        let Ranks { tile, pitch, size, windows, .. } = *self;
        let mut lows = vec![self.ends.1; windows * pitch];
        let mut highs = lows.clone();
        for column in 0..self.columns {
            let lane = tile.iter().skip(column).step_by(pitch).take(windows + size - 1);
            let lane: Vec<K> = lane.copied().collect();
            ranked(&lane, size, rank, |at, low, high| {
                lows[at * pitch + column] = low;
                highs[at * pitch + column] = high;
            });
            job.poll()?;
        }
        Ok((lows, highs))
    }
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
