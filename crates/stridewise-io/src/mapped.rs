//! `Mapped`: an array in a file, as dtype, layout and bytes.
//!
//! `(2,3):(24,8)+0` of an `.npy` file whose data starts at byte 128: `bytes()` are the 48 bytes
//! from there on, and the layout counts from the first of them. Of a raw file, `bytes()` is the
//! whole file and the layout's offset says where its elements begin.
#![forbid(unsafe_code)]

use std::fs::File;
use std::ops::Range;
use std::sync::OnceLock;

use stridewise::layout::{DType, Layout, LayoutError};

use crate::map::Map;
use crate::npz::{InflateError, Inflated};
use crate::{Format, IoError, Spec};

/// Mappings start at a page, and pages have at least this many bytes.
const PAGE: u64 = 4096;

/// An array in a file, mapped into memory. Dropping it removes the mapping.
#[derive(Debug)]
pub struct Mapped {
    spec: Spec,
    format: Format,
    stored_as: Option<String>,
    dtype: DType,
    layout: Layout,
    map: Map,
    storage: Storage,
}

/// Where an array's bytes are.
#[derive(Debug)]
pub(crate) enum Storage {
    /// In the file, as they are.
    InPlace(Range<u64>),
    /// Deflated in the file.
    Deflated(Deflated),
}

/// Bytes that have to be inflated, once, when they are asked for.
#[derive(Debug)]
pub(crate) struct Deflated {
    /// The deflated bytes in the file.
    pub(crate) place: Range<u64>,
    /// How many bytes they become.
    pub(crate) size: u64,
    /// The CRC-32 of those.
    pub(crate) checksum: u32,
    /// How many of them precede the elements.
    pub(crate) header: u64,
    pub(crate) inflated: OnceLock<Vec<u8>>,
}

impl Mapped {
    /// An array whose dtype may be a sub-array: its axes become the last axes of the layout, as
    /// NumPy does.
    pub(crate) fn new(
        spec: Spec,
        format: Format,
        dtype: DType,
        layout: Layout,
        map: Map,
        storage: Storage,
    ) -> Result<Mapped, LayoutError> {
        let (mut dtype, mut layout) = (dtype, layout);
        while let Some((element, shape)) = dtype.sub_array() {
            layout = layout.field(0, element.itemsize(), shape)?;
            dtype = element.clone();
        }
        Ok(Mapped { spec, format, stored_as: None, dtype, layout, map, storage })
    }

    pub(crate) fn with_stored_as(mut self, name: String) -> Mapped {
        self.stored_as = Some(name);
        self
    }

    /// The file, and the array in it by name where it has one.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The file's format.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The name of the array in the file, where it has one.
    pub fn member(&self) -> Option<&str> {
        self.spec.member.as_deref()
    }

    /// What the file calls the dtype, where that says more: `BF16`.
    pub fn stored_as(&self) -> Option<&str> {
        self.stored_as.as_deref()
    }

    /// The dtype of an element, never a sub-array.
    pub fn dtype(&self) -> &DType {
        &self.dtype
    }

    /// Where the elements lie in [`Mapped::bytes`].
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Whether the bytes are mapped as they lie in the file; otherwise asking for them inflates them.
    pub fn is_in_place(&self) -> bool {
        matches!(self.storage, Storage::InPlace(_))
    }

    /// The byte of the file at which [`Mapped::bytes`] starts; `None` where they are inflated.
    pub fn file_offset(&self) -> Option<u64> {
        match &self.storage {
            Storage::InPlace(place) => Some(place.start),
            Storage::Deflated(_) => None,
        }
    }

    /// The file, opened for reading alone: what is read from it cannot end the process, as reading
    /// mapped bytes can when the file is cut short.
    pub fn file(&self) -> &File {
        self.map.file()
    }

    /// The largest power of two, up to a page, of which the address of [`Mapped::bytes`] is a
    /// multiple: 1 for most members of an `.npz`, whose headers have odd lengths.
    pub fn base_alignment(&self) -> i64 {
        match &self.storage {
            Storage::InPlace(place) => 1 << (place.start | PAGE).trailing_zeros(),
            Storage::Deflated(_) => 1, // Promises nothing of a buffer that is not there yet.
        }
    }

    /// How many bytes [`Mapped::bytes`] has.
    pub fn byte_length(&self) -> u64 {
        match &self.storage {
            Storage::InPlace(place) => place.end - place.start,
            Storage::Deflated(_) => self.layout.nbytes().unsigned_abs(),
        }
    }

    /// The bytes that the layout is about. Those of a deflated member are inflated the first
    /// time, everything else is only mapped.
    ///
    /// # Errors
    /// A deflated member that is damaged, lies about its size, or does not fit in memory.
    pub fn bytes(&self) -> Result<&[u8], IoError> {
        match &self.storage {
            Storage::InPlace(place) => Ok(self.map.slice(place)),
            Storage::Deflated(deflated) => match deflated.inflated.get() {
                Some(bytes) => Ok(bytes),
                None => {
                    let bytes = deflated
                        .inflate(&self.map, self.byte_length())
                        .map_err(|error| IoError::new(&self.spec, error))?;
                    Ok(deflated.inflated.get_or_init(|| bytes))
                }
            },
        }
    }
}

impl Deflated {
    /// A stream over the deflated bytes, from the member's start.
    pub(crate) fn stream<'m>(&self, map: &'m Map) -> Result<Inflated<'m>, InflateError> {
        Inflated::new(map.slice(&self.place), self.size)
    }

    /// The elements, all there and with the checksum that was written.
    fn inflate(&self, map: &Map, wanted: u64) -> Result<Vec<u8>, InflateError> {
        let mut stream = self.stream(map)?;
        stream.take(self.header)?;
        let elements = stream.take(wanted)?;
        stream.finish(self.checksum)?;
        match elements.len() as u64 {
            got if got == wanted => Ok(elements),
            got => Err(InflateError::Size { wanted, got }),
        }
    }
}
