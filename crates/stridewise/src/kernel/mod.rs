//! Kernels: nests run over admitted memory.
//!
//! A kernel computes addresses from admitted operands and nest coefficients alone: the views'
//! invariants V1 to V4 say that every byte their layouts reach may be touched, and the nest
//! stages keep exactly those bytes (O2). Each kernel is one algorithm over the small vector
//! trait in `arch`; the instruction set is chosen at run time.
//! Copying `(2,3):(24,8)+0` onto `(2,3):(8,16)+0` moves 48 bytes in 6 items.
#![allow(unsafe_code)]

mod arch;
pub mod cast;
pub mod copy;
#[allow(dead_code, unused_imports)] // until the kernels that compute use them
mod element;
pub mod reduce;
pub mod window;

pub use arch::Backend;
pub use element::{Element, Half};
