//! The layout algebra: pure integers, no memory.
//!
//! A [`Layout`] maps an index to a byte offset: `offset + sum(index[k] * strides[k])`.
//! In one notation, `(2,3):(24,8)+0` has shape (2,3), byte strides (24,8) and offset 0.
//! Every operation returns a new layout or a [`LayoutError`] with the reason.

#![forbid(unsafe_code)]

mod as_strided;
mod axis;
pub mod blas;
mod broadcast;
mod coalesce;
mod copied;
mod covering;
mod diagonal;
pub mod dtype;
mod error;
mod error_text;
mod finding;
mod flags;
mod flip;
mod layout_type;
mod lines;
mod offset;
mod order;
mod overlap;
mod per_axis;
mod permute;
mod pieces;
mod reinterpret;
mod reshape;
mod reshape_reason;
mod slice;
mod span;
mod squeeze;
mod window;

pub use as_strided::{Access, AsStrided};
pub use axis::normalize_axis;
pub use broadcast::{broadcast, broadcast_pair, broadcast_shapes};
pub use copied::CopyOrder;
pub use covering::{Count, Covering, Listed};
pub use dtype::DType;
pub use error::LayoutError;
pub use finding::{Finding, FindingCode, Place, findings};
pub use layout_type::{Layout, MAX_RANK};
pub use lines::{SetUse, Touched, Walk};
pub use offset::Term;
pub use overlap::{Answer, Meeting, Work, overlap, self_overlap, self_overlap_within};
pub use per_axis::PerAxis;
pub use pieces::{Pieces, Starts};
pub use reshape::{IndexOrder, Reshape};
pub use reshape_reason::{InnerAxis, Remedy, ReshapeCode, ReshapeReason};
pub use slice::Pick;
pub use span::Span;
pub use window::Window;

/// For tables of cases: the layout in its notation, or the text of the error.
#[cfg(test)]
fn said(result: Result<Layout, LayoutError>) -> String {
    result.map_or_else(|error| error.to_string(), |layout| layout.to_string())
}
