//! The cache model against this machine: loop orders, break-even of copies, speed of the engines.
//!
//! `cargo run --release -- orders | breakeven | engines | goals | constants | random SEED` prints a
//! section of Markdown; `../run.sh locality` writes all into `../results`. Over
//! `(1024,1024):(8192,8)+0` the two orders of a sum take 0.2 and 3 ns an element.

mod cases;
#[path = "../../src/clock.rs"]
mod clock;
mod constants;
mod goals;
mod random;
mod scores;

use std::process::{Command, ExitCode};
use std::time::Duration;

use stridewise::control::Control;
use stridewise::locality::{
    Costs, Exact, break_even, predict_order, rank_orders, replay, simulate,
};
use stridewise::machine::{Isa, Machine};
use stridewise::measure::{Timing, VECTOR_BYTES, time_nest_by};
use stridewise::nest::{Case as NestCase, Statement, read_cases};

use cases::{Case, orders};
use clock::Clock;
use scores::Row;

const ORDERS: &str = include_str!("../orders.txt");
const BREAK_EVEN: &str = include_str!("../breakeven.txt");
const NAIVE: &str = include_str!("../engines.txt");
/// The seed of the statements that no model was developed on, and how many.
const HELD_OUT: (u64, usize) = (2026, 16);
/// Every nest is measured in so many passes over the list, each with fresh memory; told is the
/// fastest, and how far behind the second is: the measurement's own noise.
const PASSES: usize = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["orders"] => ranking(),
        ["breakeven"] => copies(),
        ["engines"] => engines(),
        ["goals"] => goals::print(),
        ["constants"] => constants::print(),
        ["random", seed] => held_out(seed),
        _ => Err("say orders, breakeven, engines, goals, constants or random SEED".to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("bench: {text}");
            ExitCode::from(2)
        }
    }
}

/// This machine, with vectors as these loops are compiled for.
fn machine() -> Machine {
    let machine = stridewise_io::machine::detect();
    let isa = Isa { vector_bytes: VECTOR_BYTES, ..machine.isa().clone() };
    machine.with_isa(isa)
}

/// One measured time of one run: processor time of the fastest round, which other programs
/// disturbed least.
fn time(statement: &Statement, order: &[usize]) -> Result<f64, String> {
    let timing =
        Timing { rounds: 5, round: Duration::from_millis(1), longest: Duration::from_millis(150) };
    let nest = statement.nest(order).map_err(|error| error.to_string())?;
    let now = || Duration::from_secs_f64(Clock::Thread.now() / 1e9);
    let measured = time_nest_by(statement, &nest, timing, &now, &Control::quiet());
    Ok(measured.map_err(|error| error.to_string())?.fastest_ns)
}

fn rows(cases: &[Case]) -> Result<Vec<Row>, String> {
    let machine = machine();
    let costs = Costs::typical(machine.caches().len());
    let mut rows = Vec::new();
    let mut passes: Vec<Vec<f64>> = Vec::new();
    for pass in 0..PASSES {
        let mut at = 0;
        for (number, case) in cases.iter().enumerate() {
            let statement = &case.pattern.statement;
            for order in orders(statement.indices().len()) {
                let measured = time(statement, &order)?;
                if pass == 0 {
                    let predicted = predict_order(statement, &order, &machine, &costs)
                        .map_err(|error| error.to_string())?
                        .total_ns;
                    passes.push(Vec::new());
                    rows.push(Row {
                        case: number,
                        order: case.spelled(&order),
                        iterations: case.iterations(),
                        predicted,
                        measured,
                        noise: 0.0,
                    });
                }
                passes[at].push(measured);
                at += 1;
            }
        }
    }
    for (row, times) in rows.iter_mut().zip(&mut passes) {
        times.sort_by(f64::total_cmp);
        row.measured = times[0];
        row.noise = (times[1] / times[0]).ln();
    }
    Ok(rows)
}

fn table(cases: &[Case], rows: &[Row]) {
    println!(
        "\n| statement | loops | predicted ns/iteration | measured | ratio | noise |\n|---|---|---|---|---|---|"
    );
    for row in rows {
        println!(
            "| `{}` | {} | {:.3} | {:.3} | {:.2} | {:.2} |",
            cases[row.case].text,
            row.order,
            row.predicted / row.iterations,
            row.measured / row.iterations,
            row.predicted / row.measured,
            row.noise
        );
    }
}

/// Predicted against measured times of all loop orders of a list.
fn ranking() -> Result<(), String> {
    let cases = Case::read_all(ORDERS)?;
    let rows = rows(&cases)?;
    let random = random::lines(HELD_OUT.0, HELD_OUT.1).join("\n");
    let random = Case::read_all(&random)?;
    let others = self::rows(&random)?;
    println!("## Loop orders: predicted against measured time\n\n{}", scores::HEAD);
    println!("{}", scores::line("all of orders.txt", &rows.iter().collect::<Vec<_>>()));
    let half = |odd| rows.iter().filter(move |row| row.case % 2 == odd).collect::<Vec<_>>();
    println!("{}", scores::line("of which developed on", &half(0)));
    println!("{}", scores::line("of which not", &half(1)));
    let what = format!("random statements, seed {}", HELD_OUT.0);
    println!("{}", scores::line(&what, &others.iter().collect::<Vec<_>>()));
    table(&cases, &rows);
    table(&random, &others);
    Ok(())
}

fn held_out(seed: &str) -> Result<(), String> {
    let seed = seed.parse().map_err(|_| format!("'{seed}' is no seed"))?;
    let cases = Case::read_all(&random::lines(seed, HELD_OUT.1).join("\n"))?;
    let rows = rows(&cases)?;
    println!("{}\n{}", scores::HEAD, scores::line("random", &rows.iter().collect::<Vec<_>>()));
    table(&cases, &rows);
    Ok(())
}

/// So often are the three statements of a break-even measured, in turn.
const TURNS: usize = 9;

/// After how many runs a copy pays, predicted and measured.
fn copies() -> Result<(), String> {
    let machine = machine();
    let costs = Costs::typical(machine.caches().len());
    println!(
        "## Break-even of copies\n\n| statement | copied | runs predicted | runs measured | factor | before, after, copy predicted (us) | measured |\n|---|---|---|---|---|---|---|"
    );
    for case in Case::read_all(BREAK_EVEN)? {
        let statement = &case.pattern.statement;
        let even = break_even(statement, case.first, &machine, &costs);
        let even = even.map_err(|error| error.to_string())?.ok_or("no orders")?;
        let name = &statement.operands()[case.first].name;
        let after = even.statement(statement).map_err(|error| error.to_string())?;
        let copy = even.copy(statement).map_err(|error| error.to_string())?;
        let best = |statement: &Statement| -> Result<Vec<usize>, String> {
            let ranked = rank_orders(statement, &machine, &costs);
            let ranked = ranked.map_err(|error| error.to_string())?;
            Ok(ranked.into_iter().next().ok_or("no orders")?.order)
        };
        // The three take turns, and the fastest of each counts; less than the measurement's own
        // noise is nothing saved.
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..TURNS {
            for (statement, times) in [statement, &after, &copy].into_iter().zip(&mut times) {
                times.push(time(statement, &best(statement)?)?);
            }
        }
        times.iter_mut().for_each(|times| times.sort_by(f64::total_cmp));
        let [(before, _), (after, unsure), (copied, _)] =
            times.map(|times| (times[0], times[1] - times[0]));
        let saved = before - after;
        let measured = (saved > unsure.max(0.02 * before)).then(|| copied / saved);
        let spelled =
            |runs: Option<f64>| runs.map_or("never".to_string(), |runs| format!("{runs:.2}"));
        let factor = match (even.runs, measured) {
            (Some(predicted), Some(measured)) => {
                format!("{:.2}", (predicted / measured).max(measured / predicted))
            }
            (None, None) => "agree".to_string(),
            _ => "differ".to_string(),
        };
        println!(
            "| `{}` | {name} {:?} | {} | {} | {factor} | {:.0} {:.0} {:.0} | {:.0} {:.0} {:.0} |",
            case.text,
            even.axes,
            spelled(even.runs),
            spelled(measured),
            even.before_ns / 1e3,
            even.after_ns / 1e3,
            even.copy_ns / 1e3,
            before / 1e3,
            after / 1e3,
            copied / 1e3
        );
    }
    Ok(())
}

/// Caches in which the engines and their peer simulate.
const CACHES: [&str; 2] = ["32K:8:64", "1M:16:64"];
/// So many accesses of each nest are the peer's: it holds each as a Python object.
const PEER_ACCESSES: usize = 1_000_000;

/// Accesses a second of the engines, and of pycachesim where `PEER_PYTHON` names a Python that
/// has it. All by the processor time of their thread.
fn engines() -> Result<(), String> {
    let caches = CACHES.map(|text| text.parse());
    let caches = caches.into_iter().collect::<Result<Vec<_>, _>>();
    let machine = Machine::new(caches.map_err(|error| format!("{error}"))?);
    let machine = machine.map_err(|error| format!("{error}"))?;
    println!(
        "## Engines: exact simulation in 32K:8:64 and 1M:16:64, one thread\n\n| nest | accesses | D1 misses | naive M/s | runs and warps ms | pycachesim, list M/s | array M/s | times list | times array |\n|---|---|---|---|---|---|---|---|---|"
    );
    for case in read_cases(NAIVE).map_err(|error| error.to_string())? {
        let mut best = [f64::INFINITY; 2];
        let mut counts = Vec::new();
        for (engine, best) in [Exact::Naive, Exact::Warps].into_iter().zip(&mut best) {
            for _ in 0..PASSES {
                let start = Clock::Thread.now();
                let answer = simulate(&case.nest, &machine, engine, u64::MAX, &Control::quiet());
                let answer = answer.map_err(|error| error.to_string())?;
                *best = best.min((Clock::Thread.now() - start) / 1e9);
                counts.push(answer.counts);
            }
        }
        if counts.iter().any(|other| *other != counts[0]) {
            return Err(format!("{}: the engines differ", case.name));
        }
        let accesses = counts[0].all_accesses();
        let naive = accesses as f64 / best[0] / 1e6;
        let peer = match peer(&case, &machine)? {
            Some([list, array]) => {
                let (over_list, over_array) = (naive / list, naive / array);
                format!("{list:.1} | {array:.1} | {over_list:.1} | {over_array:.1}")
            }
            None => "- | - | - | -".to_string(),
        };
        println!(
            "| {} | {accesses} | {} | {naive:.0} | {:.2} | {peer} |",
            case.name,
            counts[0].all_misses(0),
            best[1] * 1e3
        );
    }
    Ok(())
}

/// What pycachesim's two ways to take many addresses reach on the nest's first accesses, after it
/// has counted the misses that we count.
fn peer(case: &NestCase, machine: &Machine) -> Result<Option<[f64; 2]>, String> {
    let Some(python) = std::env::var_os("PEER_PYTHON") else { return Ok(None) };
    let here = env!("CARGO_MANIFEST_DIR");
    let mut command = Command::new(python);
    command.args([&format!("{here}/pycachesim_peer.py"), &format!("{here}/engines.txt")]);
    command.args([&case.name, &PEER_ACCESSES.to_string()]).args(CACHES);
    let output = command.output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let words: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let &[list, array, misses] = words.as_slice() else {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    };
    let played = replay(&case.nest, machine, PEER_ACCESSES).accesses;
    let ours = played.iter().filter(|access| access.found_in > 0).count();
    if ours as f64 != misses {
        return Err(format!("{}: pycachesim misses {misses}, we {ours}", case.name));
    }
    Ok(Some([list, array]))
}
