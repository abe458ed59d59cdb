//! The text that a terminal shows: cards, tables and pictures, for a given [`Look`].
//!
//! Colour only repeats what a word or a glyph says already, so a plain page loses nothing:
//! `(2,3):(24,8)+0` is drawn with the same characters on a terminal and in a pipe.

mod blas;
mod card;
mod convert;
mod locality;
mod look;
mod machine;
mod memory;
mod nest;
mod offset;
mod overlap;
mod page;
pub mod quantity;
mod rule;
mod trace;
mod windows;

pub use blas::blas_text;
pub use card::inspect_card;
pub use convert::convert_text;
pub use locality::locality_text;
pub use look::{Glyphs, Look, Paint, Role};
pub use machine::machine_text;
pub use nest::nest_text;
pub use offset::{indices_text, offset_text};
pub use overlap::{overlap_text, overlap_verdict};
pub use page::{Align, Page, Piece};
pub use rule::{rule_text, rules_text};
pub use trace::trace_text;
pub use windows::windows_text;
