//! safetensors files: a JSON header that names tensors, then their bytes, C order, no gaps.
//!
//! Eight bytes of length, the header, the data. `{"w":{"dtype":"F32","shape":[2,3],
//! "data_offsets":[0,24]}}` puts w at the first byte of the data with layout
//! `(2,3):(12,4)+0`.
//!
//! [`parse`] is a pure function over the bytes of the file. It refuses what the format forbids:
//! tensors that overlap, leave gaps or end elsewhere than the file does, sizes that do not fit the
//! shape, names that occur twice.
#![forbid(unsafe_code)]

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use stridewise::layout::{DType, Layout, LayoutError};

/// The format's own limit for its header, in bytes.
pub const MAX_HEADER: u64 = 100_000_000;

/// One tensor of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// What the file calls its dtype: `F32`, `BF16`.
    pub stored_as: String,
    /// NumPy's dtype of the same size; raw bytes (`V`) where NumPy has no such number.
    pub dtype: DType,
    /// Where its elements lie, counted from its first byte.
    pub layout: Layout,
    /// Its bytes in the file.
    pub place: Range<u64>,
}

/// Why bytes are not a safetensors file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SafetensorsError {
    /// Fewer bytes than the header claims.
    #[error("the header ends at byte {wanted}, the file at byte {got}")]
    HeaderTruncated {
        /// where the header would end
        wanted: u64,
        /// where the file ends
        got: u64,
    },
    /// A header longer than the format allows.
    #[error("the header claims {got} bytes; the format allows {wanted}")]
    HeaderTooLong {
        /// the limit
        wanted: u64,
        /// the length claimed
        got: u64,
    },
    /// A header that is not the JSON that it should be.
    #[error("the header is not what it should be at byte {at} of the file: {message}")]
    Header {
        /// the byte of the file
        at: u64,
        /// what is wrong
        message: String,
    },
    /// A dtype that is not known.
    #[error("tensor '{}' has dtype '{}', which is not known", .name.escape_debug(), .dtype.escape_debug())]
    DType {
        /// the tensor
        name: String,
        /// its dtype
        dtype: String,
    },
    /// Extents that no array can have.
    #[error("tensor '{}': {error}", .name.escape_debug())]
    Shape {
        /// the tensor
        name: String,
        /// what is wrong
        error: LayoutError,
    },
    /// Offsets that do not hold the shape.
    #[error("tensor '{}' of shape {shape:?} takes {wanted} bytes, its offsets {offsets:?} hold {got}",
            .name.escape_debug())]
    Size {
        /// the tensor
        name: String,
        /// its shape
        shape: Vec<i64>,
        /// the bytes that it takes
        wanted: u64,
        /// its offsets
        offsets: [u64; 2],
        /// the bytes between them
        got: i128,
    },
    /// Tensors that share bytes.
    #[error("tensor '{}' starts at byte {got} of the data, before byte {wanted}, where '{}' ends",
            .name.escape_debug(), .before.escape_debug())]
    Overlap {
        /// the tensor
        name: String,
        /// the tensor before it
        before: String,
        /// where it should start
        wanted: u64,
        /// where it starts
        got: u64,
    },
    /// Bytes that belong to no tensor.
    #[error("bytes {start}..{end} of the data belong to no tensor")]
    Gap {
        /// the first of them
        start: u64,
        /// one past the last
        end: u64,
    },
    /// Data cut short.
    #[error("the tensors take {wanted} bytes of data, the file holds {got}")]
    DataTruncated {
        /// the bytes that they take
        wanted: u64,
        /// the bytes that there are
        got: u64,
    },
}

impl SafetensorsError {
    /// A stable name for the kind of mistake.
    pub fn code(&self) -> &'static str {
        use SafetensorsError::*;
        match self {
            HeaderTruncated { .. } => "safetensors-header-truncated",
            HeaderTooLong { .. } => "safetensors-header-too-long",
            Header { .. } => "safetensors-header",
            DType { .. } => "safetensors-dtype",
            Shape { .. } => "safetensors-shape",
            Size { .. } => "safetensors-size",
            Overlap { .. } => "safetensors-overlap",
            Gap { .. } => "safetensors-gap",
            DataTruncated { .. } => "safetensors-data-truncated",
        }
    }

    /// One remedy.
    pub fn help(&self) -> String {
        use SafetensorsError::*;
        match self {
            HeaderTruncated { .. } | DataTruncated { .. } => {
                "the file is cut short or its header is wrong: copy or write it again"
            }
            DType { .. } => "convert the tensor to a dtype of whole bytes, such as F32 or BF16",
            _ => "the header is damaged or forged: write the file again",
        }
        .to_string()
    }
}

/// Reads which tensors a file holds, in the order of their bytes.
///
/// ```
/// use stridewise_io::safetensors;
/// let header = br#"{"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#;
/// let mut file = (header.len() as u64).to_le_bytes().to_vec();
/// file.extend(header);
/// file.extend([0; 24]);
/// let tensors = safetensors::parse(&file).unwrap();
/// assert_eq!(tensors[0].layout.to_string(), "(2,3):(12,4)+0");
/// ```
///
/// # Errors
/// Anything that the format forbids.
pub fn parse(file: &[u8]) -> Result<Vec<Tensor>, SafetensorsError> {
    let length = file.len() as u64;
    let Some((prefix, rest)) = file.split_first_chunk::<8>() else {
        return Err(SafetensorsError::HeaderTruncated { wanted: 8, got: length });
    };
    let header_length = u64::from_le_bytes(*prefix);
    if header_length > MAX_HEADER {
        return Err(SafetensorsError::HeaderTooLong { wanted: MAX_HEADER, got: header_length });
    }
    let data_start = 8 + header_length;
    let header = usize::try_from(header_length).ok().and_then(|length| rest.get(..length));
    let header =
        header.ok_or(SafetensorsError::HeaderTruncated { wanted: data_start, got: length })?;
    let Entries(entries) = serde_json::from_slice(header).map_err(|error| {
        SafetensorsError::Header { at: 8 + byte_of(header, &error), message: reason(&error) }
    })?;
    let mut tensors: Vec<Tensor> = entries
        .into_iter()
        .map(|(name, entry)| tensor(name, entry, data_start))
        .collect::<Result<_, _>>()?;
    tensors.sort_by_key(|tensor| (tensor.place.start, tensor.place.end));
    check_places(&tensors, data_start, length)?;
    Ok(tensors)
}

/// One tensor, its size checked against its shape.
fn tensor(name: String, entry: Entry, data_start: u64) -> Result<Tensor, SafetensorsError> {
    let Some(dtype) = dtype_named(&entry.dtype) else {
        return Err(SafetensorsError::DType { name, dtype: entry.dtype });
    };
    let layout = match Layout::c_order(&entry.shape, dtype.itemsize()) {
        Ok(layout) => layout,
        Err(error) => return Err(SafetensorsError::Shape { name, error }),
    };
    let [start, end] = entry.data_offsets;
    let wanted = layout.nbytes().unsigned_abs();
    let got = i128::from(end) - i128::from(start);
    let place = start.checked_add(data_start).zip(end.checked_add(data_start));
    let Some((first, last)) = place.filter(|_| got == i128::from(wanted)) else {
        let (shape, offsets) = (entry.shape, entry.data_offsets);
        return Err(SafetensorsError::Size { name, shape, wanted, offsets, got });
    };
    Ok(Tensor { name, stored_as: entry.dtype, dtype, layout, place: first..last })
}

/// The tensors follow each other from the start of the data to the end of the file.
fn check_places(tensors: &[Tensor], data_start: u64, length: u64) -> Result<(), SafetensorsError> {
    let mut end = data_start;
    let mut before = "";
    for Tensor { name, place, .. } in tensors {
        if place.start < end {
            return Err(SafetensorsError::Overlap {
                name: name.clone(),
                before: before.to_string(),
                wanted: end - data_start,
                got: place.start - data_start,
            });
        }
        if place.start > end {
            let (start, end) = (end - data_start, place.start - data_start);
            return Err(SafetensorsError::Gap { start, end });
        }
        (end, before) = (place.end, name);
    }
    let (wanted, got) = (end - data_start, length - data_start);
    match wanted.cmp(&got) {
        std::cmp::Ordering::Greater => Err(SafetensorsError::DataTruncated { wanted, got }),
        std::cmp::Ordering::Less => Err(SafetensorsError::Gap { start: wanted, end: got }),
        std::cmp::Ordering::Equal => Ok(()),
    }
}

/// NumPy's dtype for a safetensors one. Numbers that NumPy lacks keep their size as raw bytes;
/// those of 4 and 6 bits have no strides in bytes and are refused.
fn dtype_named(name: &str) -> Option<DType> {
    let code = match name {
        "BOOL" => "?",
        "U8" => "u1",
        "I8" => "i1",
        "U16" => "<u2",
        "I16" => "<i2",
        "U32" => "<u4",
        "I32" => "<i4",
        "U64" => "<u8",
        "I64" => "<i8",
        "F16" => "<f2",
        "F32" => "<f4",
        "F64" => "<f8",
        "C64" => "<c8",
        "BF16" => "V2",
        "F8_E4M3" | "F8_E5M2" | "F8_E8M0" | "F8_E4M3FNUZ" | "F8_E5M2FNUZ" => "V1",
        _ => return None,
    };
    DType::parse(code).ok()
}

/// The fields of one tensor in the header; unknown ones are refused.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, expecting = "a tensor's dtype, shape and data_offsets")]
struct Entry {
    dtype: String,
    shape: Vec<i64>,
    data_offsets: [u64; 2],
}

/// The header: tensors by name, each name once, in the order of the text.
struct Entries(Vec<(String, Entry)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries, D::Error> {
        struct Header;
        impl<'de> Visitor<'de> for Header {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors by name")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Entries, M::Error> {
                let mut entries = Vec::new();
                let mut names = HashSet::new();
                while let Some(name) = map.next_key::<String>()? {
                    if !names.insert(name.clone()) {
                        let message = format!("the name '{}' occurs twice", name.escape_debug());
                        return Err(serde::de::Error::custom(message));
                    }
                    if name == "__metadata__" {
                        map.next_value::<StringMap>()?;
                    } else {
                        entries.push((name, map.next_value()?));
                    }
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Header)
    }
}

/// Metadata: text by text, not kept.
struct StringMap;

impl<'de> Deserialize<'de> for StringMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<StringMap, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = StringMap;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings by name")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<StringMap, M::Error> {
                while map.next_entry::<String, String>()?.is_some() {}
                Ok(StringMap)
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// Where in the text an error is: serde_json counts lines and columns, in bytes.
fn byte_of(text: &[u8], error: &serde_json::Error) -> u64 {
    let lines = text.split_inclusive(|&byte| byte == b'\n');
    let before: usize = lines.take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    (before + error.column().saturating_sub(1)) as u64
}

/// What serde_json says, without its line and column.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_string()
}
