//! As strided: any shape and strides over the same buffer, refused with evidence where it
//! would leave the buffer.
//!
//! Over `(6):(8)+0` in a buffer of 48 bytes, `(4,3):(8,8)+0` reaches bytes 0..48 and is
//! admitted; `(5,3):(8,8)+0` reaches 8 bytes past the end and is refused.

use super::layout_type::span_of;
use super::overlap::{Answer, Work, self_overlap};
use super::slice::moved;
use super::{Layout, LayoutError, PerAxis, Span};

/// What the memory behind a layout will be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Elements may share bytes.
    Read,
    /// Each byte belongs to at most one element.
    Write,
}

/// A shape and strides to look at a buffer with, and what to check.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AsStrided {
    /// the extents
    pub shape: PerAxis<i64>,
    /// the signed byte strides
    pub strides: PerAxis<i64>,
    /// bytes from the first element of the old layout to the first of the new one
    pub offset: i64,
    /// the bytes that exist, counted as the old layout's offset counts
    pub buffer: Span,
    /// whether elements may share bytes
    pub access: Access,
    /// bytes that each element has to be aligned to, in a buffer whose byte 0 is
    pub alignment: Option<i64>,
}

impl AsStrided {
    /// For reading, from the old first element, with no alignment asked for.
    pub fn new(shape: &[i64], strides: &[i64], buffer: Span) -> AsStrided {
        AsStrided {
            shape: shape.into(),
            strides: strides.into(),
            offset: 0,
            buffer,
            access: Access::Read,
            alignment: None,
        }
    }
}

impl Layout {
    /// Any shape and strides over this layout's buffer, as
    /// `numpy.lib.stride_tricks.as_strided`, but checked.
    ///
    /// Law: `result.offset_of(i) == self.offset() + wanted.offset + sum(i[k] * strides[k])`,
    /// and every byte of every element is inside `wanted.buffer`.
    ///
    /// ```
    /// # use stridewise::layout::{AsStrided, Layout};
    /// let a = Layout::c_order(&[6], 8).unwrap();
    /// let windows = AsStrided::new(&[4, 3], &[8, 8], a.span());
    /// let view = a.as_strided(&windows).unwrap();
    /// assert_eq!(view.to_string(), "(4,3):(8,8)+0");
    /// assert_eq!(view.offset_of(&[3, 2]).unwrap(), 3 * 8 + 2 * 8);
    /// let too_long = AsStrided::new(&[5, 3], &[8, 8], a.span());
    /// assert_eq!(
    ///     a.as_strided(&too_long).unwrap_err().to_string(),
    ///     "the view is out of bounds of its buffer: it reaches 8 bytes past its end \
    ///      (bytes 0..56 of a buffer 0..48)"
    /// );
    /// ```
    ///
    /// # Errors
    /// What [`Layout::new`] refuses, a byte outside the buffer, an element off the alignment,
    /// and for writing an element reached twice.
    pub fn as_strided(&self, wanted: &AsStrided) -> Result<Layout, LayoutError> {
        let AsStrided { shape, strides, buffer, .. } = wanted;
        let (offset, itemsize) = (moved(self.offset(), wanted.offset, 1)?, self.itemsize());
        let got = span_of(shape, strides, offset, itemsize)?;
        if !got.is_empty() && (got.low < buffer.low || got.high > buffer.high) {
            return Err(LayoutError::OutsideBuffer { buffer: *buffer, got });
        }
        let layout = Layout::from_proved(shape.clone(), strides.clone(), offset, itemsize);
        if let Some(alignment) = wanted.alignment {
            layout.check_alignment(alignment)?;
        }
        if wanted.access == Access::Write {
            layout.check_reached_once()?;
        }
        Ok(layout)
    }

    fn check_alignment(&self, alignment: i64) -> Result<(), LayoutError> {
        if self.is_aligned(alignment) {
            return Ok(());
        }
        let off = |&axis: &usize| self.shape()[axis] > 1 && self.strides()[axis] % alignment != 0;
        let axis = (0..self.rank()).find(off);
        let got = axis.map_or(self.offset(), |axis| self.strides()[axis]);
        Err(LayoutError::Misaligned { axis, wanted: alignment, got })
    }

    /// Refuses also where the question could not be settled within [`Work::Exact`]'s bounds.
    fn check_reached_once(&self) -> Result<(), LayoutError> {
        let witness = match self_overlap(self, Work::Exact) {
            Answer::No => return Ok(()),
            Answer::Yes(meeting) => Some((meeting.first.to_vec(), meeting.second.to_vec())),
            Answer::TooHard => None,
        };
        Err(LayoutError::ReachedTwice { witness })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::said;

    /// Over `(6):(8)+16` in a buffer of 64 bytes.
    fn check(shape: &[i64], strides: &[i64], change: impl Fn(&mut AsStrided), want: &str) {
        let a = Layout::new(&[6], &[8], 16, 8).unwrap();
        let mut wanted = AsStrided::new(shape, strides, Span { low: 0, high: 64 });
        change(&mut wanted);
        assert_eq!(said(a.as_strided(&wanted)), want, "{wanted:?}");
    }

    #[test]
    fn stays_in_its_buffer() {
        let as_is = |_: &mut AsStrided| {};
        check(&[4, 3], &[8, 8], as_is, "(4,3):(8,8)+16");
        check(&[3], &[-8], as_is, "(3):(-8)+16");
        check(&[8], &[8], |wanted| wanted.offset = -16, "(8):(8)+0");
        check(
            &[4],
            &[-8],
            as_is,
            "the view is out of bounds of its buffer: it reaches 8 bytes before its start (bytes -8..24 of a \
             buffer 0..64)",
        );
        check(
            &[2],
            &[64],
            |wanted| wanted.offset = -20,
            "the view is out of bounds of its buffer: it reaches 4 bytes before its start and 4 bytes past its \
             end (bytes -4..68 of a buffer 0..64)",
        );
        // Without elements nothing is reached, wherever it is.
        check(
            &[0, 9],
            &[800, 800],
            |wanted| wanted.offset = 1 << 40,
            "(0,9):(800,800)+1099511627792",
        );
    }

    #[test]
    fn overflow_is_refused() {
        let as_is = |_: &mut AsStrided| {};
        check(
            &[3],
            &[1 << 62],
            as_is,
            "axis 0 of extent 3 and stride 4611686018427387904 reaches a byte outside 64-bit \
             integers",
        );
        check(
            &[1],
            &[8],
            |wanted| wanted.offset = i64::MAX,
            "offset 16 + 1 x stride 9223372036854775807 does not fit in 64-bit integers",
        );
        check(&[2], &[8, 8], as_is, "strides must have one value per axis: wanted 1, got 2");
        check(&[-1], &[8], as_is, "negative dimensions are not allowed: axis 0 has extent -1");
        check(
            &[i64::MAX],
            &[0],
            as_is,
            "array is too big: with axis 0 of extent 9223372036854775807 and 8 bytes an element, \
             its bytes exceed 2**63 - 1",
        );
    }

    #[test]
    fn alignment_is_checked_where_asked() {
        let to_8 = |wanted: &mut AsStrided| wanted.alignment = Some(8);
        check(&[3], &[8], to_8, "(3):(8)+16");
        check(&[1], &[9], to_8, "(1):(9)+16");
        check(&[3, 2], &[8, 9], to_8, "stride 9 of axis 1 is not a multiple of 8");
        check(
            &[3],
            &[8],
            |wanted| (wanted.offset, wanted.alignment) = (4, Some(8)),
            "the first element is at byte 20, not a multiple of 8",
        );
    }

    #[test]
    fn writing_reaches_each_element_once() {
        let write = |wanted: &mut AsStrided| wanted.access = Access::Write;
        check(&[3, 2], &[16, 8], write, "(3,2):(16,8)+16");
        check(
            &[2],
            &[0],
            write,
            "a view for writing must not reach an element twice: indices (0,) and (1,) share a byte",
        );
        let a = Layout::new(&[6], &[8], 0, 8).unwrap();
        let windows =
            AsStrided { access: Access::Write, ..AsStrided::new(&[4, 3], &[8, 8], a.span()) };
        let Err(LayoutError::ReachedTwice { witness: Some((one, other)) }) = a.as_strided(&windows)
        else {
            panic!("windows of one another are refused, with two indices")
        };
        let readable = a.as_strided(&AsStrided { access: Access::Read, ..windows }).unwrap();
        assert!(one != other && readable.offset_of(&one) == readable.offset_of(&other));
        // Interleaved, but no byte twice: a test by sorted strides alone would refuse it.
        let bytes = Layout::new(&[6], &[1], 0, 1).unwrap();
        let interleaved = AsStrided {
            access: Access::Write,
            ..AsStrided::new(&[3, 2], &[2, 3], Span { low: 0, high: 8 })
        };
        assert_eq!(said(bytes.as_strided(&interleaved)), "(3,2):(2,3)+0");
    }
}
