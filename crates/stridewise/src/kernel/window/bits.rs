//! Bits: ranks in boxes of any size, as a set of bits that a window carries along.
//!
//! Sort the elements of a tile once, and give each a bit, in this order. A window is the set of
//! its elements' bits; moving it by one clears the bits of the face that goes and sets those of
//! the face that comes; the element of a rank is the bit of that rank, found by counting whole
//! words from where the last one was. Costs a face per window whatever its depth, and does not
//! depend on the data. In `5 1 3` windows of two have the bits `1.1` and `11.`: lowest 1, then 1.
//!
//! Source: Suomela, "Median filtering is equivalent to sorting" (arXiv 1406.1717) and his program
//! `mf2d`, which counts bits of sorted blocks.

use super::boxes::{Boxes, Cut, Made};
use super::error::WindowError;
use super::order::Rank;

impl Boxes<'_> {
    /// Elements of a rank, and between that and the next; those that are not there do not count.
    pub(super) fn ranked(
        &self,
        cut: &Cut,
        rank: Rank,
        keys: &[i64],
        there: Option<&[f64]>,
        value: impl Fn(i64) -> f64,
    ) -> Result<Made, WindowError> {
        let is_there = |at: usize| there.is_none_or(|there| there[at] != 0.0);
        let mut sorted: Vec<(i64, u32)> = keys.iter().copied().zip(0..).collect();
        sorted.sort_unstable();
        let mut numbers = vec![0u32; keys.len()];
        for (number, &(_, at)) in (0..).zip(&sorted) {
            numbers[at as usize] = number;
        }
        let mut results = vec![f64::NAN; cut.places];
        let mut counts = there.map(|_| vec![0.0; cut.places]);
        // Windows slide along the last windowed axis, from face to face.
        let slide = self.over.iter().copied().max().unwrap_or(0);
        let (axis, stride) = (self.axes[slide], cut.strides[slide]);
        let (apart, across) = (axis.dilation * stride, axis.size * axis.dilation * stride);
        let within =
            |offset: usize| if slide == 0 { offset } else { offset % cut.strides[slide - 1] };
        let faces: Vec<usize> =
            self.offsets.iter().copied().filter(|&offset| within(offset) < stride).collect();
        let along = cut.counts[slide] as usize;
        let mut bits = Bits::new();
        for row in Self::rows(cut, slide) {
            let row: usize =
                row.iter().zip(&cut.strides).map(|(index, stride)| index * stride).sum();
            for residue in 0..along.min(axis.dilation) {
                let mut at = row + residue * stride;
                bits.clear(keys.len());
                let own = self.offsets.iter().map(|offset| at + offset).filter(|&at| is_there(at));
                own.for_each(|at| bits.add(numbers[at] as usize));
                for place in (residue..along).step_by(axis.dilation) {
                    if bits.count() > 0 {
                        let (wanted, on) = rank.of(bits.count());
                        let (low, high) = bits.ranked(wanted);
                        let [low, high] = [low, high].map(|number| value(sorted[number].0));
                        results[at] = rank.between(low, high, on);
                    }
                    if let Some(counts) = &mut counts {
                        counts[at] = bits.count() as f64;
                    }
                    if place + axis.dilation >= along {
                        break;
                    }
                    for &face in &faces {
                        let (gone, come) = (at + face, at + face + across);
                        if is_there(gone) {
                            bits.take(numbers[gone] as usize);
                        }
                        if is_there(come) {
                            bits.add(numbers[come] as usize);
                        }
                    }
                    at += apart;
                }
            }
            self.progress.tell(0)?;
        }
        Ok((results, counts))
    }
}

/// A set of the numbers below some limit, and how many of it lie before a word of it.
struct Bits {
    words: Vec<u64>,
    /// The word, and how many of the set lie before it.
    word: usize,
    before: usize,
    count: usize,
}

impl Bits {
    fn new() -> Bits {
        Bits { words: Vec::new(), word: 0, before: 0, count: 0 }
    }

    /// The empty set of numbers below a limit.
    fn clear(&mut self, limit: usize) {
        self.words.clear();
        self.words.resize(limit.div_ceil(64).max(1), 0);
        (self.word, self.before, self.count) = (0, 0, 0);
    }

    /// How many numbers it has.
    fn count(&self) -> usize {
        self.count
    }

    /// Adds a number that it has not.
    #[inline(always)]
    fn add(&mut self, number: usize) {
        self.words[number / 64] |= 1 << (number % 64);
        self.before += usize::from(number / 64 < self.word);
        self.count += 1;
    }

    /// Takes away a number that it has.
    #[inline(always)]
    fn take(&mut self, number: usize) {
        self.words[number / 64] &= !(1 << (number % 64));
        self.before -= usize::from(number / 64 < self.word);
        self.count -= 1;
    }

    /// The number of a rank, and the next one where there is one. The rank is less than the count.
    fn ranked(&mut self, rank: usize) -> (usize, usize) {
        while self.before > rank {
            self.word -= 1;
            self.before -= self.words[self.word].count_ones() as usize;
        }
        loop {
            let here = self.words[self.word].count_ones() as usize;
            if self.before + here > rank || self.word + 1 == self.words.len() {
                break;
            }
            self.before += here;
            self.word += 1;
        }
        let mut rest = self.words[self.word];
        for _ in self.before..rank {
            rest &= rest.wrapping_sub(1);
        }
        let found = self.word * 64 + rest.trailing_zeros() as usize;
        rest &= rest.wrapping_sub(1);
        let mut word = self.word;
        while rest == 0 && word + 1 < self.words.len() {
            word += 1;
            rest = self.words[word];
        }
        (found, if rest == 0 { found } else { word * 64 + rest.trailing_zeros() as usize })
    }
}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn ranks_are_found_wherever_the_last_was() {
        let mut bits = Bits::new();
        bits.clear(1000);
        let mut set = std::collections::BTreeSet::new();
        let mut state = 7u64;
        for _ in 0..5000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let number = (state >> 40) as usize % 1000;
            if set.remove(&number) {
                bits.take(number);
            } else {
                set.insert(number);
                bits.add(number);
            }
            assert_eq!(bits.count(), set.len());
            if !set.is_empty() {
                let rank = (state >> 20) as usize % set.len();
                let want = set.iter().nth(rank).copied().unwrap();
                let next = set.iter().nth(rank + 1).copied().unwrap_or(want);
                assert_eq!(bits.ranked(rank), (want, next));
            }
        }
    }
}
