//! Promotion: the dtype of a result that several dtypes go into, as NumPy 2 decides it.
//!
//! `i4` and `f4` give `f8`; the Python number 2.0 beside `f4` stays `f4`, because Python numbers
//! are weak (NEP 50). Only itemsizes reach the layout: `(2,3):(12,4)+0` plus an `f8` array of
//! the same shape is `(2,3):(24,8)+0`.

use crate::layout::DType;
use crate::layout::dtype::{ByteOrder, Kind};

/// A Python number beside arrays: it asks for a kind, not for a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weak {
    Int,
    Float,
    Complex,
}

/// A native number of a kind and size that exist.
pub(super) fn number(kind: Kind, itemsize: i64) -> DType {
    let name = format!("{}{itemsize}", kind.letter());
    DType::parse(&name).unwrap_or_else(|_| DType::float64())
}

/// The same dtype in this machine's byte order.
pub(super) fn native(dtype: &DType) -> DType {
    dtype.with_byte_order(ByteOrder::Little)
}

/// The dtype that holds what all of these hold; `None` where NumPy has none that a trace knows.
pub(super) fn promote<'d>(
    strong: impl IntoIterator<Item = &'d DType>,
    weak: Option<Weak>,
) -> Option<DType> {
    // The most general kind goes first, as in NumPy: i2 and u2 alone would meet in i4, but beside
    // f2 each of them asks for no more than f4.
    let mut strong: Vec<&DType> = strong.into_iter().collect();
    strong.sort_by_key(|dtype| std::cmp::Reverse(rank(dtype.kind())));
    let Some((first, others)) = strong.split_first() else {
        return Some(match weak? {
            Weak::Int => DType::int64(),
            Weak::Float => DType::float64(),
            Weak::Complex => number(Kind::Complex, 16),
        });
    };
    let joined = others.iter().try_fold(native(first), |joined, next| joined.promote(next))?;
    match weak {
        None => Some(joined),
        Some(weak) => beside_weak(joined, weak),
    }
}

/// Bool, integers, floats and complex numbers.
pub(super) fn is_number(dtype: &DType) -> bool {
    rank(dtype.kind()).is_some()
}

fn rank(kind: Kind) -> Option<u8> {
    match kind {
        Kind::Bool => Some(0),
        Kind::Int | Kind::Uint => Some(1),
        Kind::Float => Some(2),
        Kind::Complex => Some(3),
        _ => None,
    }
}

fn beside_weak(strong: DType, weak: Weak) -> Option<DType> {
    let have = rank(strong.kind())?;
    Some(match weak {
        Weak::Int if have >= 1 => strong,
        Weak::Int => DType::int64(),
        Weak::Float if have >= 2 => strong,
        Weak::Float => DType::float64(),
        Weak::Complex if have == 3 => strong,
        Weak::Complex if have == 2 => number(Kind::Complex, (strong.itemsize() * 2).max(8)),
        Weak::Complex => number(Kind::Complex, 16),
    })
}

/// The size of the smallest float that NumPy lets an integer turn into.
pub(super) fn float_holding(integer: &DType) -> i64 {
    match integer.itemsize() {
        1 => 2,
        2 => 4,
        _ => 8,
    }
}
