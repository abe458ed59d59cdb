//! The state of one cache: lines stay at their places in a set, and words say which was used when.
//!
//! A set orders its places in one word, four bits each, most recently used first; a second word
//! has one byte in the same order for each line there, a hash, so that all are compared at once:
//!
//! ```text
//! touch line:  front == line                             a hit, nothing moves
//!              its byte is the nth, and so is the line   a hit, both words turn up to n
//!              else                                      a miss: both turn, line goes to the place
//!                                                        that was last
//! ```
//!
//! That is LRU with one line written a miss and none a hit. Sets of more than 16 ways, which one
//! word cannot order, list their lines in order instead. Worked: in sets of two ways, lines 0, 64,
//! 0, 128 of 64 sets leave set 0 as `[128, 0]`: 64 was the least recently used.

use crate::machine::CacheLevel;

/// No line: invariant N3 keeps addresses, and so line numbers, below it.
pub(super) const EMPTY: i64 = i64::MAX;
/// The most ways that one word orders.
const PACKED: usize = 16;

/// The lines of one cache, set by set.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    sets: Vec<Set>,
    /// `ways` lines per set: by place, or in order where there are too many ways for a word.
    lines: Vec<i64>,
    pub(super) ways: usize,
    /// How many sets there are.
    pub(super) count: i64,
    pub(super) line_bits: u32,
    /// `count - 1` where that selects the set, else -1.
    mask: i64,
    /// The highest bit of the byte of every way.
    high: u128,
    /// How many lines it holds; never falls.
    pub(super) held: usize,
}

/// What a set knows of its lines.
#[derive(Clone, Debug)]
struct Set {
    /// The line used last.
    front: i64,
    /// Places, four bits each, most recently used first.
    order: u64,
    /// Hashes of the lines at those places, a byte each.
    bytes: u128,
}

impl Set {
    const NEW: Set = Set { front: EMPTY, order: 0xfedc_ba98_7654_3210, bytes: 0 };

    #[inline(always)]
    fn place(&self, nth: usize) -> usize {
        ((self.order >> (4 * nth)) & 15) as usize
    }

    /// Moves the `nth` place to the front.
    #[inline(always)]
    fn turn(&mut self, nth: usize, byte: u64) {
        let (place, before) = (self.place(nth), (1u64 << (4 * nth)) - 1);
        let turned = (self.order & before) << 4 | place as u64;
        self.order = self.order & !(before << 4 | 15) | turned;
        let before = (1u128 << (8 * nth)) - 1;
        let turned = (self.bytes & before) << 8 | u128::from(byte);
        self.bytes = self.bytes & !(before << 8 | 255) | turned;
    }
}

impl Cache {
    pub(super) fn new(level: &CacheLevel) -> Cache {
        // Invariant M3 bounds ways and lines far below usize, on every target.
        let ways = usize::try_from(level.ways()).unwrap_or(usize::MAX);
        let lines = usize::try_from(level.lines()).unwrap_or(usize::MAX);
        let count = level.sets();
        Cache {
            sets: vec![Set::NEW; lines / ways],
            lines: vec![EMPTY; lines],
            ways,
            count,
            line_bits: level.line().trailing_zeros(),
            mask: if count.count_ones() == 1 { count - 1 } else { -1 },
            high: (ONES << 7) & (u128::MAX >> (128 - 8 * ways.clamp(1, PACKED))),
            held: 0,
        }
    }

    /// How many lines it can hold.
    pub(super) fn capacity(&self) -> usize {
        self.lines.len()
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
        let lines = &self.lines[set * self.ways..][..self.ways];
        let known = &self.sets[set];
        let is_packed = self.ways <= PACKED;
        (0..lines.len()).map(move |nth| lines[if is_packed { known.place(nth) } else { nth }])
    }

    /// Replaces the lines of a set, most recently used first, [`EMPTY`] ones last.
    pub(super) fn replace(&mut self, set: usize, lines: &[i64]) {
        self.lines[set * self.ways..][..self.ways].copy_from_slice(lines);
        let bytes = lines
            .iter()
            .take(PACKED)
            .rev()
            .fold(0, |bytes, &line| bytes << 8 | u128::from(hash(line)));
        self.sets[set] = Set { front: lines[0], bytes, ..Set::NEW };
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
        let at = self.set_of(line) as usize; // Below the number of sets.
        let set = &mut self.sets[at];
        if set.front == line {
            return false;
        }
        set.front = line;
        let lines = &mut self.lines[at * self.ways..][..self.ways];
        let evicted = if lines.len() <= PACKED {
            touch(set, lines, self.high, line)
        } else {
            touch_listed(lines, line)
        };
        if self.held < self.lines.len() {
            self.held += usize::from(evicted == Some(EMPTY));
        }
        evicted.is_some()
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
}

/// A bit in every byte.
const ONES: u128 = u128::MAX / 255;
/// The same for eight bytes.
const LOW: u64 = u64::MAX / 255;

/// One byte of a line's number times the golden ratio, which mixes all of it.
#[inline(always)]
fn hash(line: i64) -> u64 {
    line.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56
}

/// Moves a line to the front of its set; what it evicted where it was absent.
#[inline(always)]
fn touch(set: &mut Set, lines: &mut [i64], high: u128, line: i64) -> Option<i64> {
    let byte = hash(line);
    // A byte is zero where it is the line's; a borrow may report one too many, never one less.
    let differs = set.bytes ^ (u128::from(byte * LOW) << 64 | u128::from(byte * LOW));
    let mut alike = differs.wrapping_sub(ONES) & !differs & high;
    while alike != 0 {
        let nth = alike.trailing_zeros() as usize / 8;
        if lines[set.place(nth)] == line {
            set.turn(nth, byte);
            return None;
        }
        alike &= alike - 1;
    }
    let last = set.place(lines.len() - 1);
    set.order = set.order << 4 | last as u64;
    set.bytes = set.bytes << 8 | u128::from(byte);
    Some(std::mem::replace(&mut lines[last], line))
}

/// The same for sets that list their lines in order.
fn touch_listed(lines: &mut [i64], line: i64) -> Option<i64> {
    let mut carried = line;
    for way in lines {
        std::mem::swap(way, &mut carried);
        if carried == line {
            return None;
        }
    }
    Some(carried)
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
            assert_eq!(cache.held, lists.iter().map(Vec::len).sum::<usize>());
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
