//! Files: arrays in files, mapped; the array is made in Python from what is told here.
//!
//! An `.npy` of `(2,3):(24,8)+0` is 48 bytes behind its header; the object that maps them answers
//! the buffer protocol, so that the memory behind a view of a file can be asked where it ends.

use std::ffi::c_int;
use std::os::raw::c_void;

use pyo3::exceptions::{PyBufferError, PyOSError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use stridewise::layout::DType;
use stridewise_io::raw::Order;
use stridewise_io::{IoError, Mapped, Problem, RawOptions, Spec, open};

/// The bytes of an array in a file, for reading.
#[pyclass(frozen, module = "stridewise")]
pub(crate) struct MappedBytes(Mapped);

#[pymethods]
impl MappedBytes {
    /// The dtype as text, shape, strides and offset of the array, and what kind of file it is.
    #[allow(clippy::type_complexity)]
    fn describe(&self) -> (String, Vec<i64>, Vec<i64>, i64, String) {
        let (dtype, layout) = (self.0.dtype(), self.0.layout());
        (
            dtype.to_string(),
            layout.shape().to_vec(),
            layout.strides().to_vec(),
            layout.offset(),
            self.0.format().to_string(),
        )
    }

    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        if view.is_null() {
            return Err(PyBufferError::new_err("no view to fill"));
        }
        if flags & ffi::PyBUF_WRITABLE == ffi::PyBUF_WRITABLE {
            return Err(PyBufferError::new_err("the file is mapped for reading"));
        }
        let bytes = slf.get().0.bytes().map_err(|error| refused(&error))?;
        // SAFETY: the bytes live as long as this object, which the view is given a reference to;
        // they are mapped for reading, and read-only is what the view says.
        let failed = unsafe {
            ffi::PyBuffer_FillInfo(
                view,
                slf.as_ptr(),
                bytes.as_ptr().cast_mut().cast::<c_void>(),
                isize::try_from(bytes.len())?,
                1,
                flags,
            )
        };
        if failed != 0 { Err(PyErr::fetch(slf.py())) } else { Ok(()) }
    }
}

/// Opens an array in a file; the options are those of a raw file.
#[pyfunction]
#[pyo3(signature = (spec, dtype=None, shape=None, order=None, strides=None, offset=None))]
pub(crate) fn open_mapped(
    py: Python<'_>,
    spec: &str,
    dtype: Option<&str>,
    shape: Option<Vec<i64>>,
    order: Option<&str>,
    strides: Option<Vec<i64>>,
    offset: Option<i64>,
) -> PyResult<MappedBytes> {
    let parse = |text| DType::parse(text).map_err(|error| PyValueError::new_err(error.to_string()));
    let order = match order {
        None => None,
        Some("C") => Some(Order::C),
        Some("F") => Some(Order::F),
        Some(other) => {
            return Err(PyValueError::new_err(format!("order must be 'C' or 'F', got {other:?}")));
        }
    };
    let options =
        RawOptions { dtype: dtype.map(parse).transpose()?, shape, order, strides, offset };
    let spec = Spec::parse(spec);
    py.detach(|| open(spec, &options)).map(MappedBytes).map_err(|error| refused(&error))
}

/// An OSError where the system refused, else a ValueError.
fn refused(error: &IoError) -> PyErr {
    match error.problem() {
        Problem::System(system) => match system.raw_os_error() {
            Some(number) => {
                let path = error.spec().path.to_string_lossy().into_owned();
                PyOSError::new_err((number, system.to_string(), path))
            }
            None => PyOSError::new_err(error.to_string()),
        },
        _ => PyValueError::new_err(error.to_string()),
    }
}
