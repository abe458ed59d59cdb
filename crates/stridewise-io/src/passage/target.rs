//! Target: the file that is written, planned before anything is touched, whole or not at all.
//!
//! `(2,3):(24,8)+0` of `<f8` as `.npy` has its elements from byte 128 on. What is complete is sent
//! on its way to the disk while more is computed, so that the wait at the end is short.
#![forbid(unsafe_code)]

use std::fs::File;
use std::path::{Path, PathBuf};

use stridewise::layout::{DType, Layout, Pieces};

use super::{PassageError, Told, position};
use crate::raw::Order;
use crate::{Existing, Format, Mapped, NewFile, npy};

/// Bytes that are written at once. Longer writes have the system make longer runs of pages of them,
/// for which it takes memory that has long been free: on a virtual machine that may have been given
/// back to the host, and 4 MiB at a time were then up to ten times slower than 128 KiB.
const WRITE: usize = 128 << 10;
/// Bytes of finished target that are sent to the disk together.
const SEND: u64 = 16 << 20;

/// A file that is to be made: where it will be, and what it will hold.
#[derive(Debug)]
pub struct TargetFile {
    path: PathBuf,
    format: Format,
    dtype: DType,
    layout: Layout,
    header: Vec<u8>,
    existing: Existing,
}

/// The order of a layout that need not be in one: F where it is in F order alone.
pub(crate) fn order_of(layout: &Layout) -> Order {
    match layout.is_f_contiguous() && !layout.is_c_contiguous() {
        true => Order::F,
        false => Order::C,
    }
}

impl TargetFile {
    /// Plans a file, without touching it.
    ///
    /// # Errors
    /// A name that ends as no format, a dtype that no header states, a target that is the source,
    /// or exists and is to be kept.
    pub(crate) fn plan(
        source: &Mapped,
        path: &Path,
        existing: Existing,
        (dtype, shape, order): (DType, &[i64], Order),
    ) -> Result<TargetFile, PassageError> {
        let format = format_of(path)?;
        let layout = match order {
            Order::C => Layout::c_order(shape, dtype.itemsize())?,
            Order::F => Layout::f_order(shape, dtype.itemsize())?,
        };
        let header = match format {
            // Of a layout that is both, NumPy's headers say C.
            Format::Npy => npy::header(&dtype, shape, order_of(&layout))
                .ok_or_else(|| PassageError::Header { dtype: dtype.clone() })?,
            _ => Vec::new(),
        };
        refuse_source(source, path)?;
        NewFile::check(path, existing)?;
        Ok(TargetFile { path: path.to_path_buf(), format, dtype, layout, header, existing })
    }

    /// Where it will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its format: `.npy` or raw.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The dtype of its elements.
    pub fn dtype(&self) -> &DType {
        &self.dtype
    }

    /// Where its elements lie, counted from the first.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The byte at which its first element lies.
    pub fn data_start(&self) -> u64 {
        self.header.len() as u64
    }

    /// Bytes of the whole file.
    pub fn file_bytes(&self) -> u64 {
        self.data_start() + self.layout.nbytes().unsigned_abs()
    }
}

/// The file in the making.
pub(crate) struct Target<'a> {
    plan: &'a TargetFile,
    file: NewFile,
    /// Up to where bytes are on their way to the disk.
    sent: u64,
}

impl<'a> Target<'a> {
    /// The file with its header, as long as it will be.
    pub(crate) fn create(plan: &'a TargetFile) -> Result<Target<'a>, PassageError> {
        let file = NewFile::create(&plan.path, plan.existing)?;
        file.reserve(plan.file_bytes())?;
        let target = Target { plan, file, sent: plan.data_start() };
        position::write(target.file.file(), &plan.header, 0)
            .map_err(|error| target.failed(error))?;
        Ok(target)
    }

    pub(crate) fn file(&self) -> &File {
        self.file.file()
    }

    pub(crate) fn failed(&self, error: std::io::Error) -> PassageError {
        self.file.failed(error, self.plan.file_bytes()).into()
    }

    /// Writes bytes of the elements, from a place among them on.
    pub(crate) fn put(&self, bytes: &[u8], place: u64) -> Result<(), PassageError> {
        position::write(self.file.file(), bytes, self.plan.data_start() + place)
            .map_err(|error| self.failed(error))
    }

    /// Writes the pieces of a tile from one behind the other.
    pub(crate) fn scatter(
        &self,
        pieces: &Pieces,
        buffer: &[u8],
        told: &Told<'_>,
        done: &mut u64,
    ) -> Result<(), PassageError> {
        let length = usize::try_from(pieces.length()).unwrap_or(usize::MAX).max(1);
        for (place, piece) in pieces.starts().zip(buffer.chunks(length)) {
            for (at, part) in piece.chunks(WRITE).enumerate() {
                self.put(part, place.unsigned_abs() + (at * WRITE) as u64)?;
                *done += part.len() as u64;
                told.tell(*done)?;
            }
        }
        Ok(())
    }

    /// Starts writing finished elements to the disk, without waiting: those before a place.
    pub(crate) fn send(&mut self, complete: u64) {
        let complete = self.plan.data_start() + complete;
        if complete.saturating_sub(self.sent) < SEND {
            return;
        }
        // Linux takes this as a wish to have the pages clean, and begins to write them. It is only
        // advice: what comes of it does not matter.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let _ = rustix::fs::fadvise(
            self.file.file(),
            self.sent,
            std::num::NonZeroU64::new(complete - self.sent),
            rustix::fs::Advice::DontNeed,
        );
        self.sent = complete;
    }

    /// Puts everything on the disk, not yet in its place.
    pub(crate) fn sync(&self) -> Result<(), PassageError> {
        Ok(self.file.sync()?)
    }

    /// Puts the file in its place.
    pub(crate) fn persist(self) -> Result<(), PassageError> {
        Ok(self.file.persist()?)
    }
}

/// The format that a target's name ends as.
fn format_of(target: &Path) -> Result<Format, PassageError> {
    let ending = target.extension().and_then(|ending| ending.to_str()).unwrap_or("");
    match ending.to_ascii_lowercase().as_str() {
        "npy" => Ok(Format::Npy),
        "bin" | "raw" => Ok(Format::Raw),
        _ => Err(PassageError::Format { target: target.into() }),
    }
}

/// Refuses a target that is the file being read, by whatever name or link.
fn refuse_source(source: &Mapped, target: &Path) -> Result<(), PassageError> {
    if !is_same(source, target) {
        return Ok(());
    }
    let source_path = source.spec().path.clone();
    Err(PassageError::SameFile { target: target.into(), source_path })
}

#[cfg(unix)]
fn is_same(source: &Mapped, target: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(one), Ok(other)) = (source.file().metadata(), std::fs::metadata(target)) else {
        return false;
    };
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(source: &Mapped, target: &Path) -> bool {
    match (source.spec().path.canonicalize(), target.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
