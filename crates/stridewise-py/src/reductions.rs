//! Reductions: sums, means, extremes over any axes, by the core's kernel.
//!
//! The sum of `(4,3):(8,32)+0` over axis 0 is a new array `(3):(8)+0`, or goes where `out` says.
//! What the kernel does not know (references, structures, nothing to reduce) is left to NumPy,
//! which also has the wording where it refuses: the function says so by its answer.

use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use stridewise::control::Control;
use stridewise::kernel::Element;
use stridewise::kernel::reduce::{NanPolicy, Operation, Overflow, ReduceError, Reduction};

use crate::copies::are_apart;
use crate::machine::instructions;
use crate::numbers::one_or_more;
use crate::numpy::{Array, Subclass};
use crate::running::run;

/// Reduces an array along axes; `None` where that is NumPy's to do.
///
/// The result has the axes that are kept. It is `out`, which must have its shape and dtype, or new.
#[pyfunction]
#[pyo3(signature = (a, operation, axes=None, out=None, *, ddof=0.0, min_count=None, wraps=true, threads=None))]
#[allow(clippy::too_many_arguments)] // NumPy's own
pub(crate) fn reduce<'py>(
    a: &Bound<'py, PyAny>,
    operation: &str,
    axes: Option<&Bound<'py, PyAny>>,
    out: Option<&Bound<'py, PyAny>>,
    ddof: f64,
    min_count: Option<u64>,
    wraps: bool,
    threads: Option<isize>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = a.py();
    let array = Array::of(a, Subclass::Drop)?;
    let operation = Operation::named(operation, ddof);
    let (Some(dtype), Some(operation)) = (array.number_type()?, operation) else {
        return Ok(None);
    };
    let mut reduction = Reduction::new(operation).with_backend(instructions());
    let Ok(axes) = axes.map(one_or_more).transpose() else { return Ok(None) };
    reduction.axes = axes;
    reduction.nan =
        min_count.map_or(NanPolicy::Propagate, |min_count| NanPolicy::Skip { min_count });
    reduction.overflow = if wraps { Overflow::Wrap } else { Overflow::Raise };
    let (Ok(result), Ok(shape), Some(from)) =
        (reduction.result_dtype(&dtype), reduction.result_shape(&array.shape()), array.bytes())
    else {
        return Ok(None);
    };
    let out = match out {
        Some(out) => out.clone(),
        None => match Element::of(&result) {
            Some(element) => Array::empty(py, &shape, element)?.into_object(),
            None => {
                let given = (PyTuple::new(py, &shape)?, result.to_string());
                py.import("numpy")?.call_method1("empty", given)?
            }
        },
    };
    let Some(target) = Array::cast(&out)? else { return Ok(None) };
    target.believed()?;
    if target.number_type()?.as_ref() != Some(&result) || target.shape() != shape {
        return Ok(None);
    }
    if !are_apart(&target, &array) {
        return Ok(None);
    }
    let Some(mut to) = target.bytes_mut() else { return Ok(None) };
    let bytes = from.layout().nbytes();
    let work = move |control: &Control<'_>| {
        stridewise::kernel::reduce::reduce(&reduction, &from, &dtype, &mut to, &result, control)
    };
    match run(py, bytes, threads, work)? {
        Ok(()) => Ok(Some(out)),
        Err(ReduceError::Overflow { .. }) => {
            let text =
                "a result does not fit in 64 bits; convert to float64, or say overflow='wrap'";
            Err(PyOverflowError::new_err(text))
        }
        Err(error @ (ReduceError::AllNan | ReduceError::TooFewItems { .. })) => {
            Err(PyValueError::new_err(error.to_string()))
        }
        Err(_) => Ok(None),
    }
}
