//! The picture of a trace: one step under the other, joined where they share memory.
//!
//! `zeros((2,3)).T.reshape(-1)`: a solid line from the first step to the second, which is a
//! view, and a dashed one to the third, which is a copy.

use stridewise::expr::Effect;

use super::array::shortened;
use super::canvas::{Anchor, Canvas, Frame, MARGIN};
use super::memory;
use crate::document::{Subject, TraceDocument};
use crate::strip::{Row, Strip};
use crate::text::quantity;

const STEP: f64 = 64.0;
const BADGE: (f64, f64) = (52.0, 22.0);
/// Where the memory of a step begins.
const MEMORY: f64 = 470.0;
/// More steps than this are not drawn.
const MOST_STEPS: usize = 64;

/// The picture of a trace.
pub fn chain_svg(trace: &TraceDocument) -> String {
    let mut canvas = Canvas::default();
    canvas.text("title", (MARGIN, MARGIN + 14.0), Anchor::Start, &shortened(&trace.source));
    let verdict = match trace.copies {
        0 => "no step copies".to_owned(),
        1 => format!("1 step copies: {}", quantity::bytes(trace.copied_bytes)),
        copies => format!("{copies} steps copy: {}", quantity::bytes(trace.copied_bytes)),
    };
    canvas.text("quiet", (MARGIN, MARGIN + 36.0), Anchor::Start, &verdict);
    let note = "the first cache line of each: a box is an element by its index";
    canvas.text("quiet small", (MEMORY, MARGIN + 56.0), Anchor::Start, note);
    let middle = MARGIN + BADGE.0 / 2.0;
    let mut y = MARGIN + 68.0;
    let mut above = None;
    for given in trace.given.iter().take(MOST_STEPS) {
        draw_badge(&mut canvas, "given", "new", y);
        draw_array(&mut canvas, &given.name, &given.layout, y);
        above = Some(y + BADGE.1);
        y += STEP;
    }
    for step in trace.steps.iter().take(MOST_STEPS) {
        if let Some(above) = above.filter(|_| step.kind != Effect::New) {
            let class = if step.kind == Effect::Copy { "cut" } else { "link" };
            canvas.line(class, (middle, above), (middle, y));
        }
        draw_badge(&mut canvas, step.effect, step.effect, y);
        draw_array(&mut canvas, &step.op, &step.layout, y);
        above = Some(y + BADGE.1);
        y += STEP;
        if let Some(reason) = &step.reason {
            let place = (MARGIN + 70.0, y - 11.0);
            canvas.text("quiet", place, Anchor::Start, &shortened(&reason.text));
            y += 20.0;
        }
    }
    if trace.steps.len() > MOST_STEPS {
        let text = format!("and {} more steps", trace.steps.len() - MOST_STEPS);
        canvas.text("quiet", (MARGIN, y + 14.0), Anchor::Start, &text);
    }
    let steps = trace.steps.iter().map(|step| format!("{} is a {}", step.op, step.effect));
    let steps = steps.take(MOST_STEPS).collect::<Vec<_>>().join("; ");
    canvas.finish(&format!("Steps of {}", trace.source), &format!("{verdict}: {steps}."))
}

fn draw_badge(canvas: &mut Canvas, text: &str, class: &str, y: f64) {
    canvas.rect(class, Frame { x: MARGIN, y, width: BADGE.0, height: BADGE.1 });
    canvas.text("in", (MARGIN + BADGE.0 / 2.0, y + 15.0), Anchor::Middle, text);
}

fn draw_array(canvas: &mut Canvas, name: &str, layout: &Subject, y: f64) {
    let layout = &layout.0.layout;
    let text = MARGIN + 70.0;
    canvas.text("head", (text, y + 15.0), Anchor::Start, &cut(name));
    let (shape, strides) = (quantity::tuple(layout.shape()), quantity::tuple(layout.strides()));
    let facts = format!("{shape} strides {strides} B");
    canvas.text("quiet", (text, y + 34.0), Anchor::Start, &cut(&facts));
    let strip = Strip::of(layout, LINE, 1);
    if let Some(Row::Line { start, cells }) = strip.rows.first() {
        memory::draw_line(canvas, &strip, *start, cells, (MEMORY, y + 4.0));
    }
}

/// Bytes of the line that a step's memory is drawn with.
const LINE: i64 = 64;

/// What fits between the badge and the memory.
fn cut(text: &str) -> String {
    const MOST: usize = 52;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST - 1).collect::<String>() + "…"
}
