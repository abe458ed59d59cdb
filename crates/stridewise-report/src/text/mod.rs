//! The text that a terminal shows: cards, tables and pictures, for a given [`Look`].
//!
//! Colour only repeats what a word or a glyph says already, so a plain page loses nothing:
//! `(2,3):(24,8)+0` is drawn with the same characters on a terminal and in a pipe.

mod look;
mod page;
pub mod quantity;

pub use look::{Glyphs, Look, Paint, Role};
pub use page::{Align, Page, Piece};
