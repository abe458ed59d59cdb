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
