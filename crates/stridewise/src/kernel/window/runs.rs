//! Runs: stretches of equal elements, whose mean is the element itself, to the bit.
//!
//! `w * c / w` is not always `c` in floating point, so windows within a run take the element
//! instead of the quotient. Looking for runs costs next to nothing: a run of `w` elements contains
//! a pair of neighbours at a multiple of `w - 1`, so that only those pairs and what lies around
//! equal ones is looked at.
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
    if starts.is_empty() {
        return Vec::new();
    }
    if holes == Holes::None {
        return around_pairs(source, (columns, pitch), size, starts);
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
                if missing {
                    continue;
                }
                if open.value.to_bits() != value.to_bits() {
                    if open.value.is_nan() && open.last < starts.start {
                        open.value = value; // the first element that is there
                    } else {
                        close(column, open, here);
                        // Holes before this element belong to its run, too.
                        *open = Open { begin: open.last + 1, last: here, value };
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

/// The runs of `size` elements, each found by a pair that it must contain.
fn around_pairs(
    source: &mut dyn Tiles<f64>,
    (columns, pitch): (usize, usize),
    size: usize,
    starts: Range<i64>,
) -> Vec<Run> {
    let mut found = Vec::new();
    if size == 1 {
        return found; // The mean of one element is the element.
    }
    let (begin, end) = (starts.start, starts.end + size as i64 - 1);
    let apart = size as i64 - 1;
    // Of several lanes, a tile is a copy: only what is looked at is worth it.
    let near = apart < if pitch == 1 { 64 } else { 4 };
    let most = if near { (TILE / pitch).max(1) as i64 } else { 1 };
    let mut at = if near { begin } else { (begin + apart - 1).div_euclid(apart) * apart };
    let mut passed = vec![begin; columns];
    let mut pairs = Vec::new();
    while at + 1 < end {
        let rows = most.min(end - 1 - at);
        let tile = source.tile(at, rows as usize + 1);
        if any_pair(tile, rows as usize, (columns, pitch)) {
            let first = (at + apart - 1).div_euclid(apart) * apart;
            for here in (first..at + rows).step_by(apart as usize) {
                let row = (here - at) as usize;
                let (upper, lower) = (&tile[row * pitch..], &tile[(row + 1) * pitch..]);
                let equal = |column: &usize| upper[*column].to_bits() == lower[*column].to_bits();
                pairs.extend((0..columns).filter(equal).map(|column| (here, column)));
            }
        }
        for (here, column) in pairs.drain(..) {
            if here < passed[column] {
                continue; // It lies in the run that was found last.
            }
            let lane = (column, pitch);
            let (run, value) = around(source, lane, here, passed[column]..end);
            passed[column] = run.end;
            let windows = run.start..(run.end - apart).min(starts.end);
            if !windows.is_empty() && !value.is_nan() {
                found.push(Run { column, starts: windows, value });
            }
        }
        at += if near { rows } else { apart };
    }
    found
}

/// Whether any element equals the one after it; made-up columns are of no interest.
fn any_pair(tile: &[f64], rows: usize, (columns, pitch): (usize, usize)) -> bool {
    let (stretch, stretches) = if pitch == 1 { (rows, 1) } else { (columns, rows) };
    (0..stretches).any(|row| {
        let (upper, lower) = (&tile[row * pitch..], &tile[(row + 1) * pitch..]);
        let pairs = upper[..stretch].iter().zip(&lower[..stretch]);
        pairs.fold(0u64, |any, (a, b)| any | u64::from(a.to_bits() == b.to_bits())) != 0
    })
}

/// The run that an element lies in, within bounds, and its value.
fn around(
    source: &mut dyn Tiles<f64>,
    (column, pitch): (usize, usize),
    here: i64,
    bounds: Range<i64>,
) -> (Range<i64>, f64) {
    let most = (TILE / pitch).max(1) as i64;
    let value = source.tile(here, 1)[column];
    let same = |tile: &[f64], row: usize| tile[row * pitch + column].to_bits() == value.to_bits();
    let (mut first, mut end) = (here, here + 1);
    while first > bounds.start {
        let rows = most.min(first - bounds.start) as usize;
        let tile = source.tile(first - rows as i64, rows);
        let equal = (0..rows).rev().take_while(|&row| same(tile, row)).count();
        first -= equal as i64;
        if equal < rows {
            break;
        }
    }
    while end < bounds.end {
        let rows = most.min(bounds.end - end) as usize;
        let tile = source.tile(end, rows);
        let equal = (0..rows).take_while(|&row| same(tile, row)).count();
        end += equal as i64;
        if equal < rows {
            break;
        }
    }
    (first..end, value)
}
