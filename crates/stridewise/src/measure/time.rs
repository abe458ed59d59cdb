//! Timing: a nest run until the clock can be believed.
//!
//! Worked: one row sum of `(1000):(8)+0` takes under a microsecond, so it is run some thousand
//! times between two looks at the clock, and the median of several such rounds is told.

use std::time::{Duration, Instant};

use super::execute::{Executor, MeasureError};
use crate::control::Control;
use crate::nest::{Nest, Statement};

/// How long to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Rounds, of which the median is told.
    pub rounds: usize,
    /// The least time of a round.
    pub round: Duration,
    /// A nest that one run takes longer than this is run only twice.
    pub longest: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Timing { rounds: 15, round: Duration::from_millis(2), longest: Duration::from_millis(500) }
    }
}

/// What was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The median time of one run, in nanoseconds.
    pub median_ns: f64,
    /// The fastest round.
    pub fastest_ns: f64,
    /// How often the nest ran.
    pub runs: u64,
    /// The sum of all elements after one run over arrays of ones.
    pub checksum: f64,
}

/// Runs a nest of a statement on memory of its own and tells how long one run takes.
///
/// The arrays hold ones; what is computed is the product of what is read, stored or added.
///
/// # Errors
/// Elements that are not 4 or 8 bytes on multiples of their size, more memory than can be had,
/// or a caller who asks to stop.
pub fn time_nest(
    statement: &Statement,
    nest: &Nest,
    timing: Timing,
    control: &Control<'_>,
) -> Result<Measured, MeasureError> {
    let begun = Instant::now();
    time_nest_by(statement, nest, timing, &|| begun.elapsed(), control)
}

/// The same by another clock, such as the processor time of the calling thread, which does not
/// count what other programs take: `now` tells the time since some moment.
///
/// # Errors
/// As those of [`time_nest`].
pub fn time_nest_by(
    statement: &Statement,
    nest: &Nest,
    timing: Timing,
    now: &dyn Fn() -> Duration,
    control: &Control<'_>,
) -> Result<Measured, MeasureError> {
    let since = |start: Duration| now().saturating_sub(start);
    let mut executor = Executor::new(statement, nest)?;
    let start = now();
    executor.run();
    let first = since(start);
    let checksum = executor.checksum();
    let mut runs = 1;
    let each = if first > timing.longest {
        1
    } else {
        let wanted = timing.round.as_nanos() / first.as_nanos().max(1) + 1;
        u32::try_from(wanted).unwrap_or(u32::MAX)
    };
    let rounds = if first > timing.longest { 1 } else { timing.rounds.max(1) };
    let mut times = Vec::with_capacity(rounds);
    for round in 0..rounds {
        control.tell(round as u64, rounds as u64).map_err(|_| MeasureError::Stopped)?;
        let start = now();
        for _ in 0..each {
            executor.run();
        }
        times.push(since(start).as_secs_f64() * 1e9 / f64::from(each));
        runs += u64::from(each);
    }
    times.sort_by(f64::total_cmp);
    Ok(Measured { median_ns: times[times.len() / 2], fastest_ns: times[0], runs, checksum })
}
