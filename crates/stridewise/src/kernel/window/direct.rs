//! Direct reductions: what takes every element of every window, many windows at a time.
//!
//! A weighted sum and the rank of the last element have no shortcut, so each window costs its
//! length; neighbouring windows share every instruction. The definition, to the bit:
//! `dot[i] = ((x[i] v[0] + x[i+1] v[1]) + x[i+2] v[2]) + ..`, weights applied left to right.
//! Weights `1 2` on `1 2 3` give `5 8`.

use super::scan::WIDTH;
use crate::kernel::arch::Task;

/// Windows that are taken together.
const TOGETHER: usize = 4 * WIDTH;

/// Weighted sums of the windows that begin at each of the first items of a tile.
pub(super) struct Dot<'a> {
    pub(super) items: &'a [f64],
    pub(super) pitch: usize,
    pub(super) weights: &'a [f64],
    pub(super) sums: &'a mut [f64],
}

impl Task for Dot<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Dot { items, pitch, weights, sums } = self;
        let mut flat = 0;
        for sums in sums.chunks_mut(TOGETHER) {
            if let Ok(sums) = <&mut [f64; TOGETHER]>::try_from(&mut *sums) {
                let mut totals = [0.0; TOGETHER];
                for (k, &weight) in weights.iter().enumerate() {
                    let items = &items[flat + k * pitch..][..TOGETHER];
                    for (total, item) in totals.iter_mut().zip(items) {
                        let product = item * weight;
                        *total = if k == 0 { product } else { *total + product };
                    }
                }
                *sums = totals;
            } else {
                for (at, sum) in sums.iter_mut().enumerate() {
                    for (k, &weight) in weights.iter().enumerate() {
                        let product = items[flat + at + k * pitch] * weight;
                        *sum = if k == 0 { product } else { *sum + product };
                    }
                }
            }
            flat += TOGETHER;
        }
    }
}

/// How many elements of each window are less than its last, doubled, and with those equal to it.
pub(super) struct Ranks<'a> {
    pub(super) keys: &'a [i64],
    pub(super) pitch: usize,
    pub(super) size: usize,
    pub(super) ranks: &'a mut [i64],
}

impl Task for Ranks<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Ranks { keys, pitch, size, ranks } = self;
        let mut flat = 0;
        for ranks in ranks.chunks_mut(TOGETHER) {
            if let Ok(ranks) = <&mut [i64; TOGETHER]>::try_from(&mut *ranks) {
                let mut totals = [0i64; TOGETHER];
                let mut lasts = [0i64; TOGETHER];
                lasts.copy_from_slice(&keys[flat + (size - 1) * pitch..][..TOGETHER]);
                for k in 0..size {
                    let keys = &keys[flat + k * pitch..][..TOGETHER];
                    for ((total, key), last) in totals.iter_mut().zip(keys).zip(&lasts) {
                        *total += i64::from(key < last) + i64::from(key <= last);
                    }
                }
                *ranks = totals;
            } else {
                for (at, rank) in ranks.iter_mut().enumerate() {
                    let last = keys[flat + at + (size - 1) * pitch];
                    let above = |k: usize| {
                        let key = keys[flat + at + k * pitch];
                        i64::from(key < last) + i64::from(key <= last)
                    };
                    *rank = (0..size).map(above).sum();
                }
            }
            flat += TOGETHER;
        }
    }
}
