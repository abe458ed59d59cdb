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

use std::ops::Range;

use super::error::WindowError;
use super::levels::{Levels, Planes, Raw, get, one_by_one, put};
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

    /// Whether nodes are counted from an element that all windows of a block contain.
    const PIVOT: bool = false;
    /// Whether nodes that share elements can be joined.
    const REPEATS: bool = false;

    /// The nodes of single elements; their indices, and the element that they are counted from.
    fn lift(
        items: Pack<Self::Item>,
        at: Pack<i64>,
        pivot: Pack<Self::Item>,
    ) -> [Pack<Self::Scalar>; P];

    /// Nodes of neighbours, joined.
    fn join(
        left: [Pack<Self::Scalar>; P],
        right: [Pack<Self::Scalar>; P],
        weights: Self::Weights,
    ) -> [Pack<Self::Scalar>; P];

    /// The results of whole windows, and the indices at which they start.
    fn finish(self, nodes: [Pack<Self::Scalar>; P], at: Pack<i64>) -> Pack<Self::Out>;
}

/// The windows of one operation and size over `lanes` lanes, which lie side by side.
pub(super) struct Engine<F: Fold<P>, const P: usize> {
    fold: F,
    cut: Cut,
    lanes: usize,
    backend: Backend,
    /// Rows that are made and used together: a part of a block, or whole blocks.
    part: usize,
    levels: Levels<F, P>,
    suffixes: Planes<F::Scalar, P>,
    prefixes: Planes<F::Scalar, P>,
    /// The element of each lane that the windows of the present block are counted from.
    pivots: Vec<F::Item>,
    weights: Weights<F::Weights>,
    out: Vec<F::Out>,
}

/// What joins need to know.
struct Weights<W> {
    /// `k` rows and one more.
    along: Vec<W>,
    /// A row and the `k` rows after it.
    back: Vec<W>,
    /// A suffix from row `k` and the prefix of `k` rows.
    across: Vec<W>,
    /// A window without its rest, and the rest.
    rest: W,
}

impl<W: Copy + Default> Weights<W> {
    fn new(cut: Cut, weights: impl Fn(usize, usize) -> W) -> Weights<W> {
        let Cut { node, rows, rest, .. } = cut;
        let list = |of: &dyn Fn(usize) -> W| (0..rows).map(of).collect();
        Weights {
            along: list(&|k| weights(k * node, node)),
            back: list(&|k| weights(node, k * node)),
            across: list(&|k| weights((rows - k) * node, k * node)),
            rest: weights(rows * node, rest),
        }
    }
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
        let Cut { node, rows, .. } = cut;
        let row = node * lanes;
        let tile = (TILE / row).max(TILE_ROWS.div_ceil(node));
        let part = if rows == 1 { tile } else { (tile / rows).max(1) * rows }.min(tile);
        let scans = if rows == 1 { 0 } else { 1 };
        Ok(Engine {
            fold,
            cut,
            lanes,
            backend,
            part,
            levels: Levels::new((part + 4) * row + 2 * node * lanes + 32, cut, lanes)?,
            suffixes: Planes::new(scans * (rows * row + SLACK))?,
            prefixes: Planes::new(scans * (row + SLACK))?,
            pivots: vec![F::Item::default(); lanes.max(WIDTH)],
            weights: Weights::new(cut, F::weights),
            out: vec![F::Out::default(); part * row + SLACK],
        })
    }

    /// Computes the windows that start at each index of a range, and hands them on in pieces:
    /// the first index, and the results, `lanes` for each index.
    pub(super) fn run<E>(
        &mut self,
        source: &mut dyn Tiles<F::Item>,
        starts: Range<i64>,
        emit: Emit<'_, F::Out, E>,
    ) -> Result<(), E> {
        if starts.is_empty() {
            Ok(())
        } else if self.cut.rows == 1 {
            self.whole(source, starts, emit)
        } else {
            self.blocks(source, starts, emit)
        }
    }

    /// Windows of one node and a rest.
    fn whole<E>(
        &mut self,
        source: &mut dyn Tiles<F::Item>,
        starts: Range<i64>,
        emit: Emit<'_, F::Out, E>,
    ) -> Result<(), E> {
        let most = self.part * self.cut.node;
        let mut first = starts.start;
        while first < starts.end {
            let count = usize::try_from(starts.end - first).unwrap_or(most).min(most);
            let items = source.tile(first, count + self.cut.size - 1);
            self.step(items, first, Work::Whole { count });
            emit(first, &mut self.out[..count * self.lanes])?;
            first += count as i64;
        }
        Ok(())
    }

    /// Windows of several rows.
    fn blocks<E>(
        &mut self,
        source: &mut dyn Tiles<F::Item>,
        starts: Range<i64>,
        emit: Emit<'_, F::Out, E>,
    ) -> Result<(), E> {
        let Cut { node, rows, .. } = self.cut;
        let block = self.cut.block() as i64;
        let mut begin = starts.start.div_euclid(block) * block;
        self.begin(source, begin, (starts.start - begin) as usize / node);
        while begin < starts.end {
            // The windows that begin in one block, or in as many as one part has.
            let left = (starts.end - begin) as u64;
            let most = self.part.max(rows);
            let wanted = left.div_ceil(node as u64).min(most as u64) as usize;
            let mut row = 0;
            while row < wanted {
                let made = (wanted - row).min(self.part);
                let at = begin + (row * node) as i64;
                let items = source.tile(at + block, made * node + node - 1);
                self.step(items, at + block, Work::Forth { row, made });
                let low = starts.start.clamp(at, at + (made * node) as i64);
                let high = starts.end.min(at + (made * node) as i64);
                if low < high {
                    let piece = (low - at) as usize * self.lanes..(high - at) as usize * self.lanes;
                    emit(low, &mut self.out[piece])?;
                }
                row += made;
            }
            begin += (wanted * node) as i64;
            if begin < starts.end && self.part < rows {
                self.begin(source, begin, 0);
            }
        }
        Ok(())
    }

    /// The suffixes of a block, from a row on, and its pivots.
    fn begin(&mut self, source: &mut dyn Tiles<F::Item>, begin: i64, from: usize) {
        let Cut { node, rows, .. } = self.cut;
        if F::PIVOT {
            let last = source.tile(begin + self.cut.block() as i64 - 1, 1);
            pivots(&mut self.pivots, last, self.lanes);
        }
        let mut until = rows;
        while until > from {
            let row = until.saturating_sub(self.part).max(from);
            let first = begin + (row * node) as i64;
            let items = source.tile(first, (until - row) * node + node - 1);
            self.step(items, first, Work::Back { row, made: until - row });
            until = row;
        }
    }

    fn step(&mut self, items: &[F::Item], first: i64, work: Work) {
        self.backend.run(Step { engine: self, items, first, work });
    }
}

/// The pivot of each lane; a single lane has it in every place of a pack.
#[inline(always)]
fn pivots<I: Copy>(pivots: &mut [I], last: &[I], lanes: usize) {
    for (lane, pivot) in pivots.iter_mut().enumerate() {
        *pivot = last[if lanes == 1 { 0 } else { lane }];
    }
}

/// At least so many elements of a lane are taken together: each part repeats a node's length.
const TILE_ROWS: usize = 64;

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
    /// The windows that start a block before some rows, which begin in row `row` of their block.
    Forth { row: usize, made: usize },
    /// The suffixes of some rows of a block.
    Back { row: usize, made: usize },
}

impl<F: Fold<P>, const P: usize> Task for Step<'_, F, P> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Step { engine, items, first, work } = self;
        match work {
            Work::Whole { count } => engine.whole_windows(items, first, count),
            Work::Forth { row, made } => engine.forth(items, first, row, made),
            Work::Back { row, made } => engine.back(items, first, row, made),
        }
    }
}

impl<F: Fold<P>, const P: usize> Engine<F, P> {
    #[inline(always)]
    fn whole_windows(&mut self, items: &[F::Item], first: i64, count: usize) {
        let Cut { node, rest, .. } = self.cut;
        let Engine { lanes, fold, .. } = *self;
        let raw = Raw { items, first, pivots: &[], lanes };
        self.levels.make(raw, count * lanes);
        let packs = (count * lanes).div_ceil(WIDTH);
        let nodes = self.levels.nodes(0, packs, lanes);
        let rests = self.levels.rests(0, packs);
        let later = self.levels.nodes(if F::REPEATS { rest * lanes } else { 0 }, packs, lanes);
        let out = &mut self.out.as_chunks_mut().0[..packs];
        let weights = self.weights.rest;
        for (pack, out) in out.iter_mut().enumerate() {
            one_by_one();
            let mut window = if node < 4 { nodes.plain(pack) } else { nodes.joined(pack) };
            if let Some(rests) = &rests {
                window = F::join(window, get(rests, pack), weights);
            } else if rest > 0 {
                let later = if node < 4 { later.plain(pack) } else { later.joined(pack) };
                window = F::join(window, later, weights);
            }
            *out = fold.finish(window, raw.indices(pack * WIDTH));
        }
    }

    /// The windows that start a block before some rows of a tile.
    #[inline(always)]
    fn forth(&mut self, items: &[F::Item], first: i64, row: usize, made: usize) {
        let Cut { node, rows, .. } = self.cut;
        let (lanes, complete) = (self.lanes, self.part >= rows);
        let width = node * lanes;
        let mut held = std::mem::take(&mut self.pivots);
        let anew = F::PIVOT && complete;
        if !anew {
            self.levels.make(Raw { items, first, pivots: &held, lanes }, made * width);
        }
        let mut at = 0;
        while at < made {
            let until = made.min(at + rows - (row + at) % rows);
            // Where the levels are made anew for each block, they begin there.
            let begin = if anew { at } else { 0 };
            let items = &items[begin * width..];
            let first = first + (begin * node) as i64;
            let raw = Raw { items, first, pivots: &held, lanes };
            if anew {
                self.levels.make(raw, (until - at) * width);
            }
            let place = Place { tile: at - begin, out: at, block: (row + at) % rows };
            if lanes == 1 {
                self.prefix_line(raw, place, until - at);
            } else {
                for column in (0..lanes).step_by(WIDTH) {
                    self.prefix_lanes(raw, place, until - at, column);
                }
            }
            if complete && until - at == rows {
                if anew {
                    pivots(&mut held, &items[(rows * node - 1) * lanes..], lanes);
                    self.levels.make(Raw { items, first, pivots: &held, lanes }, rows * width);
                }
                self.suffix(at - begin, 0..rows);
            }
            at = until;
        }
        self.pivots = held;
    }

    /// The suffixes of some rows of a block, the last first.
    #[inline(always)]
    fn back(&mut self, items: &[F::Item], first: i64, row: usize, made: usize) {
        let held = std::mem::take(&mut self.pivots);
        let raw = Raw { items, first, pivots: &held, lanes: self.lanes };
        self.levels.make(raw, made * self.cut.node * self.lanes);
        self.suffix(0, row..row + made);
        self.pivots = held;
    }

    /// Rows of one block of one lane.
    #[inline(always)]
    fn prefix_line(&mut self, raw: Raw<'_, F::Item>, place: Place, made: usize) {
        let fold = self.fold;
        let starts = Raw { first: raw.first - self.cut.block() as i64, ..raw };
        let nodes = self.levels.nodes(place.tile * WIDTH, made, 1);
        let rests = self.levels.rests(place.tile * WIDTH, made);
        let suffixes = self.suffixes.packs(place.block * WIDTH, made);
        let along = &self.weights.along[place.block..][..made];
        let across = &self.weights.across[place.block..][..made];
        let rest = self.weights.rest;
        let out = &mut self.out.as_chunks_mut().0[place.out..][..made];
        let mut prefix = self.prefixes.load(0);
        let mut begin = 0;
        if place.block == 0 && made > 0 {
            let mut window = get(&suffixes, 0);
            if let Some(rests) = &rests {
                window = F::join(window, get(rests, 0), rest);
            }
            out[0] = fold.finish(window, starts.indices(place.tile * WIDTH));
            prefix = nodes.joined(0);
            begin = 1;
        }
        if let Some(rests) = &rests {
            for row in begin..made {
                one_by_one();
                let window = F::join(get(&suffixes, row), prefix, across[row]);
                let window = F::join(window, get(rests, row), rest);
                out[row] = fold.finish(window, starts.indices((place.tile + row) * WIDTH));
                prefix = F::join(prefix, nodes.joined(row), along[row]);
            }
        } else {
            for row in begin..made {
                one_by_one();
                let window = F::join(get(&suffixes, row), prefix, across[row]);
                out[row] = fold.finish(window, starts.indices((place.tile + row) * WIDTH));
                prefix = F::join(prefix, nodes.joined(row), along[row]);
            }
        }
        self.prefixes.store(0, prefix);
    }

    /// Rows of one block of a pack of lanes; each of the elements of a row has a prefix.
    #[inline(always)]
    fn prefix_lanes(&mut self, raw: Raw<'_, F::Item>, place: Place, made: usize, column: usize) {
        let (fold, lanes) = (self.fold, self.lanes);
        let starts = Raw { first: raw.first - self.cut.block() as i64, ..raw };
        let step = lanes / WIDTH;
        let elements = made * self.cut.node;
        let width = self.cut.node * lanes;
        let packs = (elements - 1) * step + 1;
        let flat = place.tile * width + column;
        let nodes = self.levels.nodes(flat, packs, lanes);
        let rests = self.levels.rests(flat, packs);
        let suffixes = self.suffixes.packs(place.block * width + column, packs);
        let out = &mut self.out[place.out * width + column..].as_chunks_mut().0[..packs];
        let rest = self.weights.rest;
        let mut prefixes = [[[F::Scalar::default(); WIDTH]; P]; 8];
        for (k, prefix) in prefixes.iter_mut().enumerate() {
            *prefix = self.prefixes.load(k * lanes + column);
        }
        for row in 0..made {
            one_by_one();
            let in_block = place.block + row;
            let (along, across) = (self.weights.along[in_block], self.weights.across[in_block]);
            for (k, prefix) in prefixes.iter_mut().enumerate() {
                let at = (row * 8 + k) * step;
                let mut window = get(&suffixes, at);
                let next = nodes.joined(at);
                if in_block == 0 {
                    *prefix = next;
                } else {
                    window = F::join(window, *prefix, across);
                    *prefix = F::join(*prefix, next, along);
                }
                if let Some(rests) = &rests {
                    window = F::join(window, get(rests, at), rest);
                }
                out[at] = fold.finish(window, starts.indices(flat + at * WIDTH));
            }
        }
        for (k, prefix) in prefixes.into_iter().enumerate() {
            self.prefixes.store(k * lanes + column, prefix);
        }
    }

    /// `S` of some rows of a block, whose nodes begin at a row of the tile.
    #[inline(always)]
    fn suffix(&mut self, tile: usize, block: Range<usize>) {
        if self.lanes == 1 {
            self.suffix_line(tile, block);
        } else {
            for column in (0..self.lanes).step_by(WIDTH) {
                self.suffix_lanes(tile, block.clone(), column);
            }
        }
    }

    #[inline(always)]
    fn suffix_line(&mut self, tile: usize, block: Range<usize>) {
        let rows = self.cut.rows;
        let made = block.len();
        let nodes = self.levels.nodes(tile * WIDTH, made, 1);
        let back = &self.weights.back[rows - block.end..][..made];
        let after =
            if block.end < rows { Some(self.suffixes.load(block.end * WIDTH)) } else { None };
        let mut to = self.suffixes.packs_mut(block.start * WIDTH, made);
        let mut end = made;
        let mut suffix = match after {
            Some(suffix) => suffix,
            None => {
                end = made.saturating_sub(1);
                let last = nodes.joined(end);
                put(&mut to, end, last);
                last
            }
        };
        for row in (0..end).rev() {
            one_by_one();
            suffix = F::join(nodes.joined(row), suffix, back[made - 1 - row]);
            put(&mut to, row, suffix);
        }
    }

    #[inline(always)]
    fn suffix_lanes(&mut self, tile: usize, block: Range<usize>, column: usize) {
        let (rows, lanes) = (self.cut.rows, self.lanes);
        let made = block.len();
        let step = lanes / WIDTH;
        let width = self.cut.node * lanes;
        let packs = (made * self.cut.node - 1) * step + 1;
        let nodes = self.levels.nodes(tile * width + column, packs, lanes);
        let mut suffixes = [[[F::Scalar::default(); WIDTH]; P]; 8];
        if block.end < rows {
            for (k, suffix) in suffixes.iter_mut().enumerate() {
                *suffix = self.suffixes.load(block.end * width + k * lanes + column);
            }
        }
        let mut to = self.suffixes.packs_mut(block.start * width + column, packs);
        for row in (0..made).rev() {
            one_by_one();
            let below = rows - 1 - (block.start + row);
            let weights = self.weights.back[below];
            for (k, suffix) in suffixes.iter_mut().enumerate() {
                let at = (row * 8 + k) * step;
                let node = nodes.joined(at);
                *suffix = if below == 0 { node } else { F::join(node, *suffix, weights) };
                put(&mut to, at, *suffix);
            }
        }
    }
}

/// Where rows are: in the tile's levels, in the results, and in their block.
#[derive(Clone, Copy)]
struct Place {
    tile: usize,
    out: usize,
    block: usize,
}
