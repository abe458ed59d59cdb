//! Kendall's tau: of all pairs, how many more stand in the same order than in the opposite one.
//!
//! Worked: predicted 1, 2, 3 and measured 10, 30, 20: of three pairs two agree, so tau is 1/3.

/// Kendall's tau-b of two lists: 1 the same order, -1 the opposite; ties count for neither.
///
/// Law: `kendall_tau(a, b) == kendall_tau(b, a)`.
///
/// ```
/// # use stridewise::measure::kendall_tau;
/// let tau = kendall_tau(&[1.0, 2.0, 3.0], &[10.0, 30.0, 20.0]);
/// assert!((tau - 1.0 / 3.0).abs() < 1e-12);
/// ```
#[allow(clippy::cast_precision_loss)]
pub fn kendall_tau(predicted: &[f64], measured: &[f64]) -> f64 {
    let count = predicted.len().min(measured.len());
    let (mut agree, mut pairs, mut other) = (0i64, 0i64, 0i64);
    for first in 0..count {
        for second in first + 1..count {
            let sign = |values: &[f64]| match values[first].total_cmp(&values[second]) {
                std::cmp::Ordering::Less => -1,
                std::cmp::Ordering::Equal => 0,
                std::cmp::Ordering::Greater => 1,
            };
            let (left, right) = (sign(predicted), sign(measured));
            agree += left * right;
            pairs += left * left;
            other += right * right;
        }
    }
    let scale = (pairs as f64 * other as f64).sqrt();
    if scale == 0.0 { 0.0 } else { agree as f64 / scale }
}
