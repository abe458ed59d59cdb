//! Brackets: views by slices, scalars by integers, fields, and copies by lists and masks.

use crate::{copies, views};

#[test]
fn basic_indexing_is_a_view() {
    for (index, layout) in [
        ("[1]", "(5,6):(48,8)+240"),
        ("[-1, 2]", "(6):(8)+816"),
        ("[::2]", "(2,5,6):(480,48,8)+0"),
        ("[1:3, ::-1]", "(2,5,6):(240,-48,8)+432"),
        ("[..., 3]", "(4,5):(240,48)+24"),
        ("[:, None, 2:2]", "(4,1,0,6):(240,0,48,8)+0"),
        ("[np.newaxis, ..., None]", "(1,4,5,6,1):(0,240,48,8,0)+0"),
        ("[()]", "(4,5,6):(240,48,8)+0"),
        ("[1, 2, 3, ...]", "():()+360"),
        ("[slice(1, None), slice(2)]", "(3,2,6):(240,48,8)+240"),
        ("[-100:100:3]", "(2,5,6):(720,48,8)+0"),
    ] {
        views(&format!("zeros((4,5,6)){index}"), layout);
    }
}

#[test]
fn integers_alone_make_a_scalar() {
    copies("zeros((4,5))[1, 2]", "():()+0");
    copies("zeros((4,5))[1][2]", "():()+0");
    copies("zeros(())[()]", "():()+0");
    views("zeros((4,5))[1, 2, ...]", "():()+56");
    views("zeros(())[...]", "():()+0");
    copies("zeros((4,5))[1, 2][None]", "(1):(0)+0");
}

#[test]
fn lists_and_masks_copy() {
    // The copied axes come first, or stand where the only group of indices stood; the rest lies
    // in memory as it lay before.
    for (index, layout) in [
        ("[[0, 2]]", "(2,5,6):(240,48,8)+0"),
        ("[[]]", "(0,5,6):(0,0,0)+0"),
        ("[[[0], [1]]]", "(2,1,5,6):(240,240,48,8)+0"),
        ("[:, [0, 2, 1]]", "(4,3,6):(48,192,8)+0"),
        ("[..., [0, 2]]", "(4,5,2):(40,8,160)+0"),
        ("[[0, 1], [1, 2]]", "(2,6):(48,8)+0"),
        ("[[0, 1], :, [1, 2]]", "(2,5):(40,8)+0"),
        ("[0, :, [1, 2]]", "(2,5):(40,8)+0"),
        ("[:, 0, [1, 2]]", "(4,2):(8,32)+0"),
        ("[[True, False, True, False]]", "(2,5,6):(240,48,8)+0"),
        ("[:, [True, False, True, False, False], 1]", "(4,2):(8,32)+0"),
        ("[True]", "(1,4,5,6):(960,240,48,8)+0"),
        ("[np.arange(2), None]", "(2,1,5,6):(240,8,48,8)+0"),
        ("[np.ix_([0, 2], [1, 3])]", "(2,2,6):(96,48,8)+0"),
        ("[np.array([[0, 1], [2, 3]]).T]", "(2,2,5,6):(480,240,48,8)+0"),
        ("[[0, 1], [0, 1], [0, 1]]", "(2):(8)+0"),
    ] {
        copies(&format!("zeros((4,5,6)){index}"), layout);
    }
    copies("zeros(4)[np.array([[0, 1, 2], [1, 2, 3]]).T]", "(3,2):(8,24)+0");
    copies("zeros((4,5)).T[[0, 1]]", "(2,4):(32,8)+0");
    copies("zeros((2,3,4)).T[[0, 1]]", "(2,3,2):(48,8,24)+0");
    copies("zeros(3)[zeros(3, bool)]", "(0):(0)+0");
    copies("ones((2,3))[ones((2,3)) > 0]", "(6):(8)+0");
}

#[test]
fn fields() {
    let points = "zeros(5, [('x', 'i1'), ('y', '<f8'), ('m', 'f4', (2,3))])";
    views(&format!("{points}['y']"), "(5):(33)+1");
    views(&format!("{points}['m']"), "(5,2,3):(33,12,4)+9");
    views(&format!("{points}[['y', 'x']]"), "(5):(33)+0");
    views(&format!("{points}['m'][1:, 0]"), "(4,3):(33,4)+42");
    let both = crate::traced(&format!("{points}[['x', 'y']]")).result.dtype;
    assert_eq!((both.itemsize(), both.fields().len()), (33, 2));
}

#[test]
fn python_sequences_are_indexed_as_in_python() {
    views("zeros((2,3,4)).reshape((2,3,4)[::-1])", "(4,3,2):(48,16,8)+0");
    views("zeros((6,4)).reshape((2, 3) + (4,) * 1)", "(2,3,4):(96,32,8)+0");
    views("np.broadcast_to(zeros(3), zeros((2,3)).shape)", "(2,3):(0,8)+0");
    views("as_strided(zeros(6), (2,3), zeros(3).strides * 2)", "(2,3):(8,8)+0");
}
