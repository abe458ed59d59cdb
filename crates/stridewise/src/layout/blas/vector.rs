//! A layout's last axis as a vector that GEMV, DOT and AXPY take: increment and first byte.
//!
//! `(3):(-16)+32` of 8-byte items has increment -2. BLAS walks a vector with a negative increment
//! from its far end and wants the lowest address: byte 0, where the last element lies.

use super::obstacle::Flaw;
use super::{Need, Obstacle, ObstacleCode};
use crate::layout::Layout;

/// A vector as BLAS takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Vector {
    /// how many elements
    pub len: i64,
    /// items from one element to the next; negative where they run backwards, never 0
    pub inc: i64,
    /// the byte to pass: that of the lowest element
    pub offset: i64,
}

impl Layout {
    /// The last axis as a vector that BLAS takes in place; a single element counts as one of
    /// length 1. Axes before it are a stack.
    ///
    /// Law: element i lies on byte `offset + itemsize * i * inc` where inc is positive, and
    /// `offset + itemsize * (len - 1 - i) * -inc` where it is negative.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let a = Layout::new(&[3], &[-16], 32, 8).unwrap();
    /// let vector = a.blas_vector().unwrap();
    /// assert_eq!((vector.inc, vector.offset), (-2, 0));
    /// for i in 0..3 {
    ///     let byte = vector.offset + 8 * (vector.len - 1 - i) * -vector.inc;
    ///     assert_eq!(a.offset_of(&[i]).unwrap(), byte);
    /// }
    /// ```
    ///
    /// # Errors
    /// The [`Obstacle`] that makes a copy necessary: a stride of 0, or of parts of items.
    pub fn blas_vector(&self) -> Result<Vector, Obstacle> {
        let axis = self.rank().saturating_sub(1);
        let len = self.shape().last().copied().unwrap_or(1);
        let stride = self.strides().last().copied().unwrap_or(0);
        if len == 1 || self.is_empty() {
            return Ok(Vector { len, inc: 1, offset: self.offset() });
        }
        let itemsize = self.itemsize();
        let (code, need) = match stride {
            0 => (ObstacleCode::Repeats, Need::AtLeast(itemsize)),
            _ if stride.checked_rem(itemsize) != Some(0) => {
                (ObstacleCode::PartsOfItems, Need::MultipleOf(itemsize))
            }
            _ => {
                let reach = stride * (len - 1); // Invariant L4, here and below.
                let offset = self.offset() + reach.min(0);
                return Ok(Vector { len, inc: stride / itemsize, offset });
            }
        };
        Err(Flaw { code, axis: Some(axis), found: stride, need }.copied(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(extent: i64, stride: i64, want: &str) {
        let a = Layout::new(&[extent], &[stride], 100, 8).unwrap();
        let got = match a.blas_vector() {
            Ok(Vector { inc, offset, .. }) => format!("inc {inc} +{offset}"),
            Err(obstacle) => obstacle.to_string(),
        };
        assert_eq!(got, want, "{a}");
    }

    #[test]
    fn vectors() {
        check(4, 8, "inc 1 +100");
        check(4, 24, "inc 3 +100");
        check(4, -8, "inc -1 +76");
        check(4, -16, "inc -2 +52");
        check(1, 0, "inc 1 +100");
        check(1, -9, "inc 1 +100");
        check(0, 0, "inc 1 +100");
        check(4, 0, "axis 0 repeats itself: stride[0] is 0, it needs 8 or more");
        check(4, 12, "axis 0 moves by parts of items: stride[0] is 12, it needs a multiple of 8");
    }
}
