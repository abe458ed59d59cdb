//! Operations that put the axes in another order.
//!
//! `(2,3):(24,8)+0` permuted by [1, 0] is `(3,2):(8,24)+0`.

use stridewise_oracle::Rng;

use crate::{assert_lists, layouts};

#[test]
fn permute_moves_each_element_to_its_index() {
    let mut rng = Rng::new(5);
    for (strided, layout) in layouts() {
        let mut axes: Vec<usize> = (0..layout.rank()).collect();
        rng.shuffle(&mut axes);
        let got = layout.permute(&axes).unwrap();
        assert_lists(&got, &strided.list().permute(&axes), &format!("{strided} in {axes:?}"));

        axes.pop();
        assert_eq!(layout.permute(&axes).is_ok(), layout.rank() == 0, "{strided} in {axes:?}");
        axes.push(axes.first().copied().unwrap_or(layout.rank()));
        assert!(layout.permute(&axes).is_err(), "{strided} in {axes:?}");
    }
}

#[test]
fn transpose_reverses_the_axes() {
    for (strided, layout) in layouts() {
        let axes: Vec<usize> = (0..layout.rank()).rev().collect();
        assert_lists(&layout.transpose(), &strided.list().permute(&axes), &strided.to_string());
        assert_eq!(layout.transpose().transpose(), layout);
    }
}

#[test]
fn swap_axes_and_move_axis_are_permutations() {
    let mut rng = Rng::new(37);
    for (strided, layout) in layouts() {
        let rank = layout.rank();
        if rank == 0 {
            assert!(layout.swap_axes(0, 0).is_err() && layout.move_axis(&[0], &[0]).is_err());
            assert_eq!(layout.move_axis(&[], &[]), Ok(layout.clone()));
            continue;
        }
        let (one, other) = (rng.index(rank), rng.index(rank));
        let mut swapped: Vec<usize> = (0..rank).collect();
        swapped.swap(one, other);
        let got = layout.swap_axes(one as i64 - rank as i64, other as i64).unwrap();
        assert_lists(&got, &strided.list().permute(&swapped), &format!("{strided}: {swapped:?}"));

        // Where each source goes is what counts; the others fill the gaps in order.
        let mut sources: Vec<usize> = (0..rank).collect();
        let mut destinations = sources.clone();
        rng.shuffle(&mut sources);
        rng.shuffle(&mut destinations);
        let moved = rng.index(rank + 1);
        sources.truncate(moved);
        destinations.truncate(moved);
        let mut axes: Vec<Option<usize>> = vec![None; rank];
        for (&source, &destination) in sources.iter().zip(&destinations) {
            axes[destination] = Some(source);
        }
        let mut others = (0..rank).filter(|axis| !sources.contains(axis));
        let axes: Vec<usize> =
            axes.into_iter().map(|axis| axis.or_else(|| others.next()).unwrap()).collect();
        let signed = |axes: &[usize]| -> Vec<i64> { axes.iter().map(|&a| a as i64).collect() };
        let got = layout.move_axis(&signed(&sources), &signed(&destinations)).unwrap();
        let what = format!("{strided}: {sources:?} to {destinations:?}");
        assert_lists(&got, &strided.list().permute(&axes), &what);

        assert!(layout.move_axis(&[0], &[]).is_err());
        assert!(layout.move_axis(&[0, 0], &[0, -1]).is_err());
        assert!(layout.move_axis(&[rank as i64], &[0]).is_err());
    }
}
