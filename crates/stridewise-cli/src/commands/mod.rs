//! The commands, one file each: take the arguments, ask the core, hand over a document.
//!
//! `stridewise inspect 'zeros((2,3))'` is [`crate::args::Command::Inspect`].

mod blas;
mod convert;
mod inspect;
mod locality;
mod machine;
mod manual;
mod nest;
mod offset;
mod overlap;
mod rule;
mod trace;
mod windows;

use crate::args::{Arguments, Command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Runs the command that was typed.
pub(crate) fn run(arguments: Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    match arguments.command {
        Command::Inspect(arguments) => inspect::run(&arguments, terminal),
        Command::Offset(arguments) => offset::run(&arguments, terminal),
        Command::Locality(arguments) => locality::run(&arguments, terminal),
        Command::Convert(arguments) => convert::run(arguments, terminal),
        Command::Windows(arguments) => windows::run(&arguments, terminal),
        Command::Nest(arguments) => nest::run(&arguments, terminal),
        Command::Overlap(arguments) => overlap::run(&arguments, terminal),
        Command::Blas(arguments) => blas::run(&arguments, terminal),
        Command::Trace(arguments) => trace::run(&arguments, terminal),
        Command::Machine { machine, bench } => match bench {
            true => machine::bench(&machine, terminal),
            false => machine::run(&machine, terminal),
        },
        Command::Rule { code } => rule::run(code.as_deref(), terminal),
        Command::Completions { shell } => manual::completions(shell, terminal),
        Command::Man { command } => manual::page(command.as_deref(), terminal),
    }
}
