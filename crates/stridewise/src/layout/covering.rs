//! Covering: from a byte back to every index whose element covers it.
//!
//! An element covers `itemsize` bytes, so byte `b` belongs to every index with
//! `b - itemsize < offset_of(index) <= b`. In `(3,2):(8,8)+0` with 8-byte elements, byte 9 is
//! covered by (0,1) and (1,0). Axes of stride 0 multiply: a broadcast of 10^18 indices has all
//! of them on one element, so nothing here enumerates the array.
//!
//! Counting walks the axes from the largest stride to the smallest and keeps, per distinct
//! number of bytes still to go, in how many ways it was reached; in layouts whose strides nest
//! that is one or two numbers. The last two axes are counted in closed form, as lattice points
//! under a line.

use super::{Layout, PerAxis};

/// How many distinct remainders one axis may leave before the count becomes a lower bound.
/// Together with the counts they hold at most 16 MiB.
const REMAINDERS: usize = 1 << 18;

/// How many candidates the listing tries before it gives up.
const CANDIDATES: usize = 1 << 20;

/// Up to this many indices are found in the order of the strides and sorted afterwards;
/// more are found in index order at once.
const SORTED: i64 = 1 << 16;

/// The indices whose elements cover one byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covering {
    /// Some of the indices, in index order.
    pub indices: Vec<PerAxis<i64>>,
    /// Whether those are the first ones.
    pub listed: Listed,
    /// How many indices there are.
    pub count: Count,
}

/// Which of the indices are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// The first ones in index order, as many as were asked for or all.
    First,
    /// Those found until a work limit; only layouts made to be hard come here.
    Found,
}

/// How many indices cover the byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Exactly so many.
    Exact(u64),
    /// So many were counted until a work limit; only layouts made to be hard come here.
    AtLeast(u64),
}

/// An axis that moves, with its direction turned positive.
#[derive(Clone, Copy, Default)]
struct Moving {
    axis: usize,
    extent: i64,
    step: i64,
    turned: Turned,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Turned {
    #[default]
    No,
    Yes,
}

impl Moving {
    /// The index along the axis for `x` positive steps from the lowest byte, and back.
    fn index(self, x: i64) -> i64 {
        if self.turned == Turned::Yes { self.extent - 1 - x } else { x }
    }

    fn reach(self) -> i64 {
        self.step * (self.extent - 1) // Invariant L4.
    }
}

impl Layout {
    /// Every index whose element covers `byte`: how many, and the first `limit` in index order.
    ///
    /// Law: `index` is one of them iff `offset_of(index) <= byte < offset_of(index) + itemsize`.
    ///
    /// The work is bounded whatever the layout; see [`Count`] and [`Listed`] for what that
    /// means. Elements of 0 bytes cover nothing.
    ///
    /// ```
    /// # use stridewise::layout::{Count, Layout};
    /// let windows = Layout::new(&[3, 2], &[8, 8], 0, 8).unwrap();
    /// let covering = windows.indices_at(9, 100);
    /// assert_eq!(covering.indices.iter().map(|i| i.to_vec()).collect::<Vec<_>>(), [[0, 1], [1, 0]]);
    /// for index in &covering.indices {
    ///     let first = windows.offset_of(index).unwrap();
    ///     assert!(first <= 9 && 9 < first + windows.itemsize());
    /// }
    ///
    /// let one_number = Layout::new(&[1_000_000_000, 1_000_000_000], &[0, 0], 0, 8).unwrap();
    /// assert_eq!(one_number.indices_at(7, 1).count, Count::Exact(1_000_000_000_000_000_000));
    /// ```
    pub fn indices_at(&self, byte: i64, limit: usize) -> Covering {
        let span = self.span();
        if byte < span.low || byte >= span.high {
            return Covering { indices: vec![], listed: Listed::First, count: Count::Exact(0) };
        }
        let target = Target { high: byte - span.low, slack: self.itemsize() - 1 };
        let (moving, still) = self.moving_axes();
        let (count, complete) = count(&moving, target);
        // Invariant L3: at most the number of elements.
        let total = count.saturating_mul(still.iter().map(|&axis| self.shape()[axis]).product());
        let (indices, listed) = if complete && count <= SORTED {
            self.list_sorted(&moving, target, limit)
        } else {
            self.list_in_index_order(moving, &still, target, limit)
        };
        let total = total.unsigned_abs();
        let count = if complete { Count::Exact(total) } else { Count::AtLeast(total) };
        Covering { indices, listed, count }
    }

    /// The axes that move, largest step first, and those of stride 0 or extent 1.
    fn moving_axes(&self) -> (PerAxis<Moving>, PerAxis<usize>) {
        let (mut moving, mut still) = (PerAxis::<Moving>::new(), PerAxis::new());
        for (axis, (&extent, &stride)) in self.shape().iter().zip(self.strides()).enumerate() {
            if extent == 1 || stride == 0 {
                still.push(axis);
            } else {
                let turned = if stride < 0 { Turned::Yes } else { Turned::No };
                moving.push(Moving { axis, extent, step: stride.abs(), turned });
            }
        }
        // Of equal steps the shorter axis first: it leaves fewer remainders.
        moving.sort_by_key(|axis| (std::cmp::Reverse(axis.step), axis.extent));
        (moving, still)
    }

    /// Finds all choices on the moving axes, sorts them, and weaves in the axes that stand still.
    fn list_sorted(
        &self,
        moving: &[Moving],
        target: Target,
        limit: usize,
    ) -> (Vec<PerAxis<i64>>, Listed) {
        let mut search = Search::new(self.rank(), moving, usize::MAX);
        search.descend(0, target);
        let listed = search.listed();
        let mut found = search.found;
        found.sort_by(|a, b| a[..].cmp(&b[..]));
        let mut moves = PerAxis::filled(false, self.rank());
        moving.iter().for_each(|moving| moves[moving.axis] = true);
        let mut weave =
            Weave { layout: self, moves, index: PerAxis::new(), limit, indices: vec![] };
        weave.descend(&found);
        (weave.indices, listed)
    }

    fn list_in_index_order(
        &self,
        mut axes: PerAxis<Moving>,
        still: &[usize],
        target: Target,
        limit: usize,
    ) -> (Vec<PerAxis<i64>>, Listed) {
        for &axis in still {
            axes.push(Moving { axis, extent: self.shape()[axis], step: 0, turned: Turned::No });
        }
        axes.sort_by_key(|moving| moving.axis);
        let mut search = Search::new(self.rank(), &axes, limit);
        search.descend(0, target);
        let listed = search.listed();
        (search.found, listed)
    }
}

/// The bytes that steps have to add up to: `high - slack ..= high`.
#[derive(Clone, Copy)]
struct Target {
    high: i64,
    slack: i64,
}

impl Target {
    /// What is left of it after a move of `bytes`.
    fn after(self, bytes: i64) -> Target {
        Target { high: self.high - bytes, ..self }
    }

    /// The numbers of steps along an axis after which `reach` further bytes can still suffice.
    fn choices(self, step: i64, extent: i64, reach: i64) -> std::ops::RangeInclusive<i64> {
        if step == 0 {
            return 0..=extent - 1;
        }
        let missing = (self.high - self.slack - reach).max(0);
        let first = missing / step + i64::from(missing % step != 0);
        first..=(self.high.div_euclid(step)).min(extent - 1)
    }

    /// Whether a multiple of `gcd` from 0 to `reach` lies in it; `gcd` divides `reach`.
    fn is_near(self, gcd: i64, reach: i64) -> bool {
        let nearest = self.high.min(reach);
        nearest >= 0 && nearest - nearest.checked_rem(gcd).unwrap_or(0) >= self.high - self.slack
    }
}

/// In how many ways the axes add up to the target, and whether all were counted.
fn count(axes: &[Moving], target: Target) -> (i64, bool) {
    let head = axes.len().saturating_sub(2);
    let mut complete = true;
    let mut remainders = vec![(target.high, 1)];
    for (at, axis) in axes[..head].iter().enumerate() {
        let rest = &axes[at + 1..];
        let reach = rest.iter().map(|axis| axis.reach()).sum(); // Invariant L4.
        let mut events = Vec::with_capacity(2 * remainders.len());
        for &(high, ways) in &remainders {
            let choices = Target { high, ..target }.choices(axis.step, axis.extent, reach);
            if !choices.is_empty() {
                let (quotient, class) = (high / axis.step, high % axis.step);
                events.push((class, quotient - choices.end(), ways));
                events.push((class, quotient - choices.start() + 1, -ways));
            }
        }
        (remainders, complete) = sweep(events, axis.step, complete);
    }
    let still = Moving { axis: 0, extent: 1, step: 1, turned: Turned::No };
    let mut tail = axes[head..].iter().copied().chain([still, still]);
    let (Some(a), Some(b)) = (tail.next(), tail.next()) else { return (0, complete) };
    let ways = |&(high, ways): &(i64, i64)| {
        let pairs = pairs_up_to(high, a, b) - pairs_up_to(high - target.slack - 1, a, b);
        pairs * i128::from(ways)
    };
    let total: i128 = remainders.iter().map(ways).sum();
    (i64::try_from(total).unwrap_or(i64::MAX), complete) // Invariant L3: it fits.
}

/// From intervals of quotients per class, given by where they begin (+) and end (-), to the
/// remainders `quotient * step + class`, each with the sum of the intervals on it.
fn sweep(mut events: Vec<(i64, i64, i64)>, step: i64, complete: bool) -> (Vec<(i64, i64)>, bool) {
    events.sort_unstable();
    let mut remainders = Vec::new();
    let mut ways = 0;
    for pair in events.windows(2) {
        let (class, quotient, delta) = pair[0];
        ways += delta;
        if ways == 0 {
            continue; // Between two classes too: every interval ends in its own.
        }
        for quotient in quotient..pair[1].1 {
            if remainders.len() == REMAINDERS {
                return (remainders, false);
            }
            remainders.push((quotient * step + class, ways));
        }
    }
    (remainders, complete)
}

/// How many `(x, y)` in the box of the two extents have `x * a.step + y * b.step <= high`.
fn pairs_up_to(high: i64, a: Moving, b: Moving) -> i128 {
    let high = i128::from(high);
    let unbounded = |high: i128| {
        if high < 0 {
            return 0;
        }
        let step = i128::from(a.step);
        let columns = i128::from(a.extent).min(high / step + 1);
        // The column of x steps has (high - x * step) / b.step + 1 points; sum from the last.
        columns + floor_sum(columns, i128::from(b.step), step, high - step * (columns - 1))
    };
    unbounded(high) - unbounded(high - i128::from(b.step) * i128::from(b.extent))
}

/// `sum((slope * i + start) / divisor for i in 0..count)`, by Euclid's algorithm: the points
/// under the line are those of whole steps plus, axes swapped, those of a shorter line.
fn floor_sum(mut count: i128, mut divisor: i128, mut slope: i128, mut start: i128) -> i128 {
    let mut sum = 0;
    while count > 0 {
        sum += count * (count - 1) / 2 * (slope / divisor) + count * (start / divisor);
        slope %= divisor;
        start %= divisor;
        let top = slope * count + start;
        (count, start) = (top / divisor, top % divisor);
        (slope, divisor) = (divisor, slope);
    }
    sum
}

/// Depth-first search for the indices, one axis after the other.
struct Search<'a> {
    axes: &'a [Moving],
    /// For each axis, the greatest common divisor and the sum of what comes after it.
    rest: Vec<(i64, i64)>,
    index: PerAxis<i64>,
    found: Vec<PerAxis<i64>>,
    limit: usize,
    candidates: usize,
}

impl<'a> Search<'a> {
    fn new(rank: usize, axes: &'a [Moving], limit: usize) -> Self {
        let mut rest = vec![(0, 0); axes.len() + 1];
        for at in (0..axes.len()).rev() {
            let (gcd, reach) = rest[at + 1];
            rest[at] = (greatest_common_divisor(gcd, axes[at].step), reach + axes[at].reach());
        }
        let index = PerAxis::filled(0, rank);
        Search { axes, rest, index, found: vec![], limit, candidates: 0 }
    }

    fn descend(&mut self, at: usize, target: Target) {
        if self.found.len() >= self.limit {
            return;
        }
        let Some(&axis) = self.axes.get(at) else {
            self.found.push(self.index.clone());
            return;
        };
        let (gcd, reach) = self.rest[at + 1];
        let (first, last) = target.choices(axis.step, axis.extent, reach).into_inner();
        for count in 0..=last - first {
            let steps = if axis.turned == Turned::Yes { last - count } else { first + count };
            self.candidates += 1;
            if self.candidates > CANDIDATES || self.found.len() >= self.limit {
                return;
            }
            let target = target.after(steps * axis.step);
            if target.is_near(gcd, reach) {
                self.index[axis.axis] = axis.index(steps);
                self.descend(at + 1, target);
            }
        }
    }

    fn listed(&self) -> Listed {
        if self.candidates > CANDIDATES { Listed::Found } else { Listed::First }
    }
}

/// Crosses sorted choices on the moving axes with every index on the others, in index order.
struct Weave<'a> {
    layout: &'a Layout,
    moves: PerAxis<bool>,
    index: PerAxis<i64>,
    limit: usize,
    indices: Vec<PerAxis<i64>>,
}

impl Weave<'_> {
    /// `choices` agree on every axis before the one that `index` has come to.
    fn descend(&mut self, choices: &[PerAxis<i64>]) {
        if choices.is_empty() || self.indices.len() >= self.limit {
            return;
        }
        let axis = self.index.len();
        if axis == self.layout.rank() {
            self.indices.push(self.index.clone());
        } else if self.moves[axis] {
            for group in choices.chunk_by(|a, b| a[axis] == b[axis]) {
                self.with(group[0][axis], group);
            }
        } else {
            for index in 0..self.layout.shape()[axis] {
                if self.indices.len() >= self.limit {
                    return;
                }
                self.with(index, choices);
            }
        }
    }

    fn with(&mut self, index: i64, choices: &[PerAxis<i64>]) {
        let axis = self.index.len();
        self.index.push(index);
        self.descend(choices);
        self.index.remove(axis);
    }
}

fn greatest_common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Count, Listed};
    use crate::layout::{Layout, PerAxis};

    /// Every index of a small layout, in index order.
    fn all_indices(shape: &[i64]) -> Vec<PerAxis<i64>> {
        let mut indices = vec![PerAxis::new()];
        for &extent in shape {
            let longer = |index: &PerAxis<i64>, next| index.iter().copied().chain([next]).collect();
            indices = indices
                .iter()
                .flat_map(|index| (0..extent).map(move |next| longer(index, next)))
                .collect();
        }
        indices
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..Default::default() })]

        #[test]
        fn equals_asking_every_index(
            axes in prop::collection::vec((0i64..5, -9i64..10), 0..6),
            itemsize in 0i64..6,
            limit in 0usize..40,
        ) {
            let (shape, strides): (Vec<_>, Vec<_>) = axes.into_iter().unzip();
            let layout = Layout::new(&shape, &strides, 3, itemsize).unwrap();
            let span = layout.span();
            let all = all_indices(&shape);
            for byte in span.low - 2..span.high + 2 {
                let covers = |index: &&PerAxis<i64>| {
                    let first = layout.offset_of(index).unwrap();
                    first <= byte && byte < first + itemsize
                };
                let want: Vec<_> = all.iter().filter(covers).cloned().collect();
                let got = layout.indices_at(byte, limit);
                prop_assert_eq!(got.count, Count::Exact(want.len() as u64));
                prop_assert_eq!(got.listed, Listed::First);
                prop_assert_eq!(&got.indices[..], &want[..want.len().min(limit)]);
                // The other way of listing, which big counts take.
                let (moving, still) = layout.moving_axes();
                let target = super::Target { high: byte - span.low, slack: itemsize - 1 };
                if !want.is_empty() {
                    let (found, _) = layout.list_in_index_order(moving, &still, target, limit);
                    prop_assert_eq!(found, got.indices);
                }
            }
        }
    }

    fn check(
        shape: &[i64],
        strides: &[i64],
        byte: i64,
        count: Count,
        listed: Listed,
        first: &[i64],
    ) {
        let layout = Layout::new(shape, strides, 0, 8).unwrap();
        let got = layout.indices_at(byte, 3);
        assert_eq!((got.count, got.listed), (count, listed), "{layout} byte {byte}");
        assert_eq!(got.indices.first().map(|index| index.to_vec()), Some(first.to_vec()));
    }

    #[test]
    fn big_layouts_are_counted_without_enumeration() {
        use {Count::*, Listed::*};
        let million = 1_000_000;
        let billion = 1_000_000_000;
        check(&[billion, billion], &[0, 0], 7, Exact(1_000_000_000_000_000_000), First, &[0, 0]);
        check(
            &[billion, 3, 10],
            &[8, 80 * billion, 8 * billion],
            8 * billion + 9,
            Exact(1),
            First,
            &[1, 0, 1],
        );
        // windows: k ways to split k, from either end
        check(&[million, million], &[8, 8], 8 * 700_000, Exact(700_001), First, &[0, 700_000]);
        // windows of windows: triangular numbers
        check(
            &[million, million, million],
            &[8, 8, 8],
            8 * 1000,
            Exact(1001 * 1002 / 2),
            First,
            &[0, 0, 1000],
        );
        // 2-D windows over a 4000 x 3000 image
        let image = [4000 - 30, 3000 - 30, 31, 31];
        check(
            &image,
            &[24000, 8, 24000, 8],
            24000 * 2000 + 8 * 1000,
            Exact(961),
            First,
            &[1970, 970, 30, 30],
        );
        // tied together with broadcast axes
        check(&[million, 5, 1000, 1], &[0, 16, -8, 7], 0, Exact(5_000_000), First, &[0, 0, 0, 0]);
        // made to be hard: no two sums of steps alike
        let hard = [36674, 61119, 85569, 12223, 12224];
        let layout = Layout::new(&[1049; 5], &hard, 0, 1).unwrap();
        let got = layout.indices_at(layout.span().high / 2, 3);
        assert!(matches!(got.count, AtLeast(_)), "{got:?}");
        assert_eq!(got.indices.len(), 3);
    }
}
