//! Direct reductions: what takes every element of every window, many windows at a time.
//!
//! Some operations have no shortcut, and some none over several axes, so each window costs its
//! length; neighbouring windows share every instruction. Elements of a window lie at fixed offsets
//! from its first, in one lane, in lanes side by side, or in a box. They are taken in this order:
//! `dot[i] = ((x[i] v[0] + x[i+a] v[1]) + x[i+b] v[2]) + ..`, to the bit. Weights `1 2` on
//! `1 2 3` give `5 8`.

use super::folds::Root;
use super::scan::WIDTH;
use crate::kernel::arch::Task;

/// Windows that are taken together.
const TOGETHER: usize = 4 * WIDTH;

/// What is made of a window, element by element.
pub(super) trait Direct: Copy {
    /// An element.
    type Item: Copy;
    /// What is known of a window after some of its elements.
    type Node: Copy;
    /// How often its elements are passed over.
    fn passes(self) -> usize {
        1
    }
    /// What is known before any element.
    fn begin(self) -> Self::Node;
    /// And after the `k`-th element of a window with this last one.
    fn next(self, node: Self::Node, item: Self::Item, last: Self::Item, at: At) -> Self::Node;
    /// The result.
    fn finish(self, node: Self::Node) -> f64;
}

/// Which element of a window, the how manyth time.
#[derive(Clone, Copy)]
pub(super) struct At {
    k: usize,
    pass: usize,
}

/// Results of the windows that begin at each of the first items.
pub(super) struct Windowed<'a, D: Direct> {
    pub(super) direct: D,
    pub(super) items: &'a [D::Item],
    /// From the first element of a window to each.
    pub(super) offsets: &'a [usize],
    pub(super) results: &'a mut [f64],
}

impl<D: Direct> Task for Windowed<'_, D> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Windowed { direct, items, offsets, results } = self;
        let Some(&last) = offsets.last() else { return };
        let mut flat = 0;
        for results in results.chunks_mut(TOGETHER) {
            let items = &items[flat..];
            if let Ok(results) = <&mut [f64; TOGETHER]>::try_from(&mut *results) {
                let lasts = &items[last..last + TOGETHER];
                let mut nodes = [direct.begin(); TOGETHER];
                for pass in 0..direct.passes() {
                    for (k, &offset) in offsets.iter().enumerate() {
                        let items = &items[offset..offset + TOGETHER];
                        for ((node, &item), &last) in nodes.iter_mut().zip(items).zip(lasts) {
                            *node = direct.next(*node, item, last, At { k, pass });
                        }
                    }
                }
                *results = nodes.map(|node| direct.finish(node));
            } else {
                for (at, result) in results.iter_mut().enumerate() {
                    let mut node = direct.begin();
                    for pass in 0..direct.passes() {
                        for (k, &offset) in offsets.iter().enumerate() {
                            let (item, last) = (items[at + offset], items[at + last]);
                            node = direct.next(node, item, last, At { k, pass });
                        }
                    }
                    *result = direct.finish(node);
                }
            }
            flat += TOGETHER;
        }
    }
}

/// Weighted sums.
#[derive(Clone, Copy)]
pub(super) struct Dot<'a>(pub(super) &'a [f64]);

impl Direct for Dot<'_> {
    type Item = f64;
    type Node = f64;
    #[inline(always)]
    fn begin(self) -> f64 {
        0.0
    }
    #[inline(always)]
    fn next(self, sum: f64, item: f64, _: f64, at: At) -> f64 {
        let product = item * self.0[at.k];
        if at.k == 0 { product } else { sum + product }
    }
    #[inline(always)]
    fn finish(self, sum: f64) -> f64 {
        sum
    }
}

/// How many elements are less than the last, doubled, and with those equal to it.
#[derive(Clone, Copy)]
pub(super) struct Below;

impl Direct for Below {
    type Item = i64;
    type Node = i64;
    #[inline(always)]
    fn begin(self) -> i64 {
        0
    }
    #[inline(always)]
    fn next(self, below: i64, key: i64, last: i64, _: At) -> i64 {
        below + i64::from(key < last) + i64::from(key <= last)
    }
    #[inline(always)]
    fn finish(self, below: i64) -> f64 {
        below as f64
    }
}

/// Which element is the least, the first of equal ones.
#[derive(Clone, Copy)]
pub(super) struct First;

impl Direct for First {
    type Item = i64;
    type Node = (i64, i64);
    #[inline(always)]
    fn begin(self) -> (i64, i64) {
        (i64::MAX, 0)
    }
    #[inline(always)]
    fn next(self, (least, place): (i64, i64), key: i64, _: i64, at: At) -> (i64, i64) {
        if key < least { (key, at.k as i64) } else { (least, place) }
    }
    #[inline(always)]
    fn finish(self, (_, place): (i64, i64)) -> f64 {
        place as f64
    }
}

/// What is made of the elements that are not NaN, one after the other.
#[derive(Clone, Copy)]
pub(super) enum Each {
    Sum,
    Product,
    /// Whether any is not 0, as 1 or 0.
    Any,
    /// Whether none is 0, as 1 or 0.
    All,
}

impl Direct for Each {
    type Item = f64;
    type Node = f64;
    #[inline(always)]
    fn begin(self) -> f64 {
        match self {
            Each::Sum | Each::Any => 0.0,
            Each::Product | Each::All => 1.0,
        }
    }
    #[inline(always)]
    fn next(self, node: f64, item: f64, _: f64, _: At) -> f64 {
        let truth = if item == 0.0 { 0.0 } else { 1.0 };
        let joined = match self {
            Each::Sum => node + item,
            Each::Product => node * item,
            Each::Any => node.max(truth),
            Each::All => node.min(truth),
        };
        if item.is_nan() { node } else { joined }
    }
    #[inline(always)]
    fn finish(self, node: f64) -> f64 {
        node
    }
}

/// The mean of the elements that are not NaN, and how they spread about it.
///
/// Elements are counted from the first, so that equal ones have their own value as mean; squares
/// about the mean are taken in a second pass, less what the mean's own error adds to them (Chan,
/// Golub and LeVeque's corrected two-pass algorithm).
#[derive(Clone, Copy)]
pub(super) enum Moments {
    Mean,
    Spread { ddof: f64, root: Root },
}

/// What is known of a window's moments.
#[derive(Clone, Copy)]
pub(super) struct Known {
    count: f64,
    pivot: f64,
    /// Of differences from the pivot, then from the mean.
    sum: f64,
    squares: f64,
}

impl Known {
    #[inline(always)]
    fn mean(self) -> f64 {
        self.pivot + self.sum / self.count
    }
}

impl Direct for Moments {
    type Item = f64;
    type Node = Known;
    fn passes(self) -> usize {
        if matches!(self, Moments::Mean) { 1 } else { 2 }
    }
    #[inline(always)]
    fn begin(self) -> Known {
        Known { count: 0.0, pivot: 0.0, sum: 0.0, squares: 0.0 }
    }
    #[inline(always)]
    fn next(self, mut known: Known, item: f64, _: f64, At { k, pass }: At) -> Known {
        if pass == 1 && k == 0 {
            known = Known { pivot: known.mean(), sum: 0.0, ..known };
        }
        let is_first = pass == 0 && known.count == 0.0;
        let pivot = if is_first && item.is_finite() { item } else { known.pivot };
        let apart = item - pivot;
        let joined = Known {
            count: if pass == 0 { known.count + 1.0 } else { known.count },
            pivot,
            sum: known.sum + apart,
            squares: if pass == 0 { 0.0 } else { known.squares + apart * apart },
        };
        if item.is_nan() { known } else { joined }
    }
    #[inline(always)]
    fn finish(self, known: Known) -> f64 {
        match self {
            Moments::Mean => known.mean(),
            Moments::Spread { ddof, root } => {
                let squares = known.squares - known.sum * known.sum / known.count;
                let squares = if squares < 0.0 { 0.0 } else { squares }; // NaN stays
                root.of(squares / (known.count - ddof).max(0.0))
            }
        }
    }
}
