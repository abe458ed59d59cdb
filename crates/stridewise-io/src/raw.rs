//! Raw files: nothing but elements, so the caller says what they are.
//!
//! dtype `<f8`, shape (2,3) and offset 16 make the layout `(2,3):(24,8)+16` of the file, if the
//! file has at least 64 bytes. Without a shape, all elements to the end of the file are one axis.
#![forbid(unsafe_code)]

use stridewise::layout::{DType, Layout, LayoutError, Span};

/// What a raw file holds; all unset for files that say so themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawOptions {
    /// The dtype of an element; needed for every raw file.
    pub dtype: Option<DType>,
    /// The extents, of which one may be -1: as many as the file holds.
    pub shape: Option<Vec<i64>>,
    /// The order of the axes in memory; C where neither this nor strides are given.
    pub order: Option<Order>,
    /// Signed byte strides, one per axis, instead of an order.
    pub strides: Option<Vec<i64>>,
    /// The byte of the file at which the first element lies.
    pub offset: Option<i64>,
}

/// Which axis is contiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The last.
    C,
    /// The first.
    F,
}

impl RawOptions {
    /// Whether anything is said.
    pub fn is_empty(&self) -> bool {
        *self == RawOptions::default()
    }
}

/// Why a raw file does not hold what it is said to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RawError {
    /// No dtype.
    #[error("a raw file does not say what its elements are")]
    NoDType,
    /// Elements that cannot be in a file.
    #[error("elements of dtype {dtype} point to memory of the program that made them")]
    References {
        /// the dtype
        dtype: DType,
    },
    /// Both an order and strides.
    #[error("an order and strides exclude each other")]
    OrderAndStrides,
    /// Strides without a shape.
    #[error("strides need a shape")]
    StridesWithoutShape,
    /// More than one extent left open, or one with strides.
    #[error("only one extent may be -1, and none with strides: shape {shape:?}")]
    OpenExtents {
        /// the shape
        shape: Vec<i64>,
    },
    /// Bytes that are no whole number of elements.
    #[error("{bytes} bytes from byte {offset} on are no whole number of {unit} bytes")]
    Uneven {
        /// the bytes from the first element to the end of the file
        bytes: i64,
        /// where the first element lies
        offset: i64,
        /// the bytes of what is repeated
        unit: i64,
    },
    /// Extents or strides that no array can have.
    #[error("{0}")]
    Layout(LayoutError),
    /// Elements outside the file.
    #[error("the elements cover bytes {}..{}, the file holds 0..{length}", .span.low, .span.high)]
    OutsideFile {
        /// the bytes that the elements cover
        span: Span,
        /// the bytes of the file
        length: u64,
    },
}

impl RawError {
    /// A stable name for the kind of mistake.
    pub fn code(&self) -> &'static str {
        match self {
            RawError::NoDType => "raw-dtype",
            RawError::References { .. } => "raw-objects",
            RawError::OrderAndStrides => "raw-order-and-strides",
            RawError::StridesWithoutShape => "raw-strides-without-shape",
            RawError::OpenExtents { .. } => "raw-open-extents",
            RawError::Uneven { .. } => "raw-uneven",
            RawError::Layout(_) => "raw-layout",
            RawError::OutsideFile { .. } => "raw-outside-file",
        }
    }

    /// One remedy.
    pub fn help(&self) -> String {
        match self {
            RawError::NoDType => "state a dtype and a shape, such as f4 and 480,640".to_string(),
            RawError::References { .. } => "state a dtype of numbers or raw bytes".to_string(),
            RawError::OrderAndStrides => "leave out one of the two".to_string(),
            RawError::StridesWithoutShape => "state the shape too".to_string(),
            RawError::OpenExtents { .. } => "state the other extents".to_string(),
            RawError::Uneven { bytes, unit, .. } => match bytes.checked_rem(*unit) {
                Some(rest) => format!("state a shape, or an offset that is {rest} larger"),
                None => "state the shape".to_string(),
            },
            RawError::Layout(_) => "state extents and strides that fit in 64 bits".to_string(),
            RawError::OutsideFile { span, .. } if span.low < 0 => {
                format!(
                    "with these strides the offset must be at least {} larger",
                    span.low.unsigned_abs()
                )
            }
            RawError::OutsideFile { .. } => {
                "state a smaller shape, smaller strides or a smaller offset".to_string()
            }
        }
    }
}

/// The layout of a raw file of `length` bytes, relative to its first byte.
///
/// Law: the layout's span lies in `0..length`.
///
/// ```
/// use stridewise_io::raw::{self, RawOptions};
/// let dtype = stridewise::layout::DType::parse("<f4").ok();
/// let options = RawOptions { dtype, shape: Some(vec![-1, 3]), ..RawOptions::default() };
/// assert_eq!(raw::layout(&options, 48).unwrap().1.to_string(), "(4,3):(12,4)+0");
/// ```
///
/// # Errors
/// Options that contradict each other or the length of the file.
pub fn layout(options: &RawOptions, length: u64) -> Result<(DType, Layout), RawError> {
    let dtype = options.dtype.clone().ok_or(RawError::NoDType)?;
    if dtype.holds_references() {
        return Err(RawError::References { dtype });
    }
    let offset = options.offset.unwrap_or(0);
    if !u64::try_from(offset).is_ok_and(|offset| offset <= length) {
        let span = Span { low: offset, high: offset };
        return Err(RawError::OutsideFile { span, length });
    }
    let layout = match (&options.strides, options.order) {
        (Some(_), Some(_)) => return Err(RawError::OrderAndStrides),
        (Some(strides), None) => {
            let shape = options.shape.as_ref().ok_or(RawError::StridesWithoutShape)?;
            if shape.contains(&-1) {
                return Err(RawError::OpenExtents { shape: shape.clone() });
            }
            Layout::new(shape, strides, offset, dtype.itemsize())
        }
        (None, order) => {
            let bytes = i64::try_from(length).unwrap_or(i64::MAX) - offset; // offset <= length
            let shape = options.shape.as_deref().unwrap_or(&[-1]);
            let shape = filled_in(shape, dtype.itemsize(), offset, bytes)?;
            let packed = match order {
                None | Some(Order::C) => Layout::c_order(&shape, dtype.itemsize()),
                Some(Order::F) => Layout::f_order(&shape, dtype.itemsize()),
            };
            packed
                .and_then(|packed| Layout::new(&shape, packed.strides(), offset, dtype.itemsize()))
        }
    };
    let layout = layout.map_err(RawError::Layout)?;
    let span = layout.span();
    let inside = |byte: i64| u64::try_from(byte).is_ok_and(|byte| byte <= length);
    if !inside(span.low) || !inside(span.high) {
        return Err(RawError::OutsideFile { span, length });
    }
    Ok((dtype, layout))
}

/// The shape with -1 replaced by as many as `bytes` hold.
fn filled_in(shape: &[i64], itemsize: i64, offset: i64, bytes: i64) -> Result<Vec<i64>, RawError> {
    let Some(open) = shape.iter().position(|&extent| extent == -1) else {
        return Ok(shape.to_vec());
    };
    let others = || shape.iter().enumerate().filter(|&(axis, _)| axis != open);
    if others().any(|(_, &extent)| extent == -1) {
        return Err(RawError::OpenExtents { shape: shape.to_vec() });
    }
    // An overflow, or an extent below zero, is left for the layout to name.
    let unit = others().try_fold(itemsize, |unit, (_, &extent)| unit.checked_mul(extent));
    let mut filled = shape.to_vec();
    filled[open] = match unit {
        Some(unit) if unit > 0 && bytes % unit == 0 => bytes / unit,
        Some(unit) if unit >= 0 => return Err(RawError::Uneven { bytes, offset, unit }),
        _ => 1,
    };
    Ok(filled)
}
