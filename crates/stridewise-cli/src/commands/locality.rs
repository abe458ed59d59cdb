//! `locality`: the loop orders of a statement, and what the caches make of each.
//!
//! `stridewise locality --let a='zeros((1000,1000))' 'out[j] += a[i,j]'` ranks i,j before j,i.

use std::fmt::Write;
use std::path::Path;

use stridewise::control::{Control, Reply};
use stridewise::expr::{ExprError, Names, pattern, ready};
use stridewise::locality::{Counts, Effort, Exact, Survey, longest_exact_ns, simulate};
use stridewise::machine::{CacheLevel, Machine};
use stridewise::nest::{Effect, Statement, read_cases};
use stridewise_report::document::{Asked, Locality, duration};

use crate::args::{ArrayOptions, LocalityArguments, RawFile};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::percent::Percent;
use crate::signals::Signals;
use crate::terminal::Terminal;

/// `stridewise locality PATTERN`, `stridewise locality --nests FILE --csv`.
pub(crate) fn run(arguments: &LocalityArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let machine = arguments.machine.machine()?;
    if let Some(file) = &arguments.nests {
        terminal.print(&table(file, &machine)?)?;
        return Ok(Exit::Fine);
    }
    let source = arguments.pattern.as_deref().unwrap_or_default();
    let mut names = Names::new();
    // `--order` means loops here, so files without a header are not read by this command.
    let options = ArrayOptions { names: arguments.names.clone(), raw: RawFile::default() };
    for (name, array) in Inputs::new(&options)?.named() {
        names.insert(name, array);
    }
    let source = match ready(source, &names) {
        Some(ready) => {
            let ready = ready.map_err(|error| refused(source, error))?;
            names = ready.names;
            ready.pattern
        }
        None => source.to_owned(),
    };
    let pattern = pattern(&source, &names).map_err(|error| refused(&source, error))?;
    let order = match arguments.order.as_deref() {
        Some(order) => pattern.order(order).map_err(|error| refused(order, error))?,
        None => (0..pattern.statement.indices().len()).collect(),
    };
    let blocks = match arguments.block.as_deref() {
        Some(blocks) => pattern.blocks(blocks, &order).map_err(|error| refused(blocks, error))?,
        None => Vec::new(),
    };
    let effort = if arguments.exact { Effort::Exact } else { Effort::default() };
    let (order, blocks) = (&order[..], &blocks[..]);
    let asked = Asked { pattern: &pattern, order, blocks, effort, trace: arguments.trace };
    let machine = if arguments.measure { as_measured(machine)? } else { machine };
    let signals = Signals::watch();
    let document = match (answer(&asked, arguments, &machine, terminal, &signals), signals.caught())
    {
        (Err(_), Some(signal)) => {
            terminal.fail(&Failure::new("stopped", "stopped: nothing was counted to the end"));
            return Ok(Exit::Interrupted(signal));
        }
        (document, _) => document?,
    };
    drop(signals);
    let found = !document.findings.is_empty();
    terminal.answer(&document, arguments.picture.path())?;
    Ok(if found { Exit::Finding } else { Exit::Fine })
}

/// A simulation that may take longer than this is announced, in nanoseconds.
const WORTH_A_WORD: f64 = 2e9;

fn answer(
    asked: &Asked<'_>,
    arguments: &LocalityArguments,
    machine: &Machine,
    terminal: &Terminal,
    signals: &Signals,
) -> Result<Locality, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new("locality", error.to_string());
    let longest = longest_exact_ns(&asked.nest().map_err(|error| failed(&error))?);
    if arguments.exact && longest > WORTH_A_WORD {
        terminal.note(&format!(
            "note: simulating every access takes up to {}; Ctrl-C stops, and without --exact the answer is sampled",
            duration(longest)
        ));
    }
    let percent = Percent::new("simulating");
    let report = |done, total| {
        percent.at(done, total);
        if signals.caught().is_some() { Reply::Stop } else { Reply::Continue }
    };
    let answer = asked.answer(machine, &Control::reporting(&report));
    let (mut document, survey) = answer.map_err(|error| failed(&error))?;
    drop(percent);
    if arguments.measure {
        measure(&mut document, &survey, &asked.pattern.statement, signals)?;
    }
    Ok(document)
}

/// The machine as the measured loops use it.
#[cfg(feature = "measure")]
fn as_measured(machine: Machine) -> Result<Machine, Failure> {
    let isa = machine.isa().clone();
    let vector_bytes = stridewise::measure::VECTOR_BYTES.min(isa.vector_bytes);
    Ok(machine.with_isa(stridewise::machine::Isa { vector_bytes, ..isa }))
}

#[cfg(not(feature = "measure"))]
fn as_measured(_: Machine) -> Result<Machine, Failure> {
    Err(Failure::new("usage", "this build cannot run loops")
        .help("build it with the feature measure".to_owned()))
}

/// Runs what was simulated and is not predicted to take longer than this, in nanoseconds.
#[cfg(feature = "measure")]
const WORTH_WAITING: f64 = 5e9;

/// Runs the orders that were simulated.
#[cfg(feature = "measure")]
fn measure(
    document: &mut Locality,
    survey: &Survey,
    statement: &Statement,
    signals: &Signals,
) -> Result<(), Failure> {
    use stridewise::measure::{Timing, VECTOR_BYTES, time_nest};
    let failed = |error: &dyn std::fmt::Display| Failure::new("measure", error.to_string());
    let percent = Percent::new("measuring");
    let report = |done, total| {
        percent.at(done, total);
        if signals.caught().is_some() { Reply::Stop } else { Reply::Continue }
    };
    let mut too_long = 0;
    for (one, shown) in survey.orders.iter().zip(&mut document.orders) {
        if one.caches.is_none() {
            continue;
        }
        if one.prediction.total_ns > WORTH_WAITING {
            too_long += 1;
            continue;
        }
        let nest = match one.blocks.as_slice() {
            [] => statement.nest(&one.order),
            sizes => statement.blocked_nest(&one.order, sizes),
        };
        let nest = nest.map_err(|error| failed(&error))?;
        let control = Control::reporting(&report);
        let measured = time_nest(statement, &nest, Timing::default(), &control)
            .map_err(|error| failed(&error))?;
        shown.measured_ns = Some(measured.median_ns);
    }
    let mut note = format!(
        "Measured on this machine: median of several runs one after the other, arrays of ones, loops compiled for {VECTOR_BYTES}-byte vectors."
    );
    if too_long > 0 {
        note.push_str(" Orders that are predicted to take longer than 5 s were not run.");
    }
    document.notes.push(note);
    Ok(())
}

#[cfg(not(feature = "measure"))]
fn measure(_: &mut Locality, _: &Survey, _: &Statement, _: &Signals) -> Result<(), Failure> {
    Ok(())
}

fn refused(source: &str, error: ExprError) -> Failure {
    Failure::new(error.code.as_str(), error.message).at(source, error.span).help(error.help)
}

/// A row of counts per loop tree of a file.
fn table(file: &Path, machine: &Machine) -> Result<String, Failure> {
    let [first, last] = machine.caches() else {
        return Err(Failure::new("usage", "loop trees are counted in two caches")
            .help("give --cache twice, as in --cache 32K:8:64 --cache 1M:16:64".to_owned()));
    };
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::new("input", format!("cannot read '{name}': {error}")))?;
    let cases = read_cases(&text)
        .map_err(|error| Failure::new("input", format!("'{name}' is no list of nests: {error}")))?;
    let geometry =
        |cache: &CacheLevel| format!("\"{},{},{}\"", cache.size(), cache.ways(), cache.line());
    let mut rows = String::from("case,config,D1,LL,Dr,D1mr,DLmr,Dw,D1mw,DLmw\n");
    for case in cases {
        let control = Control::quiet();
        let counts = simulate(&case.nest, machine, Exact::Warps, u64::MAX, &control)
            .map_err(|error| Failure::new("locality", error.to_string()))?
            .counts;
        let (reads, writes) = (side(&counts, &[Effect::Read]), side(&counts, &STORES));
        let _ = writeln!(
            rows,
            "{},-,{},{},{reads},{writes}",
            case.name,
            geometry(first),
            geometry(last)
        );
    }
    Ok(rows)
}

/// A streaming store is a write that misses nowhere.
const STORES: [Effect; 2] = [Effect::Write, Effect::Stream];

/// Accesses, and misses of both levels, of some effects.
fn side(counts: &Counts, effects: &[Effect]) -> String {
    let sum =
        |count: &dyn Fn(Effect) -> u128| effects.iter().map(|&each| count(each)).sum::<u128>();
    let accesses = sum(&|effect| counts.accesses(effect));
    let near = sum(&|effect| counts.misses(effect, 0));
    let far = sum(&|effect| counts.misses(effect, 1));
    format!("{accesses},{near},{far}")
}
