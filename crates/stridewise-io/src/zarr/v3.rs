//! `zarr.json`, version 3 of zarr.
//!
//! Order is a codec: `transpose` with order (2,0,1) stores axis 2 slowest, so a chunk of shape
//! (4,5,6) of `<f4` is `(4,5,6):(20,4,80)+0`. Sharding is a codec too, with codecs of its own.
#![forbid(unsafe_code)]

use serde_json::Value;
use stridewise::layout::dtype::ByteOrder;

use super::{ZarrArray, ZarrError, check_chunks, check_size, dtype};

/// How deep shards may lie in shards.
const MAX_SHARDS: usize = 8;

/// The keys of `zarr.json` that say something about layout.
#[derive(serde::Deserialize)]
pub(super) struct Metadata {
    node_type: String,
    shape: Option<Vec<i64>>,
    data_type: Option<Value>,
    chunk_grid: Option<Named>,
    codecs: Option<Vec<Named>>,
    #[serde(default)]
    fill_value: Value,
    dimension_names: Option<Vec<Option<String>>>,
}

/// Anything with a name and a configuration; the name alone may stand for both.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Named {
    Name(String),
    Configured {
        name: String,
        #[serde(default)]
        configuration: Value,
    },
}

impl Named {
    fn name(&self) -> &str {
        match self {
            Named::Name(name) | Named::Configured { name, .. } => name,
        }
    }

    /// One entry of the configuration; null where it is missing.
    fn get(&self, key: &str) -> &Value {
        match self {
            Named::Name(_) => &Value::Null,
            Named::Configured { configuration, .. } => &configuration[key],
        }
    }
}

pub(super) fn array(metadata: Metadata) -> Result<ZarrArray, ZarrError> {
    match metadata.node_type.as_str() {
        "array" => {}
        "group" => return Err(ZarrError::Group),
        _ => return Err(ZarrError::Unknown { what: "node_type", got: metadata.node_type }),
    }
    let shape = metadata.shape.ok_or_else(|| missing("shape"))?;
    let data_type = metadata.data_type.ok_or_else(|| missing("data_type"))?;
    let grid = metadata.chunk_grid.ok_or_else(|| missing("chunk_grid"))?;
    let codecs = metadata.codecs.ok_or_else(|| missing("codecs"))?;
    if !matches!(grid.name(), "regular") {
        return Err(ZarrError::Unknown { what: "chunk grid", got: grid.name().to_string() });
    }
    let (dtype, stored_as) = dtype::from_data_type(&data_type)?;
    check_size("shape", &shape, &dtype)?;
    let chunks = integers(grid.get("chunk_shape"), "chunk_shape")?;
    check_chunks("chunk_shape", &chunks, shape.len())?;
    check_size("chunk_shape", &chunks, &dtype)?;
    let axis_names = metadata.dimension_names.unwrap_or_default();
    if !axis_names.is_empty() && axis_names.len() != shape.len() {
        let (wanted, got) = (shape.len(), axis_names.len());
        return Err(ZarrError::Rank { what: "dimension_names", wanted, got });
    }
    let mut pipeline = Pipeline {
        order: (0..shape.len()).collect(),
        extents: chunks.clone(),
        sharded: false,
        big_endian: false,
        names: Vec::new(),
    };
    pipeline.follow(&codecs, 0)?;
    let byte_order = if pipeline.big_endian { ByteOrder::Big } else { ByteOrder::Little };
    Ok(ZarrArray {
        version: 3,
        dtype: dtype.with_byte_order(byte_order),
        stored_as,
        shape,
        chunks,
        inner_chunks: pipeline.sharded.then(|| pipeline.in_array_order()),
        order: pipeline.order,
        codecs: pipeline.names,
        fill: metadata.fill_value.to_string(),
        axis_names,
    })
}

fn missing(key: &str) -> ZarrError {
    ZarrError::Json { line: 1, column: 1, message: format!("missing field `{key}`") }
}

/// What the codecs make of a chunk, one after the other.
struct Pipeline {
    /// The array's axes in the order that the codecs so far have given them.
    order: Vec<usize>,
    /// The extents of the piece that the next codec gets, in that order.
    extents: Vec<i64>,
    sharded: bool,
    big_endian: bool,
    names: Vec<String>,
}

impl Pipeline {
    fn follow(&mut self, codecs: &[Named], depth: usize) -> Result<(), ZarrError> {
        for codec in codecs {
            self.names.push(codec.name().to_string());
            match codec.name() {
                "transpose" => self.transpose(codec.get("order"))?,
                "bytes" => self.big_endian = codec.get("endian").as_str() == Some("big"),
                "sharding_indexed" if depth < MAX_SHARDS => self.shard(codec, depth)?,
                "sharding_indexed" => {
                    let got = codec.name().to_string();
                    return Err(ZarrError::Unknown { what: "codec in so many shards", got });
                }
                _ => {} // The others work on bytes, or element by element.
            }
        }
        Ok(())
    }

    fn transpose(&mut self, order: &Value) -> Result<(), ZarrError> {
        let rank = self.order.len();
        let order = match order.as_str() {
            Some("C") => return Ok(()), // drafts of the format had words for these two
            Some("F") => (0..rank).rev().collect(),
            _ => {
                let given = integers(order, "order")?;
                let axes = given.iter().map(|&axis| usize::try_from(axis).ok());
                let axes: Option<Vec<usize>> = axes.collect();
                let mut sorted = axes.clone().unwrap_or_default();
                sorted.sort_unstable();
                match axes {
                    Some(axes) if sorted.iter().copied().eq(0..rank) => axes,
                    _ => return Err(ZarrError::Order { rank, got: given }),
                }
            }
        };
        self.extents = order.iter().map(|&axis| self.extents[axis]).collect();
        self.order = order.iter().map(|&axis| self.order[axis]).collect();
        Ok(())
    }

    fn shard(&mut self, codec: &Named, depth: usize) -> Result<(), ZarrError> {
        let inner = integers(codec.get("chunk_shape"), "chunk_shape")?;
        check_chunks("chunk_shape", &inner, self.order.len())?;
        for (axis, (&wanted, &got)) in self.extents.iter().zip(&inner).enumerate() {
            if wanted % got != 0 {
                return Err(ZarrError::Uneven { axis, wanted, got });
            }
        }
        (self.extents, self.sharded) = (inner, true);
        let codecs = serde_json::from_value::<Vec<Named>>(codec.get("codecs").clone());
        let codecs = codecs.map_err(|_| missing("codecs"))?;
        self.follow(&codecs, depth + 1)
    }

    /// The extents, by the array's own axes.
    fn in_array_order(&self) -> Vec<i64> {
        let mut extents = vec![0; self.order.len()];
        for (&axis, &extent) in self.order.iter().zip(&self.extents) {
            extents[axis] = extent;
        }
        extents
    }
}

fn integers(value: &Value, what: &str) -> Result<Vec<i64>, ZarrError> {
    let items = value.as_array().map(|items| items.iter().map(Value::as_i64).collect());
    items.flatten().ok_or_else(|| {
        let message = format!("{what} is not a list of integers");
        ZarrError::Json { line: 1, column: 1, message }
    })
}
