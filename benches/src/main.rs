//! Benchmarks: our kernels beside floors and peers, all timed in turn in one run.
//!
//! `cargo run --release -- FAMILY… [--only TEXT] [--rounds N] [--peers] [--columns] [--quick]`
//! measures the cases of the families' files in `cases`; without `--peers` only floors and ours
//! take part and Python is not needed. `--save` writes `results/<date>-<cpu>.{json,md}`, keeping
//! what other runs of the day put there. `copy f8 4,3 by 1,0` reads `(3,4):(8,24)+0`.

mod arguments;
mod arrays;
mod clock;
mod copies;
mod entrants;
mod floor;
mod here;
mod layouts;
mod local;
mod peers;
mod python;
mod reductions;
mod results;
mod windowed;
mod windows;

use std::process::ExitCode;
use std::time::Instant;

use stridewise_harness::{Case, CaseRecord, Record, against_peers, measure, one_case, shortfalls};

use arguments::Arguments;
use arrays::Arrays;
use clock::Clock;
use python::Worker;
use results::Results;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(75), // not all: run again with --missing
        Err(text) => {
            eprintln!("bench: {text}");
            ExitCode::from(2)
        }
    }
}

/// Whether all chosen cases were measured in the time given.
fn run() -> Result<bool, String> {
    let start = Instant::now();
    let arguments = Arguments::read(std::env::args().skip(1))?;
    let cases = arguments.cases()?;
    if arguments.list {
        cases.iter().for_each(|case| println!("{case}"));
        return Ok(true);
    }
    let mut results = Results::open(&arguments)?;
    let mut worker = arguments.peers.then(Worker::start).transpose()?;
    let mut record = Record::default();
    for case in &cases {
        if arguments.missing && results.has(case) {
            continue;
        }
        if arguments.seconds.is_some_and(|seconds| start.elapsed().as_secs() >= seconds) {
            return Ok(false);
        }
        let measured = one(case, &arguments, worker.as_mut())?;
        print!("{}", one_case(&measured));
        results.put(&measured, worker.as_ref())?;
        record.put(measured);
    }
    if record.cases.len() > 1 {
        println!("\n{}\n{}", against_peers(&record), shortfalls(&record));
    }
    Ok(true)
}

fn one(
    case: &Case,
    arguments: &Arguments,
    worker: Option<&mut Worker>,
) -> Result<CaseRecord, String> {
    let arrays = Arrays::new(case)?;
    let threads = case.verb == "threads" || case.options.contains_key("threads");
    let clock = if threads { Clock::Wall } else { Clock::Thread };
    let mut entrants = entrants::of(case, &arrays, clock, arguments, worker)?;
    let timings = measure(&mut entrants, &arguments.rounds, arrays.wanted, arrays.as_it_lies);
    let mut record = CaseRecord::new(case, timings, arrays.wanted, arrays.moved(case));
    record.clock = clock.name().to_string();
    Ok(record)
}
