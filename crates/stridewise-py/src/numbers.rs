//! Numbers: what Python passes as a shape, strides or an axis, read once.
//!
//! `(2, 3)`, `[2, 3]`, `np.array([2, 3])` and, where NumPy takes it, `2` alone.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use stridewise::layout::{MAX_RANK, PerAxis};

/// An integer, as `operator.index` gives it: a float is a `TypeError`.
pub(crate) fn integer(object: &Bound<'_, PyAny>) -> PyResult<i64> {
    let py = object.py();
    // SAFETY: attached, and both calls take any object; -1 is told from an error.
    unsafe {
        if ffi::PyLong_CheckExact(object.as_ptr()) == 0 {
            let whole = Bound::from_owned_ptr_or_err(py, ffi::PyNumber_Index(object.as_ptr()))?;
            return whole.extract();
        }
        let number = ffi::PyLong_AsLongLong(object.as_ptr());
        if number == -1 && !ffi::PyErr_Occurred().is_null() {
            return Err(PyErr::fetch(py));
        }
        Ok(number)
    }
}

/// The integers of a sequence or any iterable.
pub(crate) fn integers(object: &Bound<'_, PyAny>) -> PyResult<PerAxis<i64>> {
    let mut numbers = PerAxis::new();
    if let Ok(tuple) = object.cast_exact::<PyTuple>() {
        for item in tuple.iter_borrowed() {
            numbers.push(integer(&item)?);
        }
    } else if let Ok(list) = object.cast_exact::<PyList>() {
        for item in list.iter() {
            numbers.push(integer(&item)?);
        }
    } else {
        for item in object.try_iter()? {
            numbers.push(integer(&item?)?);
            // An endless iterator must not fill the memory.
            if numbers.len() > MAX_RANK * 1024 {
                return Err(PyTypeError::new_err("too many numbers for a shape"));
            }
        }
    }
    Ok(numbers)
}

/// One integer, or the integers of an iterable.
pub(crate) fn one_or_more(object: &Bound<'_, PyAny>) -> PyResult<PerAxis<i64>> {
    // SAFETY: attached, any object.
    if unsafe { ffi::PyLong_CheckExact(object.as_ptr()) } != 0 {
        return Ok(PerAxis::filled(integer(object)?, 1));
    }
    let is_iterable = object.cast_exact::<PyTuple>().is_ok() || object.try_iter().is_ok();
    if is_iterable { integers(object) } else { Ok(PerAxis::filled(integer(object)?, 1)) }
}

/// Whether an argument such as `subok` is true; absent is false.
pub(crate) fn is_true(object: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
    object.map_or(Ok(false), |object| object.is_truthy())
}
