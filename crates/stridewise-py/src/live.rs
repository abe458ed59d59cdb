//! Live arrays: what the core can say of an expression, said of an array that exists.
//!
//! An array becomes a dtype, a layout and a buffer; the buffer is the memory behind it, so that
//! `a[1:]` of `(3):(8)+0` is `(2):(8)+8` in the buffer of `a`. Arrays over one memory share one
//! buffer, and so an expression over both knows when it reaches the other.

use pyo3::prelude::*;
use stridewise::expr::{Array as Described, Buffer};
use stridewise::layout::DType;

use crate::error::refused;
use crate::numpy::{Array, Subclass};
use crate::owner::{Bounds, Memory};

/// Alignments beyond a page mean nothing.
const PAGE: i64 = 4096;

/// The arrays of one question, each memory known once.
#[derive(Default)]
pub(crate) struct Arrays {
    known: Vec<(i64, i64, Buffer)>,
}

impl Arrays {
    /// The array as the core describes it, counted from the first byte of the memory behind it.
    pub(crate) fn describe(&mut self, object: &Bound<'_, PyAny>) -> PyResult<Described> {
        let array = Array::of(object, Subclass::Keep)?;
        let memory = Memory::behind(&array, Bounds::Owner)?;
        let layout = array.layout_from(memory.start);
        let layout = layout.map_err(|refusal| refused(object.py(), &refusal))?;
        Ok(Described {
            dtype: dtype(&array)?,
            layout,
            buffer: self.buffer(memory.start, memory.length),
            writeable: array.is_writeable(),
        })
    }

    fn buffer(&mut self, start: i64, length: i64) -> Buffer {
        let same = |known: &&(i64, i64, Buffer)| (known.0, known.1) == (start, length);
        if let Some((.., buffer)) = self.known.iter().find(same) {
            return buffer.clone();
        }
        let buffer = Buffer::new(length, pointer_alignment(start));
        self.known.push((start, length, buffer.clone()));
        buffer
    }
}

/// The largest power of two, up to a page, that an address is a multiple of.
pub(crate) fn pointer_alignment(address: i64) -> i64 {
    1 << (address | PAGE).trailing_zeros()
}

/// The dtype; one that the core does not know is so many bytes.
fn dtype(array: &Array<'_>) -> PyResult<DType> {
    let text: String = array.dtype().str()?.extract()?;
    let known = DType::parse(&text).ok().filter(|dtype| dtype.itemsize() == array.itemsize());
    let unknown = || DType::parse(&format!("V{}", array.itemsize())).unwrap_or(DType::float64());
    // A text such as `float64` does not say in which byte order; `dtype.str` does, but says
    // nothing of fields.
    let text: String = array.dtype().getattr("str")?.extract()?;
    let exact = DType::parse(&text)
        .ok()
        .filter(|dtype| dtype.itemsize() == array.itemsize() && array.kind() != b'V');
    Ok(exact.or(known).unwrap_or_else(unknown))
}
