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
use super::levels::Levels;
use super::planes::Planes;
use super::rows::{Back, Forth, Tile, Turn, Whole, Work};
use crate::kernel::arch::Backend;

/// Elements that are handled together: a line of doubles.
pub(super) const WIDTH: usize = 8;
/// A row of neighbours.
pub(super) type Pack<S> = [S; WIDTH];

/// Items beyond the last needed one that a tile must have: packs run over.
pub(super) const SLACK: usize = 2 * WIDTH;
/// Elements that are taken through the levels together, so that they stay in the first cache.
const TILE: usize = 1024;
/// At least so many elements of a lane are taken together: each part repeats a node's length.
const TILE_ROWS: usize = 64;

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
    pub(super) fold: F,
    pub(super) cut: Cut,
    pub(super) lanes: usize,
    pub(super) backend: Backend,
    /// Rows that are made and used together: a part of a block, or whole blocks.
    pub(super) part: usize,
    pub(super) levels: Levels<F, P>,
    pub(super) suffixes: Planes<F::Scalar, P>,
    pub(super) prefixes: Planes<F::Scalar, P>,
    /// The element of each lane that the windows of the present block are counted from.
    pub(super) pivots: Vec<F::Item>,
    pub(super) weights: Weights<F::Weights>,
    pub(super) out: Vec<F::Out>,
}

/// What joins need to know.
pub(super) struct Weights<W> {
    /// `k` rows and one more.
    pub(super) along: Vec<W>,
    /// A row and the `k` rows after it.
    pub(super) back: Vec<W>,
    /// A suffix from row `k` and the prefix of `k` rows.
    pub(super) across: Vec<W>,
    /// A window without its rest, and the rest.
    pub(super) rest: W,
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
        let part = match rows {
            1 => tile,
            // Whole blocks, though they be somewhat larger than a tile.
            _ if rows <= 2 * tile => (tile / rows).max(1) * rows,
            // Parts of a block, alike.
            _ => rows.div_ceil(rows.div_ceil(tile)),
        };
        let scans = if rows == 1 { 0 } else { 1 };
        Ok(Engine {
            fold,
            cut,
            lanes,
            backend,
            part,
            levels: Levels::new((part + 4) * row + 2 * node * lanes + 32, cut)?,
            suffixes: Planes::new(scans * (rows * row + SLACK))?,
            prefixes: Planes::new(scans * (row + SLACK))?,
            pivots: vec![F::Item::default(); lanes.max(WIDTH)],
            weights: Weights::new(cut, F::weights),
            out: vec![F::Out::default(); part * row + SLACK],
        })
    }

    /// Computes the windows that start at each index of a range, and hands them on in pieces:
    /// the first index, and the results, `lanes` for each index. Where there is a place for the
    /// results of all starts of one lane, that is where they lie then.
    pub(super) fn run<E>(
        &mut self,
        source: &mut dyn Tiles<F::Item>,
        starts: Range<i64>,
        place: Option<&mut [F::Out]>,
        emit: Emit<'_, F::Out, E>,
    ) -> Result<(), E> {
        if starts.is_empty() {
            Ok(())
        } else if self.cut.rows == 1 {
            self.whole(source, starts, place, emit)
        } else {
            self.blocks(source, starts, place, emit)
        }
    }

    /// Windows of one node and a rest.
    fn whole<E>(
        &mut self,
        source: &mut dyn Tiles<F::Item>,
        starts: Range<i64>,
        mut place: Option<&mut [F::Out]>,
        emit: Emit<'_, F::Out, E>,
    ) -> Result<(), E> {
        let most = self.part * self.cut.node;
        let mut first = starts.start;
        while first < starts.end {
            let count = usize::try_from(starts.end - first).unwrap_or(most).min(most);
            let items = source.tile(first, count + self.cut.size - 1);
            let past = (first - starts.start) as usize;
            let place = place.as_deref_mut().map(|place| &mut place[past..past + count]);
            let made =
                self.made((items, first), Work::Whole { count }, 0..count * self.lanes, place);
            emit(first, made)?;
            first += count as i64;
        }
        Ok(())
    }

    /// Windows of several rows.
    fn blocks<E>(
        &mut self,
        source: &mut dyn Tiles<F::Item>,
        starts: Range<i64>,
        mut place: Option<&mut [F::Out]>,
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
                let end = at + (made * node) as i64;
                let (low, high) = (starts.start.clamp(at, end), starts.end.min(end));
                let of = |from: i64, index: i64| (index - from) as usize * self.lanes;
                let piece = of(at, low)..of(at, high.max(low));
                let place = place.as_deref_mut().filter(|_| low < high);
                let place =
                    place.map(|place| &mut place[of(starts.start, low)..of(starts.start, high)]);
                let made_here =
                    self.made((items, at + block), Work::Forth { row, made }, piece, place);
                if low < high {
                    emit(low, made_here)?;
                }
                row += made;
            }
            begin += (wanted * node) as i64;
            if begin < starts.end && self.part < rows {
                if F::PIVOT {
                    self.begin(source, begin, 0);
                } else {
                    self.step(&[], begin, Work::Turn, None);
                }
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
            self.step(items, first, Work::Back { row, made: until - row }, None);
            until = row;
        }
    }

    /// A piece of the results of a task: in its place, if there is one, else aside.
    fn made<'a>(
        &'a mut self,
        (items, first): (&[F::Item], i64),
        work: Work,
        piece: Range<usize>,
        place: Option<&'a mut [F::Out]>,
    ) -> &'a mut [F::Out] {
        let whole = piece.start == 0 && piece.end == work.results(self.cut.node, self.lanes);
        match place {
            // Tasks write whole packs.
            Some(place) if whole && place.len().is_multiple_of(WIDTH) => {
                self.step(items, first, work, Some(&mut *place));
                place
            }
            Some(place) => {
                self.step(items, first, work, None);
                place.copy_from_slice(&self.out[piece]);
                place
            }
            None => {
                self.step(items, first, work, None);
                &mut self.out[piece]
            }
        }
    }

    /// One task, its results in a place for all of them or aside.
    fn step(&mut self, items: &[F::Item], first: i64, work: Work, place: Option<&mut [F::Out]>) {
        let mut aside = std::mem::take(&mut self.out);
        let (backend, out) = (self.backend, place.unwrap_or(&mut aside));
        let tile = Tile { items, first, out };
        match work {
            Work::Whole { count } => backend.run(Whole(self, tile, count)),
            Work::Forth { row, made } => backend.run(Forth(self, tile, row, made)),
            Work::Back { row, made } => backend.run(Back(self, tile, row..row + made)),
            Work::Turn => backend.run(Turn(self)),
        }
        self.out = aside;
    }
}

/// The pivot of each lane; a single lane has it in every place of a pack.
#[inline(always)]
pub(super) fn pivots<I: Copy>(pivots: &mut [I], last: &[I], lanes: usize) {
    for (lane, pivot) in pivots.iter_mut().enumerate() {
        *pivot = last[if lanes == 1 { 0 } else { lane }];
    }
}
