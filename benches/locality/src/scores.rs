//! Scores: how well predicted times order measured ones.
//!
//! A measurement orders two nests if their times differ by more than 5 % and by more than both
//! were seen to vary. The plain figure over all pairs stands beside it. Of the two orders over `(1024,1024):(8192,8)+0` one pair: in order, or not.

use stridewise::measure::kendall_tau;

/// A nest, predicted and measured.
pub struct Row {
    /// Which statement.
    pub case: usize,
    /// Its loops.
    pub order: String,
    /// How often the statement itself runs.
    pub iterations: f64,
    /// Predicted time of one run, in nanoseconds.
    pub predicted: f64,
    /// Measured time of one run.
    pub measured: f64,
    /// By what part two measurements of it differ, as a logarithm.
    pub noise: f64,
}

/// Pairs closer than this are a matter of the day, whatever the noise of one measurement.
const CLOSE: f64 = 0.05;

/// One line about some nests.
pub fn line(what: &str, rows: &[&Row]) -> String {
    let list = |value: &dyn Fn(&Row) -> f64| rows.iter().map(|row| value(row)).collect::<Vec<_>>();
    let whole = kendall_tau(&list(&|row| row.predicted), &list(&|row| row.measured));
    let each = kendall_tau(
        &list(&|row| row.predicted / row.iterations),
        &list(&|row| row.measured / row.iterations),
    );
    let (mut all, mut apart) = ([0i32; 2], [0i32; 2]);
    for (at, one) in rows.iter().enumerate() {
        for other in rows[at + 1..].iter().filter(|other| other.case == one.case) {
            let agree = (one.predicted - other.predicted) * (one.measured - other.measured) > 0.0;
            all[usize::from(agree)] += 1;
            let noise = (one.noise + other.noise).max(CLOSE);
            if (one.measured / other.measured).ln().abs() > noise {
                apart[usize::from(agree)] += 1;
            }
        }
    }
    let tau =
        |[against, with]: [i32; 2]| f64::from(with - against) / f64::from((with + against).max(1));
    let off = list(&|row| (row.predicted / row.measured).ln().abs()).iter().sum::<f64>();
    let factor = (off / rows.len().max(1) as f64).exp();
    format!(
        "| {what} | {} | {whole:.2} | {each:.2} | {:.2} ({} pairs) | {:.2} ({} pairs) | {factor:.2} |",
        rows.len(),
        tau(all),
        all[0] + all[1],
        tau(apart),
        apart[0] + apart[1]
    )
}

/// What the columns of [`line`] are.
pub const HEAD: &str = "| nests | count | tau of run times | tau of times per iteration | tau within a statement | of pairs that the measurement orders | typical factor |\n|---|---|---|---|---|---|---|";
