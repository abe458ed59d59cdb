//! Reductions: ours, and ndarray's where it has the operation. NumPy's are in the worker.
//!
//! A sum of `(4000,4000):(32000,8)+0` over axis 0 has 4000 results, written into the destination.

use ndarray::{ArrayView, Axis, IxDyn, ShapeBuilder};
use stridewise::control::Control;
use stridewise::kernel::reduce::{Operation, Reduction, reduce};
use stridewise::layout::{DType, Layout};
use stridewise::view::{Bytes, BytesMut};
use stridewise_harness::{Case, Entrant, Kind};

use crate::arrays::Arrays;
use crate::clock::Clock;
use crate::copies::layouts;
use crate::local::{Fresh, Reused, Unable};
use crate::peers::made_bytes;

/// Ours, or why there is none.
pub fn ours(case: &Case, arrays: &Arrays, clock: Clock) -> Vec<Entrant> {
    vec![reducing(case, arrays, clock).unwrap_or_else(Unable::entrant)]
}

fn reducing(case: &Case, arrays: &Arrays, clock: Clock) -> Result<Entrant, String> {
    let (reduction, dtype, from_layout) = asked(case)?;
    let result = reduction.result_dtype(&dtype).map_err(|error| error.to_string())?;
    let shape = reduction.result_shape(from_layout.shape()).map_err(|error| error.to_string())?;
    let to_layout =
        Layout::c_order(&shape, result.itemsize()).map_err(|error| error.to_string())?;
    let (from, to) = (arrays.source.clone(), arrays.destination.clone());
    let role = ("stridewise", Kind::Ours, arrays.expect);
    Ok(Reused::entrant(role, clock, &arrays.destination, move || {
        let read = Bytes::new(from.bytes(), from_layout.clone()).expect("it fits");
        let mut write = BytesMut::new(to.bytes_mut(), to_layout.clone()).expect("it fits");
        reduce(&reduction, &read, &dtype, &mut write, &result, &Control::quiet())
            .expect("the dtype is known");
    }))
}

fn asked(case: &Case) -> Result<(Reduction, DType, Layout), String> {
    let operation = match case.options.get("op").map(String::as_str) {
        Some("sum") => Operation::Sum,
        Some("mean") => Operation::Mean,
        Some("min") => Operation::Min,
        Some("max") => Operation::Max,
        Some("argmin") => Operation::ArgMin,
        Some("argmax") => Operation::ArgMax,
        Some("var") => Operation::Variance { ddof: 0.0 },
        Some("std") => Operation::Deviation { ddof: 0.0 },
        Some(op) => return Err(format!("the kernel has no {op}")),
        None => return Err("no operation is named".to_string()),
    };
    let over: Vec<i64> = case.over().iter().map(|&axis| axis as i64).collect();
    let dtype = DType::parse(&case.dtype).map_err(|error| error.to_string())?;
    let backend = stridewise_io::instructions().map_err(|error| error.to_string())?;
    let reduction = Reduction::new(operation).over(&over).with_backend(backend);
    Ok((reduction, dtype, layouts(case)?.0))
}

/// ndarray, for floats over one axis or over all.
pub fn crates(case: &Case, arrays: &Arrays, clock: Clock) -> Vec<Entrant> {
    match case.dtype.as_str() {
        "f4" => of::<f32>(case, arrays, clock, f32::max),
        "f8" => of::<f64>(case, arrays, clock, f64::max),
        _ => Vec::new(),
    }
}

fn of<T>(case: &Case, arrays: &Arrays, clock: Clock, larger: fn(T, T) -> T) -> Vec<Entrant>
where
    T: ndarray::LinalgScalar + num_traits::FromPrimitive + num_traits::Float,
{
    let (shape, strides, over) = (case.shape(), case.source_strides(), case.over());
    let (from, op) = (arrays.source.clone(), case.options.get("op").cloned().unwrap_or_default());
    let one = over.len() == 1;
    if !(one || over.len() == shape.len()) || !["sum", "max", "mean"].contains(&op.as_str()) {
        return Vec::new();
    }
    let role = ("ndarray", Kind::Peer, arrays.expect);
    vec![Fresh::entrant(role, clock, made_bytes, move || {
        let shape = IxDyn(&shape).strides(IxDyn(&strides));
        let array = ArrayView::from_shape(shape, from.items::<T>()).expect("packed strides");
        let whole = |value: T| ndarray::arr0(value).into_dyn();
        match (op.as_str(), one) {
            ("sum", true) => array.sum_axis(Axis(over[0])),
            ("sum", false) => whole(array.sum()),
            ("mean", true) => array.mean_axis(Axis(over[0])).expect("not empty"),
            ("mean", false) => whole(array.mean().expect("not empty")),
            (_, true) => {
                array.fold_axis(Axis(over[0]), T::neg_infinity(), |&most, &x| larger(most, x))
            }
            (_, false) => whole(array.fold(T::neg_infinity(), |most, &x| larger(most, x))),
        }
    })]
}
