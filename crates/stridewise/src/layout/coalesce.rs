//! Coalesce: neighbouring axes that walk memory as one become one.
//!
//! `(2,3,4):(96,32,8)+0` coalesces to `(24):(8)+0`; `(2,3,4):(192,32,8)+0` to
//! `(2,12):(192,8)+0`.

use super::{Layout, PerAxis};

impl Layout {
    /// The fewest axes that visit the same elements in the same C order: axes of extent 1
    /// dropped, neighbours merged where `stride[k] == stride[k+1] * extent[k+1]`.
    ///
    /// Law: for all flat k, `coalesced.offset_of(unravel(k)) == offset_of(unravel(k))`.
    /// Without elements the result is `(0):(itemsize)`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::new(&[2, 3, 1, 4], &[192, 32, 7, 8], 0, 8).unwrap();
    /// let merged = a.coalesce();
    /// assert_eq!(merged.to_string(), "(2,12):(192,8)+0");
    /// assert_eq!(merged.offset_of(&[1, 2 * 4 + 3]), a.offset_of(&[1, 2, 0, 3]));
    /// ```
    pub fn coalesce(&self) -> Layout {
        if self.is_empty() {
            return self.without_elements(self.offset());
        }
        let (mut shape, mut strides) = self.axes();
        let rank = merge(&mut shape, &mut strides);
        shape.truncate(rank);
        strides.truncate(rank);
        Layout::from_proved(shape, strides, self.offset(), self.itemsize())
    }

    /// One layout for all that reach the same elements in whatever order: axes from the
    /// largest absolute stride to the smallest, no stride negative, coalesced.
    ///
    /// Law: it reaches the same bytes, each as often, and
    /// `self.permute(axes).flip(axes).canonical() == self.canonical()`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::new(&[3, 2], &[-8, 24], 16, 8).unwrap();
    /// assert_eq!(a.canonical().to_string(), "(6):(8)+0");
    /// assert_eq!(a.transpose().flip(&[0]).unwrap().canonical(), a.canonical());
    /// ```
    pub fn canonical(&self) -> Layout {
        if self.is_empty() {
            return self.without_elements(0);
        }
        let low = self.span().low;
        let (mut shape, mut strides) = self.axes();
        sort(&mut shape, &mut strides);
        let rank = merge(&mut shape, &mut strides);
        shape.truncate(rank);
        strides.truncate(rank);
        Layout::from_proved(shape, strides, low, self.itemsize())
    }

    fn without_elements(&self, offset: i64) -> Layout {
        let itemsize = self.itemsize();
        Layout::from_proved(PerAxis::filled(0, 1), PerAxis::filled(itemsize, 1), offset, itemsize)
    }
}

/// Strides without their signs, the largest first; of two alike, that of the longer axis first.
#[inline]
fn sort(shape: &mut [i64], strides: &mut [i64]) {
    // Insertion sort, for ranks are small.
    for end in 0..shape.len().min(strides.len()) {
        let (stride, extent) = (strides[end].saturating_abs(), shape[end]); // L4: MIN on extent 1
        let mut at = end;
        while at > 0 && (strides[at - 1], shape[at - 1]) < (stride, extent) {
            (strides[at], shape[at]) = (strides[at - 1], shape[at - 1]);
            at -= 1;
        }
        (strides[at], shape[at]) = (stride, extent);
    }
}

/// Drops axes of extent 1 and merges neighbours where the outer one steps over the inner one;
/// says how many axes are left, at the front.
#[inline]
fn merge(shape: &mut [i64], strides: &mut [i64]) -> usize {
    let mut kept = 0;
    for axis in 0..shape.len().min(strides.len()) {
        let (extent, stride) = (shape[axis], strides[axis]);
        if extent == 1 {
            continue;
        }
        if kept > 0 && stride.checked_mul(extent) == Some(strides[kept - 1]) {
            shape[kept - 1] *= extent; // Invariant L3.
            strides[kept - 1] = stride;
        } else {
            (shape[kept], strides[kept]) = (extent, stride);
            kept += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shape: &[i64], strides: &[i64], coalesced: &str, canonical: &str) {
        let a = Layout::new(shape, strides, 0, 8).unwrap();
        assert_eq!(a.coalesce().to_string(), coalesced, "{a}");
        assert_eq!(a.canonical().to_string(), canonical, "{a}");
    }

    #[test]
    fn merges_what_walks_as_one() {
        check(&[], &[], "():()+0", "():()+0");
        check(&[1, 1], &[i64::MIN, 3], "():()+0", "():()+0");
        check(&[2, 3, 4], &[96, 32, 8], "(24):(8)+0", "(24):(8)+0");
        check(&[2, 3, 4], &[192, 32, 8], "(2,12):(192,8)+0", "(2,12):(192,8)+0");
        check(&[4, 3, 2], &[8, 32, 96], "(4,3,2):(8,32,96)+0", "(24):(8)+0");
        check(&[2, 3], &[-24, -8], "(6):(-8)+0", "(6):(8)+-40");
        check(&[2, 3], &[24, -8], "(2,3):(24,-8)+0", "(6):(8)+-16");
        check(&[2, 3, 4], &[0, 0, 8], "(6,4):(0,8)+0", "(4,6):(8,0)+0");
        check(&[2, 0, 4], &[1, 2, 3], "(0):(8)+0", "(0):(8)+0");
        // Equal strides: the longer axis stands first, so that one layout is left.
        check(&[2, 3], &[8, 8], "(2,3):(8,8)+0", "(3,2):(8,8)+0");
        check(
            &[2, 3],
            &[1 << 61, 1 << 61],
            "(2,3):(2305843009213693952,2305843009213693952)+0",
            "(3,2):(2305843009213693952,2305843009213693952)+0",
        );
    }
}
