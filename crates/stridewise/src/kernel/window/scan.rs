//! The engine: windows of any size in a fixed number of passes, without a subtraction.
//!
//! A window of `w` elements is cut into `q` nodes of `m` elements and a rest of `r`:
//! `w = q*m + r`, where `m` is the largest power of two in `w` below 32, and 8 from there on.
//! This is the definition of every result, to the bit:
//!
//! ```text
//! A_1[i]  = lift(x[i])                     A_2k[i] = A_k[i] + A_k[i+k]          nodes, by doubling
//! R[i]    = A_a[i] + A_b[i+a] + ..         r = a + b + .., powers of two, ascending, left to right
//! row[i]  = floor(i / m), column i mod m; a block is q rows, pinned: block = floor(row / q)
//! S[i]    = A_m[i] + S[i+m]                within the block of i: from i to the block's last row
//! P[i]    = P[i-m] + A_m[i]                within the block of i: from its first row to i
//! out[i]  = ((S[i] + P[i + (q-1)m]) + R[i + q*m])       P left out where S is a whole window
//! ```
//!
//! `+` is any associative operation. Blocks, rows and columns count from the absolute index 0 of
//! the lane, so results do not depend on where a computation starts, and nothing outside a window
//! ever reaches its result. Every line above runs over neighbours, and so in vectors, without a
//! shuffle; `L` lanes side by side are the same arrays with every index times `L`.
//!
//! Two scans per block are van Herk's (1992) and Gil and Werman's (1993) idea; doubling in front
//! of them makes the columns independent, which a scan over single elements would not be.
//! In `(9):(8)+0` with `w = 2`: `m = 2`, and `out[i] = x[i] + x[i+1]`.

use super::error::WindowError;
use crate::kernel::arch::{Backend, Task};

/// Elements that are handled together: a line of doubles.
pub(super) const WIDTH: usize = 8;
/// A row of neighbours.
pub(super) type Pack<S> = [S; WIDTH];

/// Items beyond the last needed one that a tile must have: packs run over.
pub(super) const SLACK: usize = 2 * WIDTH;
/// Elements that are taken through the levels together, so that they stay in the first cache.
const TILE: usize = 1024;

/// How a window is cut: `size == rows * node + rest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) size: usize,
    pub(super) node: usize,
    pub(super) rows: usize,
    pub(super) rest: usize,
}

impl Cut {
    /// The cut of a window of 1 element or more.
    pub(super) fn of(size: usize) -> Cut {
        let node = if size < 32 { 1 << size.max(1).ilog2() } else { 8 };
        Cut { size, node, rows: size / node, rest: size % node }
    }

    /// Elements of a block.
    pub(super) fn block(self) -> usize {
        self.rows * self.node
    }
}

/// An associative operation on nodes of `P` numbers each.
pub(super) trait Fold<const P: usize>: Copy + Send + Sync {
    /// An element of the lane.
    type Item: Copy + Default + Send + Sync + 'static;
    /// The numbers of a node.
    type Scalar: Copy + Default + Send + Sync + 'static;
    /// The result of a window.
    type Out: Copy + Default + Send + Sync + 'static;
    /// What joining needs to know of the sizes of both sides.
    type Weights: Copy + Default + Send + Sync;

    /// What is needed to join nodes of `left` and `right` elements.
    fn weights(left: usize, right: usize) -> Self::Weights;

    /// The nodes of single elements, and their indices.
    fn lift(items: Pack<Self::Item>, at: Pack<i64>) -> [Pack<Self::Scalar>; P];

    /// Nodes of neighbours, joined.
    fn join(
        left: [Pack<Self::Scalar>; P],
        right: [Pack<Self::Scalar>; P],
        weights: Self::Weights,
    ) -> [Pack<Self::Scalar>; P];

    /// The results of whole windows, and the indices at which they start.
    fn finish(self, nodes: [Pack<Self::Scalar>; P], at: Pack<i64>) -> Pack<Self::Out>;
}

/// A pack as a value. (`copy_from_slice` would be a call, which costs more than the pack.)
#[inline(always)]
fn load<S: Copy + Default>(numbers: &[S], at: usize) -> Pack<S> {
    match numbers[at..at + WIDTH].first_chunk() {
        Some(pack) => *pack,
        None => [S::default(); WIDTH],
    }
}

#[inline(always)]
fn store<S: Copy>(numbers: &mut [S], at: usize, pack: Pack<S>) {
    if let Some(to) = numbers[at..at + WIDTH].first_chunk_mut() {
        *to = pack;
    }
}

/// `P` arrays of one length.
struct Planes<S, const P: usize> {
    numbers: Vec<S>,
    length: usize,
}

impl<S: Copy + Default, const P: usize> Planes<S, P> {
    fn new(length: usize) -> Result<Self, WindowError> {
        let out_of_memory = WindowError::OutOfMemory { wanted: length as i64 };
        let total = length.checked_mul(P).ok_or(out_of_memory.clone())?;
        let mut numbers = Vec::new();
        numbers.try_reserve_exact(total).map_err(|_| out_of_memory)?;
        numbers.resize(total, S::default());
        Ok(Planes { numbers, length })
    }

    #[inline(always)]
    fn load(&self, at: usize) -> [Pack<S>; P] {
        let mut packs = [[S::default(); WIDTH]; P];
        for (plane, pack) in packs.iter_mut().enumerate() {
            *pack = load(&self.numbers, plane * self.length + at);
        }
        packs
    }

    #[inline(always)]
    fn store(&mut self, at: usize, packs: [Pack<S>; P]) {
        for (plane, pack) in packs.iter().enumerate() {
            store(&mut self.numbers, plane * self.length + at, *pack);
        }
    }
}

/// The windows of one operation and size over `lanes` lanes, which lie side by side.
pub(super) struct Engine<F: Fold<P>, const P: usize> {
    fold: F,
    cut: Cut,
    lanes: usize,
    backend: Backend,
    /// Rows of nodes that are made and used together, and how many of them one tile makes.
    group: usize,
    tile: usize,
    levels: Planes<F::Scalar, P>,
    nodes: Planes<F::Scalar, P>,
    rests: Planes<F::Scalar, P>,
    suffixes: Planes<F::Scalar, P>,
    prefixes: Planes<F::Scalar, P>,
    /// Weights of `k` rows and one more.
    along: Vec<F::Weights>,
    /// Weights of a suffix from row `k` and the prefix before it.
    across: Vec<F::Weights>,
    out: Vec<F::Out>,
}

/// Takes results: the first start, and as many results as lanes for each start.
pub(super) type Emit<'a, O, E> = &'a mut dyn FnMut(i64, &mut [O]) -> Result<(), E>;

/// Where an engine's elements come from.
pub(super) trait Tiles<I> {
    /// The elements from an index on, `rows` of them for each lane and [`SLACK`] more; what lies
    /// outside the lane is any number, if no window that was asked for contains it.
    fn tile(&mut self, first: i64, rows: usize) -> &[I];
}

impl<F: Fold<P>, const P: usize> Engine<F, P> {
    /// An engine for windows of `size` elements over 1 lane, or a multiple of [`WIDTH`] lanes.
    pub(super) fn new(
        fold: F,
        size: usize,
        lanes: usize,
        backend: Backend,
    ) -> Result<Self, WindowError> {
        let cut = Cut::of(size);
        let tile = (TILE / (lanes * cut.node)).max(TILE_ROWS.div_ceil(cut.node));
        let group = if cut.rows == 1 { tile } else { (tile / cut.rows).max(1) * cut.rows };
        let tile = tile.min(group);
        let row = cut.node * lanes;
        let scans = if cut.rows == 1 { 0 } else { 1 };
        let reach = (tile * cut.node + 2 * cut.node) * lanes + 2 * SLACK;
        Ok(Engine {
            fold,
            cut,
            lanes,
            backend,
            group,
            tile,
            levels: Planes::new(reach)?,
            nodes: Planes::new(group * row + SLACK)?,
            rests: Planes::new(tile * row + SLACK)?,
            suffixes: Planes::new(scans * (cut.rows * row + SLACK))?,
            prefixes: Planes::new(scans * (row + SLACK))?,
            along: (0..cut.rows).map(|k| F::weights(k * cut.node, cut.node)).collect(),
            across: (0..cut.rows)
                .map(|k| F::weights((cut.rows - k) * cut.node, k * cut.node))
                .collect(),
            out: vec![F::Out::default(); tile * row + SLACK],
        })
    }

    /// Computes the windows that start at each index of a range, and hands them on in pieces:
    /// the first index, and the results, `lanes` for each index.
    pub(super) fn run<E>(
        &mut self,
        source: &mut dyn Tiles<F::Item>,
        starts: std::ops::Range<i64>,
        emit: Emit<'_, F::Out, E>,
    ) -> Result<(), E> {
        if self.cut.rows == 1 {
            self.whole(source, starts, emit)
        } else {
            self.blocks(source, starts, emit)
        }
    }

    /// Windows of one node and a rest.
    fn whole<E>(
        &mut self,
        source: &mut dyn Tiles<F::Item>,
        starts: std::ops::Range<i64>,
        emit: Emit<'_, F::Out, E>,
    ) -> Result<(), E> {
        let most = self.tile * self.cut.node;
        let mut first = starts.start;
        while first < starts.end {
            let count = usize::try_from(starts.end - first).unwrap_or(most).min(most);
            let items = source.tile(first, count + self.cut.size - 1);
            let work = Work::Whole { count };
            self.backend.run(Step { engine: self, items, first, work });
            emit(first, &mut self.out[..count * self.lanes])?;
            first += count as i64;
        }
        Ok(())
    }

    /// Windows of several rows.
    fn blocks<E>(
        &mut self,
        source: &mut dyn Tiles<F::Item>,
        starts: std::ops::Range<i64>,
        emit: Emit<'_, F::Out, E>,
    ) -> Result<(), E> {
        if starts.is_empty() {
            return Ok(());
        }
        let Cut { node, rows, .. } = self.cut;
        let (block, reach) = (self.cut.block() as i64, node - 1);
        let mut begin = starts.start.div_euclid(block) * block;
        // The suffixes of the first block, from the row of the first window on.
        let mut row = (starts.start - begin) as usize / node;
        let skipped = row;
        while row < rows {
            let made = (rows - row).min(self.tile);
            let first = begin + (row * node) as i64;
            let items = source.tile(first, made * node + reach);
            self.backend.run(Step { engine: self, items, first, work: Work::Nodes { row, made } });
            row += made;
        }
        self.backend.run(Step {
            engine: self,
            items: &[],
            first: 0,
            work: Work::Suffix { block: 0, from: skipped },
        });
        while begin < starts.end {
            // Results of the next blocks, rows `0..` of the group.
            let left = (starts.end - begin) as u64;
            let wanted = left.div_ceil(node as u64).min(self.group as u64) as usize;
            let mut row = 0;
            while row < wanted {
                let made = (wanted - row).min(self.tile);
                let at = begin + (row * node) as i64;
                let items = source.tile(at + block, made * node + reach);
                let work = Work::Rows { row, made };
                self.backend.run(Step { engine: self, items, first: at + block, work });
                let low = starts.start.clamp(at, at + (made * node) as i64);
                let high = starts.end.min(at + (made * node) as i64);
                if low < high {
                    let piece = (low - at) as usize * self.lanes..(high - at) as usize * self.lanes;
                    emit(low, &mut self.out[piece])?;
                }
                row += made;
            }
            begin += (wanted * node) as i64;
            if begin < starts.end {
                let block = self.group / rows - 1;
                self.backend.run(Step {
                    engine: self,
                    items: &[],
                    first: 0,
                    work: Work::Suffix { block, from: 0 },
                });
            }
        }
        Ok(())
    }
}

/// At least so many rows are taken through the levels together: each tile repeats a node's length.
const TILE_ROWS: usize = 32;

/// One task of an engine.
struct Step<'a, F: Fold<P>, const P: usize> {
    engine: &'a mut Engine<F, P>,
    items: &'a [F::Item],
    first: i64,
    work: Work,
}

enum Work {
    /// Whole windows.
    Whole { count: usize },
    /// Nodes alone.
    Nodes { row: usize, made: usize },
    /// Nodes, and the windows that end in their rows.
    Rows { row: usize, made: usize },
    /// The suffixes of a block of the group.
    Suffix { block: usize, from: usize },
}

impl<F: Fold<P>, const P: usize> Task for Step<'_, F, P> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Step { engine, items, first, work } = self;
        match work {
            Work::Whole { count } => engine.whole_windows(items, first, count),
            Work::Nodes { row, made } => {
                engine.make_nodes(items, first, row, made * engine.cut.node)
            }
            Work::Rows { row, made } => {
                engine.make_nodes(items, first, row, made * engine.cut.node);
                engine.finish_rows(first, row, made);
            }
            Work::Suffix { block, from } => engine.suffix(block, from),
        }
    }
}

impl<F: Fold<P>, const P: usize> Engine<F, P> {
    /// The lane index of each element of a pack.
    #[inline(always)]
    fn indices(&self, first: i64, flat: usize) -> Pack<i64> {
        let mut indices = [first; WIDTH];
        if self.lanes == 1 {
            for (k, index) in indices.iter_mut().enumerate() {
                *index += (flat + k) as i64;
            }
        } else {
            indices = [first + (flat / self.lanes) as i64; WIDTH];
        }
        indices
    }

    #[inline(always)]
    fn lifted(&self, items: &[F::Item], first: i64, flat: usize) -> [Pack<F::Scalar>; P] {
        F::lift(load(items, flat), self.indices(first, flat))
    }

    /// `A_m` of `count` elements into row `row` of the nodes, and `R` into the rests.
    #[inline(always)]
    fn make_nodes(&mut self, items: &[F::Item], first: i64, row: usize, count: usize) {
        let Cut { node, rows, rest, .. } = self.cut;
        let lanes = self.lanes;
        // With one row the rest follows the node in the same tile, else it is a block ahead.
        let ahead = if rows == 1 { node } else { 0 };
        let reach = if rows == 1 { node + rest - 1 } else { node - 1 };
        let target = row * node * lanes;
        if node == 1 {
            for flat in (0..count * lanes).step_by(WIDTH) {
                self.nodes.store(target + flat, self.lifted(items, first, flat));
            }
            return;
        }
        let mut size = 1;
        loop {
            if rest & size != 0 {
                let before = rest & (size - 1);
                let weights = F::weights(before, size);
                for flat in (0..count * lanes).step_by(WIDTH) {
                    let at = flat + (ahead + before) * lanes;
                    let piece = if size == 1 {
                        self.lifted(items, first, at)
                    } else {
                        self.levels.load(at)
                    };
                    let rests = if before == 0 {
                        piece
                    } else {
                        F::join(self.rests.load(flat), piece, weights)
                    };
                    self.rests.store(flat, rests);
                }
            }
            if size == node {
                return;
            }
            let (step, weights) = (size * lanes, F::weights(size, size));
            let last = 2 * size == node;
            // The last level goes where nodes are kept.
            let needed = if last { count } else { count + reach + 1 - 2 * size };
            for flat in (0..needed * lanes).step_by(WIDTH) {
                let (left, right) = if size == 1 {
                    (self.lifted(items, first, flat), self.lifted(items, first, flat + step))
                } else {
                    (self.levels.load(flat), self.levels.load(flat + step))
                };
                let both = F::join(left, right, weights);
                if last {
                    self.nodes.store(target + flat, both)
                } else {
                    self.levels.store(flat, both)
                }
            }
            size *= 2;
        }
    }

    #[inline(always)]
    fn whole_windows(&mut self, items: &[F::Item], first: i64, count: usize) {
        self.make_nodes(items, first, 0, count);
        let Cut { node, rest, .. } = self.cut;
        let weights = F::weights(node, rest);
        for flat in (0..count * self.lanes).step_by(WIDTH) {
            let mut window = self.nodes.load(flat);
            if rest > 0 {
                window = F::join(window, self.rests.load(flat), weights);
            }
            let results = self.fold.finish(window, self.indices(first, flat));
            store(&mut self.out, flat, results);
        }
    }

    /// The windows that start a block before some rows of the group: `row..row + made`.
    #[inline(always)]
    fn finish_rows(&mut self, first: i64, row: usize, made: usize) {
        let rows = self.cut.rows;
        let mut at = row;
        while at < row + made {
            let in_block = at % rows;
            if in_block == 0 && at > 0 {
                self.suffix(at / rows - 1, 0);
            }
            let until = (row + made).min(at - in_block + rows);
            if self.lanes == 1 {
                self.prefix::<1>(first, row, at..until, 0);
            } else {
                for column in (0..self.cut.node * self.lanes).step_by(4 * WIDTH) {
                    self.prefix::<4>(first, row, at..until, column);
                }
            }
            at = until;
        }
    }

    /// Rows of one block, `G` packs wide.
    #[inline(always)]
    fn prefix<const G: usize>(
        &mut self,
        first: i64,
        tile: usize,
        rows: std::ops::Range<usize>,
        column: usize,
    ) {
        let Cut { node, rows: block, rest, .. } = self.cut;
        let width = node * self.lanes;
        let start = first - self.cut.block() as i64;
        let rest_weights = F::weights(block * node, rest);
        let mut prefixes = [[[F::Scalar::default(); WIDTH]; P]; G];
        for (g, prefix) in prefixes.iter_mut().enumerate() {
            *prefix = self.prefixes.load(column + g * WIDTH);
        }
        for row in rows {
            let in_block = row % block;
            let (along, across) = (self.along[in_block], self.across[in_block]);
            for (g, prefix) in prefixes.iter_mut().enumerate() {
                let at = column + g * WIDTH;
                let mut window = self.suffixes.load(in_block * width + at);
                let next = self.nodes.load(row * width + at);
                if in_block == 0 {
                    *prefix = next;
                } else {
                    window = F::join(window, *prefix, across);
                    *prefix = F::join(*prefix, next, along);
                }
                let flat = (row - tile) * width + at;
                if rest > 0 {
                    window = F::join(window, self.rests.load(flat), rest_weights);
                }
                let results = self.fold.finish(window, self.indices(start, flat));
                store(&mut self.out, flat, results);
            }
        }
        for (g, prefix) in prefixes.into_iter().enumerate() {
            self.prefixes.store(column + g * WIDTH, prefix);
        }
    }

    /// `S` of a block of the group, its rows from `from` on.
    #[inline(always)]
    fn suffix(&mut self, block: usize, from: usize) {
        if self.lanes == 1 {
            self.suffix_columns::<1>(block, from, 0);
        } else {
            for column in (0..self.cut.node * self.lanes).step_by(4 * WIDTH) {
                self.suffix_columns::<4>(block, from, column);
            }
        }
    }

    #[inline(always)]
    fn suffix_columns<const G: usize>(&mut self, block: usize, from: usize, column: usize) {
        let Cut { node, rows, .. } = self.cut;
        let width = node * self.lanes;
        let mut suffixes = [[[F::Scalar::default(); WIDTH]; P]; G];
        for row in (from..rows).rev() {
            let below = rows - 1 - row;
            let weights = F::weights(node, below * node);
            for (g, suffix) in suffixes.iter_mut().enumerate() {
                let at = column + g * WIDTH;
                let node = self.nodes.load((block * rows + row) * width + at);
                *suffix = if below == 0 { node } else { F::join(node, *suffix, weights) };
                self.suffixes.store(row * width + at, *suffix);
            }
        }
    }
}
