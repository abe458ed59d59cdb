//! File: where an array was found, and what its file says beyond the layout.
//!
//! The elements of `(2,3):(24,8)+0` in an `.npy` file begin at byte 128 of it.

use serde::Serialize;

/// The file of an array.
#[derive(Clone, Debug, Serialize)]
pub struct FileObject {
    /// `npy`, `npz`, `safetensors`, `zarr` or `raw`.
    pub format: &'static str,
    /// Its path, as it was given.
    pub path: String,
    /// The name of the array in it, where it has one.
    pub member: Option<String>,
    /// What the file calls the dtype, where that says more: `BF16`.
    pub stored_as: Option<String>,
    /// The byte of the file at which the buffer begins; null where it is compressed.
    pub data_start: Option<u64>,
    /// A power of two of which the mapped buffer's address is a multiple.
    pub alignment: i64,
    /// How a zarr array is cut up; the layout is that of one chunk.
    pub chunked: Option<Chunked>,
}

/// An array in chunks, each stored on its own.
#[derive(Clone, Debug, Serialize)]
pub struct Chunked {
    /// The extents of the whole array.
    pub shape: Vec<i64>,
    /// The extents of what is stored as one object.
    pub chunks: Vec<i64>,
    /// The extents of the chunks in a shard, where there are shards.
    pub inner_chunks: Option<Vec<i64>>,
    /// How many stored objects there are along each axis.
    pub grid: Vec<i64>,
    /// The codecs by name, from the array to the bytes.
    pub codecs: Vec<String>,
}
