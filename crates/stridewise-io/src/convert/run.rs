//! Run: tiles read, cast and written, one after the other.
//!
//! Of a tile `(2048,2048):(46340,4)+0` the source's 2048 pieces of 8 KiB are read one behind the
//! other into a buffer, cast into a second one in the target's order, and written from there in
//! 2048 pieces. What is complete is sent on its way to the disk while the next tile is read, so that
//! the wait at the end is short.
#![forbid(unsafe_code)]

use std::fs::File;
use std::io;

use stridewise::control::Control;
use stridewise::kernel::cast::cast;
use stridewise::layout::Layout;
use stridewise::view::{Bytes, BytesMut, ViewError};

use super::Conversion;
use crate::passage::{GAP, PassageError, Source, Target, Told, buffer, part};

/// Bytes that are streamed at once.
const BLOCK: u64 = 4 << 20;

impl Conversion<'_> {
    /// Makes the result: all of it, or no file.
    ///
    /// Tells `control` of bytes read and written, of as many as there are in both files.
    ///
    /// # Errors
    /// A source that cannot be read, was cut short or changed, a target that cannot be written or
    /// exists by now, a full disk, and the caller's wish to stop.
    pub fn run(&self, control: &Control<'_>) -> Result<(), PassageError> {
        let mut target = Target::create(&self.target)?;
        let source = Source::open(self.source)?;
        let read = self.source.layout().size().saturating_mul(self.source.layout().itemsize());
        let total = read.saturating_add(self.target.layout().nbytes()).unsigned_abs();
        let told = Told { control, total };
        if self.loops.is_empty() {
        } else if self.is_stream() {
            self.stream(&source, &mut target, &told)?;
        } else {
            self.in_tiles(&source, &mut target, &told)?;
        }
        source.refuse_changes()?;
        target.sync()?;
        told.tell(total)?; // Waiting for the disk may have taken long.
        target.persist()
    }

    fn in_tiles(
        &self,
        source: &Source<'_>,
        target: &mut Target<'_>,
        told: &Told<'_>,
    ) -> Result<(), PassageError> {
        let (to, from) = (self.loops.layout(0)?, self.loops.layout(1)?);
        let mut buffers = None;
        let mut done = 0;
        for picks in self.loops.tiles(&self.tile) {
            // Everything before the tile's place along the outermost axis is complete.
            let complete = match picks.first() {
                Some(&outermost) => to.slice(&[outermost])?.span().low,
                None => 0,
            };
            target.send(complete.unsigned_abs());
            let (into, out_of) = (to.slice(&picks)?, from.slice(&picks)?);
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
            source.gather(&read, before, told, &mut done, out_of.nbytes())?;
            self.cast(before, read.layout(), part(after, &written)?, written.layout(), told, done)?;
            target.scatter(&written, part(after, &written)?, told, &mut done)?;
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
    ) -> Result<(), PassageError> {
        let view = |error| match error {
            ViewError::Layout(error) => PassageError::Layout(error),
            // Pieces hold what they are gathered for.
            _ => PassageError::OutOfMemory { wanted: out_of.nbytes().unsigned_abs() },
        };
        let source = Bytes::new(before, out_of.clone()).map_err(view)?;
        let mut target = BytesMut::new(after, into.clone()).map_err(view)?;
        let report = |_, _| told.control.reply(done, told.total);
        let control = Control::reporting(&report).with_threads(told.control.threads());
        let (from, to) = ((&source, self.source.dtype()), (&mut target, self.target.dtype()));
        Ok(cast(from, to, self.options.casting, &self.options.copy, &control)?)
    }

    /// Copies the elements as they are.
    fn stream(
        &self,
        source: &Source<'_>,
        target: &mut Target<'_>,
        told: &Told<'_>,
    ) -> Result<(), PassageError> {
        let low = self.loops.layout(1)?.span().low.unsigned_abs();
        let from = self.source.file_offset().unwrap_or(0) + low;
        let to = self.target.data_start();
        let length = self.target.layout().nbytes().unsigned_abs();
        let (mut at, mut block) = (0, None);
        while at < length {
            let wanted = BLOCK.min(length - at);
            let copied = match &mut block {
                None => match inside_the_system(
                    self.source.file(),
                    from + at,
                    target.file(),
                    to + at,
                    wanted,
                ) {
                    Some(copied) => copied.map_err(|error| target.failed(error))?,
                    None => {
                        block = Some(vec![0; usize::try_from(BLOCK).unwrap_or(0)]);
                        continue;
                    }
                },
                Some(block) => {
                    let block = block.get_mut(..usize::try_from(wanted).unwrap_or(0));
                    let block = block.unwrap_or_default();
                    source.read(block, low + at)?;
                    target.put(block, at)?;
                    wanted
                }
            };
            if copied == 0 {
                return Err(source.cut());
            }
            at += copied;
            target.send(at);
            told.tell(2 * at)?;
        }
        Ok(())
    }
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
