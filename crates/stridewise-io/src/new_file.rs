//! `NewFile`: a file that appears whole or not at all, a temporary beside the target, then a rename.
//!
//! Whatever interrupts a run leaves no half file: `.out.npy.4711.part` is removed when its `NewFile`
//! goes, and becomes `out.npy` in one step once all of it is on the disk.
#![forbid(unsafe_code)]

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// What to do where the target exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// Leave it alone and say so.
    #[default]
    Keep,
    /// Put the new file in its place.
    Replace,
}

/// A file in the making, removed unless it is [persisted](NewFile::persist).
#[derive(Debug)]
pub struct NewFile {
    target: PathBuf,
    temporary: PathBuf,
    existing: Existing,
    file: File,
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// There is a file of this name already.
    #[error("'{}' exists and is left alone", .target.display())]
    Exists {
        /// its path
        target: PathBuf,
    },
    /// The name is that of a folder, or of nothing.
    #[error("cannot write '{}': it is a directory", .target.display())]
    IsFolder {
        /// its path
        target: PathBuf,
    },
    /// The disk, or the share of it that one may use, is full.
    #[error("cannot write '{}': it takes {wanted} bytes{}", .target.display(), left(*.free))]
    NoSpace {
        /// its path
        target: PathBuf,
        /// the bytes that the whole file takes
        wanted: u64,
        /// the bytes that were free, where the system says so
        free: Option<u64>,
    },
    /// The operating system refuses.
    #[error("cannot write '{}': {}", .target.display(), crate::error::plainly(.error))]
    System {
        /// its path
        target: PathBuf,
        /// what it says
        error: io::Error,
    },
}

fn left(free: Option<u64>) -> String {
    free.map_or(", more than there is room for".to_string(), |free| format!(", {free} are free"))
}

impl WriteError {
    /// A stable name for the kind of mistake.
    pub fn code(&self) -> &'static str {
        match self {
            WriteError::Exists { .. } => "exists",
            WriteError::NoSpace { .. } => "no-space",
            _ => "output",
        }
    }

    /// One remedy, where there is one.
    pub fn help(&self) -> Option<String> {
        match self {
            WriteError::NoSpace { .. } => {
                Some("make room on that disk, or write to another".to_string())
            }
            _ => None,
        }
    }
}

impl NewFile {
    /// A temporary file beside the target.
    ///
    /// # Errors
    /// A target that exists and is to be kept, that is a folder, or whose folder is not writable.
    pub fn create(target: &Path, existing: Existing) -> Result<NewFile, WriteError> {
        NewFile::check(target, existing)?;
        let system = |error| WriteError::System { target: target.into(), error };
        let mut name = OsString::from(".");
        let last = target.file_name().ok_or_else(|| system(io::ErrorKind::InvalidInput.into()))?;
        name.push(last);
        name.push(format!(".{}.part", std::process::id()));
        let temporary = target.with_file_name(name);
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).open(&temporary).map_err(system)?;
        Ok(NewFile { target: target.into(), temporary, existing, file })
    }

    /// Whether the target may be written, as far as can be told without writing.
    ///
    /// # Errors
    /// A target that exists and is to be kept, or that is a folder.
    pub fn check(target: &Path, existing: Existing) -> Result<(), WriteError> {
        if existing == Existing::Keep && target.symlink_metadata().is_ok() {
            return Err(WriteError::Exists { target: target.into() });
        }
        if target.is_dir() {
            return Err(WriteError::IsFolder { target: target.into() });
        }
        Ok(())
    }

    /// The file to write to.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Where it will be.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Sets bytes aside for a file of this length, so that a full disk is noticed at once.
    ///
    /// # Errors
    /// [`WriteError::NoSpace`] where there are not so many.
    pub fn reserve(&self, length: u64) -> Result<(), WriteError> {
        match set_aside(&self.file, length) {
            Err(error) if is_full(&error) => Err(self.no_space(length)),
            Err(error) => Err(self.system(error)),
            Ok(()) => Ok(()),
        }
    }

    /// What an error means that came up while `wanted` bytes were written.
    pub fn failed(&self, error: io::Error, wanted: u64) -> WriteError {
        if is_full(&error) { self.no_space(wanted) } else { self.system(error) }
    }

    /// Puts everything on the disk, and leaves the file where it is.
    ///
    /// # Errors
    /// A disk that is full or failing.
    pub fn sync(&self) -> Result<(), WriteError> {
        let wanted = self.file.metadata().map_or(0, |metadata| metadata.len());
        self.file.sync_all().map_err(|error| self.failed(error, wanted))
    }

    /// Puts everything on the disk, and the file in its place.
    ///
    /// # Errors
    /// A target that came to exist meanwhile and is to be kept, a disk that is full or failing.
    pub fn persist(self) -> Result<(), WriteError> {
        self.sync()?;
        self.put_in_place().map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => WriteError::Exists { target: self.target.clone() },
            _ => self.system(error),
        })?;
        sync_folder(&self.target).map_err(|error| self.system(error))
    }

    fn put_in_place(&self) -> io::Result<()> {
        if self.existing == Existing::Keep {
            // Unlike a rename, a hard link fails where another program was faster.
            match fs::hard_link(&self.temporary, &self.target) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
                Ok(()) => return Ok(()),
                Err(_) => {} // A file system without hard links.
            }
        }
        fs::rename(&self.temporary, &self.target)
    }

    fn no_space(&self, wanted: u64) -> WriteError {
        let own = self.file.metadata().map_or(0, |metadata| held(&metadata));
        let free = free_space(&self.file).map(|free| free + own);
        // Another limit than the disk's, such as a quota, says nothing of what is free.
        let free = free.filter(|&free| free < wanted);
        WriteError::NoSpace { target: self.target.clone(), wanted, free }
    }

    fn system(&self, error: io::Error) -> WriteError {
        WriteError::System { target: self.target.clone(), error }
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // Gone already after a rename.
        let _ = fs::remove_file(&self.temporary);
    }
}

fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

#[cfg(unix)]
fn set_aside(file: &File, length: u64) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if length > 0 {
        use rustix::fs::{FallocateFlags, fallocate};
        use rustix::io::Errno;
        match fallocate(file, FallocateFlags::empty(), 0, length) {
            // File systems that cannot; a disk that is too small shows while it is written.
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
            done => return done.map_err(io::Error::from),
        }
    }
    if free_space(file).is_some_and(|free| free < length) {
        return Err(io::ErrorKind::StorageFull.into());
    }
    file.set_len(length)
}

#[cfg(not(unix))]
fn set_aside(file: &File, length: u64) -> io::Result<()> {
    file.set_len(length)
}

/// Bytes that the file system has for this user, if it says so.
#[cfg(unix)]
fn free_space(file: &File) -> Option<u64> {
    let system = rustix::fs::fstatvfs(file).ok()?;
    system.f_bavail.checked_mul(system.f_frsize)
}

#[cfg(not(unix))]
fn free_space(_: &File) -> Option<u64> {
    None
}

/// Bytes of the disk that a file holds already.
#[cfg(unix)]
fn held(metadata: &fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    metadata.blocks().saturating_mul(512)
}

#[cfg(not(unix))]
fn held(_: &fs::Metadata) -> u64 {
    0
}

/// Makes the new name last, where folders can be opened.
#[cfg(unix)]
fn sync_folder(target: &Path) -> io::Result<()> {
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // A folder that may be written but not read, or a file system that syncs no folders.
        Err(error) if !matches!(error.kind(), io::ErrorKind::StorageFull) => Ok(()),
        done => done,
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
