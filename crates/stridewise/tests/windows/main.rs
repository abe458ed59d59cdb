//! Windowed reductions against exact arithmetic, plain definitions and themselves.
//!
//! `exact` compares with rational numbers, `inputs` makes numbers on which running sums fail,
//! `plain` is the operations as anybody would write them: `(6):(8)+0` in windows of 3, one by one.

#![allow(clippy::cast_possible_truncation)]

mod boxes;
mod exact;
mod inputs;
mod laws;
mod operations;
mod plain;
mod same_bits;
mod short;
mod tables;

use stridewise::control::Control;
use stridewise::kernel::Element;
use stridewise::kernel::window::{Op, WindowError, Windows, reduced};
use stridewise::layout::Layout;
use stridewise::view::{Bytes, Plain, View};

/// The windows of a dense lane of doubles, where the results are doubles too.
fn windows_of(x: &[f64], op: &Op, windows: &Windows) -> Result<Vec<f64>, WindowError> {
    let layout = Layout::c_order(&[x.len() as i64], 8).unwrap();
    numbers(&View::new(x, layout).unwrap().as_bytes(), Element::F64, op, windows)
}

/// All results, in index order, as values of their type.
fn numbers<T: Plain>(
    input: &Bytes<'_>,
    element: Element,
    op: &Op,
    windows: &Windows,
) -> Result<Vec<T>, WindowError> {
    let result = reduced(input, element, op, windows, &Control::quiet())?;
    assert_eq!(result.element.size(), size_of::<T>() as i64, "{op:?}");
    let bytes = Bytes::new(
        &result.buffer,
        Layout::c_order(&[result.layout.size() as i64], size_of::<T>() as i64).unwrap(),
    )
    .unwrap();
    Ok((0..result.layout.size() as i64).map(|k| bytes.read::<T>(&[k]).unwrap()).collect())
}
