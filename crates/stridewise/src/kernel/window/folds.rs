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

/// Folds whose nodes are one number, that of an element at first.
macro_rules! of_one_number {
    (
        impl<$($kind:ident: $bound:path)?> $fold:ty: $item:ty, repeats: $repeats:expr,
        join: $join:expr, finish: |$self:ident, $node:ident| $finish:expr
    ) => {
        impl<$($kind: $bound)?> Fold<1> for $fold {
            type Item = $item;
            type Scalar = $item;
            type Out = $item;
            type Weights = ();
            const REPEATS: bool = $repeats;

            #[inline(always)]
            fn weights(_: usize, _: usize) {}

            #[inline(always)]
            fn lift(items: Pack<$item>, _: Pack<i64>, _: Pack<$item>) -> [Pack<$item>; 1] {
                [items]
            }

            #[inline(always)]
            fn join([left]: [Pack<$item>; 1], [right]: [Pack<$item>; 1], (): ()) -> [Pack<$item>; 1] {
                [zip(left, right, $join)]
            }

            #[inline(always)]
            fn finish($self, [$node]: [Pack<$item>; 1], _: Pack<i64>) -> Pack<$item> {
                $finish
            }
        }
    };
}

/// The sum.
#[derive(Clone, Copy)]
pub(super) struct Sum<N>(pub(super) std::marker::PhantomData<N>);

of_one_number! {
    impl<N: Arithmetic> Sum<N>: N, repeats: false, join: N::plus, finish: |self, sum| sum
}

/// The product.
#[derive(Clone, Copy)]
pub(super) struct Product<N>(pub(super) std::marker::PhantomData<N>);

of_one_number! {
    impl<N: Arithmetic> Product<N>: N, repeats: false, join: N::times, finish: |self, product| product
}

/// The sum, divided by the size of the window.
#[derive(Clone, Copy)]
pub(super) struct Mean {
    pub(super) size: f64,
}

of_one_number! {
    impl<> Mean: f64, repeats: false, join: f64::plus,
    finish: |self, sum| zip(sum, [self.size; WIDTH], |sum, size| sum / size)
}

/// An integer in the order of the values that it stands for.
pub(super) trait Ordered: Copy + Ord + Default + Send + Sync + 'static {}
impl<K: Copy + Ord + Default + Send + Sync + 'static> Ordered for K {}

/// The least key. Keys are integers in the order of the values (see `keys`), so that one
/// instruction compares them and the result does not depend on the order of joining.
#[derive(Clone, Copy)]
pub(super) struct Least<K>(pub(super) std::marker::PhantomData<K>);

of_one_number! {
    impl<K: Ordered> Least<K>: K, repeats: true, join: |a, b| if b < a { b } else { a },
    finish: |self, least| least
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

/// How far the least key is from the end of the window; the last of equal ones.
#[derive(Clone, Copy)]
pub(super) struct LastPlace {
    pub(super) size: usize,
}

impl Fold<2> for LastPlace {
    type Item = i64;
    type Scalar = i64;
    type Out = f64;
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
        let [mut keys, mut places] = right;
        for k in 0..WIDTH {
            let less = left[0][k] < right[0][k];
            keys[k] = if less { left[0][k] } else { right[0][k] };
            places[k] = if less { left[1][k] } else { right[1][k] };
        }
        [keys, places]
    }

    #[inline(always)]
    fn finish(self, [_, places]: [Pack<i64>; 2], at: Pack<i64>) -> Pack<f64> {
        let end = self.size as i64 - 1;
        zip(places, at, |place, start| (start + end - place) as f64)
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
