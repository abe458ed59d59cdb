//! `machine`: the caches, page and instructions that answers are about.
//!
//! `stridewise machine --machine apple-m1` describes a machine that is not this one.

use stridewise::machine::{CacheLevel, Machine};
use stridewise_report::document::MachineDocument;

use crate::args::MachineChoice;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Names the machine where no option does; for scripts and tests.
const VARIABLE: &str = "STRIDEWISE_MACHINE";

/// `stridewise machine`.
pub(crate) fn run(choice: &MachineChoice, terminal: &Terminal) -> Result<Exit, Failure> {
    terminal.answer(&MachineDocument::new(&choice.machine()?), None)?;
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
