//! Views: NumPy's functions for them, each a layout from the core made into an array.
//!
//! `sliding_window_view` of `(6):(8)+0` with windows of 3 asks the core for `(4,3):(8,8)+0` and
//! makes that the view. What a view may reach is proved on the layout, before NumPy sees it.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use stridewise::layout::{
    Access, Answer, AsStrided, Layout, LayoutError as Refusal, PerAxis, Window, Work,
    broadcast_shapes as common_shape, self_overlap,
};

use crate::error::{Evidence, layout_error, refused};
use crate::numbers::{integer, integers, is_true, one_or_more};
use crate::numpy::{Array, Subclass, Writeable};
use crate::owner::{Bounds, Memory, Said};

/// `subok`: subclasses stay what they are.
fn subclass(subok: Option<&Bound<'_, PyAny>>) -> PyResult<Subclass> {
    Ok(if is_true(subok)? { Subclass::Keep } else { Subclass::Drop })
}

/// `writeable`: None is as the array, unless an element is reached twice.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    AsGiven,
    Yes,
    No,
}

impl Wish {
    fn of(writeable: Option<&Bound<'_, PyAny>>) -> PyResult<Wish> {
        Ok(match writeable {
            None => Wish::AsGiven,
            Some(wish) if wish.is_truthy()? => Wish::Yes,
            Some(_) => Wish::No,
        })
    }

    /// Whether a view of this layout may be written through; a wish for it can be refused.
    fn granted(self, array: &Array<'_>, layout: &Layout) -> Result<Writeable, Refusal> {
        if self == Wish::No || !array.is_writeable() {
            return Ok(Writeable::No);
        }
        let witness = match (self_overlap(layout, Work::Exact), self) {
            (Answer::No, _) => return Ok(Writeable::Yes),
            (_, Wish::AsGiven) => return Ok(Writeable::No),
            (Answer::Yes(meeting), _) => Some((meeting.first.to_vec(), meeting.second.to_vec())),
            (Answer::TooHard, _) => None,
        };
        Err(Refusal::ReachedTwice { witness })
    }
}

/// What NumPy makes of an object; what has only `__dlpack__` comes through that, and what is known
/// to lie about its memory is refused.
#[pyfunction]
#[pyo3(signature = (a, subok=None), text_signature = "(a, subok=False)")]
pub(crate) fn as_array<'py>(
    a: &Bound<'py, PyAny>,
    subok: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    Ok(Array::of(a, subclass(subok)?)?.into_object())
}

/// A view with any shape and strides, checked.
#[pyfunction]
#[pyo3(signature = (x, shape=None, strides=None, subok=None, writeable=None, *, offset=None, check=None, check_bounds=None, bounds=None),
       text_signature = "(x, shape=None, strides=None, subok=False, writeable=None, *, offset=0, check=True, check_bounds=None, bounds='owner')")]
#[allow(clippy::too_many_arguments)] // NumPy's, and five of our own.
pub(crate) fn as_strided<'py>(
    x: &Bound<'py, PyAny>,
    shape: Option<&Bound<'py, PyAny>>,
    strides: Option<&Bound<'py, PyAny>>,
    subok: Option<&Bound<'py, PyAny>>,
    writeable: Option<&Bound<'py, PyAny>>,
    offset: Option<&Bound<'py, PyAny>>,
    check: Option<&Bound<'py, PyAny>>,
    check_bounds: Option<&Bound<'py, PyAny>>,
    bounds: Option<&str>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = x.py();
    let wish = Wish::of(writeable)?;
    let bounds = match bounds {
        None | Some("owner") => Bounds::Owner,
        Some("array") => Bounds::Array,
        Some(other) => {
            let text = format!("bounds must be 'owner' or 'array', got {other:?}");
            return Err(PyValueError::new_err(text));
        }
    };
    let offset = offset.map_or(Ok(0), integer)?;
    // NumPy 2.5's keyword: True asks for what is done anyway, False does not take it away.
    let _ = is_true(check_bounds)?;
    let unchecked = check.is_some() && !is_true(check)?;
    let shape = shape.map(integers).transpose()?;
    let strides = strides.map(integers).transpose()?;
    let array = Array::of(x, subclass(subok)?)?;
    let shape = shape.unwrap_or_else(|| array.shape());
    let strides = match strides {
        Some(strides) => strides,
        // As NumPy: a C-contiguous array says nothing of its strides, so they follow the shape.
        None if array.is_c_contiguous() => {
            let packed = Layout::c_order(&shape, array.itemsize());
            PerAxis::from(packed.map_err(|refusal| refused(py, &refusal))?.strides())
        }
        None => array.strides(),
    };
    if shape.len() != strides.len() {
        let text = format!(
            "mismatch in length of strides and shape: {} extents and {} strides",
            shape.len(),
            strides.len()
        );
        return Err(PyValueError::new_err(text));
    }
    if unchecked {
        let writeable = if wish == Wish::No { Writeable::No } else { Writeable::Yes };
        // SAFETY: check=False makes the caller of as_strided answer for its numbers, and their
        // counts are equal; NumPy refuses a rank that is too large.
        return unsafe { array.view_of_parts(&shape, &strides, offset, writeable) };
    }
    let memory = Memory::behind(&array, bounds)?;
    let view = strided(&array, &memory, shape, strides, offset);
    let view = view.map_err(|refusal| match (&refusal, memory.said, bounds) {
        (Refusal::OutsideBuffer { .. }, Said::Array, Bounds::Owner) => {
            let owner = memory.owner.get_type();
            let text = format!(
                "{refusal}; the memory belongs to a {owner}, which cannot be asked where it \
                 ends, so the array's own bytes are the limit"
            );
            layout_error(py, text, Evidence { help: Some(refusal.help()), ..Evidence::default() })
        }
        _ => refused(py, &refusal),
    })?;
    keeps_references(&array, &memory, &view)?;
    let writeable = wish.granted(&array, &view).map_err(|refusal| refused(py, &refusal))?;
    // SAFETY: every byte lies in the memory behind the array, which it keeps alive; references
    // were checked.
    unsafe { array.view(&view, memory.start, writeable) }
}

fn strided(
    array: &Array<'_>,
    memory: &Memory<'_>,
    shape: PerAxis<i64>,
    strides: PerAxis<i64>,
    offset: i64,
) -> Result<Layout, Refusal> {
    let wanted = AsStrided {
        shape,
        strides,
        offset,
        buffer: memory.span(),
        access: Access::Read,
        alignment: None,
    };
    // Of the array itself, only where it begins and how long its elements are.
    let first = array.address().wrapping_sub(memory.start);
    Layout::new(&[], &[], first, array.itemsize())?.as_strided(&wanted)
}

/// Elements that are references must be elements of the owner: other bytes are no addresses.
fn keeps_references(array: &Array<'_>, memory: &Memory<'_>, view: &Layout) -> PyResult<()> {
    if !array.holds_references() || view.is_empty() {
        return Ok(());
    }
    let py = array.object().py();
    // Elements of the owner lie `item` bytes apart; a field of them lies as in every other one.
    let item = memory.array.itemsize();
    let dense = memory.array.layout_from(0).is_ok_and(|layout| layout.is_dense());
    if !dense || item == 0 {
        let text = "the elements are references, and the owner's lie apart: no other strides \
                    are safe";
        return Err(layout_error(py, text.to_owned(), Evidence::default()));
    }
    let shift = memory.start.wrapping_add(view.offset()).wrapping_sub(array.address());
    let off = |axis: &usize| view.shape()[*axis] > 1 && view.strides()[*axis] % item != 0;
    let axis = (0..view.rank()).find(off);
    if axis.is_none() && shift % item == 0 {
        return Ok(());
    }
    let got = axis.map_or(shift, |axis| view.strides()[axis]);
    let text = format!("the elements are references: {got} is not a multiple of {item} bytes");
    let number = |number: i64| Ok::<_, PyErr>(Some(number.into_pyobject(py)?.into_any()));
    let evidence = Evidence { axis, wanted: number(item)?, got: number(got)?, help: None };
    Err(layout_error(py, text, evidence))
}

/// All positions of a window, as new last axes.
#[pyfunction]
#[pyo3(signature = (x, window_shape, axis=None, *, step=None, dilation=None, subok=None, writeable=None),
       text_signature = "(x, window_shape, axis=None, *, step=1, dilation=1, subok=False, writeable=False)")]
pub(crate) fn sliding_window_view<'py>(
    x: &Bound<'py, PyAny>,
    window_shape: &Bound<'py, PyAny>,
    axis: Option<&Bound<'py, PyAny>>,
    step: Option<&Bound<'py, PyAny>>,
    dilation: Option<&Bound<'py, PyAny>>,
    subok: Option<&Bound<'py, PyAny>>,
    writeable: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = x.py();
    let size = one_or_more(window_shape)?;
    let each = |given: Option<&Bound<'py, PyAny>>| match given {
        None => Ok(PerAxis::new()),
        Some(several) if several.is_exact_instance_of::<PyTuple>() => integers(several),
        Some(one) if one.extract::<i64>().is_ok() => {
            Ok::<_, PyErr>(PerAxis::filled(one.extract()?, size.len()))
        }
        Some(several) => integers(several),
    };
    let (step, dilation) = (each(step)?, each(dilation)?);
    let array = Array::of(x, subclass(subok)?)?;
    let axes = axis.map(one_or_more).transpose()?;
    let window = Window { size, axes, step, dilation };
    let wish = if is_true(writeable)? { Wish::Yes } else { Wish::No };
    let view = || {
        let view = array.layout_from(array.address())?.window(&window)?;
        let writeable = wish.granted(&array, &view)?;
        Ok::<_, Refusal>((view, writeable))
    };
    let (view, writeable) = view().map_err(|refusal| window_refused(py, &window, refusal))?;
    // SAFETY: windows reach elements of the array alone.
    unsafe { array.view(&view, array.address(), writeable) }
}

/// NumPy's words for what it refuses of windows, too.
fn window_refused(py: Python<'_>, window: &Window, refusal: Refusal) -> PyErr {
    let text = match &refusal {
        Refusal::WindowNumber { axis, got, argument: "size", .. } => {
            format!("`window_shape` cannot contain negative values: on axis {axis} it is {got}")
        }
        Refusal::WindowLengths { wanted, got, argument: "size" } if window.axes.is_none() => {
            format!(
                "Since axis is `None`, must provide window_shape for all dimensions of `x`; got \
                 {got} window_shape elements and `x.ndim` is {wanted}."
            )
        }
        Refusal::WindowLengths { wanted, got, argument: "size" } => format!(
            "Must provide matching length window_shape and axis; got {got} window_shape elements \
             and {wanted} axes elements."
        ),
        _ => return refused(py, &refusal),
    };
    layout_error(py, text, Evidence { help: Some(refusal.help()), ..Evidence::default() })
}

/// An array stretched to a shape, read-only.
#[pyfunction]
#[pyo3(signature = (array, shape, subok=None), text_signature = "(array, shape, subok=False)")]
pub(crate) fn broadcast_to<'py>(
    array: &Bound<'py, PyAny>,
    shape: &Bound<'py, PyAny>,
    subok: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let shape = one_or_more(shape)?;
    let array = Array::of(array, subclass(subok)?)?;
    stretched(&array, &shape, Writeable::No)
}

fn stretched<'py>(
    array: &Array<'py>,
    shape: &[i64],
    writeable: Writeable,
) -> PyResult<Bound<'py, PyAny>> {
    let view = array.layout_from(array.address()).and_then(|layout| layout.broadcast_to(shape));
    let view = view.map_err(|refusal| {
        if let Refusal::NegativeExtent { axis, got } = refusal {
            let text = format!(
                "all elements of broadcast shape must be non-negative: axis {axis} has extent {got}"
            );
            let evidence = Evidence { axis: Some(axis), ..Evidence::default() };
            return layout_error(array.object().py(), text, evidence);
        }
        refused(array.object().py(), &refusal)
    })?;
    // SAFETY: a stretched array reaches its own elements alone.
    unsafe { array.view(&view, array.address(), writeable) }
}

/// All arrays stretched to their common shape.
#[pyfunction]
#[pyo3(signature = (*args, subok=None), text_signature = "(*args, subok=False)")]
pub(crate) fn broadcast_arrays<'py>(
    args: &Bound<'py, PyTuple>,
    subok: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyTuple>> {
    let py = args.py();
    let subclass = subclass(subok)?;
    let arrays = args.iter().map(|object| Array::of(&object, subclass));
    let arrays = arrays.collect::<PyResult<Vec<_>>>()?;
    let shapes: Vec<PerAxis<i64>> = arrays.iter().map(Array::shape).collect();
    let shapes: Vec<&[i64]> = shapes.iter().map(|shape| &shape[..]).collect();
    let shape = common_shape(&shapes).map_err(|refusal| refused(py, &refusal))?;
    let views = arrays.into_iter().map(|array| {
        if array.shape() == shape {
            return Ok(array.into_object());
        }
        stretched(&array, &shape, Writeable::Warning)
    });
    PyTuple::new(py, views.collect::<PyResult<Vec<_>>>()?)
}

/// The shape that all shapes broadcast to.
#[pyfunction]
#[pyo3(signature = (*args), text_signature = "(*args)")]
pub(crate) fn broadcast_shapes<'py>(args: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyTuple>> {
    let shapes = args.iter().map(|object| one_or_more(&object));
    let shapes = shapes.collect::<PyResult<Vec<_>>>()?;
    let shapes: Vec<&[i64]> = shapes.iter().map(|shape| &shape[..]).collect();
    let shape = common_shape(&shapes).map_err(|refusal| refused(args.py(), &refusal))?;
    PyTuple::new(args.py(), shape.iter().copied())
}

/// Axes moved to other places, the others in their order.
#[pyfunction]
#[pyo3(signature = (a, source, destination))]
pub(crate) fn moveaxis<'py>(
    a: &Bound<'py, PyAny>,
    source: &Bound<'py, PyAny>,
    destination: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let (source, destination) = (one_or_more(source)?, one_or_more(destination)?);
    same_elements(a, |layout| layout.move_axis(&source, &destination))
}

/// An array turned by 90 degrees in the plane of two axes.
#[pyfunction]
#[pyo3(signature = (m, k=None, axes=None), text_signature = "(m, k=1, axes=(0, 1))")]
pub(crate) fn rot90<'py>(
    m: &Bound<'py, PyAny>,
    k: Option<&Bound<'py, PyAny>>,
    axes: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let turns = k.map_or(Ok(1), integer)?;
    let axes = match axes {
        None => (0, 1),
        Some(axes) => match integers(axes)?[..] {
            [first, second] => (first, second),
            _ => return Err(PyValueError::new_err("len(axes) must be 2.")),
        },
    };
    same_elements(m, |layout| layout.rot90(turns, axes))
}

/// A view whose last axis has the smallest stride, and the permutation that leads back.
///
/// Examples
/// --------
/// >>> a = np.zeros((2, 3, 4)).transpose(2, 0, 1)
/// >>> view, back = sw.by_stride(a)
/// >>> view.strides, view.transpose(back).strides == a.strides
/// ((96, 32, 8), True)
#[pyfunction]
pub(crate) fn by_stride<'py>(
    a: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
    let array = Array::of(a, Subclass::Keep)?;
    let refuse = |refusal: Refusal| refused(a.py(), &refusal);
    let layout = array.layout_from(array.address()).map_err(refuse)?;
    let order = layout.order();
    let view = layout.permute(&order).map_err(refuse)?;
    let mut back = PerAxis::filled(0usize, order.len());
    for (place, &axis) in order.iter().enumerate() {
        back[axis] = place;
    }
    // SAFETY: the layout reaches the array's own elements.
    let view = unsafe { array.view(&view, array.address(), Writeable::Yes)? };
    Ok((view, PyTuple::new(a.py(), back.iter().copied())?))
}

/// A view whose layout the core derives from the array's own, and so of its own elements.
fn same_elements<'py>(
    object: &Bound<'py, PyAny>,
    operation: impl Fn(&Layout) -> Result<Layout, Refusal>,
) -> PyResult<Bound<'py, PyAny>> {
    let array = Array::of(object, Subclass::Keep)?;
    let view = array.layout_from(array.address()).and_then(|layout| operation(&layout));
    let view = view.map_err(|refusal| refused(object.py(), &refusal))?;
    // SAFETY: the layout reaches elements of the array alone.
    unsafe { array.view(&view, array.address(), Writeable::Yes) }
}

/// The addresses of the first byte and of the one past the last.
#[pyfunction]
pub(crate) fn byte_bounds(a: &Bound<'_, PyAny>) -> PyResult<(i64, i64)> {
    let array = match Array::cast(a)? {
        Some(array) => array,
        None => {
            // NumPy reads this attribute, and so names it where it is missing.
            let _ = a.getattr("__array_interface__")?;
            Array::of(a, Subclass::Drop)?
        }
    };
    let span = array.span().map_err(|refusal| refused(a.py(), &refusal))?;
    Ok((span.low, span.high))
}
