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
//! the other are `LANES * N` items of a destination line: no shuffle ever crosses lanes. Items of
//! 1 and 2 bytes from rows that crowd in few sets of the cache are zipped only until they are
//! units of 8 bytes, a whole line of each row at once; then the units are transposed. Moving the
//! last group back stores some items twice, with the same bytes, and needs no second path.
//!
//! - A line of every row is asked for while another is moved, because no prefetcher follows rows
//!   as short as those of most permutations: 12 to 30 GB/s for 1,000,000 x 100 numbers.
//! - Rows of a line first, then columns: the lines of a strip that are written are neighbours.
//!
//! Copying `(2,3):(8,16)+0` onto `(2,3):(24,8)+0`: 2 columns make one vector of 16 bytes.

use std::mem::MaybeUninit;

use super::movers::{Block, Move, Offsets, put};
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

/// Parts of a group whose rows are zipped on their own.
const PARTS: usize = 8;

/// Register transposes of items of `ITEM` bytes, `N` to a lane. At least `N` rows and columns.
///
/// With `STREAM`, registers go past the cache: every column is aligned to a line then, and rows
/// fill whole lines.
pub(super) struct Tiles<const ITEM: usize, const N: usize, const STREAM: bool>;

impl<const ITEM: usize, const N: usize, const STREAM: bool> Move for Tiles<ITEM, N, STREAM> {
    #[inline(always)]
    unsafe fn block<I: Isa>(block: &Block<'_>) {
        // Rows decide how wide a register can be. Bytes that stay in the cache are zipped in 256
        // bits: 512 x 512 of them at 0.48 of memcpy, with 512 bits at 0.40.
        let within = N >= 8 && !STREAM && block.ahead.is_some();
        let even = block.rows.step.is_some() && block.columns.step.is_some();
        // SAFETY: the caller's promise, handed on.
        unsafe {
            if block.rows.len() < N * I::Middle::LANES {
                Self::with::<I, I::Narrow, Listed>(block, Listed::of);
            } else if block.rows.len() < N * I::Wide::LANES || (within && !even) {
                Self::with::<I, I::Middle, Listed>(block, Listed::of);
            } else if within {
                Self::with::<I, I::Middle, Even>(block, Even::of);
            } else if even {
                Self::with::<I, I::Wide, Even>(block, Even::of);
            } else {
                Self::with::<I, I::Wide, Listed>(block, Listed::of);
            }
        }
    }
}

impl<const ITEM: usize, const N: usize, const STREAM: bool> Tiles<ITEM, N, STREAM> {
    /// # Safety
    /// As [`Move::block`]; at least `N * V::LANES` rows and `N` columns; `apart` suits both sides.
    #[inline(always)]
    unsafe fn with<I: Isa, V: Vector, A: Apart>(block: &Block<'_>, apart: fn(Offsets<'_>) -> A) {
        let (group, line, count) = (N * V::LANES, LINE / ITEM, block.columns.len());
        let (rows, columns) = (apart(block.rows), apart(block.columns));
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
                    let ask = |part: usize, parts: usize| {
                        if let Some(ahead) = ahead {
                            let (ahead, rows) = rows.skip(ahead, row);
                            for at in part * group / parts..(part + 1) * group / parts {
                                I::prefetch::<STREAM>(rows.place(ahead, at));
                            }
                        }
                    };
                    let (source, rows) = rows.skip(block.source.add(column * ITEM), row);
                    let (destination, columns) =
                        columns.skip(block.destination.add(row * ITEM), column);
                    let place = Place { source, rows, destination, columns };
                    if !whole {
                        ask(0, 1);
                        Self::tile::<V, A, A>(place);
                    } else if N <= 4 {
                        ask(0, 1);
                        for part in 0..line / group {
                            Self::across::<V, A, A>(place.right::<ITEM>(part * group));
                        }
                    } else if block.pack && V::LANES == MOST_LANES {
                        for part in 0..PARTS {
                            Self::part::<V, A>(place, part, packed, |row| ask(row, group));
                        }
                        Self::join::<V, A>(place, packed);
                    } else if block.pack {
                        let place = place.packed(group, packed);
                        for part in 0..line / N {
                            ask(part, line / N);
                            Self::tile::<V, Even, A>(place.right::<ITEM>(part * N));
                        }
                    } else {
                        for part in 0..line / N {
                            ask(part, line / N);
                            Self::tile::<V, A, A>(place.right::<ITEM>(part * N));
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
    unsafe fn tile<V: Vector, R: Apart, C: Apart>(place: Place<R, C>) {
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
            Self::weave::<V, R, C>(registers, place);
        }
    }

    /// As `tile`, for as many columns as a whole vector of each row holds: each line of the
    /// source is read once. Only for `N` of at most 4, or registers run out.
    ///
    /// # Safety
    /// As `tile`, for `N * V::LANES` columns.
    #[inline(always)]
    unsafe fn across<V: Vector, R: Apart, C: Apart>(place: Place<R, C>) {
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
                Self::weave::<V, R, C>(registers[c], place.right::<ITEM>(c * N));
            });
        }
    }

    /// Zips an eighth of a group's rows, as many items as make up 8 bytes, a line of each: what
    /// then lies in 8 bytes are these rows' items of one column. `ask` is told of each row.
    ///
    /// # Safety
    /// As `tile`, for vectors of a line; [`Packed`] can be written.
    #[inline(always)]
    unsafe fn part<V: Vector, A: Apart>(
        place: Place<A, A>,
        part: usize,
        packed: *mut u8,
        ask: impl Fn(usize),
    ) {
        let rows = N / 2;
        // SAFETY: the caller's promise.
        unsafe {
            let mut registers = [V::load_whole(place.row(part * rows)); N];
            unrolled!(k < rows => {
                ask(part * rows + k);
                registers[k] = V::load_whole(place.row(part * rows + k));
            });
            unrolled!(round < 3 => {
                if 1 << round < rows {
                    let before = registers;
                    unrolled!(k < rows / 2 => {
                        let (low, high) = before[k].zip::<ITEM>(before[k + rows / 2]);
                        (registers[2 * k], registers[2 * k + 1]) = (low, high);
                    });
                }
            });
            unrolled!(k < rows => {
                registers[k].store(packed.add((k * PARTS + part) * LINE));
            });
        }
    }

    /// Transposes what [`Self::part`] made of all parts, in units of 8 bytes.
    ///
    /// # Safety
    /// As `tile`, for a line of columns; all of [`Packed`] that parts write was written.
    #[inline(always)]
    unsafe fn join<V: Vector, A: Apart>(place: Place<A, A>, packed: *mut u8) {
        unrolled!(k < N / 2 => {
            let columns = Dealt { columns: place.columns, first: 2 * k, lane: LANE / ITEM };
            let source = packed.wrapping_add(k * PARTS * LINE).cast_const();
            let rows = Even(LINE as isize);
            let place = Place { source, rows, destination: place.destination, columns };
            // SAFETY: the caller's promise: eight lines, one for each part, and eight columns.
            unsafe { Tiles::<8, 2, STREAM>::across::<V, Even, Dealt<A>>(place) };
        });
    }

    /// Zips rows into columns, and stores them.
    ///
    /// # Safety
    /// As for the stores of `tile`.
    #[inline(always)]
    unsafe fn weave<V: Vector, R: Apart, C: Apart>(mut registers: [V; N], place: Place<R, C>) {
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
                let to = place.columns.place(place.destination, k).cast_mut();
                if STREAM { registers[k].stream(to) } else { registers[k].store(to) }
            });
        }
    }
}

/// How positions are found: by their distance or in a list. Distances need no loads, and the fewer
/// instructions a tile takes, the more tiles are on their way: 4096 x 4096 numbers of 8 bytes move
/// at 0.73 of the floor in place of 0.69.
trait Apart: Copy {
    /// Where a position lies, counted from `from`.
    ///
    /// # Safety
    /// There is such a position.
    unsafe fn place(self, from: *const u8, at: usize) -> *const u8;

    /// Some positions further.
    ///
    /// # Safety
    /// There are so many.
    unsafe fn skip(self, from: *const u8, positions: usize) -> (*const u8, Self);
}

/// All at one distance.
#[derive(Clone, Copy)]
struct Even(isize);

impl Even {
    #[inline(always)]
    fn of(offsets: Offsets<'_>) -> Even {
        Even(offsets.step.unwrap_or(0))
    }
}

impl Apart for Even {
    #[inline(always)]
    unsafe fn place(self, from: *const u8, at: usize) -> *const u8 {
        from.wrapping_offset(self.0 * at as isize)
    }

    #[inline(always)]
    unsafe fn skip(self, from: *const u8, positions: usize) -> (*const u8, Even) {
        (from.wrapping_offset(self.0 * positions as isize), self)
    }
}

/// As a table says.
#[derive(Clone, Copy)]
struct Listed(*const isize);

impl Listed {
    #[inline(always)]
    fn of(offsets: Offsets<'_>) -> Listed {
        Listed(offsets.table.as_ptr())
    }
}

impl Apart for Listed {
    #[inline(always)]
    unsafe fn place(self, from: *const u8, at: usize) -> *const u8 {
        // SAFETY: the caller's promise.
        from.wrapping_offset(unsafe { *self.0.add(at) })
    }

    #[inline(always)]
    unsafe fn skip(self, from: *const u8, positions: usize) -> (*const u8, Listed) {
        // SAFETY: the caller's promise.
        (from, Listed(unsafe { self.0.add(positions) }))
    }
}

/// Two columns of each lane: those from `first` on, of `lane`.
#[derive(Clone, Copy)]
struct Dealt<C> {
    columns: C,
    first: usize,
    lane: usize,
}

impl<C: Apart> Apart for Dealt<C> {
    #[inline(always)]
    unsafe fn place(self, from: *const u8, at: usize) -> *const u8 {
        // SAFETY: the caller's promise.
        unsafe { self.columns.place(from, at / 2 * self.lane + self.first + at % 2) }
    }

    /// Whole pairs.
    #[inline(always)]
    unsafe fn skip(self, from: *const u8, positions: usize) -> (*const u8, Dealt<C>) {
        // SAFETY: the caller's promise.
        let (from, columns) = unsafe { self.columns.skip(from, positions / 2 * self.lane) };
        (from, Dealt { columns, ..self })
    }
}

/// Where a tile lies.
#[derive(Clone, Copy)]
struct Place<R, C> {
    source: *const u8,
    rows: R,
    destination: *const u8,
    columns: C,
}

impl<R: Apart, C: Apart> Place<R, C> {
    /// # Safety
    /// The tile has this row.
    #[inline(always)]
    unsafe fn row(&self, at: usize) -> *const u8 {
        // SAFETY: the caller's promise.
        unsafe { self.rows.place(self.source, at) }
    }

    /// Some columns further.
    ///
    /// # Safety
    /// There are so many columns.
    #[inline(always)]
    unsafe fn right<const ITEM: usize>(self, columns: usize) -> Place<R, C> {
        // SAFETY: the caller's promise.
        unsafe {
            let source = self.source.add(columns * ITEM);
            let (destination, columns) = self.columns.skip(self.destination, columns);
            Place { source, destination, columns, ..self }
        }
    }

    /// The same with the rows read from a packed copy.
    ///
    /// # Safety
    /// A line of each of `group` rows can be read, and written to `packed`.
    #[inline(always)]
    unsafe fn packed(self, group: usize, packed: *mut u8) -> Place<Even, C> {
        for line in 0..group {
            // SAFETY: the caller's promise.
            unsafe { put::<LINE>(self.row(line), packed.add(line * LINE)) }
        }
        let Place { destination, columns, .. } = self;
        Place { source: packed, rows: Even(LINE as isize), destination, columns }
    }
}

/// A line of each row of a group, one after the other. Rows that lie a power of two apart share
/// a set or two of the cache, where a line is gone before its second lane is read; here it is
/// read once.
#[repr(C, align(64))]
struct Packed([u8; LINE * LINE]);

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
