//! Source: the file that is read, by position, as it was when that began.
//!
//! Pieces of `(2,3):(100,8)+4` are gathered as `(2,3):(24,8)+0`. A source that is written to
//! without changing its length is noticed by its time of modification, at the end; writes within
//! the granularity of that clock, and writes through a mapping that the system has not counted
//! yet, are not.
#![forbid(unsafe_code)]

use std::fs::Metadata;
use std::io;

use stridewise::layout::Pieces;

use super::{PassageError, Told, position};
use crate::Mapped;

/// Bytes after which the caller is asked whether to go on.
const ASK: usize = 4 << 20;

/// A file that is being read.
pub(crate) struct Source<'a> {
    mapped: &'a Mapped,
    before: Metadata,
}

impl<'a> Source<'a> {
    pub(crate) fn open(mapped: &'a Mapped) -> Result<Source<'a>, PassageError> {
        let before = mapped.file().metadata().map_err(|error| cannot_read(mapped, error))?;
        Ok(Source { mapped, before })
    }

    /// Fills some bytes from a place of the array's bytes on.
    pub(crate) fn read(&self, bytes: &mut [u8], place: u64) -> Result<(), PassageError> {
        let start = self.mapped.file_offset().unwrap_or(0);
        position::read(self.mapped.file(), bytes, start + place)
            .map_err(|error| cannot_read(self.mapped, error))
    }

    /// Reads the pieces of a tile one behind the other; `bytes` of them are not gaps.
    pub(crate) fn gather(
        &self,
        pieces: &Pieces,
        buffer: &mut [u8],
        told: &Told<'_>,
        done: &mut u64,
        bytes: i64,
    ) -> Result<(), PassageError> {
        let from = *done;
        let (mut read, all) = (0u128, buffer.len().max(1) as u128);
        let length = usize::try_from(pieces.length()).unwrap_or(usize::MAX).max(1);
        for (place, piece) in pieces.starts().zip(buffer.chunks_mut(length)) {
            for (at, part) in piece.chunks_mut(ASK).enumerate() {
                // Inside the file when it was opened.
                self.read(part, place.unsigned_abs() + (at * ASK) as u64)?;
                read += part.len() as u128;
                let share = u128::from(bytes.unsigned_abs()) * read / all;
                *done = from.saturating_add(u64::try_from(share).unwrap_or(u64::MAX));
                told.tell(*done)?;
            }
        }
        Ok(())
    }

    /// What the file says when it is shorter than it was.
    pub(crate) fn cut(&self) -> PassageError {
        cannot_read(self.mapped, io::ErrorKind::UnexpectedEof.into())
    }

    /// Whether the source is as it was, by its length and its time of modification.
    pub(crate) fn refuse_changes(&self) -> Result<(), PassageError> {
        let after = Source::open(self.mapped)?.before;
        let when = |metadata: &Metadata| metadata.modified().ok();
        if after.len() < self.before.len() {
            return Err(self.cut());
        }
        if (after.len(), when(&after)) != (self.before.len(), when(&self.before)) {
            return Err(PassageError::SourceChanged { spec: self.mapped.spec().clone() });
        }
        Ok(())
    }
}

fn cannot_read(mapped: &Mapped, error: io::Error) -> PassageError {
    let spec = mapped.spec().clone();
    if error.kind() != io::ErrorKind::UnexpectedEof {
        return PassageError::Read { spec, error };
    }
    let start = mapped.file_offset().unwrap_or(0);
    let wanted = start + mapped.layout().span().high.unsigned_abs();
    let got = mapped.file().metadata().map_or(0, |metadata| metadata.len());
    PassageError::SourceCut { spec, wanted, got }
}
