//! The `stridewise` command. Everything happens in [`stridewise_cli::run`].
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(stridewise_cli::run(std::env::args_os()))
}
