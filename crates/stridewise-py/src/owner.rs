//! Owner: the memory that is really there, whatever chain of views leads to it.
//!
//! From an array along `.base`, through objects that are no arrays but have a `.base` themselves
//! (NumPy's `as_strided` leaves such an object behind), through memoryviews, to the outermost
//! array or buffer that can be asked. A view `(4,3):(8,8)+0` is held against that memory, so a
//! bad view cannot launder itself, and a good one is not refused because its parent is small.

use std::ffi::c_int;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyMemoryView;
use stridewise::layout::{Layout, Span};

use crate::error::refused;
use crate::numpy::Array;

/// More links than any program has: an object may answer `.base` anew each time.
const MOST_LINKS: usize = 1000;

/// How far a view may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bounds {
    /// The outermost memory that can be asked.
    Owner,
    /// What the array itself reaches.
    Array,
}

/// Who said where the memory ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// An array without a base, or an object with the buffer protocol.
    Owner,
    /// An array whose base cannot be asked, or the array itself because no more was wanted.
    Array,
}

/// Memory, and who owns it.
pub(crate) struct Memory<'py> {
    /// The address of its first byte.
    pub(crate) start: i64,
    /// How many bytes.
    pub(crate) length: i64,
    /// Who said so.
    pub(crate) said: Said,
    /// The object asked last.
    pub(crate) owner: Bound<'py, PyAny>,
    /// The outermost array, whose elements the memory consists of.
    pub(crate) array: Array<'py>,
}

impl<'py> Memory<'py> {
    /// Finds the memory behind an array.
    pub(crate) fn behind(array: &Array<'py>, bounds: Bounds) -> PyResult<Memory<'py>> {
        if bounds == Bounds::Array {
            return Memory::of_array(array, array.object().clone(), Said::Array);
        }
        let mut outermost = array.clone();
        let Some(mut object) = array.base() else {
            return Memory::of_array(array, array.object().clone(), Said::Owner);
        };
        for _ in 0..MOST_LINKS {
            let next = match Array::cast(&object)? {
                Some(found) => {
                    outermost = found;
                    match outermost.base() {
                        None => return Memory::of_array(&outermost, object, Said::Owner),
                        Some(base) => base,
                    }
                }
                None => match next_link(&object)? {
                    Some(base) => base,
                    None => break,
                },
            };
            object = next;
        }
        match buffer_span(&object)? {
            Some(Span { low, high }) => Ok(Memory {
                start: low,
                length: high.wrapping_sub(low),
                said: Said::Owner,
                owner: object,
                array: outermost,
            }),
            None => Memory::of_array(&outermost, object, Said::Array),
        }
    }

    fn of_array(array: &Array<'py>, owner: Bound<'py, PyAny>, said: Said) -> PyResult<Memory<'py>> {
        let py = owner.py();
        let start = array.address();
        let span = array.layout_from(0).map_err(|refusal| refused(py, &refusal))?.span();
        let (start, length) = if span.is_empty() { (start, 0) } else { (span.low, span.len()) };
        Ok(Memory { start, length, said, owner, array: array.clone() })
    }

    /// The bytes, counted from the first.
    pub(crate) fn span(&self) -> Span {
        Span { low: 0, high: self.length }
    }
}

/// What an object that is no array says it belongs to.
fn next_link<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let name = if object.is_instance_of::<PyMemoryView>() { "obj" } else { "base" };
    let next = match object.getattr_opt(name) {
        Ok(next) => next,
        Err(error) if error.is_instance_of::<pyo3::exceptions::PyException>(object.py()) => None,
        Err(error) => return Err(error),
    };
    Ok(next.filter(|next| !next.is_none()))
}

/// The addresses that an object exports through the buffer protocol, if it does.
fn buffer_span(object: &Bound<'_, PyAny>) -> PyResult<Option<Span>> {
    let py = object.py();
    // SAFETY: attached; the buffer is released before anything else happens, and its shape and
    // strides are read only as far as its rank goes, where they are there at all.
    unsafe {
        if ffi::PyObject_CheckBuffer(object.as_ptr()) == 0 {
            return Ok(None);
        }
        let mut buffer = ffi::Py_buffer::new();
        let flags: c_int = ffi::PyBUF_FULL_RO;
        if ffi::PyObject_GetBuffer(object.as_ptr(), &mut buffer, flags) != 0 {
            let _ = PyErr::take(py); // It cannot be asked.
            return Ok(None);
        }
        let start = buffer.buf.addr() as i64;
        let rank = usize::try_from(buffer.ndim).unwrap_or(0);
        let layout = if rank > 0 && !buffer.shape.is_null() && !buffer.strides.is_null() {
            let slice = |first: *mut isize| std::slice::from_raw_parts(first, rank);
            let numbers = |first| slice(first).iter().map(|&n| n as i64).collect::<Vec<_>>();
            let (shape, strides) = (numbers(buffer.shape), numbers(buffer.strides));
            Layout::new(&shape, &strides, start, buffer.itemsize as i64)
        } else {
            Layout::new(&[buffer.len as i64], &[1], start, 1)
        };
        let indirect = !buffer.suboffsets.is_null();
        ffi::PyBuffer_Release(&mut buffer);
        Ok(if indirect { None } else { layout.ok().map(|layout| layout.span()) })
    }
}
