//! Questions: do arrays share memory, and does one overlap itself.
//!
//! `(3):(16)+0` and `(3):(16)+8` of 8-byte elements do not, though their bounds overlap. The work
//! allowed has NumPy's meaning: -1 exact, 0 bounds alone, else nodes of its search.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyInt;
use stridewise::layout::{Answer, Layout, LayoutError as Refusal, Work, overlap, self_overlap};

use crate::error::refused;
use crate::numpy::{Array, Subclass};

/// Nodes searched before others may run: some tens of microseconds.
const AT_ONCE: u64 = 500;

/// NumPy's `max_work`.
fn work(max_work: Option<&Bound<'_, PyAny>>, default: Work) -> PyResult<Work> {
    let Some(given) = max_work else { return Ok(default) };
    if !given.is_instance_of::<PyInt>() {
        return Err(PyValueError::new_err("max_work must be an integer"));
    }
    match given.extract::<i64>()? {
        -2 | -1 => Ok(Work::Exact),
        0 => Ok(Work::BoundsOnly),
        nodes => u64::try_from(nodes)
            .map(Work::Nodes)
            .map_err(|_| PyValueError::new_err("Invalid value for max_work")),
    }
}

/// Yes, no, or unsettled, without the evidence.
fn settle(
    py: Python<'_>,
    work: Work,
    ask: impl Fn(Work) -> Answer<()> + Send + Sync,
) -> Option<bool> {
    let first = match work {
        Work::Exact => Work::Nodes(AT_ONCE),
        limited => limited,
    };
    let answer = match (ask(first), work) {
        (Answer::TooHard, Work::Exact) => py.detach(|| ask(Work::Exact)),
        (answer, _) => answer,
    };
    match answer {
        Answer::Yes(()) => Some(true),
        Answer::No => Some(false),
        Answer::TooHard => None,
    }
}

fn too_hard(py: Python<'_>) -> PyErr {
    let raise =
        || py.import("numpy.exceptions")?.getattr("TooHardError")?.call1(("Exceeded max_work",));
    raise().map_or_else(|error| error, PyErr::from_value)
}

fn layout(object: &Bound<'_, PyAny>) -> PyResult<Layout> {
    let array = Array::of(object, Subclass::Keep)?;
    array.layout_from(0).map_err(|refusal: Refusal| refused(object.py(), &refusal))
}

/// Whether two arrays have a byte in common.
#[pyfunction]
#[pyo3(signature = (a, b, max_work=None))]
pub(crate) fn shares_memory(
    a: &Bound<'_, PyAny>,
    b: &Bound<'_, PyAny>,
    max_work: Option<&Bound<'_, PyAny>>,
) -> PyResult<bool> {
    let (py, work) = (a.py(), work(max_work, Work::Exact)?);
    let (a, b) = (layout(a)?, layout(b)?);
    settle(py, work, |work| overlap(&a, &b, work).map(|_| ())).ok_or_else(|| too_hard(py))
}

/// Whether two arrays might have a byte in common, by their bounds unless more work is allowed.
#[pyfunction]
#[pyo3(signature = (a, b, max_work=None))]
pub(crate) fn may_share_memory(
    a: &Bound<'_, PyAny>,
    b: &Bound<'_, PyAny>,
    max_work: Option<&Bound<'_, PyAny>>,
) -> PyResult<bool> {
    let (py, work) = (a.py(), work(max_work, Work::BoundsOnly)?);
    let (a, b) = (layout(a)?, layout(b)?);
    Ok(settle(py, work, |work| overlap(&a, &b, work).map(|_| ())).unwrap_or(true))
}

/// Whether two indices of an array reach the same byte.
#[pyfunction]
#[pyo3(signature = (a, max_work=None))]
pub(crate) fn internal_overlap(
    a: &Bound<'_, PyAny>,
    max_work: Option<&Bound<'_, PyAny>>,
) -> PyResult<bool> {
    let (py, work) = (a.py(), work(max_work, Work::Exact)?);
    let a = layout(a)?;
    settle(py, work, |work| self_overlap(&a, work).map(|_| ())).ok_or_else(|| too_hard(py))
}
