//! Benchmarks: our copies beside the floors and the peers, all timed in turn in one run.
//!
//! `cargo run --release [rounds=9] [threads=1] [fresh] [FILTER…]`. Each case is one line of
//! `cases.txt`: item bytes, shape, order of the source's axes, class. Figures are GB/s counting
//! read and write, medians over the rounds; goals are fractions of the streaming-copy floor of
//! the same round.

mod floor;
mod peers;

use peers::{Case, Contender, contenders};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, otherwise: usize| {
        let value = arguments.iter().find_map(|a| a.strip_prefix(name)?.strip_prefix('='));
        value.and_then(|value| value.parse().ok()).unwrap_or(otherwise)
    };
    let (rounds, threads) = (number("rounds", 9), number("threads", 1));
    let filters: Vec<&String> = arguments.iter().filter(|a| !a.contains('=')).collect();
    for case in include_str!("../cases.txt").lines().filter_map(Case::parse) {
        let chosen = |filter: &&String| case.to_string().contains(filter.as_str());
        if filters.is_empty() || filters.iter().any(|filter| chosen(filter)) {
            measure(&case, rounds, threads);
        }
    }
}

fn measure(case: &Case, rounds: usize, threads: usize) {
    let mut contenders = contenders(case, threads);
    let mut seconds: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    let repeats = ((4 << 20) / case.bytes()).max(1);
    for round in 0..=rounds {
        for (contender, seconds) in contenders.iter_mut().zip(&mut seconds) {
            let start = clock(threads);
            (0..repeats).for_each(|_| (contender.run)());
            if round > 0 {
                seconds.push((clock(threads) - start) / repeats as f64);
            }
        }
    }
    println!("{case}");
    let moved = 2.0 * case.bytes() as f64;
    for (Contender { name, checked, .. }, times) in contenders.iter().zip(&seconds) {
        let against = |floor: usize| median(times.iter().zip(&seconds[floor]).map(|(t, f)| f / t));
        println!(
            "    {name:16} {:8.2} GB/s   {:5.2} of memcpy   {:5.2} of streaming   {:9.0} ns{}",
            moved / median(times.iter().copied()) / 1e9,
            against(0),
            against(1),
            median(times.iter().copied()) * 1e9,
            if *checked { "" } else { "   WRONG" },
        );
    }
}

/// Seconds: of this thread's own processor time where one thread works, so that a busy machine
/// disturbs less, else of the wall.
fn clock(threads: usize) -> f64 {
    unsafe extern "C" {
        fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
    }
    const MONOTONIC: i32 = 1;
    const THREAD: i32 = 3;
    let mut time = [0; 2];
    // SAFETY: a timespec is two 64-bit integers on 64-bit Linux.
    unsafe { clock_gettime(if threads == 1 { THREAD } else { MONOTONIC }, &mut time) };
    time[0] as f64 + time[1] as f64 * 1e-9
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
