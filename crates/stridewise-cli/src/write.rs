//! Writing a picture whole or not at all, in this program's words.
//!
//! An interrupted run leaves no half file, and without `--force` no existing file is touched.

use std::io::Write;
use std::path::Path;

use stridewise_io::{Existing, NewFile, WriteError};

use crate::failure::Failure;

/// Writes a file.
pub(crate) fn write(target: &Path, contents: &[u8], existing: Existing) -> Result<(), Failure> {
    let write = || {
        let file = NewFile::create(target, existing)?;
        let written = file.file().write_all(contents);
        written.map_err(|error| file.failed(error, contents.len() as u64))?;
        file.persist()
    };
    write().map_err(|error: WriteError| {
        let help = match error {
            WriteError::Exists { .. } => Some("--force replaces it".to_owned()),
            _ => error.help(),
        };
        Failure::new(error.code(), error.to_string()).help(help)
    })
}
