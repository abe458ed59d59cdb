//! Passage: what all that make one file from another share: the memory they stay within, the file
//! that is read, and the one that is written.
//!
//! Files are read and written by position, not mapped: memory stays within buffers of a known
//! size, and a source that is cut short meanwhile is an error instead of a signal. Rows of a tile
//! `(2,3):(100,8)+4` are read as two pieces of 24 bytes, computed with, and written as pieces.
#![forbid(unsafe_code)]

mod error;
mod position;
mod source;
mod target;

use stridewise::control::{Control, Stopped};
use stridewise::layout::Pieces;
use stridewise::view::Buffer;

pub use error::PassageError;
pub(crate) use source::Source;
pub use target::TargetFile;
pub(crate) use target::{Target, order_of};

use crate::memory;

/// Bytes of memory that this process takes beside its buffers.
pub(crate) const ASIDE: u64 = 4 << 20;
/// The least memory that is accepted.
const LEAST: u64 = 8 << 20;
/// What is taken where the system does not say what there is.
const UNKNOWN: u64 = 1 << 30;
/// Passing over fewer bytes than this costs as much as reading them.
pub(crate) const GAP: i64 = 4096;

/// The memory to stay within: what was asked for, else a quarter of what there is.
pub(crate) fn memory(asked: Option<u64>) -> Result<u64, PassageError> {
    let memory = asked.unwrap_or_else(|| memory::physical().map_or(UNKNOWN, |all| all / 4));
    match memory {
        ..LEAST => Err(PassageError::Memory { wanted: LEAST, got: memory }),
        memory => Ok(memory),
    }
}

/// Whom to tell of bytes read and written.
pub(crate) struct Told<'a> {
    pub(crate) control: &'a Control<'a>,
    pub(crate) total: u64,
}

impl Told<'_> {
    pub(crate) fn tell(&self, done: u64) -> Result<(), Stopped> {
        self.control.tell(done.min(self.total), self.total)
    }
}

/// Room for the pieces of a tile.
pub(crate) fn buffer(pieces: &Pieces) -> Result<Buffer, PassageError> {
    let wanted = pieces.nbytes().unsigned_abs();
    let made = usize::try_from(wanted).ok().and_then(Buffer::zeroed);
    made.ok_or(PassageError::OutOfMemory { wanted })
}

/// As much of a buffer as the pieces of a tile take.
pub(crate) fn part<'b>(
    buffer: &'b mut Buffer,
    pieces: &Pieces,
) -> Result<&'b mut [u8], PassageError> {
    let wanted = pieces.nbytes().unsigned_abs();
    let part = usize::try_from(wanted).ok().and_then(|length| buffer.get_mut(..length));
    part.ok_or(PassageError::OutOfMemory { wanted })
}
