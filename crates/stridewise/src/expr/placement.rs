//! Placement: where NumPy puts the elements of a new array that several operands go into.
//!
//! With order K the new array follows the operands: its axes are sorted so that a walk through
//! memory steps through all operands by their small strides first. `(2,3):(8,16)+0` plus
//! itself is again `(2,3):(8,16)+0`; beside a C-ordered operand, the C order wins.
//!
//! Sources of the rules, by observation and by reading NumPy 2's C sources: the iterator's axis
//! order (`nditer_constr.c`), the shortcut of element-wise functions for contiguous operands
//! (`ufunc_object.c`), the order of a concatenation (`shape.c`), and the result of an advanced
//! index (`mapping.c`).

use crate::layout::{Layout, LayoutError, PerAxis};

/// The strides of one operand along the axes of an iteration, 0 along those it does not move.
pub(super) type Moves = PerAxis<i64>;

/// How an operand moves along the axes of `shape`, to which it broadcasts.
pub(super) fn moves(operand: &Layout, rank: usize) -> Moves {
    let mut moves = PerAxis::filled(0, rank);
    let added = rank - operand.rank();
    for (axis, (&extent, &stride)) in operand.shape().iter().zip(operand.strides()).enumerate() {
        if extent != 1 {
            moves[added + axis] = stride;
        }
    }
    moves
}

/// The axes from slowest to fastest, as the iterator walks them in order K.
///
/// An insertion sort, from the last axis to the first, by absolute stride. Operands that do not
/// move along one of two axes have no say; where the others disagree, C order wins; where
/// nobody has a say, an axis may still pass the next one.
pub(super) fn walking_order(operands: &[Moves], rank: usize) -> PerAxis<usize> {
    let mut fastest_first: PerAxis<usize> = (0..rank).rev().collect();
    for at in 1..rank {
        let axis = fastest_first[at];
        let mut place = at;
        for before in (0..at).rev() {
            match is_faster(operands, axis, fastest_first[before]) {
                Some(true) => place = before,
                Some(false) => break,
                None => {}
            }
        }
        fastest_first[place..=at].rotate_right(1);
    }
    fastest_first.reverse();
    fastest_first
}

/// Whether `axis` goes before `other`, which comes later in C order; `None` where no operand
/// moves along both.
fn is_faster(operands: &[Moves], axis: usize, other: usize) -> Option<bool> {
    let mut answer = None;
    for moves in operands {
        let (here, there) = (moves[axis].unsigned_abs(), moves[other].unsigned_abs());
        if here != 0 && there != 0 {
            answer = Some(answer.unwrap_or(true) && there > here);
        }
    }
    answer
}

/// A new array for an iteration over `operands`.
pub(super) fn iterated(
    operands: &[Moves],
    shape: &[i64],
    itemsize: i64,
) -> Result<Layout, LayoutError> {
    Layout::packed_in_order(shape, itemsize, &walking_order(operands, shape.len()))
}

/// Whether an element-wise function may take its shortcut, which needs operands that are
/// already of the dtype it computes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Casting {
    NotNeeded,
    Needed,
}

/// The result of an element-wise function over operands that broadcast to `shape`.
///
/// Operands of that very shape (numbers of rank 0 aside) that are all C or all F contiguous
/// give a result in that order outright; it differs from the iteration only along axes of
/// extent 1.
pub(super) fn elementwise(
    operands: &[&Layout],
    shape: &[i64],
    itemsize: i64,
    casting: Casting,
) -> Result<Layout, LayoutError> {
    let arrays: Vec<&&Layout> = operands.iter().filter(|operand| operand.rank() > 0).collect();
    let of_shape = arrays.iter().all(|operand| operand.shape() == shape);
    if of_shape && (casting == Casting::NotNeeded || shape.len() < 2) {
        if shape.len() < 2 || arrays.iter().all(|operand| operand.is_c_contiguous()) {
            return Layout::c_order(shape, itemsize);
        }
        if arrays.iter().all(|operand| operand.is_f_contiguous()) {
            return Layout::f_order(shape, itemsize);
        }
    }
    let moves: Vec<Moves> = operands.iter().map(|operand| moves(operand, shape.len())).collect();
    iterated(&moves, shape, itemsize)
}

/// Several arrays of the same rank joined along an axis: sorted as an iteration is, but only
/// axes of extent 1 have no say, and a stride of 0 counts.
pub(super) fn joined(
    operands: &[&Layout],
    shape: &[i64],
    itemsize: i64,
) -> Result<Layout, LayoutError> {
    let rank = shape.len();
    let mut slowest_first: PerAxis<usize> = (0..rank).collect();
    for at in 1..rank {
        let axis = slowest_first[at];
        let mut place = at;
        for before in (0..at).rev() {
            let other = slowest_first[before];
            let mut slower = None;
            for operand in operands {
                if operand.shape()[axis] != 1 && operand.shape()[other] != 1 {
                    let here = operand.strides()[axis].unsigned_abs();
                    let there = operand.strides()[other].unsigned_abs();
                    slower = Some(slower.unwrap_or(true) && here > there);
                }
            }
            match slower {
                Some(true) => place = before,
                Some(false) => break,
                None => {}
            }
        }
        slowest_first[place..=at].rotate_right(1);
    }
    Layout::packed_in_order(shape, itemsize, &slowest_first)
}
