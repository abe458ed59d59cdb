//! The first two laws, for every window of every hard input.

use super::exact::slide;
use super::inputs::hard;
use super::windows_of;
use stridewise::kernel::window::{Op, Windows};

/// Sizes that cut into one node, nodes and rests, rows, and blocks longer than a tile.
fn sizes(length: usize) -> Vec<usize> {
    let all = [1, 2, 3, 5, 7, 8, 10, 15, 16, 31, 32, 33, 47, 100, 1000, 1023, length - 1, length];
    all.into_iter().filter(|&size| size <= length).collect()
}

fn check(name: &str, x: &[f64], size: usize) {
    let windows = Windows::along(size as i64, 0);
    let sums = windows_of(x, &Op::Sum, &windows).unwrap();
    let means = windows_of(x, &Op::Mean, &windows).unwrap();
    let variances = windows_of(x, &Op::Var { ddof: 0 }, &windows).unwrap();
    let samples = windows_of(x, &Op::Var { ddof: 1 }, &windows).unwrap();
    let deviations = windows_of(x, &Op::Std { ddof: 0 }, &windows).unwrap();
    assert_eq!(sums.len(), x.len() - size + 1);
    for (at, exact) in slide(x, size).enumerate() {
        let place = || format!("{name}, window {at} of {size}");
        assert!(exact.is_sum(sums[at]), "{}: sum {:e}", place(), sums[at]);
        assert!(exact.is_mean(means[at]), "{}: mean {:e}", place(), means[at]);
        assert!(exact.is_variance(variances[at], 0), "{}: var {:e}", place(), variances[at]);
        assert!(exact.is_variance(samples[at], 1), "{}: var1 {:e}", place(), samples[at]);
        let root = variances[at].sqrt();
        assert!(deviations[at].to_bits() == root.to_bits() || root.is_nan(), "{}", place());
        let window = &x[at..at + size];
        let first = window[0].to_bits();
        if window[0].is_finite() && window.iter().all(|value| value.to_bits() == first) {
            assert_eq!(means[at].to_bits(), first, "{}: the mean of equal elements", place());
            assert_eq!(variances[at], 0.0, "{}: the variance of equal elements", place());
        }
    }
}

#[test]
fn every_window_keeps_its_bound() {
    for length in [120, 2_300] {
        for (name, x) in hard(length) {
            for size in sizes(length) {
                check(&name, &x, size);
            }
        }
    }
}

#[test]
fn long_windows_keep_their_bounds() {
    for (name, x) in hard(23_000).into_iter().step_by(3) {
        check(&name, &x, 10_000);
    }
}
