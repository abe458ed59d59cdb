//! Movers: what carries the items of one block from rows of the source to columns.
//!
//! Row `p` starts at `source + rows[p]`, its items lie `near` bytes apart; item `q` of row `p`
//! goes to `destination + columns[q] + p * step`. Copying `(2,3):(8,16)+0` onto
//! `(2,3):(24,8)+0`: rows 0, 16, 32 of two 8-byte items each, columns 0 and 24.
//!
//! All of them, those of `tiles` and `woven` too, are plain loops over `Vector`; `shell` compiles
//! them for each instruction set. Here are those that move one item at a time.

use std::ptr;

use crate::kernel::arch::Isa;

/// A block: rows in the source, columns in the destination or on the stage.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    /// Where row 0 would start if its offset were 0.
    pub(super) source: *const u8,
    /// The offset of each row.
    pub(super) rows: Offsets<'a>,
    /// Where column 0 would start if its offset were 0.
    pub(super) destination: *mut u8,
    /// The offset of each column; `Interleave` uses the first alone.
    pub(super) columns: Offsets<'a>,
    /// Bytes of an item.
    pub(super) item: usize,
    /// Bytes between items of a row, in the source.
    pub(super) near: isize,
    /// Bytes between items of a column.
    pub(super) step: isize,
    /// Whether to gather lines before they are taken apart.
    pub(super) pack: bool,
    /// What to ask for meanwhile, where that is the mover's to do.
    pub(super) ahead: Option<Ahead>,
}

/// Where the positions of one side of a block lie in the operand in which they are far apart.
#[derive(Clone, Copy)]
pub(super) struct Offsets<'a> {
    /// The offset of each.
    pub(super) table: &'a [isize],
    /// How far they are apart, where that is one number.
    pub(super) step: Option<isize>,
}

impl Offsets<'_> {
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }
}

/// What will be read next, so that it can be asked for in time.
#[derive(Clone, Copy)]
pub(super) struct Ahead {
    /// How many columns ahead of the one that is moved.
    pub(super) columns: usize,
    /// Where the rows of the next block begin, for columns beyond the last.
    pub(super) next: *const u8,
}

impl Block<'_> {
    /// Where to ask for the rows while a column is moved.
    #[inline(always)]
    pub(super) fn ahead_of(&self, column: usize) -> Option<*const u8> {
        let Ahead { columns, next } = self.ahead?;
        let wanted = column + columns;
        let (source, at) = match wanted.checked_sub(self.columns.len()) {
            None => (self.source, wanted),
            Some(beyond) => (next, beyond.min(column)),
        };
        Some(source.wrapping_offset(self.near * at as isize))
    }
}

/// Moves the items of a block.
pub(super) trait Move {
    /// # Safety
    /// Every item of the block can be read in the source and written in its column, these do
    /// not overlap, and the instruction set is there.
    unsafe fn block<I: Isa>(block: &Block<'_>);
}

/// One unaligned item of `ITEM` bytes.
///
/// # Safety
/// `ITEM` bytes can be read and written, and do not overlap.
#[inline(always)]
pub(super) unsafe fn put<const ITEM: usize>(from: *const u8, to: *mut u8) {
    // SAFETY: the caller's promise; arrays of bytes are aligned anywhere.
    unsafe { to.cast::<[u8; ITEM]>().write_unaligned(from.cast::<[u8; ITEM]>().read_unaligned()) }
}

/// Items of any distance, `ITEM` bytes each.
pub(super) struct Items<const ITEM: usize>;

impl<const ITEM: usize> Move for Items<ITEM> {
    #[inline(always)]
    unsafe fn block<I: Isa>(block: &Block<'_>) {
        for (column, &to) in block.columns.table.iter().enumerate() {
            let source = block.source.wrapping_offset(block.near * column as isize);
            let to = block.destination.wrapping_offset(to);
            for (row, &offset) in block.rows.table.iter().enumerate() {
                let to = to.wrapping_offset(block.step * row as isize);
                // SAFETY: an item of the block.
                unsafe { put::<ITEM>(source.wrapping_offset(offset), to) }
            }
        }
    }
}

/// Items of any distance and any size.
pub(super) struct AnyItems;

impl Move for AnyItems {
    #[inline(always)]
    unsafe fn block<I: Isa>(block: &Block<'_>) {
        for (column, &to) in block.columns.table.iter().enumerate() {
            let source = block.source.wrapping_offset(block.near * column as isize);
            let to = block.destination.wrapping_offset(to);
            for (row, &offset) in block.rows.table.iter().enumerate() {
                let to = to.wrapping_offset(block.step * row as isize);
                // SAFETY: an item of the block.
                unsafe { ptr::copy_nonoverlapping(source.wrapping_offset(offset), to, block.item) }
            }
        }
    }
}
