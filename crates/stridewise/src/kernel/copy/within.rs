//! Within: from one layout to another inside the same bytes, as `memmove`.
//!
//! Source and destination may overlap in any way; the result is as if the source had been read as
//! a whole before the first write. Layouts that share no byte are copied as ever. A shift, the same
//! strides from another offset, moves pieces in the order in which none is overwritten before it is
//! read. Everything else goes through a temporary.
//! `(3):(8)+0` to `(3):(8)+8` moves bytes 0..24 to 8..32.

use std::ptr::NonNull;

use super::{CopyError, CopyOptions, InPlaceError, copy};
use crate::control::Control;
use crate::layout::{Answer, Layout, Pieces, Work, overlap};
use crate::nest::Nest;
use crate::view::{Buffer, Bytes, BytesMut};

/// Copies every item that one layout reaches to where another has the same index, in one buffer.
///
/// Law: for every index, `to.at(index)` afterwards is what `from.at(index)` was before, and no byte
/// that `to` does not reach is written.
///
/// ```
/// use stridewise::control::Control;
/// use stridewise::kernel::copy::{CopyOptions, copy_within};
/// use stridewise::layout::Layout;
///
/// let mut bytes = [1, 2, 3, 4, 5, 6];
/// let forward = Layout::new(&[6], &[1], 0, 1).unwrap();
/// let backward = Layout::new(&[6], &[-1], 5, 1).unwrap();
/// copy_within(&mut bytes, &forward, &backward, &CopyOptions::default(), &Control::quiet()).unwrap();
/// assert_eq!(bytes, [6, 5, 4, 3, 2, 1]);
/// ```
///
/// # Errors
/// Shapes or items that differ, layouts that leave the buffer, a destination that reaches a byte
/// twice, no memory for the temporary, or the caller's wish to stop.
pub fn copy_within(
    buffer: &mut [u8],
    from: &Layout,
    to: &Layout,
    options: &CopyOptions,
    control: &Control<'_>,
) -> Result<(), InPlaceError> {
    if from.itemsize() != to.itemsize() {
        let (wanted, got) = (from.itemsize(), to.itemsize());
        return Err(CopyError::ItemSize { wanted, got }.into());
    }
    let loops = Nest::over(&[to, from]).map_err(CopyError::from)?;
    Bytes::new(buffer, from.clone())?;
    BytesMut::new(buffer, to.clone())?;
    if loops.is_empty() || from == to {
        return Ok(());
    }
    // A question that is hard is not worth its answer: a temporary is always right.
    if matches!(overlap(from, to, Work::Nodes(10_000)), Answer::No) {
        let origin = NonNull::from(&mut *buffer).cast();
        // SAFETY: both lie in the buffer, as was just checked, and share no byte of it (V1, V3).
        let (source, mut destination) = unsafe {
            (Bytes::from_raw(origin, from.clone()), BytesMut::from_raw(origin, to.clone())?)
        };
        return Ok(copy(&source, &mut destination, options, control)?);
    }
    if from.strides() == to.strides()
        && let Some(pieces) = in_order(from)
    {
        shift(buffer, &pieces, to.offset() - from.offset());
        return Ok(());
    }
    let packed = Layout::packed_in_order(to.shape(), to.itemsize(), &to.order())?;
    let wanted = packed.nbytes();
    let stage = usize::try_from(wanted).ok().and_then(Buffer::zeroed);
    let mut stage = stage.ok_or(CopyError::OutOfMemory { wanted })?;
    let source = Bytes::new(buffer, from.clone())?;
    copy(&source, &mut BytesMut::new(&mut stage, packed.clone())?, options, control)?;
    let mut destination = BytesMut::new(buffer, to.clone())?;
    Ok(copy(&Bytes::new(&stage, packed)?, &mut destination, options, control)?)
}

/// The pieces of a layout, where each begins after the one before it ends.
fn in_order(layout: &Layout) -> Option<Pieces> {
    let pieces = layout.pieces(0).ok()?;
    let mut end = i64::MIN;
    let follows = |start| {
        let follows = start >= end;
        end = start + pieces.length(); // L4
        follows
    };
    pieces.starts().all(follows).then_some(pieces)
}

/// Moves every piece by `distance` bytes; those first whose place none of the others still needs.
fn shift(buffer: &mut [u8], pieces: &Pieces, distance: i64) {
    let mut starts: Vec<i64> = pieces.starts().collect();
    if distance > 0 {
        starts.reverse();
    }
    for start in starts {
        // Both layouts were found to lie inside the buffer.
        let place = |at: i64| usize::try_from(at).unwrap_or(0);
        let from = place(start)..place(start + pieces.length());
        buffer.copy_within(from, place(start + distance));
    }
}
