//! Movers: what carries the items of one block from rows of the source to columns.
//!
//! Row `p` starts at `source + rows[p]`, its items lie `near` bytes apart; item `q` of row `p`
//! goes to `columns[q] + p * step`. Copying `(2,3):(8,16)+0` onto `(2,3):(24,8)+0`: rows 0, 16, 32
//! of two 8-byte items each, columns 0 and 24.
//!
//! All of them are plain loops over `Vector`; `shell` compiles them for each instruction set.

use std::mem::MaybeUninit;
use std::ptr;

use super::plan::MOST_STEP;
use crate::kernel::arch::{Isa, LANE, LINE, MOST_LANES, Vector};

/// A loop over at most 16 constants, written out: an array of registers indexed by the variable
/// of a loop that the compiler leaves as one would live in memory.
macro_rules! unrolled {
    ($at:ident < $end:expr => $body:block) => {
        unrolled!($at < $end, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 => $body)
    };
    ($at:ident < $end:expr, $($constant:literal)* => $body:block) => {
        $({
            let $at: usize = $constant;
            if $at < $end $body
        })*
    };
}

/// A block: rows in the source, columns in the destination or on the stage.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    /// Where row 0 would start if its offset were 0.
    pub(super) source: *const u8,
    /// The offset of each row.
    pub(super) rows: &'a [isize],
    /// How many columns.
    pub(super) count: usize,
    /// Where each column begins; `Interleave` uses the first alone.
    pub(super) columns: &'a [*mut u8; MOST_STEP],
    /// Bytes of an item.
    pub(super) item: usize,
    /// Bytes between items of a row, in the source.
    pub(super) near: isize,
    /// Whether to gather lines before they are taken apart.
    pub(super) pack: bool,
    /// Bytes between items of a column.
    pub(super) step: isize,
}

/// Moves the items of a block.
pub(super) trait Move {
    /// # Safety
    /// Every item of the block can be read in the source and written in its column, these do
    /// not overlap, and the instruction set is there.
    unsafe fn block<I: Isa>(block: &Block<'_>);
}

/// Register transposes of items of `ITEM` bytes, `N` to a lane. At least `N` rows and columns.
///
/// ```text
/// for rows in groups of LANES * N, the last group moved back to end with the last row
///     for N columns, the last ones moved back likewise
///         register k, lane l = 16 bytes of row l * N + k
///         log2(N) times: registers 2i, 2i + 1 = zip(registers i, i + N/2)
///         store register k to column k
/// ```
///
/// After the zips register `k` holds column `k` of each lane's `N` rows, so its lanes one after
/// the other are `LANES * N` items of a destination line: no shuffle ever crosses lanes. Moving
/// the last group back stores some items twice, with the same bytes, and needs no second path.
///
/// With `STREAM`, registers go past the cache: every column is aligned to a line then, and rows
/// fill whole lines.
pub(super) struct Tiles<const ITEM: usize, const N: usize, const STREAM: bool>;

impl<const ITEM: usize, const N: usize, const STREAM: bool> Move for Tiles<ITEM, N, STREAM> {
    #[inline(always)]
    unsafe fn block<I: Isa>(block: &Block<'_>) {
        // SAFETY: the caller's promise, handed on. Rows decide how wide a register can be.
        unsafe {
            if block.rows.len() >= N * I::Wide::LANES {
                Self::with::<I::Wide>(block);
            } else if block.rows.len() >= N * I::Middle::LANES {
                Self::with::<I::Middle>(block);
            } else {
                Self::with::<I::Narrow>(block);
            }
        }
    }
}

impl<const ITEM: usize, const N: usize, const STREAM: bool> Tiles<ITEM, N, STREAM> {
    /// # Safety
    /// As [`Move::block`]; at least `N * V::LANES` rows and `N` columns.
    #[inline(always)]
    unsafe fn with<V: Vector>(block: &Block<'_>) {
        let group = N * V::LANES;
        let mut row = 0;
        loop {
            // SAFETY: row + group <= rows, see the end of the loop.
            unsafe { Self::group::<V>(block, row) };
            if row + group >= block.rows.len() {
                return;
            }
            row = (row + group).min(block.rows.len() - group);
        }
    }

    /// # Safety
    /// As `with`, for the rows from `row` on.
    #[inline(always)]
    unsafe fn group<V: Vector>(block: &Block<'_>, row: usize) {
        let group = N * V::LANES;
        let mut packed = MaybeUninit::<Packed>::uninit();
        let packed = packed.as_mut_ptr().cast::<u8>();
        let mut column = 0;
        loop {
            // SAFETY: column + N <= count, see the end of the loop.
            unsafe {
                let rows = block.rows.as_ptr().add(row);
                let source = block.source.add(column * ITEM);
                let columns = block.columns.as_ptr().add(column);
                let at = row * ITEM;
                if N <= 4 && column + N * V::LANES <= block.count {
                    across::<V, ITEM, N, STREAM>(source, rows, columns, at);
                    column += N * V::LANES;
                } else if N > 4 && block.pack && column + LINE / ITEM <= block.count {
                    for line in 0..group {
                        put::<LINE>(source.offset(*rows.add(line)), packed.add(line * LINE));
                    }
                    for part in 0..LINE / LANE {
                        let (source, columns) = (packed.add(part * LANE), columns.add(part * N));
                        tile::<V, ITEM, N, STREAM>(source, LINES.as_ptr(), columns, at);
                    }
                    column += LINE / ITEM;
                } else {
                    tile::<V, ITEM, N, STREAM>(source, rows, columns, at);
                    column += N;
                }
            }
            if column >= block.count {
                return;
            }
            column = column.min(block.count - N);
        }
    }
}

/// A line of each row of a group, one after the other. Rows that lie a power of two apart share
/// a set or two of the cache, where a line is gone before its second lane is read; here it is
/// read once.
#[repr(C, align(64))]
struct Packed([u8; LINE * LINE]);

/// Where the rows of a packed group lie.
const LINES: [isize; LINE] = {
    let mut offsets = [0; LINE];
    let mut at = 0;
    while at < LINE {
        offsets[at] = (at * LINE) as isize;
        at += 1;
    }
    offsets
};

/// # Safety
/// `N * V::LANES` rows of 16 bytes can be read, `N` columns of as many items written at
/// `shift`; to stream, these places are aligned.
#[inline(always)]
unsafe fn tile<V: Vector, const ITEM: usize, const N: usize, const STREAM: bool>(
    source: *const u8,
    rows: *const isize,
    columns: *const *mut u8,
    shift: usize,
) {
    // SAFETY: the caller's promise; lanes past the last one repeat row 0 and are ignored.
    unsafe {
        let mut registers = [V::load([source.offset(*rows); MOST_LANES]); N];
        unrolled!(k < N => {
            let mut from = [source; MOST_LANES];
            unrolled!(lane < V::LANES, 0 1 2 3 => {
                from[lane] = source.offset(*rows.add(lane * N + k));
            });
            registers[k] = V::load(from);
        });
        weave::<V, ITEM, N, STREAM>(registers, columns, shift);
    }
}

/// As `tile`, for as many columns as a whole vector of each row holds: each line of the source is
/// read once. Only for `N` of at most 4, or registers run out.
///
/// # Safety
/// As `tile`, for `N * V::LANES` columns.
#[inline(always)]
unsafe fn across<V: Vector, const ITEM: usize, const N: usize, const STREAM: bool>(
    source: *const u8,
    rows: *const isize,
    columns: *const *mut u8,
    shift: usize,
) {
    // SAFETY: the caller's promise; lanes past the last one repeat row 0 and are ignored.
    unsafe {
        let first = V::load_across([source.offset(*rows); MOST_LANES]);
        let mut registers = [[first[0]; N]; MOST_LANES];
        unrolled!(k < N => {
            let mut from = [source.offset(*rows); MOST_LANES];
            unrolled!(lane < V::LANES, 0 1 2 3 => {
                from[lane] = source.offset(*rows.add(lane * N + k));
            });
            let lanes = V::load_across(from);
            unrolled!(c < V::LANES, 0 1 2 3 => {
                registers[c][k] = lanes[c];
            });
        });
        unrolled!(c < V::LANES, 0 1 2 3 => {
            weave::<V, ITEM, N, STREAM>(registers[c], columns.add(c * N), shift);
        });
    }
}

/// Zips rows into columns, and stores them.
///
/// # Safety
/// As for the stores of `tile`.
#[inline(always)]
unsafe fn weave<V: Vector, const ITEM: usize, const N: usize, const STREAM: bool>(
    mut registers: [V; N],
    columns: *const *mut u8,
    shift: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        if N > 1 {
            registers = zip_halves::<V, ITEM, N>(registers);
        }
        if N > 2 {
            registers = zip_halves::<V, ITEM, N>(registers);
        }
        if N > 4 {
            registers = zip_halves::<V, ITEM, N>(registers);
        }
        if N > 8 {
            registers = zip_halves::<V, ITEM, N>(registers);
        }
        unrolled!(k < N => {
            let to = (*columns.add(k)).add(shift);
            if STREAM { registers[k].stream(to) } else { registers[k].store(to) }
        });
    }
}

/// Registers 2i and 2i + 1 = zip of registers i and i + N/2.
///
/// # Safety
/// The instruction set is there.
#[inline(always)]
unsafe fn zip_halves<V: Vector, const ITEM: usize, const N: usize>(before: [V; N]) -> [V; N] {
    let mut after = before;
    unrolled!(k < N / 2 => {
        // SAFETY: the caller's promise.
        (after[2 * k], after[2 * k + 1]) = unsafe { before[k].zip::<ITEM>(before[k + N / 2]) };
    });
    after
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
        for column in 0..block.count {
            let source = block.source.wrapping_offset(block.near * column as isize);
            let to = block.columns[column];
            for (row, &offset) in block.rows.iter().enumerate() {
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
        for column in 0..block.count {
            let source = block.source.wrapping_offset(block.near * column as isize);
            let to = block.columns[column];
            for (row, &offset) in block.rows.iter().enumerate() {
                let to = to.wrapping_offset(block.step * row as isize);
                // SAFETY: an item of the block.
                unsafe { ptr::copy_nonoverlapping(source.wrapping_offset(offset), to, block.item) }
            }
        }
    }
}

/// `ROWS` rows woven into one stream of items: `a0 a1 …`, `b0 b1 …` to `a0 b0 a1 b1 …`.
pub(super) struct Interleave<const ITEM: usize, const ROWS: usize>;

impl<const ITEM: usize, const ROWS: usize> Move for Interleave<ITEM, ROWS> {
    #[inline(always)]
    unsafe fn block<I: Isa>(block: &Block<'_>) {
        let mut rows = [block.source; ROWS];
        for (row, &offset) in rows.iter_mut().zip(block.rows) {
            *row = row.wrapping_offset(offset);
        }
        let to = block.columns[0];
        for column in 0..block.count {
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
        let Some(&first) = block.rows.first() else { return };
        let source = block.source.wrapping_offset(first);
        let mut columns = [block.columns[0]; COLUMNS];
        columns.copy_from_slice(&block.columns[..COLUMNS]);
        for row in 0..block.rows.len() {
            for (at, column) in columns.iter().enumerate() {
                // SAFETY: an item of the block; rows follow one another.
                unsafe {
                    put::<ITEM>(source.add((row * COLUMNS + at) * ITEM), column.add(row * ITEM));
                }
            }
        }
    }
}
