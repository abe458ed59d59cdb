//! Medians, ratios and geometric means: all the arithmetic that a figure goes through.
//!
//! A ratio of two entrants is the median of the ratios within each round, so that what slows a
//! whole round down slows both and leaves the ratio alone. It has no layout; times are in
//! nanoseconds.

/// The middle value, or the mean of the two in the middle; none of no values.
///
/// ```
/// use stridewise_harness::median;
/// assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
/// assert_eq!(median([4.0, 1.0, 2.0, 3.0]), Some(2.5));
/// assert_eq!(median([]), None);
/// ```
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

/// How many times faster than `against` an entrant was: the median over the rounds in which
/// both took part of `against / times`.
///
/// ```
/// use stridewise_harness::median_ratio;
/// // The second round was slow for both.
/// assert_eq!(median_ratio(&[1.0, 10.0, 1.0], &[2.0, 20.0, 2.0]), Some(2.0));
/// ```
pub fn median_ratio(times: &[f64], against: &[f64]) -> Option<f64> {
    median(times.iter().zip(against).map(|(time, against)| against / time))
}

/// The number that, put in place of every value, gives the same product.
///
/// ```
/// use stridewise_harness::geometric_mean;
/// assert_eq!(geometric_mean([2.0, 8.0]), Some(4.0));
/// assert_eq!(geometric_mean([]), None);
/// ```
pub fn geometric_mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (sum, count) =
        values.into_iter().fold((0.0, 0u32), |(sum, count), value| (sum + value.ln(), count + 1));
    (count > 0).then(|| {
        let mean = (sum / f64::from(count)).exp();
        // Whole results of whole products stay whole.
        if (mean - mean.round()).abs() < 1e-12 { mean.round() } else { mean }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_within_rounds() {
        // Twice as fast in every round, though the machine got eight times slower.
        let ours = [1.0, 8.0, 64.0];
        let theirs = ours.map(|time| 2.0 * time);
        assert_eq!(median_ratio(&ours, &theirs), Some(2.0));
        // Rounds that only one took part in do not count.
        assert_eq!(median_ratio(&ours, &theirs[..1]), Some(2.0));
        assert_eq!(median_ratio(&ours, &[]), None);
    }

    #[test]
    fn one_disturbed_round_of_three_changes_nothing() {
        assert_eq!(median_ratio(&[1.0, 1.0, 50.0], &[3.0, 3.0, 3.0]), Some(3.0));
    }
}
