//! What every face of stridewise shows: the JSON document (schema 1), the text card, the SVG.
//!
//! A *document* is what was found out about an array, as plain data, made from the core's
//! answers. It is drawn once, here: [`document::to_json`] writes it for programs, [`text`] for
//! a terminal, [`svg`] as a picture. The command line, Python and the page show the same.
//!
//! ```
//! use stridewise::layout::{DType, Layout};
//! use stridewise_report::document::{Subject, to_json_value};
//! let subject = Subject { dtype: DType::float64(), layout: Layout::c_order(&[2, 3], 8).unwrap() };
//! let object = to_json_value(&subject);
//! assert_eq!(object["strides"], serde_json::json!([24, 8]));
//! ```
#![forbid(unsafe_code)]

pub mod document;
pub mod strip;
pub mod text;
