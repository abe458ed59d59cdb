//! `cargo xtask tidy`: the rules of the house that the compiler does not check.
#![forbid(unsafe_code)]

fn main() {}
