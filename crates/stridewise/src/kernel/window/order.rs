//! Order: medians, quantiles and ranks of windows.
//!
//! Short windows are kept sorted, many at a time (`sorted`); long ones are ranked block by block
//! (`linked`). Both select exactly, so results do not depend on how a lane is cut. The median of
//! the windows of 3 on `3 1 2 5` is `2 2`.

use super::error::WindowError;
use super::keys::Keyed;
use super::linked::ranked;
use super::reduce::{Ending, there, write_part};
use super::run::{Job, Worker};
use super::scan::{Pack, Tiles, WIDTH};
use super::short;
use super::sink::Give;
use super::sorted::{Network, SHORTEST, Sorted, Wanted};
use super::source::{Narrow, Rule, Source};

/// The longest windows that are kept sorted: where passes over them begin to cost more than
/// sorting blocks.
const LONGEST_SORTED: usize = 320;
/// Windows that are ranked and written together, so that what is between stays in a cache.
const PART: usize = 1 << 13;
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
    pub(super) fn of(self, count: usize) -> (usize, f64) {
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
    pub(super) fn between(self, low: f64, high: f64, on: f64) -> f64 {
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

/// The rank of a last element that so many are below, doubled, and with those equal to it:
/// `2 * (less + (equal - 1) / 2) / (count - 1) - 1`.
pub(super) fn rank_of(below: f64, count: f64) -> f64 {
    let share = 0.5 * (below - 1.0) / (count - 1.0);
    if count == 1.0 { 0.0 } else { 2.0 * (share - 0.5) }
}

/// Writes results of a job, in the output's type.
pub(super) type Finish =
    fn(&Job<'_>, i64, &[f64], Option<&[f64]>, Ending) -> Result<(), WindowError>;

/// The worker of a rank, on elements `N`.
pub(super) fn order<N: Keyed>(
    rank: Rank,
    constant: f64,
    ending: Ending,
    finish: Finish,
) -> Worker<'static> {
    Box::new(move |job| {
        let (size, pitch) = (job.size, job.pitch);
        let counts = there::<N>(job)?;
        let constant = N::from_f64(constant).key();
        let rule = Rule { missing: N::GREATEST, constant, flip: N::Key::default() };
        // SAFETY: the job's lanes may be read while it runs.
        let mut source = unsafe { Source::<Narrow<N>>::new(job.lanes, pitch, rule, job.backend) };
        let next = |(low, _): (usize, f64), count: usize| (low, (low + 1).min(count.max(1) - 1));
        let (place, on) = rank.of(size);
        let two = if on == 0.0 { (place, place) } else { next((place, on), size) };
        let value = |key: N::Key| N::of_key(key).to_f64();
        if short::is_short(job) {
            let mut results = [0.0; short::ROOM];
            return short::in_tiles::<Narrow<N>>(job, rule, |first, keys, windows| {
                let past = (first - job.starts.start) as usize;
                let counts = counts.as_ref().map(|counts| &counts[past..past + windows]);
                short::in_order(keys, size, windows, |at, keys| {
                    let (low, on) =
                        counts.map_or((place, on), |counts| rank.of(counts[at] as usize));
                    let high = (low + 1).min(size - 1);
                    results[at] = rank.between(value(keys[low]), value(keys[high]), on);
                });
                finish(job, first, &results[..windows], counts, ending)
            });
        }
        let mut found = Found::default();
        let mut results = Vec::new();
        let part = match size {
            ..LONGEST_SORTED => (PART / pitch).max(WIDTH * size),
            _ => usize::MAX,
        };
        let mut first = job.starts.start;
        while first < job.starts.end {
            let count = part.min((job.starts.end - first) as usize);
            let past = (first - job.starts.start) as usize * pitch;
            let counts = counts.as_ref().map(|counts| &counts[past..past + count * pitch]);
            let each: Option<Vec<(usize, usize)>> = counts.map(|counts| {
                let counts = counts.iter().map(|&count| count as usize);
                counts.map(|count| next(rank.of(count), count)).collect()
            });
            let keys = Ranks {
                tile: source.tile(first, count + size - 1),
                pitch,
                columns: job.lanes.columns,
                size,
                windows: count,
                ends: (N::LEAST, N::GREATEST),
                wanted: each.as_ref().map_or(Wanted::Two(two.0, two.1), |each| Wanted::Each(each)),
            };
            keys.find(job, &mut found)?;
            results.clear();
            let (lows, highs) = (&found.lows[..count * pitch], &found.highs);
            if counts.is_none() && on == 0.0 {
                results.extend(lows.iter().map(|&low| value(low)));
            } else {
                let pairs = lows.iter().zip(highs).map(|(&low, &high)| (value(low), value(high)));
                results.extend(pairs.enumerate().map(|(at, (low, high))| {
                    let on = counts.map_or(on, |counts| rank.of(counts[at] as usize).1);
                    rank.between(low, high, on)
                }));
            }
            finish(job, first, &results, counts, ending)?;
            first += count as i64;
        }
        Ok(())
    })
}

/// The keys of two ranks of windows, by the place of their first elements; and room to work in.
#[derive(Default)]
struct Found<K> {
    lows: Vec<K>,
    highs: Vec<K>,
    woven: Vec<Pack<K>>,
    rows: Vec<Pack<K>>,
    low_packs: Vec<Pack<K>>,
    high_packs: Vec<Pack<K>>,
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
    /// Finds both ranks of each window. Where both are the same, only the first is sure to be
    /// there.
    fn find(&self, job: &Job<'_>, found: &mut Found<K>) -> Result<(), WindowError> {
        // Whole packs: the tile has as many more elements.
        let places = (self.windows * self.pitch).next_multiple_of(WIDTH);
        found.lows.resize(places, self.ends.1);
        found.highs.resize(places, self.ends.1);
        match (self.wanted, self.size) {
            (Wanted::Two(low, high), 2..=SHORTEST) => {
                self.short(job, (low, high), found);
                Ok(())
            }
            (Wanted::Two(low, _), LONGEST_SORTED..) => self.long(job, low, found),
            _ => self.sorted(job, found),
        }
    }

    fn short(&self, job: &Job<'_>, ranks: (usize, usize), found: &mut Found<K>) {
        macro_rules! sizes {
            ($($size:literal)*) => {
                match self.size {
                    $($size => job.backend.run(Network::<K, $size> {
                        keys: self.tile,
                        pitch: self.pitch,
                        ranks,
                        lows: &mut found.lows,
                        highs: &mut found.highs,
                    }),)*
                    _ => (),
                }
            };
        }
        sizes!(2 3 4 5 6 7 8 9);
    }

    fn sorted(&self, job: &Job<'_>, found: &mut Found<K>) -> Result<(), WindowError> {
        let Ranks { tile, pitch, size, windows: count, .. } = *self;
        let Found { lows, highs, woven, rows, low_packs, high_packs } = found;
        // Distant parts of one lane, woven, or neighbouring lanes.
        let (groups, windows) =
            if pitch == 1 { (1, count.div_ceil(WIDTH)) } else { (pitch / WIDTH, count) };
        let stretch = windows.min(STRETCH.max(4 * size));
        low_packs.resize(stretch, [self.ends.1; WIDTH]);
        high_packs.resize(stretch, [self.ends.1; WIDTH]);
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
                    (tile[first * pitch + group * WIDTH..].as_chunks().0, pitch / WIDTH)
                };
                job.backend.run(Sorted {
                    keys,
                    step,
                    size,
                    windows: made,
                    greatest: self.ends.1,
                    least: self.ends.0,
                    rows: &mut *rows,
                    wanted: self.wanted,
                    begins,
                    apart: pitch,
                    lows: &mut low_packs[..],
                    highs: &mut high_packs[..],
                });
                let both = !matches!(self.wanted, Wanted::Two(low, high) if low == high);
                for at in 0..made {
                    for (lane, begin) in begins.into_iter().enumerate() {
                        lows[begin + at * pitch] = low_packs[at][lane];
                        if both {
                            highs[begin + at * pitch] = high_packs[at][lane];
                        }
                    }
                }
                job.poll()?;
                first += made;
            }
        }
        Ok(())
    }

    fn long(&self, job: &Job<'_>, rank: usize, found: &mut Found<K>) -> Result<(), WindowError> {
        let Ranks { tile, pitch, size, windows, .. } = *self;
        for column in 0..self.columns {
            let lane = tile.iter().skip(column).step_by(pitch).take(windows + size - 1);
            let lane: Vec<K> = lane.copied().collect();
            ranked(&lane, size, rank, |at, low, high| {
                found.lows[at * pitch + column] = low;
                found.highs[at * pitch + column] = high;
            });
            job.poll()?;
        }
        Ok(())
    }
}

/// Writes results; windows with too few elements, or any missing where that counts, are filled.
pub(super) fn finish<G: Give<From = f64>>(
    job: &Job<'_>,
    first: i64,
    results: &[f64],
    counts: Option<&[f64]>,
    ending: Ending,
) -> Result<(), WindowError> {
    write_part::<G>(job, first, results, counts, ending.whole(job.size))
}
