//! Boxes: windows over several axes for which no axis can be reduced before the others.
//!
//! Tiles of the array, with what lies beside it, are laid side by side in C order. There the
//! elements of a window lie at fixed offsets from its first, so whole rows of windows are reduced
//! together by `direct`, and ranks by `bits`. Windows that cross the end of a row are made as
//! well, and not written. Of `(4,4):(32,8)+0`, boxes of 2 by 3 have the offsets `0 1 2 4 5 6`.

use super::direct::{Below, Direct, Dot, Each, First, Moments, Windowed};
use super::error::WindowError;
use super::folds::Root;
use super::geometry::Geometry;
use super::keys::Keyed;
use super::options::{Missing, Mode, Op, Windows};
use super::order::{Rank, rank_of};
use super::run::{Progress, share};
use super::scan::SLACK;
use super::sink::absent;
use super::source::{Beside, Convert, Plain, Real, Rule, There, Wide};
use crate::control::Control;
use crate::kernel::Backend;
use crate::kernel::element::{Element, Number, with_number};
use crate::layout::Layout;
use crate::view::{Bytes, BytesMut};

/// Elements of a tile, at least, where windows are short.
const TILE: usize = 1 << 14;
/// Elements of a tile, at most, unless windows are longer.
const LARGE: usize = 1 << 20;
/// Elements that a window of a small array may always reach over, most of them made up.
const MOST: i64 = 1 << 22;
/// Elements of windows that take less than some milliseconds.
const PART: usize = 1 << 23;

/// Windows along one axis of the array; of one element on axes without.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) size: usize,
    pub(super) dilation: usize,
    left: i64,
    step: i64,
    beside: Beside,
    extent: i64,
    /// The first window that is computed and wanted, and how many are.
    first: i64,
    wanted: i64,
    /// Windows of a tile.
    together: i64,
    /// Bytes from one element and one result to the next.
    near: isize,
    far: isize,
}

impl Axis {
    /// Elements of a tile.
    fn elements(&self) -> usize {
        self.together as usize + (self.size - 1) * self.dilation
    }

    fn tiles(&self) -> i64 {
        (self.wanted + self.together - 1) / self.together
    }
}

/// Boxes of an array.
pub(super) struct Boxes<'a> {
    input: (*const u8, &'a Layout),
    output: (*mut u8, &'a Layout),
    pub(super) axes: Vec<Axis>,
    /// The windowed axes in the order that was given.
    pub(super) over: Vec<usize>,
    /// From the first element of a window to each, in a tile.
    pub(super) offsets: Vec<usize>,
    missing: Missing,
    /// What lies beside the array, where that is a constant.
    beside: f64,
    /// What windows without a result give.
    fill: f64,
    backend: Backend,
    pub(super) progress: &'a Progress<'a>,
}

// SAFETY: threads read the input and write different elements of the output.
unsafe impl Sync for Boxes<'_> {}

/// Which windows a tile has.
pub(super) struct Cut {
    /// The first along each axis, among those that are wanted, and how many there are.
    begins: Vec<i64>,
    pub(super) counts: Vec<i64>,
    /// From one element of the tile to the next along each axis.
    pub(super) strides: Vec<usize>,
    /// Places up to the last window, those of windows that cross an end among them.
    pub(super) places: usize,
}

/// Results by place, and of how many elements each, where some are missing.
pub(super) type Made = (Vec<f64>, Option<Vec<f64>>);

/// Reduces boxes.
pub(super) fn reduce(
    input: &Bytes<'_>,
    element: Element,
    op: &Op,
    (windows, geometries): (&Windows, &[Geometry]),
    (output, to): (&mut BytesMut<'_>, Element),
    control: &Control<'_>,
) -> Result<(), WindowError> {
    let from = (input.origin().as_ptr().cast_const(), input.layout());
    let start = output.origin().as_ptr();
    let into = (start, output.layout());
    if into.1.is_empty() {
        return Ok(());
    }
    let progress = Progress::new(control, into.1.size());
    let mut boxes = Boxes::new((from, into), windows, geometries, &progress);
    boxes.grow(matches!(op, Op::Median | Op::Quantile { .. }));
    boxes.offsets = boxes.offsets()?;
    if geometries.iter().any(|geometry| geometry.computed > 0) {
        with_number!(to, T => boxes.fill_all::<T>());
    }
    let tiles = boxes.axes.iter().map(Axis::tiles).product::<i64>();
    share(tiles.unsigned_abs(), &progress, &|at| {
        let cut = boxes.cut(at as i64);
        let made = with_number!(element, N => boxes.made::<N>(&cut, op, to))?;
        if let Some((results, counts)) = made {
            let counts = counts.as_deref();
            with_number!(to, T => boxes.write(&cut, counts, |at| T::from_f64(results[at])));
        }
        progress.count(cut.counts.iter().product::<i64>().unsigned_abs())
    })
}

impl<'a> Boxes<'a> {
    fn new(
        (input, output): ((*const u8, &'a Layout), (*mut u8, &'a Layout)),
        windows: &Windows,
        geometries: &[Geometry],
        progress: &'a Progress<'a>,
    ) -> Boxes<'a> {
        let one = |axis: usize| Axis {
            size: 1,
            dilation: 1,
            left: 0,
            step: 1,
            beside: Beside::Nothing,
            extent: input.1.shape()[axis],
            first: 0,
            wanted: input.1.shape()[axis],
            together: 1,
            near: input.1.strides()[axis] as isize,
            far: output.1.strides()[axis] as isize,
        };
        let mut axes: Vec<Axis> = (0..input.1.rank()).map(one).collect();
        for geometry in geometries {
            let step = geometry.step;
            let first = (geometry.computed + step - 1) / step * step;
            let axis = &mut axes[geometry.axis];
            *axis = Axis {
                size: geometry.size,
                dilation: geometry.dilation as usize,
                left: geometry.left,
                step,
                beside: geometry.beside,
                first,
                wanted: ((geometry.windows - first + step - 1) / step).max(0),
                ..*axis
            };
        }
        let over = geometries.iter().map(|geometry| geometry.axis).collect();
        let missing = windows.missing;
        let (beside, fill) = match windows.mode {
            Mode::Constant { value } => (value, f64::NAN),
            Mode::Trailing { fill } => (0.0, fill),
            _ => (0.0, f64::NAN),
        };
        let (offsets, backend) = (Vec::new(), windows.backend);
        Boxes { input, output, axes, over, offsets, missing, beside, fill, backend, progress }
    }

    /// Chooses how many windows a tile has. Neighbours share elements, so there are as many as a
    /// window is long, twice; along the other axes, unless tiles are to stay `alone` there, what is
    /// left of a small tile.
    fn grow(&mut self, alone: bool) {
        let elements = |axes: &[Axis]| {
            axes.iter().fold(1usize, |all, axis| all.saturating_mul(axis.elements()))
        };
        let shared = 1 << (2 * self.over.len()).min(6);
        let one = elements(&self.axes);
        let most = one.saturating_mul(shared).min(LARGE.max(one.saturating_mul(2))).max(TILE);
        for windowed in [true, false] {
            for at in (0..self.axes.len()).rev() {
                let enough = match (windowed, alone) {
                    (true, _) => 2 * self.axes[at].size.max(32) as i64,
                    (false, false) => i64::MAX,
                    (false, true) => 1,
                };
                while self.over.contains(&at) == windowed
                    && self.axes[at].step == 1
                    && self.axes[at].together < self.axes[at].wanted.min(enough)
                {
                    let before = self.axes[at].together;
                    self.axes[at].together = (before * 2).min(self.axes[at].wanted);
                    if elements(&self.axes) > most {
                        self.axes[at].together = before;
                        break;
                    }
                }
            }
        }
    }

    fn offsets(&self) -> Result<Vec<usize>, WindowError> {
        let reach = |axis: &Axis| ((axis.size - 1) * axis.dilation + 1) as i64;
        let reach = self.axes.iter().fold(1i64, |all, axis| all.saturating_mul(reach(axis)));
        // Windows reach over twice an axis, at most, unless that is short.
        let most = self.input.1.size().saturating_mul(1 << self.over.len().min(62));
        if reach > most.max(MOST) {
            return Err(WindowError::OutOfMemory { wanted: reach.saturating_mul(8) });
        }
        let strides = self.strides();
        let mut offsets = vec![0];
        for &at in &self.over {
            let axis = self.axes[at];
            let apart = strides[at] * axis.dilation;
            let next = |&offset: &usize| (0..axis.size).map(move |k| offset + k * apart);
            offsets = offsets.iter().flat_map(next).collect();
        }
        Ok(offsets)
    }

    fn strides(&self) -> Vec<usize> {
        let mut strides = vec![1; self.axes.len()];
        for at in (1..strides.len()).rev() {
            strides[at - 1] = strides[at] * self.axes[at].elements();
        }
        strides
    }

    fn cut(&self, mut at: i64) -> Cut {
        let strides = self.strides();
        let mut begins = vec![0; self.axes.len()];
        let mut counts = begins.clone();
        let mut places = 1;
        for (k, axis) in self.axes.iter().enumerate().rev() {
            begins[k] = at % axis.tiles() * axis.together;
            counts[k] = axis.together.min(axis.wanted - begins[k]);
            places += (counts[k] - 1) as usize * strides[k];
            at /= axis.tiles();
        }
        Cut { begins, counts, strides, places }
    }

    /// The elements of a tile side by side; those beyond the array are as the mode says.
    fn gather<C: Convert>(&self, cut: &Cut, rule: &Rule<C::To>) -> Result<Vec<C::To>, WindowError> {
        let total = self.axes.iter().map(Axis::elements).product::<usize>() + SLACK;
        let mut items = Vec::new();
        let out_of_memory = WindowError::OutOfMemory { wanted: total as i64 };
        items.try_reserve_exact(total).map_err(|_| out_of_memory)?;
        // Where each element lies along each axis, if it is one of the array.
        let along = |(axis, begin): (&Axis, &i64)| -> Vec<Option<isize>> {
            let start = axis.first + begin * axis.step - axis.left;
            let place = |at: i64| {
                let inside = (0..axis.extent).contains(&at);
                let index = if inside { Some(at) } else { axis.beside.index(at, axis.extent) };
                index.map(|index| axis.near.wrapping_mul(index as isize))
            };
            (start..start + axis.elements() as i64).map(place).collect()
        };
        let places: Vec<Vec<Option<isize>>> =
            self.axes.iter().zip(&cut.begins).map(along).collect();
        let constant = self.axes.iter().any(|axis| axis.beside == Beside::Constant);
        let beside = if constant { rule.constant } else { rule.missing };
        let start = self.input.0.wrapping_offset(self.input.1.offset() as isize);
        let Some((row, outer)) = places.split_last() else { return Ok(items) };
        for at in 0..outer.iter().map(Vec::len).product() {
            let mut rest: usize = at;
            let mut from = Some(start);
            for places in outer.iter().rev() {
                let place = places[rest % places.len()];
                from = from.zip(place).map(|(from, place)| from.wrapping_offset(place));
                rest /= places.len();
            }
            items.extend(row.iter().map(|&place| match from.zip(place) {
                // SAFETY: V1: an element of the array.
                Some((from, place)) => unsafe {
                    C::convert(<C::From>::read(from.wrapping_offset(place)), rule)
                },
                None => beside,
            }));
        }
        items.resize(total, beside);
        Ok(items)
    }

    /// Reduces the windows of all places.
    fn each<D: Direct>(
        &self,
        cut: &Cut,
        direct: D,
        items: &[D::Item],
    ) -> Result<Vec<f64>, WindowError> {
        let mut results = vec![0.0; cut.places];
        let part = (PART / self.offsets.len()).max(1);
        for (at, results) in results.chunks_mut(part).enumerate() {
            let items = &items[at * part..];
            self.backend.run(Windowed { direct, items, offsets: &self.offsets, results });
            self.progress.tell(0)?;
        }
        Ok(results)
    }

    /// Which elements of a tile are there, as 1 or 0, where any are missing.
    fn there<N: Keyed>(&self, cut: &Cut) -> Result<Option<Vec<f64>>, WindowError> {
        if !N::ELEMENT.is_float() && self.axes.iter().all(|axis| axis.beside != Beside::Missing) {
            return Ok(None);
        }
        let constant = if N::from_f64(self.beside).is_missing() { 0.0 } else { 1.0 };
        let there = self.gather::<There<N>>(cut, &Rule { missing: 0.0, constant, flip: 0.0 })?;
        Ok(there.contains(&0.0).then_some(there))
    }

    /// The results of a tile, unless they are written already.
    fn made<N: Keyed>(&self, cut: &Cut, op: &Op, to: Element) -> Result<Option<Made>, WindowError> {
        let constant = N::from_f64(self.beside);
        let flip = if matches!(op, Op::Max | Op::ArgMax) { -1 } else { 0 };
        let skips = self.missing != Missing::Propagate;
        let missing = if skips || *op == Op::Rank { i64::MAX } else { i64::MIN };
        let size = self.offsets.len() as f64;
        let ranked = match op {
            Op::Median => Some(Rank::Middle),
            Op::Quantile { q } => Some(Rank::Share(*q)),
            _ => None,
        };
        if let Some(rank) = ranked {
            let constant = constant.key().into();
            let rule = Rule { missing: i64::MAX, constant, flip: 0 };
            let (keys, there) = (self.gather::<Plain<N>>(cut, &rule)?, self.there::<N>(cut)?);
            let value = |key: i64| N::of_key(N::narrow(key)).to_f64();
            return self.ranked(cut, rank, &keys, there.as_deref(), value).map(Some);
        }
        let counts = match skips || matches!(op, Op::Rank | Op::Count) {
            true => self.there::<N>(cut)?,
            false => None,
        };
        let counts = counts.map(|there| self.each(cut, Each::Sum, &there)).transpose()?;
        let wide = Rule { missing, constant: constant.even_key().into() ^ flip, flip };
        // Whatever is not 0 is true, NaN as well.
        let truth = matches!(op, Op::Any | Op::All) && !skips;
        let real = Rule {
            missing: match op {
                Op::Dot { .. } if skips => 0.0,
                _ if truth => 1.0,
                _ => f64::NAN,
            },
            constant: self.beside,
            flip: 0.0,
        };
        let reals = || self.gather::<Real<N>>(cut, &real);
        let results = match op {
            Op::Count => {
                return Ok(Some((counts.unwrap_or_else(|| vec![size; cut.places]), None)));
            }
            Op::ArgMin | Op::ArgMax => {
                self.each(cut, First, &self.gather::<Wide<N>>(cut, &wide)?)?
            }
            Op::Rank => {
                let keys = self.gather::<Wide<N>>(cut, &wide)?;
                let end = self.offsets.last().copied().unwrap_or(0);
                let mut ranks = self.each(cut, Below, &keys)?;
                for (at, rank) in ranks.iter_mut().enumerate() {
                    let there = counts.as_ref().map_or(size, |counts| counts[at]);
                    let is_missing = counts.is_some() && keys[at + end] == missing;
                    *rank = if is_missing { f64::NAN } else { rank_of(*rank, there) };
                }
                ranks
            }
            Op::Min | Op::Max => {
                let rule = Rule { missing, constant: constant.key().into() ^ flip, flip };
                let keys = self.gather::<Plain<N>>(cut, &rule)?;
                let places = self.each(cut, First, &keys)?;
                let value = |at: usize| {
                    N::of_key(N::narrow(keys[at + self.offsets[places[at] as usize]] ^ flip))
                };
                if to == N::ELEMENT {
                    self.write(cut, counts.as_deref(), value);
                    return Ok(None);
                }
                (0..cut.places).map(|at| value(at).to_f64()).collect()
            }
            Op::Mean => self.each(cut, Moments::Mean, &reals()?)?,
            Op::Var { ddof } | Op::Std { ddof } => {
                let root = if matches!(op, Op::Var { .. }) { Root::None } else { Root::Square };
                self.each(cut, Moments::Spread { ddof: *ddof as f64, root }, &reals()?)?
            }
            Op::Dot { weights } => self.each(cut, Dot(weights), &reals()?)?,
            Op::Prod => self.each(cut, Each::Product, &reals()?)?,
            Op::Any => self.each(cut, Each::Any, &reals()?)?,
            Op::All => self.each(cut, Each::All, &reals()?)?,
            _ => self.each(cut, Each::Sum, &reals()?)?,
        };
        Ok(Some((results, counts)))
    }

    /// The indices of the first window of each row along an axis.
    pub(super) fn rows(cut: &Cut, along: usize) -> Vec<Vec<usize>> {
        let mut rows = vec![Vec::new()];
        for (axis, &count) in cut.counts.iter().enumerate() {
            let count = if axis == along { 1 } else { count as usize };
            let next = |row: &Vec<usize>| {
                let row = row.clone();
                (0..count).map(move |index| [&row[..], &[index]].concat())
            };
            rows = rows.iter().flat_map(next).collect();
        }
        rows
    }

    /// Writes the results of the windows that do not cross an end.
    fn write<T: Number>(&self, cut: &Cut, counts: Option<&[f64]>, value: impl Fn(usize) -> T) {
        let (least, fill) = match self.missing {
            Missing::Skip { min_count } => (min_count as f64, self.fill),
            Missing::Propagate => (self.offsets.len() as f64, f64::NAN),
        };
        let absent = absent::<T>(fill);
        let start = self.output.0.wrapping_offset(self.output.1.offset() as isize);
        let Some(inner) = self.axes.len().checked_sub(1) else { return };
        for row in Self::rows(cut, inner) {
            let (mut at, mut to) = (0, start);
            for (k, index) in row.into_iter().enumerate() {
                let axis = self.axes[k];
                let result = axis.first / axis.step + cut.begins[k] + index as i64;
                at += index * cut.strides[k];
                to = to.wrapping_offset(axis.far.wrapping_mul(result as isize));
            }
            let far = self.axes[inner].far;
            for k in 0..cut.counts[inner] as usize {
                let kept = counts.is_none_or(|counts| counts[at + k] >= least);
                let result = if kept { value(at + k) } else { absent };
                // SAFETY: V1, V3: a result of the output.
                unsafe { result.write(to.wrapping_offset(far.wrapping_mul(k as isize))) };
            }
        }
    }

    /// Fills all results.
    fn fill_all<T: Number>(&self) {
        let layout = self.output.1;
        let value = absent::<T>(self.fill);
        for flat in 0..layout.size() {
            let mut rest = flat;
            let mut to = self.output.0.wrapping_offset(layout.offset() as isize);
            for (axis, &extent) in self.axes.iter().zip(layout.shape()).rev() {
                to = to.wrapping_offset(axis.far.wrapping_mul((rest % extent) as isize));
                rest /= extent;
            }
            // SAFETY: V1, V3: a result of the output.
            unsafe { value.write(to) };
        }
    }
}
