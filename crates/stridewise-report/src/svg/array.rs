//! The picture of one array: the logical array on the left, its memory on the right.
//!
//! Both sides of `(2,3):(24,8)+0` have the same colours: one per cache line. A cell on the left
//! shows its byte, a box on the right its index.

use super::canvas::{Anchor, Canvas, Frame, MARGIN, hue};
use super::memory;
use crate::document::Inspect;
use crate::grid::{Grid, Shown, Slab};
use crate::text::quantity;

const CELL: (f64, f64) = (52.0, 24.0);
/// Room for the row numbers of the array.
const NUMBERS: f64 = 34.0;

/// The picture of an array.
pub fn array_svg(inspect: &Inspect) -> String {
    let layout = &inspect.layout.0.layout;
    let mut canvas = Canvas::default();
    canvas.text("title", (MARGIN, MARGIN + 14.0), Anchor::Start, &shortened(&inspect.source));
    let facts = format!(
        "{}  shape {}  strides {} B  offset {} B",
        inspect.layout.0.dtype,
        quantity::tuple(layout.shape()),
        quantity::tuple(layout.strides()),
        layout.offset()
    );
    canvas.text("quiet", (MARGIN, MARGIN + 36.0), Anchor::Start, &shortened(&facts));

    let top = MARGIN + 72.0;
    let several = layout.rank() > 2;
    let grid = Grid::of(layout, if several { 5 } else { 9 }, 7, 3);
    canvas.text("head", (MARGIN, top), Anchor::Start, "the array");
    canvas.text(
        "quiet small",
        (MARGIN + 84.0, top),
        Anchor::Start,
        "a number is the byte of its element",
    );
    draw_grid(&mut canvas, inspect, &grid, (MARGIN, top + 12.0));

    let wide = NUMBERS + CELL.0 * grid.columns.len().max(5) as f64;
    let right = MARGIN + wide + 32.0;
    canvas.text("head", (right + memory::NUMBERS, top), Anchor::Start, "its memory");
    let note = format!(
        "a row is a cache line of {} bytes, a box an element by its index, a dashed box a gap",
        inspect.strip.line
    );
    canvas.text("quiet small", (right + memory::NUMBERS + 92.0, top), Anchor::Start, &note);
    memory::draw(&mut canvas, &inspect.strip, (right, top + 12.0));

    let description = format!(
        "{} elements of {} bytes with strides {} bytes, from byte {} up to byte {} of a buffer. \
         Left, the array with the byte of each element; right, the memory with the index of \
         each element, one row per cache line of {} bytes.",
        layout.size(),
        layout.itemsize(),
        quantity::tuple(layout.strides()),
        layout.span().low,
        layout.span().high,
        inspect.strip.line
    );
    canvas.finish(&format!("Memory layout of {}", inspect.source), &description)
}

/// Long texts end in dots, so that the picture keeps its width.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 100;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST - 1).collect::<String>() + "…"
}

fn draw_grid(canvas: &mut Canvas, inspect: &Inspect, grid: &Grid, (x, mut y): (f64, f64)) {
    let rank = inspect.axes.len();
    if inspect.layout.0.layout.is_empty() {
        canvas.text("quiet", (x, y + CELL.1), Anchor::Start, "no elements");
        return;
    }
    for slab in &grid.slabs {
        let Some(prefix) = &slab.prefix else {
            canvas.text("quiet", (x + NUMBERS, y + 14.0), Anchor::Start, "⋮");
            y += CELL.1;
            continue;
        };
        if !prefix.is_empty() {
            let prefix = prefix.iter().map(|along| format!("{along}, ")).collect::<String>();
            let text = format!("[{prefix}:, :]");
            canvas.text("quiet", (x + NUMBERS, y + 14.0), Anchor::Start, &text);
            y += 20.0;
        }
        y = draw_slab(canvas, inspect, grid, slab, (x, y)) + 10.0;
    }
    if rank > 0 {
        let down = rank.checked_sub(2).map(|axis| format!("axis {axis} runs down, "));
        let text = format!("{}axis {} runs right", down.unwrap_or_default(), rank - 1);
        canvas.text("quiet small", (x + NUMBERS, y + 4.0), Anchor::Start, &text);
    }
}

/// Draws one slab and says where it ends.
fn draw_slab(
    canvas: &mut Canvas,
    inspect: &Inspect,
    grid: &Grid,
    slab: &Slab,
    (x, y): (f64, f64),
) -> f64 {
    let line = inspect.strip.line;
    let rank = inspect.axes.len();
    let left = x + NUMBERS;
    let top = y + 16.0;
    for (place, column) in grid.columns.iter().enumerate().filter(|_| rank > 0) {
        let middle = left + CELL.0 * (place as f64 + 0.5);
        canvas.text("quiet small", (middle, top - 4.0), Anchor::Middle, &number(*column));
    }
    for (place, row) in grid.rows.iter().enumerate() {
        let y = top + CELL.1 * place as f64;
        if rank > 1 {
            canvas.text("quiet small", (left - 6.0, y + 16.0), Anchor::End, &number(*row));
        }
        for (place, column) in grid.columns.iter().enumerate() {
            let x = left + CELL.0 * place as f64;
            let middle = (x + CELL.0 / 2.0, y + 16.0);
            match grid.byte(slab, *row, *column) {
                Some(byte) => {
                    let frame = Frame { x, y, width: CELL.0, height: CELL.1 };
                    canvas.rect(&hue(byte.div_euclid(line)), frame);
                    let text = byte.to_string();
                    let class = if text.len() > 6 { "in small" } else { "in" };
                    canvas.text(class, middle, Anchor::Middle, &fitting(text));
                }
                None => canvas.text("quiet", middle, Anchor::Middle, "…"),
            }
        }
    }
    top + CELL.1 * grid.rows.len() as f64
}

fn number(shown: Shown) -> String {
    match shown {
        Shown::Index(index) => index.to_string(),
        Shown::Dots => "…".to_owned(),
    }
}

/// Bytes of many digits keep their last ones.
fn fitting(text: String) -> String {
    const MOST: usize = 8;
    match text.len().checked_sub(MOST) {
        Some(over) if over > 0 => format!("…{}", &text[over + 1..]),
        _ => text,
    }
}
