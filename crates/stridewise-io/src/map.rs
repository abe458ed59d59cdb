//! Mapping a file into memory: the one place of this crate that is not checked by the compiler.
//!
//! A mapping shows the bytes of a file without reading them first: `(2,3):(24,8)+128` of a file
//! of 100 GB costs two pages. Only regular files are mapped, so that a pipe or a device is
//! refused instead of waited for.
//!
//! # While a file is mapped
//! The operating system does not stop others from changing it. Bytes that they write may be seen
//! at any time; where they cut it short, touching the bytes that are gone ends the process (SIGBUS).
//! Who maps a file must know that nobody changes it; [`crate::open`] passes that on. Nothing that
//! is read is relied upon to read the same again: headers are parsed once, into values.
#![allow(unsafe_code)]

use std::fs::{File, FileType, OpenOptions};
use std::io;
use std::ops::Range;
use std::path::Path;

use memmap2::Mmap;

use crate::error::Problem;

/// The bytes of a file, mapped, and the file.
#[derive(Debug)]
pub(crate) struct Map {
    mapped: Option<Mmap>,
    file: File,
}

impl Map {
    /// Maps a regular file, read-only.
    pub(crate) fn open(path: &Path) -> Result<Map, Problem> {
        refuse_unless_file(std::fs::metadata(path)?.file_type())?;
        let file = open_without_waiting(path)?;
        // Asked again of what was really opened: the name may mean something else by now.
        let metadata = file.metadata()?;
        refuse_unless_file(metadata.file_type())?;
        if metadata.len() == 0 {
            return Ok(Map { mapped: None, file }); // A mapping of no bytes is an error to some systems.
        }
        // SAFETY: the condition of `Mmap::map` is invariant F1: nobody changes or truncates the
        // file while it is mapped. No system call can establish it; it is the documented condition
        // under which `crate::open` is called ("While a file is mapped"). What this crate adds: the
        // file is regular and opened read-only, the mapping is read-only, bytes are only ever read
        // as `u8`, of which every value is valid, and nothing parsed from them is read again.
        let map = unsafe { Mmap::map(&file)? };
        Ok(Map { mapped: Some(map), file })
    }

    /// The file itself, opened for reading alone.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// All bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.mapped.as_deref().unwrap_or(&[])
    }

    /// Some of the bytes; none where the range leaves the file.
    pub(crate) fn slice(&self, range: &Range<u64>) -> &[u8] {
        let range = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
        range.and_then(|(start, end)| self.bytes().get(start..end)).unwrap_or(&[])
    }
}

fn refuse_unless_file(kind: FileType) -> Result<(), Problem> {
    if kind.is_file() {
        return Ok(());
    }
    let kind = if kind.is_dir() { "a folder" } else { special(kind) };
    Err(Problem::NotAFile { kind })
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "a device"
}

/// Opening a pipe would wait for its writer, should one stand in the file's place by now.
#[cfg(unix)]
fn open_without_waiting(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open_without_waiting(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}
