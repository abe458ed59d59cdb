//! SVG: the logical array beside its memory, and a chain of steps.
//!
//! A picture has no script, follows light and dark mode, carries its own title and description,
//! and stays small however large the array is. Colours tell cache lines apart and are always
//! repeated by a number: the cell of `(2,3):(24,8)+0` at [1, 2] shows its byte, 40.

mod array;
mod canvas;
mod chain;
mod lines;
mod memory;
mod traversal;

pub use array::array_svg;
pub use chain::chain_svg;
pub(crate) use lines::{Caption, lines_svg};
pub use traversal::traversal_svg;
