//! Views from and to the `ndarray` crate, negative strides included.
//!
//! ndarray counts strides in items: `(2,3):(-24,8)+24` of f64 is its strides `[-3, 1]`, the
//! pointer on element (0,0).

use std::ptr::NonNull;

use ::ndarray::ShapeBuilder;
use ::ndarray::{ArrayView, ArrayViewD, ArrayViewMut, ArrayViewMutD, Axis, Dimension, IxDyn};

use super::bytes::place;
use super::{View, ViewError, ViewMut};
use crate::layout::{Layout, LayoutError, PerAxis};

impl<'a, T, D: Dimension> TryFrom<ArrayView<'a, T, D>> for View<'a, T> {
    type Error = ViewError;

    fn try_from(array: ArrayView<'a, T, D>) -> Result<Self, ViewError> {
        let layout = layout_of::<T>(array.shape(), array.strides())?;
        let origin = NonNull::new(array.as_ptr().cast_mut().cast()).unwrap_or(NonNull::dangling());
        // SAFETY: V1: an array view shares its valid elements for 'a, and its pointer is that of
        // element (0, 0, …).
        unsafe { View::from_raw(origin, layout) }
    }
}

impl<'a, T, D: Dimension> TryFrom<ArrayViewMut<'a, T, D>> for ViewMut<'a, T> {
    type Error = ViewError;

    fn try_from(mut array: ArrayViewMut<'a, T, D>) -> Result<Self, ViewError> {
        let layout = layout_of::<T>(array.shape(), array.strides())?;
        let origin = NonNull::new(array.as_mut_ptr().cast()).unwrap_or(NonNull::dangling());
        // SAFETY: V1, V3: a mutable array view has its valid elements to itself for 'a.
        unsafe { ViewMut::from_raw(origin, layout) }
    }
}

impl<'a, T> TryFrom<View<'a, T>> for ArrayViewD<'a, T> {
    type Error = ViewError;

    fn try_from(view: View<'a, T>) -> Result<Self, ViewError> {
        let parts = Parts::of(view.layout())?;
        let lowest = place(view.origin(), parts.lowest).cast_const().cast();
        // SAFETY: V1, V2: from the lowest element, steps upward alone reach the view's elements.
        let mut array =
            unsafe { ArrayViewD::from_shape_ptr(parts.shape.strides(parts.strides), lowest) };
        parts.downward.iter().for_each(|&axis| array.invert_axis(Axis(axis)));
        Ok(array)
    }
}

impl<'a, T> TryFrom<ViewMut<'a, T>> for ArrayViewMutD<'a, T> {
    type Error = ViewError;

    fn try_from(view: ViewMut<'a, T>) -> Result<Self, ViewError> {
        let parts = Parts::of(view.layout())?;
        let lowest = place(view.origin(), parts.lowest).cast();
        // SAFETY: V1 to V3: as for a shared view, and each element is met once.
        let mut array =
            unsafe { ArrayViewMutD::from_shape_ptr(parts.shape.strides(parts.strides), lowest) };
        parts.downward.iter().for_each(|&axis| array.invert_axis(Axis(axis)));
        Ok(array)
    }
}

fn layout_of<T>(shape: &[usize], strides: &[isize]) -> Result<Layout, LayoutError> {
    let itemsize = size_of::<T>() as i64;
    // ndarray keeps extents, and the bytes that strides span, within isize.
    let shape: PerAxis<i64> = shape.iter().map(|&extent| extent as i64).collect();
    let strides = strides.iter().map(|&stride| (stride as i64).wrapping_mul(itemsize));
    Layout::new(&shape, &strides.collect::<PerAxis<i64>>(), 0, itemsize)
}

/// A layout as ndarray takes it: strides upward in items, and the axes to turn afterwards.
struct Parts {
    lowest: i64,
    shape: IxDyn,
    strides: IxDyn,
    downward: PerAxis<usize>,
}

impl Parts {
    fn of(layout: &Layout) -> Result<Parts, ViewError> {
        let itemsize = layout.itemsize();
        let mut parts = Parts {
            lowest: if layout.is_empty() { 0 } else { layout.offset() },
            shape: IxDyn::zeros(layout.rank()),
            strides: IxDyn::zeros(layout.rank()),
            downward: PerAxis::new(),
        };
        for (axis, (&extent, &stride)) in layout.shape().iter().zip(layout.strides()).enumerate() {
            // V4: extents of arrays with elements fit; ndarray takes no extent beyond isize.
            let too_big = LayoutError::TooBig { axis, extent, itemsize };
            parts.shape[axis] = usize::try_from(extent).map_err(|_| too_big.clone())?;
            if extent < 2 || layout.is_empty() || itemsize == 0 {
                continue; // The stride is never used.
            }
            if stride % itemsize != 0 {
                return Err(ViewError::StrideInItems { axis, wanted: itemsize, got: stride });
            }
            let items = (stride / itemsize).unsigned_abs();
            parts.strides[axis] = usize::try_from(items).map_err(|_| too_big)?;
            if stride < 0 {
                parts.lowest += stride * (extent - 1); // L4
                parts.downward.push(axis);
            }
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::ndarray::{Array3, ArrayView3, s};

    fn check(array: ArrayView3<'_, i32>) {
        let view = View::try_from(array).unwrap();
        assert!(view.iter().eq(array.iter()), "{:?}", view.layout());
        let back = ArrayViewD::try_from(view).unwrap();
        assert_eq!(back, array.into_dyn());
        assert_eq!(back.strides(), array.strides());
    }

    #[test]
    fn goes_both_ways_with_negative_strides() {
        let array = Array3::from_shape_vec((3, 4, 5), (0..60).collect()).unwrap();
        check(array.view());
        check(array.view().reversed_axes());
        check(array.slice(s![..;-1, 1..;2, ..;-2]));
        check(array.slice(s![2.., ..;-1, ..]));
    }

    #[test]
    fn mutable_views_write_through() {
        let mut array = Array3::<i32>::zeros((2, 3, 4));
        let mut view = ViewMut::try_from(array.slice_mut(s![.., ..;-1, ..;2])).unwrap();
        view.iter_mut().zip(1..).for_each(|(element, number)| *element = number);
        let mut back = ArrayViewMutD::try_from(view).unwrap();
        back[[0, 0, 0]] = -1;
        assert_eq!(array[[0, 2, 0]], -1);
        assert_eq!(array[[1, 0, 2]], 12);
    }

    #[test]
    fn empty_and_rank_zero() {
        check(Array3::zeros((0, 4, 5)).view());
        let one = ::ndarray::arr0(7);
        assert_eq!(View::try_from(one.view()).unwrap().at(&[]), Ok(&7));
    }

    #[test]
    fn strides_between_items_are_refused() {
        let bytes = [0u16; 12];
        let layout = Layout::new(&[2], &[6], 0, 4).unwrap();
        // SAFETY: bytes 0..10 of 24.
        let view = unsafe { View::<u32>::from_raw(NonNull::from(&bytes).cast(), layout) };
        assert!(matches!(view, Err(ViewError::MisalignedStride { axis: 0, wanted: 4, got: 6 })));
    }
}
