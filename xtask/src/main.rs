//! `cargo run -p xtask -- tidy`: the rules of the house that the compiler does not check.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr)] // a command speaks by printing

use std::path::Path;
use std::process::ExitCode;

use xtask::tidy::{Tree, advice, findings};

fn main() -> ExitCode {
    if std::env::args().skip(1).ne(["tidy".to_string()]) {
        eprintln!("usage: cargo run -p xtask -- tidy");
        return ExitCode::from(2);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tree = match Tree::read(&root) {
        Ok(tree) => tree,
        Err(error) => {
            eprintln!("tidy: {error}");
            return ExitCode::from(2);
        }
    };
    for finding in advice(&tree) {
        println!("advice: {finding}");
    }
    let findings = findings(&tree);
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
