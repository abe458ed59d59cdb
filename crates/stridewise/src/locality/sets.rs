//! The sets of a cache: lines stay at their places, and words say which was used when.
//!
//! A set orders its places in one word, four bits each, most recently used first; further words
//! have one byte in the same order for each line there, a hash, so that all are compared at once:
//!
//! ```text
//! touch line:  its byte is the nth, and so is the line   a hit, all words turn up to n
//!              else                                      all turn, line goes to the place that
//!                                                        was last: a hit if it was there, or a miss
//! ```
//!
//! That is LRU with at most one line written a touch, and nothing shifted in memory. Sets have 8 or
//! 16 places: the first `ways` lines of a longer list are what a set of fewer ways holds, so a line
//! found behind them is a miss. Where 15 bits tell the lines of a set of eight apart, two words
//! list those instead ([`Tags`]); sets of more than 16 ways list their lines in order. Worked: in
//! sets of two ways, lines 0, 64, 0, 128 of 64 sets leave set 0 as `[128, 0]`: 64 was the least
//! recently used.

use super::cache::EMPTY;

/// What a set of `8 * WORDS` places knows of its lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Set<const WORDS: usize> {
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
    pub(super) const NEW: Set<WORDS> = Set {
        lines: [[EMPTY; 8]; WORDS],
        bytes: [0; WORDS],
        order: 0xfedc_ba98_7654_3210 & (u64::MAX >> (64 - 32 * WORDS)),
    };

    pub(super) fn of(lines: &[i64]) -> Set<WORDS> {
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
    pub(super) fn line(&self, nth: usize) -> i64 {
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
    pub(super) fn misses(&mut self, line: i64, ways: usize) -> bool {
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

/// The lines of a set of eight places as tags of 15 bits, most recently used first: what tells the
/// lines of a set from one another, if they are near enough.
///
/// The nth is lane `nth / 2` of word `nth % 2`, sixteen bits each, as [`Set`] has its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tags([u64; 2]);

/// A bit in every lane of a word of tags.
const LANES: u64 = u64::MAX / 0xffff;

impl Tags {
    /// No line has this tag.
    const NONE: u64 = 0x7fff;
    pub(super) const NEW: Tags = Tags([Tags::NONE * LANES; 2]);

    /// The nth tag.
    pub(super) fn tag(&self, nth: usize) -> Option<u64> {
        let tag = self.0[nth % 2] >> (nth / 2 * 16) & 0xffff;
        (tag != Tags::NONE).then_some(tag)
    }

    #[inline(always)]
    fn is_first(&self, tag: u64) -> bool {
        self.0[0] & 0xffff == tag
    }

    /// Puts a tag first and drops the last one.
    #[inline(always)]
    pub(super) fn push(&mut self, tag: u64) {
        self.0 = [self.0[1] << 16 | tag, self.0[0]];
    }

    /// Touches a tag; whether it was absent.
    #[inline(always)]
    pub(super) fn misses(&mut self, tag: u64, ways: usize) -> bool {
        let (all, high) = (tag * LANES, LANES << 15);
        // Tags leave the highest bit of a lane, so nothing is borrowed from the next one.
        let [even, odd] = self.0.map(|word| high - (word ^ all));
        if (even | odd) & high == 0 {
            self.push(tag);
            return true;
        }
        let bit = ((even & high) >> 1 | odd & high).trailing_zeros() as usize;
        let (lane, is_odd) = (bit / 16, bit % 2 == 1);
        let fewer = (1u64 << (16 * lane)) - 1;
        let more = fewer << 16 | 0xffff;
        let [even, odd] = self.0;
        let moved = if is_odd { more } else { fewer };
        self.0 = [even & !more | (odd << 16 | tag) & more, odd & !moved | even & moved];
        2 * lane + usize::from(is_odd) >= ways
    }
}

/// Which tag a line has, in a power of two of sets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tagging {
    /// The line of tag 0 in set 0.
    origin: i64,
    /// How many bits of a line's number select its set.
    bits: u32,
}

impl Tagging {
    /// For some sets that hold lines `low..=high` alone.
    pub(super) fn new(sets: i64, low: i64, high: i64) -> Option<Tagging> {
        let bits = sets.trailing_zeros();
        let (first, last) = (low >> bits, high >> bits);
        let tags = last.checked_sub(first);
        let fits =
            sets.count_ones() == 1 && tags.is_some_and(|last| last < Tags::NONE.cast_signed());
        fits.then_some(Tagging { origin: first << bits, bits })
    }

    pub(super) fn line(self, set: usize, tag: u64) -> i64 {
        self.origin + (tag << self.bits | set as u64).cast_signed()
    }

    /// The set of a line and its tag.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn place(self, line: i64) -> (usize, u64) {
        let line = (line - self.origin) as u64;
        (line as usize & ((1 << self.bits) - 1), line >> self.bits)
    }

    /// As [`Cache::pass`].
    #[inline(never)]
    pub(super) fn pass(
        self,
        sets: &mut [Tags],
        ways: usize,
        queue: &mut [i64],
        shift: u32,
    ) -> usize {
        let mut missed = 0;
        for at in 0..queue.len() {
            let entry = queue[at];
            let (set, tag) = self.place(entry >> shift);
            let set = &mut sets[set];
            if !set.is_first(tag) {
                let is_miss = set.misses(tag, ways);
                queue[missed] = entry;
                missed += usize::from(is_miss);
            }
        }
        missed
    }
}

/// The same for sets that list their lines in order.
pub(super) fn misses_listed(lines: &mut [i64], line: i64) -> bool {
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
pub(super) struct Level<'a, const WORDS: usize> {
    sets: &'a mut [Set<WORDS>],
    ways: usize,
    mask: i64,
    shift: u32,
    looked_at: u64,
}

impl<'a, const WORDS: usize> Level<'a, WORDS> {
    pub(super) fn new(sets: &'a mut [Set<WORDS>], ways: usize, mask: i64, shift: u32) -> Self {
        Level { sets, ways, mask, shift, looked_at: Set::<WORDS>::looked_at(ways) }
    }

    /// `FRONT`: whether to look at the line used last before all others.
    pub(super) fn pass<const FRONT: bool>(&mut self, queue: &mut [i64]) -> usize {
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
