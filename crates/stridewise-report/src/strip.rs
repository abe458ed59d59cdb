//! Strip: the memory that a layout reaches, line by line, with the elements on it.
//!
//! Only a few lines are kept, however large the array: the first ones that are touched, the
//! last one, and how many lie between. The text card and the SVG draw the same strip.
//! In `(2,3):(32,8)+0` the first line of 64 bytes holds (0,0) (0,1) (0,2) gap (1,0) (1,1)
//! (1,2) gap.

use std::collections::BTreeSet;

use stridewise::layout::{Count, Layout, PerAxis};

/// How many elements are visited to find the first lines.
const VISITED: i64 = 1024;

/// How many lines are drawn of two layouts that do not meet.
const MOST_SHARED: i64 = 3;

/// Longer lines than any machine has are cut, so that a strip stays small.
const MOST_LINE: i64 = 512;

/// The memory of a layout, cut into lines and cells.
#[derive(Clone, Debug)]
pub struct Strip {
    /// Bytes of a line.
    pub line: i64,
    /// Bytes of a cell: elements start and end only where cells do.
    pub cell: i64,
    /// From the lowest byte to the highest.
    pub rows: Vec<Row>,
}

/// A line, or the place of those that are not shown.
#[derive(Clone, Debug)]
pub enum Row {
    /// A line that is shown.
    Line {
        /// Its first byte, counted from the start of the owning buffer.
        start: i64,
        /// What lies on it.
        cells: Vec<Cell>,
    },
    /// Lines that are left out.
    Skipped {
        /// How many.
        lines: i64,
    },
}

/// What lies on a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing of this array.
    Gap,
    /// An element begins here.
    Element {
        /// Its first index.
        index: PerAxis<i64>,
        /// How many indices reach this cell.
        shared: Shared,
    },
    /// More of the element before.
    Rest,
}

/// How many indices reach a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// One.
    No,
    /// Several: writing through one changes what the others read.
    Yes,
}

impl Cell {
    /// The index as `1,2`, with `+` where other indices reach the same bytes; nothing for
    /// cells where no element begins.
    pub fn label(&self) -> String {
        match self {
            Cell::Element { index, shared: Shared::No } => index_label(index),
            Cell::Element { index, shared: Shared::Yes } => index_label(index) + "+",
            Cell::Gap | Cell::Rest => String::new(),
        }
    }
}

/// `1,2`, and `()` for an array without axes.
pub(crate) fn index_label(index: &[i64]) -> String {
    if index.is_empty() {
        return "()".to_owned();
    }
    index.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}

impl Strip {
    /// The strip of a layout: at most `rows` lines of `line` bytes.
    pub fn of(layout: &Layout, line: i64, rows: usize) -> Strip {
        let line = line.clamp(1, MOST_LINE);
        Strip::of_lines(layout, line, cell_size(layout, line), &lines_to_show(layout, line, rows))
    }

    /// The strips of two layouts of one buffer on the same lines, with the same cells: the
    /// line of the byte where they meet, or the first lines that both may reach.
    pub fn of_two(a: &Layout, b: &Layout, line: i64, meeting: Option<i64>) -> (Strip, Strip) {
        let line = line.clamp(1, MOST_LINE);
        let cell = common_divisor(cell_size(a, line), cell_size(b, line)).max(1);
        let (a_span, b_span) = (a.span(), b.span());
        let low = meeting.unwrap_or(a_span.low.max(b_span.low));
        let high = if meeting.is_some() { low + 1 } else { a_span.high.min(b_span.high) };
        let first = low - low.rem_euclid(line);
        let lines = (0..MOST_SHARED).map_while(|row| first.checked_add(row * line));
        let starts: BTreeSet<i64> = lines.take_while(|start| *start < high).collect();
        (Strip::of_lines(a, line, cell, &starts), Strip::of_lines(b, line, cell, &starts))
    }

    /// The strip around a byte: its line, the one before, and the one after, as far as the
    /// layout reaches them.
    pub fn around(layout: &Layout, line: i64, byte: i64) -> Strip {
        let line = line.clamp(1, MOST_LINE);
        let span = layout.span();
        let start = byte - byte.rem_euclid(line);
        let near = [start.checked_sub(line), Some(start), start.checked_add(line)];
        let reached = |near: &i64| *near < span.high && near.saturating_add(line) > span.low;
        let lines = near.into_iter().flatten().filter(reached).chain([start]).collect();
        Strip::of_lines(layout, line, cell_size(layout, line), &lines)
    }

    fn of_lines(layout: &Layout, line: i64, cell: i64, starts: &BTreeSet<i64>) -> Strip {
        let mut strip = Strip { line, cell, rows: Vec::new() };
        let mut next = None;
        for &start in starts {
            if let Some(next) = next {
                // Spans reach at most 2^63 bytes (L4), so the distance fits.
                let lines = (start - next) / line;
                if lines > 0 {
                    strip.rows.push(Row::Skipped { lines });
                }
            }
            let end = start.saturating_add(line);
            next = Some(end);
            let cells = (start..end).step_by(usize::try_from(cell).unwrap_or(1));
            let cells = cells.map(|byte| cell_at(layout, byte)).collect();
            strip.rows.push(Row::Line { start, cells });
        }
        strip
    }

    /// Whether an index of it shares its bytes with another.
    pub fn has_shared(&self) -> bool {
        self.cells().any(|cell| matches!(cell, Cell::Element { shared: Shared::Yes, .. }))
    }

    /// An index to explain the picture by: the last one on the first line.
    pub fn some_index(&self) -> Option<&PerAxis<i64>> {
        self.rows.iter().find_map(|row| match row {
            Row::Line { cells, .. } => cells.iter().rev().find_map(|cell| match cell {
                Cell::Element { index, .. } => Some(index),
                _ => None,
            }),
            Row::Skipped { .. } => None,
        })
    }

    /// Whether bytes between elements are left out by the array.
    pub fn has_gaps(&self) -> bool {
        self.cells().any(|cell| *cell == Cell::Gap)
    }

    /// All cells of the lines that are shown.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.rows.iter().flat_map(|row| match row {
            Row::Line { cells, .. } => cells.as_slice(),
            Row::Skipped { .. } => &[],
        })
    }
}

/// The largest cell that divides the line and on whose multiples elements start and end.
fn cell_size(layout: &Layout, line: i64) -> i64 {
    let moving = layout.shape().iter().zip(layout.strides()).filter(|(extent, _)| **extent > 1);
    moving
        .map(|(_, &stride)| stride)
        .chain([layout.itemsize(), layout.offset()])
        .fold(line, common_divisor)
        .max(1)
}

fn common_divisor(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b > 0 {
        (a, b) = (b, a % b);
    }
    // At most the line, which came in as an i64.
    i64::try_from(a).unwrap_or(1)
}

fn cell_at(layout: &Layout, byte: i64) -> Cell {
    // Elements that begin here are preferred to those that merely reach here, and a few
    // candidates are enough to find one: they come in index order.
    let covering = layout.indices_at(byte, 16);
    let Some(any) = covering.indices.first() else {
        return Cell::Gap;
    };
    let begins = |index: &&PerAxis<i64>| layout.offset_of(index) == Ok(byte);
    match covering.indices.iter().find(begins) {
        Some(index) => {
            let shared = if covering.count == Count::Exact(1) { Shared::No } else { Shared::Yes };
            Cell::Element { index: index.clone(), shared }
        }
        None if layout.offset_of(any).is_ok_and(|start| start < byte) => Cell::Rest,
        None => Cell::Gap,
    }
}

/// The first bytes of the lines worth showing, ascending.
fn lines_to_show(layout: &Layout, line: i64, rows: usize) -> BTreeSet<i64> {
    let span = layout.span();
    let mut starts = BTreeSet::new();
    if span.is_empty() || rows == 0 {
        return starts;
    }
    let line_of = |byte: i64| byte - byte.rem_euclid(line);
    let last = line_of(span.high - 1);
    for byte in memory_walk(layout) {
        starts.insert(line_of(byte));
        starts.insert(line_of(byte.saturating_add(layout.itemsize() - 1)));
        if starts.len() >= rows {
            break;
        }
    }
    while starts.len() > rows {
        starts.pop_last();
    }
    // The end is seen as well as the beginning, where there is room for both.
    if rows > 1 && !starts.contains(&last) {
        if starts.len() == rows {
            starts.pop_last();
        }
        starts.insert(last);
    }
    starts
}

/// The bytes of the first elements, lowest first as far as the strides nest.
fn memory_walk(layout: &Layout) -> impl Iterator<Item = i64> {
    let low = layout.span().low;
    let extent_and_step = |&axis: &usize| (layout.shape()[axis], layout.strides()[axis]);
    let fastest_first: Vec<(i64, i64)> = (layout.order().iter().rev().map(extent_and_step))
        .filter(|&(extent, stride)| extent > 1 && stride != 0)
        .collect();
    let elements =
        fastest_first.iter().fold(1i64, |size, (extent, _)| size.saturating_mul(*extent));
    (0..elements.min(VISITED)).map(move |flat| {
        let mut rest = flat;
        let mut byte = low;
        for (extent, stride) in &fastest_first {
            // Within the span, which fits in an i64 (L4).
            byte = byte.saturating_add((rest % extent).saturating_mul(stride.saturating_abs()));
            rest /= extent;
        }
        byte
    })
}
