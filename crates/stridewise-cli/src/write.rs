//! Writing a file whole or not at all: a temporary beside the target, then a rename.
//!
//! An interrupted run leaves no half file, and without `--force` no existing file is touched.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// What to do where the target exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// Leave it alone and say so.
    Keep,
    /// Put the new file in its place.
    Replace,
}

/// Writes a file.
pub(crate) fn write(target: &Path, contents: &[u8], existing: Existing) -> Result<(), Failure> {
    if existing == Existing::Keep && target.symlink_metadata().is_ok() {
        return Err(exists(target));
    }
    if target.is_dir() {
        let text = format!("cannot write '{}': it is a directory", target.display());
        return Err(Failure::new("output", text));
    }
    let cannot = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(target),
        _ => Failure::new("output", format!("cannot write '{}': {error}", target.display())),
    };
    let temporary = Temporary::beside(target).map_err(cannot)?;
    temporary.fill(contents).map_err(cannot)?;
    temporary.persist(target, existing).map_err(cannot)
}

fn exists(target: &Path) -> Failure {
    Failure::new("exists", format!("'{}' exists and is left alone", target.display()))
        .help("--force replaces it".to_owned())
}

/// A file that is removed unless it is persisted.
struct Temporary {
    path: PathBuf,
    file: File,
}

impl Temporary {
    fn beside(target: &Path) -> io::Result<Temporary> {
        let mut name = std::ffi::OsString::from(".");
        name.push(target.file_name().ok_or(io::ErrorKind::InvalidInput)?);
        name.push(format!(".{}.part", std::process::id()));
        let path = target.with_file_name(name);
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok(Temporary { path, file })
    }

    fn fill(&self, contents: &[u8]) -> io::Result<()> {
        (&self.file).write_all(contents)?;
        self.file.sync_all()
    }

    fn persist(self, target: &Path, existing: Existing) -> io::Result<()> {
        if existing == Existing::Keep {
            // Unlike a rename, a hard link fails where another program was faster.
            match fs::hard_link(&self.path, target) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
                Ok(()) => return Ok(()),
                Err(_) => {} // A file system without hard links.
            }
        }
        fs::rename(&self.path, target)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Gone already after a rename.
        let _ = fs::remove_file(&self.path);
    }
}
