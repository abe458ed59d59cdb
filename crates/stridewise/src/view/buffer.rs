//! Buffer: zeroed memory for results, on huge pages where the system offers them.
//!
//! A fresh destination costs a page fault per page when it is first written. Pages of 2 MiB make
//! that 512 times rarer, which is worth more than anything the copy itself can do.

use std::alloc::{self, Layout as Allocation};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// Where lines begin, and 512-bit vectors too.
const LINE: usize = 64;

/// Zeroed bytes, aligned to 64 bytes, and to 2 MiB where there are at least as many.
#[derive(Debug)]
pub struct Buffer {
    start: NonNull<u8>,
    length: usize,
    memory: Memory,
}

#[derive(Debug)]
enum Memory {
    None,
    Allocated(Allocation),
    #[cfg(target_os = "linux")]
    #[expect(dead_code, reason = "held until the buffer goes, then it unmaps itself")]
    Mapped(linux::Mapping),
}

// SAFETY: it owns plain bytes, as a `Box<[u8]>` does.
unsafe impl Send for Buffer {}
// SAFETY: as above.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// `length` zeroed bytes, or `None` where the system has no such memory.
    pub fn zeroed(length: usize) -> Option<Buffer> {
        if length == 0 {
            return Some(Buffer { start: NonNull::dangling(), length, memory: Memory::None });
        }
        #[cfg(target_os = "linux")]
        if length >= linux::HUGE {
            let mapping = linux::Mapping::new(length)?;
            return Some(Buffer { start: mapping.start, length, memory: Memory::Mapped(mapping) });
        }
        let allocation = Allocation::from_size_align(length, LINE).ok()?;
        // SAFETY: the size is not 0.
        let start = NonNull::new(unsafe { alloc::alloc_zeroed(allocation) })?;
        Some(Buffer { start, length, memory: Memory::Allocated(allocation) })
    }
}

impl Deref for Buffer {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        // SAFETY: `zeroed` made `length` initialised bytes at `start`, which this value owns.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `deref`.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.length) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        match &self.memory {
            Memory::None => {}
            // SAFETY: allocated in `zeroed` with this very description.
            Memory::Allocated(allocation) => unsafe {
                alloc::dealloc(self.start.as_ptr(), *allocation)
            },
            #[cfg(target_os = "linux")]
            Memory::Mapped(_) => {}
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    //! Anonymous mappings: zero pages that cost nothing until they are touched.

    use std::ffi::{c_int, c_void};
    use std::ptr::NonNull;

    /// Bytes of a huge page.
    pub(super) const HUGE: usize = 2 << 20;
    const READ_WRITE: c_int = 3;
    const PRIVATE_ANONYMOUS: c_int = 0x22;
    const USE_HUGE_PAGES: c_int = 14;

    // std links the C library on Linux; these three have one signature on all of its targets.
    unsafe extern "C" {
        fn mmap(
            start: *mut c_void,
            length: usize,
            protection: c_int,
            flags: c_int,
            file: c_int,
            offset: isize,
        ) -> *mut c_void;
        fn munmap(start: *mut c_void, length: usize) -> c_int;
        fn madvise(start: *mut c_void, length: usize, advice: c_int) -> c_int;
    }

    #[derive(Debug)]
    pub(super) struct Mapping {
        pub(super) start: NonNull<u8>,
        whole: NonNull<c_void>,
        length: usize,
    }

    impl Mapping {
        /// At least `wanted` bytes, the first on a multiple of 2 MiB.
        pub(super) fn new(wanted: usize) -> Option<Mapping> {
            let used = wanted.checked_next_multiple_of(HUGE)?;
            let length = used.checked_add(HUGE)?;
            // SAFETY: a new anonymous mapping touches no existing memory.
            let whole =
                unsafe { mmap(std::ptr::null_mut(), length, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0) };
            if whole.addr() == usize::MAX {
                return None; // MAP_FAILED
            }
            let whole = NonNull::new(whole)?;
            let skip = whole.as_ptr().addr().next_multiple_of(HUGE) - whole.as_ptr().addr();
            // SAFETY: skip < HUGE, so start..start + used lies inside the mapping.
            let start = unsafe { whole.cast::<u8>().add(skip) };
            // SAFETY: advice about our own mapping; refusing it changes nothing but speed.
            unsafe { madvise(start.as_ptr().cast(), used, USE_HUGE_PAGES) };
            Some(Mapping { start, whole, length })
        }
    }

    impl Drop for Mapping {
        fn drop(&mut self) {
            // SAFETY: mapped in `new`, unmapped once.
            unsafe { munmap(self.whole.as_ptr(), self.length) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_zeroed_aligned_and_writable() {
        for length in [0, 1, 63, 4096, (2 << 20) - 1, 2 << 20, (5 << 20) + 3] {
            let mut buffer = Buffer::zeroed(length).unwrap();
            assert_eq!(buffer.len(), length);
            assert!(buffer.iter().all(|&byte| byte == 0));
            if length > 0 {
                assert_eq!(buffer.as_ptr().addr() % LINE, 0);
                buffer[length - 1] = 7;
                assert_eq!(buffer[length - 1], 7);
            }
        }
        assert!(Buffer::zeroed(usize::MAX).is_none());
        assert!(Buffer::zeroed(isize::MAX as usize).is_none());
    }
}
