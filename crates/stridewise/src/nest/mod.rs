//! A loop nest as a value: a tree of loops and accesses, printable and comparable, no memory.
//!
//! Kernels emit the nest that they really run; the locality model reads that very value.
#![forbid(unsafe_code)]

mod error;
mod tree;

pub use error::NestError;
pub use tree::{Access, Effect, Loop, Nest, Node};
