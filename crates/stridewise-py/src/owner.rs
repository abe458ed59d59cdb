//! Owner: the memory that is really there, whatever chain of views leads to it.
//!
//! From an array along `.base`, through objects that are no arrays but have a `.base` themselves
//! (NumPy's `as_strided` leaves such an object behind), through memoryviews, to the outermost
//! array or buffer that can be asked. A view `(4,3):(8,8)+0` is held against that memory, so a
//! bad view cannot launder itself, and a good one is not refused because its parent is small.
//!
//! An object can lie about its memory: `__array_interface__` is believed by NumPy, also where it
//! tells of 200 elements in 16 bytes. [`Array::believed`] finds out what can be found out.

use std::ffi::c_int;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyMemoryView;
use stridewise::layout::{Layout, Span};

use crate::error::{Evidence, layout_error, refused};
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
        let span = array.span().map_err(|refusal| refused(py, &refusal))?;
        let (start, length) =
            if span.is_empty() { (array.address(), 0) } else { (span.low, span.len()) };
        Ok(Memory { start, length, said, owner, array: array.clone() })
    }

    /// The bytes, counted from the first.
    pub(crate) fn span(&self) -> Span {
        Span { low: 0, high: self.length }
    }
}

impl Array<'_> {
    /// Refuses an array that reaches past the end of the buffer that it is said to lie in, or
    /// addresses where the process has no memory at all. Memory that is somebody else's, or was
    /// given back, cannot be told from what is meant.
    ///
    /// # Errors
    /// `LayoutError`, with the span that there is, where it is known, and the one that was told.
    pub(crate) fn believed(&self) -> PyResult<()> {
        // Memory of NumPy's own needs no belief, and most arrays have that.
        let Some(mut object) = self.base() else { return Ok(()) };
        let mut links = 0;
        while let Some(array) = Array::cast(&object)? {
            let Some(base) = array.base().filter(|_| links < MOST_LINKS) else { return Ok(()) };
            (object, links) = (base, links + 1);
        }
        let py = object.py();
        let told = self.span().map_err(|refusal| refused(py, &refusal))?;
        let there =
            buffer_span(&object)?.filter(|span| span.low <= told.low && told.low < span.high);
        let (lies, where_) = match there {
            Some(span) => (told.high > span.high, format!("{} bytes of a", span.len())),
            None => (!told.is_empty() && !is_mapped(told), "no memory behind a".to_owned()),
        };
        if !lies {
            return Ok(());
        }
        let owner = object.get_type();
        let text = format!(
            "the array says that it reaches over {} bytes, and there is {where_} {owner}",
            told.len()
        );
        let pair =
            |span: Span| Ok::<_, PyErr>(Some((span.low, span.high).into_pyobject(py)?.into_any()));
        let wanted = there.map_or(Ok(None), pair)?;
        let help =
            Some("what made the array told NumPy a wrong shape, strides or address".to_owned());
        Err(layout_error(py, text, Evidence { axis: None, wanted, got: pair(told)?, help }))
    }
}

/// Whether all pages of a range of addresses are memory of this process.
#[cfg(unix)]
fn is_mapped(span: Span) -> bool {
    let page = rustix::param::page_size() as i64;
    let low = span.low - span.low.rem_euclid(page);
    let (Ok(first), Ok(length)) = (usize::try_from(low), usize::try_from(span.high - low)) else {
        return false;
    };
    let first = std::ptr::without_provenance_mut(first);
    // SAFETY: MS_ASYNC writes nothing and begins nothing: it looks the pages up.
    let found = unsafe { rustix::mm::msync(first, length, rustix::mm::MsyncFlags::ASYNC) };
    found != Err(rustix::io::Errno::NOMEM)
}

/// Elsewhere nobody can be asked.
#[cfg(not(unix))]
fn is_mapped(_: Span) -> bool {
    true
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
