//! Windows: reductions of sliding windows, by the core's kernel.
//!
//! Sums of windows of 3 on `(6):(8)+0` are `(4):(8)+0`, in a new array or where `out` says. The
//! Python half spells defaults out; here every argument is there.

use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::{PyNotImplementedError, PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use stridewise::control::{Control, Reply};
use stridewise::kernel::Element;
use stridewise::kernel::window::{
    Missing, Mode, Op, Overflow, WindowError, Windows, apply, reduce, result,
};
use stridewise::view::{Bytes, BytesMut};

use crate::copies::are_apart;
use crate::error::{Evidence, layout_error, refused};
use crate::machine::instructions;
use crate::numbers::integers;
use crate::numpy::{Array, Subclass};
use crate::running::run;

/// Elements that are handed to a function of the caller's at once.
const TOGETHER: usize = 1 << 18;

/// Which windows: what `stridewise.windows` is told, in the order of its parameters.
#[derive(FromPyObject)]
pub(crate) struct Which<'py>(
    Bound<'py, PyAny>,
    Bound<'py, PyAny>,
    Bound<'py, PyAny>,
    Bound<'py, PyAny>,
    String,
    Bound<'py, PyAny>,
    f64,
    Option<i64>,
    bool,
    Bound<'py, PyAny>,
);

impl Which<'_> {
    fn windows(&self) -> PyResult<Windows> {
        let Which(size, axes, step, dilation, mode, origin, fill, min_count, wraps, first) = self;
        let mut windows = Windows::over(&integers(size)?, &integers(axes)?);
        windows.backend = instructions();
        windows.step = integers(step)?;
        windows.dilation = integers(dilation)?;
        windows.origin = integers(origin)?;
        windows.mode = match mode.as_str() {
            "valid" => Mode::Valid,
            "trailing" => Mode::Trailing { fill: *fill },
            "reflect" => Mode::Reflect,
            "mirror" => Mode::Mirror,
            "nearest" => Mode::Nearest,
            "wrap" => Mode::Wrap,
            "constant" => Mode::Constant { value: *fill },
            other => return Err(PyValueError::new_err(format!("there is no mode {other:?}"))),
        };
        let skip = |min_count| Missing::Skip { min_count };
        windows.missing = min_count.map_or(Missing::Propagate, skip);
        windows.overflow = if *wraps { Overflow::Wrap } else { Overflow::Error };
        windows.first_index = integers(first)?;
        Ok(windows)
    }
}

/// Reduces every window of an array.
#[pyfunction]
#[pyo3(signature = (a, which, operation, number=0.0, weights=None, out=None, threads=None))]
pub(crate) fn reduce_windows<'py>(
    a: &Bound<'py, PyAny>,
    which: Which<'py>,
    operation: &str,
    number: f64,
    weights: Option<Vec<f64>>,
    out: Option<&Bound<'py, PyAny>>,
    threads: Option<isize>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = a.py();
    let (input, element) = input(a, operation)?;
    let windows = which.windows()?;
    let op = named(operation, number, weights)?;
    let from = readable(&input)?;
    let (shape, to) = result(from.layout(), element, &op, &windows).map_err(|e| raised(py, &e))?;
    let out = output(py, out, &input, &shape, to)?;
    reduced((&from, element), &op, &windows, (&out, to), threads)?;
    Ok(out.into_object())
}

/// Reduces into an array.
pub(crate) fn reduced(
    (from, element): (&Bytes<'_>, Element),
    op: &Op,
    windows: &Windows,
    (out, to): (&Array<'_>, Element),
    threads: Option<isize>,
) -> PyResult<()> {
    let py = out.object().py();
    let mut target = writable(out)?;
    let each = match op {
        Op::Median | Op::Quantile { .. } | Op::Rank | Op::Dot { .. } => {
            windows.size.iter().product()
        }
        _ => 8i64,
    };
    let bytes = from.layout().nbytes().max(target.layout().nbytes()).saturating_mul(each.max(1));
    let work =
        move |control: &Control<'_>| reduce(from, element, op, windows, &mut target, to, control);
    run(py, bytes, threads, work)?.map_err(|error| raised(py, &error))
}

/// Hands windows along one axis to a function, some at a time, as doubles.
#[pyfunction]
#[pyo3(signature = (a, which, function, out=None))]
pub(crate) fn apply_to_windows<'py>(
    a: &Bound<'py, PyAny>,
    which: Which<'py>,
    function: &Bound<'py, PyAny>,
    out: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = a.py();
    let (input, element) = input(a, "apply")?;
    let windows = which.windows()?;
    let from = readable(&input)?;
    let (shape, _) =
        result(from.layout(), element, &Op::Min, &windows).map_err(|e| raised(py, &e))?;
    let out = output(py, out, &input, &shape, Element::F64)?;
    let mut target = writable(&out)?;
    let function = function.clone().unbind();
    let failure = Mutex::new(None);
    let keep = |error| *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    let failed = || failure.lock().unwrap_or_else(PoisonError::into_inner).is_some();
    let call = |elements: &[f64], size: usize, results: &mut [f64]| {
        if !failed() {
            let done = Python::attach(|py| called(py, &function, elements, size, results));
            done.unwrap_or_else(keep);
        }
    };
    let report = |_, _| if failed() { Reply::Stop } else { Reply::Continue };
    let control = Control::reporting(&report);
    let done = apply(&from, element, &windows, TOGETHER, &call, &mut target, &control);
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => done.map(|()| out.into_object()).map_err(|error| raised(py, &error)),
    }
}

/// The results of a Python function for windows side by side.
fn called(
    py: Python<'_>,
    function: &Py<PyAny>,
    elements: &[f64],
    size: usize,
    results: &mut [f64],
) -> PyResult<()> {
    let (rows, columns) = (results.len() as i64, size as i64);
    let windows = Array::empty(py, &[rows, columns], Element::F64)?;
    windows.fill(elements);
    let given = function.call1(py, (windows.into_object(),))?.into_bound(py);
    let numpy = py.import("numpy")?;
    let given = numpy.call_method1("ascontiguousarray", (given, "float64"))?;
    let array = Array::of(&given, Subclass::Drop)?;
    if array.shape()[..] != [rows] {
        let text = format!(
            "the function made results of shape {:?} of {rows} windows, and one each is needed",
            &array.shape()[..]
        );
        let evidence =
            Evidence { wanted: Some(rows.into_pyobject(py)?.into_any()), ..Evidence::default() };
        return Err(layout_error(py, text, evidence));
    }
    array.read_into(results);
    Ok(())
}

fn input<'py>(a: &Bound<'py, PyAny>, operation: &str) -> PyResult<(Array<'py>, Element)> {
    let array = Array::of(a, Subclass::Drop)?;
    match array.element() {
        Some(element) => Ok((array, element)),
        None => {
            let dtype = array.dtype().str()?;
            let text = format!("windows of dtype {dtype} have no {operation}");
            Err(PyTypeError::new_err(text))
        }
    }
}

pub(crate) fn readable<'py>(array: &Array<'py>) -> PyResult<Bytes<'py>> {
    array.bytes().ok_or_else(|| PyValueError::new_err("the array has no memory"))
}

fn writable<'py>(array: &Array<'py>) -> PyResult<BytesMut<'py>> {
    array
        .bytes_mut()
        .ok_or_else(|| PyValueError::new_err("out is read-only, or reaches an element twice"))
}

/// The caller's array for results, or a new one.
fn output<'py>(
    py: Python<'py>,
    out: Option<&Bound<'py, PyAny>>,
    input: &Array<'py>,
    shape: &[i64],
    element: Element,
) -> PyResult<Array<'py>> {
    let Some(out) = out else { return Array::empty(py, shape, element) };
    let Some(array) = Array::cast(out)? else {
        return Err(PyTypeError::new_err("out must be an array"));
    };
    array.believed()?;
    if array.element() != Some(element) {
        let text =
            format!("out has dtype {}, and {} is needed", array.dtype().str()?, element.name());
        return Err(PyTypeError::new_err(text));
    }
    if array.shape()[..] != *shape {
        let text = format!("out has shape {:?}, and {shape:?} is needed", &array.shape()[..]);
        return Err(layout_error(py, text, Evidence::default()));
    }
    if !are_apart(&array, input) {
        let text = "out overlaps the input, which is read again for later windows".to_owned();
        return Err(layout_error(py, text, Evidence::default()));
    }
    Ok(array)
}

fn named(name: &str, number: f64, weights: Option<Vec<f64>>) -> PyResult<Op> {
    let numbers = match (name, weights) {
        (_, Some(weights)) => weights,
        ("var" | "std" | "quantile", None) => vec![number],
        _ => Vec::new(),
    };
    Op::from_name(name, &numbers)
        .ok_or_else(|| PyValueError::new_err(format!("there is no operation {name:?}")))
}

pub(crate) fn raised(py: Python<'_>, error: &WindowError) -> PyErr {
    match error {
        WindowError::Layout(refusal) => refused(py, refusal),
        WindowError::Overflow => PyOverflowError::new_err(
            "a sum or product does not fit in 64 bits; convert to float64, or say overflow='wrap'",
        ),
        WindowError::SeveralAxes { .. } => PyNotImplementedError::new_err(error.to_string()),
        _ => layout_error(py, error.to_string(), Evidence::default()),
    }
}
