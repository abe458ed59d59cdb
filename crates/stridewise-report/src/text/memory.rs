//! The memory strip as text: a row is a cache line, a cell an element with its index.
//!
//! `(2,3):(32,8)+0` is drawn as `0 │ 0,0  0,1  0,2  ·    1,0  1,1  1,2  ·    │`. Where indices
//! do not fit, blocks stand for them: neighbours differ in shade, and the row ends with the
//! indices of its first and its last element.

use unicode_width::UnicodeWidthStr;

use super::{Look, Page, Piece, Role, quantity};
use crate::strip::{Cell, Row, Strip, index_label};

/// Draws the strip under a heading that says how to read it.
pub(super) fn draw(page: &mut Page, strip: &Strip) {
    let look = page.look();
    let starts = strip.rows.iter().map(|row| match row {
        Row::Line { start, .. } => start.to_string().len(),
        Row::Skipped { .. } => 1,
    });
    let margin = starts.max().unwrap_or(1).max(4);
    // Two blanks, the number, and a rule with its blanks on either side.
    let room = look.width.saturating_sub(2 + margin + 3 + 2);
    let cells = Cells::fitting(strip, room);
    let title = Piece::new(Role::Title, "memory ");
    page.labelled(0, title, Piece::new(Role::Quiet, heading(strip)));
    page.paragraph(8, Piece::new(Role::Quiet, legend(strip, cells, look)));
    if let Cells::Indices { columns } = cells {
        page.line([Piece::new(Role::Quiet, ruler(strip, margin, columns))]);
    }
    let rule = look.glyph("│", "|");
    let mut drawn: Vec<Piece> = Vec::new();
    let mut skipped = 0;
    for (number, row) in strip.rows.iter().enumerate() {
        match row {
            Row::Skipped { lines } => skipped += lines,
            Row::Line { start, cells: content } => {
                let line = cells.draw_all(look, content, room);
                if line == drawn && number + 1 < strip.rows.len() {
                    skipped += 1; // Repeats are squeezed.
                    continue;
                }
                skip(page, margin, &mut skipped);
                let head = Piece::new(Role::Quiet, format!("  {start:>margin$} {rule} "));
                page.line(std::iter::once(head).chain(line.iter().cloned()));
                drawn = line;
            }
        }
    }
    skip(page, margin, &mut skipped);
}

/// Draws two strips of the same lines, each line of the one over that of the other.
pub(super) fn draw_two(page: &mut Page, a: &Strip, b: &Strip) {
    let look = page.look();
    let number = |row: &Row| match row {
        Row::Line { start, .. } => start.to_string().len(),
        Row::Skipped { .. } => 1,
    };
    let margin = a.rows.iter().map(number).max().unwrap_or(1).max(4);
    // As for one strip, and a letter with its blank.
    let room = look.width.saturating_sub(2 + margin + 3 + 2 + 2);
    let cells = Cells::narrower(Cells::fitting(a, room), Cells::fitting(b, room));
    let title = Piece::new(Role::Title, "memory ");
    page.labelled(0, title, Piece::new(Role::Quiet, heading(a)));
    if let Cells::Indices { columns } = cells {
        page.line([Piece::new(Role::Quiet, "  ".to_owned() + &ruler(a, margin, columns))]);
    }
    let rule = look.glyph("│", "|");
    for rows in a.rows.iter().zip(&b.rows) {
        let (Row::Line { start, cells: first }, Row::Line { cells: second, .. }) = rows else {
            continue; // Their lines follow one another.
        };
        for (name, number, content) in
            [("A", start.to_string(), first), ("B", String::new(), second)]
        {
            let head = Piece::new(Role::Quiet, format!("  {number:>margin$} {name} {rule} "));
            page.line(std::iter::once(head).chain(cells.draw_all(look, content, room)));
        }
    }
}

/// Dots for the lines that are not shown, if there are any.
fn skip(page: &mut Page, margin: usize, skipped: &mut i64) {
    if *skipped > 0 {
        let (dots, rule) = (page.look().glyph("⋮", ":"), page.look().glyph("│", "|"));
        let text = format!("  {dots:>margin$} {rule} {}", more(*skipped));
        page.line([Piece::new(Role::Quiet, text)]);
    }
    *skipped = 0;
}

fn more(lines: i64) -> String {
    let s = if lines == 1 { "" } else { "s" };
    format!("{} more line{s}", quantity::grouped(lines))
}

fn heading(strip: &Strip) -> String {
    let line = quantity::count(strip.line, "byte");
    let cell = quantity::count(strip.cell, "byte");
    format!("each row is a cache line of {line}, each cell {cell}")
}

/// `+0   +8   +16`: the bytes of the cells within their line.
fn ruler(strip: &Strip, margin: usize, columns: usize) -> String {
    let mut text = format!("  {:>margin$}   ", "byte");
    let mut byte = 0;
    while byte < strip.line {
        let mark = format!("+{byte}");
        // Where marks would touch, every other one is left out.
        let skip = if mark.len() < columns { 1 } else { 2 };
        text.push_str(&format!("{mark:<width$}", width = columns * skip));
        byte += strip.cell * i64::try_from(skip).unwrap_or(1);
    }
    text
}

/// How cells are drawn.
#[derive(Clone, Copy)]
enum Cells {
    /// By index, in so many columns.
    Indices { columns: usize },
    /// As blocks of so many columns, with a blank after so many cells.
    Blocks { columns: usize, group: usize },
}

impl Cells {
    fn fitting(strip: &Strip, room: usize) -> Cells {
        let count = usize::try_from(strip.line / strip.cell).unwrap_or(1).max(1);
        let widest = strip.cells().map(|cell| cell.label().width()).max().unwrap_or(1);
        match [2, 1].into_iter().map(|gap| widest + gap).find(|columns| columns * count <= room) {
            Some(columns) => Cells::Indices { columns },
            None => {
                // Blanks help the eye to count, where there is room for them.
                let blocks = |columns, group| Cells::Blocks { columns, group };
                let fits = |cells: &Cells| match cells {
                    Cells::Blocks { columns, group } => columns * count + count / group <= room,
                    Cells::Indices { .. } => false,
                };
                let choices = [blocks(2, 8), blocks(1, 8)];
                choices.into_iter().find(fits).unwrap_or(blocks(1, usize::MAX))
            }
        }
    }

    /// The one of two that suits both.
    fn narrower(one: Cells, other: Cells) -> Cells {
        match (one, other) {
            (Cells::Indices { columns: a }, Cells::Indices { columns: b }) => {
                Cells::Indices { columns: a.max(b) }
            }
            (blocks @ Cells::Blocks { .. }, _) | (_, blocks) => blocks,
        }
    }

    /// The cells of a line, and what follows them.
    fn draw_all(self, look: Look, cells: &[Cell], room: usize) -> Vec<Piece> {
        let mut odd = true;
        let mut pieces = Vec::new();
        for (at, cell) in cells.iter().enumerate() {
            odd ^= matches!(cell, Cell::Element { .. });
            pieces.push(self.draw(look, cell, at, odd));
        }
        pieces.push(Piece::new(Role::Quiet, look.glyph("│", "|")));
        if let Cells::Blocks { columns, group } = self {
            let ends = first_and_last(cells);
            if columns * cells.len() + cells.len() / group + ends.width() <= room {
                pieces.push(Piece::new(Role::Quiet, ends));
            }
        }
        pieces
    }

    fn draw(self, look: Look, cell: &Cell, at: usize, odd: bool) -> Piece {
        let role = if *cell == Cell::Gap { Role::Quiet } else { Role::Item };
        let gap = look.glyph("·", ".");
        match self {
            Cells::Indices { columns } => {
                let text = match cell {
                    Cell::Gap => gap.to_owned(),
                    Cell::Rest => look.glyph("─", "-").repeat(columns - 1),
                    Cell::Element { .. } => cell.label(),
                };
                Piece::new(role, format!("{text:<columns$}"))
            }
            Cells::Blocks { columns, group } => {
                let glyph = match (cell, odd) {
                    (Cell::Gap, _) => gap,
                    (_, false) => look.glyph("█", "#"),
                    (_, true) => look.glyph("▒", "="),
                };
                let blank = if (at + 1).is_multiple_of(group) { " " } else { "" };
                Piece::new(role, glyph.repeat(columns) + blank)
            }
        }
    }
}

fn legend(strip: &Strip, cells: Cells, look: Look) -> String {
    let mut parts = vec![match cells {
        Cells::Indices { .. } => "1,2 is where element [1, 2] begins".to_owned(),
        Cells::Blocks { .. } => {
            let (even, odd) = (look.glyph("█", "#"), look.glyph("▒", "="));
            format!("{even} and {odd} are elements in turn")
        }
    }];
    if let (Cells::Indices { .. }, Some(index)) = (cells, strip.some_index()) {
        let comma = index.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let what = if index.is_empty() {
            "the only element".to_owned()
        } else {
            format!("element [{comma}]")
        };
        parts[0] = format!("{} is where {what} begins", index_label(index));
    }
    if strip.has_gaps() {
        parts.push(format!("{} is not in the array", look.glyph("·", ".")));
    }
    if strip.has_shared() {
        parts.push("+ more than one index reaches it".to_owned());
    }
    parts.join("; ")
}

fn first_and_last(cells: &[Cell]) -> String {
    let mut labels =
        cells.iter().filter(|cell| matches!(cell, Cell::Element { .. })).map(Cell::label);
    match (labels.next(), labels.next_back()) {
        (Some(first), Some(last)) => format!(" {first} to {last}"),
        (Some(only), None) => format!(" {only}"),
        _ => String::new(),
    }
}
