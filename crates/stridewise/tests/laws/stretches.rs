//! Broadcasting and windows: layouts in which elements appear more than once.
//!
//! `(3,1):(8,8)+0` broadcast to (3,4) is `(3,4):(8,0)+0`; windows of 3 over `(6):(8)+0` are
//! `(4,3):(8,8)+0`.

use stridewise::layout::{Layout, Window, broadcast, broadcast_shapes};
use stridewise_oracle::Rng;

use crate::{assert_lists, layouts};

#[test]
fn broadcast_to_repeats() {
    let mut rng = Rng::new(41);
    let mut refused = 0;
    for (strided, layout) in layouts() {
        let mut shape: Vec<i64> = (0..rng.index(3)).map(|_| rng.integer(0..=3)).collect();
        for &extent in &strided.shape {
            let wanted = if extent == 1 { rng.integer(0..=3) } else { extent };
            shape.push(if rng.once_in(12) { rng.integer(-1..=4) } else { wanted });
        }
        let what = format!("{strided} to {shape:?}");
        match strided.list().broadcast(&shape) {
            Some(want) => assert_lists(&layout.broadcast_to(&shape).unwrap(), &want, &what),
            None => {
                assert!(layout.broadcast_to(&shape).is_err(), "{what}");
                refused += 1;
            }
        }
        if let [_, fewer @ ..] = &strided.shape[..] {
            assert!(layout.broadcast_to(fewer).is_err(), "{strided} to {fewer:?}");
        }
    }
    assert!(refused > 50);
}

#[test]
fn broadcast_of_many_meets_in_one_shape() {
    let mut rng = Rng::new(43);
    let (mut met, mut refused) = (0, 0);
    for _ in 0..2000 {
        let extents: Vec<i64> = (0..4).map(|_| rng.integer(0..=3)).collect();
        let layouts: Vec<Layout> = (0..rng.integer(1..=3))
            .map(|_| {
                let keep = rng.index(5);
                let one = |&extent: &i64, rng: &mut Rng| match rng.index(8) {
                    0 => rng.integer(0..=3),
                    1 | 2 => 1,
                    _ => extent,
                };
                let shape: Vec<i64> = extents[keep..].iter().map(|e| one(e, &mut rng)).collect();
                Layout::c_order(&shape, 8).unwrap()
            })
            .collect();
        let shapes: Vec<&[i64]> = layouts.iter().map(Layout::shape).collect();
        let got = broadcast_shapes(&shapes);
        // The shape to meet in: the one candidate that each broadcasts to and that is no larger.
        let rank = shapes.iter().map(|shape| shape.len()).max().unwrap();
        let along = |axis: usize| {
            let extent = |shape: &&[i64]| {
                (axis + shape.len()).checked_sub(rank).map_or(1, |axis| shape[axis])
            };
            let found: Vec<i64> = shapes.iter().map(extent).filter(|&extent| extent != 1).collect();
            match found[..] {
                [] => Some(1),
                [first, ..] => found.iter().all(|&extent| extent == first).then_some(first),
            }
        };
        let want: Option<Vec<i64>> = (0..rank).map(along).collect();
        assert_eq!(got.as_ref().ok().map(|shape| shape.to_vec()), want, "{shapes:?}");

        let all: Vec<&Layout> = layouts.iter().collect();
        let Some(want) = want else {
            assert!(broadcast(&all).is_err(), "{shapes:?}");
            refused += 1;
            continue;
        };
        for (got, old) in broadcast(&all).unwrap().iter().zip(&layouts) {
            let list = crate::strided(old).list().broadcast(&want).unwrap();
            assert_lists(got, &list, &format!("{old} to {want:?}"));
        }
        met += 1;
    }
    assert!(met > 300 && refused > 100, "{met} met, {refused} refused");
}

#[test]
fn windows_hold_what_the_oracle_puts_into_them() {
    let mut rng = Rng::new(47);
    let (mut fitted, mut refused) = (0, 0);
    for (strided, layout) in layouts() {
        let rank = layout.rank();
        let count = if rank == 0 { 0 } else { rng.index(rank.min(3) + 1) };
        let axes: Vec<usize> = (0..count).map(|_| rng.index(rank.max(1))).collect();
        let mut numbers = |range: std::ops::RangeInclusive<i64>| -> Vec<i64> {
            axes.iter().map(|_| rng.integer(range.clone())).collect()
        };
        let (size, step, dilation) = (numbers(0..=4), numbers(1..=3), numbers(1..=3));
        let window = Window {
            size: size[..].into(),
            axes: Some(axes.iter().map(|&axis| axis as i64 - rank as i64).collect()),
            step: step[..].into(),
            dilation: dilation[..].into(),
        };
        let what = format!("{strided}: {window:?}");
        match strided.list().window(&axes, &size, &step, &dilation) {
            Some(want) => {
                assert_lists(&layout.window(&window).unwrap(), &want, &what);
                fitted += 1;
            }
            None => {
                assert!(layout.window(&window).is_err(), "{what}");
                refused += 1;
            }
        }
        let ones = vec![1; rank];
        let whole = layout.window(&Window::over_all(&ones));
        assert_eq!(whole.is_ok(), !layout.is_empty(), "{strided}");
        assert!(layout.window(&Window::over(&[1], &[rank as i64])).is_err());
    }
    assert!(fitted > 500 && refused > 200, "{fitted} fitted, {refused} refused");
}

#[test]
fn windows_of_bad_numbers_are_refused() {
    let layout = Layout::c_order(&[6], 8).unwrap();
    let window = |size: i64, step: i64, dilation: i64| {
        layout.window(&Window {
            size: [size][..].into(),
            axes: None,
            step: [step][..].into(),
            dilation: [dilation][..].into(),
        })
    };
    assert!(window(2, 1, 1).is_ok());
    for bad in [-1, i64::MIN, i64::MAX, 7] {
        assert!(window(bad, 1, 1).is_err(), "size {bad}");
    }
    for bad in [0, -1, i64::MIN] {
        assert!(window(2, bad, 1).is_err() && window(2, 1, bad).is_err(), "{bad}");
    }
    assert!(window(2, 1, i64::MAX).is_err());
    assert!(window(1, 1, 6).is_ok());
}
