//! The gate: what is checked before a layout may be used on memory.
//!
//! A buffer of 48 bytes admits `(2,3):(24,8)+0` and `(2,3):(-24,8)+24`, not `(2,3):(24,8)+8`.
//! Everything here is arithmetic on a layout; the callers own the memory.

use super::ViewError;
use crate::layout::{Answer, Layout, Work, self_overlap};

/// V1 and V4: every reached byte is one of `0..buffer`.
pub(super) fn inside(layout: &Layout, buffer: usize) -> Result<(), ViewError> {
    // A slice has at most isize::MAX bytes, and so fits.
    let buffer = i64::try_from(buffer).unwrap_or(i64::MAX);
    let reached = layout.span();
    if !layout.is_empty() && (reached.low < 0 || reached.high > buffer) {
        return Err(ViewError::OutsideBuffer { reached, buffer });
    }
    Ok(())
}

/// V2, but for validity: item by item a `T`, each on an address that `T` allows.
pub(super) fn typed<T>(layout: &Layout, origin: *const u8) -> Result<(), ViewError> {
    let wanted = size_of::<T>() as i64;
    if layout.itemsize() != wanted {
        return Err(ViewError::ItemSize { wanted, got: layout.itemsize() });
    }
    if layout.is_empty() {
        return Ok(());
    }
    let alignment = align_of::<T>() as i64;
    let past = (origin.addr() % align_of::<T>()) as i64;
    let got = (layout.offset() % alignment + past).rem_euclid(alignment);
    if got != 0 {
        return Err(ViewError::MisalignedStart { wanted: alignment, got });
    }
    for (axis, (&extent, &stride)) in layout.shape().iter().zip(layout.strides()).enumerate() {
        if extent > 1 && stride % alignment != 0 {
            return Err(ViewError::MisalignedStride { axis, wanted: alignment, got: stride });
        }
    }
    Ok(())
}

/// The layout's half of V3, exactly.
pub(super) fn unique(layout: &Layout) -> Result<(), ViewError> {
    match self_overlap(layout, Work::Exact) {
        Answer::No => Ok(()),
        Answer::Yes(meeting) => Err(ViewError::Aliasing {
            first: meeting.first.to_vec(),
            second: meeting.second.to_vec(),
        }),
        Answer::TooHard => Err(ViewError::PerhapsAliasing),
    }
}
