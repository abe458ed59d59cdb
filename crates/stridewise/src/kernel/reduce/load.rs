//! Load: items from wherever and however they lie, side by side in a first-level cache.
//!
//! Big-endian numbers, half floats and truth values become the items of a kernel here, and strided
//! ones are brought together: of `(3):(9)+1`, three numbers 9 bytes apart, the kernel sees 3 items
//! 8 bytes apart.

use std::marker::PhantomData;

use super::number::Cast;

/// Loads items at `outer[o] + inner[i]` and stores them `o * steps.0 + i * steps.1` items from
/// the start of an aligned stage.
pub(super) type Gather = unsafe fn(
    from: *const u8,
    outer: &[isize],
    inner: &[isize],
    to: *mut u8,
    steps: (usize, usize),
);

/// How an item is made of bytes.
pub(super) trait Load {
    /// What it becomes.
    type Item: Copy;
    /// Whether the kernel can use items as they lie.
    const DIRECT: bool;

    /// The item at an address.
    ///
    /// # Safety
    /// The bytes of a value can be read.
    unsafe fn load(from: *const u8) -> Self::Item;
}

/// See [`Gather`].
///
/// # Safety
/// Each item can be read, and has its place on the stage.
pub(super) unsafe fn gather<L: Load>(
    from: *const u8,
    outer: &[isize],
    inner: &[isize],
    to: *mut u8,
    steps: (usize, usize),
) {
    let to = to.cast::<L::Item>();
    for (line, outer) in outer.iter().enumerate() {
        let (from, to) = (from.wrapping_offset(*outer), to.wrapping_add(line * steps.0));
        // SAFETY: the caller's promise.
        unsafe {
            if steps.1 == 1 {
                for (at, inner) in inner.iter().enumerate() {
                    to.wrapping_add(at).write(L::load(from.wrapping_offset(*inner)));
                }
            } else {
                for (at, inner) in inner.iter().enumerate() {
                    let item = L::load(from.wrapping_offset(*inner));
                    to.wrapping_add(at * steps.1).write(item);
                }
            }
        }
    }
}

/// A number as it lies in memory, its bytes turned around where `SWAP`, cast for the kernel.
pub(super) struct As<T, To, const SWAP: bool>(PhantomData<fn() -> (T, To)>);

impl<T: Cast<To>, To: Copy, const SWAP: bool> Load for As<T, To, SWAP> {
    type Item = To;
    const DIRECT: bool = T::SAME && !SWAP;

    #[inline(always)]
    unsafe fn load(from: *const u8) -> To {
        // SAFETY: the caller's promise; numbers take any bytes.
        let raw = unsafe { from.cast::<T>().read_unaligned() };
        if SWAP { raw.swapped().cast() } else { raw.cast() }
    }
}

/// The bits of a pair that are set in either half, for pairs of 8 bytes each.
pub(super) struct Either;

impl Load for Either {
    type Item = u64;
    const DIRECT: bool = false;

    #[inline(always)]
    unsafe fn load(from: *const u8) -> u64 {
        // SAFETY: the caller's promise.
        let [a, b] = unsafe { from.cast::<[u64; 2]>().read_unaligned() };
        a | b
    }
}
