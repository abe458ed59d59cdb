//! The traversal: cache lines in the order in which a nest first touches them, and in each the
//! number of the access that touched an element first.
//!
//! Walking axis 0 of `(2,8):(64,8)+0` inside touches two lines in turn: 1 3 5 … and 2 4 6 ….

use stridewise::locality::{Played, Replay};
use stridewise::machine::Machine;
use stridewise::nest::Statement;

/// Lines that are shown; of more, the rest is counted.
const LINES: usize = 12;
/// Elements of a line that are shown.
const CELLS: usize = 16;

/// What the first accesses of a nest do to cache lines.
#[derive(Clone, Debug)]
pub struct Traversal {
    /// Accesses that are shown.
    pub accesses: usize,
    /// Whether those are all.
    pub is_complete: bool,
    /// Bytes of a line.
    pub line: i64,
    /// Lines, first touched first.
    pub rows: Vec<Touched>,
    /// Lines beyond those.
    pub more: usize,
}

/// A line and its elements.
#[derive(Clone, Debug)]
pub struct Touched {
    /// Which array it belongs to.
    pub array: String,
    /// Its first byte, counted from the array's buffer.
    pub start: i64,
    /// Its elements, null where none of the accesses touches it.
    pub cells: Vec<Option<Visit>>,
}

/// The first access of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Which access, counted from 1.
    pub number: usize,
    /// Whether the nearest cache had to ask for the line.
    pub missed: Missed,
}

/// Whether an access missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// The nearest cache had it.
    No,
    /// It had to be fetched.
    Yes,
}

impl Visit {
    /// `17`, and `17!` where the line had to be fetched.
    pub fn label(self) -> String {
        let mark = if self.missed == Missed::Yes { "!" } else { "" };
        format!("{}{mark}", self.number)
    }
}

impl Traversal {
    /// The first `limit` accesses of a replay.
    pub fn of(replay: &Replay, limit: usize, statement: &Statement, machine: &Machine) -> Self {
        let line = machine.first_cache().line();
        let shown = replay.accesses.iter().take(limit);
        let mut rows: Vec<Touched> = Vec::new();
        for (number, played) in (1..).zip(shown) {
            let Some((row, cell, cells)) = place(played, statement, line) else { continue };
            let array = &statement.operands()[played.operand].name;
            let at = rows.iter().position(|known| known.array == *array && known.start == row);
            let at = at.unwrap_or_else(|| {
                rows.push(Touched { array: array.clone(), start: row, cells: vec![None; cells] });
                rows.len() - 1
            });
            if let Some(slot) = rows[at].cells.get_mut(cell).filter(|slot| slot.is_none()) {
                let missed = if played.found_in > 0 { Missed::Yes } else { Missed::No };
                *slot = Some(Visit { number, missed });
            }
        }
        let more = rows.len().saturating_sub(LINES);
        rows.truncate(LINES);
        let accesses = replay.accesses.len().min(limit);
        let is_complete = replay.is_complete && accesses == replay.accesses.len();
        Traversal { accesses, is_complete, line, rows, more }
    }

    /// What the picture shows, in one line.
    pub fn caption(&self) -> String {
        let which = if self.is_complete { "all" } else { "the first" };
        format!(
            "Cache lines of {} bytes under {which} {} accesses: when an element is first touched, ! where its line is fetched.",
            self.line, self.accesses
        )
    }
}

/// The line of an access, its element in the line, and how many elements a line shows.
fn place(played: &Played, statement: &Statement, line: i64) -> Option<(i64, usize, usize)> {
    let byte = played.address.checked_sub(statement.operands()[played.operand].base)?;
    let size = played.size.max(1);
    let cells = usize::try_from(line / size).ok()?.clamp(1, CELLS);
    let cell = usize::try_from(byte.rem_euclid(line) / size).ok()?;
    Some((byte.div_euclid(line) * line, cell, cells))
}
