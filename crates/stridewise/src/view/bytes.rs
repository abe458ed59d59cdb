//! Untyped views: items of any size at any address.
//!
//! For packed records, misaligned files and kernels that move bytes: the field `y` of the records
//! `[('x','i1'),('y','<f8')]` is `(3):(9)+1` with items of 8 bytes.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::{Plain, ViewError, gate};
use crate::layout::{Layout, LayoutError, Pick, Window, normalize_axis};

/// Shared bytes seen through a layout.
#[derive(Clone, Debug)]
pub struct Bytes<'a> {
    origin: NonNull<u8>,
    layout: Layout,
    memory: PhantomData<&'a [u8]>,
}

/// Bytes seen through a layout, for writing.
#[derive(Debug)]
pub struct BytesMut<'a> {
    origin: NonNull<u8>,
    layout: Layout,
    memory: PhantomData<&'a mut [u8]>,
}

// SAFETY: it acts as a `&[u8]` (V1), which is Send and Sync.
unsafe impl Send for Bytes<'_> {}
// SAFETY: as above.
unsafe impl Sync for Bytes<'_> {}
// SAFETY: it acts as a `&mut [u8]` (V1, V3), which is Send and Sync.
unsafe impl Send for BytesMut<'_> {}
// SAFETY: as above; a shared reference to it only reads.
unsafe impl Sync for BytesMut<'_> {}

impl<'a> Bytes<'a> {
    /// The items of a layout, its offset counted from the start of the buffer.
    ///
    /// ```
    /// # use stridewise::{layout::Layout, view::Bytes};
    /// let buffer: Vec<u8> = (0..27).collect();
    /// let packed = Bytes::new(&buffer, Layout::new(&[3], &[9], 1, 8).unwrap()).unwrap();
    /// assert_eq!(packed.read::<[u8; 2]>(&[1]), Err(stridewise::view::ViewError::ItemSize { wanted: 2, got: 8 }));
    /// assert_eq!(packed.read::<u64>(&[-1]).unwrap().to_ne_bytes()[0], 19);
    /// ```
    ///
    /// # Errors
    /// [`ViewError::OutsideBuffer`] where the layout reaches beyond the buffer.
    pub fn new(buffer: &'a [u8], layout: Layout) -> Result<Bytes<'a>, ViewError> {
        gate::inside(&layout, buffer.len())?; // V1, V4: and a shared slice is initialised.
        Ok(Bytes { origin: NonNull::from(buffer).cast(), layout, memory: PhantomData })
    }

    /// The items that a layout reaches from a pointer, its offset counted from there.
    ///
    /// # Safety
    /// V1: the bytes that the layout reaches from `origin` lie in one allocation, are
    /// initialised, and nobody writes them during `'a`.
    pub unsafe fn from_raw(origin: NonNull<u8>, layout: Layout) -> Bytes<'a> {
        // V4 follows from V1: no allocation has more than isize::MAX bytes.
        Bytes { origin, layout, memory: PhantomData }
    }

    /// The layout.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Where the layout's offset counts from.
    pub fn origin(&self) -> NonNull<u8> {
        self.origin
    }

    /// The bytes of one item; negative indices count from the end.
    ///
    /// # Errors
    /// An index out of range, or not one per axis.
    pub fn at(&self, index: &[i64]) -> Result<&'a [u8], LayoutError> {
        let offset = self.layout.offset_of(index)?;
        // SAFETY: V1, V4: the bytes of an item of the layout.
        Ok(unsafe { std::slice::from_raw_parts(place(self.origin, offset), item(&self.layout)) })
    }

    /// One item as a value, from whatever address it lies on.
    ///
    /// # Errors
    /// [`ViewError::ItemSize`] for a type of another size, and those of [`Bytes::at`].
    pub fn read<T: Plain>(&self, index: &[i64]) -> Result<T, ViewError> {
        let (wanted, got) = (size_of::<T>() as i64, self.layout.itemsize());
        if wanted != got {
            return Err(ViewError::ItemSize { wanted, got });
        }
        let bytes = self.at(index)?;
        // SAFETY: `bytes` has the size of `T`, and any bytes are a `T` (Plain).
        Ok(unsafe { bytes.as_ptr().cast::<T>().read_unaligned() })
    }

    /// Part of the same bytes, as [`Layout::slice`].
    ///
    /// # Errors
    /// Those of [`Layout::slice`].
    pub fn slice(&self, picks: &[Pick]) -> Result<Bytes<'a>, LayoutError> {
        Ok(self.part(self.layout.slice(picks)?))
    }

    /// All windows onto the same bytes, as [`Layout::window`].
    ///
    /// # Errors
    /// Those of [`Layout::window`].
    pub fn window(&self, window: &Window) -> Result<Bytes<'a>, LayoutError> {
        Ok(self.part(self.layout.window(window)?))
    }

    /// The same bytes with the axes in another order, as [`Layout::permute`].
    ///
    /// # Errors
    /// Those of [`Layout::permute`].
    pub fn permute(&self, axes: &[usize]) -> Result<Bytes<'a>, LayoutError> {
        Ok(self.part(self.layout.permute(axes)?))
    }

    /// The same bytes with all axes reversed.
    pub fn transpose(&self) -> Bytes<'a> {
        self.part(self.layout.transpose())
    }

    /// What lies before an index of an axis, and the rest. An index beyond the axis leaves one of
    /// the two empty.
    ///
    /// # Errors
    /// An axis that is not there.
    pub fn split_at(&self, axis: i64, index: i64) -> Result<(Bytes<'a>, Bytes<'a>), LayoutError> {
        let (before, after) = halves(&self.layout, axis, index)?;
        Ok((self.part(before), self.part(after)))
    }

    /// A view through a layout that reaches no other bytes.
    fn part(&self, layout: Layout) -> Bytes<'a> {
        Bytes { origin: self.origin, layout, memory: PhantomData }
    }
}

impl<'a> BytesMut<'a> {
    /// The items of a layout, its offset counted from the start of the buffer.
    ///
    /// # Errors
    /// [`ViewError::OutsideBuffer`] where the layout reaches beyond the buffer,
    /// [`ViewError::Aliasing`] where two indices reach one byte.
    pub fn new(buffer: &'a mut [u8], layout: Layout) -> Result<BytesMut<'a>, ViewError> {
        gate::inside(&layout, buffer.len())?; // V1, V4.
        gate::unique(&layout)?; // V3: and the slice is borrowed by nobody else.
        Ok(BytesMut { origin: NonNull::from(buffer).cast(), layout, memory: PhantomData })
    }

    /// The items that a layout reaches from a pointer, its offset counted from there.
    ///
    /// # Errors
    /// [`ViewError::Aliasing`] where two indices reach one byte.
    ///
    /// # Safety
    /// V1, and V3 as far as others are concerned: the bytes that the layout reaches from
    /// `origin` lie in one allocation, are initialised, and nobody else reads or writes them
    /// during `'a`.
    pub unsafe fn from_raw(origin: NonNull<u8>, layout: Layout) -> Result<BytesMut<'a>, ViewError> {
        gate::unique(&layout)?;
        Ok(BytesMut { origin, layout, memory: PhantomData })
    }

    /// As `from_raw`, for a layout that was found to be unique before.
    ///
    /// # Safety
    /// V1 and V3.
    pub(crate) unsafe fn admitted(origin: NonNull<u8>, layout: Layout) -> BytesMut<'a> {
        BytesMut { origin, layout, memory: PhantomData }
    }

    /// The layout.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Where the layout's offset counts from.
    pub fn origin(&self) -> NonNull<u8> {
        self.origin
    }

    /// The same bytes, shared for as long as this view is borrowed.
    pub fn as_bytes(&self) -> Bytes<'_> {
        Bytes { origin: self.origin, layout: self.layout.clone(), memory: PhantomData }
    }

    /// The same bytes, for as long as this view is borrowed.
    pub fn reborrow(&mut self) -> BytesMut<'_> {
        BytesMut { origin: self.origin, layout: self.layout.clone(), memory: PhantomData }
    }

    /// The bytes of one item, for writing; negative indices count from the end.
    ///
    /// # Errors
    /// An index out of range, or not one per axis.
    pub fn at_mut(&mut self, index: &[i64]) -> Result<&mut [u8], LayoutError> {
        let offset = self.layout.offset_of(index)?;
        let (start, length) = (place(self.origin, offset), item(&self.layout));
        // SAFETY: V1, V3, V4: the bytes of an item of the layout, borrowed with the view.
        Ok(unsafe { std::slice::from_raw_parts_mut(start, length) })
    }

    /// Part of the same bytes, as [`Layout::slice`].
    ///
    /// # Errors
    /// Those of [`Layout::slice`].
    pub fn slice(self, picks: &[Pick]) -> Result<BytesMut<'a>, LayoutError> {
        let layout = self.layout.slice(picks)?;
        Ok(BytesMut { layout, ..self })
    }

    /// What lies before an index of an axis, and the rest: no byte is in both (V3). An index
    /// beyond the axis leaves one of the two empty.
    ///
    /// # Errors
    /// An axis that is not there.
    pub fn split_at(
        self,
        axis: i64,
        index: i64,
    ) -> Result<(BytesMut<'a>, BytesMut<'a>), LayoutError> {
        let (before, after) = halves(&self.layout, axis, index)?;
        Ok((BytesMut { layout: before, ..self }, BytesMut { layout: after, ..self }))
    }

    /// The same bytes with the axes in another order, as [`Layout::permute`].
    ///
    /// # Errors
    /// Those of [`Layout::permute`].
    pub fn permute(self, axes: &[usize]) -> Result<BytesMut<'a>, LayoutError> {
        let layout = self.layout.permute(axes)?;
        Ok(BytesMut { layout, ..self })
    }

    /// The same bytes with all axes reversed.
    pub fn transpose(self) -> BytesMut<'a> {
        BytesMut { layout: self.layout.transpose(), ..self }
    }
}

/// The part of a layout before an index of an axis, and the rest.
fn halves(layout: &Layout, axis: i64, index: i64) -> Result<(Layout, Layout), LayoutError> {
    let axis = normalize_axis(axis, layout.rank())?;
    let part = |start, stop| {
        let mut picks = vec![Pick::ALL; axis];
        picks.push(Pick::Slice { start, stop, step: None });
        layout.slice(&picks)
    };
    let index = Some(index.max(0));
    Ok((part(None, index)?, part(index, None)?))
}

/// The address of a byte that a layout reaches.
pub(super) fn place(origin: NonNull<u8>, offset: i64) -> *mut u8 {
    // V4: the offset fits. Outside V1 the address is never used, so wrapping is enough.
    #[allow(clippy::cast_possible_truncation)]
    origin.as_ptr().wrapping_offset(offset as isize)
}

/// Bytes of one item: V4, as long as there is an item.
fn item(layout: &Layout) -> usize {
    usize::try_from(layout.itemsize()).unwrap_or(0)
}
