//! `stridewise._core`: the compiled half of the Python package.
//!
//! It translates: arrays into layouts, the core's answers into arrays, exceptions and documents.
//! Nothing here computes a stride: `sliding_window_view` of `(6):(8)+0` asks the core for
//! `(4,3):(8,8)+0`. `unsafe` is for NumPy's C API and the buffer protocol, in numpy.rs and
//! owner.rs, and for the promises that views make to them.
#![allow(unsafe_code)]

mod copies;
mod error;
mod explain;
mod files;
mod live;
mod machine;
mod moving;
mod numbers;
mod numpy;
mod owner;
mod questions;
mod reductions;
mod running;
mod views;
mod windows;

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command line and returns its exit code; the first argument is the program's name.
#[pyfunction]
fn run_command(py: Python<'_>, argv: Vec<OsString>) -> u8 {
    py.detach(|| stridewise_cli::run(argv))
}

#[pymodule(gil_used = false)]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    numpy::require(module.py())?;
    error::add_to(module)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(run_command, module)?)?;
    module.add_function(wrap_pyfunction!(views::as_array, module)?)?;
    module.add_function(wrap_pyfunction!(views::as_strided, module)?)?;
    module.add_function(wrap_pyfunction!(views::sliding_window_view, module)?)?;
    module.add_function(wrap_pyfunction!(views::broadcast_to, module)?)?;
    module.add_function(wrap_pyfunction!(views::broadcast_arrays, module)?)?;
    module.add_function(wrap_pyfunction!(views::broadcast_shapes, module)?)?;
    module.add_function(wrap_pyfunction!(views::moveaxis, module)?)?;
    module.add_function(wrap_pyfunction!(views::rot90, module)?)?;
    module.add_function(wrap_pyfunction!(views::by_stride, module)?)?;
    module.add_function(wrap_pyfunction!(views::byte_bounds, module)?)?;
    module.add_function(wrap_pyfunction!(questions::shares_memory, module)?)?;
    module.add_function(wrap_pyfunction!(questions::may_share_memory, module)?)?;
    module.add_function(wrap_pyfunction!(questions::internal_overlap, module)?)?;
    module.add_function(wrap_pyfunction!(explain::inspect, module)?)?;
    module.add_function(wrap_pyfunction!(explain::trace_document, module)?)?;
    module.add_function(wrap_pyfunction!(explain::offset, module)?)?;
    module.add_function(wrap_pyfunction!(explain::indices_at, module)?)?;
    module.add_function(wrap_pyfunction!(explain::blas, module)?)?;
    module.add_function(wrap_pyfunction!(explain::locality, module)?)?;
    module.add_function(wrap_pyfunction!(machine::machine, module)?)?;
    module.add_function(wrap_pyfunction!(explain::memory, module)?)?;
    module.add_function(wrap_pyfunction!(explain::stride_order, module)?)?;
    module.add_function(wrap_pyfunction!(explain::permutation_between, module)?)?;
    module.add_function(wrap_pyfunction!(explain::as_shape, module)?)?;
    module.add_function(wrap_pyfunction!(explain::packed_strides, module)?)?;
    module.add_function(wrap_pyfunction!(files::open_mapped, module)?)?;
    module.add_function(wrap_pyfunction!(copies::copy_into, module)?)?;
    module.add_function(wrap_pyfunction!(reductions::reduce, module)?)?;
    module.add_function(wrap_pyfunction!(windows::reduce_windows, module)?)?;
    module.add_function(wrap_pyfunction!(moving::move_sum, module)?)?;
    module.add_function(wrap_pyfunction!(moving::move_mean, module)?)?;
    module.add_function(wrap_pyfunction!(moving::move_std, module)?)?;
    module.add_function(wrap_pyfunction!(moving::move_var, module)?)?;
    module.add_function(wrap_pyfunction!(moving::move_min, module)?)?;
    module.add_function(wrap_pyfunction!(moving::move_max, module)?)?;
    module.add_function(wrap_pyfunction!(moving::move_argmin, module)?)?;
    module.add_function(wrap_pyfunction!(moving::move_argmax, module)?)?;
    module.add_function(wrap_pyfunction!(moving::move_median, module)?)?;
    module.add_function(wrap_pyfunction!(moving::move_rank, module)?)?;
    module.add_function(wrap_pyfunction!(moving::moved, module)?)?;
    module.add_function(wrap_pyfunction!(windows::apply_to_windows, module)?)?;
    module.add_class::<files::MappedBytes>()?;
    Ok(())
}
