//! The JSON document, schema 1: one typed struct per kind, its fields named as the JSON has them.
//!
//! Fields may be added, never renamed or removed. A layout is the same object everywhere:
//! `(2,3):(24,8)+0` of `<f8` begins `{"dtype":"<f8","itemsize":8,"shape":[2,3],...`.

mod blas;
mod convert;
mod error;
mod file;
mod inspect;
mod layout;
mod locality;
mod machine;
mod nest;
mod offset;
mod overlap;
mod rule;
mod survey;
mod trace;
mod windows;

use serde::Serialize;

use crate::text::Look;

pub use blas::{Blas, BlasOperand, Product};
pub use convert::Converted;
pub use error::ErrorDocument;
pub use file::{Chunked, FileObject};
pub use inspect::{AxisObject, FindingObject, Inspect, WalkObject};
pub(crate) use layout::{ALIASING_NODES, aliasing};
pub use layout::{LayoutObject, Subject};
pub use locality::{
    AccessObject, CopyObject, LevelObject, Locality, LocalityFinding, OrderObject, TraceObject,
};
pub use machine::{
    BandwidthObject, CacheObject, FigureObject, IsaObject, MachineDocument, MeasuredObject,
    TlbObject,
};
pub use nest::{NestDocument, OperandObject, StageObject};
pub use offset::{Indices, Offset, TermObject};
pub use overlap::{Overlap, Side};
pub use rule::{Rule, Rules};
pub use survey::{Asked, duration};
pub use trace::{GivenObject, ReasonObject, StepObject, TraceDocument};
pub use windows::{MadeObject, WindowsDocument};

/// The version of the documents' shape.
pub const SCHEMA: u32 = 1;

/// What a command answers with, drawn three ways.
pub trait Document {
    /// One line of JSON, `schema` and `kind` first, without a line feed.
    fn to_json(&self) -> String;
    /// The text for a terminal.
    fn to_text(&self, look: Look) -> String;
    /// The picture, of documents that have one.
    fn to_svg(&self) -> Option<String> {
        None
    }
}

#[derive(Serialize)]
struct Envelope<'a, D> {
    schema: u32,
    kind: &'static str,
    #[serde(flatten)]
    fields: &'a D,
}

/// The fields of a document, with `schema` and `kind` before them.
fn enveloped(kind: &'static str, fields: &impl Serialize) -> String {
    // Only maps with keys that are not text can fail to serialise, and no document has one.
    serde_json::to_string(&Envelope { schema: SCHEMA, kind, fields }).unwrap_or_default()
}

/// Any object of a document as a JSON value.
pub fn to_json_value(object: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(object).unwrap_or_default()
}
