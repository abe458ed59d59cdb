//! Tiles: transposes in registers, for items of 1, 2, 4, 8 and 16 bytes.
//!
//! ```text
//! for a line of each row, that is for LINE / ITEM columns
//!     for rows in groups of LANES * N, the last group moved back to end with the last row
//!         ask for a line of each of these rows, some columns ahead
//!         for N of the columns
//!             register k, lane l = 16 bytes of row l * N + k
//!             log2(N) times: registers 2i, 2i + 1 = zip(registers i, i + N/2)
//!             store register k to column k
//! ```
//!
//! After the zips register `k` holds column `k` of each lane's `N` rows, so its lanes one after
//! the other are `LANES * N` items of a destination line: no shuffle ever crosses lanes. Moving
//! the last group back stores some items twice, with the same bytes, and needs no second path.
//!
//! - A line of every row is asked for while another is moved, because no prefetcher follows rows
//!   as short as those of most permutations: 12 to 30 GB/s for 1,000,000 x 100 numbers.
//! - Rows of a line first, then columns: the lines of a strip that are written are neighbours.
//!
//! Copying `(2,3):(8,16)+0` onto `(2,3):(24,8)+0`: 2 columns make one vector of 16 bytes.

use std::mem::MaybeUninit;

use super::movers::{Block, Move, put};
use crate::kernel::arch::{Isa, LINE, MOST_LANES, Vector};

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

/// Register transposes of items of `ITEM` bytes, `N` to a lane. At least `N` rows and columns.
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
                Self::with::<I, I::Wide>(block);
            } else if block.rows.len() >= N * I::Middle::LANES {
                Self::with::<I, I::Middle>(block);
            } else {
                Self::with::<I, I::Narrow>(block);
            }
        }
    }
}

impl<const ITEM: usize, const N: usize, const STREAM: bool> Tiles<ITEM, N, STREAM> {
    /// # Safety
    /// As [`Move::block`]; at least `N * V::LANES` rows and `N` columns.
    #[inline(always)]
    unsafe fn with<I: Isa, V: Vector>(block: &Block<'_>) {
        let (group, line, count) = (N * V::LANES, LINE / ITEM, block.columns.len());
        let mut packed = MaybeUninit::<Packed>::uninit();
        let packed = packed.as_mut_ptr().cast::<u8>();
        let mut column = 0;
        while column < count {
            let whole = column + line <= count;
            if !whole {
                column = column.min(count - N);
            }
            let ahead = block.ahead_of(column);
            let mut row = 0;
            loop {
                // SAFETY: row + group <= rows, see the end of the loop; the columns are there.
                unsafe {
                    let rows = block.rows.as_ptr().add(row);
                    let ask = |part: usize, parts: usize| {
                        if let Some(ahead) = ahead {
                            for at in part * group / parts..(part + 1) * group / parts {
                                I::prefetch::<STREAM>(ahead.wrapping_offset(*rows.add(at)));
                            }
                        }
                    };
                    let place = Place {
                        source: block.source.add(column * ITEM),
                        rows,
                        destination: block.destination.add(row * ITEM),
                        columns: block.columns.as_ptr().add(column),
                    };
                    if !whole {
                        ask(0, 1);
                        Self::tile::<V>(place);
                    } else if N <= 4 {
                        ask(0, 1);
                        for part in 0..line / group {
                            Self::across::<V>(place.right::<ITEM>(part * group));
                        }
                    } else {
                        let place = if block.pack { place.packed(group, packed) } else { place };
                        for part in 0..line / N {
                            ask(part, line / N);
                            Self::tile::<V>(place.right::<ITEM>(part * N));
                        }
                    }
                }
                if row + group >= block.rows.len() {
                    break;
                }
                row = (row + group).min(block.rows.len() - group);
            }
            column += if whole { line } else { N };
        }
    }

    /// # Safety
    /// `N * V::LANES` rows of 16 bytes can be read, `N` columns of as many items written; to
    /// stream, these places are aligned.
    #[inline(always)]
    unsafe fn tile<V: Vector>(place: Place) {
        // SAFETY: the caller's promise; lanes past the last one repeat row 0 and are ignored.
        unsafe {
            let mut registers = [V::load([place.row(0); MOST_LANES]); N];
            unrolled!(k < N => {
                let mut from = [place.source; MOST_LANES];
                unrolled!(lane < V::LANES, 0 1 2 3 => {
                    from[lane] = place.row(lane * N + k);
                });
                registers[k] = V::load(from);
            });
            Self::weave::<V>(registers, place);
        }
    }

    /// As `tile`, for as many columns as a whole vector of each row holds: each line of the
    /// source is read once. Only for `N` of at most 4, or registers run out.
    ///
    /// # Safety
    /// As `tile`, for `N * V::LANES` columns.
    #[inline(always)]
    unsafe fn across<V: Vector>(place: Place) {
        // SAFETY: the caller's promise; lanes past the last one repeat row 0 and are ignored.
        unsafe {
            let first = V::load_across([place.row(0); MOST_LANES]);
            let mut registers = [[first[0]; N]; MOST_LANES];
            unrolled!(k < N => {
                let mut from = [place.row(0); MOST_LANES];
                unrolled!(lane < V::LANES, 0 1 2 3 => {
                    from[lane] = place.row(lane * N + k);
                });
                let lanes = V::load_across(from);
                unrolled!(c < V::LANES, 0 1 2 3 => {
                    registers[c][k] = lanes[c];
                });
            });
            unrolled!(c < V::LANES, 0 1 2 3 => {
                Self::weave::<V>(registers[c], place.right::<ITEM>(c * N));
            });
        }
    }

    /// Zips rows into columns, and stores them.
    ///
    /// # Safety
    /// As for the stores of `tile`.
    #[inline(always)]
    unsafe fn weave<V: Vector>(mut registers: [V; N], place: Place) {
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
                let to = place.destination.offset(*place.columns.add(k));
                if STREAM { registers[k].stream(to) } else { registers[k].store(to) }
            });
        }
    }
}

/// Where a tile lies.
#[derive(Clone, Copy)]
struct Place {
    source: *const u8,
    rows: *const isize,
    destination: *mut u8,
    columns: *const isize,
}

impl Place {
    /// # Safety
    /// The tile has this row.
    #[inline(always)]
    unsafe fn row(&self, at: usize) -> *const u8 {
        // SAFETY: the caller's promise.
        unsafe { self.source.offset(*self.rows.add(at)) }
    }

    /// Some columns further.
    ///
    /// # Safety
    /// There are so many columns.
    #[inline(always)]
    unsafe fn right<const ITEM: usize>(self, columns: usize) -> Place {
        // SAFETY: the caller's promise.
        unsafe {
            let (source, columns) = (self.source.add(columns * ITEM), self.columns.add(columns));
            Place { source, columns, ..self }
        }
    }

    /// The same with the rows read from a packed copy.
    ///
    /// # Safety
    /// A line of each of `group` rows can be read, and written to `packed`.
    #[inline(always)]
    unsafe fn packed(self, group: usize, packed: *mut u8) -> Place {
        for line in 0..group {
            // SAFETY: the caller's promise.
            unsafe { put::<LINE>(self.row(line), packed.add(line * LINE)) }
        }
        Place { source: packed, rows: LINES.as_ptr(), ..self }
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
