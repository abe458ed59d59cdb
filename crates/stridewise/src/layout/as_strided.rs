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
    /// assert_eq!(a.as_strided(&windows).unwrap().to_string(), "(4,3):(8,8)+0");
    /// let too_long = AsStrided::new(&[5, 3], &[8, 8], a.span());
    /// assert_eq!(
    ///     a.as_strided(&too_long).unwrap_err().to_string(),
    ///     "the view leaves its buffer: it reaches 8 bytes past its end \
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
