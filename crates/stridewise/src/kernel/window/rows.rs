//! Rows: the passes that an engine makes over the rows of its blocks (see `scan`).
//!
//! Rows of one lane are packs of neighbours, those of several lanes have a pack for every eight
//! lanes of an element. A pass goes forth, for prefixes and whole windows, or back, for suffixes.
//! With `m = 2` the rows of `1 2 3 4` are the nodes `3 5` and `7 ..`.

use std::ops::Range;

use super::levels::{Raw, Rests};
use super::planes::{get, one_by_one, put, to_pack};
use super::scan::{Cut, Engine, Fold, Pack, WIDTH, Weights, pivots};
use crate::kernel::arch::Task;

/// What is done with a tile.
pub(super) enum Work {
    /// Whole windows.
    Whole { count: usize },
    /// The windows that start a block before some rows, which begin in row `row` of their block.
    Forth { row: usize, made: usize },
    /// The suffixes of some rows of a block.
    Back { row: usize, made: usize },
    /// The suffixes of a block whose nodes stand where they belong.
    Turn,
}

impl Work {
    /// How many results it has.
    pub(super) fn results(&self, node: usize, lanes: usize) -> usize {
        match *self {
            Work::Whole { count } => count * lanes,
            Work::Forth { made, .. } => made * node * lanes,
            Work::Back { .. } | Work::Turn => 0,
        }
    }
}

/// Elements, the index of the first, and room for results.
pub(super) struct Tile<'a, I, O> {
    pub(super) items: &'a [I],
    pub(super) first: i64,
    pub(super) out: &'a mut [O],
}

/// Tasks of an engine, each a function of its own: compilers do better by small ones.
macro_rules! tasks {
    ($($name:ident($($field:ident: $type:ty),*) => $method:ident;)*) => {$(
        pub(super) struct $name<'a, F: Fold<P>, const P: usize>(
            pub(super) &'a mut Engine<F, P>,
            $(pub(super) $type),*
        );

        impl<F: Fold<P>, const P: usize> Task for $name<'_, F, P> {
            type Output = ();

            #[inline(always)]
            fn run(self) {
                let $name(engine, $($field),*) = self;
                engine.$method($($field),*);
            }
        }
    )*};
}
tasks! {
    Whole(tile: Tile<'a, F::Item, F::Out>, count: usize) => whole_windows;
    Forth(tile: Tile<'a, F::Item, F::Out>, row: usize, made: usize) => forth;
    Back(tile: Tile<'a, F::Item, F::Out>, rows: Range<usize>) => back;
    Turn() => turn;
}

impl<F: Fold<P>, const P: usize> Engine<F, P> {
    #[inline(always)]
    fn whole_windows(&mut self, tile: Tile<'_, F::Item, F::Out>, count: usize) {
        let Tile { items, first, out } = tile;
        let Cut { node, rest, .. } = self.cut;
        let Engine { lanes, fold, .. } = *self;
        let raw = Raw { items, first, pivots: &[], lanes };
        self.levels.make(raw, count * lanes);
        let packs = (count * lanes).div_ceil(WIDTH);
        let nodes = self.levels.nodes(0, packs, lanes);
        let rests = self.levels.rests(raw, 0, packs);
        let later = self.levels.nodes(if F::REPEATS { rest * lanes } else { 0 }, packs, lanes);
        let out = &mut out.as_chunks_mut().0[..packs];
        let weights = self.weights.rest;
        for (pack, out) in out.iter_mut().enumerate() {
            one_by_one();
            let mut window = if node < 4 { nodes.plain(pack) } else { nodes.joined(pack) };
            if let Some(rests) = &rests {
                window = F::join(window, rests.get(pack), weights);
            } else if rest > 0 {
                let later = if node < 4 { later.plain(pack) } else { later.joined(pack) };
                window = F::join(window, later, weights);
            }
            *out = fold.finish(window, raw.indices(pack * WIDTH));
        }
    }

    /// The windows that start a block before some rows of a tile.
    #[inline(always)]
    fn forth(&mut self, tile: Tile<'_, F::Item, F::Out>, row: usize, made: usize) {
        let Tile { items, first, out } = tile;
        let Cut { node, rows, .. } = self.cut;
        let (lanes, complete) = (self.lanes, self.part >= rows);
        let width = node * lanes;
        let mut held = std::mem::take(&mut self.pivots);
        let anew = F::PIVOT && complete;
        if !anew {
            let raw = Raw { items, first, pivots: &held, lanes };
            self.levels.make(raw, made * width);
            if lanes == 1 {
                self.line(raw, row, made, out);
            }
        }
        // A line's rows are done.
        let mut at = if lanes == 1 && !anew { made } else { 0 };
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
            let place = Place { tile: at - begin, block: (row + at) % rows };
            let out = &mut out[at * width..];
            if lanes == 1 {
                self.prefix_line(raw, place, until - at, out);
            } else {
                for column in (0..lanes).step_by(WIDTH) {
                    self.prefix_lanes(raw, place, until - at, column, out);
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
        if !F::PIVOT && !complete {
            // They are not made again for the suffixes of their block.
            let packs = made * width / WIDTH;
            let nodes = self.levels.nodes(0, packs, lanes);
            let mut kept = self.suffixes.packs_mut(row * width, packs);
            for pack in 0..packs {
                one_by_one();
                put(&mut kept, pack, nodes.joined(pack));
            }
        }
        self.pivots = held;
    }

    /// The suffixes of a block whose nodes stand where they belong.
    #[inline(always)]
    fn turn(&mut self) {
        let (rows, step) = (self.cut.rows, self.cut.node * self.lanes / WIDTH);
        let back = &self.weights.back[..rows];
        let mut places = self.suffixes.packs_mut(0, rows * step);
        for column in 0..step {
            let mut suffix = to_pack(&places, (rows - 1) * step + column);
            for row in (0..rows - 1).rev() {
                one_by_one();
                let at = row * step + column;
                suffix = F::join(to_pack(&places, at), suffix, back[rows - 1 - row]);
                put(&mut places, at, suffix);
            }
        }
    }

    /// Rows of one lane, from row `row` of their block on: each block's prefixes, then its
    /// suffixes, for the windows that begin there.
    #[inline(always)]
    fn line(&mut self, raw: Raw<'_, F::Item>, row: usize, made: usize, out: &mut [F::Out]) {
        let rows = self.cut.rows;
        let complete = self.part >= rows;
        let Weights { along, back, across, rest } = &self.weights;
        let (along, back, across) = (&along[..rows], &back[..rows], &across[..rows]);
        let nodes = self.levels.nodes(0, made, 1);
        let rests = self.levels.rests(raw, 0, made);
        let starts = Raw { first: raw.first - self.cut.block() as i64, ..raw };
        let out = &mut out.as_chunks_mut().0[..made];
        let (mut at, mut row) = (0, row % rows);
        while at < made {
            let until = made.min(at + rows - row);
            if row == 0 {
                let window = rested(self.suffixes.load(0), &rests, at, *rest);
                out[at] = self.fold.finish(window, starts.indices(at * WIDTH));
                self.prefixes.store(0, nodes.joined(at));
                (at, row) = (at + 1, 1);
            }
            let count = until - at;
            let suffixes = self.suffixes.packs(row * WIDTH, count);
            let (near, out) = (nodes.part(at, count), &mut out[at..until]);
            let (along, across) = (&along[row..][..count], &across[row..][..count]);
            let mut prefix = self.prefixes.load(0);
            // One loop for each way to a rest: what a loop does not use costs it registers too.
            macro_rules! rows {
                (|$window:ident, $k:ident| $rested:expr) => {
                    for $k in 0..count {
                        one_by_one();
                        let $window = F::join(get(&suffixes, $k), prefix, across[$k]);
                        let first = starts.indices((at + $k) * WIDTH);
                        out[$k] = self.fold.finish($rested, first);
                        prefix = F::join(prefix, near.joined($k), along[$k]);
                    }
                };
            }
            match &rests {
                None => rows!(|window, k| window),
                Some(Rests { single: Some(single), .. }) => {
                    let single = single.map(|single| &single[at..until]);
                    rows!(|window, k| F::join(window, get(&single, k), *rest));
                }
                Some(rests) => rows!(|window, k| F::join(window, rests.get(at + k), *rest)),
            }
            self.prefixes.store(0, prefix);
            (row, at) = (row + count, until);
            if complete && row == rows {
                let begin = at.saturating_sub(rows);
                let near = nodes.part(begin, rows - 1);
                let mut suffix = nodes.joined(at - 1);
                let mut to = self.suffixes.packs_mut(0, rows);
                put(&mut to, rows - 1, suffix);
                for row in (0..rows - 1).rev() {
                    one_by_one();
                    suffix = F::join(near.joined(row), suffix, back[rows - 1 - row]);
                    put(&mut to, row, suffix);
                }
            }
            row %= rows;
        }
    }

    /// The suffixes of some rows of a block, the last first.
    #[inline(always)]
    fn back(&mut self, tile: Tile<'_, F::Item, F::Out>, rows: Range<usize>) {
        let Tile { items, first, .. } = tile;
        let held = std::mem::take(&mut self.pivots);
        let raw = Raw { items, first, pivots: &held, lanes: self.lanes };
        self.levels.make(raw, rows.len() * self.cut.node * self.lanes);
        self.suffix(0, rows);
        self.pivots = held;
    }

    /// Rows of one block of one lane.
    #[inline(always)]
    fn prefix_line(
        &mut self,
        raw: Raw<'_, F::Item>,
        place: Place,
        made: usize,
        out: &mut [F::Out],
    ) {
        let fold = self.fold;
        let starts = Raw { first: raw.first - self.cut.block() as i64, ..raw };
        let nodes = self.levels.nodes(place.tile * WIDTH, made, 1);
        let rests = self.levels.rests(raw, place.tile * WIDTH, made);
        let suffixes = self.suffixes.packs(place.block * WIDTH, made);
        let along = &self.weights.along[place.block..][..made];
        let across = &self.weights.across[place.block..][..made];
        let rest = self.weights.rest;
        let out = &mut out.as_chunks_mut().0[..made];
        let mut prefix = self.prefixes.load(0);
        let mut begin = 0;
        if place.block == 0 && made > 0 {
            let mut window = get(&suffixes, 0);
            if let Some(rests) = &rests {
                window = F::join(window, rests.get(0), rest);
            }
            out[0] = fold.finish(window, starts.indices(place.tile * WIDTH));
            prefix = nodes.joined(0);
            begin = 1;
        }
        // One loop for each way to a rest: what is not used in a loop costs registers all the same.
        macro_rules! rows {
            (|$window:ident, $row:ident| $rested:expr) => {
                for $row in begin..made {
                    one_by_one();
                    let $window = F::join(get(&suffixes, $row), prefix, across[$row]);
                    let at = starts.indices((place.tile + $row) * WIDTH);
                    out[$row] = fold.finish($rested, at);
                    prefix = F::join(prefix, nodes.joined($row), along[$row]);
                }
            };
        }
        match &rests {
            None => rows!(|window, row| window),
            Some(Rests { single: Some(single), .. }) => {
                rows!(|window, row| F::join(window, get(single, row), rest));
            }
            Some(rests) => rows!(|window, row| F::join(window, rests.get(row), rest)),
        }
        self.prefixes.store(0, prefix);
    }

    /// Rows of one block of a pack of lanes; each of the elements of a row has a prefix.
    #[inline(always)]
    fn prefix_lanes(
        &mut self,
        raw: Raw<'_, F::Item>,
        place: Place,
        made: usize,
        column: usize,
        out: &mut [F::Out],
    ) {
        let (fold, lanes) = (self.fold, self.lanes);
        let starts = Raw { first: raw.first - self.cut.block() as i64, ..raw };
        let step = lanes / WIDTH;
        let elements = made * self.cut.node;
        let width = self.cut.node * lanes;
        let packs = (elements - 1) * step + 1;
        let flat = place.tile * width + column;
        let nodes = self.levels.nodes(flat, packs, lanes);
        let rests = self.levels.rests(raw, flat, packs);
        let suffixes = self.suffixes.packs(place.block * width + column, packs);
        let out = &mut out[column..].as_chunks_mut().0[..packs];
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
                    window = F::join(window, rests.get(at), rest);
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

/// Windows with the rest that they have, if they have one.
#[inline(always)]
fn rested<F: Fold<P>, const P: usize>(
    window: [Pack<F::Scalar>; P],
    rests: &Option<Rests<'_, F, P>>,
    at: usize,
    weights: F::Weights,
) -> [Pack<F::Scalar>; P] {
    match rests {
        Some(rests) => F::join(window, rests.get(at), weights),
        None => window,
    }
}

/// Where rows are: in the tile's levels, and in their block.
#[derive(Clone, Copy)]
struct Place {
    tile: usize,
    block: usize,
}
