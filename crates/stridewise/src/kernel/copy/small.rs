//! Small: copies so short that looking for the best way would take longer than any way.
//!
//! The last axis is the inner loop, an odometer runs the others. An array of 8 by 8 numbers is
//! eight runs of eight.

use super::movers::put;
use crate::layout::{Layout, PerAxis};

/// Up to this many bytes, planning costs more than it gains.
const MOST_BYTES: i64 = 1024;
/// Up to this many axes, nothing is allocated.
const MOST_AXES: usize = 8;

/// Copies item by item, if there are few; whether it did.
///
/// # Safety
/// The layouts are of one shape and itemsize; what they reach from the origins can be read and
/// written, by nobody else meanwhile, and the two do not overlap.
pub(super) unsafe fn copy_small(
    source: *const u8,
    from: &Layout,
    destination: *mut u8,
    to: &Layout,
) -> bool {
    if to.nbytes() > MOST_BYTES || to.rank() > MOST_AXES || to.rank() == 0 || to.is_empty() {
        return false;
    }
    macro_rules! with {
        ($($item:literal)*) => {
            match to.itemsize() {
                // SAFETY: the caller's promise.
                $($item => unsafe { items::<$item>(source, from, destination, to) },)*
                _ => return false,
            }
        };
    }
    with!(1 2 4 8 16);
    true
}

/// # Safety
/// As for `copy_small`; items have `ITEM` bytes.
#[allow(clippy::cast_possible_truncation)] // V4
unsafe fn items<const ITEM: usize>(
    source: *const u8,
    from: &Layout,
    destination: *mut u8,
    to: &Layout,
) {
    let (shape, read, write) = (to.shape(), from.strides(), to.strides());
    let last = shape.len() - 1;
    let mut index = PerAxis::<i64>::filled(0, last);
    let (mut read_at, mut write_at) = (from.offset(), to.offset());
    loop {
        for at in 0..shape[last] {
            let from = source.wrapping_offset((read_at + read[last] * at) as isize);
            let to = destination.wrapping_offset((write_at + write[last] * at) as isize);
            // SAFETY: an item that both layouts reach.
            unsafe { put::<ITEM>(from, to) }
        }
        let mut axis = last;
        loop {
            if axis == 0 {
                return;
            }
            axis -= 1;
            let end = shape[axis] - 1;
            if index[axis] < end {
                index[axis] += 1;
                read_at += read[axis]; // L4, here and below.
                write_at += write[axis];
                break;
            }
            index[axis] = 0;
            read_at -= read[axis] * end;
            write_at -= write[axis] * end;
        }
    }
}
