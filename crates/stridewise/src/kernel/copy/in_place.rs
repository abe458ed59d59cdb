//! In place: axes exchanged, or laid down in another order, without a second array.
//!
//! [`swap_in_place`] exchanges two axes of one extent in a view of any layout: blocks of the upper
//! triangle and their mirror images go through two small stages, and register tiles turn them on
//! the way. [`pack_in_place`] lays the items of a dense view down in another order of axes, as
//! C order to F order: where that is an exchange of two equal extents it is the above, and else
//! every item is moved once along the cycles of the permutation, with one bit per item to know
//! which are done (Knuth, volume 1, section 1.3.3). `(2,3):(24,8)+0` becomes `(2,3):(8,16)+0` by
//! the cycle 1 -> 2 -> 4 -> 3 -> 1 of items; 0 and 5 stay.
#![allow(clippy::cast_possible_truncation, reason = "V4: bytes of a view fit in isize")]

use std::fmt;

use super::{CopyError, CopyOptions, Stores, copy};
use crate::control::{Control, Stopped};
use crate::layout::{Layout, LayoutError, PerAxis, Pick, normalize_axis};
use crate::nest::{Loops, Nest};
use crate::view::{Buffer, Bytes, BytesMut, ViewError};

/// The most items of a block along both exchanged axes.
const BLOCK: i64 = 64;
/// The most bytes of a block, of which two are staged; larger items go one by one.
const STAGE: i64 = 64 << 10;
/// Items that follow a cycle between two reports: well below 10 ms of cache misses.
const REPORT: u64 = 1 << 15;

/// Why items were not rearranged where they lie.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InPlaceError {
    /// Axes of different extents cannot be exchanged in place in every layout.
    NotSquare {
        /// The first axis.
        axis: usize,
        /// Its extent.
        wanted: i64,
        /// The extent of the other.
        got: i64,
    },
    /// Items with gaps between them cannot be laid down in another order.
    NotDense {
        /// Bytes of the items.
        wanted: i64,
        /// Bytes from the first to the last.
        got: i64,
    },
    /// Axes that are not there, or no permutation.
    Layout(LayoutError),
    /// A layout that does not lie in the buffer, or would be written twice.
    View(ViewError),
    /// A copy that was not made, or the caller's wish to stop.
    Copy(CopyError),
}

impl fmt::Display for InPlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InPlaceError::NotSquare { axis, wanted, got } => write!(
                f,
                "axis {axis} has extent {wanted}, the axis it is exchanged with {got}; pack a dense view in another order, or copy"
            ),
            InPlaceError::NotDense { wanted, got } => write!(
                f,
                "items of {wanted} bytes lie spread over {got}; only a dense view is packed in place"
            ),
            InPlaceError::Layout(error) => error.fmt(f),
            InPlaceError::View(error) => error.fmt(f),
            InPlaceError::Copy(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for InPlaceError {}

impl From<LayoutError> for InPlaceError {
    fn from(error: LayoutError) -> Self {
        InPlaceError::Layout(error)
    }
}

impl From<ViewError> for InPlaceError {
    fn from(error: ViewError) -> Self {
        InPlaceError::View(error)
    }
}

impl From<CopyError> for InPlaceError {
    fn from(error: CopyError) -> Self {
        InPlaceError::Copy(error)
    }
}

impl From<Stopped> for InPlaceError {
    fn from(stopped: Stopped) -> Self {
        InPlaceError::Copy(stopped.into())
    }
}

/// Exchanges two axes of one extent, whatever the layout.
///
/// Law: `after.at(.., i, .., j, ..) == before.at(.., j, .., i, ..)`.
///
/// ```
/// use stridewise::control::Control;
/// use stridewise::kernel::copy::{CopyOptions, swap_in_place};
/// use stridewise::layout::Layout;
/// use stridewise::view::BytesMut;
///
/// let mut square = [1, 2, 3, 4, 5, 6, 7, 8, 9];
/// let mut view = BytesMut::new(&mut square, Layout::c_order(&[3, 3], 1).unwrap()).unwrap();
/// swap_in_place(&mut view, 0, 1, &CopyOptions::default(), &Control::quiet()).unwrap();
/// assert_eq!(square, [1, 4, 7, 2, 5, 8, 3, 6, 9]);
/// ```
///
/// # Errors
/// Axes that are not there or differ in extent, or the caller's wish to stop, which leaves some
/// blocks exchanged and others not.
pub fn swap_in_place(
    view: &mut BytesMut<'_>,
    axis1: i64,
    axis2: i64,
    options: &CopyOptions,
    control: &Control<'_>,
) -> Result<(), InPlaceError> {
    let rank = view.layout().rank();
    let (one, other) = (normalize_axis(axis1, rank)?, normalize_axis(axis2, rank)?);
    let shape = PerAxis::from(view.layout().shape());
    let (wanted, got) = (shape[one], shape[other]);
    if wanted != got {
        return Err(InPlaceError::NotSquare { axis: one, wanted, got });
    }
    if one == other || view.layout().is_empty() || wanted < 2 {
        return Ok(());
    }
    let (mut side, itemsize) = (BLOCK, view.layout().itemsize());
    while side > 1 && itemsize.saturating_mul(side.pow(2)) > STAGE {
        side /= 2;
    }
    let mut block = PerAxis::<i64>::filled(1, rank);
    (block[one], block[other]) = (side, side);
    let loops = Nest::over(&[view.layout()]).map_err(CopyError::from)?;
    let most = usize::try_from(itemsize * side.pow(2)).unwrap_or(usize::MAX);
    let mut stages = [room(most)?, room(most)?];
    let options = CopyOptions { stores: Stores::Cache, ..*options };
    let (quiet, total) = (Control::quiet(), view.layout().size().unsigned_abs());
    let mut done = 0;
    for here in loops.tiles(&block) {
        if start(&here[one]) > start(&here[other]) {
            continue; // The mirror image of one that was met.
        }
        let mut mirror = here.clone();
        mirror.swap(one, other);
        let shape = |layout: &Layout| PerAxis::from(layout.shape());
        let upper = view.as_bytes().slice(&here)?;
        let lower = view.as_bytes().slice(&mirror)?;
        let (wide, tall) = (shape(upper.layout()), shape(lower.layout()));
        done += upper.layout().size().unsigned_abs() + lower.layout().size().unsigned_abs();
        let [first, second] = &mut stages;
        // Each is staged as it lies where it goes: the copies from the stage are straight.
        turned(&upper, first, one, other, &options)?;
        turned(&lower, second, one, other, &options)?;
        put(first, &tall, view.reborrow().slice(&mirror)?, &options, &quiet)?;
        put(second, &wide, view.reborrow().slice(&here)?, &options, &quiet)?;
        control.tell(done.min(total), total)?;
    }
    Ok(())
}

/// Lays the items of a dense view down with their axes in another order, slowest first.
///
/// Law: the result has the items of the view at the same indices, and its layout is
/// `Layout::packed_in_order(shape, itemsize, order)` from the view's first byte on.
///
/// ```
/// use stridewise::control::Control;
/// use stridewise::kernel::copy::{CopyOptions, pack_in_place};
/// use stridewise::layout::Layout;
/// use stridewise::view::BytesMut;
///
/// let mut items = [1, 2, 3, 4, 5, 6];
/// let c = BytesMut::new(&mut items, Layout::c_order(&[2, 3], 1).unwrap()).unwrap();
/// let f = pack_in_place(c, &[1, 0], &CopyOptions::default(), &Control::quiet()).unwrap();
/// assert_eq!(f.layout().to_string(), "(2,3):(1,2)+0");
/// assert_eq!(items, [1, 4, 2, 5, 3, 6]);
/// ```
///
/// # Errors
/// An order that permutes no axes, gaps between the items, no memory for a bit per item, or the
/// caller's wish to stop, which leaves items moved in part.
pub fn pack_in_place<'a>(
    view: BytesMut<'a>,
    order: &[usize],
    options: &CopyOptions,
    control: &Control<'_>,
) -> Result<BytesMut<'a>, InPlaceError> {
    let from = view.layout().clone();
    let packed = Layout::packed_in_order(from.shape(), from.itemsize(), order)?;
    let (low, wanted, got) = (from.span().low, from.nbytes(), from.span().len());
    // V3: no item is reached twice, so items that fill their span are dense.
    if wanted != got {
        return Err(InPlaceError::NotDense { wanted, got });
    }
    let to = Layout::new(packed.shape(), packed.strides(), low, packed.itemsize())?;
    let origin = view.origin();
    let loops = Nest::over(&[&to, &from]).map_err(CopyError::from)?;
    if !loops.is_empty() && from.itemsize() > 0 {
        let loops = loops.order_by(0).upward(0).fuse();
        match exchanged(&loops) {
            Some((one, other)) => {
                // SAFETY: the loops reach the bytes of the view (O2), each once (V3).
                let mut fused = unsafe { BytesMut::admitted(origin, loops.layout(1)?) };
                swap_in_place(&mut fused, one, other, options, control)?;
            }
            None => Cycles::new(&loops, low)?.run(origin.as_ptr(), control)?,
        }
    }
    // SAFETY: `to` reaches exactly the bytes that the view reaches, which is consumed; packed
    // layouts reach none twice.
    Ok(unsafe { BytesMut::admitted(origin, to) })
}

/// The two axes that are exchanged, where that is all that differs between two operands.
fn exchanged(loops: &Loops) -> Option<(i64, i64)> {
    let differs = |&axis: &usize| loops.strides(axis)[0] != loops.strides(axis)[1];
    let axes: PerAxis<usize> = (0..loops.rank()).filter(differs).collect();
    let &[one, other] = &axes[..] else { return None };
    let mirrored = loops.strides(one)[0] == loops.strides(other)[1]
        && loops.strides(one)[1] == loops.strides(other)[0]
        && loops.extents()[one] == loops.extents()[other];
    (mirrored && loops.bases()[0] == loops.bases()[1]).then_some((one as i64, other as i64))
}

/// The permutation that takes the items of a dense view to their places.
struct Cycles {
    item: usize,
    count: u64,
    extents: Vec<u64>,
    /// Bytes that a step of each axis moves in the source.
    strides: Vec<i64>,
    source: i64,
    low: i64,
}

impl Cycles {
    /// Over a packed operand 0 and the source, ordered and fused; both start at byte `low`.
    fn new(loops: &Loops, low: i64) -> Result<Cycles, InPlaceError> {
        let mut item = loops.sizes()[0];
        let mut rank = loops.rank();
        // Items that stay side by side are one.
        if let Some(last) = rank.checked_sub(1)
            && loops.strides(last) == loops.sizes()
        {
            item *= loops.extents()[last];
            rank = last;
        }
        let extents: Vec<u64> = loops.extents()[..rank].iter().map(|e| e.unsigned_abs()).collect();
        Ok(Cycles {
            item: usize::try_from(item).unwrap_or(0), // V4
            count: extents.iter().product(),
            strides: (0..rank).map(|axis| loops.strides(axis)[1]).collect(),
            extents,
            source: loops.bases()[1],
            low,
        })
    }

    /// Which item comes to a place.
    fn comes_to(&self, place: u64) -> u64 {
        let (mut rest, mut byte) = (place, self.source);
        for (&extent, &stride) in self.extents.iter().zip(&self.strides).rev() {
            // L4: an index times its stride, summed, is a byte of the source.
            byte += (rest % extent) as i64 * stride;
            rest /= extent;
        }
        (byte - self.low).unsigned_abs() / self.item as u64
    }

    fn run(&self, origin: *mut u8, control: &Control<'_>) -> Result<(), InPlaceError> {
        if self.count < 2 {
            return Ok(()); // All items stay side by side.
        }
        let words = usize::try_from(self.count.div_ceil(64)).unwrap_or(usize::MAX);
        let mut moved = room(words.saturating_mul(8))?;
        let mut held = room(self.item)?;
        let address = |item: u64| {
            // V4: the byte of an item of the view.
            let byte = self.low as isize + item as isize * self.item as isize;
            origin.wrapping_offset(byte)
        };
        let mut done = 0;
        for first in 0..self.count {
            if is_set(&moved, first) {
                continue;
            }
            let mut from = self.comes_to(first);
            if from == first {
                done += 1;
                continue;
            }
            // SAFETY: items of the view, which nobody else touches (V1, V3); `held` holds one.
            unsafe { address(first).copy_to_nonoverlapping(held.as_mut_ptr(), self.item) };
            let mut place = first;
            while from != first {
                // SAFETY: two different items of the view, which do not overlap (V3).
                unsafe { address(from).copy_to_nonoverlapping(address(place), self.item) };
                set(&mut moved, from);
                (place, from) = (from, self.comes_to(from));
                done += 1;
                if done % REPORT == 0 {
                    // The held item would be lost, so a stop waits for the end of the cycle.
                    let _ = control.reply(done, self.count);
                }
            }
            // SAFETY: as above.
            unsafe { address(place).copy_from_nonoverlapping(held.as_ptr(), self.item) };
            done += 1;
            control.tell(done, self.count)?;
        }
        Ok(())
    }
}

fn is_set(bits: &[u8], at: u64) -> bool {
    bits.get(at as usize / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
}

fn set(bits: &mut [u8], at: u64) {
    if let Some(byte) = bits.get_mut(at as usize / 8) {
        *byte |= 1 << (at % 8);
    }
}

fn room(bytes: usize) -> Result<Buffer, InPlaceError> {
    let wanted = i64::try_from(bytes).unwrap_or(i64::MAX);
    Buffer::zeroed(bytes).ok_or(InPlaceError::Copy(CopyError::OutOfMemory { wanted }))
}

fn start(pick: &Pick) -> i64 {
    match pick {
        Pick::Slice { start, .. } => start.unwrap_or(0),
        _ => 0,
    }
}

/// Stages a block with two axes exchanged, packed.
fn turned(
    block: &Bytes<'_>,
    stage: &mut Buffer,
    one: usize,
    other: usize,
    options: &CopyOptions,
) -> Result<(), InPlaceError> {
    let mut order: PerAxis<usize> = (0..block.layout().rank()).collect();
    order.swap(one, other);
    let source = block.permute(&order)?;
    let packed = Layout::c_order(source.layout().shape(), source.layout().itemsize())?;
    let mut place = BytesMut::new(stage, packed)?;
    Ok(copy(&source, &mut place, options, &Control::quiet())?)
}

/// Puts a stage of a shape in its place.
fn put(
    stage: &Buffer,
    shape: &[i64],
    mut place: BytesMut<'_>,
    options: &CopyOptions,
    quiet: &Control<'_>,
) -> Result<(), InPlaceError> {
    let packed = Layout::c_order(shape, place.layout().itemsize())?;
    Ok(copy(&Bytes::new(stage, packed)?, &mut place, options, quiet)?)
}
