//! Explaining: the documents of the command line, about live arrays.
//!
//! Each function returns JSON, text and SVG as the report crate makes them, with nothing added:
//! `inspect` of `(2,3):(24,8)+0` gives the very document of `stridewise inspect --json`.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use stridewise::control::Control;
use stridewise::expr::{ExprError, Names, pattern, ready, trace, trace_from};
use stridewise::layout::{Layout, LayoutError as Refusal};
use stridewise::locality::Effort;
use stridewise_report::document::{
    Asked, Blas, Document, Indices, Inspect, Offset, Side, Subject, TraceDocument,
};
use stridewise_report::text::Look;

use crate::error::{Evidence, layout_error, refused};
use crate::live::{Arrays, pointer_alignment};
use crate::machine;
use crate::numpy::{Array, Subclass};
use crate::owner::{Bounds, Memory, Said};
use crate::running::run;

/// JSON, text and, where there is one, a picture.
pub(crate) type Drawn = (String, String, Option<String>);

pub(crate) fn drawn(document: &impl Document) -> Drawn {
    (document.to_json(), document.to_text(Look::PIPE), document.to_svg())
}

fn subject(object: &Bound<'_, PyAny>) -> PyResult<Subject> {
    Ok(Subject(Arrays::default().describe(object)?))
}

/// The layout card of an array.
#[pyfunction]
pub(crate) fn inspect(a: &Bound<'_, PyAny>, source: String) -> PyResult<Drawn> {
    Ok(drawn(&Inspect::new(source, None, subject(a)?, machine::this())))
}

/// The byte of an index.
#[pyfunction]
pub(crate) fn offset(
    a: &Bound<'_, PyAny>,
    index: &Bound<'_, PyAny>,
    source: String,
) -> PyResult<Drawn> {
    let index = crate::numbers::one_or_more(index)?;
    let document = Offset::new(source, subject(a)?, &index, machine::this());
    Ok(drawn(&document.map_err(|refusal| refused(a.py(), &refusal))?))
}

/// The indices on a byte.
#[pyfunction]
pub(crate) fn indices_at(
    a: &Bound<'_, PyAny>,
    byte: i64,
    limit: usize,
    source: String,
) -> PyResult<Drawn> {
    Ok(drawn(&Indices::new(source, subject(a)?, byte, limit.min(1_000_000), machine::this())))
}

/// How one or two arrays go to BLAS.
#[pyfunction]
pub(crate) fn blas(
    a: &Bound<'_, PyAny>,
    b: Option<&Bound<'_, PyAny>>,
    names: (String, String),
) -> PyResult<Drawn> {
    let mut arrays = Arrays::default();
    let mut side =
        |object, source| Ok::<_, PyErr>(Side { source, layout: Subject(arrays.describe(object)?) });
    let first = side(a, names.0)?;
    let plan = match b {
        Some(b) => Blas::two(first, side(b, names.1)?),
        None => Blas::one(first),
    };
    let plan = plan.map_err(|error| {
        let evidence = Evidence { help: Some(error.help()), ..Evidence::default() };
        layout_error(a.py(), error.to_string(), evidence)
    })?;
    Ok(drawn(&plan))
}

/// The steps of an expression over named arrays; one that begins with `.` or `[` continues from
/// the array `start`.
#[pyfunction]
#[pyo3(name = "trace", signature = (source, arrays, start=None))]
pub(crate) fn trace_document(
    source: &str,
    arrays: &Bound<'_, PyDict>,
    start: Option<&Bound<'_, PyAny>>,
) -> PyResult<Drawn> {
    let (mut memories, mut names) = (Arrays::default(), Names::new());
    for (name, object) in arrays {
        names.insert(name.extract::<String>()?, memories.describe(&object)?);
    }
    let found = match start {
        Some(start) => trace_from(&memories.describe(start)?, source, &names),
        None => trace(source, &names),
    };
    let found = found.map_err(|error| not_traced(arrays.py(), source, &error))?;
    let given: Vec<_> =
        names.iter().map(|(name, array)| (name.to_owned(), array.clone())).collect();
    Ok(drawn(&TraceDocument::new(found, given)))
}

/// The loop orders of a statement over named arrays, ranked, and what the caches make of them.
#[pyfunction]
#[pyo3(signature = (source, arrays, order=None, block=None, machine=None, cache=Vec::new(), exact=false, trace=None))]
#[allow(clippy::too_many_arguments)] // the options of the command
pub(crate) fn locality(
    source: &str,
    arrays: &Bound<'_, PyDict>,
    order: Option<&str>,
    block: Option<&str>,
    machine: Option<&str>,
    cache: Vec<String>,
    exact: bool,
    trace: Option<usize>,
) -> PyResult<Drawn> {
    let py = arrays.py();
    let (mut memories, mut names) = (Arrays::default(), Names::new());
    for (name, object) in arrays {
        names.insert(name.extract::<String>()?, memories.describe(&object)?);
    }
    let refuse = |source: &str, error: &ExprError| not_traced(py, source, error);
    let mut source = source.to_owned();
    if let Some(known) = ready(&source, &names) {
        let known = known.map_err(|error| refuse(&source, &error))?;
        (source, names) = (known.pattern, known.names);
    }
    let pattern = pattern(&source, &names).map_err(|error| refuse(&source, &error))?;
    let order = match order {
        Some(text) => pattern.order(text).map_err(|error| refuse(text, &error))?,
        None => (0..pattern.statement.indices().len()).collect(),
    };
    let blocks = match block {
        Some(text) => pattern.blocks(text, &order).map_err(|error| refuse(text, &error))?,
        None => Vec::new(),
    };
    let machine = machine::chosen(py, machine, &cache)?;
    let effort = if exact { Effort::Exact } else { Effort::default() };
    let asked = Asked { pattern: &pattern, order: &order, blocks: &blocks, effort, trace };
    let answer =
        run(py, i64::MAX, Some(1), |control: &Control<'_>| asked.answer(&machine, control))?;
    let (document, _) = answer.map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(drawn(&document))
}

/// A ValueError with the place as a caret, for an expression that cannot be traced.
fn not_traced(py: Python<'_>, source: &str, error: &ExprError) -> PyErr {
    let mut text = error.message.clone();
    let before = source.get(..error.span.start);
    if let Some(before) = before.filter(|_| !source.contains('\n')) {
        let under = source.get(error.span.clone()).map_or(1, |part| part.chars().count()).max(1);
        let indent = " ".repeat(before.chars().count());
        text = format!("{text}\n    {source}\n    {indent}{}", "^".repeat(under));
    }
    let evidence = Evidence { help: error.help.clone(), ..Evidence::default() };
    layout_error(py, text, evidence)
}

/// Who owns the memory behind an array: its start and length, whether the owner itself said so,
/// the types along the chain, and how the pointer is aligned.
#[pyfunction]
pub(crate) fn memory<'py>(a: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let array = Array::of(a, Subclass::Keep)?;
    let memory = Memory::behind(&array, Bounds::Owner)?;
    let facts = PyDict::new(a.py());
    facts.set_item("start", memory.start)?;
    facts.set_item("bytes", memory.length)?;
    facts.set_item("asked", memory.said == Said::Owner)?;
    facts.set_item("owner", memory.owner)?;
    facts.set_item("pointer_alignment", pointer_alignment(array.address()))?;
    Ok(facts)
}

/// The axes from the largest stride to the smallest.
#[pyfunction]
pub(crate) fn stride_order<'py>(a: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    let array = Array::of(a, Subclass::Keep)?;
    let layout = array.layout_from(array.address());
    let layout = layout.map_err(|refusal: Refusal| refused(a.py(), &refusal))?;
    PyTuple::new(a.py(), layout.order().iter().copied())
}

/// The axes of `a` in the order in which `b` has them, if `b` is a transpose of `a`.
#[pyfunction]
pub(crate) fn permutation_between<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyTuple>>> {
    let (first, second) = (Array::of(a, Subclass::Keep)?, Array::of(b, Subclass::Keep)?);
    if first.address() != second.address() || first.rank() != second.rank() {
        return Ok(None);
    }
    let axes = |array: &Array<'_>| {
        array.shape().iter().copied().zip(array.strides().iter().copied()).collect::<Vec<_>>()
    };
    let mut left: Vec<_> = axes(&first).into_iter().map(Some).collect();
    let mut order = Vec::new();
    for axis in axes(&second) {
        let Some(at) = left.iter().position(|&candidate| candidate == Some(axis)) else {
            return Ok(None);
        };
        left[at] = None;
        order.push(at);
    }
    Ok(Some(PyTuple::new(a.py(), order)?))
}

/// Integers as a tuple, from whatever a shape may be written as.
#[pyfunction]
pub(crate) fn as_shape<'py>(shape: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    let numbers = crate::numbers::one_or_more(shape)?;
    if numbers.len() > stridewise::layout::MAX_RANK {
        return Err(PyValueError::new_err("arrays have at most 64 axes"));
    }
    PyTuple::new(shape.py(), numbers.iter().copied())
}

/// The shape of an array, and the strides it would have without gaps in an order.
#[pyfunction]
pub(crate) fn packed_strides<'py>(
    a: &Bound<'py, PyAny>,
    order: &str,
) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyTuple>)> {
    let py = a.py();
    let array = Array::of(a, Subclass::Keep)?;
    let pack = if order == "F" { Layout::f_order } else { Layout::c_order };
    let packed = pack(&array.shape(), array.itemsize());
    let packed = packed.map_err(|refusal| refused(py, &refusal))?;
    let tuple = |numbers: &[i64]| PyTuple::new(py, numbers);
    Ok((tuple(packed.shape())?, tuple(packed.strides())?))
}
