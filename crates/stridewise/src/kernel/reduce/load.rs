//! Load: items from wherever and however they lie, side by side in a first-level cache.
//!
//! Big-endian numbers, half floats and truth values become the items of a kernel here, and strided
//! ones are brought together: of `(3):(9)+1`, three numbers 9 bytes apart, the kernel sees 3 items
//! 8 bytes apart.

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

/// The bytes as they are.
pub(super) struct Plainly<T>(T);

impl<T: Copy> Load for Plainly<T> {
    type Item = T;

    #[inline(always)]
    unsafe fn load(from: *const u8) -> T {
        // SAFETY: the caller's promise.
        unsafe { from.cast::<T>().read_unaligned() }
    }
}
