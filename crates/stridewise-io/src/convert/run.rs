//! Run: tiles read, cast and written, one after the other.
//!
//! Of a tile `(2048,2048):(46340,4)+0` the source's 2048 pieces of 8 KiB are read one behind the
//! other into a buffer, cast into a second one in the target's order, and written from there in
//! 2048 pieces. What is complete is sent on its way to the disk while the next tile is read, so that
//! the wait at the end is short.
#![forbid(unsafe_code)]

use std::fs::{File, Metadata};
use std::io;

use stridewise::control::{Control, Stopped};
use stridewise::kernel::cast::cast;
use stridewise::layout::{Layout, Pieces};
use stridewise::view::{Buffer, Bytes, BytesMut, ViewError};

use super::plan::GAP;
use super::{Conversion, ConvertError, position};
use crate::{NewFile, WriteError};

/// Bytes after which the caller is asked whether to go on.
const ASK: usize = 4 << 20;
/// Bytes that are written at once. Longer writes have the system make longer runs of pages of them,
/// for which it takes memory that has long been free: on a virtual machine that may have been given
/// back to the host, and 4 MiB at a time were then up to ten times slower than 128 KiB.
const WRITE: usize = 128 << 10;
/// Bytes that are streamed at once.
const BLOCK: u64 = 4 << 20;
/// Bytes of finished target that are sent to the disk together.
const SEND: u64 = 16 << 20;

impl Conversion<'_> {
    /// Makes the result: all of it, or no file.
    ///
    /// Tells `control` of bytes read and written, of as many as there are in both files.
    ///
    /// # Errors
    /// A source that cannot be read, was cut short or changed, a target that cannot be written or
    /// exists by now, a full disk, and the caller's wish to stop.
    pub fn run(&self, control: &Control<'_>) -> Result<(), ConvertError> {
        let file = NewFile::create(&self.target, self.options.existing)?;
        let before = self.source.file().metadata().map_err(|error| self.cannot_read(error))?;
        file.reserve(self.file_bytes())?;
        self.put(&file, &self.header, 0)?;
        let read = self.source.layout().size().saturating_mul(self.source.layout().itemsize());
        let total = read.saturating_add(self.layout.nbytes()).unsigned_abs();
        let told = Told { control, total };
        if self.loops.is_empty() {
        } else if self.is_stream() {
            self.stream(&file, &told)?;
        } else {
            self.in_tiles(&file, &told)?;
        }
        self.refuse_changes(&before)?;
        file.sync()?;
        told.tell(total)?; // Waiting for the disk may have taken long.
        Ok(file.persist()?)
    }

    fn in_tiles(&self, file: &NewFile, told: &Told<'_>) -> Result<(), ConvertError> {
        let (target, source) = (self.loops.layout(0)?, self.loops.layout(1)?);
        let mut buffers = None;
        let (mut done, mut sent) = (0, self.data_start());
        for picks in self.loops.tiles(&self.tile) {
            // Everything before the tile's place along the outermost axis is complete.
            let complete = match picks.first() {
                Some(&outermost) => target.slice(&[outermost])?.span().low,
                None => 0,
            };
            sent = send(file.file(), sent, self.data_start() + complete.unsigned_abs());
            let (into, out_of) = (target.slice(&picks)?, source.slice(&picks)?);
            let (written, read) = (into.pieces(0)?, out_of.pieces(GAP)?);
            // The first tile is the largest.
            let (before, after) = match &mut buffers {
                Some((before, after)) => (before, after),
                none => {
                    let (before, after) = none.insert((buffer(&read)?, buffer(&written)?));
                    (before, after)
                }
            };
            let before = part(before, &read)?;
            self.get(&read, before, told, &mut done, out_of.nbytes())?;
            self.cast(before, read.layout(), part(after, &written)?, written.layout(), told, done)?;
            self.give(&written, part(after, &written)?, file, told, &mut done)?;
        }
        Ok(())
    }

    /// Reads the pieces of a tile one behind the other.
    fn get(
        &self,
        pieces: &Pieces,
        buffer: &mut [u8],
        told: &Told<'_>,
        done: &mut u64,
        bytes: i64,
    ) -> Result<(), ConvertError> {
        let (from, start) = (*done, self.source.file_offset().unwrap_or(0));
        let (mut read, all) = (0u128, buffer.len().max(1) as u128);
        let length = usize::try_from(pieces.length()).unwrap_or(usize::MAX).max(1);
        for (place, piece) in pieces.starts().zip(buffer.chunks_mut(length)) {
            for (at, part) in piece.chunks_mut(ASK).enumerate() {
                // Inside the file when it was opened.
                let at = start + place.unsigned_abs() + (at * ASK) as u64;
                position::read(self.source.file(), part, at)
                    .map_err(|error| self.cannot_read(error))?;
                read += part.len() as u128;
                // Gaps that were read are not counted.
                let share = u128::from(bytes.unsigned_abs()) * read / all;
                *done = from.saturating_add(u64::try_from(share).unwrap_or(u64::MAX));
                told.tell(*done)?;
            }
        }
        Ok(())
    }

    fn cast(
        &self,
        before: &[u8],
        out_of: &Layout,
        after: &mut [u8],
        into: &Layout,
        told: &Told<'_>,
        done: u64,
    ) -> Result<(), ConvertError> {
        let view = |error| match error {
            ViewError::Layout(error) => ConvertError::Layout(error),
            // Pieces hold what they are gathered for.
            _ => ConvertError::OutOfMemory { wanted: out_of.nbytes().unsigned_abs() },
        };
        let source = Bytes::new(before, out_of.clone()).map_err(view)?;
        let mut target = BytesMut::new(after, into.clone()).map_err(view)?;
        let report = |_, _| told.control.reply(done, told.total);
        let control = Control::reporting(&report).with_threads(told.control.threads());
        let (from, to) = ((&source, self.source.dtype()), (&mut target, &self.dtype));
        Ok(cast(from, to, self.options.casting, &self.options.copy, &control)?)
    }

    /// Writes the pieces of a tile from one behind the other.
    fn give(
        &self,
        pieces: &Pieces,
        buffer: &[u8],
        file: &NewFile,
        told: &Told<'_>,
        done: &mut u64,
    ) -> Result<(), ConvertError> {
        let length = usize::try_from(pieces.length()).unwrap_or(usize::MAX).max(1);
        for (place, piece) in pieces.starts().zip(buffer.chunks(length)) {
            for (at, part) in piece.chunks(WRITE).enumerate() {
                let at = self.data_start() + place.unsigned_abs() + (at * WRITE) as u64;
                self.put(file, part, at)?;
                *done += part.len() as u64;
                told.tell(*done)?;
            }
        }
        Ok(())
    }

    /// Copies the elements as they are.
    fn stream(&self, file: &NewFile, told: &Told<'_>) -> Result<(), ConvertError> {
        let low = self.loops.layout(1)?.span().low.unsigned_abs();
        let (from, to) = (self.source.file_offset().unwrap_or(0) + low, self.data_start());
        let length = self.layout.nbytes().unsigned_abs();
        let (mut at, mut sent, mut block) = (0, to, None);
        while at < length {
            let wanted = BLOCK.min(length - at);
            let copied = match &mut block {
                None => match inside_the_system(
                    self.source.file(),
                    from + at,
                    file.file(),
                    to + at,
                    wanted,
                ) {
                    Some(copied) => {
                        copied.map_err(|error| file.failed(error, self.file_bytes()))?
                    }
                    None => {
                        block = Some(vec![0; usize::try_from(BLOCK).unwrap_or(0)]);
                        continue;
                    }
                },
                Some(block) => {
                    let block = block.get_mut(..usize::try_from(wanted).unwrap_or(0));
                    let block = block.unwrap_or_default();
                    position::read(self.source.file(), block, from + at)
                        .map_err(|error| self.cannot_read(error))?;
                    self.put(file, block, to + at)?;
                    wanted
                }
            };
            if copied == 0 {
                return Err(self.cannot_read(io::ErrorKind::UnexpectedEof.into()));
            }
            at += copied;
            sent = send(file.file(), sent, to + at);
            told.tell(2 * at)?;
        }
        Ok(())
    }

    fn put(&self, file: &NewFile, bytes: &[u8], at: u64) -> Result<(), WriteError> {
        position::write(file.file(), bytes, at)
            .map_err(|error| file.failed(error, self.file_bytes()))
    }

    fn cannot_read(&self, error: io::Error) -> ConvertError {
        let spec = self.source.spec().clone();
        if error.kind() != io::ErrorKind::UnexpectedEof {
            return ConvertError::Read { spec, error };
        }
        let start = self.source.file_offset().unwrap_or(0);
        let wanted = start + self.source.layout().span().high.unsigned_abs();
        let got = self.source.file().metadata().map_or(0, |metadata| metadata.len());
        ConvertError::SourceCut { spec, wanted, got }
    }

    /// Whether the source is as it was, by its length and its time of modification.
    fn refuse_changes(&self, before: &Metadata) -> Result<(), ConvertError> {
        let after = self.source.file().metadata().map_err(|error| self.cannot_read(error))?;
        let when = |metadata: &Metadata| metadata.modified().ok();
        if after.len() < before.len() {
            return Err(self.cannot_read(io::ErrorKind::UnexpectedEof.into()));
        }
        if (after.len(), when(&after)) != (before.len(), when(before)) {
            return Err(ConvertError::SourceChanged { spec: self.source.spec().clone() });
        }
        Ok(())
    }
}

/// Whom to tell of bytes read and written.
struct Told<'a> {
    control: &'a Control<'a>,
    total: u64,
}

impl Told<'_> {
    fn tell(&self, done: u64) -> Result<(), Stopped> {
        self.control.tell(done.min(self.total), self.total)
    }
}

fn buffer(pieces: &Pieces) -> Result<Buffer, ConvertError> {
    let wanted = pieces.nbytes().unsigned_abs();
    let made = usize::try_from(wanted).ok().and_then(Buffer::zeroed);
    made.ok_or(ConvertError::OutOfMemory { wanted })
}

/// As much of a buffer as the pieces of a tile take.
fn part<'b>(buffer: &'b mut Buffer, pieces: &Pieces) -> Result<&'b mut [u8], ConvertError> {
    let wanted = pieces.nbytes().unsigned_abs();
    let part = usize::try_from(wanted).ok().and_then(|length| buffer.get_mut(..length));
    part.ok_or(ConvertError::OutOfMemory { wanted })
}

/// Copies bytes without passing them through this process; `None` where the system cannot.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn inside_the_system(
    source: &File,
    from: u64,
    target: &File,
    to: u64,
    length: u64,
) -> Option<io::Result<u64>> {
    use rustix::io::Errno;
    let (mut from, mut to) = (from, to);
    let length = usize::try_from(length).ok()?;
    match rustix::fs::copy_file_range(source, Some(&mut from), target, Some(&mut to), length) {
        Ok(copied) => Some(Ok(copied as u64)),
        Err(Errno::INTR) => inside_the_system(source, from, target, to, length as u64),
        Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => Some(Err(error.into())),
        Err(_) => None, // Files on different systems, or of a kind that cannot; or see the reason.
    }
}

/// Copies bytes without passing them through this process; `None` where the system cannot.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn inside_the_system(_: &File, _: u64, _: &File, _: u64, _: u64) -> Option<io::Result<u64>> {
    None
}

/// Starts writing finished bytes to the disk, without waiting; returns up to where that was done.
fn send(file: &File, sent: u64, complete: u64) -> u64 {
    if complete.saturating_sub(sent) < SEND {
        return sent;
    }
    // Linux takes this as a wish to have the pages clean, and begins to write them. It is only
    // advice: what comes of it does not matter.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::fs::fadvise(
        file,
        sent,
        std::num::NonZeroU64::new(complete - sent),
        rustix::fs::Advice::DontNeed,
    );
    let _ = file;
    complete
}
