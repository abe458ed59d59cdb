//! A few lines of memory as a picture, of one array or of two, with one byte marked.
//!
//! `(2,3):(24,8)+0` at [1, 2]: the box of byte 40 has a thick frame.

use super::array::shortened;
use super::canvas::{Anchor, Canvas, Frame, MARGIN};
use super::memory::{self, NUMBERS, ROW, WIDE};
use crate::strip::{Row, Strip};

/// What stands above the lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caption<'a> {
    /// What was asked.
    pub(crate) title: &'a str,
    /// The answer, line by line.
    pub(crate) answer: &'a [String],
}

/// The same lines of one strip or of several, each with a name, and a frame around a byte.
pub(crate) fn lines_svg(
    caption: Caption<'_>,
    strips: &[(&str, &Strip)],
    marked: Option<i64>,
) -> String {
    let mut canvas = Canvas::default();
    canvas.text("title", (MARGIN, MARGIN + 14.0), Anchor::Start, &shortened(caption.title));
    let mut y = MARGIN + 36.0;
    for line in caption.answer {
        canvas.text("quiet", (MARGIN, y), Anchor::Start, &shortened(line));
        y += 18.0;
    }
    y += 8.0;
    let rows = strips.first().map_or(0, |(_, strip)| strip.rows.len());
    for row in 0..rows {
        for (name, strip) in strips {
            let Some(Row::Line { start, cells }) = strip.rows.get(row) else { continue };
            let boxes = MARGIN + NUMBERS;
            let label = format!("{name} {start}");
            canvas.text("quiet", (boxes - 8.0, y + ROW * 0.66), Anchor::End, label.trim());
            memory::draw_line(&mut canvas, strip, *start, cells, (boxes, y));
            if let Some(byte) =
                marked.filter(|byte| (*start..start.saturating_add(strip.line)).contains(byte))
            {
                let wide = WIDE / (strip.line / strip.cell).max(1) as f64;
                let at = (byte - start) / strip.cell;
                let x = boxes + wide * at as f64;
                canvas.rect("mark", Frame { x, y, width: wide, height: ROW - 4.0 });
            }
            y += ROW;
        }
        y += if strips.len() > 1 { 10.0 } else { 0.0 };
    }
    let description = caption.answer.join(" ");
    canvas.finish(caption.title, &description)
}
