//! The memory strip as a picture: a row is a cache line, a box an element with its index.
//!
//! In `(2,3):(32,8)+0` the first row has three boxes, a dashed gap, three boxes, a gap.

use super::canvas::{Anchor, Canvas, Frame, hue, text_width};
use crate::strip::{Cell, Row, Strip};

/// Height of a row.
pub(super) const ROW: f64 = 26.0;
/// Width of a line's boxes.
pub(super) const WIDE: f64 = 512.0;
/// Room for the number of a row's first byte.
pub(super) const NUMBERS: f64 = 76.0;

/// Draws the strip with its upper left corner at the given place.
pub(super) fn draw(canvas: &mut Canvas, strip: &Strip, (x, y): (f64, f64)) {
    let boxes = x + NUMBERS;
    for (number, row) in strip.rows.iter().enumerate() {
        let y = y + ROW * number as f64;
        let base = y + ROW * 0.66;
        match row {
            Row::Line { start, cells } => {
                canvas.text("quiet", (boxes - 8.0, base), Anchor::End, &start.to_string());
                draw_line(canvas, strip, *start, cells, (boxes, y));
            }
            Row::Skipped { lines } => {
                let s = if *lines == 1 { "" } else { "s" };
                let text = format!("⋮  {lines} more line{s}");
                canvas.text("quiet", (boxes + 4.0, base), Anchor::Start, &text);
            }
        }
    }
}

/// The boxes of one line.
pub(super) fn draw_line(
    canvas: &mut Canvas,
    strip: &Strip,
    start: i64,
    cells: &[Cell],
    (x, y): (f64, f64),
) {
    let class = hue(start.div_euclid(strip.line));
    let wide = WIDE / cells.len().max(1) as f64;
    let height = ROW - 4.0;
    let labelled = labels_fit(strip);
    let mut at = 0;
    while at < cells.len() {
        // An element is one box, however many cells it takes; so is a run of gaps.
        let rest = if cells[at] == Cell::Gap { Cell::Gap } else { Cell::Rest };
        let length = 1 + cells[at + 1..].iter().take_while(|cell| **cell == rest).count();
        let length = if rest == Cell::Gap { 1 } else { length };
        let frame = Frame { x: x + wide * at as f64, y, width: wide * length as f64, height };
        match &cells[at] {
            Cell::Gap => canvas.rect("gap", frame),
            _ => canvas.rect(&class, frame),
        }
        let label = cells[at].label();
        if labelled {
            let place = (frame.x + frame.width / 2.0, y + ROW * 0.6);
            canvas.text("in", place, Anchor::Middle, &label);
        }
        at += length;
    }
    // The line's two ends, as a ruler has them.
    for end in [x, x + WIDE] {
        canvas.line("rule", (end, y - 2.0), (end, y + height + 2.0));
    }
}

/// Whether every element of the strip has room for its index: all of them show it, or none.
fn labels_fit(strip: &Strip) -> bool {
    let cells = strip.line / strip.cell;
    // How many cells an element takes is seen where it is whole.
    let mut lengths = strip.rows.iter().filter_map(|row| match row {
        Row::Line { cells, .. } => {
            let first = cells.iter().position(|cell| matches!(cell, Cell::Element { .. }))?;
            let rest = cells[first + 1..].iter().take_while(|cell| **cell == Cell::Rest);
            Some(1 + rest.count())
        }
        Row::Skipped { .. } => None,
    });
    let wide = WIDE / cells.max(1) as f64 * lengths.next().unwrap_or(1) as f64;
    strip.cells().all(|cell| text_width(&cell.label(), 12.0) + 2.0 <= wide)
}
