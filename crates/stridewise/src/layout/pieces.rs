//! Pieces: the runs of memory that cover a layout, and the same layout once these are gathered.
//!
//! Rows of `(2,3):(100,8)+4` are two pieces of 24 bytes, at 4 and 104. Gathered one behind the
//! other they hold `(2,3):(24,8)+0`. Gaps that are smaller than it costs to pass over them may stay
//! inside a piece: with gaps up to 100 bytes it is one piece of 124, and `(2,3):(100,8)+0` of that.

use super::{Layout, LayoutError, PerAxis};

/// The pieces of memory that cover a layout: equally long, each starting where an index of the
/// outer axes leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces {
    low: i64,
    length: i64,
    /// Extent and distance of the axes from piece to piece, slowest first.
    extents: PerAxis<i64>,
    distances: PerAxis<i64>,
    layout: Layout,
}

impl Layout {
    /// The pieces that cover a layout when gaps of at most `largest_gap` bytes count as part of one.
    ///
    /// Law: with `gathered = concat(memory[start..start + length] for start in starts)`, every
    /// index finds in `gathered`, through [`Pieces::layout`], the bytes that it finds in memory.
    /// With a `largest_gap` of 0 no other bytes are in `gathered`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// let rows = Layout::new(&[2, 3], &[-100, 8], 104, 8).unwrap();
    /// let pieces = rows.pieces(0).unwrap();
    /// assert_eq!((pieces.length(), pieces.starts().collect()), (24, vec![4, 104]));
    /// assert_eq!(pieces.layout().to_string(), "(2,3):(-24,8)+24");
    /// ```
    ///
    /// # Errors
    /// Pieces that take more than 64-bit integers count, as only aliasing layouts have them.
    pub fn pieces(&self, largest_gap: i64) -> Result<Pieces, LayoutError> {
        let mut strides = PerAxis::filled(0, self.rank());
        let (mut extents, mut distances) = (PerAxis::new(), PerAxis::new());
        if self.is_empty() {
            let layout = Layout::new(self.shape(), &strides, 0, self.itemsize())?;
            extents.push(0);
            distances.push(0);
            return Ok(Pieces { low: self.offset(), length: 0, extents, distances, layout });
        }
        let mut length = self.itemsize();
        let mut packed = i128::from(length);
        let mut offset = 0i128;
        for &axis in self.order().iter().rev() {
            let (extent, stride) = (self.shape()[axis], self.strides()[axis]);
            if extent == 1 {
                continue;
            }
            let distance = stride.saturating_abs(); // L4: what is walked fits, as extent > 1.
            let inside = extents.is_empty() && distance.saturating_sub(length) <= largest_gap;
            let gathered = if inside {
                length += distance * (extent - 1); // L4
                packed = i128::from(length);
                i128::from(distance)
            } else {
                extents.insert(0, extent);
                distances.insert(0, distance);
                let before = packed;
                packed = packed.saturating_mul(i128::from(extent));
                before
            };
            // Beyond i64 at the outermost axis alone, where the layout below is refused.
            let gathered = i64::try_from(gathered).unwrap_or(i64::MAX);
            strides[axis] = if stride < 0 { -gathered } else { gathered };
            offset += if stride < 0 { i128::from(gathered) * i128::from(extent - 1) } else { 0 };
        }
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        let layout = Layout::new(self.shape(), &strides, offset, self.itemsize())?;
        Ok(Pieces { low: self.span().low, length, extents, distances, layout })
    }
}

impl Pieces {
    /// Bytes of one piece.
    pub fn length(&self) -> i64 {
        self.length
    }

    /// How many pieces there are.
    pub fn count(&self) -> i64 {
        self.extents.iter().product() // The gathered layout has as many lengths.
    }

    /// Bytes of all pieces.
    pub fn nbytes(&self) -> i64 {
        self.length * self.count() // The span of the gathered layout, which fits.
    }

    /// Where the elements lie in the gathered pieces.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The first byte of each piece, in the order in which they are gathered.
    pub fn starts(&self) -> Starts {
        let next = (self.count() > 0).then_some(self.low);
        let index = PerAxis::filled(0, self.extents.len());
        Starts { extents: self.extents.clone(), distances: self.distances.clone(), index, next }
    }
}

/// The first bytes of pieces.
#[derive(Clone, Debug)]
pub struct Starts {
    extents: PerAxis<i64>,
    distances: PerAxis<i64>,
    index: PerAxis<i64>,
    next: Option<i64>,
}

impl Iterator for Starts {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        let start = self.next.take()?;
        let mut after = start;
        for axis in (0..self.index.len()).rev() {
            self.index[axis] += 1;
            if self.index[axis] < self.extents[axis] {
                self.next = Some(after + self.distances[axis]); // L4
                break;
            }
            after -= self.distances[axis] * (self.extents[axis] - 1);
            self.index[axis] = 0;
        }
        Some(start)
    }
}

#[cfg(test)]
mod tests {
    use crate::layout::Layout;

    /// The law, on memory whose bytes are their own places.
    fn check(shape: &[i64], strides: &[i64], itemsize: i64, gap: i64, wanted: &str) {
        let low = Layout::new(shape, strides, 0, itemsize).unwrap().span().low;
        let layout = Layout::new(shape, strides, 7 - low, itemsize).unwrap();
        let pieces = layout.pieces(gap).unwrap();
        let starts: Vec<i64> = pieces.starts().collect();
        assert_eq!(i64::try_from(starts.len()), Ok(pieces.count()));
        let gathered: Vec<i64> =
            starts.iter().flat_map(|&start| start..start + pieces.length()).collect();
        assert_eq!(i64::try_from(gathered.len()), Ok(pieces.nbytes()));
        let mut index = vec![0; shape.len()];
        for flat in 0..if itemsize == 0 { 0 } else { layout.size() } {
            let mut rest = flat;
            for axis in (0..shape.len()).rev() {
                index[axis] = rest % shape[axis];
                rest /= shape[axis];
            }
            let byte = pieces.layout().offset_of(&index).unwrap();
            assert_eq!(layout.offset_of(&index), Ok(gathered[usize::try_from(byte).unwrap()]));
        }
        if gap == 0 {
            assert!(!layout.is_unique() || pieces.nbytes() == layout.nbytes());
        }
        let said = format!("{} of {}: {}", pieces.count(), pieces.length(), pieces.layout());
        assert_eq!(said, wanted);
    }

    #[test]
    fn pieces_gather_to_the_same_elements() {
        check(&[], &[], 8, 0, "1 of 8: ():()+0");
        check(&[2, 3], &[24, 8], 8, 0, "1 of 48: (2,3):(24,8)+0");
        check(&[2, 3], &[8, 16], 8, 0, "1 of 48: (2,3):(8,16)+0");
        check(&[2, 3], &[100, 8], 8, 0, "2 of 24: (2,3):(24,8)+0");
        check(&[2, 3], &[100, 8], 8, 100, "1 of 124: (2,3):(100,8)+0");
        check(&[2, 3], &[-100, -8], 8, 0, "2 of 24: (2,3):(-24,-8)+40");
        check(&[2, 3, 2], &[8, 200, 90], 8, 0, "6 of 16: (2,3,2):(8,32,16)+0");
        check(&[2, 3, 2], &[8, 200, 90], 8, 80, "3 of 106: (2,3,2):(8,106,90)+0");
        check(&[3, 4], &[0, 8], 8, 0, "1 of 32: (3,4):(0,8)+0");
        check(&[5], &[16], 8, 0, "5 of 8: (5):(8)+0");
        check(&[5], &[-16], 8, 8, "1 of 72: (5):(-16)+64");
        check(&[3, 2], &[2, 3], 1, 0, "6 of 1: (3,2):(1,3)+0");
        check(&[0, 2], &[2, 3], 1, 0, "0 of 0: (0,2):(0,0)+0");
        check(&[1, 2], &[999, 3], 3, 0, "1 of 6: (1,2):(0,3)+0");
        check(&[4], &[9], 0, 0, "4 of 0: (4):(0)+0");
    }

    #[test]
    fn what_64_bits_do_not_count_is_refused() {
        let far = Layout::new(&[1 << 20, 1 << 20], &[1 << 41, 1 << 20], 0, 1).unwrap();
        assert_eq!(far.pieces(0).unwrap().nbytes(), 1 << 40);
        assert!(far.pieces(i64::MAX).is_ok());
        let aliasing = Layout::new(&[1 << 31, 1 << 20], &[(1 << 31) - 1, 1 << 31], 0, 1).unwrap();
        assert!(aliasing.pieces(1 << 20).is_ok());
    }
}
