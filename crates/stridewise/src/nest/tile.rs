//! Tile: how far a block should reach along each axis so that every operand is met in long runs.
//!
//! Of `(4096,4096) a:(32768,8)+0 b:(8,32768)+0` a tile of 65536 elements is 256 by 256: 2 KiB in a
//! row for either. A tile of whole rows would suit `a` and read `b` in pieces of 128 bytes.

use super::Loops;
use crate::layout::{Layout, LayoutError, PerAxis, Pick};

impl Loops {
    /// The extents of a tile of at most `elements`, at least one, of which the shortest run of any
    /// operand is as long as can be, up to `long_enough` elements; beyond that the tile grows along
    /// operand 0, so that it is one run of it where there is room for that.
    ///
    /// Law: the extents multiply to at most `max(elements, 1)`, and none exceeds its axis.
    ///
    /// ```
    /// # use stridewise::{layout::Layout, nest::Nest};
    /// let c = Layout::c_order(&[4096, 4096], 8).unwrap();
    /// let f = Layout::f_order(&[4096, 4096], 8).unwrap();
    /// let loops = Nest::over(&[&c, &f]).unwrap();
    /// assert_eq!(&loops.tile(65536, 4096)[..], &[256, 256]);
    /// assert_eq!(&loops.tile(65536, 64)[..], &[64, 1024]);
    /// ```
    pub fn tile(&self, elements: i64, long_enough: i64) -> PerAxis<i64> {
        let mut tile: PerAxis<i64> = self.extents().iter().map(|&extent| extent.min(1)).collect();
        let mut stuck = PerAxis::<i64>::filled(0, self.operands());
        loop {
            let growing = (0..self.operands()).filter(|&each| stuck[each] == 0);
            let Some(operand) = growing.min_by_key(|&each| self.run(each, &tile)) else { break };
            let enough = self.run(operand, &tile) >= long_enough;
            if enough || !self.grow(operand, &mut tile, elements) {
                stuck[operand] = 1;
            }
        }
        while self.operands() > 0 && self.grow(0, &mut tile, elements) {}
        tile
    }

    /// Elements of a tile that follow one another along an operand.
    fn run(&self, operand: usize, tile: &[i64]) -> i64 {
        let mut run = 1;
        for &axis in &self.nearest_first(operand) {
            run *= tile[axis]; // At most the tile's elements.
            if tile[axis] < self.extents()[axis] {
                break;
            }
        }
        run
    }

    /// Doubles a tile along the nearest axis of an operand that it does not cover, or goes as far
    /// as there is room; false where there is none.
    fn grow(&self, operand: usize, tile: &mut [i64], elements: i64) -> bool {
        let axes = self.nearest_first(operand);
        let Some(&axis) = axes.iter().find(|&&axis| tile[axis] < self.extents()[axis]) else {
            return false;
        };
        let others = tile.iter().product::<i64>() / tile[axis].max(1);
        let room = elements / others.max(1);
        let grown = tile[axis].saturating_mul(2).min(self.extents()[axis]).min(room);
        let grows = grown > tile[axis];
        tile[axis] = tile[axis].max(grown);
        grows
    }

    /// The axes of more than one step, from the smallest absolute stride of an operand on.
    fn nearest_first(&self, operand: usize) -> PerAxis<usize> {
        let mut axes = PerAxis::<usize>::new();
        (0..self.rank()).rev().filter(|&axis| self.extents()[axis] > 1).for_each(|a| axes.push(a));
        axes.sort_by_key(|&axis| self.strides(axis)[operand].unsigned_abs());
        axes
    }

    /// One operand as a layout whose axes are the loops.
    ///
    /// # Errors
    /// Those of [`Layout::new`], for loops of an empty nest alone.
    pub fn layout(&self, operand: usize) -> Result<Layout, LayoutError> {
        let strides: PerAxis<i64> =
            (0..self.rank()).map(|axis| self.strides(axis)[operand]).collect();
        Layout::new(self.extents(), &strides, self.bases()[operand], self.sizes()[operand])
    }

    /// The tiles that cover the loops, the last axis fastest, each as what to take of every axis.
    ///
    /// ```
    /// # use stridewise::{layout::Layout, nest::Nest};
    /// let a = Layout::c_order(&[2, 3], 8).unwrap();
    /// let loops = Nest::over(&[&a]).unwrap();
    /// let tiles = loops.tiles(&[1, 2]).map(|tile| a.slice(&tile).unwrap().to_string());
    /// assert_eq!(
    ///     tiles.collect::<Vec<_>>(),
    ///     ["(1,2):(24,8)+0", "(1,1):(24,8)+16", "(1,2):(24,8)+24", "(1,1):(24,8)+40"]
    /// );
    /// ```
    pub fn tiles(&self, tile: &[i64]) -> Tiles {
        let tile: PerAxis<i64> = tile.iter().map(|&extent| extent.max(1)).collect();
        let next = (!self.is_empty()).then(|| PerAxis::<i64>::filled(0, self.rank()));
        Tiles { extents: self.extents.clone(), tile, next }
    }
}

/// The tiles that cover some loops.
#[derive(Clone, Debug)]
pub struct Tiles {
    extents: PerAxis<i64>,
    tile: PerAxis<i64>,
    /// Where the next tile starts.
    next: Option<PerAxis<i64>>,
}

impl Iterator for Tiles {
    type Item = Vec<Pick>;

    fn next(&mut self) -> Option<Vec<Pick>> {
        let start = self.next.take()?;
        let picks = start.iter().zip(&self.tile).map(|(&start, &tile)| Pick::Slice {
            start: Some(start),
            stop: Some(start.saturating_add(tile)), // A slice ends with its axis.
            step: None,
        });
        let picks = picks.collect();
        let mut after = start;
        for axis in (0..after.len()).rev() {
            after[axis] = after[axis].saturating_add(self.tile[axis]);
            if after[axis] < self.extents[axis] {
                self.next = Some(after);
                break;
            }
            after[axis] = 0;
        }
        Some(picks)
    }
}

#[cfg(test)]
mod tests {
    use crate::layout::Layout;
    use crate::nest::Nest;

    fn check(shape: &[i64], order: &[usize], elements: i64, wanted: &[i64]) {
        let a = Layout::c_order(shape, 4).unwrap();
        let b = Layout::packed_in_order(shape, 8, order).unwrap();
        let loops = Nest::over(&[&a, &b]).unwrap();
        let tile = loops.tile(elements, 1 << 20);
        assert_eq!(&tile[..], wanted);
        assert!(tile.iter().product::<i64>() <= elements.max(1));
        let mut reached = vec![0; usize::try_from(a.size()).unwrap()];
        for picks in loops.tiles(&tile) {
            let part = a.slice(&picks).unwrap();
            assert!(part.shape().iter().zip(&tile).all(|(part, tile)| part <= tile));
            for flat in 0..part.size() {
                let (mut rest, mut index) = (flat, vec![0; part.rank()]);
                for axis in (0..part.rank()).rev() {
                    index[axis] = rest % part.shape()[axis];
                    rest /= part.shape()[axis];
                }
                let byte = part.offset_of(&index).unwrap();
                reached[usize::try_from(byte / 4).unwrap()] += 1;
            }
        }
        assert!(reached.iter().all(|&times| times == 1));
    }

    #[test]
    fn tiles_cover_everything_once_in_runs_of_both() {
        check(&[], &[], 10, &[]);
        check(&[7], &[0], 3, &[3]);
        check(&[7], &[0], 0, &[1]);
        check(&[0, 7], &[1, 0], 10, &[0, 7]);
        check(&[64, 64], &[0, 1], 256, &[4, 64]);
        check(&[64, 64], &[1, 0], 256, &[16, 16]);
        check(&[64, 64], &[1, 0], 200, &[12, 16]);
        check(&[1, 300, 3], &[0, 2, 1], 90, &[1, 30, 3]);
        check(&[9, 10, 11], &[2, 0, 1], 120, &[1, 10, 11]);
        check(&[5, 1, 6], &[2, 1, 0], 1000, &[5, 1, 6]);
    }
}
