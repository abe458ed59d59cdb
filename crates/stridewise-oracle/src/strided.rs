//! Shape, byte strides, offset and itemsize, visited index by index.
//!
//! `(2,3):(24,8)+0` visits (0,0), (0,1), (0,2), (1,0), (1,1), (1,2) on bytes
//! 0, 8, 16, 24, 32, 40.

use std::fmt;

use crate::Listing;

/// A strided array as bare numbers: no invariant, no check.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Strided {
    /// the extent of each axis
    pub shape: Vec<i64>,
    /// bytes that one step along each axis moves
    pub strides: Vec<i64>,
    /// the byte of index (0, 0, ...)
    pub offset: i64,
    /// bytes of one element
    pub itemsize: i64,
}

impl Strided {
    /// From slices, for tables of cases.
    pub fn new(shape: &[i64], strides: &[i64], offset: i64, itemsize: i64) -> Strided {
        assert_eq!(shape.len(), strides.len());
        Strided { shape: shape.to_vec(), strides: strides.to_vec(), offset, itemsize }
    }

    /// The byte of one index.
    pub fn at(&self, index: &[i64]) -> i64 {
        let steps = index.iter().zip(&self.strides);
        self.offset + steps.map(|(position, stride)| position * stride).sum::<i64>()
    }

    /// Where each element lies.
    pub fn list(&self) -> Listing {
        Listing::from_fn(&self.shape, |index| self.at(index))
    }

    /// How many elements, where that fits in i64.
    pub fn size(&self) -> i64 {
        self.shape.iter().product()
    }

    /// The lowest byte reached and one past the highest, or `None` where nothing is reached.
    pub fn bounds(&self) -> Option<(i64, i64)> {
        let offsets = self.list().offsets;
        let low = *offsets.iter().min()?;
        let high = *offsets.iter().max()? + self.itemsize;
        Some((low, high))
    }

    /// Whether each element follows the one before it, last axis fastest; nothing follows wrongly.
    pub fn is_c_contiguous(&self) -> bool {
        runs_on(&self.list().offsets, self.itemsize)
    }

    /// Whether each element follows the one before it, first axis fastest.
    pub fn is_f_contiguous(&self) -> bool {
        let axes: Vec<usize> = (0..self.shape.len()).rev().collect();
        runs_on(&self.list().permute(&axes).offsets, self.itemsize)
    }

    /// Whether every element starts at a multiple of `alignment`.
    pub fn is_aligned(&self, alignment: i64) -> bool {
        self.list().offsets.iter().all(|offset| offset % alignment == 0)
    }

    /// Whether the elements cover each byte between the bounds exactly once.
    pub fn is_dense(&self) -> bool {
        let Some((low, high)) = self.bounds() else { return true };
        let mut offsets = self.list().offsets;
        offsets.sort_unstable();
        high - low == self.itemsize * self.size() && runs_on(&offsets, self.itemsize)
    }
}

fn runs_on(offsets: &[i64], itemsize: i64) -> bool {
    offsets.windows(2).all(|pair| pair[1] == pair[0] + itemsize)
}

/// `(2,3):(24,8)+0 of 8`
impl fmt::Display for Strided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tuple = |values: &[i64]| {
            let texts: Vec<String> = values.iter().map(i64::to_string).collect();
            texts.join(",")
        };
        let (shape, strides) = (tuple(&self.shape), tuple(&self.strides));
        write!(f, "({shape}):({strides})+{} of {}", self.offset, self.itemsize)
    }
}
