//! Sorted windows: every window of up to a few hundred elements, kept in order.
//!
//! Moving on by one takes one element out and puts one in, in one pass without a branch:
//!
//! ```text
//! t[j] = s[j] if s[j] < gone else s[j+1]            the window without the element that goes
//! s[j] = min(t[j], max(t[j-1], come))               and with the one that comes
//! ```
//!
//! Each number here is a row of neighbouring lanes, or of distant parts of one lane that are woven
//! into such rows first, so the pass is a few vector instructions per element of the window, and
//! needs no shuffle. From `1 3 5`, 3 goes and 4 comes: `t = 1 5 max`, `s = 1 4 5`. Windows of up
//! to [`SHORTEST`] elements are sorted one by one, eight neighbours at a time.

use super::folds::zip;
use super::planes::{load, one_by_one};
use super::scan::{Pack, WIDTH};
use crate::kernel::arch::Task;

/// The longest windows that are sorted from nothing.
pub(super) const SHORTEST: usize = 9;

/// Which ranks are wanted of each window.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// The same two of all.
    Two(usize, usize),
    /// Two of each, by the place of its first element in the tile.
    Each(&'a [(usize, usize)]),
}

/// Keys of eight lanes, and where their ranks go: a pack for each window.
pub(super) struct Sorted<'a, K> {
    /// Every `step`-th pack is an element of the lanes.
    pub(super) keys: &'a [Pack<K>],
    pub(super) step: usize,
    /// Elements of a window, and windows of each lane.
    pub(super) size: usize,
    pub(super) windows: usize,
    pub(super) greatest: K,
    pub(super) least: K,
    /// Room for the window and one more; its content does not matter.
    pub(super) rows: &'a mut Vec<Pack<K>>,
    pub(super) wanted: Wanted<'a>,
    /// Where the first window of each lane begins, in the tile.
    pub(super) begins: Pack<usize>,
    /// From one window of a lane to the next, in the tile.
    pub(super) apart: usize,
    pub(super) lows: &'a mut [Pack<K>],
    pub(super) highs: &'a mut [Pack<K>],
}

impl<K: Copy + Ord + Default> Task for Sorted<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Sorted { keys, step, size, windows, greatest, least, rows, wanted, .. } = self;
        let (begins, apart, lows, highs) = (self.begins, self.apart, self.lows, self.highs);
        rows.clear();
        rows.resize(size + 1, [greatest; WIDTH]);
        let mut window = Vec::with_capacity(size);
        for lane in 0..WIDTH {
            window.clear();
            window.extend((0..size).map(|k| keys[k * step][lane]));
            window.sort_unstable();
            for (row, &key) in rows.iter_mut().zip(&window) {
                row[lane] = key;
            }
        }
        let rows = &mut rows[..size + 1];
        let pairs = lows[..windows].iter_mut().zip(&mut highs[..windows]);
        for (at, (low_to, high_to)) in pairs.enumerate() {
            match wanted {
                Wanted::Two(low, high) => (*low_to, *high_to) = (rows[low], rows[high]),
                Wanted::Each(ranks) => {
                    for lane in 0..WIDTH {
                        let (low, high) = ranks[begins[lane] + at * apart];
                        (low_to[lane], high_to[lane]) = (rows[low][lane], rows[high][lane]);
                    }
                }
            }
            if at + 1 == windows {
                return;
            }
            let (gone, come) = (keys[at * step], keys[(at + size) * step]);
            let mut before = [least; WIDTH];
            let mut here = rows[0];
            for row in 0..size {
                one_by_one();
                let next = rows[row + 1];
                let (mut kept, mut put) = (next, next);
                for lane in 0..WIDTH {
                    kept[lane] = if here[lane] < gone[lane] { here[lane] } else { next[lane] };
                }
                for lane in 0..WIDTH {
                    put[lane] = kept[lane].min(before[lane].max(come[lane]));
                }
                rows[row] = put;
                before = kept;
                here = next;
            }
        }
    }
}

/// Two ranks of each of the windows that begin at the first keys of a tile, by sorting `N` packs.
pub(super) struct Network<'a, K, const N: usize> {
    pub(super) keys: &'a [K],
    pub(super) pitch: usize,
    pub(super) ranks: (usize, usize),
    pub(super) lows: &'a mut [K],
    pub(super) highs: &'a mut [K],
}

impl<K: Copy + Ord + Default, const N: usize> Task for Network<'_, K, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Network { keys, pitch, ranks: (low, high), lows, highs } = self;
        let lows = lows.as_chunks_mut::<WIDTH>().0;
        let highs = highs.as_chunks_mut::<WIDTH>().0;
        for (pack, (low_to, high_to)) in lows.iter_mut().zip(highs).enumerate() {
            one_by_one();
            let mut sorted: [Pack<K>; N] =
                std::array::from_fn(|k| load(keys, pack * WIDTH + k * pitch));
            for last in 1..N {
                for at in (0..last).rev() {
                    let (a, b) = (sorted[at], sorted[at + 1]);
                    sorted[at] = zip(a, b, |a, b| if b < a { b } else { a });
                    sorted[at + 1] = zip(a, b, |a, b| if b < a { a } else { b });
                }
            }
            // By fixed indices, so that all packs stay in registers.
            for (at, row) in sorted.iter().enumerate() {
                if at == low {
                    *low_to = *row;
                }
                if at == high {
                    *high_to = *row;
                }
            }
        }
    }
}
