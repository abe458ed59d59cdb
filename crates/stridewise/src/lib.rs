//! stridewise: where the bytes of an array lie.
//!
//! A [`Layout`] is a function from an index to a byte offset. Everything else in this
//! crate plans that function, runs it, explains it or draws it.
//!
//! ```
//! use stridewise::layout::Layout;
//! let c = Layout::c_order(&[2, 3], 8).unwrap();
//! assert_eq!(c.to_string(), "(2,3):(24,8)+0");
//! ```
// The example of the README, run as a test.
#![cfg_attr(doctest, doc = include_str!("../../../README.md"))]
#![deny(unsafe_code)] // view/ and kernel/ alone allow it

pub mod control;
pub mod expr;
pub mod kernel;
pub mod layout;
pub mod locality;
pub mod machine;
#[cfg(feature = "measure")]
pub mod measure;
pub mod nest;
pub mod suggest;
pub mod view;

pub use layout::{Layout, LayoutError};
pub use machine::Machine;
