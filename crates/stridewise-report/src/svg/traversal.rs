//! A traversal as a picture: a row is a cache line, a box an element with the number of the
//! access that touched it first.
//!
//! Over `(2,8):(64,8)+0` walked along axis 0 the rows begin 1! 3 5 and 2! 4 6; a thick frame is
//! where a line had to be fetched.

use super::array::shortened;
use super::canvas::{Anchor, Canvas, Frame, MARGIN, hue};
use super::memory::{ROW, WIDE};
use crate::traversal::{Missed, Traversal};

/// Room for an array's name and a line's first byte.
const NAMES: f64 = 120.0;

/// Draws a traversal under the statement it belongs to.
pub fn traversal_svg(title: &str, order: &str, traversal: &Traversal) -> String {
    let mut canvas = Canvas::default();
    canvas.text("title", (MARGIN, MARGIN + 14.0), Anchor::Start, &shortened(title));
    let caption = traversal.caption();
    canvas.text("quiet", (MARGIN, MARGIN + 36.0), Anchor::Start, &format!("loops {order}"));
    canvas.text("quiet", (MARGIN, MARGIN + 54.0), Anchor::Start, &caption);
    let x = MARGIN + NAMES;
    let mut y = MARGIN + 70.0;
    for row in &traversal.rows {
        let label = format!("{} {}", row.array, row.start);
        canvas.text("quiet", (x - 8.0, y + ROW * 0.66), Anchor::End, &label);
        let wide = WIDE / row.cells.len().max(1) as f64;
        let class = hue(row.start / traversal.line.max(1));
        for (at, cell) in row.cells.iter().enumerate() {
            let frame = Frame { x: x + wide * at as f64, y, width: wide, height: ROW - 4.0 };
            let Some(visit) = cell else {
                canvas.rect("gap", frame);
                continue;
            };
            canvas.rect(&class, frame);
            let place = (frame.x + wide / 2.0, y + ROW * 0.6);
            canvas.text("in", place, Anchor::Middle, &visit.label());
            if visit.missed == Missed::Yes {
                canvas.rect("mark", frame);
            }
        }
        y += ROW;
    }
    if traversal.more > 0 {
        let text = format!("⋮  {} more lines", traversal.more);
        canvas.text("quiet", (x, y + ROW * 0.66), Anchor::Start, &text);
    }
    canvas.finish(title, &caption)
}
