//! Folds: the operations that windows are reduced by, as joins of nodes.
//!
//! A sum joins `1 + 2`; a variance joins counts, means and squares; a position joins the smaller
//! key with where it is. `join((1), (2)) = (3)` says all of it.

use super::scan::{Fold, Pack, WIDTH};

/// `out[k] = f(a[k], b[k])`.
#[inline(always)]
pub(super) fn zip<A: Copy, B: Copy, C: Copy + Default>(
    a: Pack<A>,
    b: Pack<B>,
    f: impl Fn(A, B) -> C,
) -> Pack<C> {
    let mut c = [C::default(); WIDTH];
    for k in 0..WIDTH {
        c[k] = f(a[k], b[k]);
    }
    c
}

/// Numbers that can be added and multiplied; integers wrap.
pub(super) trait Arithmetic: Copy + Default + Send + Sync + 'static {
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
}

impl Arithmetic for f64 {
    #[inline(always)]
    fn plus(self, other: f64) -> f64 {
        self + other
    }
    #[inline(always)]
    fn times(self, other: f64) -> f64 {
        self * other
    }
}

impl Arithmetic for i64 {
    #[inline(always)]
    fn plus(self, other: i64) -> i64 {
        self.wrapping_add(other)
    }
    #[inline(always)]
    fn times(self, other: i64) -> i64 {
        self.wrapping_mul(other)
    }
}

/// The sum.
#[derive(Clone, Copy)]
pub(super) struct Sum<N>(pub(super) std::marker::PhantomData<N>);

/// The product.
#[derive(Clone, Copy)]
pub(super) struct Product<N>(pub(super) std::marker::PhantomData<N>);

macro_rules! arithmetic {
    ($fold:ident, $join:ident) => {
        impl<N: Arithmetic> Fold<1> for $fold<N> {
            type Item = N;
            type Scalar = N;
            type Out = N;
            type Weights = ();

            #[inline(always)]
            fn weights(_: usize, _: usize) {}

            #[inline(always)]
            fn lift(items: Pack<N>, _: Pack<i64>, _: Pack<N>) -> [Pack<N>; 1] {
                [items]
            }

            #[inline(always)]
            fn join([left]: [Pack<N>; 1], [right]: [Pack<N>; 1], (): ()) -> [Pack<N>; 1] {
                [zip(left, right, N::$join)]
            }

            #[inline(always)]
            fn finish(self, [nodes]: [Pack<N>; 1], _: Pack<i64>) -> Pack<N> {
                nodes
            }
        }
    };
}
arithmetic!(Sum, plus);
arithmetic!(Product, times);

/// The sum, divided by the size of the window.
#[derive(Clone, Copy)]
pub(super) struct Mean {
    pub(super) size: f64,
}

impl Fold<1> for Mean {
    type Item = f64;
    type Scalar = f64;
    type Out = f64;
    type Weights = ();

    #[inline(always)]
    fn weights(_: usize, _: usize) {}

    #[inline(always)]
    fn lift(items: Pack<f64>, _: Pack<i64>, _: Pack<f64>) -> [Pack<f64>; 1] {
        [items]
    }

    #[inline(always)]
    fn join([left]: [Pack<f64>; 1], [right]: [Pack<f64>; 1], (): ()) -> [Pack<f64>; 1] {
        [zip(left, right, |a, b| a + b)]
    }

    #[inline(always)]
    fn finish(self, [nodes]: [Pack<f64>; 1], _: Pack<i64>) -> Pack<f64> {
        zip(nodes, [self.size; WIDTH], |sum, size| sum / size)
    }
}

/// The least key. Keys are integers in the order of the values (see `keys`), so that one
/// instruction compares them and the result does not depend on the order of joining.
#[derive(Clone, Copy)]
pub(super) struct Least<K>(pub(super) std::marker::PhantomData<K>);

impl<K: Copy + Ord + Default + Send + Sync + 'static> Fold<1> for Least<K> {
    type Item = K;
    type Scalar = K;
    type Out = K;
    type Weights = ();
    const REPEATS: bool = true;

    #[inline(always)]
    fn weights(_: usize, _: usize) {}

    #[inline(always)]
    fn lift(items: Pack<K>, _: Pack<i64>, _: Pack<K>) -> [Pack<K>; 1] {
        [items]
    }

    #[inline(always)]
    fn join([left]: [Pack<K>; 1], [right]: [Pack<K>; 1], (): ()) -> [Pack<K>; 1] {
        [zip(left, right, |a, b| if b < a { b } else { a })]
    }

    #[inline(always)]
    fn finish(self, [nodes]: [Pack<K>; 1], _: Pack<i64>) -> Pack<K> {
        nodes
    }
}

/// Where the least key is, from the start of the window; the first of equal ones.
#[derive(Clone, Copy)]
pub(super) struct Place;

impl Fold<2> for Place {
    type Item = i64;
    type Scalar = i64;
    type Out = i64;
    type Weights = ();
    const REPEATS: bool = true;

    #[inline(always)]
    fn weights(_: usize, _: usize) {}

    #[inline(always)]
    fn lift(items: Pack<i64>, at: Pack<i64>, _: Pack<i64>) -> [Pack<i64>; 2] {
        [items, at]
    }

    #[inline(always)]
    fn join(left: [Pack<i64>; 2], right: [Pack<i64>; 2], (): ()) -> [Pack<i64>; 2] {
        let [mut keys, mut places] = left;
        for k in 0..WIDTH {
            let less = right[0][k] < left[0][k];
            keys[k] = if less { right[0][k] } else { left[0][k] };
            places[k] = if less { right[1][k] } else { left[1][k] };
        }
        [keys, places]
    }

    #[inline(always)]
    fn finish(self, [_, places]: [Pack<i64>; 2], at: Pack<i64>) -> Pack<i64> {
        zip(places, at, |place, start| place - start)
    }
}

/// Shares of both sides of a join in the whole.
#[derive(Clone, Copy, Default)]
pub(super) struct Shares {
    /// `b / (a + b)`
    right: f64,
    /// `a * b / (a + b)`
    both: f64,
}

/// The variance or, with a root, the standard deviation, of short windows.
///
/// A node is a pivot, which is its first element, the mean less the pivot, and the sum of squares
/// about the mean. Joining is Chan, Golub and LeVeque's (1979), on differences of elements alone:
/// every pivot lies in the window, so no rounding error is larger than the spread of the window,
/// whatever its offset, and equal elements give exactly 0.
#[derive(Clone, Copy)]
pub(super) struct Spread {
    /// 1 over the size of the window less `ddof`, which is at least 0.
    pub(super) factor: f64,
    pub(super) root: Root,
}

/// As [`Spread`], of windows so long that they come in blocks.
///
/// All windows of a block have one element in common. Elements are counted from that one, so that
/// nodes need no pivots of their own. Where it is an outlier, it is one of every window.
#[derive(Clone, Copy)]
pub(super) struct BlockSpread {
    pub(super) factor: f64,
    pub(super) root: Root,
}

impl Fold<2> for BlockSpread {
    type Item = f64;
    type Scalar = f64;
    type Out = f64;
    type Weights = Shares;
    const PIVOT: bool = true;

    #[inline(always)]
    fn weights(left: usize, right: usize) -> Shares {
        Spread::weights(left, right)
    }

    #[inline(always)]
    fn lift(items: Pack<f64>, _: Pack<i64>, pivots: Pack<f64>) -> [Pack<f64>; 2] {
        [zip(items, pivots, |item, pivot| item - pivot), [0.0; WIDTH]]
    }

    #[inline(always)]
    fn join(left: [Pack<f64>; 2], right: [Pack<f64>; 2], shares: Shares) -> [Pack<f64>; 2] {
        let [mut means, mut squares] = left;
        for k in 0..WIDTH {
            let apart = right[0][k] - means[k];
            means[k] += apart * shares.right;
            squares[k] = (squares[k] + right[1][k]) + (apart * apart) * shares.both;
        }
        [means, squares]
    }

    #[inline(always)]
    fn finish(self, [means, squares]: [Pack<f64>; 2], _: Pack<i64>) -> Pack<f64> {
        let squares = zip(squares, means, |squares, mean| squares + mean * 0.0);
        zip(squares, [self.factor; WIDTH], |squares, factor| self.root.of(squares * factor))
    }
}

/// Whether the square root of the variance is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    None,
    Square,
}

impl Root {
    #[inline(always)]
    pub(super) fn of(self, variance: f64) -> f64 {
        match self {
            Root::None => variance,
            Root::Square => variance.sqrt(),
        }
    }
}

impl Fold<3> for Spread {
    type Item = f64;
    type Scalar = f64;
    type Out = f64;
    type Weights = Shares;

    #[inline(always)]
    fn weights(left: usize, right: usize) -> Shares {
        let (left, right) = (left as f64, right as f64);
        let share = right / (left + right);
        Shares { right: share, both: left * share }
    }

    #[inline(always)]
    fn lift(items: Pack<f64>, _: Pack<i64>, _: Pack<f64>) -> [Pack<f64>; 3] {
        [items, [0.0; WIDTH], [0.0; WIDTH]]
    }

    #[inline(always)]
    fn join(left: [Pack<f64>; 3], right: [Pack<f64>; 3], shares: Shares) -> [Pack<f64>; 3] {
        let [pivots, mut means, mut squares] = left;
        for k in 0..WIDTH {
            let apart = (right[0][k] - pivots[k]) + (right[1][k] - means[k]);
            means[k] += apart * shares.right;
            squares[k] = (squares[k] + right[2][k]) + (apart * apart) * shares.both;
        }
        [pivots, means, squares]
    }

    #[inline(always)]
    fn finish(self, [pivots, means, squares]: [Pack<f64>; 3], _: Pack<i64>) -> Pack<f64> {
        let squares = zip(squares, nothing(pivots, means), |squares, nothing| squares + nothing);
        zip(squares, [self.factor; WIDTH], |squares, factor| self.root.of(squares * factor))
    }
}

/// 0 where a mean is finite. Windows with infinities have no variance, though their squares, or
/// the lack of them in a window of one, do not say so.
#[inline(always)]
fn nothing(pivots: Pack<f64>, means: Pack<f64>) -> Pack<f64> {
    zip(pivots, means, |pivot, mean| (pivot + mean) * 0.0)
}

/// As [`Spread`], of the elements that are not NaN: a node counts them, too.
#[derive(Clone, Copy)]
pub(super) struct SparseSpread {
    pub(super) ddof: f64,
    pub(super) root: Root,
}

impl Fold<4> for SparseSpread {
    type Item = f64;
    type Scalar = f64;
    type Out = f64;
    type Weights = ();

    #[inline(always)]
    fn weights(_: usize, _: usize) {}

    #[inline(always)]
    fn lift(items: Pack<f64>, _: Pack<i64>, _: Pack<f64>) -> [Pack<f64>; 4] {
        let counts = zip(items, items, |item, _| if item.is_nan() { 0.0 } else { 1.0 });
        let pivots = zip(items, items, |item, _| if item.is_nan() { 0.0 } else { item });
        [counts, pivots, [0.0; WIDTH], [0.0; WIDTH]]
    }

    #[inline(always)]
    fn join(left: [Pack<f64>; 4], right: [Pack<f64>; 4], (): ()) -> [Pack<f64>; 4] {
        let [mut counts, mut pivots, mut means, mut squares] = left;
        for k in 0..WIDTH {
            let (few, more) = (counts[k], right[0][k]);
            let both = few + more;
            let share = if both > 0.0 { more / both } else { 0.0 };
            let apart = (right[1][k] - pivots[k]) + (right[2][k] - means[k]);
            let (left_only, right_only) = (more == 0.0, few == 0.0);
            let joined = means[k] + apart * share;
            let spread = (squares[k] + right[3][k]) + (apart * apart) * (few * share);
            counts[k] = both;
            pivots[k] = if right_only { right[1][k] } else { pivots[k] };
            means[k] = if left_only {
                means[k]
            } else if right_only {
                right[2][k]
            } else {
                joined
            };
            squares[k] = if left_only {
                squares[k]
            } else if right_only {
                right[3][k]
            } else {
                spread
            };
        }
        [counts, pivots, means, squares]
    }

    #[inline(always)]
    fn finish(self, [counts, pivots, means, squares]: [Pack<f64>; 4], _: Pack<i64>) -> Pack<f64> {
        let squares = zip(squares, nothing(pivots, means), |squares, nothing| squares + nothing);
        zip(squares, counts, |squares, count| self.root.of(squares / (count - self.ddof).max(0.0)))
    }
}
