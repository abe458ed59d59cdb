//! Sources: tiles of lanes, gathered and converted to what an engine computes with.
//!
//! A tile is a few thousand numbers from anywhere in the lanes, laid side by side; the input as a
//! whole is never copied. Elements beside the lane are made up by the mode. A dense lane of the
//! right type is not gathered at all. Column 1 of `(3,4):(32,8)+0` is a lane of stride 32.

use std::marker::PhantomData;

use super::keys::Keyed;
use super::scan::{SLACK, Tiles};
use crate::kernel::arch::{Backend, Task};
use crate::kernel::element::Number;

/// What lies beside a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// Nothing that a window contains.
    Nothing,
    /// Missing elements.
    Missing,
    /// One value.
    Constant,
    /// `d c b a | a b c d | d c b a`
    Reflect,
    /// `d c b | a b c d | c b a`
    Mirror,
    /// `a a a | a b c d | d d d`
    Nearest,
    /// `b c d | a b c d | a b c`
    Wrap,
}

impl Beside {
    /// The element that stands for an index beside the lane, if one does.
    pub(super) fn index(self, at: i64, extent: i64) -> Option<i64> {
        if extent == 0 {
            return None;
        }
        match self {
            Beside::Nothing | Beside::Missing | Beside::Constant => None,
            Beside::Nearest => Some(at.clamp(0, extent - 1)),
            Beside::Wrap => Some(at.rem_euclid(extent)),
            Beside::Reflect => {
                let at = at.rem_euclid(2 * extent);
                Some(if at < extent { at } else { 2 * extent - 1 - at })
            }
            Beside::Mirror if extent == 1 => Some(0),
            Beside::Mirror => {
                let at = at.rem_euclid(2 * extent - 2);
                Some(if at < extent { at } else { 2 * extent - 2 - at })
            }
        }
    }
}

/// Lanes that lie side by side, in memory that may be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lanes {
    /// Where the first element of the first lane lies.
    pub(super) start: *const u8,
    /// Elements of a lane, and bytes from one to the next.
    pub(super) extent: i64,
    pub(super) stride: isize,
    /// How many lanes, and bytes from one to the next.
    pub(super) columns: usize,
    pub(super) across: isize,
    /// Index `t` is the lane's element `t * dilation + shift`.
    pub(super) dilation: i64,
    pub(super) shift: i64,
    pub(super) beside: Beside,
}

/// How numbers are converted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule<I> {
    /// What stands for NaN and missing elements.
    pub(super) missing: I,
    /// What stands beside the lane in [`Beside::Constant`].
    pub(super) constant: I,
    /// Exclusive or of every key.
    pub(super) flip: I,
}

/// A conversion of a number to what an engine computes with.
pub(super) trait Convert: 'static {
    type From: Keyed;
    type To: Copy + Default + Send + Sync + 'static;
    /// Whether a tile may be read where it lies, if no number is missing.
    const SAME: bool = false;
    fn convert(from: Self::From, rule: &Rule<Self::To>) -> Self::To;
}

macro_rules! conversions {
    ($($(#[$note:meta])* $name:ident -> $to:ty: |$from:ident, $rule:ident| $body:expr;)*) => {$(
        $(#[$note])*
        pub(super) struct $name<T>(PhantomData<T>);
        impl<T: Keyed> Convert for $name<T> {
            type From = T;
            type To = $to;
            #[inline(always)]
            fn convert($from: T, $rule: &Rule<$to>) -> $to {
                $body
            }
        }
    )*};
}
conversions! {
    /// As a double.
    Real -> f64: |from, rule| if from.is_missing() { rule.missing } else { from.to_f64() };
    /// As 64 bits.
    Whole -> i64: |from, _rule| from.whole();
    /// The upper 32 of 64 bits, with the sign where there is one.
    Upper -> i64: |from, _rule| if T::UNSIGNED { (from.whole() as u64 >> 32) as i64 } else { from.whole() >> 32 };
    /// The lower 32 of 64 bits.
    Lower -> i64: |from, _rule| from.whole() & 0xffff_ffff;
    /// As a key of 64 bits.
    Wide -> i64: |from, rule| if from.is_missing() { rule.missing } else { from.even_key().into() ^ rule.flip };
    /// As a key of 64 bits, which tells both zeros apart.
    Plain -> i64: |from, rule| if from.is_missing() { rule.missing } else { from.key().into() ^ rule.flip };
    /// 1 for what is there, 0 for NaN.
    There -> f64: |from, _rule| if from.is_missing() { 0.0 } else { 1.0 };
    /// Whether it is true, as a key.
    Trueness -> i8: |from, rule| if from.is_missing() { rule.missing } else { i8::from(from.is_true()) ^ rule.flip };
}

/// As a key of its own size.
pub(super) struct Narrow<T>(PhantomData<T>);

impl<T: Keyed> Convert for Narrow<T> {
    type From = T;
    type To = T::Key;
    #[inline(always)]
    fn convert(from: T, rule: &Rule<T::Key>) -> T::Key {
        if from.is_missing() {
            rule.missing
        } else if rule.flip == T::Key::default() {
            from.key()
        } else {
            T::turned(from.key())
        }
    }
}

/// Doubles, or 64-bit integers, where they lie.
pub(super) struct AsIs<T>(PhantomData<T>);

macro_rules! as_is {
    ($($type:ty)*) => {$(
        impl Convert for AsIs<$type> {
            type From = $type;
            type To = $type;
            const SAME: bool = true;
            #[inline(always)]
            fn convert(from: $type, _: &Rule<$type>) -> $type {
                from
            }
        }
    )*};
}
as_is!(f64 i64);

/// Tiles of lanes, converted by `C`.
pub(super) struct Source<C: Convert> {
    lanes: Lanes,
    /// Lanes of a tile: at least the columns, the rest is made up.
    pitch: usize,
    rule: Rule<C::To>,
    backend: Backend,
    tile: Vec<C::To>,
}

impl<C: Convert> Source<C> {
    /// # Safety
    /// Every element of the lanes can be read as long as the source lives, and nobody writes it.
    pub(super) unsafe fn new(
        lanes: Lanes,
        pitch: usize,
        rule: Rule<C::To>,
        backend: Backend,
    ) -> Source<C> {
        Source { lanes, pitch, rule, backend, tile: Vec::new() }
    }

    /// The tile where it lies.
    fn in_place(&self, first: i64, rows: usize) -> Option<&[C::To]> {
        let Lanes { start, extent, stride, columns, dilation, shift, .. } = self.lanes;
        let size = size_of::<C::To>();
        if !C::SAME || columns != 1 || self.pitch != 1 || dilation != 1 || stride != size as isize {
            return None;
        }
        let (begin, length) = (first.checked_add(shift)?, rows + SLACK);
        if begin < 0 || begin.checked_add(length as i64)? > extent {
            return None;
        }
        let at = start.wrapping_add(begin as usize * size).cast::<C::To>();
        if !at.is_aligned() {
            return None;
        }
        // SAFETY: `length` dense, aligned elements of the lane; `SAME` says that they are `To`.
        Some(unsafe { std::slice::from_raw_parts(at, length) })
    }

    /// Some rows, and as many more elements as packs run over, laid side by side.
    pub(super) fn gather(&self, first: i64, rows: usize, tile: &mut [C::To]) {
        let Lanes { start, extent, stride, columns, across, dilation, shift, beside } = self.lanes;
        let pitch = self.pitch;
        // Rows `low..high` lie in the lane: 0 <= (first + row) * dilation + shift < extent.
        let begin = first * dilation + shift;
        let inside = |index: i64| -> usize {
            let row = match dilation {
                1 => index - begin,
                _ => {
                    (index - begin).div_euclid(dilation)
                        + i64::from((index - begin).rem_euclid(dilation) > 0)
                }
            };
            usize::try_from(row).unwrap_or(0).min(rows)
        };
        let (low, high) = (inside(0), inside(extent));
        let high = high.max(low);
        let offset = begin.wrapping_add(low as i64 * dilation) as isize;
        let block = Block::<C> {
            from: start.wrapping_offset(stride.wrapping_mul(offset)),
            stride: stride.wrapping_mul(dilation as isize),
            across,
            rows: high - low,
            columns,
            pitch,
            rule: self.rule,
            to: &mut tile[low * pitch..],
        };
        // SAFETY: these rows lie in the lanes, which may be read as `new` was promised.
        self.backend.run(block);
        let made_up = match beside {
            Beside::Nothing => return,
            Beside::Missing => Some(self.rule.missing),
            Beside::Constant => Some(self.rule.constant),
            _ => None,
        };
        if let Some(made_up) = made_up {
            tile[..low * pitch].fill(made_up);
            tile[high * pitch..rows * pitch].fill(made_up);
            return;
        }
        for row in (0..low).chain(high..rows) {
            let at = begin + row as i64 * dilation;
            let to = &mut tile[row * pitch..(row + 1) * pitch];
            if let Some(index) = beside.index(at, extent) {
                let from = start.wrapping_offset(stride.wrapping_mul(index as isize));
                let rule = self.rule;
                let block = Block::<C> { from, stride, across, rows: 1, columns, pitch, rule, to };
                // SAFETY: `index` is an element of the lanes.
                block.run();
            }
        }
    }
}

impl<C: Convert> Tiles<C::To> for Source<C> {
    fn tile(&mut self, first: i64, rows: usize) -> &[C::To] {
        if self.in_place(first, rows).is_none() {
            let length = rows * self.pitch + SLACK;
            let mut tile = std::mem::take(&mut self.tile);
            if tile.len() < length {
                tile.resize(length, C::To::default());
            }
            self.gather(first, rows, &mut tile);
            self.tile = tile;
            return &self.tile[..length];
        }
        self.in_place(first, rows).unwrap_or(&[])
    }
}

/// Part of some lanes, on its way to a tile. Made only of elements that may be read.
struct Block<'a, C: Convert> {
    from: *const u8,
    stride: isize,
    across: isize,
    rows: usize,
    columns: usize,
    pitch: usize,
    rule: Rule<C::To>,
    to: &'a mut [C::To],
}

impl<C: Convert> Task for Block<'_, C> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Block { from, stride, across, rows, columns, pitch, rule, to } = self;
        let size = size_of::<C::From>() as isize;
        let read = |row: usize, column: usize| {
            let at = stride.wrapping_mul(row as isize) + across.wrapping_mul(column as isize);
            // SAFETY: an element of the block, which may be read.
            C::convert(unsafe { <C::From>::read(from.wrapping_offset(at)) }, &rule)
        };
        if columns == 1 && pitch == 1 {
            if stride == size {
                for (row, to) in to[..rows].iter_mut().enumerate() {
                    // SAFETY: as above; the rows are dense.
                    let item =
                        unsafe { <C::From>::read(from.wrapping_add(row * size_of::<C::From>())) };
                    *to = C::convert(item, &rule);
                }
            } else {
                for (row, to) in to[..rows].iter_mut().enumerate() {
                    *to = read(row, 0);
                }
            }
        } else if across == size || stride.unsigned_abs() >= across.unsigned_abs() {
            for (row, to) in to.chunks_mut(pitch).take(rows).enumerate() {
                let from = from.wrapping_offset(stride.wrapping_mul(row as isize));
                if across == size {
                    for (column, to) in to[..columns].iter_mut().enumerate() {
                        // SAFETY: as above; the columns are dense.
                        let item = unsafe {
                            <C::From>::read(from.wrapping_add(column * size_of::<C::From>()))
                        };
                        *to = C::convert(item, &rule);
                    }
                } else {
                    for (column, to) in to[..columns].iter_mut().enumerate() {
                        *to = read(row, column);
                    }
                }
            }
        } else {
            for column in 0..columns {
                for row in 0..rows {
                    to[row * pitch + column] = read(row, column);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_beside_a_lane() {
        let check = |beside: Beside, want: &str| {
            let letters: String = (-6..10)
                .map(|at| beside.index(at, 4).map_or('?', |k| (b'a' + k as u8) as char))
                .collect();
            assert_eq!(letters, want, "{beside:?}");
        };
        check(Beside::Reflect, "cddcbaabcddcbaab");
        check(Beside::Mirror, "abcdcbabcdcbabcd");
        check(Beside::Nearest, "aaaaaaabcddddddd");
        check(Beside::Wrap, "cdabcdabcdabcdab");
        check(Beside::Constant, "????????????????");
    }
}
