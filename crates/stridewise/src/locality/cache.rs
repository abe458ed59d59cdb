//! The state of one cache: each set lists its lines, most recently used first.
//!
//! Looking a line up moves it to the front, which is all that LRU means; what falls off the end
//! is evicted. Worked: in sets of two ways, lines 0, 64, 0, 128 of 64 sets leave set 0 as
//! `[128, 0]`: 64 was the least recently used.

use crate::machine::CacheLevel;

/// No line: invariant N3 keeps addresses, and so line numbers, below it.
pub(super) const EMPTY: i64 = i64::MAX;

/// The lines of one cache, set by set.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    /// `ways` line numbers per set, most recently used first.
    pub(super) lines: Vec<i64>,
    pub(super) ways: usize,
    pub(super) sets: i64,
    pub(super) line_bits: u32,
    /// `sets - 1` where that selects the set, else -1.
    mask: i64,
    /// How many lines it holds; never falls.
    pub(super) held: usize,
}

impl Cache {
    pub(super) fn new(level: &CacheLevel) -> Cache {
        // Invariant M3 bounds ways and lines far below usize, on every target.
        let ways = usize::try_from(level.ways()).unwrap_or(usize::MAX);
        let lines = usize::try_from(level.lines()).unwrap_or(usize::MAX);
        let sets = level.sets();
        Cache {
            lines: vec![EMPTY; lines],
            ways,
            sets,
            line_bits: level.line().trailing_zeros(),
            mask: if sets.count_ones() == 1 { sets - 1 } else { -1 },
            held: 0,
        }
    }

    /// The number of the line that holds a byte.
    #[inline(always)]
    pub(super) fn line_of(&self, address: i64) -> i64 {
        address >> self.line_bits
    }

    /// The set in which a line lies.
    #[inline(always)]
    pub(super) fn set_of(&self, line: i64) -> i64 {
        if self.mask >= 0 { line & self.mask } else { line.rem_euclid(self.sets) }
    }

    /// Touches `size` bytes; whether any of their lines was absent.
    #[inline(always)]
    pub(super) fn misses(&mut self, address: i64, size: i64) -> bool {
        let first = self.line_of(address);
        let last = self.line_of(address + (size - 1));
        if first == last { self.misses_line(first) } else { self.misses_range(first, last) }
    }

    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn misses_line(&mut self, line: i64) -> bool {
        let start = self.set_of(line) as usize * self.ways; // Below the number of lines, M3.
        let set = &mut self.lines[start..start + self.ways];
        if set[0] == line {
            return false;
        }
        let evicted = match self.ways {
            8 => touch_fixed::<8>(set, line),
            12 => touch_fixed::<12>(set, line),
            16 => touch_fixed::<16>(set, line),
            _ => touch(set, line),
        };
        self.held += usize::from(evicted == Some(EMPTY));
        evicted.is_some()
    }

    /// All lines are touched; more than the cache holds cannot all be present, and only the
    /// last ones remain.
    #[inline(never)]
    fn misses_range(&mut self, first: i64, last: i64) -> bool {
        let capacity = i64::try_from(self.lines.len()).unwrap_or(i64::MAX);
        let mut missed = false;
        let mut from = first;
        if last.saturating_sub(first) >= capacity {
            missed = true;
            from = last - (capacity - 1);
        }
        for line in from..=last {
            missed |= self.misses_line(line);
        }
        missed
    }
}

/// Moves a line to the front of its set; what it evicted where it was absent.
#[inline(always)]
fn touch(set: &mut [i64], line: i64) -> Option<i64> {
    let mut carried = line;
    for way in set {
        std::mem::swap(way, &mut carried);
        if carried == line {
            return None;
        }
    }
    Some(carried)
}

/// The same for the usual numbers of ways: absence is decided by comparing all ways at once, and
/// the whole set moves at once.
#[inline(always)]
fn touch_fixed<const WAYS: usize>(set: &mut [i64], line: i64) -> Option<i64> {
    let Ok(set) = <&mut [i64; WAYS]>::try_from(&mut *set) else { return touch(set, line) };
    let present = set.iter().fold(false, |found, &way| found | (way == line));
    if present {
        return touch(set, line);
    }
    let evicted = set[WAYS - 1];
    let old = *set;
    set[1..].copy_from_slice(&old[..WAYS - 1]);
    set[0] = line;
    Some(evicted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(text: &str) -> Cache {
        Cache::new(&text.parse().unwrap())
    }

    fn check(text: &str, touched: &[(i64, i64)], missed: &[bool]) {
        let mut cache = cache(text);
        let got: Vec<bool> = touched.iter().map(|&(at, size)| cache.misses(at, size)).collect();
        assert_eq!(got, missed, "{text} {touched:?}");
    }

    #[test]
    fn least_recently_used_goes_first() {
        let lines = [0, 4096, 0, 8192, 0, 4096].map(|at| (at, 8));
        check("8K:2:64", &lines, &[true, true, false, true, false, true]);
    }

    #[test]
    fn odd_numbers_of_sets_and_negative_addresses() {
        let lines = [0, 192, 384, 0, -64, -64].map(|at| (at, 8));
        check("384:2:64", &lines, &[true, true, true, true, true, false]);
    }

    #[test]
    fn an_access_across_lines_touches_both_and_misses_once() {
        check("4K:2:64", &[(60, 8), (0, 8), (64, 8), (60, 8)], &[true, false, false, false]);
    }

    #[test]
    fn a_huge_access_leaves_its_last_lines() {
        let mut direct = cache("384:2:64");
        let mut long = cache("384:2:64");
        assert!(long.misses(-1000, 1 << 50));
        let last = -1000 + (1 << 50);
        assert!(direct.misses(last - 64 * 20, 64 * 20));
        assert_eq!(long.lines, direct.lines);
    }
}
