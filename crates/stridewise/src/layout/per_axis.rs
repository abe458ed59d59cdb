//! One value per axis, stored inline for up to eight axes.
//!
//! Most arrays have few axes, so a layout of rank 8 or less never touches the heap.
//! `PerAxis<i64>` holds extents and strides, `PerAxis<usize>` a permutation of axes.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};

const INLINE: usize = 8;

/// A list with one value per axis; it reads and writes as a slice.
#[derive(Clone)]
pub struct PerAxis<T: Copy + Default>(Store<T>);

#[derive(Clone)]
enum Store<T> {
    Inline { len: usize, values: [T; INLINE] },
    Heap(Vec<T>),
}

impl<T: Copy + Default> PerAxis<T> {
    /// The empty list, for an array of rank 0.
    #[inline]
    pub fn new() -> Self {
        PerAxis(Store::Inline { len: 0, values: [T::default(); INLINE] })
    }

    /// `rank` copies of one value.
    #[inline]
    pub fn filled(value: T, rank: usize) -> Self {
        if rank <= INLINE {
            PerAxis(Store::Inline { len: rank, values: [value; INLINE] })
        } else {
            PerAxis(Store::Heap(vec![value; rank]))
        }
    }

    /// The value that `value` gives for each axis of `0..rank`, asked from the first on.
    ///
    /// The quickest way to many at once: each has a place that is known when this is compiled, so
    /// that it is kept in a register until it is written where it belongs, and nothing is moved.
    #[inline(always)]
    pub fn from_fn(rank: usize, mut value: impl FnMut(usize) -> T) -> Self {
        if rank > INLINE {
            return PerAxis(Store::Heap((0..rank).map(value).collect()));
        }
        let mut values = [T::default(); INLINE];
        for (axis, place) in values.iter_mut().enumerate() {
            if axis < rank {
                *place = value(axis);
            }
        }
        PerAxis(Store::Inline { len: rank, values })
    }

    /// As [`from_fn`](PerAxis::from_fn), asked from the last on.
    #[inline(always)]
    pub(in crate::layout) fn from_fn_back(rank: usize, mut value: impl FnMut(usize) -> T) -> Self {
        if rank > INLINE {
            let mut heap: Vec<T> = (0..rank).rev().map(value).collect();
            heap.reverse();
            return PerAxis(Store::Heap(heap));
        }
        let mut values = [T::default(); INLINE];
        for (axis, place) in values.iter_mut().enumerate().rev() {
            if axis < rank {
                *place = value(axis);
            }
        }
        PerAxis(Store::Inline { len: rank, values })
    }

    /// `rank` values that `write` puts over the defaults it finds, in any order.
    #[inline(always)]
    pub(in crate::layout) fn written(rank: usize, write: impl FnOnce(&mut [T])) -> Self {
        if rank > INLINE {
            let mut heap = vec![T::default(); rank];
            write(&mut heap);
            return PerAxis(Store::Heap(heap));
        }
        let mut values = [T::default(); INLINE];
        write(&mut values[..rank]);
        PerAxis(Store::Inline { len: rank, values })
    }

    /// Appends a value for a new last axis.
    #[inline]
    pub fn push(&mut self, value: T) {
        match &mut self.0 {
            Store::Inline { len, values } if *len < INLINE => {
                values[*len] = value;
                *len += 1;
            }
            Store::Inline { values, .. } => {
                let mut heap = Vec::with_capacity(2 * INLINE);
                heap.extend_from_slice(values);
                heap.push(value);
                self.0 = Store::Heap(heap);
            }
            Store::Heap(heap) => heap.push(value),
        }
    }

    /// Inserts a value before `axis`; `axis` may equal the length.
    #[inline]
    pub fn insert(&mut self, axis: usize, value: T) {
        self.push(value);
        self[axis..].rotate_right(1);
    }

    /// Keeps the first `len` values; without effect where there are no more.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        match &mut self.0 {
            Store::Inline { len: old, .. } => *old = len.min(*old),
            Store::Heap(heap) => heap.truncate(len),
        }
    }

    /// Removes and returns the value of `axis`.
    #[inline]
    pub fn remove(&mut self, axis: usize) -> T {
        let value = self[axis];
        self[axis..].rotate_left(1);
        match &mut self.0 {
            Store::Inline { len, .. } => *len -= 1,
            Store::Heap(heap) => {
                heap.pop();
            }
        }
        value
    }
}

impl<T: Copy + Default> Default for PerAxis<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Copy + Default> Deref for PerAxis<T> {
    type Target = [T];
    #[inline]
    fn deref(&self) -> &[T] {
        match &self.0 {
            Store::Inline { len, values } => &values[..*len],
            Store::Heap(heap) => heap,
        }
    }
}

impl<T: Copy + Default> DerefMut for PerAxis<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            Store::Inline { len, values } => &mut values[..*len],
            Store::Heap(heap) => heap,
        }
    }
}

impl<T: Copy + Default> From<&[T]> for PerAxis<T> {
    #[inline]
    fn from(slice: &[T]) -> Self {
        PerAxis::from_fn(slice.len(), |axis| slice[axis])
    }
}

impl<T: Copy + Default> FromIterator<T> for PerAxis<T> {
    #[inline]
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
        let mut values = [T::default(); INLINE];
        let mut len = 0;
        let mut iter = iter.into_iter();
        while let Some(value) = iter.next() {
            if len == INLINE {
                return PerAxis(Store::Heap(
                    values.into_iter().chain([value]).chain(iter).collect(),
                ));
            }
            values[len] = value;
            len += 1;
        }
        PerAxis(Store::Inline { len, values })
    }
}

impl<'a, T: Copy + Default> IntoIterator for &'a PerAxis<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Copy + Default + fmt::Debug> fmt::Debug for PerAxis<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: Copy + Default + PartialEq> PartialEq for PerAxis<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Copy + Default + Eq> Eq for PerAxis<T> {}

impl<T: Copy + Default + Hash> Hash for PerAxis<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::PerAxis;

    #[test]
    fn behaves_as_a_vec_on_both_sides_of_the_inline_limit() {
        let mut list = PerAxis::<i64>::new();
        let mut model = Vec::new();
        for step in 0..40i64 {
            let at = model.len() * 7 / 3 % (model.len() + 1);
            list.insert(at, step);
            model.insert(at, step);
            assert_eq!(&list[..], &model[..]);
        }
        while !model.is_empty() {
            let at = model.len() * 3 / 5 % model.len();
            assert_eq!(list.remove(at), model.remove(at));
            assert_eq!(&list[..], &model[..]);
            assert_eq!(list, PerAxis::from(&model[..]));
        }
    }
}
