//! Page: lines, paragraphs and tables put down one under the other, aligned before they are
//! coloured.
//!
//! A fact about `(2,3):(24,8)+0` is a row of three: `strides`, `(24, 8) B`, `(3, 1) items`.

use unicode_width::UnicodeWidthStr;

use super::{Look, Role};

/// Text in a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    role: Role,
    text: String,
}

impl Piece {
    /// Text in a role.
    pub fn new(role: Role, text: impl Into<String>) -> Piece {
        Piece { role, text: Look::printable(&text.into()) }
    }

    /// Columns that it takes.
    pub(super) fn width(&self) -> usize {
        self.text.width()
    }
}

impl From<&str> for Piece {
    fn from(text: &str) -> Piece {
        Piece::new(Role::Plain, text)
    }
}

impl From<String> for Piece {
    fn from(text: String) -> Piece {
        Piece::new(Role::Plain, text)
    }
}

/// To which side the cells of a column lean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A growing page of text.
#[derive(Clone, Debug)]
pub struct Page {
    look: Look,
    text: String,
}

/// Columns between two columns of a table.
const GUTTER: usize = 2;

impl Page {
    /// An empty page.
    pub fn new(look: Look) -> Page {
        Page { look, text: String::new() }
    }

    /// How it is drawn.
    pub fn look(&self) -> Look {
        self.look
    }

    /// The text, every line ended.
    pub fn finish(self) -> String {
        self.text
    }

    /// An empty line.
    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Pieces one after the other on a line.
    pub fn line<P: Into<Piece>>(&mut self, pieces: impl IntoIterator<Item = P>) {
        for piece in pieces {
            let piece = piece.into();
            self.text.push_str(&self.look.paint(piece.role, &piece.text));
        }
        self.end_line();
    }

    /// Words filled into lines of the page's width, all indented alike.
    pub fn paragraph(&mut self, indent: usize, piece: impl Into<Piece>) {
        let piece = piece.into();
        for line in wrap(&piece.text, self.room_after(indent)) {
            self.text.push_str(&" ".repeat(indent));
            self.text.push_str(&self.look.paint(piece.role, &line));
            self.end_line();
        }
    }

    /// `label` with its text beside it, the text's further lines under its first.
    pub fn labelled(&mut self, indent: usize, label: impl Into<Piece>, text: impl Into<Piece>) {
        let (label, text) = (label.into(), text.into());
        let column = indent + label.width() + 1;
        self.text.push_str(&" ".repeat(indent));
        self.text.push_str(&self.look.paint(label.role, &label.text));
        for (number, line) in wrap(&text.text, self.room_after(column)).iter().enumerate() {
            let pad = if number == 0 { 1 } else { column };
            self.text.push_str(&" ".repeat(pad));
            self.text.push_str(&self.look.paint(text.role, line));
            self.end_line();
        }
    }

    /// Facts, one a line: what, its value, and what that means. A long value has a line of its
    /// own, so that it does not push all the others aside.
    pub fn facts(&mut self, indent: usize, facts: &[(&str, String, String)]) {
        const LONG: usize = 24;
        let widest = |widths: &mut dyn Iterator<Item = usize>| widths.max().unwrap_or(0) + GUTTER;
        let labels = indent + widest(&mut facts.iter().map(|(label, ..)| label.width()));
        let values = facts.iter().map(|(_, value, _)| value.width());
        let meanings = labels + widest(&mut values.filter(|width| *width <= LONG));
        for (label, value, meaning) in facts {
            let label = format!("{}{label}", " ".repeat(indent));
            self.text.push_str(&self.look.paint(Role::Quiet, &label));
            self.text.push_str(&" ".repeat(labels - label.width()));
            if value.width() <= LONG {
                self.text.push_str(&Look::printable(value));
                self.text.push_str(&" ".repeat(meanings - labels - value.width()));
            } else {
                self.last_cell(&value.as_str().into(), labels);
                self.end_line();
                self.text.push_str(&" ".repeat(meanings));
            }
            self.last_cell(&Piece::new(Role::Quiet, meaning.as_str()), meanings);
            self.end_line();
        }
    }

    /// A table: each column as wide as its widest cell; the last column is wrapped where the
    /// page ends.
    pub fn table(&mut self, indent: usize, align: &[Align], rows: &[Vec<Piece>]) {
        let columns = align.len();
        let mut widths = vec![0; columns];
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.width().max(*width);
            }
        }
        let last_column =
            indent + widths.iter().rev().skip(1).map(|width| width + GUTTER).sum::<usize>();
        for row in rows {
            self.text.push_str(&" ".repeat(indent));
            for (column, cell) in row.iter().take(columns).enumerate() {
                if column + 1 == columns && align[column] == Align::Left {
                    self.last_cell(cell, last_column);
                    continue;
                }
                let pad = " ".repeat(widths[column] - cell.width());
                let painted = self.look.paint(cell.role, &cell.text);
                match align[column] {
                    Align::Left => self.text.extend([painted, pad]),
                    Align::Right => self.text.extend([pad, painted]),
                }
                self.text.push_str(&" ".repeat(GUTTER));
            }
            self.end_line();
        }
    }

    fn last_cell(&mut self, cell: &Piece, column: usize) {
        for (number, line) in wrap(&cell.text, self.room_after(column)).iter().enumerate() {
            if number > 0 {
                self.end_line();
                self.text.push_str(&" ".repeat(column));
            }
            self.text.push_str(&self.look.paint(cell.role, line));
        }
    }

    fn room_after(&self, column: usize) -> usize {
        self.look.width.saturating_sub(column).max(20)
    }

    /// Ends the line, without blanks at its end.
    fn end_line(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }
}

/// Words filled into lines of at most `width` columns; a longer word has a line to itself.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut line = 0;
    for word in text.split(' ') {
        let used = lines[line].width();
        if used > 0 && used + 1 + word.width() > width {
            lines.push(word.to_owned());
            line += 1;
        } else {
            if used > 0 {
                lines[line].push(' ');
            }
            lines[line].push_str(word);
        }
    }
    lines
}
