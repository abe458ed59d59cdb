//! What every face of stridewise shows: the JSON document (schema 1), the text card, the SVG.
//!
//! A *document* is what was found out about an array, as plain data, made from the core's
//! answers. It is drawn once, here, as a [`Document`](document::Document): JSON for programs,
//! [`text`] for a terminal, [`svg`] as a picture. The command line, Python and the page show
//! the same.
//!
//! ```
//! use stridewise::expr::{Names, trace};
//! use stridewise_report::document::{Subject, to_json_value};
//! let array = trace("zeros((2, 3))", &Names::new()).unwrap().result;
//! let object = to_json_value(&Subject(array));
//! assert_eq!(object["strides"], serde_json::json!([24, 8]));
//! ```
#![forbid(unsafe_code)]

pub mod advice;
pub mod document;
pub mod grid;
pub mod strip;
pub mod svg;
pub mod text;
pub mod traversal;
