//! The state of one cache: lines stay at their places in a set, and words say which was used when.
//!
//! A set orders its places in one word, four bits each, most recently used first; further words
//! have one byte in the same order for each line there, a hash, so that all are compared at once:
//!
//! ```text
//! touch line:  its byte is the nth, and so is the line   a hit, both words turn up to n
//!              else                                      both turn, line goes to the place that
//!                                                        was last: a hit if it was there, or a miss
//! ```
//!
//! That is LRU with at most one line written a touch, and nothing shifted in memory. Sets have 8 or
//! 16 places: the first `ways` lines of a longer list are what a set of fewer ways holds, so a line
//! found behind them is a miss. Sets of more than 16 ways list their lines in order instead.
//! Worked: in sets of two ways, lines 0, 64, 0, 128 of 64 sets leave set 0 as `[128, 0]`: 64 was
//! the least recently used.
//!
//! Caches are touched one by one, or in queues ([`Cache::pass`]): a level only hears what the
//! nearer one missed, so it may hear it later, as long as it hears all of it in order.

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
    Eight(Vec<Set<1>>),
    Sixteen(Vec<Set<2>>),
    /// `ways` lines a set, most recently used first.
    Listed(Vec<i64>),
}

impl Cache {
    pub(super) fn new(level: &CacheLevel) -> Cache {
        // Invariant M3 bounds ways and lines far below usize, on every target.
        let ways = usize::try_from(level.ways()).unwrap_or(usize::MAX);
        let lines = usize::try_from(level.lines()).unwrap_or(usize::MAX);
        let count = level.sets();
        Cache {
            sets: match ways {
                0..=8 => Sets::Eight(vec![Set::NEW; lines / ways]),
                9..=16 => Sets::Sixteen(vec![Set::NEW; lines / ways]),
                _ => Sets::Listed(vec![EMPTY; lines]),
            },
            ways,
            count,
            line_bits: level.line().trailing_zeros(),
            mask: if count.count_ones() == 1 { count - 1 } else { -1 },
        }
    }

    /// How many sets there are, as a length.
    pub(super) fn sets(&self) -> usize {
        match &self.sets {
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
            Sets::Eight(sets) => sets[set].line(nth),
            Sets::Sixteen(sets) => sets[set].line(nth),
            Sets::Listed(lines) => lines[set * self.ways + nth],
        })
    }

    /// Replaces the lines of a set, most recently used first, [`EMPTY`] ones last.
    pub(super) fn replace(&mut self, set: usize, lines: &[i64]) {
        match &mut self.sets {
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

/// What a set of `8 * WORDS` places knows of its lines.
#[derive(Clone, Copy, Debug)]
struct Set<const WORDS: usize> {
    /// By place.
    lines: [[i64; 8]; WORDS],
    /// Hashes of the lines, most recently used first: the nth is byte `nth / WORDS` of word
    /// `nth % WORDS`, so that a miss shifts one word and moves the others as they are.
    bytes: [u64; WORDS],
    /// Places, four bits each, most recently used first.
    order: u64,
}

/// A bit in every byte.
const ONES: u64 = u64::MAX / 255;
/// The highest of every byte.
const HIGH: u64 = ONES << 7;

/// Seven bits of a line's number: where it lies between two multiples of 127.
///
/// 127 is prime: lines that are any distance apart but a multiple of it have different hashes for
/// 127 steps, so walks with a stride seldom compare a line in vain.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn hash(line: i64) -> u64 {
    u64::from((line as u32).wrapping_mul(u32::MAX / 127) >> 25)
}

/// The `count` lowest bytes, at most 8.
#[inline(always)]
fn low_bytes(count: usize) -> u64 {
    !(u64::MAX << (4 * count) << (4 * count))
}

impl<const WORDS: usize> Set<WORDS> {
    const PLACES: usize = 8 * WORDS;
    const NEW: Set<WORDS> = Set {
        lines: [[EMPTY; 8]; WORDS],
        bytes: [0; WORDS],
        order: 0xfedc_ba98_7654_3210 & (u64::MAX >> (64 - 32 * WORDS)),
    };

    fn of(lines: &[i64]) -> Set<WORDS> {
        let mut set = Set::NEW;
        for &line in lines.iter().rev() {
            set.push(line, hash(line));
        }
        set
    }

    #[inline(always)]
    #[allow(clippy::cast_possible_truncation)]
    fn place(&self, nth: usize) -> usize {
        (self.order >> (4 * nth)) as usize % Self::PLACES
    }

    #[inline(always)]
    fn line(&self, nth: usize) -> i64 {
        self.lines.as_flattened()[self.place(nth)]
    }

    /// The bytes of the last word among which [`Set::alike`] looks. Of a set that fills all
    /// places, the last is left to [`Set::push`].
    #[inline(always)]
    fn looked_at(ways: usize) -> u64 {
        if ways == Self::PLACES { HIGH >> 8 } else { HIGH }
    }

    /// A bit for every line that has the hash, in their order; [`Self::nth`] tells which.
    #[inline(always)]
    fn alike(&self, hash: u64, looked_at: u64) -> u64 {
        let mut all = 0;
        for (word, bytes) in self.bytes.into_iter().enumerate() {
            // Both have seven bits, so nothing is borrowed from the next byte.
            let alike = HIGH - (bytes ^ (hash * ONES));
            let is_last = word == WORDS - 1;
            all |= (alike & if is_last { looked_at } else { HIGH }) >> (WORDS - 1 - word);
        }
        all
    }

    /// The first of those that are alike.
    #[inline(always)]
    fn nth(alike: u64) -> usize {
        let bit = alike.trailing_zeros() as usize;
        bit / 8 * WORDS + bit % 8 + WORDS - 8
    }

    /// Puts a line first and drops the last one, which it returns.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation)]
    fn push(&mut self, line: i64, hash: u64) -> i64 {
        self.order = match WORDS {
            1 => u64::from((self.order as u32).rotate_left(4)),
            _ => self.order.rotate_left(4),
        };
        let mut before = self.bytes[WORDS - 1] << 8 | hash;
        for bytes in &mut self.bytes {
            before = std::mem::replace(bytes, before);
        }
        let place = self.place(0);
        std::mem::replace(&mut self.lines.as_flattened_mut()[place], line)
    }

    /// Moves the `nth` line to the front.
    #[inline(always)]
    fn turn(&mut self, nth: usize, hash: u64) {
        let (place, before) = (self.place(nth) as u64, (1u64 << (4 * nth)) - 1);
        self.order = self.order & !(before << 4 | 15) | (self.order & before) << 4 | place;
        let mut before = self.bytes[WORDS - 1] << 8 | hash;
        for (word, bytes) in self.bytes.iter_mut().enumerate() {
            let own = *bytes;
            let moved = low_bytes((nth + WORDS - word) / WORDS);
            *bytes = own & !moved | before & moved;
            before = own;
        }
    }

    /// Touches a line; whether it was absent.
    #[inline(always)]
    fn misses(&mut self, line: i64, ways: usize) -> bool {
        let hash = hash(line);
        let mut alike = self.alike(hash, Self::looked_at(ways));
        while alike != 0 {
            let nth = Self::nth(alike);
            if self.line(nth) == line {
                self.turn(nth, hash);
                return nth >= ways;
            }
            alike &= alike - 1;
        }
        self.push(line, hash) != line
    }
}

/// The same for sets that list their lines in order.
fn misses_listed(lines: &mut [i64], line: i64) -> bool {
    let mut carried = line;
    for way in lines {
        std::mem::swap(way, &mut carried);
        if carried == line {
            return false;
        }
    }
    true
}

/// A cache while a queue passes through it, its number of sets a power of two.
struct Level<'a, const WORDS: usize> {
    sets: &'a mut [Set<WORDS>],
    ways: usize,
    mask: i64,
    shift: u32,
    looked_at: u64,
}

impl<'a, const WORDS: usize> Level<'a, WORDS> {
    fn new(sets: &'a mut [Set<WORDS>], ways: usize, mask: i64, shift: u32) -> Self {
        Level { sets, ways, mask, shift, looked_at: Set::<WORDS>::looked_at(ways) }
    }

    /// `FRONT`: whether to look at the line used last before all others.
    fn pass<const FRONT: bool>(&mut self, queue: &mut [i64]) -> usize {
        let (mut at, mut missed) = (0, 0);
        while at < queue.len() {
            (at, missed) = self.plain::<FRONT>(queue, at, missed);
            (at, missed) = self.others::<FRONT>(queue, at, missed);
        }
        missed
    }

    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn set(&mut self, line: i64) -> &mut Set<WORDS> {
        &mut self.sets[(line & self.mask) as usize] // Below the number of sets.
    }

    /// Touches that find the line first, or last, or not: all that needs no search. Ends at the
    /// first other one.
    ///
    /// A loop of its own, because what it does not call costs it no registers: 40 instructions a
    /// miss in 16 places, and 75 where [`Set::misses`] is inside.
    #[inline(never)]
    fn plain<const FRONT: bool>(
        &mut self,
        queue: &mut [i64],
        mut at: usize,
        mut missed: usize,
    ) -> (usize, usize) {
        let looked_at = self.looked_at;
        while at < queue.len() {
            let entry = queue[at];
            let line = entry >> self.shift;
            let set = self.set(line);
            if !FRONT || set.line(0) != line {
                let hash = hash(line);
                if set.alike(hash, looked_at) != 0 {
                    break;
                }
                let evicted = set.push(line, hash);
                queue[missed] = entry;
                missed += usize::from(evicted != line);
            }
            at += 1;
        }
        (at, missed)
    }

    /// Touches of any kind, up to the first miss.
    #[inline(never)]
    fn others<const FRONT: bool>(
        &mut self,
        queue: &mut [i64],
        mut at: usize,
        mut missed: usize,
    ) -> (usize, usize) {
        while at < queue.len() {
            let entry = queue[at];
            let line = entry >> self.shift;
            let ways = self.ways;
            let set = self.set(line);
            let is_miss = (!FRONT || set.line(0) != line) && set.misses(line, ways);
            queue[missed] = entry;
            missed += usize::from(is_miss);
            at += 1;
            if is_miss {
                break;
            }
        }
        (at, missed)
    }
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

    /// Law: a queue misses what its entries miss one by one, in order.
    #[test]
    fn queues_miss_as_single_touches_do() {
        let mut state = 1u64;
        for (ways, sets) in [1, 2, 5, 8, 9, 12, 16, 17].into_iter().zip([4, 3].into_iter().cycle())
        {
            let mut cache = cache(&format!("{}:{ways}:64", sets * ways * 64));
            for asked in [Asked::Always, Asked::OnMisses] {
                for among in [ways, 2 * ways, sets * ways, 3 * sets * ways, 1 << 30] {
                    let mut single = cache.clone();
                    let entries: Vec<i64> = (0..500)
                        .map(|site| {
                            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                            ((state >> 33).cast_signed() % among - ways) << 11 | site
                        })
                        .collect();
                    let mut queue = entries.clone();
                    let missed = cache.pass(&mut queue, 11, asked);
                    let wanted =
                        entries.into_iter().filter(|entry| single.misses((entry >> 11) * 64, 8));
                    assert!(wanted.eq(queue[..missed].iter().copied()), "{ways} ways, {among}");
                    for set in 0..cache.sets() {
                        assert!(cache.recent(set).eq(single.recent(set)), "{ways} ways, {among}");
                    }
                }
            }
        }
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
