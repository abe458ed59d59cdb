//! x86-64: lanes of 128, 256 and 512 bits, and non-temporal stores.
//!
//! Two lanes of 8-byte items, `a b | c d` and `A B | C D`, unpack to `a A | c C` and `b B | d D`.

use std::arch::x86_64::*;

use super::{Isa, LANE, LINE, MOST_LANES, Vector, woven};

/// 256-bit vectors.
pub(crate) struct Avx2;
/// 512-bit vectors.
pub(crate) struct Avx512;
/// 512-bit vectors, and shuffles of bytes across all lanes.
pub(crate) struct Avx512Vbmi;

/// For each line that is written, and each line read after the first: where its items come from.
/// An item below `LINE / ITEM` is kept from what the lines before gave, one from there on is taken
/// from the line read. The first two are taken from at once.
struct Weave<const ITEM: usize, const C: usize, const APART: bool>;

impl<const ITEM: usize, const C: usize, const APART: bool> Weave<ITEM, C, APART> {
    const INDICES: [[Indices; C]; C] = {
        let items = LINE / ITEM;
        let mut all = [[Indices([0; LINE]); C]; C];
        let mut line = 0;
        while line < C {
            let mut read = 1;
            while read < C {
                let mut item = 0;
                while item < items {
                    let (of, at) = woven(items, C, APART, line, item);
                    let index = if of == read {
                        items + at
                    } else if read == 1 && of == 0 {
                        at
                    } else {
                        item
                    };
                    // At most 127: little-endian numbers of ITEM bytes need their first alone.
                    #[allow(clippy::cast_possible_truncation)]
                    {
                        all[line][read].0[item * ITEM] = index as u8;
                    }
                    item += 1;
                }
                read += 1;
            }
            line += 1;
        }
        all
    };
}

/// A vector of indices.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Indices([u8; LINE]);

macro_rules! weave {
    ($($item:literal => $permute:ident),*) => {
        #[inline(always)]
        unsafe fn weave<const ITEM: usize, const C: usize, const APART: bool>(
            from: [*const u8; C],
            to: [*mut u8; C],
        ) {
            // SAFETY: lines are readable and writable, as the caller promises, who also promises
            // the instruction set.
            unsafe {
                let lines = from.map(|from| _mm512_loadu_si512(from.cast()));
                for (line, to) in to.into_iter().enumerate() {
                    let indices = &Weave::<ITEM, C, APART>::INDICES[line];
                    let mut woven = lines[0];
                    for read in 1..C {
                        let indices = _mm512_load_si512(indices[read].0.as_ptr().cast());
                        woven = match ITEM {
                            $($item => $permute(woven, indices, lines[read]),)*
                            _ => unreachable!("items of these sizes"),
                        };
                    }
                    _mm512_storeu_si512(to.cast(), woven);
                }
            }
        }
    };
}

macro_rules! zip {
    ($a:expr, $b:expr, $item:expr, $($bytes:literal => $low:ident $high:ident),*) => {
        match $item {
            // SAFETY: the caller promises the instruction set.
            $($bytes => unsafe { ($low($a, $b), $high($a, $b)) },)*
            _ => unreachable!("items of 1, 2, 4 or 8 bytes"),
        }
    };
}

impl Vector for __m128i {
    const LANES: usize = 1;

    #[inline(always)]
    unsafe fn load(from: [*const u8; MOST_LANES]) -> Self {
        // SAFETY: 16 bytes are readable, as the caller promises.
        unsafe { _mm_loadu_si128(from[0].cast()) }
    }

    #[inline(always)]
    unsafe fn load_whole(from: *const u8) -> Self {
        // SAFETY: 16 bytes are readable, as the caller promises.
        unsafe { _mm_loadu_si128(from.cast()) }
    }

    #[inline(always)]
    unsafe fn load_across(from: [*const u8; MOST_LANES]) -> [Self; MOST_LANES] {
        // SAFETY: as for `load`.
        [unsafe { Self::load(from) }; MOST_LANES]
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: 16 bytes are writable, as the caller promises.
        unsafe { _mm_storeu_si128(to.cast(), self) }
    }

    #[inline(always)]
    unsafe fn stream(self, to: *mut u8) {
        // SAFETY: 16 aligned bytes are writable, as the caller promises.
        unsafe { _mm_stream_si128(to.cast(), self) }
    }

    #[inline(always)]
    unsafe fn zip<const ITEM: usize>(self, other: Self) -> (Self, Self) {
        zip!(self, other, ITEM,
            1 => _mm_unpacklo_epi8 _mm_unpackhi_epi8, 2 => _mm_unpacklo_epi16 _mm_unpackhi_epi16,
            4 => _mm_unpacklo_epi32 _mm_unpackhi_epi32, 8 => _mm_unpacklo_epi64 _mm_unpackhi_epi64)
    }
}

impl Vector for __m256i {
    const LANES: usize = 2;

    #[inline(always)]
    unsafe fn load(from: [*const u8; MOST_LANES]) -> Self {
        // SAFETY: 16 bytes are readable from both, as the caller promises.
        unsafe { _mm256_loadu2_m128i(from[1].cast(), from[0].cast()) }
    }

    #[inline(always)]
    unsafe fn load_whole(from: *const u8) -> Self {
        // SAFETY: 32 bytes are readable, as the caller promises.
        unsafe { _mm256_loadu_si256(from.cast()) }
    }

    #[inline(always)]
    unsafe fn load_across(from: [*const u8; MOST_LANES]) -> [Self; MOST_LANES] {
        // SAFETY: 32 bytes are readable from both, as the caller promises.
        unsafe {
            let a = _mm256_loadu_si256(from[0].cast());
            let b = _mm256_loadu_si256(from[1].cast());
            let low = _mm256_permute2x128_si256::<0x20>(a, b);
            let high = _mm256_permute2x128_si256::<0x31>(a, b);
            [low, high, low, high]
        }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: 32 bytes are writable, as the caller promises.
        unsafe { _mm256_storeu_si256(to.cast(), self) }
    }

    #[inline(always)]
    unsafe fn stream(self, to: *mut u8) {
        // SAFETY: 32 aligned bytes are writable, as the caller promises.
        unsafe { _mm256_stream_si256(to.cast(), self) }
    }

    #[inline(always)]
    unsafe fn zip<const ITEM: usize>(self, other: Self) -> (Self, Self) {
        zip!(self, other, ITEM,
            1 => _mm256_unpacklo_epi8 _mm256_unpackhi_epi8,
            2 => _mm256_unpacklo_epi16 _mm256_unpackhi_epi16,
            4 => _mm256_unpacklo_epi32 _mm256_unpackhi_epi32,
            8 => _mm256_unpacklo_epi64 _mm256_unpackhi_epi64)
    }
}

impl Vector for __m512i {
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn load(from: [*const u8; MOST_LANES]) -> Self {
        // SAFETY: 16 bytes are readable from each, as the caller promises. A masked broadcast
        // from memory is a load and a blend, and keeps the shuffle unit free for `zip`.
        unsafe {
            let lanes = _mm512_castsi128_si512(_mm_loadu_si128(from[0].cast()));
            let second = _mm_loadu_si128(from[1].cast());
            let lanes = _mm512_mask_broadcast_i32x4(lanes, 0x00f0, second);
            let third = _mm_loadu_si128(from[2].cast());
            let lanes = _mm512_mask_broadcast_i32x4(lanes, 0x0f00, third);
            let fourth = _mm_loadu_si128(from[3].cast());
            _mm512_mask_broadcast_i32x4(lanes, 0xf000, fourth)
        }
    }

    #[inline(always)]
    unsafe fn load_whole(from: *const u8) -> Self {
        // SAFETY: 64 bytes are readable, as the caller promises.
        unsafe { _mm512_loadu_si512(from.cast()) }
    }

    #[inline(always)]
    unsafe fn load_across(from: [*const u8; MOST_LANES]) -> [Self; MOST_LANES] {
        // SAFETY: 64 bytes are readable from each, as the caller promises.
        unsafe {
            let a = _mm512_loadu_si512(from[0].cast());
            let b = _mm512_loadu_si512(from[1].cast());
            let c = _mm512_loadu_si512(from[2].cast());
            let d = _mm512_loadu_si512(from[3].cast());
            // Even and odd lanes of two, then of all four.
            let ab_even = _mm512_shuffle_i64x2::<0b10_00_10_00>(a, b);
            let ab_odd = _mm512_shuffle_i64x2::<0b11_01_11_01>(a, b);
            let cd_even = _mm512_shuffle_i64x2::<0b10_00_10_00>(c, d);
            let cd_odd = _mm512_shuffle_i64x2::<0b11_01_11_01>(c, d);
            [
                _mm512_shuffle_i64x2::<0b10_00_10_00>(ab_even, cd_even),
                _mm512_shuffle_i64x2::<0b10_00_10_00>(ab_odd, cd_odd),
                _mm512_shuffle_i64x2::<0b11_01_11_01>(ab_even, cd_even),
                _mm512_shuffle_i64x2::<0b11_01_11_01>(ab_odd, cd_odd),
            ]
        }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: 64 bytes are writable, as the caller promises.
        unsafe { _mm512_storeu_si512(to.cast(), self) }
    }

    #[inline(always)]
    unsafe fn stream(self, to: *mut u8) {
        // SAFETY: 64 aligned bytes are writable, as the caller promises.
        unsafe { _mm512_stream_si512(to.cast(), self) }
    }

    #[inline(always)]
    unsafe fn zip<const ITEM: usize>(self, other: Self) -> (Self, Self) {
        zip!(self, other, ITEM,
            1 => _mm512_unpacklo_epi8 _mm512_unpackhi_epi8,
            2 => _mm512_unpacklo_epi16 _mm512_unpackhi_epi16,
            4 => _mm512_unpacklo_epi32 _mm512_unpackhi_epi32,
            8 => _mm512_unpacklo_epi64 _mm512_unpackhi_epi64)
    }
}

impl Isa for Avx2 {
    type Narrow = __m128i;
    type Middle = __m256i;
    type Wide = __m256i;

    #[inline(always)]
    unsafe fn stream_line(from: *const u8, to: *mut u8) {
        // SAFETY: a line is readable, and the aligned one writable, as the caller promises.
        unsafe {
            let low = _mm256_loadu_si256(from.cast());
            let high = _mm256_loadu_si256(from.add(2 * LANE).cast());
            _mm256_stream_si256(to.cast(), low);
            _mm256_stream_si256(to.add(LINE / 2).cast(), high);
        }
    }

    #[inline(always)]
    fn fence() {
        // SAFETY: every x86-64 has it.
        unsafe { _mm_sfence() }
    }

    #[inline(always)]
    fn prefetch<const BEHIND: bool>(at: *const u8) {
        // SAFETY: a prefetch never faults, and every x86-64 has it.
        unsafe {
            match BEHIND {
                true => _mm_prefetch::<_MM_HINT_T1>(at.cast()),
                false => _mm_prefetch::<_MM_HINT_T0>(at.cast()),
            }
        }
    }
}

impl Isa for Avx512 {
    type Narrow = __m128i;
    type Middle = __m256i;
    type Wide = __m512i;

    weave!(2 => _mm512_permutex2var_epi16, 4 => _mm512_permutex2var_epi32,
        8 => _mm512_permutex2var_epi64);

    #[inline(always)]
    unsafe fn stream_line(from: *const u8, to: *mut u8) {
        // SAFETY: a line is readable, and the aligned one writable, as the caller promises.
        unsafe { _mm512_stream_si512(to.cast(), _mm512_loadu_si512(from.cast())) }
    }

    #[inline(always)]
    fn fence() {
        Avx2::fence();
    }

    #[inline(always)]
    fn prefetch<const BEHIND: bool>(at: *const u8) {
        Avx2::prefetch::<BEHIND>(at);
    }
}

impl Isa for Avx512Vbmi {
    type Narrow = __m128i;
    type Middle = __m256i;
    type Wide = __m512i;

    weave!(1 => _mm512_permutex2var_epi8, 2 => _mm512_permutex2var_epi16,
        4 => _mm512_permutex2var_epi32, 8 => _mm512_permutex2var_epi64);

    #[inline(always)]
    unsafe fn stream_line(from: *const u8, to: *mut u8) {
        // SAFETY: as the caller promises.
        unsafe { Avx512::stream_line(from, to) }
    }

    #[inline(always)]
    fn fence() {
        Avx2::fence();
    }

    #[inline(always)]
    fn prefetch<const BEHIND: bool>(at: *const u8) {
        Avx2::prefetch::<BEHIND>(at);
    }
}
