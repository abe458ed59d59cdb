//! Reshape and its relatives: a view exactly where some strides would do, else a copy.
//!
//! `(3,2):(8,24)+0` reshaped to (6) in C order needs bytes 0, 24, 8, ... in a row: no strides
//! do that, so it is a copy; in Fortran order it is the view `(6):(8)+0`.

use stridewise::layout::{CopyOrder, IndexOrder, Layout, Reshape};
use stridewise_oracle::{Listing, Order, Rng, Strided};

use crate::{assert_lists, layouts};

/// A shape of `size` elements.
fn shape_of(rng: &mut Rng, size: i64) -> Vec<i64> {
    let mut shape = Vec::new();
    let mut rest = size;
    while rest > 1 {
        let divisors: Vec<i64> = (2..=rest).filter(|d| rest % d == 0).collect();
        let extent = *rng.pick(&divisors);
        shape.push(extent);
        rest /= extent;
    }
    if rest == 0 {
        shape = (0..=rng.index(3)).map(|_| rng.integer(0..=3)).collect();
        let axis = rng.index(shape.len());
        shape[axis] = 0;
    }
    for _ in 0..rng.index(3) {
        let place = rng.index(shape.len() + 1);
        shape.insert(place, 1);
    }
    rng.shuffle(&mut shape);
    shape
}

fn check(got: &Reshape, want: &Listing, strided: &Strided, what: &str) {
    match got {
        Reshape::View(layout) => assert_lists(layout, want, what),
        Reshape::Copy { layout, reason } => {
            assert_eq!(
                want.fit(),
                None,
                "{what} copies though {:?} would do: {reason}",
                want.fit()
            );
            assert_eq!(layout.shape(), want.shape, "{what}");
            assert_eq!((layout.offset(), layout.itemsize()), (0, strided.itemsize), "{what}");
            assert!(layout.is_dense(), "{what}");
        }
    }
}

#[test]
fn reshape_is_a_view_exactly_where_strides_exist() {
    let mut rng = Rng::new(53);
    let (mut views, mut copies) = (0, 0);
    for (strided, layout) in layouts() {
        for _ in 0..4 {
            let mut shape = shape_of(&mut rng, strided.size());
            let resolved = shape.clone();
            if !shape.is_empty() && !shape.contains(&0) && rng.once_in(3) {
                let axis = rng.index(shape.len());
                shape[axis] = -1;
            }
            for order in [IndexOrder::C, IndexOrder::F, IndexOrder::A] {
                let a_is_f = layout.is_f_contiguous() && !layout.is_c_contiguous();
                let read = match order {
                    IndexOrder::F => Order::F,
                    IndexOrder::A if a_is_f => Order::F,
                    _ => Order::C,
                };
                let what = format!("{strided} to {shape:?} in {order:?}");
                let want = strided.list().reshape(&resolved, read);
                let got = layout.reshape(&shape, order).unwrap_or_else(|e| panic!("{what}: {e}"));
                check(&got, &want, &strided, &what);
                if let Reshape::Copy { layout, .. } = &got {
                    let contiguous = match read {
                        Order::C => layout.is_c_contiguous(),
                        Order::F => layout.is_f_contiguous(),
                    };
                    assert!(contiguous, "{what} gives {layout}");
                    copies += 1;
                } else {
                    views += 1;
                }
            }
        }
    }
    assert!(views > 3000 && copies > 3000, "{views} views, {copies} copies");
}

#[test]
fn reshape_refuses_other_sizes() {
    for (strided, layout) in layouts() {
        let size = strided.size();
        let refuses = |shape: &[i64]| {
            let got = layout.reshape(shape, IndexOrder::C);
            assert!(got.is_err(), "{strided} to {shape:?}");
        };
        refuses(&[size + 1]);
        refuses(&[-1, -2]);
        refuses(&[-1, 0]);
        if size > 0 {
            refuses(&[-1, size + 1]);
        }
        refuses(&[i64::MAX, i64::MAX]);
        refuses(&[1 << 32, 1 << 32, 1 << 32, 1 << 32]);
        assert_eq!(layout.reshape(&[-1], IndexOrder::C).unwrap().layout().shape(), [size]);
    }
}

#[test]
fn ravel_is_a_view_only_of_items_that_follow_one_another() {
    for (strided, layout) in layouts() {
        let list = strided.list();
        let flat = [strided.size()];
        for (order, read) in [(CopyOrder::C, Order::C), (CopyOrder::F, Order::F)] {
            let got = layout.ravel(order);
            let want = list.reshape(&flat, read);
            let what = format!("{strided} raveled in {order:?}");
            let adjacent = want.offsets.windows(2).all(|p| p[1] - p[0] == strided.itemsize);
            assert_eq!(got.is_view(), adjacent, "{what} is {got:?}");
            assert_eq!(got.layout().shape(), flat, "{what}");
            if got.is_view() {
                assert_lists(got.layout(), &want, &what);
            }
        }
        // K reads in memory order: a view where the elements fill their span in order.
        let got = layout.ravel(CopyOrder::K);
        let mut sorted = list.offsets.clone();
        sorted.sort_unstable();
        if let Reshape::View(layout) = &got {
            let listed = crate::strided(layout).list().offsets;
            assert_eq!(listed, sorted, "{strided} in K order");
        }
    }
}

#[test]
fn coalesce_keeps_the_sequence_and_canonical_the_bytes() {
    for (strided, layout) in layouts() {
        let coalesced = layout.coalesce();
        let list = crate::strided(&coalesced).list();
        assert_eq!(list.offsets, strided.list().offsets, "{strided} to {coalesced}");
        assert_eq!(coalesced.coalesce(), coalesced);
        for axis in 1..coalesced.rank() {
            let (outer, inner) = (axis - 1, axis);
            let merged = coalesced.strides()[inner] * coalesced.shape()[inner];
            assert_ne!(coalesced.strides()[outer], merged, "{strided} to {coalesced}");
        }
        assert!(layout.is_empty() || !coalesced.shape().contains(&1), "{coalesced}");

        let canonical = layout.canonical();
        let sorted = |layout: &Layout| {
            let mut offsets = crate::strided(layout).list().offsets;
            offsets.sort_unstable();
            offsets
        };
        assert_eq!(sorted(&canonical), sorted(&layout), "{strided} to {canonical}");
        assert_eq!(canonical.canonical(), canonical, "{strided}");
        assert_eq!(layout.transpose().canonical(), canonical, "{strided}");
        let axes: Vec<i64> = (0..layout.rank() as i64).collect();
        assert_eq!(layout.flip(&axes).unwrap().canonical(), canonical, "{strided}");
    }
}

#[test]
fn copies_are_dense_in_the_order_asked_for() {
    for (strided, layout) in layouts() {
        for order in [CopyOrder::C, CopyOrder::F, CopyOrder::A, CopyOrder::K] {
            let copied = layout.copied(order);
            let what = format!("{strided} copied in {order:?}: {copied}");
            assert_eq!(copied.shape(), strided.shape, "{what}");
            assert_eq!((copied.offset(), copied.itemsize()), (0, strided.itemsize), "{what}");
            let copy = crate::strided(&copied);
            assert!(copy.is_dense(), "{what}");
            match order {
                CopyOrder::C => assert!(copy.is_c_contiguous(), "{what}"),
                CopyOrder::F => assert!(copy.is_f_contiguous(), "{what}"),
                CopyOrder::A if layout.is_f_contiguous() && !layout.is_c_contiguous() => {
                    assert!(copy.is_f_contiguous(), "{what}");
                }
                CopyOrder::A => assert!(copy.is_c_contiguous(), "{what}"),
                CopyOrder::K => {
                    // Axes that move keep their order by size of stride.
                    for (one, other) in pairs(layout.rank()) {
                        let moved = |axis: usize| layout.strides()[axis].unsigned_abs();
                        let long = layout.shape()[one] > 1 && layout.shape()[other] > 1;
                        if long && !layout.is_empty() && moved(one) > moved(other) {
                            assert!(copied.strides()[one] > copied.strides()[other], "{what}");
                        }
                    }
                }
            }
        }
    }
}

fn pairs(rank: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rank).flat_map(move |one| (0..rank).map(move |other| (one, other)))
}
