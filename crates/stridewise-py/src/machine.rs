//! Machine: the caches and instructions of the machine that runs this, looked up once.
//!
//! Copies take their blocks from them, and predictions their caches: a column of
//! `(4096,4096):(32768,8)+0` fills every eighth set of a cache of 64 sets, another cache others.

use std::sync::OnceLock;

use pyo3::prelude::*;
use stridewise::kernel::Backend;
use stridewise::kernel::copy::CopyOptions;
use stridewise::machine::{CacheLevel, Machine, MachineError};
use stridewise_report::document::MachineDocument;

use crate::error::{Evidence, layout_error};
use crate::explain::{Drawn, drawn};

/// The machine that runs this.
pub(crate) fn this() -> &'static Machine {
    static MACHINE: OnceLock<Machine> = OnceLock::new();
    MACHINE.get_or_init(stridewise_io::machine::detect)
}

/// How it copies best.
pub(crate) fn copy_options() -> &'static CopyOptions {
    static OPTIONS: OnceLock<CopyOptions> = OnceLock::new();
    OPTIONS.get_or_init(|| {
        let mut options = CopyOptions::on(this());
        options.backend = instructions();
        options
    })
}

/// The instructions that all kernels use: the best there are, or those that the environment names.
pub(crate) fn instructions() -> Backend {
    static BACKEND: OnceLock<Backend> = OnceLock::new();
    *BACKEND.get_or_init(|| stridewise_io::instructions().unwrap_or_else(|_| Backend::detect()))
}

/// The machine of a name, else this one, with other caches where they are given.
pub(crate) fn chosen(py: Python<'_>, name: Option<&str>, caches: &[String]) -> PyResult<Machine> {
    let choose = || {
        let known = name.map_or_else(|| Ok(this().clone()), Machine::preset)?;
        if caches.is_empty() {
            return Ok(known);
        }
        let levels = caches.iter().map(|text| text.parse::<CacheLevel>());
        known.with_caches(levels.collect::<Result<_, _>>()?)
    };
    choose().map_err(|error: MachineError| {
        let evidence = Evidence { help: Some(error.help()), ..Evidence::default() };
        layout_error(py, error.to_string(), evidence)
    })
}

/// The caches, page and instructions of this machine or of a preset.
#[pyfunction]
#[pyo3(signature = (name=None))]
pub(crate) fn machine(py: Python<'_>, name: Option<&str>) -> PyResult<Drawn> {
    Ok(drawn(&MachineDocument::new(&chosen(py, name, &[])?)))
}
