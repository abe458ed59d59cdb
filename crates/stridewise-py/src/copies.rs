//! Copies: bytes moved by the core's kernel.
//!
//! `(4000,4000):(8,32000)+0` into `(4000,4000):(32000,8)+0` is a transposing copy at the speed of
//! memory. What is not plain bytes (references, structures, casts, memory in common) is left to
//! NumPy: the function says so by its answer.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use stridewise::control::Control;
use stridewise::kernel::copy::copy;
use stridewise::layout::{Answer, Work, overlap};

use crate::machine;
use crate::numpy::Array;
use crate::running::run;

/// Nodes searched for memory in common before NumPy is left to deal with it.
const NODES: u64 = 500;

/// Copies `source`, broadcast, into `destination`; false where that is NumPy's to do.
#[pyfunction]
#[pyo3(signature = (destination, source, threads=None))]
pub(crate) fn copy_into(
    destination: &Bound<'_, PyAny>,
    source: &Bound<'_, PyAny>,
    threads: Option<isize>,
) -> PyResult<bool> {
    let (Some(to), Some(from)) = (Array::cast(destination)?, Array::cast(source)?) else {
        return Ok(false);
    };
    to.believed()?;
    from.believed()?;
    if !to.is_writeable() || !to.is_plain() || !from.is_plain() || !to.dtype().eq(from.dtype())? {
        return Ok(false);
    }
    let stretched = from.layout_from(0).and_then(|layout| layout.broadcast_to(&to.shape()));
    if stretched.is_err() || !are_apart(&to, &from) {
        return Ok(false);
    }
    let (Some(mut into), Some(out_of)) = (to.bytes_mut(), from.bytes_as(&to.shape())) else {
        return Ok(false);
    };
    let bytes = into.layout().nbytes();
    let options = machine::copy_options();
    let work = move |control: &Control<'_>| copy(&out_of, &mut into, options, control);
    run(destination.py(), bytes, threads, work)?
        .map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    Ok(true)
}

/// Whether two arrays have no byte in common, as far as little work can tell.
pub(crate) fn are_apart(one: &Array<'_>, other: &Array<'_>) -> bool {
    match (one.layout_from(0), other.layout_from(0)) {
        (Ok(one), Ok(other)) => overlap(&one, &other, Work::Nodes(NODES)) == Answer::No,
        _ => false,
    }
}
