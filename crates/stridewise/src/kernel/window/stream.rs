//! Stream: results written past the cache, while what is read next is asked for.
//!
//! A lane larger than the caches is read once and written once. Lines that are written through
//! the cache would be read first, so whole lines go past it; the ends of a run are stored.
//! Of `(20):(8)+48` one line is streamed, after two doubles and before ten.

use super::sink::Give;
#[cfg(target_arch = "x86_64")]
use crate::kernel::arch::{Avx2, Avx512};
use crate::kernel::arch::{Backend, Isa, LINE, Portable};
use crate::kernel::element::Number;

/// Where results go, and where what is read next lies.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) to: *mut u8,
    /// The element of the input that is read about one tile after the first result is written.
    pub(super) ahead: *const u8,
    /// Bytes of the input for each line of results.
    pub(super) pace: usize,
    pub(super) backend: Backend,
}

/// Results on their way to memory.
const ROOM: usize = 32 * LINE;

/// How far ahead, in bytes, the cache behind the nearest one is asked.
const FAR: usize = 16 << 10;

#[repr(align(64))]
struct Room([u8; ROOM]);

/// Converts results and writes them past the cache.
///
/// # Safety
/// As many elements as there are results can be written.
#[inline(always)]
pub(super) unsafe fn stream<G: Give>(results: &[G::From], flip: i64, way: Way) {
    let size = size_of::<G::To>();
    let head = (way.to.align_offset(LINE) / size).min(results.len());
    let (head, body) = results.split_at(head);
    // SAFETY: the caller's promise.
    unsafe { store::<G>(head, flip, way.to) };
    let mut to = way.to.wrapping_add(size_of_val(head) / size_of::<G::From>() * size);
    let mut ahead = way.ahead;
    let mut room = Room([0; ROOM]);
    let mut whole = body.chunks_exact(ROOM / size);
    for chunk in &mut whole {
        // SAFETY: the room is as large as a chunk; so is what can be written, on a line.
        unsafe {
            store::<G>(chunk, flip, room.0.as_mut_ptr());
            lines(way.backend, room.0.as_ptr(), to, ahead, way.pace);
        }
        to = to.wrapping_add(ROOM);
        ahead = ahead.wrapping_add(ROOM / LINE * way.pace);
    }
    // SAFETY: the caller's promise.
    unsafe { store::<G>(whole.remainder(), flip, to) };
}

/// As [`stream`], for the results of a few lanes: whole lines or none go past the cache.
///
/// # Safety
/// As for [`stream`].
#[inline(always)]
pub(super) unsafe fn stream_row<G: Give>(
    results: &[G::From],
    flip: i64,
    to: *mut u8,
    backend: Backend,
) {
    let bytes = size_of::<G::To>() * results.len();
    // SAFETY: the caller's promise; the room is as large as the row.
    unsafe {
        if bytes > 4 * LINE || !bytes.is_multiple_of(LINE) || to.align_offset(LINE) != 0 {
            return store::<G>(results, flip, to);
        }
        let mut row = Row([0; 4 * LINE]);
        store::<G>(results, flip, row.0.as_mut_ptr());
        stream_lines(backend, row.0.as_ptr(), to, bytes / LINE);
    }
}

#[repr(align(64))]
struct Row([u8; 4 * LINE]);

/// Converts results and writes them.
///
/// # Safety
/// As for [`stream`].
#[inline(always)]
pub(super) unsafe fn store<G: Give>(results: &[G::From], flip: i64, to: *mut u8) {
    for (at, &result) in results.iter().enumerate() {
        // SAFETY: the caller's promise.
        unsafe { G::give(result, flip).write(to.wrapping_add(at * size_of::<G::To>())) };
    }
}

/// Streams a room.
///
/// # Safety
/// It can be read, and as much can be written, on a line; the processor has the backend.
unsafe fn lines(backend: Backend, from: *const u8, to: *mut u8, ahead: *const u8, pace: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        match backend {
            #[cfg(target_arch = "x86_64")]
            Backend::Avx512 if backend.is_there() => lines_avx512(from, to, ahead, pace),
            #[cfg(target_arch = "x86_64")]
            Backend::Avx2 if backend.is_there() => lines_avx2(from, to, ahead, pace),
            _ => lines_of::<Portable>(from, to, ahead, pace),
        }
    }
}

/// Streams a few lines.
///
/// # Safety
/// As for [`lines`].
unsafe fn stream_lines(backend: Backend, from: *const u8, to: *mut u8, count: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        match backend {
            #[cfg(target_arch = "x86_64")]
            Backend::Avx512 if backend.is_there() => few_avx512(from, to, count),
            #[cfg(target_arch = "x86_64")]
            Backend::Avx2 if backend.is_there() => few_avx2(from, to, count),
            _ => few::<Portable>(from, to, count),
        }
    }
}

#[inline(always)]
unsafe fn few<I: Isa>(from: *const u8, to: *mut u8, count: usize) {
    for line in 0..count {
        // SAFETY: the caller's promise.
        unsafe { I::stream_line(from.add(line * LINE), to.add(line * LINE)) };
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn few_avx2(from: *const u8, to: *mut u8, count: usize) {
    // SAFETY: the caller's promise.
    unsafe { few::<Avx2>(from, to, count) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
unsafe fn few_avx512(from: *const u8, to: *mut u8, count: usize) {
    // SAFETY: the caller's promise.
    unsafe { few::<Avx512>(from, to, count) }
}

/// Makes streamed results visible to other threads.
pub(super) fn fence(backend: Backend) {
    match backend {
        #[cfg(target_arch = "x86_64")]
        Backend::Avx512 | Backend::Avx2 => Avx2::fence(),
        _ => Portable::fence(),
    }
}

#[inline(always)]
unsafe fn lines_of<I: Isa>(from: *const u8, to: *mut u8, ahead: *const u8, pace: usize) {
    for line in 0..ROOM / LINE {
        // SAFETY: the caller's promise.
        unsafe { I::stream_line(from.add(line * LINE), to.add(line * LINE)) };
        I::prefetch::<false>(ahead.wrapping_add(line * pace));
        I::prefetch::<true>(ahead.wrapping_add(FAR + line * pace));
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn lines_avx2(from: *const u8, to: *mut u8, ahead: *const u8, pace: usize) {
    // SAFETY: the caller's promise.
    unsafe { lines_of::<Avx2>(from, to, ahead, pace) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
unsafe fn lines_avx512(from: *const u8, to: *mut u8, ahead: *const u8, pace: usize) {
    // SAFETY: the caller's promise.
    unsafe { lines_of::<Avx512>(from, to, ahead, pace) }
}
