//! Plan: which axes make up the blocks that are moved at once, and how.
//!
//! Ordered by the destination and fused, a copy has an innermost axis of the destination and an
//! axis along which the source moves least. Where they are one, items run alike in both and
//! become a larger item. Where they differ, a block has **rows**, along the destination's lines,
//! and **columns**, along the source's; neighbouring axes join a side that is too short (24 axes
//! of extent 2 make blocks of 64 by 64). All other axes are outer loops.
//! Copying `(2,3):(8,16)+0` onto `(2,3):(24,8)+0` has 3 rows, 16 bytes apart in the source, and
//! 2 columns, 24 bytes apart in the destination.

use std::ops::Range;

use super::options::Caches;
use super::side::{Run, Runs, Side};
use crate::kernel::arch::{LANE, LINE};
use crate::layout::PerAxis;
use crate::nest::Loops;

/// Runs of at least this many bytes are copied one by one, without blocks; where they are to be
/// streamed and are whole lines, shorter ones too.
const LONG_RUN: usize = 1024;
/// A long run is cut into pieces of this size, so that the caller is asked often enough.
const PIECE: usize = 1 << 20;
/// A side shorter than this many bytes takes in further axes.
const SHORT: usize = 256;
/// The bytes of a row that are worked on before the rows go on: all pages of the columns that are
/// written meanwhile stay in the TLB, their unfinished lines in the cache.
const MOST_COLUMNS: usize = 8192;
/// Joined rows up to this size are staged whole.
const MOST_JOINED: usize = 2048;
/// Bytes of the destination that make up a job of joined rows, or of runs.
const JOINED: usize = 256 << 10;
/// Lines of each column that are streamed one after the other. Memory takes 128 bytes at once: a
/// line at a time moves 4096 x 4096 numbers at 0.55 of the floor, two at 0.75; with four, as many
/// rows are read at once as miss each other in the sets of the second cache.
const LINES: usize = 2;
/// How many lines of each row ahead the source is asked for: 4096 x 4096 numbers of 8 bytes move at
/// 0.71 of the floor with 8, at 0.75 with 16;
const AHEAD: Range<usize> = 4..16;
/// but less where that would be more lines than these in all: 0.40 of the floor with 16 lines of
/// 128 rows of bytes, 0.48 with 4.
const AHEAD_IN_ALL: usize = 512;
/// Bytes of a column that are staged together: less, and the unfinished line of each weighs.
const STRETCH: usize = 512;
/// The most sources or destinations that are woven into one, or taken apart.
const MOST_WOVEN: usize = 4;
/// The most columns that are moved at once, and room for a rest.
pub(super) const MOST_STEP: usize = 64 + LANE;

/// One axis of the copy, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) extent: usize,
    pub(super) destination: isize,
    pub(super) source: isize,
}

impl Axis {
    fn as_row(self) -> Run {
        Run { extent: self.extent, near: self.destination, far: self.source }
    }

    fn as_column(self) -> Run {
        Run { extent: self.extent, near: self.source, far: self.destination }
    }
}

/// What moves the items of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mover {
    /// Register transposes.
    Tiles,
    /// Few rows woven into one stream: planar to interleaved.
    Interleave,
    /// Few columns taken apart: interleaved to planar.
    Deinterleave,
    /// One item at a time.
    Items,
    /// Long runs, alike in both.
    Runs,
}

/// How a block's items reach the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// Stored where they belong.
    Direct,
    /// Streamed from registers, where every column begins on a line and ends at the end of one.
    Lines,
    /// Staged column by column, then streamed as whole lines.
    Columns,
    /// Staged as they lie in the destination, where columns follow one another, then streamed.
    Joined,
}

/// A copy, ready to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Bytes moved as one.
    pub(super) item: usize,
    /// Loops around the blocks, outermost first.
    pub(super) outer: PerAxis<Axis>,
    pub(super) rows: Side,
    pub(super) columns: Side,
    pub(super) mover: Mover,
    pub(super) flow: Flow,
    /// Columns moved at once; a rest below `least_columns` joins the last ones.
    pub(super) step: usize,
    /// Offsets of the lines of source that a step reads, to be asked for while another is streamed.
    pub(super) asked: Vec<isize>,
    /// How many columns ahead lines are asked for, so that they arrive in time.
    pub(super) ahead: usize,
    /// Whether the rows of a block crowd in few sets of the cache.
    pub(super) crowded: bool,
    /// How many parts the rows are split into, to be worked on at once.
    pub(super) parts: usize,
    /// How many of the outer loops stand around the loop over these parts.
    pub(super) turn: usize,
    pub(super) destination: isize,
    pub(super) source: isize,
}

impl Plan {
    /// Plans a copy from operand 1 to operand 0, in nonempty loops ordered by operand 0, upward
    /// and fused. `stream` asks for streaming stores where whole lines are written, to a
    /// destination whose bytes are counted from so far behind a line.
    pub(super) fn new(loops: &Loops, stream: Option<usize>, caches: &Caches) -> Plan {
        let mut axes: PerAxis<Axis> = (0..loops.rank()).map(|at| axis(loops, at)).collect();
        let mut item = whole(loops.sizes()[0]);
        let (destination, source) = (narrow(loops.bases()[0]), narrow(loops.bases()[1]));
        if let Some(&last) = axes.last()
            && last.destination == item as isize
            && last.source == item as isize
        {
            item *= last.extent;
            axes.remove(axes.len() - 1);
        }
        let on_line = |step: isize| step % LINE as isize == 0;
        let lines = stream.is_some_and(|phase| on_line(phase as isize + destination))
            && item.is_multiple_of(LINE)
            && axes.iter().all(|axis| on_line(axis.destination));
        if item >= LONG_RUN || lines || axes.is_empty() {
            return Plan::of_long_runs(item, axes, stream.is_some(), destination, source);
        }
        Plan::of_blocks(item, axes, (destination, source), stream, caches)
    }

    /// Each run is a side of bytes, cut into pieces; columns are runs that follow one another, as
    /// the source lies where they are streamed.
    fn of_long_runs(
        length: usize,
        mut outer: PerAxis<Axis>,
        stream: bool,
        destination: isize,
        source: isize,
    ) -> Plan {
        if stream {
            outer = by_source(outer);
        }
        let mut columns = Runs::new(match outer.len().checked_sub(1) {
            None => Run { extent: 1, near: 0, far: 0 },
            Some(last) => outer.remove(last).as_column(),
        });
        while columns.total * length < JOINED
            && let Some(at) = outer.iter().rposition(|axis| columns.runs_on(axis.as_column()))
        {
            columns.take(outer.remove(at).as_column());
        }
        let mut plan = Plan {
            item: 1,
            outer,
            rows: Side::of_bytes(length, PIECE),
            columns: columns.cut((JOINED / length).max(1), 0),
            mover: Mover::Runs,
            flow: if stream { Flow::Columns } else { Flow::Direct },
            step: 1,
            asked: Vec::new(),
            ahead: 1,
            crowded: false,
            parts: 1,
            turn: 0,
            destination,
            source,
        };
        plan.turn = plan.outer.len();
        plan
    }

    fn of_blocks(
        item: usize,
        mut axes: PerAxis<Axis>,
        (mut destination, mut source): (isize, isize),
        stream: Option<usize>,
        caches: &Caches,
    ) -> Plan {
        let stage = caches.stage();
        let inner = axes.remove(axes.len() - 1);
        let mut rows = Runs::new(inner.as_row());
        let mut columns = Runs::new(match column_axis(&axes) {
            None => Run { extent: 1, near: 0, far: 0 },
            Some(at) => {
                let mut along = axes.remove(at);
                if along.source < 0 {
                    let end = along.extent as isize - 1;
                    source += along.source * end; // V4: a byte that is reached.
                    destination += along.destination * end;
                    (along.source, along.destination) = (-along.source, -along.destination);
                }
                along.as_column()
            }
        });
        // Rows that end within a line go on in the next ones, so that all lines are streamed whole,
        // as far as the stage has room for them.
        let ragged = match stream {
            Some(_) => 2 * stage / (LINE / item).clamp(4, 64),
            None => 0,
        };
        grow(&mut rows, &mut columns, &mut axes, item, ragged);
        let row_bytes = rows.total * item;
        let dense = rows.near == item as isize;
        let joined = dense && columns.far_apart(row_bytes as isize);
        let mover = choose_mover(item, &rows, &columns, joined);
        let on_line = |step: isize| step % LINE as isize == 0;
        let lines = stream.is_some_and(|phase| on_line(phase as isize + destination))
            && row_bytes.is_multiple_of(LINE)
            && (rows.inner() == 1 || (rows.inner() * item).is_multiple_of(LINE))
            && axes.iter().all(|axis| on_line(axis.destination))
            && columns.all_far(on_line);
        let flow = match stream.is_some() && dense {
            true if mover == Mover::Tiles && lines => Flow::Lines,
            true if joined && row_bytes <= MOST_JOINED => Flow::Joined,
            true => Flow::Columns,
            false => Flow::Direct,
        };
        let step = match (mover, flow) {
            (Mover::Interleave, _) => (stage / row_bytes).min(1024),
            (Mover::Deinterleave, _) => columns.total,
            (_, Flow::Joined) => {
                let line = (LINE / item).max(1);
                (stage / 2 / row_bytes / line * line).clamp(line, 64)
            }
            _ => (LINE / item).clamp(4, 64),
        };
        let columns_wanted = match flow {
            Flow::Joined => JOINED / row_bytes,
            _ => MOST_COLUMNS / item,
        };
        let columns = columns.cut(columns_wanted.next_multiple_of(step), LANE);
        let across = columns.block.min(step).max(1) * item;
        let rows_wanted = match flow {
            Flow::Joined => rows.total,
            Flow::Lines => {
                let short = stage / (columns.block * item);
                (LINES * LINE / item).max(short).next_multiple_of(LINE / item)
            }

            Flow::Columns => {
                let short = stage / (columns.block * item);
                (STRETCH / item)
                    .max(LINE.div_ceil(item))
                    .max(short)
                    .min((stage / across).max(LINE.div_ceil(item)))
            }
            Flow::Direct => (4 * LINE / item).max(stage / (columns.block * item)).max(4),
        };
        let rows = rows.cut(rows_wanted, LINE);
        let crowded = caches.crowded(inner.source, rows.block);
        let ahead = match flow {
            Flow::Lines => (AHEAD_IN_ALL / rows.block.max(1)).clamp(AHEAD.start, AHEAD.end),
            _ => 8,
        };
        let asked = match flow {
            Flow::Direct | Flow::Lines => Vec::new(),
            Flow::Columns | Flow::Joined => {
                let across = if mover == Mover::Items { item } else { step * item };
                lines_of(&rows.far[..rows.block], across)
            }
        };
        let mut plan = Plan {
            item,
            outer: axes,
            rows,
            columns,
            mover,
            flow,
            step,
            asked,
            ahead: (ahead * LINE / item).max(1),
            crowded,
            parts: 1,
            turn: 0,
            destination,
            source,
        };
        plan.follow_source();
        plan
    }

    /// Orders streamed blocks so that the source is read as it lies: rows that are short, because
    /// other axes continue them, become long. Lines are written whole in any order.
    fn follow_source(&mut self) {
        self.turn = self.outer.len();
        if self.flow == Flow::Direct {
            return;
        }
        self.outer = by_source(self.outer.clone());
        let strip = self.rows.far_block.unsigned_abs();
        let slower = self.outer.iter().filter(|axis| axis.source.unsigned_abs() >= strip).count();
        if self.flow == Flow::Lines && slower < self.outer.len() {
            (self.turn, self.parts) = (slower, self.row_blocks());
        }
    }

    /// The loops over jobs, outermost first: outer loops with that over parts among them, then
    /// blocks of columns. Parts move nothing by themselves: see `Plan::part`.
    pub(super) fn wheels(&self) -> PerAxis<Axis> {
        let (before, after) = self.outer.split_at(self.turn);
        let parts = Axis { extent: self.parts, destination: 0, source: 0 };
        let columns = Axis {
            extent: self.column_blocks(),
            destination: self.columns.far_block,
            source: self.columns.block as isize * self.columns.near,
        };
        before
            .iter()
            .copied()
            .chain([parts])
            .chain(after.iter().copied())
            .chain([columns])
            .collect()
    }

    /// How many pieces of work there are: outer iterations, blocks of columns, parts of the rows.
    pub(super) fn jobs(&self) -> usize {
        let outer: usize = self.outer.iter().map(|axis| axis.extent).product();
        outer * self.column_blocks() * self.parts
    }

    /// Splits the rows so that there are at least `wanted` jobs, as far as blocks allow.
    pub(super) fn split(&mut self, wanted: usize) {
        let parts = self.parts * wanted.div_ceil(self.jobs());
        self.parts = parts.min(self.row_blocks());
    }

    /// Bytes moved in all.
    pub(super) fn bytes(&self) -> usize {
        let outer: usize = self.outer.iter().map(|axis| axis.extent).product();
        outer * self.columns.total * self.rows.total * self.item
    }

    pub(super) fn column_blocks(&self) -> usize {
        self.columns.blocks(self.least_columns())
    }

    pub(super) fn row_blocks(&self) -> usize {
        self.rows.blocks(self.least_rows())
    }

    /// The blocks of rows in a part.
    pub(super) fn part(&self, part: usize) -> Range<usize> {
        let blocks = self.row_blocks();
        part * blocks / self.parts..(part + 1) * blocks / self.parts
    }

    /// How many columns to move at once, from one on.
    pub(super) fn step_from(&self, first: usize, columns: usize) -> usize {
        let rest = columns - first;
        if rest < self.step + self.least_columns() { rest } else { self.step }
    }

    /// Bytes from one column to the next on the stage.
    pub(super) fn pitch(&self) -> usize {
        let most_rows = self.rows.total.min(self.rows.block + self.least_rows());
        (most_rows * self.item).next_multiple_of(LINE) + 3 * LINE
    }

    /// How many lines a thread needs to stage steps, and to carry unfinished ones.
    pub(super) fn stage_lines(&self) -> (usize, usize) {
        let most_columns = self.columns.total.min(self.step + self.least_columns());
        match self.flow {
            Flow::Direct | Flow::Lines => (0, 0),
            Flow::Joined => (most_columns * self.rows.total * self.item / LINE + 3, 0),
            Flow::Columns => {
                let carried = self.columns.block + self.least_columns();
                (most_columns * self.pitch() / LINE, self.columns.total.min(carried))
            }
        }
    }

    /// Fewer columns than this are not worth a block, or a step, of their own.
    pub(super) fn least_columns(&self) -> usize {
        if self.mover == Mover::Tiles { LANE / self.item } else { 1 }
    }

    /// Fewer rows than this are not worth a block of their own.
    pub(super) fn least_rows(&self) -> usize {
        if self.mover == Mover::Runs { 1 } else { LINE.div_ceil(self.item) }
    }
}

/// Loops in the order in which they step through the source, the longest step first.
fn by_source(axes: PerAxis<Axis>) -> PerAxis<Axis> {
    let mut axes: Vec<Axis> = axes.iter().copied().collect();
    axes.sort_by_key(|axis| std::cmp::Reverse(axis.source.unsigned_abs()));
    axes.into_iter().collect()
}

/// The lines in which so many bytes at these offsets lie, each once where neighbours share it, none
/// left out: without every ninth line, planes of 8-byte items are taken apart at 0.48 of the floor,
/// with it at 0.60.
fn lines_of(offsets: &[isize], across: usize) -> Vec<isize> {
    let line = LINE as isize;
    let mut lines: Vec<isize> = Vec::with_capacity(offsets.len());
    for &offset in offsets {
        let mut at = match lines.last() {
            Some(&last) if (last..last + line).contains(&offset) => last + line,
            Some(&last) if (last - line..last).contains(&offset) => offset + line,
            _ => offset,
        };
        while at < offset + across as isize {
            lines.push(at);
            at += line;
        }
    }
    lines
}

/// The axis along which the source moves least, the innermost of equals; axes along which it
/// does not move at all come last.
fn column_axis(axes: &[Axis]) -> Option<usize> {
    let moves = |at: &usize| axes[*at].source.unsigned_abs().wrapping_sub(1);
    (0..axes.len()).rev().min_by_key(moves)
}

/// Gives further axes to sides that are short, the shorter side first; to rows of at most `ragged`
/// bytes also where they do not end with a line.
fn grow(rows: &mut Runs, columns: &mut Runs, axes: &mut PerAxis<Axis>, item: usize, ragged: usize) {
    loop {
        let more_rows = axes.iter().rposition(|axis| rows.runs_on(axis.as_row()));
        let more_columns = axes.iter().rposition(|axis| columns.runs_on(axis.as_column()));
        let short = |side: &Runs| side.total * item < SHORT;
        let rows_first = rows.total <= columns.total || more_columns.is_none();
        let bytes = rows.total * item;
        match (more_rows, more_columns) {
            (Some(at), _)
                if rows.near == item as isize && !bytes.is_multiple_of(LINE) && bytes <= ragged =>
            {
                rows.take(axes.remove(at).as_row());
            }
            (Some(at), _) if short(rows) && (rows_first || !short(columns)) => {
                rows.take(axes.remove(at).as_row());
            }
            (_, Some(at)) if short(columns) => columns.take(axes.remove(at).as_column()),
            _ => return,
        }
    }
}

fn choose_mover(item: usize, rows: &Runs, columns: &Runs, joined: bool) -> Mover {
    let near = item as isize;
    let few = |side: &Runs| item < 16 && (2..=MOST_WOVEN).contains(&side.total);
    let in_registers = matches!(item, 1 | 2 | 4 | 8 | 16);
    if rows.near != near || columns.near != near || !in_registers {
        return Mover::Items;
    }
    let taken_apart = rows.far_apart(columns.total as isize * near);
    if rows.total > MOST_WOVEN
        && columns.total > MOST_WOVEN
        && rows.total.min(columns.total) * item >= LANE
    {
        Mover::Tiles
    } else if few(rows) && joined {
        Mover::Interleave
    } else if few(columns) && taken_apart {
        Mover::Deinterleave
    } else if rows.total.min(columns.total) * item >= LANE {
        Mover::Tiles
    } else {
        Mover::Items
    }
}

fn axis(loops: &Loops, at: usize) -> Axis {
    let strides = loops.strides(at);
    let (destination, source) = (narrow(strides[0]), narrow(strides[1]));
    Axis { extent: whole(loops.extents()[at]), destination, source }
}

/// V4: what the views admitted fits the machine's pointers.
#[allow(clippy::cast_possible_truncation)]
fn narrow(bytes: i64) -> isize {
    bytes as isize
}

/// V4, and extents are never negative (L2).
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(count: i64) -> usize {
    count as usize
}
