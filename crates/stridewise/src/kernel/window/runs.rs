//! Runs: stretches of equal elements, whose mean is the element itself, to the bit.
//!
//! `w * c / w` is not always `c` in floating point, so windows within a run take the element
//! instead of the quotient. Looking for runs costs next to nothing: a run of `w` elements contains
//! a pair of neighbours at a multiple of `w - 1`, and few elements equal their neighbours.
//! In `1 2 2 2 3` with `w = 3` the one run is `1..4`, and window 1 has mean 2.

use std::ops::Range;

use super::scan::Tiles;

/// Elements that are looked at together.
const TILE: usize = 1024;

/// A run long enough for windows: of one column, the windows that lie within, and their mean.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    pub(super) column: usize,
    pub(super) starts: Range<i64>,
    pub(super) value: f64,
}

/// The runs that some windows lie in. Missing elements (NaN) belong to the run around them.
pub(super) fn runs(
    source: &mut dyn Tiles<f64>,
    (columns, pitch): (usize, usize),
    size: usize,
    starts: Range<i64>,
    holes: Holes,
) -> Vec<Run> {
    if starts.is_empty()
        || (holes == Holes::None && !possible(source, (columns, pitch), size, starts.clone()))
    {
        return Vec::new();
    }
    let mut open: Vec<Open> =
        vec![Open { begin: starts.start, last: starts.start - 1, value: f64::NAN }; columns];
    let mut found = Vec::new();
    let mut close = |column: usize, open: &Open, end: i64| {
        let first = open.begin.max(starts.start);
        let after = (end - size as i64 + 1).min(starts.end);
        if first < after && !open.value.is_nan() {
            found.push(Run { column, starts: first..after, value: open.value });
        }
    };
    let end = starts.end + size as i64 - 1;
    let mut at = starts.start;
    while at < end {
        let rows = (end - at).min((TILE / pitch).max(1) as i64) as usize;
        let tile = source.tile(at, rows);
        for row in 0..rows {
            let here = at + row as i64;
            for (column, open) in open.iter_mut().enumerate() {
                let value = tile[row * pitch + column];
                let missing = value.is_nan();
                if missing && holes == Holes::Belong {
                    continue;
                }
                if open.value.to_bits() != value.to_bits() {
                    if open.value.is_nan() && open.last < starts.start && holes == Holes::Belong {
                        open.value = value; // the first element that is there
                    } else {
                        close(column, open, here);
                        // Holes before this element belong to its run, too.
                        let begin = if holes == Holes::Belong { open.last + 1 } else { here };
                        *open = Open { begin, last: here, value };
                    }
                }
                open.last = here;
            }
        }
        at += rows as i64;
    }
    for (column, open) in open.iter().enumerate() {
        close(column, open, end);
    }
    found
}

/// Whether missing elements are passed over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holes {
    None,
    Belong,
}

#[derive(Clone, Copy)]
struct Open {
    begin: i64,
    last: i64,
    value: f64,
}

/// Whether there may be a run of `size` elements.
fn possible(
    source: &mut dyn Tiles<f64>,
    (columns, pitch): (usize, usize),
    size: usize,
    starts: Range<i64>,
) -> bool {
    // Made-up columns, beside the true ones, are of no interest.
    let equal = |tile: &[f64], rows: usize| {
        let (stretch, stretches) = if pitch == 1 { (rows, 1) } else { (columns, rows) };
        (0..stretches).any(|row| {
            let (upper, lower) = (&tile[row * pitch..], &tile[(row + 1) * pitch..]);
            let pairs = upper[..stretch].iter().zip(&lower[..stretch]);
            pairs.fold(0u64, |any, (a, b)| any | u64::from(a.to_bits() == b.to_bits())) != 0
        })
    };
    let end = starts.end + size as i64 - 1;
    if size == 1 {
        return false; // The mean of one element is the element.
    }
    let stride = size as i64 - 1;
    // Of several lanes, a tile is a copy: only what is looked at is worth it.
    let (mut at, rows, stride) = if stride < if pitch == 1 { 64 } else { 4 } {
        let rows = (TILE / pitch).max(1);
        (starts.start, rows, rows as i64)
    } else {
        (starts.start.div_euclid(stride) * stride, 1, stride)
    };
    while at + 1 < end {
        let rows = rows.min((end - 1 - at) as usize);
        if equal(source.tile(at, rows + 1), rows) {
            return true;
        }
        at += stride;
    }
    false
}
