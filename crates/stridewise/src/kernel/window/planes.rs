//! Planes: the numbers of nodes, one array for each, in packs.
//!
//! A node of a variance is a mean and squares: two planes of one length, so that packs of either
//! are neighbours. The nodes `(3, 1) (5, 2)` are the planes `3 5` and `1 2`.

use super::error::WindowError;
use super::scan::{Pack, WIDTH};
use crate::kernel::arch::LINE;

/// A pack as a value. (`copy_from_slice` would be a call, which costs more than the pack.)
#[inline(always)]
pub(super) fn load<S: Copy + Default>(numbers: &[S], at: usize) -> Pack<S> {
    match numbers[at..at + WIDTH].first_chunk() {
        Some(pack) => *pack,
        None => [S::default(); WIDTH],
    }
}

#[inline(always)]
pub(super) fn store<S: Copy>(numbers: &mut [S], at: usize, pack: Pack<S>) {
    if let Some(to) = numbers[at..at + WIDTH].first_chunk_mut() {
        *to = pack;
    }
}

/// Packs of each of `P` planes.
pub(super) type PacksOf<'a, S, const P: usize> = [&'a [Pack<S>]; P];

/// `P` arrays of one length.
pub(super) struct Planes<S, const P: usize> {
    numbers: Vec<S>,
    /// Where the first plane begins: on a line of the cache, so that no pack straddles two.
    start: usize,
    length: usize,
}

impl<S: Copy + Default, const P: usize> Planes<S, P> {
    pub(super) fn new(length: usize) -> Result<Self, WindowError> {
        let out_of_memory = WindowError::OutOfMemory { wanted: length as i64 };
        let length = length.next_multiple_of(LINE);
        let total = length.checked_mul(P).ok_or(out_of_memory.clone())?.saturating_add(LINE);
        let mut numbers = Vec::new();
        numbers.try_reserve_exact(total).map_err(|_| out_of_memory)?;
        numbers.resize(total, S::default());
        let start = numbers.as_ptr().align_offset(LINE).min(LINE);
        Ok(Planes { numbers, start, length })
    }

    /// Some packs of each plane.
    #[inline(always)]
    pub(super) fn packs(&self, at: usize, count: usize) -> [&[Pack<S>]; P] {
        std::array::from_fn(|plane| {
            let plane = self.start + plane * self.length;
            &self.numbers[plane + at..plane + self.length].as_chunks().0[..count]
        })
    }

    /// Some packs of each plane, to be written.
    #[inline(always)]
    pub(super) fn packs_mut(&mut self, at: usize, count: usize) -> [&mut [Pack<S>]; P] {
        let mut planes = self.numbers[self.start..].chunks_exact_mut(self.length);
        std::array::from_fn(|_| match planes.next() {
            Some(plane) => &mut plane[at..].as_chunks_mut().0[..count],
            None => &mut [],
        })
    }

    #[inline(always)]
    pub(super) fn load(&self, at: usize) -> [Pack<S>; P] {
        let mut packs = [[S::default(); WIDTH]; P];
        for (plane, pack) in packs.iter_mut().enumerate() {
            *pack = load(&self.numbers, self.start + plane * self.length + at);
        }
        packs
    }

    #[inline(always)]
    pub(super) fn store(&mut self, at: usize, packs: [Pack<S>; P]) {
        for (plane, pack) in packs.iter().enumerate() {
            store(&mut self.numbers, self.start + plane * self.length + at, *pack);
        }
    }
}

/// Keeps a loop over packs as it is written: each pack is a vector already, and compilers that
/// take several packs apart to make vectors across them only lose by it.
#[inline(always)]
pub(super) fn one_by_one() {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    // SAFETY: no instruction at all.
    unsafe {
        std::arch::asm!("", options(nomem, nostack, preserves_flags));
    }
}

/// One pack of each plane.
#[inline(always)]
pub(super) fn get<S: Copy + Default, const P: usize>(
    from: &[&[Pack<S>]; P],
    at: usize,
) -> [Pack<S>; P] {
    let mut packs = [[S::default(); WIDTH]; P];
    for (pack, from) in packs.iter_mut().zip(from) {
        *pack = from[at];
    }
    packs
}

/// One pack of each plane that is being written.
#[inline(always)]
pub(super) fn to_pack<S: Copy + Default, const P: usize>(
    from: &[&mut [Pack<S>]; P],
    at: usize,
) -> [Pack<S>; P] {
    let mut packs = [[S::default(); WIDTH]; P];
    for (pack, from) in packs.iter_mut().zip(from) {
        *pack = from[at];
    }
    packs
}

/// Writes one pack of each plane.
#[inline(always)]
pub(super) fn put<S: Copy, const P: usize>(
    to: &mut [&mut [Pack<S>]; P],
    at: usize,
    packs: [Pack<S>; P],
) {
    for (to, pack) in to.iter_mut().zip(packs) {
        to[at] = pack;
    }
}
