//! The command line: parse, call the core, render.
//!
//! [`run`] is the whole program, so that the Python package can be the same command. Nothing
//! here computes a stride: `stridewise trace 'zeros((2,3)).T'` asks the core for the chain and
//! the report crate for its drawing.
#![forbid(unsafe_code)]

mod args;
mod commands;
mod exit;
mod failure;
mod files;
mod inputs;
mod numbers;
mod passage;
mod percent;
mod progress;
mod signals;
mod terminal;
mod usage;
mod write;

use std::ffi::OsString;

use clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;

use failure::Failure;
use terminal::Terminal;

/// Runs the command line, its first argument being the program's name, and returns the exit
/// code: 0 fine, 1 a finding, 2 a usage or input error, 130 stopped by Ctrl-C.
pub fn run(argv: impl IntoIterator<Item = OsString>) -> u8 {
    let argv: Vec<OsString> = argv.into_iter().collect();
    // Read before parsing, because an error of the parser is shown by the same rules.
    let terminal = Terminal::for_arguments(&argv);
    let exit = match terminal.parse(&argv) {
        Ok(arguments) => match commands::run(arguments, &terminal) {
            Ok(exit) => exit,
            Err(failure) => terminal.fail(&failure),
        },
        Err(error) if error.kind() == DisplayHelpOnMissingArgumentOrSubcommand => {
            terminal.welcome(&error)
        }
        Err(error) if !error.use_stderr() => terminal.help(&error),
        Err(error) => terminal.fail(&Failure::from_usage(&error, &argv)),
    };
    exit.code()
}
