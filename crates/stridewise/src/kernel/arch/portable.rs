//! Plain Rust: one lane as an array, which compilers turn into NEON or SSE2.
//!
//! Zipping 4-byte items of `a b c d` and `A B C D` gives `a A b B` and `c C d D`.

use super::{Isa, LANE, LINE, MOST_LANES, Vector};

/// The instruction set that is always there.
pub(crate) struct Portable;

/// One lane.
#[derive(Clone, Copy)]
pub(crate) struct Lane([u8; LANE]);

impl Vector for Lane {
    const LANES: usize = 1;

    #[inline(always)]
    unsafe fn load(from: [*const u8; MOST_LANES]) -> Self {
        // SAFETY: 16 bytes are readable, as the caller promises.
        Lane(unsafe { from[0].cast::<[u8; LANE]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn load_whole(from: *const u8) -> Self {
        // SAFETY: 16 bytes are readable, as the caller promises.
        unsafe { Self::load([from; MOST_LANES]) }
    }

    #[inline(always)]
    unsafe fn load_across(from: [*const u8; MOST_LANES]) -> [Self; MOST_LANES] {
        // SAFETY: as for `load`.
        [unsafe { Self::load(from) }; MOST_LANES]
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: 16 bytes are writable, as the caller promises.
        unsafe { to.cast::<[u8; LANE]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn stream(self, to: *mut u8) {
        // SAFETY: as for `store`.
        unsafe { self.store(to) }
    }

    #[inline(always)]
    unsafe fn zip<const ITEM: usize>(self, other: Self) -> (Self, Self) {
        let (mut low, mut high) = ([0; LANE], [0; LANE]);
        for at in 0..LANE {
            let (item, byte) = (at / ITEM, at % ITEM);
            let from = item / 2 * ITEM + byte;
            let side = if item % 2 == 0 { &self.0 } else { &other.0 };
            low[at] = side[from];
            high[at] = side[LANE / 2 + from];
        }
        (Lane(low), Lane(high))
    }
}

impl Isa for Portable {
    type Narrow = Lane;
    type Middle = Lane;
    type Wide = Lane;

    #[inline(always)]
    unsafe fn stream_line(from: *const u8, to: *mut u8) {
        // SAFETY: a line is readable and writable, as the caller promises.
        unsafe { to.copy_from_nonoverlapping(from, LINE) }
    }

    #[inline(always)]
    fn fence() {}

    #[inline(always)]
    fn prefetch<const BEHIND: bool>(_at: *const u8) {}
}
