//! Vectors: what an instruction set must offer to move items about, and which one runs.
//!
//! A vector is a row of 16-byte lanes. All shuffling happens within lanes (`zip`), and lanes are
//! filled from separate addresses (`load`), so one algorithm serves 128, 256 and 512 bits:
//! with 8-byte items the rows `a b | c d` and `A B | C D` zip to `a A | c C` and `b B | d D`.

mod portable;
#[allow(dead_code)] // until the first kernel of loops over elements
mod task;
#[cfg(target_arch = "x86_64")]
mod x86_64;

pub(crate) use portable::Portable;
#[allow(unused_imports)]
pub(crate) use task::Task;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::{Avx2, Avx512, Avx512Vbmi};

/// Bytes of a lane: the widest unit within which items are shuffled.
pub(crate) const LANE: usize = 16;
/// Bytes of a cache line, the unit of streaming stores.
pub(crate) const LINE: usize = 64;
/// The most lanes of any vector.
pub(crate) const MOST_LANES: usize = LINE / LANE;

/// One to four lanes in a register.
pub(crate) trait Vector: Copy {
    /// How many lanes.
    const LANES: usize;

    /// Lane `k` from address `from[k]`; addresses past the last lane are ignored.
    ///
    /// # Safety
    /// 16 bytes can be read from each used address; the instruction set is there.
    unsafe fn load(from: [*const u8; MOST_LANES]) -> Self;

    /// All lanes, one after the other.
    ///
    /// # Safety
    /// `LANES * 16` bytes can be read; the instruction set is there.
    unsafe fn load_whole(from: *const u8) -> Self;

    /// Whole vectors from the first `LANES` addresses, then lanes exchanged: lane `k` of vector
    /// `c` is lane `c` of what lies at `from[k]`. Vectors past the last lane are ignored.
    ///
    /// # Safety
    /// `LANES * 16` bytes can be read from each used address; the instruction set is there.
    unsafe fn load_across(from: [*const u8; MOST_LANES]) -> [Self; MOST_LANES];

    /// All lanes, one after the other.
    ///
    /// # Safety
    /// `LANES * 16` bytes can be written; the instruction set is there.
    unsafe fn store(self, to: *mut u8);

    /// All lanes to an address aligned to their size, past the cache where that can be done.
    ///
    /// # Safety
    /// As `store`, and `to` is aligned.
    unsafe fn stream(self, to: *mut u8);

    /// Within each lane, the items of both in turn: first those of the lower halves, then those
    /// of the upper halves.
    ///
    /// # Safety
    /// The instruction set is there. `ITEM` is 1, 2, 4 or 8.
    unsafe fn zip<const ITEM: usize>(self, other: Self) -> (Self, Self);
}

/// An instruction set: vectors of up to 128, 256 and 512 bits, and ways to memory.
pub(crate) trait Isa {
    /// A vector of one lane.
    type Narrow: Vector;
    /// The widest vector of at most two lanes.
    type Middle: Vector;
    /// The widest vector.
    type Wide: Vector;

    /// Copies one line from any address to an aligned one, past the cache where the instruction
    /// set can.
    ///
    /// # Safety
    /// A line is readable at `from`, writable at `to`, which is aligned to [`LINE`]; the
    /// instruction set is there.
    unsafe fn stream_line(from: *const u8, to: *mut u8);

    /// Weaves `C` lines of items of `ITEM` bytes into `C` others, or takes them apart: as numbered
    /// by [`woven`].
    ///
    /// # Safety
    /// A line is readable at each of `from`, writable at each of `to`, and these do not overlap;
    /// the instruction set is there.
    #[inline(always)]
    unsafe fn weave<const ITEM: usize, const C: usize, const APART: bool>(
        from: [*const u8; C],
        to: [*mut u8; C],
    ) {
        for (line, to) in to.into_iter().enumerate() {
            for item in 0..LINE / ITEM {
                let (of, at) = woven(LINE / ITEM, C, APART, line, item);
                // SAFETY: an item of a line.
                unsafe {
                    let value = from[of].add(at * ITEM).cast::<[u8; ITEM]>().read_unaligned();
                    to.add(item * ITEM).cast::<[u8; ITEM]>().write_unaligned(value);
                }
            }
        }
    }

    /// Makes streamed lines visible to other threads in the order of the program.
    fn fence();

    /// Asks for the line at an address, for the nearest cache or the one behind it; any address
    /// will do.
    fn prefetch<const BEHIND: bool>(at: *const u8);
}

/// Which line, and which of its items, becomes an item of a line when so many lines of items are
/// woven, `a0 b0 a1 b1 …` from `a0 a1 …` and `b0 b1 …`, or taken apart.
pub(crate) const fn woven(
    items: usize,
    lines: usize,
    apart: bool,
    line: usize,
    item: usize,
) -> (usize, usize) {
    if apart {
        let at = item * lines + line;
        (at / items, at % items)
    } else {
        let at = line * items + item;
        (at % lines, at / lines)
    }
}

/// Which instructions move the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// What the compiler makes of plain Rust (on aarch64, NEON).
    Portable,
    /// 256-bit x86.
    Avx2,
    /// 512-bit x86 (F, BW, DQ and VL).
    Avx512,
}

impl Backend {
    /// The best that this processor has.
    pub fn detect() -> Backend {
        [Backend::Avx512, Backend::Avx2]
            .into_iter()
            .find(|best| best.is_there())
            .unwrap_or(Backend::Portable)
    }

    /// The backend of a name, as in the environment variable `STRIDEWISE_ISA` that faces read.
    pub fn from_name(name: &str) -> Option<Backend> {
        [Backend::Portable, Backend::Avx2, Backend::Avx512].into_iter().find(|b| b.name() == name)
    }

    /// Its name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Backend::Portable => "portable",
            Backend::Avx2 => "avx2",
            Backend::Avx512 => "avx512",
        }
    }

    /// Whether this processor, beyond what 512 bits mean here, shuffles bytes across lanes.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn shuffles_bytes(self) -> bool {
        self == Backend::Avx512 && std::arch::is_x86_feature_detected!("avx512vbmi")
    }

    /// It, or [`Backend::Portable`] where this processor does not have it.
    pub(crate) fn or_portable(self) -> Backend {
        if self.is_there() { self } else { Backend::Portable }
    }

    /// Whether this processor has it.
    pub fn is_there(self) -> bool {
        match self {
            Backend::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Backend::Avx2 => std::arch::is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Backend::Avx512 => {
                std::arch::is_x86_feature_detected!("avx512f")
                    && std::arch::is_x86_feature_detected!("avx512bw")
                    && std::arch::is_x86_feature_detected!("avx512dq")
                    && std::arch::is_x86_feature_detected!("avx512vl")
            }
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }
}
