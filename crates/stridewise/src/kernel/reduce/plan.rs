//! Plan: which axes a block holds, which loops run around it, and what is kept meanwhile.
//!
//! Ordered by the input and fused, the innermost axes make the **block**, the unit that a kernel
//! reduces at once; its kept axes are one side of it, its reduced axes the other. Loops around the
//! block that change the result's element without coming back to it are **jobs**; all others are
//! the **walk**, which goes on in the order of the input's memory and adds to a **tile** of states.
//! Summing `(3,4):(32,8)+0` along axis 0 is one job whose block has 4 kept items, side by side,
//! and 3 rows.

use crate::layout::PerAxis;
use crate::nest::Loops;

/// Items in a block, about: its bytes stay in a first-level cache.
const BLOCK: usize = 4096;
/// The most kept items side by side: their lanes stay in the nearest caches.
const WIDTH: usize = 8192;
/// The same where there are few rows.
const NARROW: usize = 1024;
/// The same where a block is read more than once.
const REREAD_WIDTH: usize = 256;
/// Kept items side by side from which they are reduced in place.
const WIDE: usize = 16;
/// Reduced items side by side from which they are reduced in place.
const LONG: usize = 8;
/// The most bytes of reduced items of a block, side by side.
const RUN: usize = 1 << 18;
/// The most items that go into one lane of a kernel.
const LANE: usize = 1 << 16;
/// How many times as large as others a block of runs is, so that little else is done between them.
const RUNS: usize = 8;
/// The longest run that is short: it is reduced together with those beside it.
const SHORT: usize = 32;
/// The rows of a block that holds whole widths.
const ROWS: usize = 64;
/// Items in a block whose rows are added to one another, about, and its most rows.
const DEEP: usize = 1 << 18;
const MOST_ROWS: usize = 1024;
/// The most states that are kept while the walk goes on.
const TILE: usize = 4096;
/// Work below this many bytes is not split.
const PART: usize = 1 << 20;
/// Bytes of a state, about, and how many times as many bytes a part reads as its states have.
const STATE: usize = 16;
const STATE_SHARE: usize = 64;
/// The most pieces that work is split into for threads, whatever their number: the order in which
/// results are combined depends on the layouts alone.
const MOST_PARTS: usize = 64;

/// One axis: how often, and how far each step moves in input and output, in bytes, and in the
/// positions that argmin counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) extent: usize,
    pub(super) input: isize,
    pub(super) output: isize,
    pub(super) position: isize,
    pub(super) kept: bool,
}

/// A loop around the block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) axis: Axis,
    /// Where the loop runs over pieces of an axis of the block: the extent of the last piece.
    pub(super) last: usize,
    /// States that one step moves on in the tile; 0 for reduced axes.
    pub(super) states: usize,
}

/// The kept or the reduced axes of a block, innermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) axes: PerAxis<Axis>,
    pub(super) total: usize,
    /// Whether the last axis is a piece of a longer one.
    cut: bool,
}

impl Side {
    fn new() -> Side {
        Side { axes: PerAxis::new(), total: 1, cut: false }
    }

    fn push(&mut self, axis: Axis) {
        self.total *= axis.extent;
        self.axes.push(axis);
    }

    /// How many items the side has where its cut axis has `last` of them.
    fn shortened(&self, last: usize) -> usize {
        let cut = self.axes.last().map_or(1, |axis| axis.extent);
        self.total / cut.max(1) * last
    }

    /// What `by` says of each item, the innermost axis fastest, without its first `skip` axes.
    pub(super) fn table(&self, skip: usize, by: fn(&Axis) -> isize) -> Vec<isize> {
        let mut table = vec![0];
        for axis in self.axes.get(skip..).unwrap_or(&[]) {
            let count = table.len();
            for step in 1..axis.extent {
                for at in 0..count {
                    table.push(table[at] + by(axis) * step as isize);
                }
            }
        }
        table
    }
}

/// How a block is reduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Kept items side by side: rows are added to one another.
    Down,
    /// Reduced items side by side: each run is added up.
    Across,
    /// All items side by side, reduced ones in short runs or short columns.
    Short,
    /// Items are gathered first, so that kept items lie side by side.
    GatherDown,
    /// Items are gathered first, so that reduced items lie side by side.
    GatherAcross,
}

/// What the operation wants of its plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wants {
    /// Items can be used where and as they lie.
    pub(super) direct: bool,
    /// Positions count: reduced axes run upward, one in a block.
    pub(super) positions: bool,
    /// Items are pairs of numbers: bytes from one to the next in input and output.
    pub(super) pairs: Option<(isize, isize)>,
    /// Bytes of an item, or of a number of a pair.
    pub(super) item: usize,
    /// Whether a block is read more than once, and so has to be small.
    pub(super) rereads: bool,
    /// Short runs can be reduced together.
    pub(super) short: bool,
}

/// A reduction, ready to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Loops over results, outermost first.
    pub(super) jobs: PerAxis<Level>,
    /// Loops within a job, outermost first; the first is reduced.
    pub(super) walk: PerAxis<Level>,
    pub(super) kept: Side,
    pub(super) reduced: Side,
    pub(super) form: Form,
    pub(super) item: usize,
    /// States in the tile.
    pub(super) states: usize,
    /// How many parts the first loop of the walk is cut into, to be worked on at once.
    pub(super) parts: usize,
    pub(super) input: isize,
    pub(super) output: isize,
    pub(super) position: isize,
}

impl Plan {
    /// Plans over loops ordered by the input, upward and fused: operand 0 is the output, with
    /// stride 0 on reduced axes, operand 1 the input, operand 2, where there is one, the positions.
    pub(super) fn new(loops: &Loops, wants: Wants) -> Plan {
        let narrowed = |operand: usize| loops.bases().get(operand).map_or(0, |&base| narrow(base));
        let (output, mut input, mut position) = (narrowed(0), narrowed(1), narrowed(2));
        let axes = (0..loops.rank()).map(|at| axis(loops, at));
        // Axes along which the input does not move go outside.
        let mut rest: PerAxis<Level> = PerAxis::new();
        for moves in [false, true] {
            for axis in axes.clone().filter(|axis| (axis.input != 0) == moves) {
                rest.push(Level { axis, last: 0, states: 0 });
            }
        }
        if wants.positions {
            for Level { axis, .. } in rest.iter_mut().filter(|level| level.axis.position < 0) {
                let end = axis.extent as isize - 1;
                input += axis.input * end; // V4: bytes that are reached.
                position += axis.position * end;
                (axis.input, axis.position) = (-axis.input, -axis.position);
            }
        }
        if let Some((input, output)) = wants.pairs {
            join_pairs(&mut rest, Axis { extent: 2, input, output, position: 0, kept: true });
        }
        if rest.is_empty() {
            let one = Axis { extent: 1, input: wants.item as isize, ..Axis::default() };
            rest.push(Level { axis: one, last: 0, states: 0 });
        }
        let mut cutting = Cutting { rest, kept: Side::new(), reduced: Side::new(), wants };
        let form = cutting.block();
        let Cutting { rest, kept, reduced, .. } = cutting;
        let (jobs, walk, states) = sort_loops(&rest, kept.total);
        let mut plan = Plan {
            jobs,
            walk,
            kept,
            reduced,
            form,
            item: wants.item,
            states,
            parts: 1,
            input,
            output,
            position,
        };
        plan.split();
        plan
    }

    /// Cuts few large jobs into parts.
    fn split(&mut self) {
        if let Some(first) = self.walk.first() {
            let part = PART.max(STATE_SHARE * STATE * self.states);
            let wanted = (self.bytes() / part).min(MOST_PARTS) / self.jobs().max(1);
            self.parts = wanted.clamp(1, first.axis.extent);
        }
    }

    /// Kept items side by side within the runs of a short form.
    pub(super) fn short_width(&self) -> usize {
        if self.kept.axes.len() > 1 { self.kept.axes[0].extent } else { 1 }
    }

    /// How many jobs there are.
    pub(super) fn jobs(&self) -> usize {
        self.jobs.iter().map(|level| level.axis.extent).product()
    }

    /// Bytes read in all, about.
    pub(super) fn bytes(&self) -> usize {
        let around: usize = self.walk.iter().map(|level| level.axis.extent).product();
        self.jobs() * around * self.kept.total * self.reduced.total * self.item
    }

    /// Kept and reduced items of a block, where the loops in `at` stand at their last step.
    pub(super) fn counts(&self, ended: impl Iterator<Item = Level>) -> (usize, usize) {
        let (mut kept, mut reduced) = (self.kept.total, self.reduced.total);
        for level in ended.filter(|level| level.last > 0) {
            match level.axis.kept {
                true => kept = self.kept.shortened(level.last),
                false => reduced = self.reduced.shortened(level.last),
            }
        }
        (kept, reduced)
    }
}

/// A new innermost axis, joined with the one around it where that walks on.
fn join_pairs(rest: &mut PerAxis<Level>, pair: Axis) {
    if let Some(Level { axis: last, .. }) = rest.last_mut()
        && last.kept
        && last.input == 2 * pair.input
        && last.output == 2 * pair.output
    {
        *last = Axis { extent: 2 * last.extent, ..pair };
        return;
    }
    rest.push(Level { axis: pair, last: 0, states: 0 });
}

/// Moves axes from the loops into the block.
struct Cutting {
    rest: PerAxis<Level>,
    kept: Side,
    reduced: Side,
    wants: Wants,
}

impl Cutting {
    /// Makes the block, and says how it is to be reduced.
    fn block(&mut self) -> Form {
        let inner = self.rest[self.rest.len() - 1].axis;
        let direct = self.wants.direct && inner.input == self.wants.item as isize;
        let last = self.rest.len() - 1;
        if direct && inner.kept && inner.extent >= WIDE {
            let (width, rows) =
                if self.wants.rereads { (REREAD_WIDTH, ROWS / 4) } else { (self.width(), ROWS) };
            self.take(last, width);
            let rows = match self.wants.rereads {
                true => rows,
                false => (DEEP / self.kept.total / rows * rows).clamp(rows, MOST_ROWS),
            };
            if self.rest.last().is_some_and(|level| !level.axis.kept) {
                self.take_nearest_reduced(rows);
            }
            self.fill(BLOCK);
            self.take_nearest_reduced(rows);
            return Form::Down;
        }
        if direct && self.wants.short && self.take_short() {
            return Form::Short;
        }
        let reduced = self.rest.iter().filter(|level| !level.axis.kept).count();
        if direct && !inner.kept && (inner.extent >= LONG || reduced == 1) {
            let run = if self.wants.rereads { BLOCK } else { (RUN / self.wants.item).min(LANE) };
            self.take(last, run);
            self.close_reduced();
            let items = if self.wants.rereads { 1 } else { RUNS * self.reduced.total.max(BLOCK) };
            self.fill(items.max(BLOCK));
            return Form::Across;
        }
        self.take(last, if inner.kept { BLOCK / 16 } else { BLOCK / 4 });
        self.fill(BLOCK);
        self.take_nearest_reduced(BLOCK / self.kept.total);
        if self.kept.total >= WIDE { Form::GatherDown } else { Form::GatherAcross }
    }

    /// How many kept items side by side are reduced at once: fewer, whose states stay in the
    /// nearest cache, where there is little else to read.
    fn width(&self) -> usize {
        let reduced = self.rest.iter().filter(|level| !level.axis.kept);
        let rows: usize = reduced.map(|level| level.axis.extent).product();
        if rows <= ROWS { NARROW } else { WIDTH }
    }

    /// Takes short runs that lie side by side, each a power of two of reduced items, or of rows of
    /// few kept ones.
    fn take_short(&mut self) -> bool {
        let mut axes = self.rest.iter().rev().map(|level| level.axis);
        let mut next = axes.next();
        let width = next.filter(|axis| axis.kept).map_or(1, |axis| axis.extent);
        if width > 1 {
            next = axes.next();
        }
        let (Some(run), Some(beside)) = (next, axes.next()) else { return false };
        let bytes = (width * self.wants.item) as isize;
        let short = run.extent.is_power_of_two() && (2..=SHORT).contains(&run.extent);
        let dense = run.input == bytes && beside.input == bytes * run.extent as isize;
        if run.kept || !beside.kept || !short || !dense || beside.extent < RUNS {
            return false;
        }
        if width > 1 {
            self.take(self.rest.len() - 1, width);
        }
        self.take(self.rest.len() - 1, run.extent);
        self.reduced.cut = true;
        self.take(self.rest.len() - 1, BLOCK / width);
        self.kept.cut = true;
        true
    }

    /// Takes axes from the innermost on until there are about `items`.
    fn fill(&mut self, items: usize) {
        while let Some(at) = self.rest.len().checked_sub(1) {
            let room = items / (self.kept.total * self.reduced.total);
            if room < 2 || !self.take(at, room) {
                return;
            }
        }
    }

    fn take_nearest_reduced(&mut self, rows: usize) {
        let nearest = self.rest.iter().rposition(|level| !level.axis.kept);
        let room = rows / self.reduced.total;
        if let Some(at) = nearest
            && room >= 2
        {
            self.take(at, room);
        }
    }

    /// No further reduced axis.
    fn close_reduced(&mut self) {
        self.reduced.cut = true;
    }

    /// Takes up to `most` of an axis into its side; whether all of it.
    fn take(&mut self, at: usize, most: usize) -> bool {
        let Level { axis, last, .. } = self.rest[at];
        let one_only = self.wants.positions && !axis.kept && !self.reduced.axes.is_empty();
        let side = if axis.kept { &mut self.kept } else { &mut self.reduced };
        if side.cut || last > 0 || one_only {
            return false;
        }
        if axis.extent <= most {
            side.push(axis);
            self.rest.remove(at);
            return true;
        }
        let mut piece = axis.extent.div_ceil(axis.extent.div_ceil(most));
        if piece > 64 {
            piece = piece.next_multiple_of(64).min(most);
        }
        let pieces = axis.extent.div_ceil(piece);
        side.push(Axis { extent: piece, ..axis });
        side.cut = true;
        let step = piece as isize;
        let outer = Axis {
            extent: pieces,
            input: axis.input * step,
            output: axis.output * step,
            position: axis.position * step,
            kept: axis.kept,
        };
        self.rest[at] = Level { axis: outer, last: axis.extent - (pieces - 1) * piece, states: 0 };
        false
    }
}

/// Jobs and walk, and how many states a job has. Kept loops inside a reduced one belong to the
/// walk as long as the tile has room for their states.
fn sort_loops(rest: &[Level], block: usize) -> (PerAxis<Level>, PerAxis<Level>, usize) {
    let outermost = rest.iter().position(|level| !level.axis.kept).unwrap_or(rest.len());
    let mut states = block;
    let (mut jobs, mut walk) = (PerAxis::new(), PerAxis::new());
    for (at, level) in rest.iter().enumerate().rev() {
        let mut level = *level;
        let fits = states.saturating_mul(level.axis.extent) <= TILE;
        if !level.axis.kept {
            walk.insert(0, level);
        } else if at > outermost && fits {
            level.states = states;
            states *= level.axis.extent;
            walk.insert(0, level);
        } else {
            jobs.insert(0, level);
        }
    }
    (jobs, walk, states)
}

fn axis(loops: &Loops, at: usize) -> Axis {
    let strides = loops.strides(at);
    Axis {
        extent: whole(loops.extents()[at]),
        input: narrow(strides[1]),
        output: narrow(strides[0]),
        position: strides.get(2).map_or(0, |&stride| narrow(stride)),
        // The output reaches no byte twice (V3), so along kept axes it moves.
        kept: strides[0] != 0,
    }
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
