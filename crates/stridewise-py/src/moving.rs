//! Moving windows by bottleneck's names: the shortest way from its arguments to the core.
//!
//! Arguments in which nothing is odd (an ndarray of numbers in the machine's byte order, Python's
//! own integers) are read here. All others are for `stridewise.bottleneck` to make plain, or to
//! refuse with bottleneck's words. `move_sum` of `(6):(8)+0` is `(6):(8)+0`, in a new array.

use std::convert::Infallible;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyInt;
use stridewise::kernel::Element;
use stridewise::kernel::window::{Missing, Mode, Op, Places, Trailing, Windows, trailing};
use stridewise::layout::normalize_axis;

use crate::machine::instructions;
use crate::numpy::Array;
use crate::windows::{raised, readable, reduced};

/// An argument that may be left out, where `None` does not stand for that.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a, 'py>(Option<Borrowed<'a, 'py, PyAny>>);

impl<'a, 'py> FromPyObject<'a, 'py> for Given<'a, 'py> {
    type Error = Infallible;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Given(Some(object)))
    }
}

/// The arguments of one of bottleneck's functions.
struct Asked<'a, 'py> {
    a: &'a Bound<'py, PyAny>,
    window: &'a Bound<'py, PyAny>,
    min_count: Option<&'a Bound<'py, PyAny>>,
    axis: Given<'a, 'py>,
    ddof: Given<'a, 'py>,
}

/// bottleneck's functions: the operation, and what it says of itself.
macro_rules! functions {
    ($(
        $name:ident($signature:literal $(, $ddof:ident)?) is $operation:literal, $op:expr,
        $what:literal $([$example:literal, $shown:literal])*;
    )*) => {$(
        #[doc = $what]
        ///
        /// Examples
        /// --------
        $(
            #[doc = $example]
            #[doc = $shown]
        )*
        #[pyfunction]
        #[pyo3(signature = (a, window, min_count=None, axis=Given(None) $(, $ddof=Given(None))?))]
        #[pyo3(text_signature = $signature)]
        pub(crate) fn $name<'py>(
            a: &Bound<'py, PyAny>,
            window: &Bound<'py, PyAny>,
            min_count: Option<&Bound<'py, PyAny>>,
            axis: Given<'_, 'py>,
            $($ddof: Given<'_, 'py>,)?
        ) -> PyResult<Bound<'py, PyAny>> {
            let [.., ddof] = [Given(None) $(, $ddof)?];
            Asked { a, window, min_count, axis, ddof }.answer($operation, $op)
        }
    )*};
}

functions! {
    move_sum("(a, window, min_count=None, axis=-1)") is "sum", |_| Op::Sum, "Moving sums."
        [">>> bn.move_sum([1.0, 2.0, np.nan, 4.0], 2, min_count=1)", "array([1., 3., 2., 4.])"];
    move_mean("(a, window, min_count=None, axis=-1)") is "mean", |_| Op::Mean, "Moving means."
        [">>> bn.move_mean([1.0, 2.0, 3.0, 4.0], 2)", "array([nan, 1.5, 2.5, 3.5])"];
    move_std("(a, window, min_count=None, axis=-1, ddof=0)", ddof) is "std", |ddof| Op::Std { ddof },
        "Moving standard deviations."
        [">>> bn.move_std([1.0, 3.0, 5.0], 2)", "array([nan,  1.,  1.])"];
    move_var("(a, window, min_count=None, axis=-1, ddof=0)", ddof) is "var", |ddof| Op::Var { ddof }, "Moving variances."
        [">>> bn.move_var([1.0, 3.0, 5.0], 2, ddof=1)", "array([nan,  2.,  2.])"];
    move_min("(a, window, min_count=None, axis=-1)") is "min", |_| Op::Min, "Moving minima."
        [">>> bn.move_min([3, 1, 2], 2)", "array([nan,  1.,  1.])"];
    move_max("(a, window, min_count=None, axis=-1)") is "max", |_| Op::Max, "Moving maxima."
        [">>> bn.move_max([3, 1, 2], 2)", "array([nan,  3.,  2.])"];
    move_argmin("(a, window, min_count=None, axis=-1)") is "argmin", |_| Op::ArgMin,
        "Where moving minima are, counted from the right end; the rightmost of equal ones."
        [">>> bn.move_argmin([3, 1, 2], 2)", "array([nan,  0.,  1.])"];
    move_argmax("(a, window, min_count=None, axis=-1)") is "argmax", |_| Op::ArgMax,
        "Where moving maxima are, counted from the right end; the rightmost of equal ones."
        [">>> bn.move_argmax([3, 1, 2], 2)", "array([nan,  1.,  0.])"];
    move_median("(a, window, min_count=None, axis=-1)") is "median", |_| Op::Median, "Moving medians."
        [">>> bn.move_median([3, 1, 2, 5], 3)", "array([nan, nan,  2.,  2.])"];
    move_rank("(a, window, min_count=None, axis=-1)") is "rank", |_| Op::Rank,
        "Where the last element ranks in its window, from -1 to 1."
        [">>> bn.move_rank([3, 1, 2], 2)", "array([nan, -1.,  1.])"];
}

/// As bottleneck's function of an operation, of arguments in which nothing is odd.
#[pyfunction]
#[pyo3(signature = (operation, a, window, min_count, axis, ddof))]
pub(crate) fn moved<'py>(
    operation: &str,
    a: &Bound<'py, PyAny>,
    window: &Bound<'py, PyAny>,
    min_count: &Bound<'py, PyAny>,
    axis: &Bound<'py, PyAny>,
    ddof: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let (axis, ddof) = (Given(Some(axis.as_borrowed())), Given(Some(ddof.as_borrowed())));
    let asked = Asked { a, window, min_count: Some(min_count), axis, ddof };
    let odd = || PyTypeError::new_err("an array of numbers is needed, and integers");
    let named = |ddof: i64| match operation {
        "var" => Some(Op::Var { ddof }),
        "std" => Some(Op::Std { ddof }),
        _ => Op::from_name(operation, &[]),
    };
    asked.plainly(named)?.ok_or_else(odd)
}

/// An integer of Python's own.
fn whole(number: &Bound<'_, PyAny>) -> Option<i64> {
    number.cast_exact::<PyInt>().ok()?.extract().ok()
}

impl<'py> Given<'_, 'py> {
    fn or(self, py: Python<'py>, unsaid: i64) -> Bound<'py, PyAny> {
        self.0.map_or_else(|| PyInt::new(py, unsaid).into_any(), |given| given.to_owned())
    }

    fn whole(self, unsaid: i64) -> Option<i64> {
        self.0.map_or(Some(unsaid), |number| whole(&number))
    }
}

impl<'py> Asked<'_, 'py> {
    fn answer(&self, operation: &str, op: fn(i64) -> Op) -> PyResult<Bound<'py, PyAny>> {
        if let Some(result) = self.plainly(op)? {
            return Ok(result);
        }
        let py = self.a.py();
        let (axis, ddof) = (self.axis.or(py, -1), self.ddof.or(py, 0));
        let arguments = (operation, self.a, self.window, self.min_count, axis, ddof);
        py.import("stridewise.bottleneck")?.call_method1("_move", arguments)
    }

    /// The result, where nothing is odd about the arguments.
    fn plainly<O: Into<Option<Op>>>(
        &self,
        op: impl Fn(i64) -> O,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.a.py();
        let Some(input) = Array::exact(self.a)? else { return Ok(None) };
        let size = whole(self.window);
        let (Some(element), Some(size), Some(least), Some(axis), Some(ddof)) = (
            input.element(),
            size,
            self.min_count.map_or(size, whole),
            self.axis.whole(-1),
            self.ddof.whole(0),
        ) else {
            return Ok(None);
        };
        let extent = normalize_axis(axis, input.rank()).map_or(0, |axis| input.extent(axis));
        if !(1..=extent).contains(&size) || !(1..=size).contains(&least) {
            return Ok(None);
        }
        input.believed()?;
        let Some(op) = op(ddof).into() else { return Ok(None) };
        let mode = Mode::Trailing { fill: f64::NAN };
        let to = op.result(element, mode);
        let mut out = Array::empty(py, &input.shape(), to)?;
        if !few((&input, element), &op, (size, least), &mut out)? {
            let mut windows = Windows::along(size, axis);
            windows.backend = instructions();
            windows.mode = mode;
            windows.missing = Missing::Skip { min_count: least };
            windows.places = Places::FromLast;
            reduced((&readable(&input)?, element), &op, &windows, (&out, to), None)?;
        }
        // Places are counted in doubles, and bottleneck gives them back in the array's own floats.
        if element.is_float() && to != element && to == Element::F64 {
            return out.object().call_method1("astype", (input.dtype(),)).map(Some);
        }
        Ok(Some(out.into_object()))
    }
}

/// The windows of a lane so short that planning takes longer than computing; whether it is one.
fn few(
    (input, element): (&Array<'_>, Element),
    op: &Op,
    (size, least): (i64, i64),
    out: &mut Array<'_>,
) -> PyResult<bool> {
    let (Ok(size), Ok(min_count)) = (usize::try_from(size), usize::try_from(least)) else {
        return Ok(false);
    };
    let (Some(lane), py) = (input.line(), out.object().py()) else { return Ok(false) };
    let windows = Trailing { size, min_count, places: Places::FromLast, backend: instructions() };
    let Some(results) = out.new_line() else { return Ok(false) };
    match trailing((lane, element), op, windows, results) {
        Some(done) => done.map(|()| true).map_err(|error| raised(py, &error)),
        None => Ok(false),
    }
}
