//! Typed views: elements of a Rust type, aligned and valid.
//!
//! A view of `&[f64]` through `(2,3):(24,8)+0` is a matrix of references; anything that is not
//! aligned for the type goes through [`Bytes`].

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::bytes::place;
use super::{Bytes, BytesMut, Iter, IterMut, Plain, ViewError, gate};
use crate::layout::{Layout, LayoutError, Pick, Window};

/// Shared elements seen through a layout.
#[derive(Debug)]
pub struct View<'a, T> {
    origin: NonNull<u8>,
    layout: Layout,
    memory: PhantomData<&'a [T]>,
}

/// Elements seen through a layout, for writing.
#[derive(Debug)]
pub struct ViewMut<'a, T> {
    origin: NonNull<u8>,
    layout: Layout,
    memory: PhantomData<&'a mut [T]>,
}

// SAFETY: it acts as a `&[T]` (V1, V2): sending it shares the elements with another thread.
unsafe impl<T: Sync> Send for View<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for View<'_, T> {}
// SAFETY: it acts as a `&mut [T]` (V1 to V3): sending it moves the access to the elements.
unsafe impl<T: Send> Send for ViewMut<'_, T> {}
// SAFETY: a shared reference to it gives out `&T` alone.
unsafe impl<T: Sync> Sync for ViewMut<'_, T> {}

impl<T> Clone for View<'_, T> {
    fn clone(&self) -> Self {
        View { origin: self.origin, layout: self.layout.clone(), memory: PhantomData }
    }
}

impl<'a, T> View<'a, T> {
    /// The elements of a layout, its offset counted in bytes from the start of the slice.
    ///
    /// ```
    /// # use stridewise::{layout::Layout, view::View};
    /// let numbers = [0, 1, 2, 3, 4, 5];
    /// let f = View::new(&numbers, Layout::f_order(&[2, 3], 4).unwrap()).unwrap();
    /// assert_eq!(f.iter().copied().collect::<Vec<i32>>(), [0, 2, 4, 1, 3, 5]);
    /// assert_eq!(f.at(&[-1, 1]), Ok(&3));
    /// ```
    ///
    /// # Errors
    /// Items of another size than `T`, bytes outside the slice, or a misaligned element.
    pub fn new(elements: &'a [T], layout: Layout) -> Result<View<'a, T>, ViewError> {
        gate::inside(&layout, size_of_val(elements))?; // V1, V4.
        let origin = NonNull::from(elements).cast();
        gate::typed::<T>(&layout, origin.as_ptr())?;
        // V2: aligned items within a slice of T, each as large as a T, lie at whole multiples of
        // the alignment but perhaps across two elements; see `whole`.
        whole::<T>(&layout)?;
        Ok(View { origin, layout, memory: PhantomData })
    }

    /// The elements that a layout reaches from a pointer, its offset counted from there.
    ///
    /// # Errors
    /// Items of another size than `T`, or a misaligned element.
    ///
    /// # Safety
    /// V1, and every item of the layout holds a valid `T`.
    pub unsafe fn from_raw(origin: NonNull<u8>, layout: Layout) -> Result<View<'a, T>, ViewError> {
        gate::typed::<T>(&layout, origin.as_ptr())?;
        Ok(View { origin, layout, memory: PhantomData })
    }

    /// The layout, in bytes.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Where the layout's offset counts from.
    pub fn origin(&self) -> NonNull<u8> {
        self.origin
    }

    /// One element; negative indices count from the end.
    ///
    /// # Errors
    /// An index out of range, or not one per axis.
    pub fn at(&self, index: &[i64]) -> Result<&'a T, LayoutError> {
        let offset = self.layout.offset_of(index)?;
        // SAFETY: V1, V2, V4: an element of the layout.
        Ok(unsafe { &*place(self.origin, offset).cast::<T>() })
    }

    /// The elements in index order, the last axis fastest.
    pub fn iter(&self) -> Iter<'a, T> {
        // SAFETY: V1, V2: every element of the layout may be shared during 'a.
        unsafe { Iter::new(self.origin, &self.layout) }
    }

    /// Part of the same elements, as [`Layout::slice`].
    ///
    /// # Errors
    /// Those of [`Layout::slice`].
    pub fn slice(&self, picks: &[Pick]) -> Result<View<'a, T>, LayoutError> {
        Ok(self.part(self.layout.slice(picks)?))
    }

    /// All windows onto the same elements, as [`Layout::window`].
    ///
    /// # Errors
    /// Those of [`Layout::window`].
    pub fn window(&self, window: &Window) -> Result<View<'a, T>, LayoutError> {
        Ok(self.part(self.layout.window(window)?))
    }

    /// The same elements with the axes in another order, as [`Layout::permute`].
    ///
    /// # Errors
    /// Those of [`Layout::permute`].
    pub fn permute(&self, axes: &[usize]) -> Result<View<'a, T>, LayoutError> {
        Ok(self.part(self.layout.permute(axes)?))
    }

    /// The same elements with all axes reversed.
    pub fn transpose(&self) -> View<'a, T> {
        self.part(self.layout.transpose())
    }

    /// A view through a layout that reaches no other elements.
    fn part(&self, layout: Layout) -> View<'a, T> {
        View { origin: self.origin, layout, memory: PhantomData }
    }
}

impl<'a, T: Plain> View<'a, T> {
    /// The same elements, untyped.
    pub fn as_bytes(&self) -> Bytes<'a> {
        // SAFETY: V1 holds for this view, and every byte of a Plain value is initialised.
        unsafe { Bytes::from_raw(self.origin, self.layout.clone()) }
    }
}

impl<'a, T> ViewMut<'a, T> {
    /// The elements of a layout, its offset counted in bytes from the start of the slice.
    ///
    /// # Errors
    /// Those of [`View::new`], and [`ViewError::Aliasing`] where two indices reach one byte.
    pub fn new(elements: &'a mut [T], layout: Layout) -> Result<ViewMut<'a, T>, ViewError> {
        gate::inside(&layout, size_of_val(elements))?; // V1, V4.
        gate::unique(&layout)?; // V3: and the slice is borrowed by nobody else.
        let origin = NonNull::from(elements).cast();
        gate::typed::<T>(&layout, origin.as_ptr())?;
        whole::<T>(&layout)?; // V2
        Ok(ViewMut { origin, layout, memory: PhantomData })
    }

    /// The elements that a layout reaches from a pointer, its offset counted from there.
    ///
    /// # Errors
    /// Items of another size than `T`, a misaligned element, or two indices that reach one byte.
    ///
    /// # Safety
    /// V1, every item of the layout holds a valid `T`, and nobody else reads or writes these
    /// items during `'a`.
    pub unsafe fn from_raw(
        origin: NonNull<u8>,
        layout: Layout,
    ) -> Result<ViewMut<'a, T>, ViewError> {
        gate::unique(&layout)?;
        gate::typed::<T>(&layout, origin.as_ptr())?;
        Ok(ViewMut { origin, layout, memory: PhantomData })
    }

    /// The layout, in bytes.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Where the layout's offset counts from.
    pub fn origin(&self) -> NonNull<u8> {
        self.origin
    }

    /// The same elements, shared for as long as this view is borrowed.
    pub fn as_view(&self) -> View<'_, T> {
        View { origin: self.origin, layout: self.layout.clone(), memory: PhantomData }
    }

    /// The same elements, for as long as this view is borrowed.
    pub fn reborrow(&mut self) -> ViewMut<'_, T> {
        ViewMut { origin: self.origin, layout: self.layout.clone(), memory: PhantomData }
    }

    /// One element, for writing; negative indices count from the end.
    ///
    /// # Errors
    /// An index out of range, or not one per axis.
    pub fn at_mut(&mut self, index: &[i64]) -> Result<&mut T, LayoutError> {
        let offset = self.layout.offset_of(index)?;
        // SAFETY: V1 to V4: an element of the layout, borrowed with the view.
        Ok(unsafe { &mut *place(self.origin, offset).cast::<T>() })
    }

    /// The elements in index order, the last axis fastest, for writing.
    pub fn iter_mut(&mut self) -> IterMut<'_, T> {
        // SAFETY: V1 to V3: each element is met once, borrowed with the view.
        unsafe { IterMut::new(self.origin, &self.layout) }
    }

    /// Part of the same elements, as [`Layout::slice`].
    ///
    /// # Errors
    /// Those of [`Layout::slice`].
    pub fn slice(self, picks: &[Pick]) -> Result<ViewMut<'a, T>, LayoutError> {
        let layout = self.layout.slice(picks)?;
        Ok(ViewMut { layout, ..self })
    }

    /// The same elements with the axes in another order, as [`Layout::permute`].
    ///
    /// # Errors
    /// Those of [`Layout::permute`].
    pub fn permute(self, axes: &[usize]) -> Result<ViewMut<'a, T>, LayoutError> {
        let layout = self.layout.permute(axes)?;
        Ok(ViewMut { layout, ..self })
    }

    /// The same elements with all axes reversed.
    pub fn transpose(self) -> ViewMut<'a, T> {
        ViewMut { layout: self.layout.transpose(), ..self }
    }
}

impl<'a, T: Plain> ViewMut<'a, T> {
    /// The same elements, untyped.
    pub fn into_bytes(self) -> BytesMut<'a> {
        // SAFETY: V1 and V3 hold for this view; any bytes written are valid values (Plain).
        unsafe { BytesMut::admitted(self.origin, self.layout) }
    }
}

/// V2 within a slice of `T`: items start where elements start. Alignment alone would let a
/// `(u64, u64)` be read from the second half of one element and the first of the next.
fn whole<T>(layout: &Layout) -> Result<(), ViewError> {
    let (size, alignment) = (size_of::<T>() as i64, align_of::<T>() as i64);
    if size == alignment || size == 0 || layout.is_empty() {
        return Ok(()); // Aligned is whole.
    }
    let got = layout.offset().rem_euclid(size);
    if got != 0 {
        return Err(ViewError::MisalignedStart { wanted: size, got });
    }
    for (axis, (&extent, &stride)) in layout.shape().iter().zip(layout.strides()).enumerate() {
        if extent > 1 && stride % size != 0 {
            return Err(ViewError::MisalignedStride { axis, wanted: size, got: stride });
        }
    }
    Ok(())
}
