//! Sorted windows: every window of up to a few hundred elements, kept in order.
//!
//! Moving on by one takes one element out and puts one in, in one pass without a branch:
//!
//! ```text
//! t[j] = s[j] if s[j] < gone else s[j+1]            the window without the element that goes
//! s[j] = min(t[j], max(t[j-1], come))               and with the one that comes
//! ```
//!
//! Each number here is a row of neighbouring lanes, or of distant parts of one lane, so the pass
//! is a few vector instructions per element of the window, and needs no shuffle. From `1 3 5`, 3
//! goes and 4 comes: `t = 1 5 max`, `s = 1 4 5`.

use super::scan::{Pack, WIDTH};
use crate::kernel::arch::Task;

/// Lanes of keys in a tile: lane `k` begins at `begins[k]`, its elements are `stride` apart.
pub(super) struct Keys<'a, K> {
    pub(super) tile: &'a [K],
    pub(super) begins: Pack<usize>,
    pub(super) stride: usize,
    /// Elements of a window, and windows of each lane.
    pub(super) size: usize,
    pub(super) windows: usize,
}

/// Which ranks are wanted of each window.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// The same two of all.
    Two(usize, usize),
    /// Two of each, by the place of its first element in the tile.
    Each(&'a [(usize, usize)]),
}

/// Puts the keys of two ranks of every window where its first element is in the tile.
pub(super) struct Sorted<'a, K> {
    pub(super) keys: Keys<'a, K>,
    pub(super) greatest: K,
    pub(super) least: K,
    /// Room for the window and one more; its content does not matter.
    pub(super) rows: &'a mut Vec<Pack<K>>,
    pub(super) wanted: Wanted<'a>,
    pub(super) lows: &'a mut [K],
    pub(super) highs: &'a mut [K],
}

impl<K: Copy + Ord> Task for Sorted<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Sorted { keys, greatest, least, rows, wanted, lows, highs } = self;
        let Keys { tile, begins, stride, size, windows } = keys;
        rows.clear();
        rows.resize(size + 1, [greatest; WIDTH]);
        let mut window = Vec::with_capacity(size);
        for (lane, &begin) in begins.iter().enumerate() {
            window.clear();
            window.extend((0..size).map(|k| tile[begin + k * stride]));
            window.sort_unstable();
            for (row, &key) in rows.iter_mut().zip(&window) {
                row[lane] = key;
            }
        }
        let rows = &mut rows[..size + 1];
        for at in 0..windows {
            for (lane, &begin) in begins.iter().enumerate() {
                let place = begin + at * stride;
                let (low, high) = match wanted {
                    Wanted::Two(low, high) => (low, high),
                    Wanted::Each(ranks) => ranks[place],
                };
                lows[place] = rows[low][lane];
                highs[place] = rows[high][lane];
            }
            if at + 1 == windows {
                return;
            }
            let (mut gone, mut come) = ([least; WIDTH], [least; WIDTH]);
            for (lane, &begin) in begins.iter().enumerate() {
                gone[lane] = tile[begin + at * stride];
                come[lane] = tile[begin + (at + size) * stride];
            }
            let mut before = [least; WIDTH];
            let mut here = rows[0];
            for row in 0..size {
                let next = rows[row + 1];
                let (mut kept, mut put) = (next, next);
                for lane in 0..WIDTH {
                    kept[lane] = if here[lane] < gone[lane] { here[lane] } else { next[lane] };
                    let late = if before[lane] > come[lane] { before[lane] } else { come[lane] };
                    put[lane] = if kept[lane] < late { kept[lane] } else { late };
                }
                rows[row] = put;
                before = kept;
                here = next;
            }
        }
    }
}
