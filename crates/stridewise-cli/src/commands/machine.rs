//! `machine`: the caches, page and instructions that answers are about.
//!
//! `stridewise machine --machine apple-m1` describes a machine that is not this one.

use stridewise::control::{Control, Reply};
use stridewise::machine::{CacheLevel, Machine};
use stridewise::measure::bandwidths;
use stridewise_report::document::MachineDocument;

use crate::args::MachineChoice;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::signals::Signals;
use crate::terminal::Terminal;

/// Bytes of each array that is moved: far more than caches hold, where that is affordable.
const LEAST: usize = 64 << 20;
const MOST: usize = 256 << 20;
/// Rounds, of which the median is told.
const ROUNDS: usize = 7;

/// Names the machine where no option does; for scripts and tests.
const VARIABLE: &str = "STRIDEWISE_MACHINE";

/// `stridewise machine`.
pub(crate) fn run(choice: &MachineChoice, terminal: &Terminal) -> Result<Exit, Failure> {
    terminal.answer(&MachineDocument::new(&choice.machine()?), None)?;
    Ok(Exit::Fine)
}

/// `stridewise machine --bench`.
pub(crate) fn bench(choice: &MachineChoice, terminal: &Terminal) -> Result<Exit, Failure> {
    let machine = choice.machine()?;
    let largest = machine.caches().iter().map(CacheLevel::size).max().unwrap_or(0);
    let bytes = usize::try_from(largest).unwrap_or(0).saturating_mul(4).clamp(LEAST, MOST);
    let signals = Signals::watch();
    let report = |_, _| if signals.caught().is_some() { Reply::Stop } else { Reply::Continue };
    let measured = match (bandwidths(bytes, ROUNDS, &Control::reporting(&report)), signals.caught())
    {
        (Err(_), Some(signal)) => return Ok(Exit::Interrupted(signal)),
        (measured, _) => measured.map_err(|error| Failure::new("machine", error.to_string()))?,
    };
    let ways = measured.ways.iter().map(|way| (way.name, way.bytes_per_second));
    let document = MachineDocument::new(&machine).measured(measured.bytes, measured.rounds, ways);
    terminal.answer(&document, None)?;
    Ok(Exit::Fine)
}

impl MachineChoice {
    /// The machine that was chosen; this one where none was.
    pub(crate) fn machine(&self) -> Result<Machine, Failure> {
        let machine = match self.machine.clone().or_else(|| std::env::var(VARIABLE).ok()) {
            Some(name) => Machine::preset(&name).map_err(|error| {
                let span = 0..name.len();
                Failure::new("machine", error.to_string()).help(error.help()).at(name, span)
            })?,
            None => stridewise_io::machine::detect(),
        };
        if self.cache.is_empty() {
            return Ok(machine);
        }
        let caches = self.cache.iter().map(|text| {
            text.parse::<CacheLevel>().map_err(|error| {
                let span = error.span().unwrap_or(0..text.len());
                Failure::new("machine", error.to_string()).help(error.help()).at(text, span)
            })
        });
        let caches = caches.collect::<Result<_, _>>()?;
        machine
            .with_caches(caches)
            .map_err(|error| Failure::new("machine", error.to_string()).help(error.help()))
    }
}
