//! zarr metadata, versions 2 and 3: what an array of chunks looks like. No chunk is read.
//!
//! A folder holds `.zarray` (v2) or `zarr.json` (v3). The layout that exists is that of a chunk:
//! v2 says `"order": "F"`, v3 a `transpose` codec, and both put a chunk of shape (4,5) of `<f4`
//! at `(4,5):(4,16)+0`. Shards hold smaller chunks, whose own codecs decide.
//!
//! [`parse`] is a pure function over the text. Unknown keys are ignored, as the format asks; what
//! it needs is checked: extents, chunks that divide their shards, orders that are permutations.
#![forbid(unsafe_code)]

mod dtype;
mod v2;
mod v3;

use std::path::Path;

use stridewise::layout::{DType, Layout, LayoutError};

use crate::error::Problem;
use crate::map::Map;
use crate::{IoError, Spec};

/// The longest metadata that is read, in bytes.
pub const MAX_TEXT: usize = 16 << 20;

/// The names under which a folder holds its metadata, newest format first.
const METADATA: [&str; 2] = ["zarr.json", ".zarray"];

/// What the metadata says of an array.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ZarrArray {
    /// The format's version, 2 or 3.
    pub version: u8,
    /// The dtype of an element as it lies in a chunk.
    pub dtype: DType,
    /// What version 3 calls the dtype, where NumPy has no such number: `bfloat16`.
    pub stored_as: Option<String>,
    /// The extents of the whole array.
    pub shape: Vec<i64>,
    /// The extents of what is stored as one object: a chunk, or a shard where there are shards.
    pub chunks: Vec<i64>,
    /// The extents of the chunks in a shard, where there are shards.
    pub inner_chunks: Option<Vec<i64>>,
    /// The axes of a chunk as they lie in memory, slowest first: `[0, 1]` is C, `[1, 0]` F order.
    pub order: Vec<usize>,
    /// The codecs by name, from the array to the bytes; those of a shard in their place.
    pub codecs: Vec<String>,
    /// The value of elements that no chunk holds, as JSON.
    pub fill: String,
    /// The names of the axes, where they have names.
    pub axis_names: Vec<Option<String>>,
}

impl ZarrArray {
    /// The extents of the smallest piece that can be decoded: an inner chunk, or a chunk.
    pub fn decoded_chunk(&self) -> &[i64] {
        self.inner_chunks.as_deref().unwrap_or(&self.chunks)
    }

    /// Where the elements of a decoded chunk lie, counted from its first byte.
    ///
    /// # Errors
    /// None for metadata that was parsed; a chunk that is too big for ones made by hand.
    pub fn chunk_layout(&self) -> Result<Layout, LayoutError> {
        Layout::packed_in_order(self.decoded_chunk(), self.dtype.itemsize(), &self.order)
    }

    /// How many stored chunks there are along each axis.
    ///
    /// ```
    /// let text = r#"{"zarr_format": 2, "shape": [10, 20], "chunks": [4, 5], "dtype": "<f4",
    ///                "order": "F", "fill_value": 0, "compressor": null, "filters": null}"#;
    /// let array = stridewise_io::zarr::parse(text).unwrap();
    /// assert_eq!(array.grid(), [3, 4]);
    /// assert_eq!(array.chunk_layout().unwrap().to_string(), "(4,5):(4,16)+0");
    /// ```
    pub fn grid(&self) -> Vec<i64> {
        let along = |(extent, chunk): (&i64, &i64)| match extent % chunk {
            0 => extent / chunk,
            _ => extent / chunk + 1,
        };
        self.shape.iter().zip(&self.chunks).map(along).collect() // parse: chunks are positive
    }
}

/// Why metadata is not that of an array.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZarrError {
    /// More text than is read.
    #[error("the metadata has {got} bytes; at most {wanted} are read")]
    TooLong {
        /// the limit
        wanted: usize,
        /// the bytes that there are
        got: usize,
    },
    /// Not JSON, or not the JSON that it should be.
    #[error("line {line}, column {column}: {message}")]
    Json {
        /// the line, from 1
        line: usize,
        /// the column, from 1
        column: usize,
        /// what is wrong
        message: String,
    },
    /// A group of arrays.
    #[error("this is a zarr group, which holds arrays")]
    Group,
    /// A version that is not known.
    #[error("zarr_format is {got}; versions 2 and 3 are read")]
    Version {
        /// the version
        got: i64,
    },
    /// A dtype that is not known.
    #[error("data type {got} is not understood{}", .reason.as_ref().map(|r| format!(": {r}")).unwrap_or_default())]
    DType {
        /// the dtype, as JSON
        got: String,
        /// why, where that is known
        reason: Option<String>,
    },
    /// Something that is known, but not read.
    #[error("{what} '{}' is not understood", .got.escape_debug())]
    Unknown {
        /// what
        what: &'static str,
        /// its name
        got: String,
    },
    /// Lists of which each axis should have one item.
    #[error("{what} has {got} items for {wanted} axes")]
    Rank {
        /// what
        what: &'static str,
        /// the rank of the shape
        wanted: usize,
        /// the items that there are
        got: usize,
    },
    /// A chunk without elements.
    #[error("{what} is {got} along axis {axis}")]
    Extent {
        /// what
        what: &'static str,
        /// which axis
        axis: usize,
        /// its extent
        got: i64,
    },
    /// Chunks that do not fill their shard.
    #[error("along axis {axis}, shards of {wanted} are no whole number of chunks of {got}")]
    Uneven {
        /// which axis
        axis: usize,
        /// the shard's extent
        wanted: i64,
        /// the chunk's extent
        got: i64,
    },
    /// A transposition that is none.
    #[error("the order {got:?} of the transpose codec is no permutation of {rank} axes")]
    Order {
        /// the rank of the array
        rank: usize,
        /// the order
        got: Vec<i64>,
    },
    /// Extents that no array can have.
    #[error("{what}: {error}")]
    Layout {
        /// of what
        what: &'static str,
        /// what is wrong
        error: LayoutError,
    },
}

impl ZarrError {
    /// A stable name for the kind of mistake.
    pub fn code(&self) -> &'static str {
        match self {
            ZarrError::TooLong { .. } => "zarr-too-long",
            ZarrError::Json { .. } => "zarr-json",
            ZarrError::Group => "zarr-group",
            ZarrError::Version { .. } => "zarr-version",
            ZarrError::DType { .. } => "zarr-dtype",
            ZarrError::Unknown { .. } => "zarr-unknown",
            ZarrError::Rank { .. } => "zarr-rank",
            ZarrError::Extent { .. } => "zarr-extent",
            ZarrError::Uneven { .. } => "zarr-uneven",
            ZarrError::Order { .. } => "zarr-order",
            ZarrError::Layout { .. } => "zarr-layout",
        }
    }

    /// One remedy.
    pub fn help(&self) -> String {
        match self {
            ZarrError::Group => "name the folder of one of its arrays",
            ZarrError::Version { .. } => "write it again in version 2 or 3",
            ZarrError::DType { .. } | ZarrError::Unknown { .. } => {
                "read it with the program that wrote it"
            }
            _ => "the metadata is damaged or forged: write the array again",
        }
        .to_string()
    }
}

/// Whether a path is a folder with zarr metadata, of an array or of a group.
pub fn is_zarr(path: &Path) -> bool {
    METADATA.iter().any(|name| path.join(name).exists())
}

/// Reads the metadata of the array in a folder.
///
/// # Errors
/// A folder without metadata, or metadata that is not that of an array.
pub fn read(path: &Path) -> Result<ZarrArray, IoError> {
    load(path).map_err(|problem| IoError::new(&Spec::from(path), problem))
}

pub(crate) fn load(path: &Path) -> Result<ZarrArray, Problem> {
    let name = METADATA.into_iter().find(|name| path.join(name).exists()).unwrap_or(METADATA[0]);
    let map = Map::open(&path.join(name))?;
    let text = std::str::from_utf8(map.bytes()).map_err(|error| ZarrError::Json {
        line: 1,
        column: error.valid_up_to() + 1,
        message: "not UTF-8".to_string(),
    })?;
    Ok(parse(text)?)
}

/// Reads the text of `.zarray` or `zarr.json`.
///
/// # Errors
/// Text that is not the metadata of an array.
pub fn parse(text: &str) -> Result<ZarrArray, ZarrError> {
    #[derive(serde::Deserialize)]
    #[serde(expecting = "an object with zarr_format")]
    struct Version {
        zarr_format: i64,
    }
    if text.len() > MAX_TEXT {
        return Err(ZarrError::TooLong { wanted: MAX_TEXT, got: text.len() });
    }
    let Version { zarr_format } = from_json(text)?;
    match zarr_format {
        2 => v2::array(from_json(text)?),
        3 => v3::array(from_json(text)?),
        got => Err(ZarrError::Version { got }),
    }
}

fn from_json<'t, T: serde::Deserialize<'t>>(text: &'t str) -> Result<T, ZarrError> {
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(&message[..], |(message, _)| message);
        ZarrError::Json { line: error.line(), column: error.column(), message: message.to_string() }
    })
}

/// Whether there is a positive number of elements along each of `rank` axes.
fn check_chunks(what: &'static str, chunks: &[i64], rank: usize) -> Result<(), ZarrError> {
    if chunks.len() != rank {
        return Err(ZarrError::Rank { what, wanted: rank, got: chunks.len() });
    }
    match chunks.iter().position(|&extent| extent < 1) {
        Some(axis) => Err(ZarrError::Extent { what, axis, got: chunks[axis] }),
        None => Ok(()),
    }
}

/// Whether an array of such extents can be addressed.
fn check_size(what: &'static str, shape: &[i64], dtype: &DType) -> Result<(), ZarrError> {
    let layout = Layout::c_order(shape, dtype.itemsize());
    layout.map(|_| ()).map_err(|error| ZarrError::Layout { what, error })
}
