//! Numbers from bytes, one choice a byte, so that a fuzzer can change one choice at a time.
//!
//! Where the bytes end every choice is 0: no bytes at all are the layout `():()+0`.

use std::ops::RangeInclusive;

use stridewise_oracle::Strided;

/// Bytes yet to be read.
pub(crate) struct Dice<'a>(pub(crate) &'a [u8]);

impl Dice<'_> {
    /// The next byte.
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A number below `count`, which is at most 256.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count.max(1)
    }

    /// A small integer of the range.
    pub(crate) fn within(&mut self, range: RangeInclusive<i64>) -> i64 {
        let width = range.end() - range.start() + 1;
        range.start() + i64::from(self.byte()) % width.max(1)
    }

    pub(crate) fn pick<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.below(items.len())]
    }

    /// A list with a value for each of `count` places.
    pub(crate) fn list(&mut self, count: usize, range: RangeInclusive<i64>) -> Vec<i64> {
        (0..count).map(|_| self.within(range.clone())).collect()
    }

    /// An integer that may be anything, most often near a limit.
    pub(crate) fn any(&mut self) -> i64 {
        let near = [0, 1, 8, 1 << 20, 1 << 31, 1 << 32, 1 << 61, 1 << 62, i64::MAX, i64::MIN];
        match self.below(3) {
            0 => self.within(-3..=9),
            1 => near[self.below(near.len())].wrapping_add(self.within(-2..=2)),
            _ => (0..8).fold(0, |number, _| number << 8 | i64::from(self.byte())),
        }
    }

    /// A small layout: C order, or strides from anywhere.
    pub(crate) fn strided(&mut self) -> Strided {
        let rank = self.below(5);
        let shape = self.list(rank, 0..=5);
        let itemsize = *self.pick(&[8, 1, 2, 3, 4, 9]);
        let mut strides = vec![0; rank];
        let mut stride = itemsize;
        for axis in (0..rank).rev() {
            strides[axis] = stride;
            stride *= shape[axis].max(1);
        }
        if self.below(2) == 1 {
            for stride in &mut strides {
                *stride = i64::from(self.byte().cast_signed());
            }
        }
        let offset = i64::from(self.byte().cast_signed());
        Strided { shape, strides, offset, itemsize }
    }
}
