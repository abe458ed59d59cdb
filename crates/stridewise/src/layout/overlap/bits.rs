//! Bits: a set of numbers, one bit each, and the union of many shifts of it.
//!
//! `narrow` is the work horse: for one term of an equation it unites the set with itself moved
//! down by 1, 2, .. `count - 1` steps. The set {3, 10} narrowed by 2 choices of step 3 is
//! {0, 3, 7, 10}. Small steps are united by doubling: the union of 8 shifts is that of 4 and
//! of the same 4 shifts further. Large ones cost the same whatever the count: rows of one step
//! each are cut into blocks of `count` rows, and `count` consecutive rows are always a suffix of
//! one block and a prefix of the next (van Herk's idea for running maxima).

use std::ops::Range;

/// Steps of at least so many bits are united by blocks of rows.
const ROW: u64 = 4096;

/// A set of numbers below `len`.
pub(super) struct Bits {
    words: Vec<u64>,
    len: u64,
}

/// In which direction words are visited, where sources are written too.
#[derive(Clone, Copy, PartialEq)]
enum Walk {
    Rising,
    Falling,
}

impl Bits {
    /// The empty set; `None` where there is no memory for it.
    pub(super) fn zeroed(len: u64) -> Option<Bits> {
        let count = usize::try_from(len.div_ceil(64)).ok()?;
        Vec::<u64>::new().try_reserve_exact(count).ok()?;
        // Zeroed by the system, page by page as they are used, unlike a vector that grows.
        Some(Bits { words: vec![0; count], len })
    }

    pub(super) fn set(&mut self, number: u64) {
        debug_assert!(number < self.len);
        self.words[word(number)] |= 1 << (number % 64);
    }

    /// The smallest `number` in this set with `len - 1 - number` in the other, of equal length.
    pub(super) fn first_shared_with_mirrored(&self, other: &Bits) -> Option<u64> {
        for (at, &mine) in self.words.iter().enumerate() {
            if mine == 0 {
                continue;
            }
            let end = self.len - at as u64 * 64; // where the mirrored word ends
            let theirs = match end {
                ..64 => bits_at(&other.words, 0) << (64 - end),
                _ => bits_at(&other.words, end - 64),
            };
            let shared = mine & theirs.reverse_bits();
            if shared != 0 {
                return Some(at as u64 * 64 + u64::from(shared.trailing_zeros()));
            }
        }
        None
    }

    /// Unites the set with itself moved down by 1 to `count - 1` steps, then keeps the numbers
    /// below `len`. `None` where there is no memory for the scratch space.
    pub(super) fn narrow(&mut self, step: u64, count: u64, len: u64) -> Option<()> {
        let mut united = 1;
        while united < count && (step * united < ROW || count / united < 4) {
            let more = united.min(count - united);
            self.unite_moved(step * more);
            united += more;
        }
        if united < count {
            let row = step * united;
            let blocks = count / united;
            let rest = count - united * blocks;
            // Rows past these are read by nothing that is kept.
            self.unite_rows(row, blocks, (len + step * rest).min(self.len))?;
            if rest > 0 {
                self.unite_moved(step * rest);
            }
        }
        self.truncate(len);
        Some(())
    }

    /// `self[i] |= self[i + shift]`
    fn unite_moved(&mut self, shift: u64) {
        if shift < self.len {
            or_within(&mut self.words, 0..self.len - shift, shift, Walk::Rising);
        }
    }

    /// `self[i] |= self[i + k * row]` for all k below `count`, where `i < wanted`.
    fn unite_rows(&mut self, row: u64, count: u64, wanted: u64) -> Option<()> {
        let block = row.saturating_mul(count).min(self.len);
        let carried = if block < self.len { block.min(wanted).saturating_sub(row) } else { 0 };
        let mut prefix = Bits::zeroed(carried)?;
        let mut start = 0;
        while start < wanted {
            let end = (start + block).min(self.len);
            // Row i of the result: the suffix of this block from row i on, and the prefix of
            // the next block up to row i - 1.
            prefix.words.fill(0);
            or_between(&mut prefix.words, 0..carried.min(self.len - end), &self.words, end);
            prefix.accumulate(row);
            if end - start > row {
                or_within(&mut self.words, start..end - row, start + row, Walk::Falling);
                let reached = start + row..(start + row + carried).min(end);
                or_between(&mut self.words, reached, &prefix.words, 0);
            }
            start = end;
        }
        Some(())
    }

    /// `self[i] |= self[i - row]`, rising: each row unites all before it.
    fn accumulate(&mut self, row: u64) {
        if row < self.len {
            or_within(&mut self.words, row..self.len, 0, Walk::Rising);
        }
    }

    fn truncate(&mut self, len: u64) {
        if len < self.len {
            self.len = len;
            self.words.truncate(word(len.div_ceil(64) * 64));
            if let (Some(last), 1..) = (self.words.last_mut(), len % 64) {
                *last &= !0 >> (64 - len % 64);
            }
        }
    }
}

/// `words[to + k] |= words[from + k]` for the bits `to` of one set, in the order of the walk.
fn or_within(words: &mut [u64], to: Range<u64>, from: u64, walk: Walk) {
    let distance = from.abs_diff(to.start);
    // Pieces of whole words that do not reach the words they are read from.
    let piece = distance / 64 * 64;
    if piece < 128 {
        return or_near(words, to, distance);
    }
    let piece = piece - 64;
    let base = to.start / 64 * 64;
    let pieces = (to.end - base).div_ceil(piece);
    let mut at = |index: u64| {
        let start = (base + index * piece).max(to.start);
        let end = (base + (index + 1) * piece).min(to.end);
        if from > to.start {
            let split = (start + distance) / 64;
            let (low, high) = words.split_at_mut(word(split * 64));
            or_between(low, start..end, high, start + distance - split * 64);
        } else {
            let split = start / 64;
            let (low, high) = words.split_at_mut(word(split * 64));
            or_between(high, start - split * 64..end - split * 64, low, start - distance);
        }
    };
    match walk {
        Walk::Rising => (0..pieces).for_each(&mut at),
        Walk::Falling => (0..pieces).rev().for_each(&mut at),
    }
}

/// The same for sources less than two words above, rising.
fn or_near(words: &mut [u64], to: Range<u64>, distance: u64) {
    let mut start = to.start;
    while start < to.end {
        let end = (start / 64 * 64 + 64).min(to.end);
        let value = low_bits(bits_at(words, start + distance), end - start);
        words[word(start)] |= value << (start % 64);
        start = end;
    }
}

/// `words[to + k] |= source[from + k]` for the bits `to`.
fn or_between(words: &mut [u64], to: Range<u64>, source: &[u64], from: u64) {
    if to.is_empty() {
        return;
    }
    let (mut start, mut from) = (to.start, from);
    if start % 64 != 0 {
        let count = (64 - start % 64).min(to.end - start);
        words[word(start)] |= low_bits(bits_at(source, from), count) << (start % 64);
        start += count;
        from += count;
    }
    let whole = (to.end - start) / 64;
    if whole > 0 {
        let first = word(start);
        or_words(&mut words[first..first + word(whole * 64)], &source[word(from)..], from % 64);
        start += whole * 64;
        from += whole * 64;
    }
    if start < to.end {
        words[word(start)] |= low_bits(bits_at(source, from), to.end - start);
    }
}

/// `words[k] |=` the 64 bits of the source from bit `64 * k + shift` on, `shift < 64`.
fn or_words(words: &mut [u64], source: &[u64], shift: u64) {
    let above = source.get(1..).unwrap_or(&[]);
    for ((word, low), high) in words.iter_mut().zip(source).zip(above) {
        // Two shifts, as one by 64 is not allowed and as compilers vectorise them.
        *word |= low >> shift | high << 1 << (63 - shift);
    }
    // Where the source ends with the words, nothing comes from above the last.
    if let (Some(word), Some(low)) = (words.get_mut(above.len()), source.last()) {
        *word |= low >> shift;
    }
}

/// The 64 bits from `bit` on; zeros past the end.
fn bits_at(words: &[u64], bit: u64) -> u64 {
    let low = words.get(word(bit)).map_or(0, |low| low >> (bit % 64));
    match bit % 64 {
        0 => low,
        shift => low | words.get(word(bit) + 1).map_or(0, |high| high << (64 - shift)),
    }
}

fn low_bits(value: u64, count: u64) -> u64 {
    if count < 64 { value & !(!0 << count) } else { value }
}

/// The word of a bit. Sets are smaller than 2^38 bits, as their memory was found.
#[allow(clippy::cast_possible_truncation)]
fn word(bit: u64) -> usize {
    (bit / 64) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Bits;

    fn numbers(bits: &Bits) -> Vec<u64> {
        (0..bits.len).filter(|&at| bits.words[super::word(at)] >> (at % 64) & 1 == 1).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..Default::default() })]

        #[test]
        fn narrow_unites_all_shifts(
            len in 1u64..60_000,
            seeds in prop::collection::vec(any::<u64>(), 0..60),
            step in prop_oneof![1u64..10, 1u64..9000, Just(64), Just(4096)],
            count in prop_oneof![1u64..6, 1u64..3000],
            kept in any::<u64>(),
        ) {
            let kept = kept % len + 1;
            let mut bits = Bits::zeroed(len).unwrap();
            seeds.iter().for_each(|seed| bits.set(seed % len));
            let mut want = vec![false; usize::try_from(kept).unwrap()];
            for number in numbers(&bits) {
                for x in 0..count.min(number / step + 1) {
                    if let Some(want) = want.get_mut(usize::try_from(number - x * step).unwrap()) {
                        *want = true;
                    }
                }
            }
            bits.narrow(step, count, kept).unwrap();
            let want: Vec<u64> = (0..kept).filter(|&at| want[usize::try_from(at).unwrap()]).collect();
            prop_assert_eq!(numbers(&bits), want);
        }

        #[test]
        fn shared_with_the_mirror_image(
            len in 1u64..300,
            a in prop::collection::vec(any::<u64>(), 0..10),
            b in prop::collection::vec(any::<u64>(), 0..10),
        ) {
            let set = |numbers: &[u64]| {
                let mut bits = Bits::zeroed(len).unwrap();
                numbers.iter().for_each(|number| bits.set(number % len));
                bits
            };
            let (a, b) = (set(&a), set(&b));
            let mirrored = numbers(&b);
            let want = numbers(&a).into_iter().find(|at| mirrored.contains(&(len - 1 - at)));
            prop_assert_eq!(a.first_shared_with_mirrored(&b), want);
        }
    }
}
