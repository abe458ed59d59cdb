//! Goals: answers that have to come at once, each with the time that it may take.
//!
//! Walking `(8192,8192):(65536,8)+0` in index order makes 67 million accesses; the caches repeat
//! row by row, so they are counted exactly in a millisecond. All times are processor time, the
//! best of several.

use stridewise::control::Control;
use stridewise::locality::{Costs, Exact, Sampling, rank_orders, sample, simulate};
use stridewise::machine::Machine;
use stridewise::nest::read_cases;

use crate::cases::Case;
use crate::clock::Clock;

const NESTS: &str = include_str!("../goals.txt");
/// Five loops, 120 orders.
const DEEP: &str = "y[i,j,k] += x[i+l,j+m,k] * w[l,m] ; x=zeros((104,104,50)) ; w=zeros((5,5))";
const TIMES: usize = 5;

fn machine(caches: &[&str]) -> Result<Machine, String> {
    let caches = caches.iter().map(|text| text.parse()).collect::<Result<Vec<_>, _>>();
    Machine::new(caches.map_err(|error| format!("{error}"))?).map_err(|error| format!("{error}"))
}

/// The best time in milliseconds, and the last answer.
fn best<T>(mut run: impl FnMut() -> Result<T, String>) -> Result<(f64, T), String> {
    let mut best = f64::INFINITY;
    let mut turn = || -> Result<T, String> {
        let start = Clock::Thread.now();
        let answer = run()?;
        best = best.min((Clock::Thread.now() - start) / 1e6);
        Ok(answer)
    };
    let mut answer = turn()?;
    for _ in 1..TIMES {
        answer = turn()?;
    }
    Ok((best, answer))
}

/// Prints one line per goal.
pub fn print() -> Result<(), String> {
    println!("## Goals\n\n| what | ms | at most | answer |\n|---|---|---|---|");
    let nests = read_cases(NESTS).map_err(|error| error.to_string())?;
    let quiet = Control::quiet();
    for case in &nests[..2] {
        let machine = machine(&["32K:8:64", "1M:16:64"])?;
        let run = |engine| {
            simulate(&case.nest, &machine, engine, u64::MAX, &quiet)
                .map_err(|error| error.to_string())
        };
        let (time, warped) = best(|| run(Exact::Warps))?;
        let agrees = if run(Exact::Naive)?.counts == warped.counts { "as" } else { "NOT as" };
        let misses = warped.counts.all_misses(0);
        println!("| {} exactly | {time:.2} | 5 | {misses} D1 misses, {agrees} naive |", case.name);
    }
    for (cache, most) in [("32K:8:64", 50), ("48K:12:64", 50), ("2M:16:64", 500)] {
        let (machine, nest) = (machine(&[cache])?, &nests[2].nest);
        let (time, sampled) = best(|| {
            sample(nest, &machine, Sampling::default(), &quiet).map_err(|error| error.to_string())
        })?;
        let share = sampled.levels[0].share();
        println!(
            "| matmul4000 sampled in {cache} | {time:.1} | {most} | {:.2} % miss, 95 % interval {:.2} to {:.2} |",
            share.value * 100.0,
            share.low * 100.0,
            share.high * 100.0
        );
    }
    let deep = Case::read(DEEP)?;
    for preset in ["intel-server", "amd-server"] {
        let machine = Machine::preset(preset).map_err(|error| error.to_string())?;
        let costs = Costs::typical(machine.caches().len());
        let rank = || {
            rank_orders(&deep.pattern.statement, &machine, &costs)
                .map_err(|error| error.to_string())
        };
        let (time, ranked) = best(rank)?;
        println!("| orders of five loops on {preset} | {time:.2} | 1 | {} ranked |", ranked.len());
    }
    Ok(())
}
