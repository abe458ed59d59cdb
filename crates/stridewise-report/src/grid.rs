//! Grid: the logical array, row by row, with the byte of each element.
//!
//! Long axes are squeezed: the first few indices, dots, the last. Arrays of more than two axes
//! are cut into slabs along the axes before the last two. `(2,3):(24,8)+0` is one slab of two
//! rows, `0 8 16` and `24 32 40`.

use stridewise::layout::Layout;

/// One index of a squeezed axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// This index.
    Index(i64),
    /// Indices that are left out.
    Dots,
}

/// A part of the array with two axes at most.
#[derive(Clone, Debug)]
pub struct Slab {
    /// The index along the axes before the last two; `None` stands for slabs left out.
    pub prefix: Option<Vec<i64>>,
}

/// The logical array, squeezed to a small size.
#[derive(Clone, Debug)]
pub struct Grid {
    layout: Layout,
    /// Parts along the axes before the last two; one without an index where there are none.
    pub slabs: Vec<Slab>,
    /// Along the last axis but one; one row where there is none.
    pub rows: Vec<Shown>,
    /// Along the last axis; one column where there is none.
    pub columns: Vec<Shown>,
}

impl Grid {
    /// At most so many rows and columns, and so many slabs.
    pub fn of(layout: &Layout, rows: usize, columns: usize, slabs: usize) -> Grid {
        let rank = layout.rank();
        let extent_from_end = |back: usize| match rank.checked_sub(back) {
            Some(axis) => layout.shape()[axis],
            None => 1,
        };
        Grid {
            layout: layout.clone(),
            slabs: prefixes(&layout.shape()[..rank.saturating_sub(2)], slabs),
            rows: squeezed(extent_from_end(2), rows),
            columns: squeezed(extent_from_end(1), columns),
        }
    }

    /// The byte of an element, and nothing where dots stand.
    pub fn byte(&self, slab: &Slab, row: Shown, column: Shown) -> Option<i64> {
        let (Shown::Index(row), Shown::Index(column)) = (row, column) else {
            return None;
        };
        let mut index = slab.prefix.clone()?;
        match self.layout.rank() {
            0 => {}
            1 => index.push(column),
            _ => index.extend([row, column]),
        }
        self.layout.offset_of(&index).ok()
    }
}

/// The first indices, dots, the last index.
fn squeezed(extent: i64, room: usize) -> Vec<Shown> {
    let room = i64::try_from(room).unwrap_or(i64::MAX).max(3);
    if extent <= room {
        return (0..extent).map(Shown::Index).collect();
    }
    let first = (0..room - 2).map(Shown::Index);
    first.chain([Shown::Dots, Shown::Index(extent - 1)]).collect()
}

/// The first prefixes in index order, dots, the last one.
fn prefixes(shape: &[i64], room: usize) -> Vec<Slab> {
    let mut slabs = Vec::new();
    if shape.contains(&0) {
        return slabs;
    }
    let last: Vec<i64> = shape.iter().map(|extent| extent - 1).collect();
    let mut prefix = vec![0; shape.len()];
    loop {
        let is_last = prefix == last;
        if slabs.len() + 2 > room && !is_last {
            slabs.truncate(room.saturating_sub(2).max(1));
            slabs.push(Slab { prefix: None });
            slabs.push(Slab { prefix: Some(last) });
            return slabs;
        }
        slabs.push(Slab { prefix: Some(prefix.clone()) });
        if is_last {
            return slabs;
        }
        for axis in (0..shape.len()).rev() {
            prefix[axis] += 1;
            if prefix[axis] < shape[axis] {
                break;
            }
            prefix[axis] = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_arrays_are_whole_and_large_ones_squeezed() {
        let small = Grid::of(&Layout::c_order(&[2, 3], 8).unwrap(), 8, 8, 3);
        assert_eq!((small.slabs.len(), small.rows.len(), small.columns.len()), (1, 2, 3));
        assert_eq!(small.byte(&small.slabs[0], small.rows[1], small.columns[2]), Some(40));

        let large = Grid::of(&Layout::c_order(&[9, 100, 1 << 40], 1).unwrap(), 5, 8, 3);
        let prefixes: Vec<_> = large.slabs.iter().map(|slab| slab.prefix.clone()).collect();
        assert_eq!(prefixes, [Some(vec![0]), None, Some(vec![8])]);
        assert_eq!(large.rows[3..], [Shown::Dots, Shown::Index(99)]);
        assert_eq!(large.columns.len(), 8);

        for (shape, slabs) in
            [(&[][..], 1), (&[4], 1), (&[3, 1, 1], 3), (&[4, 1, 1], 3), (&[0, 2, 2], 0)]
        {
            let grid = Grid::of(&Layout::c_order(shape, 8).unwrap(), 8, 8, 3);
            assert_eq!(grid.slabs.len(), slabs, "{shape:?}");
        }
    }
}
