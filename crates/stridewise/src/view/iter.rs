//! Iteration in index order: an odometer of offsets.
//!
//! `(2,3):(8,16)+0` is met at bytes 0, 16, 32, 8, 24, 40.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::bytes::place;
use crate::layout::{Layout, PerAxis};

/// The offsets of a layout's elements in index order.
#[derive(Clone, Debug)]
struct Offsets {
    layout: Layout,
    index: PerAxis<i64>,
    offset: i64,
    left: i64,
}

impl Offsets {
    fn new(layout: &Layout) -> Offsets {
        let index = PerAxis::filled(0, layout.rank());
        Offsets { layout: layout.clone(), index, offset: layout.offset(), left: layout.size() }
    }
}

impl Iterator for Offsets {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        if self.left == 0 {
            return None;
        }
        let offset = self.offset;
        self.left -= 1;
        if self.left > 0 {
            let (shape, strides) = (self.layout.shape(), self.layout.strides());
            for axis in (0..shape.len()).rev() {
                self.index[axis] += 1;
                if self.index[axis] < shape[axis] {
                    self.offset += strides[axis]; // L4
                    break;
                }
                self.index[axis] = 0;
                self.offset -= strides[axis] * (shape[axis] - 1); // L4
            }
        }
        Some(offset)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.left).ok();
        (left.unwrap_or(usize::MAX), left)
    }
}

/// Shared elements in index order.
#[derive(Debug)]
pub struct Iter<'a, T> {
    origin: NonNull<u8>,
    offsets: Offsets,
    memory: PhantomData<&'a [T]>,
}

impl<T> Iter<'_, T> {
    /// # Safety
    /// V1 and V2 hold for the layout during `'a`.
    pub(super) unsafe fn new(origin: NonNull<u8>, layout: &Layout) -> Self {
        Iter { origin, offsets: Offsets::new(layout), memory: PhantomData }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        let offset = self.offsets.next()?;
        // SAFETY: V1, V2: an element of the layout.
        Some(unsafe { &*place(self.origin, offset).cast::<T>() })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.offsets.size_hint()
    }
}

/// Elements in index order, for writing.
#[derive(Debug)]
pub struct IterMut<'a, T> {
    origin: NonNull<u8>,
    offsets: Offsets,
    memory: PhantomData<&'a mut [T]>,
}

impl<T> IterMut<'_, T> {
    /// # Safety
    /// V1 to V3 hold for the layout during `'a`.
    pub(super) unsafe fn new(origin: NonNull<u8>, layout: &Layout) -> Self {
        IterMut { origin, offsets: Offsets::new(layout), memory: PhantomData }
    }
}

impl<'a, T> Iterator for IterMut<'a, T> {
    type Item = &'a mut T;

    fn next(&mut self) -> Option<&'a mut T> {
        let offset = self.offsets.next()?;
        // SAFETY: V1 to V3: an element of the layout that no other index reaches.
        Some(unsafe { &mut *place(self.origin, offset).cast::<T>() })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.offsets.size_hint()
    }
}
