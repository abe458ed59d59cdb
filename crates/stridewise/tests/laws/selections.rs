//! Basic indexing, diagonals, flips and turns against the positions that the oracle walks.
//!
//! `(4):(8)+0` at `[::-2]` lists bytes 24, 8.

use stridewise::layout::{Layout, Pick};
use stridewise_oracle::{Rng, Selector};

use crate::{assert_lists, layouts};

fn pick(selector: &Selector) -> Pick {
    match *selector {
        Selector::At(position) => Pick::At(position),
        Selector::Slice(start, stop, step) => Pick::Slice { start, stop, step },
        Selector::NewAxis => Pick::NewAxis,
        Selector::Ellipsis => Pick::Ellipsis,
    }
}

/// A random selector, now and then one that NumPy refuses.
fn selector(rng: &mut Rng) -> Selector {
    let bound = |rng: &mut Rng| match rng.index(8) {
        0..3 => None,
        3 => Some(*rng.pick(&[i64::MIN, i64::MAX, i64::MIN + 1, -9, 9])),
        _ => Some(rng.integer(-7..=7)),
    };
    match rng.index(10) {
        0 | 1 => Selector::At(rng.integer(-3..=3)),
        2 => Selector::NewAxis,
        3 => Selector::Ellipsis,
        _ => {
            let (start, stop) = (bound(rng), bound(rng));
            let step = match rng.index(12) {
                0..5 => None,
                5 => Some(*rng.pick(&[0, i64::MIN, i64::MAX])),
                _ => Some(rng.integer(-3..=3)),
            };
            Selector::Slice(start, stop, step)
        }
    }
}

#[test]
fn slice_selects_what_python_selects() {
    let mut rng = Rng::new(17);
    let (mut kept, mut refused) = (0, 0);
    for (strided, layout) in layouts() {
        for _ in 0..6 {
            let count = rng.integer(0..=strided.shape.len() as i64 + 1);
            let selectors: Vec<Selector> = (0..count).map(|_| selector(&mut rng)).collect();
            let picks: Vec<Pick> = selectors.iter().map(pick).collect();
            let (got, want) = (layout.slice(&picks), strided.list().select(&selectors));
            match want {
                // NumPy wraps such a stride around; ours says that it does not fit.
                Some(_) if got.is_err() && steps_out_of_64_bits(&layout, &selectors) => {}
                Some(want) => {
                    let got = got.unwrap_or_else(|e| panic!("{strided} at {selectors:?}: {e}"));
                    assert_lists(&got, &want, &format!("{strided} at {selectors:?}"));
                    kept += 1;
                }
                None => {
                    assert!(got.is_err(), "{strided} at {selectors:?} gives {got:?}");
                    refused += 1;
                }
            }
        }
    }
    assert!(kept > 3000 && refused > 300, "{kept} kept, {refused} refused");
}

/// Whether some step times the stride of its axis leaves 64 bits.
fn steps_out_of_64_bits(layout: &Layout, selectors: &[Selector]) -> bool {
    let consumes = |s: &&Selector| matches!(s, Selector::At(_) | Selector::Slice(..));
    let named = selectors.iter().filter(consumes).count();
    let mut axis = 0;
    selectors.iter().any(|selector| {
        match selector {
            Selector::NewAxis => return false,
            Selector::Ellipsis => axis += layout.rank() - named,
            Selector::At(_) => axis += 1,
            Selector::Slice(.., step) => {
                axis += 1;
                return layout.strides()[axis - 1].checked_mul(step.unwrap_or(1)).is_none();
            }
        }
        false
    })
}

/// Some axes of a rank, none twice, in random order.
fn some_axes(rng: &mut Rng, rank: usize) -> Vec<usize> {
    let mut axes: Vec<usize> = (0..rank).collect();
    rng.shuffle(&mut axes);
    axes.truncate(rng.index(rank + 1));
    axes
}

/// The same axes, some counted from the end.
fn signed(rng: &mut Rng, axes: &[usize], rank: usize) -> Vec<i64> {
    let from_end =
        |axis: i64, rng: &mut Rng| if rng.once_in(2) { axis - rank as i64 } else { axis };
    axes.iter().map(|&axis| from_end(axis as i64, rng)).collect()
}

fn check_named_axes(operation: impl Fn(&Layout, &[i64]) -> bool, layout: &Layout) {
    let rank = layout.rank() as i64;
    for bad in [rank, -rank - 1, i64::MIN, i64::MAX] {
        assert!(!operation(layout, &[bad]), "{layout} took axis {bad}");
    }
    if rank > 0 {
        assert!(!operation(layout, &[0, -rank]), "{layout} took an axis twice");
    }
}

#[test]
fn flip_walks_backwards() {
    let mut rng = Rng::new(19);
    for (strided, layout) in layouts() {
        let axes = some_axes(&mut rng, layout.rank());
        let got = layout.flip(&signed(&mut rng, &axes, layout.rank())).unwrap();
        assert_lists(&got, &strided.list().flip(&axes), &format!("{strided} flipped on {axes:?}"));
        check_named_axes(|layout, axes| layout.flip(axes).is_ok(), &layout);
    }
}

#[test]
fn rot90_is_quarter_turns() {
    let mut rng = Rng::new(23);
    for (strided, layout) in layouts() {
        let mut axes: Vec<usize> = (0..layout.rank()).collect();
        rng.shuffle(&mut axes);
        let [first, second, ..] = axes[..] else {
            assert!(layout.rot90(1, (0, 0)).is_err() && layout.rot90(0, (0, 1)).is_err());
            continue;
        };
        let signed = signed(&mut rng, &[first, second], layout.rank());
        let mut want = strided.list();
        for turns in 0..4 {
            for turns in [turns, turns - 4, turns + 4 * rng.integer(-5..=5)] {
                let got = layout.rot90(turns, (signed[0], signed[1])).unwrap();
                assert_lists(&got, &want, &format!("{strided}, {turns} turns, {signed:?}"));
            }
            want = want.quarter_turn(first, second);
        }
        assert_eq!(want, strided.list());
        assert!(layout.rot90(1, (first as i64, first as i64)).is_err());
        assert!(layout.rot90(i64::MIN, (0, 1)).is_ok() && layout.rot90(i64::MAX, (0, 1)).is_ok());
    }
}

#[test]
fn diagonal_meets_two_axes() {
    let mut rng = Rng::new(29);
    for (strided, layout) in layouts() {
        let mut axes: Vec<usize> = (0..layout.rank()).collect();
        rng.shuffle(&mut axes);
        let [first, second, ..] = axes[..] else {
            assert!(layout.diagonal(0, 0, 1).is_err());
            continue;
        };
        let signed = signed(&mut rng, &[first, second], layout.rank());
        for offset in [0, rng.integer(-6..=6), rng.integer(-6..=6)] {
            let got = layout.diagonal(offset, signed[0], signed[1]).unwrap();
            let want = strided.list().diagonal(offset, first, second);
            assert_lists(&got, &want, &format!("{strided}, diagonal {offset} of {signed:?}"));
        }
        for offset in [i64::MIN, i64::MAX] {
            assert!(layout.diagonal(offset, signed[0], signed[1]).unwrap().is_empty());
        }
        assert!(layout.diagonal(0, signed[0], signed[0]).is_err());
    }
}

#[test]
fn squeeze_drops_and_expand_dims_adds_axes_of_extent_1() {
    let mut rng = Rng::new(31);
    for (strided, layout) in layouts() {
        let rank = layout.rank();
        let single = |axis: &usize| strided.shape[*axis] == 1;
        let singles: Vec<usize> = (0..rank).filter(single).collect();
        let what = strided.to_string();
        assert_lists(&layout.squeeze(None).unwrap(), &strided.list().squeeze(&singles), &what);
        if let Some(&axis) = singles.first() {
            let signed = signed(&mut rng, &[axis], rank);
            let got = layout.squeeze(Some(&signed)).unwrap();
            assert_lists(&got, &strided.list().squeeze(&[axis]), &format!("{what} on {signed:?}"));
        }
        if let Some(axis) = (0..rank).find(|axis| !single(axis)) {
            assert!(layout.squeeze(Some(&[axis as i64])).is_err(), "{what} on {axis}");
        }
        check_named_axes(|layout, axes| layout.squeeze(Some(axes)).is_ok(), &layout);

        let added = rng.index(3);
        let mut axes: Vec<usize> = (0..rank + added).collect();
        rng.shuffle(&mut axes);
        axes.truncate(added);
        let signed = signed(&mut rng, &axes, rank + added);
        let got = layout.expand_dims(&signed).unwrap();
        assert_lists(&got, &strided.list().expand(&axes), &format!("{what} with {signed:?}"));
        assert!(layout.expand_dims(&[rank as i64 + 1]).is_err());
        assert!(layout.expand_dims(&[0, -(rank as i64) - 2]).is_err());
    }
}
