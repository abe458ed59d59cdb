//! Stage: destination bytes gathered in the first-level cache, then streamed as whole lines.
//!
//! Streaming stores are fast only when they fill a line at once, and a destination row seldom
//! begins on one. The stage has the same *phase* as its destination: byte `k` of the stage goes
//! to `line + k`, where `line` is a line boundary. Bytes of a last, unfinished line are carried
//! to the front of the stage for the next time.
//! 40 bytes for address 0x1030 are staged at 48..88: 48..64 end line 0x1000, 64..88 are carried.

use std::ptr;

use crate::kernel::arch::{Isa, LINE};

/// Where a stretch of the destination has got to.
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    /// The line in which it goes on.
    pub(super) line: *mut u8,
    /// Where in that line its first unwritten byte is: bytes before it belong to others, or were
    /// written by others.
    pub(super) begin: usize,
    /// Where in that line the next staged byte goes; bytes between `begin` and here are carried.
    pub(super) phase: usize,
}

impl Stretch {
    /// A stretch that begins at an address.
    #[inline(always)]
    pub(super) fn at(address: *mut u8) -> Stretch {
        let phase = address.addr() % LINE;
        Stretch { line: address.wrapping_sub(phase), begin: phase, phase }
    }

    /// Streams the whole lines among `phase..phase + length` of the stage; the bytes that
    /// remain are left on the stage, from the offset returned. The stretch moves on.
    ///
    /// # Safety
    /// The stage is aligned to a line, holds the bytes `begin..phase + length`, and these may be
    /// written at `line`; the instruction set is there.
    #[inline(always)]
    pub(super) unsafe fn flush<I: Isa>(&mut self, stage: *const u8, length: usize) -> usize {
        let end = self.phase + length;
        let lines = end / LINE;
        let mut at = 0;
        // SAFETY: all offsets are below `end`, and at least `begin`.
        unsafe {
            if self.begin > 0 && lines > 0 {
                let head = LINE - self.begin;
                ptr::copy_nonoverlapping(stage.add(self.begin), self.line.add(self.begin), head);
                self.begin = 0;
                at = 1;
            }
            while at < lines {
                I::stream_line(stage.add(at * LINE), self.line.add(at * LINE));
                at += 1;
            }
        }
        self.line = self.line.wrapping_add(lines * LINE);
        self.phase = end % LINE;
        lines * LINE
    }

    /// Writes the bytes that remain, staged from `stage`, which is where `line` is.
    ///
    /// # Safety
    /// As for `flush`.
    #[inline(always)]
    pub(super) unsafe fn finish(&self, stage: *const u8) {
        // SAFETY: these bytes are staged and not yet written.
        unsafe {
            let from = stage.add(self.begin);
            ptr::copy_nonoverlapping(from, self.line.add(self.begin), self.phase - self.begin);
        }
    }
}

/// Copies a run past the cache: whole lines streamed, the ends stored.
///
/// # Safety
/// `length` bytes can be read and written and do not overlap; the instruction set is there.
#[inline(always)]
pub(super) unsafe fn stream_run<I: Isa>(from: *const u8, to: *mut u8, length: usize) {
    /// How far ahead to ask for the source.
    const AHEAD: usize = 16 * LINE;
    let head = to.align_offset(LINE).min(length);
    let lines = (length - head) / LINE;
    // SAFETY: head + lines * LINE <= length.
    unsafe {
        ptr::copy_nonoverlapping(from, to, head);
        for line in 0..lines {
            let at = head + line * LINE;
            I::prefetch(from.wrapping_add(at + AHEAD));
            I::stream_line_from(from.add(at), to.add(at));
        }
        let done = head + lines * LINE;
        ptr::copy_nonoverlapping(from.add(done), to.add(done), length - done);
    }
}
