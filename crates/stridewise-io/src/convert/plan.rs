//! Plan: what a conversion makes of its source, and the tiles in which it does so.
//!
//! `(3,4):(32,8)+0` with its axes permuted is `(4,3):(8,32)+0` of the same bytes; the result is
//! `(4,3):(24,8)+0`. Tiles are as large as half the memory for each of the two allows.
#![forbid(unsafe_code)]

use std::path::Path;

use stridewise::kernel::cast;
use stridewise::layout::{Layout, LayoutError, Pick, normalize_axis};
use stridewise::nest::Nest;

use super::{Conversion, ConvertOptions};
use crate::Mapped;
use crate::passage::{self, ASIDE, GAP, PassageError, TargetFile, order_of};
use crate::raw::Order;

/// Source runs of this many bytes cost little more per byte than longer ones, as they are read ahead
/// and cached in pages. Longer ones are worth less than longer runs of the target, whose pages are
/// made by the write that first meets them: in folios as large as that write.
const LONG_RUN: i64 = 8 << 10;

impl<'a> Conversion<'a> {
    /// Plans a conversion, without touching the target.
    ///
    /// # Errors
    /// Axes that do not permute the array, a cast that is forbidden, a target that cannot be
    /// written, is the source, or exists and is to be kept, and too little memory.
    pub fn plan(
        source: &'a Mapped,
        target: &Path,
        options: ConvertOptions,
    ) -> Result<Conversion<'a>, PassageError> {
        if !source.is_in_place() {
            return Err(PassageError::Compressed { spec: source.spec().clone() });
        }
        let dtype = options.dtype.clone().unwrap_or_else(|| source.dtype().clone());
        cast::check(source.dtype(), &dtype, options.casting)?;
        let permuted = match &options.permute {
            Some(axes) => permuted(source.layout(), axes)?,
            None => source.layout().clone(),
        };
        let order = options.order.unwrap_or(match options.permute {
            None => order_of(&permuted),
            Some(_) => Order::C,
        });
        let target =
            TargetFile::plan(source, target, options.existing, (dtype, permuted.shape(), order))?;
        let loops = Nest::over(&[target.layout(), &permuted])?.order_by(0).upward(0).fuse();
        let memory = passage::memory(options.memory)?;
        let (tile, runs) = (Vec::new(), (0, 0));
        let plan = Conversion { source, target, options, loops, tile, runs, memory };
        plan.with_tiles()
    }

    /// Whether bytes go from file to file as they are.
    pub(super) fn is_stream(&self) -> bool {
        let packed = match self.loops.rank() {
            0 => true,
            1 => self.loops.strides(0) == self.loops.sizes(),
            _ => false,
        };
        packed && self.source.dtype() == self.target.dtype()
    }

    /// The largest tile of which source and target each fit in half the memory.
    fn with_tiles(mut self) -> Result<Conversion<'a>, PassageError> {
        if self.loops.is_empty() || self.is_stream() {
            self.tile = self.loops.extents().to_vec();
            self.runs = (self.source.layout().nbytes(), self.target.layout().nbytes());
            return Ok(self);
        }
        let (target, source) = (self.loops.layout(0)?, self.loops.layout(1)?);
        let budget = i64::try_from((self.memory - ASIDE) / 2).unwrap_or(i64::MAX); // At least twice as much.
        let itemsize = source.itemsize().max(target.itemsize()).max(1);
        let mut elements = (budget / itemsize).max(1);
        loop {
            let tile = self.loops.tile(elements, (LONG_RUN / itemsize).max(1));
            let first: Vec<Pick> = tile.iter().map(|&stop| upto(stop)).collect();
            let read = source.slice(&first)?.pieces(GAP)?;
            let written = target.slice(&first)?.pieces(0)?;
            if read.nbytes() <= budget && written.nbytes() <= budget {
                self.tile = tile.to_vec();
                self.runs = (read.length(), written.length());
                return Ok(self);
            }
            if elements == 1 {
                let wanted = ASIDE + 2 * read.nbytes().max(written.nbytes()).unsigned_abs();
                return Err(PassageError::Memory { wanted, got: self.memory });
            }
            elements /= 2;
        }
    }
}

fn upto(stop: i64) -> Pick {
    Pick::Slice { start: None, stop: Some(stop), step: None }
}

fn permuted(layout: &Layout, axes: &[i64]) -> Result<Layout, LayoutError> {
    let axes = axes.iter().map(|&axis| normalize_axis(axis, layout.rank()));
    layout.permute(&axes.collect::<Result<Vec<_>, _>>()?)
}
