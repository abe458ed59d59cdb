//! Writing a picture whole or not at all, in this program's words.
//!
//! An interrupted run leaves no half file: a signal that comes while the file is written is heeded
//! once the temporary beside it is whole or gone. Without `--force` no existing file is touched.

use std::io::Write;
use std::path::Path;

use stridewise_io::{Existing, NewFile, WriteError};

use crate::failure::Failure;
use crate::signals::Signals;

/// Writes a file. A signal ends the process as it would have done, but leaves nothing half done.
pub(crate) fn write(target: &Path, contents: &[u8], existing: Existing) -> Result<(), Failure> {
    let signals = Signals::watch();
    let write = || {
        let file = NewFile::create(target, existing)?;
        let written = file.file().write_all(contents);
        written.map_err(|error| file.failed(error, contents.len() as u64))?;
        match signals.caught() {
            Some(_) => Ok(()), // Dropping the file removes it.
            None => file.persist(),
        }
    };
    let written = write();
    signals.heed();
    written.map_err(|error: WriteError| {
        let help = match error {
            WriteError::Exists { .. } => Some("--force replaces it".to_owned()),
            _ => error.help(),
        };
        Failure::new(error.code(), error.to_string()).help(help)
    })
}
