//! Cast: numbers of one dtype to another, from any layout to any layout of the same shape.
//!
//! `Casting` says which casts a rule allows, as NumPy's `can_cast`; `number` what a value becomes;
//! `convert` turns a packed run of numbers into a packed run of others. Here the nest over both
//! operands, ordered by the destination, is cut into tiles that fit in the cache:
//!
//! ```text
//! for each tile
//!     unless it is packed and native: copy it to stage 1, packed, and turn its bytes around
//!     convert the run
//!     unless its place is packed and native: turn the bytes around and copy it from stage 2
//! ```
//!
//! So `copy` does all walking, and every layout is as fast as its copy. Casting `(2,3):(2,4)+0` of
//! `i2` to `(2,3):(24,8)+0` of `f8` transposes 12 bytes and converts 6 numbers.

mod casting;
mod convert;
mod error;
mod half;
mod number;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::control::{Control, Stopped};
use crate::kernel::copy::{CopyError, CopyOptions, Stores, copy};
use crate::layout::dtype::ByteOrder;
use crate::layout::{DType, Layout, PerAxis};
use crate::nest::{Loops, Nest};
use crate::view::{Buffer, Bytes, BytesMut};

pub use casting::Casting;
use convert::{Convert, converter, turn_around};
pub use error::CastError;

/// Elements of a tile: both stages of 16-byte numbers fit in a second-level cache of 512 KiB.
const TILE: i64 = 8192;
/// Runs of this many elements are converted where they lie, without a stage.
const LONG_RUN: i64 = 1024;
/// Elements below which a cast stays on one thread.
const WORTH_THREADS: i64 = 1 << 17;

/// Casts every element of the source to the same index of the destination.
///
/// Law: for every index, `destination.at(index)` is what `source.at(index)` becomes, and no other
/// byte is written. Values become what NumPy's `astype` makes of them; in addition floats beyond an
/// integer's range saturate, and what is no number becomes 0, where C and NumPy promise nothing.
///
/// ```
/// use stridewise::control::Control;
/// use stridewise::kernel::cast::{Casting, cast};
/// use stridewise::kernel::copy::CopyOptions;
/// use stridewise::layout::{DType, Layout};
/// use stridewise::view::{View, ViewMut};
///
/// let (small, large) = (DType::parse("i2").unwrap(), DType::parse("f8").unwrap());
/// let f: Vec<i16> = (0..6).collect();
/// let mut c = [0.0f64; 6];
/// cast(
///     (&View::new(&f, Layout::f_order(&[2, 3], 2).unwrap()).unwrap().as_bytes(), &small),
///     (&mut ViewMut::new(&mut c, Layout::c_order(&[2, 3], 8).unwrap()).unwrap().into_bytes(), &large),
///     Casting::Safe,
///     &CopyOptions::default(),
///     &Control::quiet(),
/// )
/// .unwrap();
/// assert_eq!(c, [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]);
/// ```
///
/// # Errors
/// A cast that the rule forbids, dtypes that are no numbers (unless both are the same, which is a
/// copy), items that are not those of the dtype, shapes that differ, or the caller's wish to stop.
pub fn cast(
    (source, from): (&Bytes<'_>, &DType),
    (destination, to): (&mut BytesMut<'_>, &DType),
    casting: Casting,
    options: &CopyOptions,
    control: &Control<'_>,
) -> Result<(), CastError> {
    check(from, to, casting)?;
    for (dtype, layout) in [(from, source.layout()), (to, destination.layout())] {
        if dtype.itemsize() != layout.itemsize() {
            return Err(CastError::ItemSize { dtype: dtype.clone(), got: layout.itemsize() });
        }
    }
    if from == to {
        return Ok(copy(source, destination, options, control)?);
    }
    let loops = Nest::over(&[destination.layout(), source.layout()]).map_err(CopyError::from)?;
    if loops.is_empty() {
        return Ok(());
    }
    let loops = loops.order_by(0).upward(0).fuse();
    let (into, out_of) = (loops.layout(0)?, loops.layout(1)?);
    let elements = into.size();
    let work = Work::new(from, to, options, elements)?;
    // SAFETY: the loops reach the bytes that the views reach, each of the destination's once (O2).
    let (source, destination) = unsafe {
        (
            Bytes::from_raw(source.origin(), out_of),
            BytesMut::admitted(destination.reborrow().origin(), into),
        )
    };
    let told = Told::new(control, elements);
    let threads = if elements < WORTH_THREADS { 1 } else { control.threads() };
    work.share(&source, destination, threads, &told)
}

/// Whether there is such a cast, and the rule allows it.
///
/// # Errors
/// A cast that the rule forbids, and dtypes that are no numbers, unless both are the same.
pub fn check(from: &DType, to: &DType, casting: Casting) -> Result<(), CastError> {
    let wanted = Casting::needed(from, to)?;
    if wanted > casting {
        return Err(CastError::Forbidden { from: from.clone(), to: to.clone(), casting, wanted });
    }
    if from != to {
        casting::number(from)?;
        casting::number(to)?;
    }
    Ok(())
}

/// How one element is turned into another.
struct Work<'a> {
    from: &'a DType,
    to: &'a DType,
    convert: Convert,
    /// Bytes to turn around as one; 1 where there is nothing to turn.
    turned: (usize, usize),
    gather: CopyOptions,
    scatter: CopyOptions,
}

impl<'a> Work<'a> {
    fn new(
        from: &'a DType,
        to: &'a DType,
        options: &CopyOptions,
        elements: i64,
    ) -> Result<Work<'a>, CastError> {
        let (one, other) = (casting::number(from)?, casting::number(to)?);
        let turned = |dtype: &DType, part| match dtype.byte_order() {
            ByteOrder::Big => part,
            _ => 1,
        };
        let bytes = usize::try_from(elements.saturating_mul(from.itemsize() + to.itemsize()));
        let streams = options.stores == Stores::Stream
            || options.stores == Stores::Auto
                && bytes.unwrap_or(usize::MAX) / 2 >= options.stream_from;
        let stores = if streams { Stores::Stream } else { Stores::Cache };
        Ok(Work {
            from,
            to,
            convert: converter(one, other, options.backend.or_portable()),
            turned: (turned(from, one.part()), turned(to, other.part())),
            gather: CopyOptions { stores: Stores::Cache, ..*options },
            scatter: CopyOptions { stores, ..*options },
        })
    }

    /// Cuts the destination along its outermost axis until there is a piece for every thread.
    fn share(
        &self,
        source: &Bytes<'_>,
        destination: BytesMut<'_>,
        threads: usize,
        told: &Told<'_>,
    ) -> Result<(), CastError> {
        #[cfg(feature = "rayon")]
        if threads > 1
            && let Some(axis) = destination.layout().shape().iter().position(|&extent| extent > 1)
        {
            let (half, axis_number) = (threads / 2, axis as i64);
            let extent = destination.layout().shape()[axis] as i128;
            // Less than the extent, which is an i64.
            let at = i64::try_from(extent * half as i128 / threads as i128).unwrap_or(0);
            let (before, after) = destination.split_at(axis_number, at)?;
            let (first, second) = source.split_at(axis_number, at)?;
            let (one, other) = rayon::join(
                || self.share(&first, before, half, told),
                || self.share(&second, after, threads - half, told),
            );
            return one.and(other);
        }
        let _ = threads;
        self.tiles(source, destination, told)
    }

    fn tiles(
        &self,
        source: &Bytes<'_>,
        mut destination: BytesMut<'_>,
        told: &Told<'_>,
    ) -> Result<(), CastError> {
        let loops =
            Nest::over(&[destination.layout(), source.layout()]).map_err(CopyError::from)?;
        let tile = tile_of(&loops);
        let elements: i64 = tile.iter().product(); // At most TILE.
        let mut stages = Stages::new([self.from.itemsize(), self.to.itemsize()], elements)?;
        for picks in loops.tiles(&tile) {
            let mut place = destination.reborrow().slice(&picks)?;
            self.tile(&source.slice(&picks)?, &mut place, &mut stages)?;
            told.count(place.layout().size())?;
        }
        Ok(())
    }

    fn tile(
        &self,
        source: &Bytes<'_>,
        destination: &mut BytesMut<'_>,
        stages: &mut Stages,
    ) -> Result<(), CastError> {
        let (quiet, shape) = (Control::quiet(), source.layout().shape());
        let packed = |dtype: &DType| Layout::c_order(shape, dtype.itemsize());
        let (packed_from, packed_to) = (packed(self.from)?, packed(self.to)?);
        let [before, after] = &mut stages.0;
        let (bytes_before, bytes_after) = (length(&packed_from), length(&packed_to));
        let ready = |layout: &Layout, turned| layout.is_c_contiguous() && turned == 1;

        let from = if ready(source.layout(), self.turned.0) {
            first(source.origin().as_ptr(), source.layout())
        } else {
            let stage = &mut before[..bytes_before];
            let mut gathered = BytesMut::new(stage, packed_from).map_err(CastError::View)?;
            copy(source, &mut gathered, &self.gather, &quiet)?;
            turn_around(stage, self.turned.0);
            stage.as_ptr()
        };
        let in_place = ready(destination.layout(), self.turned.1);
        let to = if in_place {
            first(destination.origin().as_ptr(), destination.layout())
        } else {
            after.as_mut_ptr()
        };
        let count = usize::try_from(source.layout().size()).unwrap_or(0);
        // SAFETY: `from` and `to` are either packed layouts of admitted views (V1, V3) or stages of
        // at least so many elements; a mutable view overlaps no other; the backend is there.
        unsafe { (self.convert)(from, to.cast_mut(), count) };
        if !in_place {
            let stage = &mut after[..bytes_after];
            turn_around(stage, self.turned.1);
            let results = Bytes::new(stage, packed_to).map_err(CastError::View)?;
            copy(&results, destination, &self.scatter, &quiet)?;
        }
        Ok(())
    }
}

/// The address of the first element.
fn first(origin: *const u8, layout: &Layout) -> *const u8 {
    // V4: the offset fits.
    origin.wrapping_offset(isize::try_from(layout.offset()).unwrap_or(0))
}

/// Bytes of a layout of a tile.
fn length(layout: &Layout) -> usize {
    usize::try_from(layout.nbytes()).unwrap_or(0)
}

/// Long rows that are packed in both operands, or else tiles that suit either.
fn tile_of(loops: &Loops) -> PerAxis<i64> {
    if let Some((&row, _)) = loops.extents().split_last()
        && row >= LONG_RUN
        && loops.strides(loops.rank() - 1) == loops.sizes()
    {
        let mut tile = PerAxis::<i64>::filled(1, loops.rank());
        tile[loops.rank() - 1] = row.min(TILE);
        return tile;
    }
    loops.tile(TILE, TILE)
}

/// Room for a tile before and after it is converted.
struct Stages([Buffer; 2]);

impl Stages {
    fn new(itemsizes: [i64; 2], elements: i64) -> Result<Stages, CastError> {
        let room = |itemsize: i64| {
            let wanted = itemsize * elements; // At most 16 * TILE.
            Buffer::zeroed(usize::try_from(wanted).unwrap_or(0))
                .ok_or(CastError::Copy(CopyError::OutOfMemory { wanted }))
        };
        Ok(Stages([room(itemsizes[0])?, room(itemsizes[1])?]))
    }
}

/// Progress in elements, told to the caller tile by tile; one thread's stop is everybody's.
struct Told<'a> {
    control: &'a Control<'a>,
    done: AtomicU64,
    total: u64,
    stop: AtomicBool,
}

impl Told<'_> {
    fn new<'a>(control: &'a Control<'a>, total: i64) -> Told<'a> {
        let (done, stop) = (AtomicU64::new(0), AtomicBool::new(false));
        Told { control, done, total: total.unsigned_abs(), stop }
    }

    fn count(&self, elements: i64) -> Result<(), Stopped> {
        let more = elements.unsigned_abs();
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        let told = match self.stop.load(Ordering::Relaxed) {
            true => Err(Stopped),
            false => self.control.tell(done, self.total),
        };
        if told.is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
        told
    }
}
