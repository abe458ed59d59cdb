//! The state of one cache: its sets, which line lies in which, and how queues pass.
//!
//! Caches are touched one by one, or in queues ([`Cache::pass`]): a level only hears what the
//! nearer one missed, so it may hear it later, as long as it hears all of it in order. Worked: of
//! lines 0, 64, 0, 128 in 64 sets of two ways the second 0 alone hits, and 64 is gone in the end.

use super::sets::{Level, Set, Tagging, Tags, misses_listed};
use crate::machine::CacheLevel;

/// No line: invariant N3 keeps addresses, and so line numbers, below it.
pub(super) const EMPTY: i64 = i64::MAX;
/// Bits of a queue's entries that name the site; the line's number is above them.
pub(super) const SITE_BITS: u32 = 10;

/// The lines of one cache, set by set.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    sets: Sets,
    pub(super) ways: usize,
    /// How many sets there are.
    pub(super) count: i64,
    pub(super) line_bits: u32,
    /// `count - 1` where that selects the set, else -1.
    mask: i64,
}

#[derive(Clone, Debug)]
enum Sets {
    Tagged(Vec<Tags>, Tagging),
    Eight(Vec<Set<1>>),
    Sixteen(Vec<Set<2>>),
    /// `ways` lines a set, most recently used first.
    Listed(Vec<i64>),
}

impl Cache {
    /// An empty cache for accesses to bytes `low..=high` alone.
    pub(super) fn new(level: &CacheLevel, (low, high): (i64, i64)) -> Cache {
        // Invariant M3 bounds ways and lines far below usize, on every target.
        let ways = usize::try_from(level.ways()).unwrap_or(usize::MAX);
        let lines = usize::try_from(level.lines()).unwrap_or(usize::MAX);
        let count = level.sets();
        let line_bits = level.line().trailing_zeros();
        let tagging = Tagging::new(count, low >> line_bits, high >> line_bits);
        Cache {
            sets: match ways {
                0..=8 if let Some(tagging) = tagging => {
                    Sets::Tagged(vec![Tags::NEW; lines / ways], tagging)
                }
                0..=8 => Sets::Eight(vec![Set::NEW; lines / ways]),
                9..=16 => Sets::Sixteen(vec![Set::NEW; lines / ways]),
                _ => Sets::Listed(vec![EMPTY; lines]),
            },
            ways,
            count,
            line_bits,
            mask: if count.count_ones() == 1 { count - 1 } else { -1 },
        }
    }

    /// How many sets there are, as a length.
    pub(super) fn sets(&self) -> usize {
        match &self.sets {
            Sets::Tagged(sets, _) => sets.len(),
            Sets::Eight(sets) => sets.len(),
            Sets::Sixteen(sets) => sets.len(),
            Sets::Listed(lines) => lines.len() / self.ways,
        }
    }

    /// How many lines it can hold.
    pub(super) fn capacity(&self) -> usize {
        self.sets() * self.ways
    }

    /// The number of the line that holds a byte.
    #[inline(always)]
    pub(super) fn line_of(&self, address: i64) -> i64 {
        address >> self.line_bits
    }

    /// The set in which a line lies.
    #[inline(always)]
    pub(super) fn set_of(&self, line: i64) -> i64 {
        if self.mask >= 0 { line & self.mask } else { line.rem_euclid(self.count) }
    }

    /// The lines of a set, most recently used first, [`EMPTY`] ones last.
    pub(super) fn recent(&self, set: usize) -> impl Iterator<Item = i64> {
        (0..self.ways).map(move |nth| match &self.sets {
            Sets::Tagged(sets, tagging) => {
                sets[set].tag(nth).map_or(EMPTY, |tag| tagging.line(set, tag))
            }
            Sets::Eight(sets) => sets[set].line(nth),
            Sets::Sixteen(sets) => sets[set].line(nth),
            Sets::Listed(lines) => lines[set * self.ways + nth],
        })
    }

    /// Replaces the lines of a set, most recently used first, [`EMPTY`] ones last.
    pub(super) fn replace(&mut self, set: usize, lines: &[i64]) {
        match &mut self.sets {
            Sets::Tagged(sets, tagging) => {
                sets[set] = Tags::NEW;
                for &line in lines.iter().rev().filter(|&&line| line != EMPTY) {
                    sets[set].push(tagging.place(line).1);
                }
            }
            Sets::Eight(sets) => sets[set] = Set::of(lines),
            Sets::Sixteen(sets) => sets[set] = Set::of(lines),
            Sets::Listed(all) => all[set * self.ways..][..self.ways].copy_from_slice(lines),
        }
    }

    /// Touches `size` bytes; whether any of their lines was absent.
    #[inline(always)]
    pub(super) fn misses(&mut self, address: i64, size: i64) -> bool {
        let first = self.line_of(address);
        let last = self.line_of(address + (size - 1));
        if first == last { self.misses_line(first) } else { self.misses_range(first, last) }
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn misses_line(&mut self, line: i64) -> bool {
        let at = self.set_of(line) as usize; // Below the number of sets.
        match &mut self.sets {
            Sets::Tagged(sets, tagging) => sets[at].misses(tagging.place(line).1, self.ways),
            Sets::Eight(sets) => sets[at].misses(line, self.ways),
            Sets::Sixteen(sets) => sets[at].misses(line, self.ways),
            Sets::Listed(lines) => misses_listed(&mut lines[at * self.ways..][..self.ways], line),
        }
    }

    /// All lines are touched; more than the cache holds cannot all be present, and only the
    /// last ones remain.
    #[inline(never)]
    fn misses_range(&mut self, first: i64, last: i64) -> bool {
        let capacity = i64::try_from(self.capacity()).unwrap_or(i64::MAX);
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

    /// Touches a queue of lines, `entry >> shift` each, and moves the entries that missed to its
    /// front; how many they are.
    pub(super) fn pass(&mut self, queue: &mut [i64], shift: u32, asked: Asked) -> usize {
        let (mask, ways) = (self.mask, self.ways);
        match (&mut self.sets, asked) {
            (Sets::Tagged(sets, tagging), _) => tagging.pass(sets, ways, queue, shift),
            (Sets::Eight(sets), Asked::Always) if mask >= 0 => {
                Level::new(sets, ways, mask, shift).pass::<true>(queue)
            }
            (Sets::Eight(sets), Asked::OnMisses) if mask >= 0 => {
                Level::new(sets, ways, mask, shift).pass::<false>(queue)
            }
            (Sets::Sixteen(sets), Asked::Always) if mask >= 0 => {
                Level::new(sets, ways, mask, shift).pass::<true>(queue)
            }
            (Sets::Sixteen(sets), Asked::OnMisses) if mask >= 0 => {
                Level::new(sets, ways, mask, shift).pass::<false>(queue)
            }
            _ => {
                let mut missed = 0;
                for at in 0..queue.len() {
                    let entry = queue[at];
                    queue[missed] = entry;
                    missed += usize::from(self.misses_line(entry >> shift));
                }
                missed
            }
        }
    }
}

/// When a cache is asked for a line: the nearest one always, and often for the one it had last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Always,
    OnMisses,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(text: &str) -> Cache {
        Cache::new(&text.parse().unwrap(), (-1 << 20, 1 << 20))
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

    /// Law: whatever the ways, a set is a list whose front is the line used last.
    #[test]
    fn every_number_of_ways_is_a_list_in_order_of_use() {
        for ways in [1, 2, 3, 7, 8, 11, 12, 15, 16, 17, 20] {
            let mut cache = cache(&format!("{}:{ways}:64", 3 * ways * 64));
            let mut lists = vec![Vec::new(); 3];
            let mut state = 1u64;
            for turn in 0..6000i64 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let among = if turn < 3000 { 4 * ways } else { 40 * ways };
                let line = (state >> 33).cast_signed() % among - 2 * ways;
                let set = usize::try_from(line.rem_euclid(3)).unwrap();
                let list: &mut Vec<i64> = &mut lists[set];
                let known = list.iter().position(|&other| other == line);
                if let Some(known) = known {
                    list.remove(known);
                }
                list.insert(0, line);
                list.truncate(usize::try_from(ways).unwrap());
                assert_eq!(cache.misses(line * 64, 8), known.is_none(), "{ways} ways, {line}");
                let held = cache.recent(set).take_while(|&line| line != EMPTY);
                assert!(held.eq(list.iter().copied()), "{ways} ways, {line}");
            }
        }
    }

    /// Law: a queue misses what its entries miss one by one, in order; where lines are near, tags
    /// hold what numbers do.
    #[test]
    fn queues_miss_as_single_touches_do() {
        let mut state = 1u64;
        for (ways, sets) in [1, 2, 5, 8, 9, 12, 16, 17].into_iter().zip([4, 3, 4, 4].repeat(2)) {
            let level = format!("{}:{ways}:64", sets * ways * 64).parse().unwrap();
            let mut near = Cache::new(&level, (-ways * 64, 4 * sets * ways * 64));
            let mut far = Cache::new(&level, (-1 << 40, 1 << 40));
            for among in [ways, 2 * ways, sets * ways, 3 * sets * ways, 1 << 30] {
                for asked in [Asked::Always, Asked::OnMisses] {
                    let mut single = far.clone();
                    let entries: Vec<i64> = (0..500)
                        .map(|site| {
                            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                            ((state >> 33).cast_signed() % among - ways) << 11 | site
                        })
                        .collect();
                    let missed = |entry: &i64| single.misses((entry >> 11) * 64, 8);
                    let wanted: Vec<i64> = entries.iter().copied().filter(missed).collect();
                    for cache in
                        [&mut near, &mut far].into_iter().skip(usize::from(among == 1 << 30))
                    {
                        let mut queue = entries.clone();
                        let missed = cache.pass(&mut queue, 11, asked);
                        assert_eq!(queue[..missed], wanted, "{ways} ways, {among}");
                        for set in 0..cache.sets() {
                            let lines = cache.recent(set);
                            assert!(lines.eq(single.recent(set)), "{ways} ways, {among}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn lines_as_far_apart_as_can_be() {
        let mut cache = Cache::new(&"1:1:1".parse().unwrap(), (i64::MIN, i64::MAX - 1));
        let missed = [i64::MIN, i64::MAX - 1, i64::MAX - 1, i64::MIN].map(|at| cache.misses(at, 1));
        assert_eq!(missed, [true, true, false, true]);
    }

    #[test]
    fn a_huge_access_leaves_its_last_lines() {
        let mut direct = cache("384:2:64");
        let mut long = cache("384:2:64");
        assert!(long.misses(-1000, 1 << 50));
        let last = -1000 + (1 << 50);
        assert!(direct.misses(last - 64 * 20, 64 * 20));
        for set in 0..3 {
            assert!(long.recent(set).eq(direct.recent(set)));
        }
    }
}
