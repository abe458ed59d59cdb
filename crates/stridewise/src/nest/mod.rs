//! A loop nest as a value: a tree of loops and accesses, printable and comparable, no memory.
//!
//! `Nest::over(layouts)` starts with one loop per axis, as [`Loops`]; `order_by`, `upward`, `fuse`
//! and `block` rearrange them, and `nest` makes the tree: over `(2,3):(24,8)+0` and itself,
//! ordered and fused, that is one loop of 6 steps of 8 bytes.
//! Kernels emit the nest that they really run; the locality model reads that very value.
#![forbid(unsafe_code)]

mod block;
mod cases;
mod error;
mod fuse;
mod order;
mod over;
mod statement;
mod tile;
mod tree;

pub use cases::{Case, CaseError, CaseProblem, read_cases};
pub use error::NestError;
pub use over::Loops;
pub use statement::{Affine, Index, Operand, Reference, Statement, StatementError, Update};
pub use tile::Tiles;
pub use tree::{Access, Effect, Loop, Nest, Node};
