//! Levels: nodes of 2, 4 and 8 neighbours at every index of a tile, by doubling.
//!
//! `A_2k[i] = A_k[i] + A_k[i+k]`, each level in one pass over neighbours; the last doubling is
//! left to those who use the nodes, since reading two halves costs less than writing and reading
//! one node. In `1 2 3 4` the level of 2 is `3 5 7`.

use super::error::WindowError;
use super::planes::{PacksOf, Planes, get, load, one_by_one, put};
use super::scan::{Cut, Fold, Pack, SLACK, WIDTH};

/// Elements on their way to nodes: a tile, the index of its first row, and the element that
/// everything is counted from, for each lane, if the fold has one.
#[derive(Clone, Copy)]
pub(super) struct Raw<'a, I> {
    pub(super) items: &'a [I],
    pub(super) first: i64,
    pub(super) pivots: &'a [I],
    pub(super) lanes: usize,
}

impl<'a, I: Copy + Default> Raw<'a, I> {
    /// The lane index of each element of a pack.
    #[inline(always)]
    pub(super) fn indices(self, flat: usize) -> Pack<i64> {
        let mut indices = [self.first; WIDTH];
        if self.lanes == 1 {
            for (k, index) in indices.iter_mut().enumerate() {
                *index += (flat + k) as i64;
            }
        } else {
            indices = [self.first + (flat / self.lanes) as i64; WIDTH];
        }
        indices
    }

    /// Nodes of `count` packs of single elements, from a place on.
    #[inline(always)]
    fn lifts<F, const P: usize>(self, at: usize, count: usize) -> Lifts<'a, F, P>
    where
        F: Fold<P, Item = I>,
    {
        Lifts { packs: &self.items[at..].as_chunks().0[..count], at, raw: self }
    }
}

/// Nodes of single elements.
struct Lifts<'a, F: Fold<P>, const P: usize> {
    packs: &'a [Pack<F::Item>],
    at: usize,
    raw: Raw<'a, F::Item>,
}

impl<F: Fold<P>, const P: usize> Lifts<'_, F, P> {
    #[inline(always)]
    fn get(&self, pack: usize) -> [Pack<F::Scalar>; P] {
        let flat = self.at + pack * WIDTH;
        let pivot = if F::PIVOT {
            load(self.raw.pivots, if self.raw.lanes == 1 { 0 } else { flat % self.raw.lanes })
        } else {
            [F::Item::default(); WIDTH]
        };
        F::lift(self.packs[pack], self.raw.indices(flat), pivot)
    }
}

/// The levels of 2, 4 and 8 elements, and sums of them.
pub(super) struct Levels<F: Fold<P>, const P: usize> {
    levels: [Planes<F::Scalar, P>; 3],
    rests: Planes<F::Scalar, P>,
    weights: [F::Weights; 4],
    /// What a rest's parts need, each with those before it.
    parts: [F::Weights; 4],
    cut: Cut,
    /// Whether there is a level of two.
    two: bool,
    /// Where rests begin, in elements after the window they are a part of.
    ahead: usize,
    rest: usize,
}

/// Two planes, one of them to be written.
fn pair<T>(list: &mut [T], from: usize, to: usize) -> (&T, &mut T) {
    let (before, after) = list.split_at_mut(to);
    (&before[from], &mut after[0])
}

impl<F: Fold<P>, const P: usize> Levels<F, P> {
    /// Room for tiles of some elements, all lanes together.
    pub(super) fn new(length: usize, cut: Cut) -> Result<Self, WindowError> {
        // With one row a rest follows the node in the same tile, else it lies a block ahead.
        let ahead = if cut.rows == 1 { cut.node } else { 0 };
        let rest = if cut.rows == 1 && F::REPEATS { 0 } else { cut.rest };
        let half = cut.node / 2;
        // Where a join costs more than memory does, no level is left out.
        let asked = rest & 2 > 0 && if F::REPEATS { rest < 4 } else { P > 1 };
        let two = half == 2 || asked || (F::PIVOT && half > 1);
        let room = |level: usize| {
            let needed = match level {
                2 => true,
                level => cut.node > level || rest >= level,
            };
            Planes::new(if needed { length + SLACK } else { 0 })
        };
        Ok(Levels {
            levels: [room(2)?, room(4)?, room(8)?],
            rests: Planes::new(if F::REPEATS && rest > 0 { length + SLACK } else { 0 })?,
            weights: [1, 2, 4, 8].map(|size| F::weights(size, size)),
            parts: [1, 2, 4, 8].map(|part| F::weights(rest % part, part)),
            cut,
            two,
            ahead,
            rest,
        })
    }

    /// Some packs of nodes.
    #[inline(always)]
    pub(super) fn nodes(&self, at: usize, count: usize, lanes: usize) -> Nodes<'_, F, P> {
        let half = self.cut.node / 2;
        let plane = &self.levels[half.max(2).ilog2() as usize - 1];
        let apart = if half < 2 { 0 } else { half * lanes };
        let weights = self.weights[half.max(1).ilog2() as usize];
        Nodes { left: plane.packs(at, count), right: plane.packs(at + apart, count), weights }
    }

    /// Some packs of rests, none if windows have none.
    #[inline(always)]
    pub(super) fn rests<'a>(
        &'a self,
        raw: Raw<'a, F::Item>,
        at: usize,
        count: usize,
    ) -> Option<Rests<'a, F, P>> {
        if self.rest == 0 {
            return None;
        }
        let ahead = at + self.ahead * raw.lanes;
        let single = if self.is_level() {
            Some(self.levels[self.rest.ilog2() as usize - 1].packs(ahead, count))
        } else {
            F::REPEATS.then(|| self.rests.packs(at, count))
        };
        if single.is_some() {
            return Some(Rests { single, parts: Parts::default(), weights: self.parts });
        }
        let mut offset = 0;
        let mut part = |size: usize| {
            let at = ahead + offset * raw.lanes;
            let there = self.rest & size > 0;
            offset += if there { size } else { 0 };
            there.then_some(at)
        };
        let one = part(1).map(|at| raw.lifts::<F, P>(at, count));
        let two = part(2);
        let pair = two
            .filter(|_| !self.two)
            .map(|at| [at, at + raw.lanes].map(|at| raw.lifts::<F, P>(at, count)));
        let plane = |level: usize| move |at| self.levels[level].packs(at, count);
        let two = two.filter(|_| self.two).map(plane(0));
        let planes = [two, part(4).map(plane(1)), part(8).map(plane(2))];
        Some(Rests { single, parts: Parts { one, pair, planes }, weights: self.parts })
    }

    /// Whether a rest is one level, which is there already.
    #[inline(always)]
    fn is_level(&self) -> bool {
        self.rest.is_power_of_two() && (self.rest > 2 || (self.rest == 2 && self.two))
    }

    /// Makes the levels and rests at `count` places, all lanes together.
    #[inline(always)]
    pub(super) fn make(&mut self, raw: Raw<'_, F::Item>, count: usize) {
        let lanes = raw.lanes;
        let (half, rest) = (self.cut.node / 2, self.rest);
        let reach = if self.cut.rows == 1 { self.cut.size } else { 2 * self.cut.node };
        let packs = |size: usize| {
            let there = (raw.items.len() - (size - 1) * lanes) / WIDTH;
            there.min((count + reach * lanes).div_ceil(WIDTH))
        };
        let two = self.two;
        if self.cut.node == 1 {
            // The nodes themselves, and so are those of two.
            let (from, count) = (raw.lifts::<F, P>(0, packs(1)), packs(1));
            let mut to = self.levels[0].packs_mut(0, count);
            for pack in 0..count {
                one_by_one();
                put(&mut to, pack, from.get(pack));
            }
        }
        if two || half == 1 {
            self.double_items(raw, packs(2));
        }
        if half >= 4 || rest >= 4 {
            match two {
                true => self.double(1, lanes, packs(4)),
                false => self.quadruple_items(raw, packs(4)),
            }
        }
        if half == 8 || rest & 8 > 0 {
            self.double(2, lanes, packs(8));
        }
        if F::REPEATS && rest > 0 && !self.is_level() {
            self.cover_rests(raw, count.div_ceil(WIDTH));
        }
    }

    /// Rests from two nodes that share elements, or one.
    #[inline(always)]
    fn cover_rests(&mut self, raw: Raw<'_, F::Item>, packs: usize) {
        let level = self.rest.ilog2() as usize;
        let apart = (self.rest - (1 << level)) * raw.lanes;
        let mut to = self.rests.packs_mut(0, packs);
        if level == 0 {
            let from = raw.lifts::<F, P>(0, packs);
            for pack in 0..packs {
                one_by_one();
                put(&mut to, pack, from.get(pack));
            }
            return;
        }
        let from = &self.levels[level - 1];
        let (left, right) = (from.packs(0, packs), from.packs(apart, packs));
        let weights = self.weights[level];
        for pack in 0..packs {
            one_by_one();
            put(&mut to, pack, F::join(get(&left, pack), get(&right, pack), weights));
        }
    }

    #[inline(always)]
    fn double_items(&mut self, raw: Raw<'_, F::Item>, packs: usize) {
        let weights = self.weights[0];
        let mut to = self.levels[0].packs_mut(0, packs);
        let (left, right) = (raw.lifts::<F, P>(0, packs), raw.lifts::<F, P>(raw.lanes, packs));
        for pack in 0..packs {
            one_by_one();
            put(&mut to, pack, F::join(left.get(pack), right.get(pack), weights));
        }
    }

    #[inline(always)]
    fn quadruple_items(&mut self, raw: Raw<'_, F::Item>, packs: usize) {
        let [one, two, ..] = self.weights;
        let mut to = self.levels[1].packs_mut(0, packs);
        let from = [0, 1, 2, 3].map(|k| raw.lifts::<F, P>(k * raw.lanes, packs));
        for pack in 0..packs {
            one_by_one();
            let left = F::join(from[0].get(pack), from[1].get(pack), one);
            let right = F::join(from[2].get(pack), from[3].get(pack), one);
            put(&mut to, pack, F::join(left, right, two));
        }
    }

    /// The level of `2^(level + 1)` elements.
    #[inline(always)]
    fn double(&mut self, level: usize, lanes: usize, packs: usize) {
        let weights = self.weights[level];
        let (from, to) = pair(&mut self.levels, level - 1, level);
        let (left, right) = (from.packs(0, packs), from.packs(lanes << level, packs));
        let mut to = to.packs_mut(0, packs);
        for pack in 0..packs {
            one_by_one();
            put(&mut to, pack, F::join(get(&left, pack), get(&right, pack), weights));
        }
    }
}

/// `R = A_a[i] + A_b[i+a] + ..`
pub(super) struct Rests<'a, F: Fold<P>, const P: usize> {
    /// All of it, where it is there already.
    pub(super) single: Option<PacksOf<'a, F::Scalar, P>>,
    parts: Parts<'a, F, P>,
    weights: [F::Weights; 4],
}

struct Parts<'a, F: Fold<P>, const P: usize> {
    one: Option<Lifts<'a, F, P>>,
    /// Two single elements, where there is no level of two.
    pair: Option<[Lifts<'a, F, P>; 2]>,
    /// Parts of 2, 4 and 8.
    planes: [Option<PacksOf<'a, F::Scalar, P>>; 3],
}

impl<F: Fold<P>, const P: usize> Default for Parts<'_, F, P> {
    fn default() -> Self {
        Parts { one: None, pair: None, planes: [None; 3] }
    }
}

impl<F: Fold<P>, const P: usize> Rests<'_, F, P> {
    /// One pack.
    #[inline(always)]
    pub(super) fn get(&self, pack: usize) -> [Pack<F::Scalar>; P] {
        if let Some(single) = &self.single {
            return get(single, pack);
        }
        let mut rest = [[F::Scalar::default(); WIDTH]; P];
        if F::REPEATS {
            return rest; // Not reached: nodes that share elements cover a rest, see `cover_rests`.
        }
        let mut begun = false;
        if let Some(one) = &self.parts.one {
            (rest, begun) = (one.get(pack), true);
        }
        if let Some([left, right]) = &self.parts.pair {
            let two = F::join(left.get(pack), right.get(pack), F::weights(1, 1));
            rest = if begun { F::join(rest, two, self.weights[1]) } else { two };
            begun = true;
        }
        for (plane, weights) in self.parts.planes.iter().zip(&self.weights[1..]) {
            if let Some(plane) = plane {
                let part = get(plane, pack);
                rest = if begun { F::join(rest, part, *weights) } else { part };
                begun = true;
            }
        }
        rest
    }
}

/// Nodes as the halves that they are joined from, or as they are where both halves are the same.
pub(super) struct Nodes<'a, F: Fold<P>, const P: usize> {
    left: [&'a [Pack<F::Scalar>]; P],
    right: [&'a [Pack<F::Scalar>]; P],
    weights: F::Weights,
}

impl<'a, F: Fold<P>, const P: usize> Nodes<'a, F, P> {
    /// Some of them.
    #[inline(always)]
    pub(super) fn part(&self, at: usize, count: usize) -> Self {
        let part = |packs: [&'a [Pack<F::Scalar>]; P]| packs.map(|packs| &packs[at..][..count]);
        Nodes { left: part(self.left), right: part(self.right), weights: self.weights }
    }

    /// A node of two halves.
    #[inline(always)]
    pub(super) fn joined(&self, pack: usize) -> [Pack<F::Scalar>; P] {
        F::join(get(&self.left, pack), get(&self.right, pack), self.weights)
    }

    /// A node that has no halves.
    #[inline(always)]
    pub(super) fn plain(&self, pack: usize) -> [Pack<F::Scalar>; P] {
        get(&self.left, pack)
    }
}
