//! `.npy` headers: NumPy's own format, versions 1 to 3.
//!
//! The magic `\x93NUMPY`, two bytes of version, the length of a header, and the header: a Python
//! dictionary of `descr`, `fortran_order` and `shape`. The elements follow at once:
//! `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}` padded to byte 128 of the file
//! is the layout `(2,3):(24,8)+0` of the bytes from 128 on.
//!
//! Reading is pure and bounded: the header is at most [`literal::MAX_TEXT`] bytes whatever
//! length the file claims, and nothing is believed before it is checked.
#![forbid(unsafe_code)]

mod write;

use std::borrow::Cow;
use std::ops::Range;

use stridewise::layout::dtype::DTypeError;
use stridewise::layout::dtype::literal::{self, Literal, Value};
use stridewise::layout::{DType, Layout, LayoutError};

pub use write::header;

/// The first six bytes of every file.
pub const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// Bytes before the length of the header: magic and version.
const PREFIX: usize = 8;

/// What a header says, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NpyHeader {
    version: u8,
    dtype: DType,
    layout: Layout,
    data_start: usize,
}

impl NpyHeader {
    /// The format's major version, 1 to 3.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The dtype of an element as the header states it; it may be a sub-array.
    pub fn dtype(&self) -> &DType {
        &self.dtype
    }

    /// Where the elements lie, counted from the first byte of data; contiguous in C or F order.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The byte of the file at which the data starts.
    pub fn data_start(&self) -> usize {
        self.data_start
    }
}

/// Why bytes are not an `.npy` file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NpyError {
    /// Other first bytes than the magic.
    #[error("the magic string is not correct; expected b'\\x93NUMPY', got b'{}'", .got.escape_ascii())]
    Magic {
        /// the first bytes of the file, at most six
        got: Vec<u8>,
    },
    /// A version from the future.
    #[error("we only support format version 1.0, 2.0, and 3.0, not {major}.{minor}")]
    Version {
        /// the byte after the magic
        major: u8,
        /// the byte after that
        minor: u8,
    },
    /// The header ends after the file does.
    #[error("the header ends at byte {wanted}, the file at byte {got}")]
    HeaderTruncated {
        /// where the header would end
        wanted: u64,
        /// where the file ends
        got: u64,
    },
    /// A header longer than any honest one.
    #[error("the header claims {got} bytes; at most {wanted} are read")]
    HeaderTooLong {
        /// the limit
        wanted: usize,
        /// the length claimed
        got: usize,
    },
    /// A header of version 3 that is not UTF-8.
    #[error("the header is not UTF-8 text at byte {at} of the file")]
    NotText {
        /// the byte of the file
        at: usize,
    },
    /// A header that does not hold what it should.
    #[error("{message} at byte {} of the file", .span.start)]
    Header {
        /// what is wrong
        message: String,
        /// the bytes of the file that are at fault
        span: Range<usize>,
        /// what to do, where that is known
        help: Option<String>,
    },
    /// Extents that no array can have.
    #[error("{error}")]
    Layout {
        /// what is wrong with them
        error: LayoutError,
        /// the bytes of the file that state the shape
        span: Range<usize>,
    },
    /// The elements are pickled Python objects, which have no layout.
    #[error("an array of Python objects is stored as a pickle, not as elements with a layout")]
    Objects {
        /// the dtype
        dtype: DType,
    },
    /// Fewer bytes of data than the header describes.
    #[error(
        "{dtype} of shape {shape:?} takes {wanted} bytes, the file holds {got} after its header"
    )]
    DataTruncated {
        /// the dtype that the header states
        dtype: DType,
        /// the shape that the header states
        shape: Vec<i64>,
        /// the bytes that these need
        wanted: u64,
        /// the bytes that there are
        got: u64,
    },
}

impl NpyError {
    /// A stable name for the kind of mistake.
    pub fn code(&self) -> &'static str {
        match self {
            NpyError::Magic { .. } => "npy-magic",
            NpyError::Version { .. } => "npy-version",
            NpyError::HeaderTruncated { .. } => "npy-header-truncated",
            NpyError::HeaderTooLong { .. } => "npy-header-too-long",
            NpyError::NotText { .. } => "npy-header-text",
            NpyError::Header { .. } => "npy-header",
            NpyError::Layout { .. } => "npy-shape",
            NpyError::Objects { .. } => "npy-objects",
            NpyError::DataTruncated { .. } => "npy-data-truncated",
        }
    }

    /// One remedy.
    pub fn help(&self) -> String {
        match self {
            NpyError::Magic { .. } => {
                "an .npy file starts with these bytes; for raw elements state dtype and shape"
            }
            NpyError::Version { .. } => "write the file again with numpy.save",
            NpyError::HeaderTruncated { .. } | NpyError::DataTruncated { .. } => {
                "the file is cut short or its header is wrong: copy or write it again"
            }
            NpyError::Header { help: Some(help), .. } => help,
            NpyError::Objects { .. } => {
                "convert it to a dtype of fixed size and save that, or read it with \
                 numpy.load(..., allow_pickle=True) where the file is trusted"
            }
            _ => "the header is damaged or forged: write the file again with numpy.save",
        }
        .to_string()
    }

    fn header(message: impl Into<String>, span: Range<usize>) -> NpyError {
        NpyError::Header { message: message.into(), span, help: None }
    }
}

/// Reads the header at the start of a file. `bytes` may be the file, or as much of its start as
/// holds the header; whether the data is complete is for [`check_data`] to say.
///
/// ```
/// use stridewise_io::npy;
/// let text = b"{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3)}\n";
/// let mut file = b"\x93NUMPY\x01\x00".to_vec();
/// file.extend([text.len() as u8, 0]);
/// file.extend(text);
/// let header = npy::parse_header(&file).unwrap();
/// assert_eq!(header.layout().to_string(), "(2,3):(8,16)+0");
/// assert_eq!(header.data_start(), file.len());
/// ```
///
/// # Errors
/// Anything that numpy.load would refuse, and object arrays.
pub fn parse_header(bytes: &[u8]) -> Result<NpyHeader, NpyError> {
    let got = &bytes[..bytes.len().min(MAGIC.len())];
    if got != MAGIC {
        return Err(NpyError::Magic { got: got.to_vec() });
    }
    let truncated = |wanted: usize| NpyError::HeaderTruncated {
        wanted: wanted as u64,
        got: bytes.len() as u64,
    };
    let &[major, minor] = bytes.get(6..PREFIX).ok_or_else(|| truncated(PREFIX))? else {
        return Err(truncated(PREFIX));
    };
    let length_bytes = match (major, minor) {
        (1, 0) => 2,
        (2 | 3, 0) => 4,
        _ => return Err(NpyError::Version { major, minor }),
    };
    let start = PREFIX + length_bytes;
    let length = bytes.get(PREFIX..start).ok_or_else(|| truncated(start))?;
    let length = length.iter().rev().fold(0, |length, &byte| length << 8 | usize::from(byte));
    if length > literal::MAX_TEXT {
        return Err(NpyError::HeaderTooLong { wanted: literal::MAX_TEXT, got: length });
    }
    let data_start = start + length;
    let text = bytes.get(start..data_start).ok_or_else(|| truncated(data_start))?;
    let text = if major == 3 {
        Cow::Borrowed(
            std::str::from_utf8(text)
                .map_err(|error| NpyError::NotText { at: start + error.valid_up_to() })?,
        )
    } else {
        text.iter().map(|&byte| char::from(byte)).collect()
    };
    let (dtype, layout) = read_dictionary(&text).map_err(|error| match error {
        NpyError::Header { message, span, help } => {
            let span = in_file(&span, &text, start, major);
            NpyError::Header { message, span, help }
        }
        NpyError::Layout { error, span } => {
            NpyError::Layout { error, span: in_file(&span, &text, start, major) }
        }
        other => other,
    })?;
    Ok(NpyHeader { version: major, dtype, layout, data_start })
}

/// Whether as many bytes follow the header as it describes.
///
/// # Errors
/// Fewer bytes. More are no error: NumPy ignores them too.
pub fn check_data(header: &NpyHeader, available: u64) -> Result<(), NpyError> {
    let wanted = header.layout.nbytes().unsigned_abs();
    if wanted > available {
        let shape = header.layout.shape().to_vec();
        let dtype = header.dtype.clone();
        return Err(NpyError::DataTruncated { dtype, shape, wanted, got: available });
    }
    Ok(())
}

/// Where a span of the text lies in the file: before version 3 a character is a byte there.
fn in_file(span: &Range<usize>, text: &str, start: usize, version: u8) -> Range<usize> {
    let place = |at: usize| match version {
        3 => start + at,
        _ => start + text[..at].chars().count(),
    };
    place(span.start)..place(span.end)
}

fn read_dictionary(text: &str) -> Result<(DType, Layout), NpyError> {
    let dictionary =
        literal::parse(text).map_err(|error| NpyError::header(error.message, error.span))?;
    let Value::Dict(pairs) = &dictionary.value else {
        return Err(NpyError::header("the header is not a dictionary", dictionary.span));
    };
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    for (key, value) in pairs {
        let place = match &key.value {
            Value::Text(word) if word == "descr" => &mut descr,
            Value::Text(word) if word == "fortran_order" => &mut fortran_order,
            Value::Text(word) if word == "shape" => &mut shape,
            _ => {
                let message = "the header has a key other than descr, fortran_order and shape";
                return Err(NpyError::header(message, key.span.clone()));
            }
        };
        if place.replace(value).is_some() {
            return Err(NpyError::header("the header has this key twice", key.span.clone()));
        }
    }
    let missing =
        |key| NpyError::header(format!("the header has no key '{key}'"), dictionary.span.clone());
    let descr = descr.ok_or_else(|| missing("descr"))?;
    let fortran_order = fortran_order.ok_or_else(|| missing("fortran_order"))?;
    let shape = shape.ok_or_else(|| missing("shape"))?;

    let dtype = DType::from_descr(descr).map_err(|error: DTypeError| NpyError::Header {
        message: error.message,
        span: error.span,
        help: error.help,
    })?;
    if dtype.holds_references() {
        return Err(NpyError::Objects { dtype });
    }
    let extents = read_shape(shape)?;
    let layout = match fortran_order.value {
        Value::Bool(false) => Layout::c_order(&extents, dtype.itemsize()),
        Value::Bool(true) => Layout::f_order(&extents, dtype.itemsize()),
        _ => {
            let message = "fortran_order is neither True nor False";
            return Err(NpyError::header(message, fortran_order.span.clone()));
        }
    };
    let span = shape.span.clone();
    let layout = layout.map_err(|error| NpyError::Layout { error, span })?;
    Ok((dtype, layout))
}

fn read_shape(shape: &Literal) -> Result<Vec<i64>, NpyError> {
    let not_extents = |literal: &Literal| {
        NpyError::header("shape is not a tuple of integers", literal.span.clone())
    };
    let Value::Tuple(extents) = &shape.value else {
        return Err(not_extents(shape));
    };
    let extent = |literal: &Literal| match literal.value {
        Value::Int(extent) => Ok(extent),
        _ => Err(not_extents(literal)),
    };
    extents.iter().map(extent).collect()
}
