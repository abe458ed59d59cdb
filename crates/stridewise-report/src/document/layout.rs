//! The layout object, the same in every document.
//!
//! `(4,5):(40,8)+0` of `<f8` has `"strides":[40,8]`, `"item_strides":[5,1]`, `"low":0` and
//! `"high":160`. Strides, offset, low and high are bytes; low and high count from the first
//! byte of the owning buffer.

use serde::Serialize;
use stridewise::expr::Array;
use stridewise::layout::{Answer, Layout, self_overlap_within};

/// What is being described: a dtype and a layout in a buffer. It serialises as a layout object.
#[derive(Clone, Debug, Serialize)]
#[serde(into = "LayoutObject")]
pub struct Subject(pub Array);

/// How long a report looks for two indices of one byte, in nodes of search for each axis as NumPy
/// counts `max_work`: a header can hold any strides, and describing them must not take for ever.
pub(crate) const ALIASING_NODES: u64 = 1 << 16;

/// Whether some byte has two indices; `None` where that was not settled.
pub(crate) fn aliasing(layout: &Layout) -> Option<bool> {
    match self_overlap_within(layout, ALIASING_NODES) {
        Answer::Yes(_) => Some(true),
        Answer::No => Some(false),
        Answer::TooHard => None,
    }
}

/// The fields of a layout object.
#[derive(Clone, Debug, Serialize)]
pub struct LayoutObject {
    dtype: String,
    itemsize: i64,
    shape: Vec<i64>,
    strides: Vec<i64>,
    /// Null where a stride is not a multiple of the itemsize.
    item_strides: Option<Vec<i64>>,
    offset: i64,
    c_contiguous: bool,
    f_contiguous: bool,
    aligned: bool,
    /// Whether some byte has two indices; null where [`ALIASING_NODES`] did not settle it.
    aliasing: Option<bool>,
    dense: bool,
    writeable: bool,
    low: i64,
    high: i64,
    buffer_bytes: i64,
    size: i64,
    nbytes: i64,
    order: Vec<usize>,
    notation: String,
}

impl From<Subject> for LayoutObject {
    fn from(subject: Subject) -> LayoutObject {
        let Subject(array) = subject;
        let layout = &array.layout;
        let span = layout.span();
        LayoutObject {
            dtype: array.dtype.to_string(),
            itemsize: layout.itemsize(),
            shape: layout.shape().to_vec(),
            strides: layout.strides().to_vec(),
            item_strides: layout.item_strides().map(|strides| strides.to_vec()),
            offset: layout.offset(),
            c_contiguous: layout.is_c_contiguous(),
            f_contiguous: layout.is_f_contiguous(),
            aligned: array.is_aligned(),
            aliasing: aliasing(layout),
            dense: layout.is_dense(),
            writeable: array.writeable,
            low: span.low,
            high: span.high,
            buffer_bytes: array.buffer.bytes(),
            size: layout.size(),
            nbytes: layout.nbytes(),
            order: layout.order().to_vec(),
            notation: layout.to_string(),
        }
    }
}
