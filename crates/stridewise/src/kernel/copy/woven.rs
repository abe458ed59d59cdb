//! Woven: few rows become one stream of items, or one stream is taken apart into few columns.
//!
//! Planes `a`, `b`, `c` of an image become `a0 b0 c0 a1 b1 c1 …`, and back: as many lines as there
//! are planes at once, then the rest item by item.
//! Copying `(2,3):(8,16)+0` onto `(2,3):(24,8)+0` weaves nothing: it takes apart two columns.

use super::movers::{Block, Move, put};
use crate::kernel::arch::{Isa, LINE};

/// `ROWS` rows woven into one stream of items: `a0 a1 …`, `b0 b1 …` to `a0 b0 a1 b1 …`.
pub(super) struct Interleave<const ITEM: usize, const ROWS: usize>;

impl<const ITEM: usize, const ROWS: usize> Move for Interleave<ITEM, ROWS> {
    #[inline(always)]
    unsafe fn block<I: Isa>(block: &Block<'_>) {
        let mut rows = [block.source; ROWS];
        for (row, &offset) in rows.iter_mut().zip(block.rows.table) {
            *row = row.wrapping_offset(offset);
        }
        let to = block.destination.wrapping_offset(block.columns.table[0]);
        let (count, line) = (block.columns.len(), LINE / ITEM);
        for lines in 0..count / line {
            let at = lines * LINE;
            // SAFETY: a line of each row, as many lines of the stream.
            unsafe {
                let lines = std::array::from_fn(|line| to.add(at * ROWS + line * LINE));
                I::weave::<ITEM, ROWS, false>(rows.map(|row| row.add(at)), lines);
            }
        }
        for column in count / line * line..count {
            for (at, row) in rows.iter().enumerate() {
                // SAFETY: an item of the block; columns follow one another.
                unsafe {
                    put::<ITEM>(row.add(column * ITEM), to.add((column * ROWS + at) * ITEM));
                }
            }
        }
    }
}

/// One stream of items taken apart into `COLUMNS`.
pub(super) struct Deinterleave<const ITEM: usize, const COLUMNS: usize>;

impl<const ITEM: usize, const COLUMNS: usize> Move for Deinterleave<ITEM, COLUMNS> {
    #[inline(always)]
    unsafe fn block<I: Isa>(block: &Block<'_>) {
        let Some(&first) = block.rows.table.first() else { return };
        let source = block.source.wrapping_offset(first);
        let mut columns = [block.destination; COLUMNS];
        for (column, &offset) in columns.iter_mut().zip(block.columns.table) {
            *column = column.wrapping_offset(offset);
        }
        let (count, line) = (block.rows.len(), LINE / ITEM);
        for lines in 0..count / line {
            let at = lines * LINE;
            // SAFETY: some lines of the stream, a line of each column.
            unsafe {
                let lines = std::array::from_fn(|line| source.add(at * COLUMNS + line * LINE));
                I::weave::<ITEM, COLUMNS, true>(lines, columns.map(|column| column.add(at)));
            }
        }
        for row in count / line * line..count {
            for (at, column) in columns.iter().enumerate() {
                // SAFETY: an item of the block; rows follow one another.
                unsafe {
                    put::<ITEM>(source.add((row * COLUMNS + at) * ITEM), column.add(row * ITEM));
                }
            }
        }
    }
}
