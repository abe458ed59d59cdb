//! `locality`: the loop orders of a statement, and what the caches make of each.
//!
//! `stridewise locality --let a='zeros((1000,1000))' 'out[j] += a[i,j]'` ranks i,j before j,i.

use std::fmt::Write;
use std::path::Path;

use stridewise::control::Control;
use stridewise::expr::{ExprError, Names, pattern};
use stridewise::locality::{Counts, Effort, Exact, simulate, survey};
use stridewise::machine::{CacheLevel, Machine};
use stridewise::nest::{Effect, read_cases};
use stridewise_report::document::Locality;

use crate::args::{ArrayOptions, LocalityArguments, RawFile};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs::Inputs;
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
    let pattern = pattern(source, &names).map_err(|error| refused(source, error))?;
    let order = match arguments.order.as_deref() {
        Some(order) => pattern.order(order).map_err(|error| refused(order, error))?,
        None => (0..pattern.statement.indices().len()).collect(),
    };
    let effort = if arguments.exact { Effort::Exact } else { Effort::default() };
    let survey = survey(&pattern.statement, &order, &machine, effort, &Control::quiet())
        .map_err(|error| Failure::new("locality", error.to_string()))?;
    let found = !survey.findings.is_empty();
    terminal.answer(&Locality::new(&pattern, &survey, &machine), None)?;
    Ok(if found { Exit::Finding } else { Exit::Fine })
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
