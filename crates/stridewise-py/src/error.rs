//! Errors: what the core refuses, as the exceptions that a NumPy program expects.
//!
//! An index outside `(2,3):(24,8)+0` is an `IndexError`, an axis outside it NumPy's `AxisError`;
//! everything else about layouts is a `LayoutError`, a `ValueError` that carries its evidence.

use pyo3::create_exception;
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use stridewise::layout::LayoutError as Refusal;

create_exception!(
    stridewise,
    LayoutError,
    PyValueError,
    "A layout or a view that cannot be made.\n\n\
     Attributes\n----------\n\
     axis : int or None\n    The axis that it is about, where it is about one.\n\
     wanted, got : object\n    What was needed, and what was found instead.\n\
     help : str or None\n    What to do about it."
);

/// What an exception carries beside its text.
#[derive(Default)]
pub(crate) struct Evidence<'py> {
    pub(crate) axis: Option<usize>,
    pub(crate) wanted: Option<Bound<'py, PyAny>>,
    pub(crate) got: Option<Bound<'py, PyAny>>,
    pub(crate) help: Option<String>,
}

/// A `LayoutError` with its evidence.
pub(crate) fn layout_error(py: Python<'_>, text: String, evidence: Evidence<'_>) -> PyErr {
    let error = LayoutError::new_err(text);
    let value = error.value(py);
    let set = value
        .setattr("axis", evidence.axis)
        .and_then(|()| value.setattr("wanted", evidence.wanted))
        .and_then(|()| value.setattr("got", evidence.got))
        .and_then(|()| value.setattr("help", evidence.help));
    match set {
        Ok(()) => error,
        Err(other) => other,
    }
}

/// The exception for what the core refused.
pub(crate) fn refused(py: Python<'_>, refusal: &Refusal) -> PyErr {
    match raised(py, refusal) {
        Ok(error) | Err(error) => error,
    }
}

fn raised(py: Python<'_>, refusal: &Refusal) -> PyResult<PyErr> {
    use Refusal::*;
    let text = refusal.to_string();
    match refusal {
        IndexOutOfBounds { .. } | TooManyIndices { .. } | TwoEllipses => {
            return Ok(PyIndexError::new_err(text));
        }
        AxisOutOfBounds { axis, rank, argument } => {
            let class = py.import("numpy.exceptions")?.getattr("AxisError")?;
            return Ok(PyErr::from_value(class.call1((*axis, *rank, *argument))?));
        }
        _ => {}
    }
    let mut evidence = Evidence { help: Some(refusal.help()), ..Evidence::default() };
    let number = |number: i64| Some(number.into_pyobject(py).ok()?.into_any());
    let count = |number: usize| Some(number.into_pyobject(py).ok()?.into_any());
    let shape = |shape: &[i64]| Some(pyo3::types::PyTuple::new(py, shape).ok()?.into_any());
    match refusal {
        RankTooLarge { wanted, got }
        | StridesLength { wanted, got }
        | WindowLengths { wanted, got, .. } => {
            (evidence.wanted, evidence.got) = (count(*wanted), count(*got));
        }
        NegativeExtent { axis, got } | SqueezeExtent { axis, got } => {
            (evidence.axis, evidence.got) = (Some(*axis), number(*got));
        }
        TooBig { axis, extent, .. } => {
            (evidence.axis, evidence.got) = (Some(*axis), number(*extent));
        }
        SpanOverflow { axis, stride, .. } | StrideOverflow { axis, stride, .. } => {
            (evidence.axis, evidence.got) = (Some(*axis), number(*stride));
        }
        Broadcast { axis, wanted, got } => {
            (evidence.axis, evidence.wanted, evidence.got) = (*axis, shape(wanted), shape(got));
        }
        BroadcastMismatch { wanted, got, .. } => {
            (evidence.wanted, evidence.got) = (shape(wanted), shape(got));
        }
        WindowTooLong { axis, extent, got } => {
            evidence.axis = Some(*axis);
            evidence.wanted = number(*extent);
            evidence.got = Some(got.into_pyobject(py)?.into_any());
        }
        WindowNumber { axis, wanted, got, .. } => {
            (evidence.axis, evidence.wanted, evidence.got) =
                (Some(*axis), number(*wanted), number(*got));
        }
        OutsideBuffer { buffer, got } => {
            evidence.wanted = Some((buffer.low, buffer.high).into_pyobject(py)?.into_any());
            evidence.got = Some((got.low, got.high).into_pyobject(py)?.into_any());
        }
        Misaligned { axis, wanted, got } => {
            (evidence.axis, evidence.wanted, evidence.got) = (*axis, number(*wanted), number(*got));
        }
        ReachedTwice { witness: Some((one, other)) } => {
            evidence.got = Some((shape(one), shape(other)).into_pyobject(py)?.into_any());
        }
        ReshapeSize { size, wanted } => {
            (evidence.wanted, evidence.got) = (shape(wanted), number(*size));
        }
        RepeatedAxis { axis, .. } | SameAxis { axis } | ZeroStep { axis } => {
            evidence.axis = Some(*axis);
        }
        _ => {}
    }
    Ok(layout_error(py, text, evidence))
}

/// Adds the class to the module, so that its attributes are there from the start.
pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let class = module.py().get_type::<LayoutError>();
    for name in ["axis", "wanted", "got", "help"] {
        class.setattr(name, module.py().None())?;
    }
    module.add("LayoutError", class)
}
