//! Plan: the files that windows make, and boxes that fit the memory.
//!
//! Of `(1000000,1000):(8000,8)+0`, windows of 100 along axis 0 in 64 MiB: axis 0 is cut until
//! windows overlap by an eighth of a box, then axis 1, as long as its runs are long enough.
#![forbid(unsafe_code)]

use std::path::PathBuf;

use stridewise::kernel::Element;
use stridewise::kernel::window::{Mode, Op, Windows, result};
use stridewise::layout::{DType, LayoutError, Pick, normalize_axis};

use super::{Lane, Made, Reduction, ReductionOptions};
use crate::Mapped;
use crate::passage::{self, ASIDE, GAP, PassageError, TargetFile, order_of};

/// Bytes of memory that windows of one element take while they are reduced, at most: five arrays of
/// doubles between the axes of a box, and what the engine holds of a block.
const WORK: i64 = 64;
/// Bytes of a box and of the work on it that stay in the outermost cache.
const CACHED: i64 = 32 << 20;
/// How far boxes are cut, one rule after the other until they fit: results of a box are so many
/// times as long as a window reaches, and runs of elements so many bytes.
const RULES: [(i64, i64); 4] = [(8, 8 << 10), (1, 8 << 10), (1, 0), (0, 0)];

impl<'a> Reduction<'a> {
    /// Plans reductions, without touching the targets.
    ///
    /// # Errors
    /// Windows that the array does not have or that are not whole, elements that nothing is
    /// computed with, targets that cannot be written, are the source or another target, or exist
    /// and are to be kept, and too little memory.
    pub fn plan(
        source: &'a Mapped,
        windows: Windows,
        targets: &[(Op, PathBuf)],
        options: &ReductionOptions,
    ) -> Result<Reduction<'a>, PassageError> {
        if !source.is_in_place() {
            return Err(PassageError::Compressed { spec: source.spec().clone() });
        }
        let dtype = source.dtype();
        let element =
            Element::of(dtype).ok_or_else(|| PassageError::Elements { dtype: dtype.clone() })?;
        if windows.mode != Mode::Valid {
            return Err(PassageError::Mode);
        }
        let layout = source.layout();
        let mut made = Vec::new();
        let mut shape = layout.shape().to_vec();
        for (at, (op, path)) in targets.iter().enumerate() {
            if targets[..at].iter().any(|(_, other)| other == path) {
                return Err(PassageError::Twice { target: path.clone() });
            }
            let (results, to) = result(layout, element, op, &windows)?;
            shape = results.to_vec();
            let holds = (number(to)?, &shape[..], order_of(layout));
            let file = TargetFile::plan(source, path, options.existing, holds)?;
            made.push(Made { op: op.clone(), element: to, file });
        }
        let mut lanes = vec![Lane { reach: 1, step: 1, windowed: None }; layout.rank()];
        let either = |list: &[i64], at: usize| list.get(at).copied().unwrap_or(1);
        for (at, (&axis, &size)) in windows.axes.iter().zip(windows.size.iter()).enumerate() {
            let lane = &mut lanes[normalize_axis(axis, layout.rank())?];
            let reach = (size - 1).saturating_mul(either(&windows.dilation, at)).saturating_add(1);
            *lane = Lane { reach, step: either(&windows.step, at), windowed: Some(at) };
        }
        let memory = passage::memory(options.memory)?;
        let tile = shape.clone();
        let plan = Reduction { source, element, windows, made, shape, lanes, tile, memory };
        plan.with_tile()
    }

    fn with_tile(mut self) -> Result<Reduction<'a>, PassageError> {
        if self.shape.contains(&0) {
            return Ok(self);
        }
        let all = i64::try_from(self.memory - ASIDE).unwrap_or(i64::MAX); // At least twice as much.
        let near = self.boxes(CACHED.min(all), &RULES[..1])?;
        match near.map_or_else(|| self.boxes(all, &RULES), |tile| Ok(Some(tile)))? {
            Some(tile) => self.tile = tile,
            None => {
                let least = self.taken(&vec![1; self.shape.len()])?;
                let wanted = ASIDE.saturating_add(least.unsigned_abs());
                return Err(PassageError::Memory { wanted, got: self.memory });
            }
        }
        Ok(self)
    }

    /// The largest boxes that fit in some bytes, by the first rule by which any do.
    fn boxes(&self, bytes: i64, rules: &[(i64, i64)]) -> Result<Option<Vec<i64>>, LayoutError> {
        let layout = self.source.layout();
        let order = layout.order();
        let mut tile = self.shape.clone();
        for &(windows, run) in rules {
            for &axis in &order {
                let lane = self.lanes[axis];
                let least = match (lane.windowed, Some(&axis) == order.last()) {
                    (Some(_), _) => windows.saturating_mul(lane.reach) / lane.step,
                    (None, true) => run / layout.itemsize().max(1),
                    (None, false) => 1,
                };
                while tile[axis] > 1 && tile[axis] / 2 >= least && self.taken(&tile)? > bytes {
                    tile[axis] = (tile[axis] + 1) / 2;
                }
            }
            if self.taken(&tile)? <= bytes {
                return Ok(Some(tile));
            }
        }
        Ok(None)
    }

    /// Bytes of memory that a box takes: its elements as they are read, one operation's results,
    /// and the work on them.
    fn taken(&self, tile: &[i64]) -> Result<i64, LayoutError> {
        let product = |extents: &mut dyn Iterator<Item = i64>| {
            extents.fold(1, |product: i64, extent| product.saturating_mul(extent))
        };
        let elements = |(lane, &results): (&Lane, &i64)| lane.elements(results);
        let extents: Vec<i64> = self.lanes.iter().zip(tile).map(elements).collect();
        let picks: Vec<Pick> = extents.iter().map(|&extent| from_to(0, extent)).collect();
        let read = self.source.layout().slice(&picks)?.pieces(GAP)?.nbytes();
        let item = self.made.iter().map(|made| made.element.size()).max().unwrap_or(0);
        let written = product(&mut tile.iter().copied()).saturating_mul(item);
        let work = product(&mut extents.into_iter()).saturating_mul(WORK);
        Ok(read.saturating_add(written).saturating_add(work))
    }
}

/// A slice between two indices.
pub(super) fn from_to(start: i64, stop: i64) -> Pick {
    Pick::Slice { start: Some(start), stop: Some(stop), step: None }
}

fn number(element: Element) -> Result<DType, PassageError> {
    DType::parse(element.name()).map_err(|_| PassageError::Elements { dtype: DType::float64() })
}
