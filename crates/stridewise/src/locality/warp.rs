//! Warping: when the caches look as they did some iterations ago, only shifted, skip ahead.
//!
//! Over `period` iterations every site of a loop moves by a whole number of lines, its *shift*.
//! Sites whose footprints touch form a *region*, an interval of lines that moves as one; a map
//! φ moves each line by the shift of its region. If the caches at iteration `i + period` are φ
//! of those at `i`, the next period touches φ of the same lines and misses at the same places,
//! and so on by induction: counts multiply, and the caches end as φ repeated.
//!
//! That holds if φ keeps lines of one set together, and never moves a line into another region:
//! - **W1** regions of different shifts are disjoint over the whole loop, at every level
//! - **W2** all shifts are congruent modulo the sets of every level, so a set moves as one
//! - **W3** a line outside all regions does not move, so it may be present only where sets do
//!   not move either
//! - **W4** every line that is shifted ends in its own region; shifts are monotone, so it stays
//!   there on the way
//!
//! W1 and W2 choose the period, W3 and W4 are checked on the caches themselves. Whether to keep
//! a copy of the caches for comparison follows Brent, in finer steps: each copy is replaced after
//! a quarter more checks, so a repetition is found soon after it begins, whatever its length.
//!
//! Worked: reading `(8192,8192):(65536,8)+0` in index order, each row moves 1024 lines; once a
//! 1 MiB cache is full, after 16 rows, it looks the same row by row.

use super::cache::{Cache, EMPTY};
use super::program::{Program, Repeat};
use super::simulate::is_cached;

/// Loops with less work than this many times the caches' lines are not worth comparing.
const WORTH: u128 = 24;

/// An interval of lines at one level, and by how much one period moves it.
#[derive(Clone, Debug)]
struct Region {
    first: i64,
    last: i64,
    shift: i64,
}

/// Looks for a repetition in one run of one loop.
#[derive(Debug)]
pub(super) struct Watch {
    /// Iterations between two checks.
    period: i64,
    /// The regions of each level.
    regions: Vec<Vec<Region>>,
    kept: Option<Kept>,
    /// Keep the caches at this check, counted in periods.
    keep_at: i64,
    given_up: bool,
}

/// The caches and counts at an earlier check.
#[derive(Debug)]
struct Kept {
    check: i64,
    caches: Vec<Cache>,
    misses: Vec<u128>,
    /// Where the last comparison failed: where the next is likely to fail.
    mismatch: (usize, usize),
}

impl Watch {
    /// A watch for a loop that is about to start, if warping could pay and W1 and W2 can hold.
    pub(super) fn plan(
        inner: &Repeat,
        program: &Program,
        at: &[i64],
        caches: &[Cache],
    ) -> Option<Watch> {
        let held: usize = caches.iter().map(Cache::capacity).sum();
        let held = held as u128;
        if inner.total() < WORTH * held {
            return None;
        }
        let spans = spans(inner, program, at)?;
        let (low, high) = (spans.first()?.stride, spans.last()?.stride);
        let widest = caches.iter().map(|cache| cache.line_bits).max()?;
        let mut period = 1i64;
        for span in &spans {
            period = lcm(period, (1i64 << widest) / gcd(1 << widest, span.stride))?;
        }
        if low != high {
            period = congruent(period, &spans, caches)?;
        }
        // Comparing costs up to all lines: space checks out so that it stays a small part.
        let work = inner.accesses.saturating_mul(u128::from(period.unsigned_abs()));
        let spread = i64::try_from((held / 4 / work.max(1)).max(1)).ok()?;
        period = period.checked_mul(spread)?;
        if period.checked_mul(3)? > inner.extent {
            return None;
        }
        let regions =
            caches.iter().map(|cache| regions(&spans, period, cache)).collect::<Option<_>>()?;
        Some(Watch { period, regions, kept: None, keep_at: 1, given_up: false })
    }

    /// The next iteration at which [`Watch::skip`] wants to look.
    pub(super) fn next_stop(&self, iteration: i64) -> i64 {
        if self.given_up {
            return i64::MAX;
        }
        (iteration / self.period + 1).saturating_mul(self.period)
    }

    /// Whether [`Watch::skip`] looks at the caches at this iteration.
    pub(super) fn looks_at(&self, iteration: i64) -> bool {
        !self.given_up && iteration % self.period == 0
    }

    /// If the caches repeat, moves caches and counts on by as many iterations as possible and
    /// says by how many.
    pub(super) fn skip(
        &mut self,
        iteration: i64,
        extent: i64,
        caches: &mut [Cache],
        misses: &mut [u128],
    ) -> Option<i64> {
        if !self.looks_at(iteration) {
            return None;
        }
        let check = iteration / self.period;
        let mut skipped = None;
        if let Some(kept) = &mut self.kept {
            let periods = check - kept.check;
            let times = (extent - iteration) / self.period / periods;
            if times == 0 {
                self.give_up();
            } else if kept.equals(caches, &self.regions, periods) {
                let moved = periods * times;
                if shift_all(caches, &self.regions, moved).is_some() {
                    for (now, before) in misses.iter_mut().zip(&kept.misses) {
                        *now += (*now - before) * u128::from(times.unsigned_abs());
                    }
                    skipped = Some(moved * self.period);
                }
                self.give_up();
            }
        }
        if !self.given_up && check == self.keep_at {
            self.keep_at += (self.keep_at / 4).max(1);
            let (caches, misses) = (caches.to_vec(), misses.to_vec());
            self.kept = Some(Kept { check, caches, misses, mismatch: (0, 0) });
        }
        skipped
    }

    fn give_up(&mut self) {
        self.given_up = true;
        self.kept = None;
    }
}

impl Kept {
    /// Whether `now` is these caches, moved by some periods.
    fn equals(&mut self, now: &[Cache], regions: &[Vec<Region>], periods: i64) -> bool {
        let (first_level, first_set) = self.mismatch;
        for turn in 0..now.len() {
            let level = (first_level + turn) % now.len();
            let (before, now) = (&self.caches[level], &now[level]);
            let sets = before.sets();
            let start = if turn == 0 { first_set } else { 0 };
            for set in (start..sets).chain(0..start) {
                if !same_set(before, now, set, &regions[level], periods) {
                    self.mismatch = (level, set);
                    return false;
                }
            }
        }
        true
    }
}

fn same_set(before: &Cache, now: &Cache, set: usize, regions: &[Region], periods: i64) -> bool {
    let target = moved_set(before, set, regions, periods);
    let mut pairs = before.recent(set).zip(now.recent(target));
    pairs.all(|(line, now)| moved_line(line, regions, periods).is_some_and(|moved| moved == now))
}

/// W2: every region moves the sets alike.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn moved_set(cache: &Cache, set: usize, regions: &[Region], periods: i64) -> usize {
    let shift = regions.first().map_or(0, |region| region.shift);
    let turn = i128::from(shift) * i128::from(periods);
    let moved = (set as i128 + turn).rem_euclid(i128::from(cache.count));
    moved as usize // Below the number of sets.
}

/// Where φ repeated takes a line; `None` where it leaves its region or must not be there.
#[inline]
fn moved_line(line: i64, regions: &[Region], periods: i64) -> Option<i64> {
    if line == EMPTY {
        return Some(EMPTY);
    }
    match regions.iter().find(|region| region.first <= line && line <= region.last) {
        Some(region) => {
            let moved = line.checked_add(region.shift.checked_mul(periods)?)?;
            (region.first <= moved && moved <= region.last).then_some(moved) // W4
        }
        None => Some(line),
    }
}

/// Moves every line of every cache by some periods; nothing changes where W3 or W4 fails.
fn shift_all(caches: &mut [Cache], regions: &[Vec<Region>], periods: i64) -> Option<()> {
    let mut all = Vec::with_capacity(caches.len());
    for (cache, regions) in caches.iter().zip(regions) {
        let mut moved_cache = cache.clone();
        for set in 0..cache.sets() {
            let target = moved_set(cache, set, regions, periods);
            let mut lines = Vec::with_capacity(cache.ways);
            for line in cache.recent(set) {
                let moved = moved_line(line, regions, periods)?;
                // W3: a line that stands still while its set moves.
                if moved != EMPTY && cache.set_of(moved) != target as i64 {
                    return None;
                }
                lines.push(moved);
            }
            moved_cache.replace(target, &lines);
        }
        all.push(moved_cache);
    }
    caches.clone_from_slice(&all);
    Some(())
}

/// The bytes that sites of one stride reach over a whole run of a loop.
#[derive(Clone, Debug)]
struct Span {
    stride: i64,
    low: i128,
    high: i128,
}

/// One span per cached site, sorted by stride.
fn spans(inner: &Repeat, program: &Program, at: &[i64]) -> Option<Vec<Span>> {
    let mut spans = Vec::new();
    for (index, site) in inner.sites.clone().enumerate() {
        if !is_cached(program.sites[site].effect) {
            continue;
        }
        let (below, above) = inner.reach[index];
        let low = i128::from(at[site]) + below;
        let high = i128::from(at[site]) + above + i128::from(program.sites[site].size - 1);
        spans.push(Span { stride: inner.strides[index], low, high });
    }
    spans.sort_by_key(|span| span.stride);
    (!spans.is_empty()).then_some(spans)
}

/// Lengthens the period until all shifts are congruent modulo the sets of every level: W2.
fn congruent(period: i64, spans: &[Span], caches: &[Cache]) -> Option<i64> {
    let mut factor = 1i64;
    for cache in caches {
        let shift = |span: &Span| (i128::from(span.stride) * i128::from(period)) >> cache.line_bits;
        let first = shift(&spans[0]);
        for span in spans {
            let apart = (shift(span) - first).rem_euclid(i128::from(cache.count));
            let apart = i64::try_from(apart).ok()?;
            factor = lcm(factor, cache.count / gcd(cache.count, apart))?;
        }
    }
    period.checked_mul(factor)
}

/// The regions of one level, if W1 holds.
fn regions(spans: &[Span], period: i64, cache: &Cache) -> Option<Vec<Region>> {
    let mut regions: Vec<Region> = Vec::with_capacity(spans.len());
    for span in spans {
        regions.push(Region {
            first: i64::try_from(span.low >> cache.line_bits).ok()?,
            last: i64::try_from(span.high >> cache.line_bits).ok()?,
            shift: span.stride.checked_mul(period)? >> cache.line_bits,
        });
    }
    regions.sort_by_key(|region| region.first);
    let mut merged: Vec<Region> = Vec::with_capacity(regions.len());
    for region in regions {
        match merged.last_mut() {
            Some(last) if region.first <= last.last => {
                if region.shift != last.shift {
                    return None;
                }
                last.last = last.last.max(region.last);
            }
            _ => merged.push(region),
        }
    }
    Some(merged)
}

fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i64::try_from(a).unwrap_or(1) // 2^63 alone fails; 1 is a divisor too, and costs time only.
}

fn lcm(a: i64, b: i64) -> Option<i64> {
    (a / gcd(a, b)).checked_mul(b)
}
