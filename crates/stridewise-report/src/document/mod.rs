//! The JSON document, schema 1: one typed struct per kind, its fields named as the JSON has them.
//!
//! Fields may be added, never renamed or removed. A layout is the same object everywhere:
//! `(2,3):(24,8)+0` of `<f8` begins `{"dtype":"<f8","itemsize":8,"shape":[2,3],...`.

mod error;
mod layout;

use serde::Serialize;

pub use error::ErrorDocument;
pub use layout::{LayoutObject, Subject};

/// The version of the documents' shape.
pub const SCHEMA: u32 = 1;

/// A whole document, as opposed to an object inside one.
pub trait Document: Serialize {
    /// The value of its `kind` field.
    const KIND: &'static str;
}

#[derive(Serialize)]
struct Envelope<'a, D> {
    schema: u32,
    kind: &'static str,
    #[serde(flatten)]
    document: &'a D,
}

/// The document as one line of JSON, `schema` and `kind` first, without a line feed.
pub fn to_json<D: Document>(document: &D) -> String {
    let envelope = Envelope { schema: SCHEMA, kind: D::KIND, document };
    // Only maps with keys that are not text can fail to serialise, and no document has one.
    serde_json::to_string(&envelope).unwrap_or_default()
}

/// Any object of a document as a JSON value.
pub fn to_json_value(object: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(object).unwrap_or_default()
}
