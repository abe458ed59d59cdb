//! Writing the header of an `.npy` file, byte for byte as `numpy.save` does.
//!
//! `<f8` of shape (2, 3): 128 bytes, of which the last is a line feed, then the elements.

use stridewise::layout::DType;

use super::{MAGIC, PREFIX};
use crate::raw::Order;

/// Headers end on a multiple of this, so that mapped elements are aligned.
const ALIGNMENT: usize = 64;
/// Digits for which an extent is given room to grow in place.
const GROWTH: usize = 21;

/// The bytes before the elements of an array of this dtype, shape and order; `None` where a header
/// cannot state the dtype.
///
/// Law: `parse_header(&header(dtype, shape, order)?)` gives back all three.
///
/// ```
/// use stridewise::layout::DType;
/// use stridewise_io::{npy, raw::Order};
/// let header = npy::header(&DType::float64(), &[2, 3], Order::F).unwrap();
/// assert_eq!(header.len(), 128);
/// let parsed = npy::parse_header(&header).unwrap();
/// assert_eq!(parsed.layout().to_string(), "(2,3):(8,16)+0");
/// ```
pub fn header(dtype: &DType, shape: &[i64], order: Order) -> Option<Vec<u8>> {
    let descr = dtype.descr()?;
    let fortran = if order == Order::F { "True" } else { "False" };
    let mut extents = shape.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    if shape.len() == 1 {
        extents.push(',');
    }
    let mut text =
        format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': ({extents}), }}");
    let growing = if order == Order::F { shape.last() } else { shape.first() };
    if let Some(extent) = growing {
        text.extend(std::iter::repeat_n(' ', GROWTH.saturating_sub(extent.to_string().len())));
    }
    let latin = text.chars().all(|letter| u32::from(letter) < 256);
    let encoded = match latin {
        true => text.chars().map(|letter| letter as u8).collect(), // Below 256.
        false => text.into_bytes(),
    };
    let version = if latin { 1 } else { 3 };
    padded(version, encoded.clone()).or_else(|| padded(version.max(2), encoded))
}

/// Prefix, length and text, with blanks up to the alignment; `None` where the length has too few bytes.
fn padded(version: u8, mut text: Vec<u8>) -> Option<Vec<u8>> {
    let start = PREFIX + if version == 1 { 2 } else { 4 };
    let blanks = ALIGNMENT - (start + text.len() + 1) % ALIGNMENT;
    text.extend(std::iter::repeat_n(b' ', blanks));
    text.push(b'\n');
    let mut header = [MAGIC, &[version, 0][..]].concat();
    match version {
        1 => header.extend(u16::try_from(text.len()).ok()?.to_le_bytes()),
        _ => header.extend(u32::try_from(text.len()).ok()?.to_le_bytes()),
    }
    header.extend(text);
    Some(header)
}
