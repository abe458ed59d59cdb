//! Small: copies so short that looking for the best way would take longer than any way.
//!
//! The last two axes are loops, an odometer runs the others. An array of 8 by 8 numbers is eight
//! runs of eight, without an odometer.

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
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // V4, L2
unsafe fn items<const ITEM: usize>(
    source: *const u8,
    from: &Layout,
    destination: *mut u8,
    to: &Layout,
) {
    let (shape, read, write) = (to.shape(), from.strides(), to.strides());
    // V4, L2: the steps and extents of an axis counted from the last one, or of none.
    let axis = |back: usize| match shape.len().checked_sub(back) {
        Some(at) => (shape[at] as usize, read[at] as isize, write[at] as isize),
        None => (1, 0, 0),
    };
    let (last, before) = (axis(1), axis(2));
    let outer = shape.len().saturating_sub(2);
    let mut index = PerAxis::<i64>::filled(0, outer);
    let (mut read_at, mut write_at) = (from.offset(), to.offset());
    loop {
        let mut row = (
            source.wrapping_offset(read_at as isize),
            destination.wrapping_offset(write_at as isize),
        );
        for _ in 0..before.0 {
            let mut item = row;
            for _ in 0..last.0 {
                // SAFETY: an item that both layouts reach.
                unsafe { put::<ITEM>(item.0, item.1) }
                item = (item.0.wrapping_offset(last.1), item.1.wrapping_offset(last.2));
            }
            row = (row.0.wrapping_offset(before.1), row.1.wrapping_offset(before.2));
        }
        let mut axis = outer;
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
