//! Sinks: results on their way from an engine to where the caller wants them.
//!
//! Results of neighbouring windows become every `step`-th element of the output's lanes,
//! converted to the output's type. In `(4):(8)+0` with step 2, windows 0, 2 and 4 are kept.

use std::marker::PhantomData;
use std::ops::Range;

use super::keys::Keyed;
use super::stream::{Way, store, stream, stream_row};
use crate::kernel::arch::{Backend, LINE, Task};
use crate::kernel::element::{Element, Number, Truth};

/// Output lanes that lie side by side, in memory that may be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Results {
    /// Where the first result of the first lane goes.
    pub(super) start: *mut u8,
    /// Bytes from one result of a lane to the next, and from lane to lane.
    pub(super) stride: isize,
    pub(super) columns: usize,
    pub(super) across: isize,
    /// The window that starts at index `t` is window `t * dilation + shift` of the lane.
    pub(super) dilation: i64,
    pub(super) shift: i64,
    /// Every so many windows are kept.
    pub(super) step: i64,
    pub(super) backend: Backend,
    /// Where results go past the cache: the input of a tile later is so many bytes from the start
    /// of the input's lane, and its elements are so long.
    pub(super) past: Option<(*const u8, usize)>,
}

/// A conversion of results to the output's type.
pub(super) trait Give: 'static {
    type From: Copy;
    type To: Number;
    /// Whether results are what is wanted already.
    const SAME: bool;
    /// `flip` is the exclusive or of keys.
    fn give(from: Self::From, flip: i64) -> Self::To;
}

macro_rules! gifts {
    ($($(#[$note:meta])* $name:ident<$bound:ident>: $source:ty => $to:ty, same: $same:expr,
        |$from:ident, $flip:ident| $body:expr;)*) => {$(
        $(#[$note])*
        pub(super) struct $name<T>(PhantomData<T>);
        impl<T: $bound> Give for $name<T> {
            type From = $source;
            type To = $to;
            const SAME: bool = $same;
            #[inline(always)]
            fn give($from: $source, $flip: i64) -> $to {
                $body
            }
        }
    )*};
}
gifts! {
    /// A double, as it is or rounded.
    Float<Number>: f64 => T, same: matches!(T::ELEMENT, Element::F64), |from, _flip| T::from_f64(from);
    /// The value of a key.
    Value<Keyed>: T::Key => T, same: false, |from, flip| value(from, flip);
    /// The value of a key, as a double.
    RealValue<Keyed>: T::Key => f64, same: false, |from, flip| value::<T>(from, flip).to_f64();
}

#[inline(always)]
fn value<T: Keyed>(key: T::Key, flip: i64) -> T {
    T::of_key(if flip == 0 { key } else { T::turned(key) })
}

/// An integer as it is.
pub(super) struct Signed;
/// An integer without a sign.
pub(super) struct Unsigned;
/// An integer as a double.
pub(super) struct SignedReal;
/// An integer without a sign as a double.
pub(super) struct UnsignedReal;
/// A truth value from its key.
pub(super) struct Trueness;
/// A truth value as a double.
pub(super) struct TruenessReal;

macro_rules! plain_gifts {
    ($($name:ident: $source:ty => $to:ty, same: $same:expr,
        |$from:ident, $flip:ident| $body:expr;)*) => {$(
        impl Give for $name {
            type From = $source;
            type To = $to;
            const SAME: bool = $same;
            #[inline(always)]
            #[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation)]
            fn give($from: $source, $flip: i64) -> $to {
                $body
            }
        }
    )*};
}
plain_gifts! {
    Signed: i64 => i64, same: true, |from, _flip| from;
    Unsigned: i64 => u64, same: false, |from, _flip| from as u64;
    SignedReal: i64 => f64, same: false, |from, _flip| from as f64;
    UnsignedReal: i64 => f64, same: false, |from, _flip| from as u64 as f64;
    Trueness: i8 => Truth, same: false, |from, flip| Truth(u8::from(i64::from(from) ^ flip != 0));
    TruenessReal: i8 => f64, same: false, |from, flip| f64::from(u8::from(i64::from(from) ^ flip != 0));
}

/// Which results count, and what stands for the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fill {
    pub(super) min_count: f64,
    pub(super) value: f64,
    pub(super) flip: i64,
}

impl Results {
    /// Where the results of windows go that start at these indices of one lane, if nothing is
    /// between a computation and them: no conversion, step or gap.
    ///
    /// # Safety
    /// As for [`write`](Results::write), and nobody else reads or writes them while it lives.
    pub(super) unsafe fn place<'a, G: Give>(
        &self,
        starts: &Range<i64>,
    ) -> Option<&'a mut [G::From]> {
        let size = size_of::<G::From>();
        let dense = self.columns == 1 && self.step == 1 && self.dilation == 1;
        if !(G::SAME && dense && self.stride == size as isize) {
            return None;
        }
        let begin = self.start.wrapping_offset((starts.start + self.shift) as isize * self.stride);
        let begin = begin.cast::<G::From>();
        let count = usize::try_from(starts.end - starts.start).ok()?;
        // SAFETY: the caller's promise; they are dense, aligned and of that type.
        begin.is_aligned().then(|| unsafe { std::slice::from_raw_parts_mut(begin, count) })
    }

    /// Writes the results of the windows that start at `first` and after it, `pitch` for each
    /// start. Where `counts` are given, windows with too few elements get the fill.
    ///
    /// # Safety
    /// Each of these windows is one of the output's lanes, which may be written.
    pub(super) unsafe fn write<G: Give>(
        &self,
        first: i64,
        pitch: usize,
        results: &[G::From],
        counts: Option<&[f64]>,
        fill: Fill,
    ) {
        let results = Writing::<G> { to: *self, first, pitch, results, counts, fill };
        self.backend.run(results);
    }
}

/// Results that may be written.
struct Writing<'a, G: Give> {
    to: Results,
    first: i64,
    pitch: usize,
    results: &'a [G::From],
    counts: Option<&'a [f64]>,
    fill: Fill,
}

impl<G: Give> Task for Writing<'_, G> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Writing { to: lanes, first, pitch, results, counts, fill } = self;
        let rows = results.len() / pitch;
        let begin = first * lanes.dilation + lanes.shift;
        let size = size_of::<G::To>() as isize;
        let absent = absent::<G::To>(fill.value);
        if pitch == 1
            && lanes.step == 1
            && lanes.dilation == 1
            && lanes.stride == size
            && counts.is_none()
        {
            let to = lanes.start.wrapping_offset(begin as isize * size);
            // SAFETY: the promise to `write`; the results are dense.
            unsafe {
                match lanes.past {
                    Some((input, item)) => {
                        let next = first.wrapping_add(results.len() as i64) as usize;
                        let ahead = input.wrapping_add(next.wrapping_mul(item));
                        let pace = LINE / size_of::<G::To>() * item;
                        let backend = lanes.backend;
                        stream::<G>(results, fill.flip, Way { to, ahead, pace, backend });
                    }
                    None => store::<G>(results, fill.flip, to),
                }
            }
            return;
        }
        if let Some(counts) = counts
            && pitch == 1
            && lanes.step == 1
            && lanes.dilation == 1
        {
            let mut to = lanes.start.wrapping_offset(lanes.stride.wrapping_mul(begin as isize));
            for (&result, &count) in results.iter().zip(counts) {
                let kept = count >= fill.min_count;
                let result = if kept { G::give(result, fill.flip) } else { absent };
                // SAFETY: the promise to `write`.
                unsafe { result.write(to) };
                to = to.wrapping_offset(lanes.stride);
            }
            return;
        }
        for row in 0..rows {
            let window = begin + row as i64 * lanes.dilation;
            if lanes.step > 1 && window.rem_euclid(lanes.step) != 0 {
                continue;
            }
            let to = lanes
                .start
                .wrapping_offset(lanes.stride.wrapping_mul((window / lanes.step) as isize));
            let results = &results[row * pitch..row * pitch + lanes.columns];
            match counts {
                None if lanes.across == size => {
                    // SAFETY: the promise to `write`; the results of a row are dense.
                    unsafe {
                        match lanes.past {
                            Some(_) => stream_row::<G>(results, fill.flip, to, lanes.backend),
                            None => store::<G>(results, fill.flip, to),
                        }
                    }
                }
                None => {
                    for (column, &result) in results.iter().enumerate() {
                        let to = to.wrapping_offset(lanes.across.wrapping_mul(column as isize));
                        // SAFETY: the promise to `write`.
                        unsafe { G::give(result, fill.flip).write(to) };
                    }
                }
                Some(counts) => {
                    let counts = &counts[row * pitch..row * pitch + lanes.columns];
                    for (column, (&result, &count)) in results.iter().zip(counts).enumerate() {
                        let to = to.wrapping_offset(lanes.across.wrapping_mul(column as isize));
                        let kept = count >= fill.min_count;
                        let result = if kept { G::give(result, fill.flip) } else { absent };
                        // SAFETY: the promise to `write`.
                        unsafe { result.write(to) };
                    }
                }
            }
        }
    }
}

/// Writes the fill for some windows of each lane.
///
/// # Safety
/// As for [`Results::write`].
pub(super) unsafe fn fill<T: Number>(results: &Results, windows: Range<i64>, value: f64) {
    let Results { start, stride, columns, across, step, .. } = *results;
    let value = T::from_f64(value);
    for window in windows.filter(|window| window.rem_euclid(step) == 0) {
        let to = start.wrapping_offset(stride.wrapping_mul((window / step) as isize));
        for column in 0..columns {
            // SAFETY: the caller's promise.
            unsafe { value.write(to.wrapping_offset(across.wrapping_mul(column as isize))) };
        }
    }
}

/// What stands for a result that is not there: the fill, or -1 for places and 0 for other
/// integers, which have no NaN.
pub(super) fn absent<T: Number>(fill: f64) -> T {
    match (fill.is_nan(), T::ELEMENT) {
        (true, crate::kernel::Element::I64) => T::from_f64(-1.0),
        (true, element) if !element.is_float() => T::from_f64(0.0),
        _ => T::from_f64(fill),
    }
}
