//! `.zarray`, version 2 of zarr.
//!
//! `"chunks": [4, 5], "order": "F"` is `(4,5):(4,16)+0` for `<f4`.
#![forbid(unsafe_code)]

use serde_json::Value;

use super::{ZarrArray, ZarrError, check_chunks, check_size, dtype};

/// The keys of `.zarray` that say something about layout.
#[derive(serde::Deserialize)]
pub(super) struct Metadata {
    shape: Vec<i64>,
    chunks: Vec<i64>,
    dtype: Value,
    order: String,
    fill_value: Value,
    compressor: Option<Codec>,
    filters: Option<Vec<Codec>>,
}

#[derive(serde::Deserialize)]
struct Codec {
    id: String,
}

pub(super) fn array(metadata: Metadata) -> Result<ZarrArray, ZarrError> {
    let Metadata { shape, chunks, dtype, order, fill_value, compressor, filters } = metadata;
    let rank = shape.len();
    let dtype = dtype::from_descr(&dtype)?;
    check_size("shape", &shape, &dtype)?;
    check_chunks("chunks", &chunks, rank)?;
    check_size("chunks", &chunks, &dtype)?;
    let order = match order.as_str() {
        "C" => (0..rank).collect(),
        "F" => (0..rank).rev().collect(),
        _ => return Err(ZarrError::Unknown { what: "order", got: order }),
    };
    let codecs = filters.into_iter().flatten().chain(compressor);
    Ok(ZarrArray {
        version: 2,
        dtype,
        stored_as: None,
        shape,
        chunks,
        inner_chunks: None,
        order,
        codecs: codecs.map(|codec| codec.id).collect(),
        fill: fill_value.to_string(),
        axis_names: Vec::new(),
    })
}
