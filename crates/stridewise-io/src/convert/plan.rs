//! Plan: what a conversion makes of its source, and the tiles in which it does so.
//!
//! `(3,4):(32,8)+0` with its axes permuted is `(4,3):(8,32)+0` of the same bytes; the result is
//! `(4,3):(24,8)+0`. Tiles are as large as half the memory for each of the two allows.
#![forbid(unsafe_code)]

use std::path::Path;

use stridewise::kernel::cast;
use stridewise::layout::{Layout, LayoutError, Pick, normalize_axis};
use stridewise::nest::Nest;

use super::{Conversion, ConvertError, ConvertOptions};
use crate::raw::Order;
use crate::{Format, Mapped, NewFile, memory, npy};

/// Bytes of memory that this process takes beside the two buffers.
const ASIDE: u64 = 4 << 20;
/// The least memory that is accepted.
const LEAST: u64 = 8 << 20;
/// What is taken where the system does not say what there is.
const UNKNOWN: u64 = 1 << 30;
/// Source runs of this many bytes cost little more per byte than longer ones, as they are read ahead
/// and cached in pages. Longer ones are worth less than longer runs of the target, whose pages are
/// made by the write that first meets them: in folios as large as that write.
const LONG_RUN: i64 = 8 << 10;
/// Passing over fewer bytes than this costs as much as reading them.
pub(super) const GAP: i64 = 4096;

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
    ) -> Result<Conversion<'a>, ConvertError> {
        let format = format_of(target)?;
        if !source.is_in_place() {
            return Err(ConvertError::Compressed { spec: source.spec().clone() });
        }
        let dtype = options.dtype.clone().unwrap_or_else(|| source.dtype().clone());
        cast::check(source.dtype(), &dtype, options.casting)?;
        let permuted = match &options.permute {
            Some(axes) => permuted(source.layout(), axes)?,
            None => source.layout().clone(),
        };
        let keeps_f = permuted.is_f_contiguous() && !permuted.is_c_contiguous();
        let order = options.order.unwrap_or(match options.permute {
            None if keeps_f => Order::F,
            _ => Order::C,
        });
        let layout = match order {
            Order::C => Layout::c_order(permuted.shape(), dtype.itemsize())?,
            Order::F => Layout::f_order(permuted.shape(), dtype.itemsize())?,
        };
        // Of a layout that is both, NumPy's headers say C.
        let stated = if layout.is_c_contiguous() { Order::C } else { order };
        let header = match format {
            Format::Npy => npy::header(&dtype, layout.shape(), stated)
                .ok_or_else(|| ConvertError::Header { dtype: dtype.clone() })?,
            _ => Vec::new(),
        };
        refuse_source(source, target)?;
        NewFile::check(target, options.existing)?;
        let loops = Nest::over(&[&layout, &permuted])?.order_by(0).upward(0).fuse();
        let memory = options.memory;
        let memory = memory.unwrap_or_else(|| memory::physical().map_or(UNKNOWN, |all| all / 4));
        if memory < LEAST {
            return Err(ConvertError::Memory { wanted: LEAST, got: memory });
        }
        let target = target.to_path_buf();
        let (tile, runs) = (Vec::new(), (0, 0));
        let plan = Conversion {
            source,
            target,
            options,
            dtype,
            layout,
            format,
            header,
            loops,
            tile,
            runs,
            memory,
        };
        plan.with_tiles()
    }

    /// Whether bytes go from file to file as they are.
    pub(super) fn is_stream(&self) -> bool {
        let packed = match self.loops.rank() {
            0 => true,
            1 => self.loops.strides(0) == self.loops.sizes(),
            _ => false,
        };
        packed && self.source.dtype() == &self.dtype
    }

    /// The largest tile of which source and target each fit in half the memory.
    fn with_tiles(mut self) -> Result<Conversion<'a>, ConvertError> {
        if self.loops.is_empty() || self.is_stream() {
            self.tile = self.loops.extents().to_vec();
            self.runs = (self.source.layout().nbytes(), self.layout.nbytes());
            return Ok(self);
        }
        let (target, source) = (self.loops.layout(0)?, self.loops.layout(1)?);
        let budget = i64::try_from((self.memory - ASIDE) / 2).unwrap_or(i64::MAX); // LEAST > ASIDE
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
                return Err(ConvertError::Memory { wanted, got: self.memory });
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

/// The format that a target's name ends as.
fn format_of(target: &Path) -> Result<Format, ConvertError> {
    let ending = target.extension().and_then(|ending| ending.to_str()).unwrap_or("");
    match ending.to_ascii_lowercase().as_str() {
        "npy" => Ok(Format::Npy),
        "bin" | "raw" => Ok(Format::Raw),
        _ => Err(ConvertError::Format { target: target.into() }),
    }
}

/// Refuses a target that is the file being read, by whatever name or link.
fn refuse_source(source: &Mapped, target: &Path) -> Result<(), ConvertError> {
    if !is_same(source, target) {
        return Ok(());
    }
    let source_path = source.spec().path.clone();
    Err(ConvertError::SameFile { target: target.into(), source_path })
}

#[cfg(unix)]
fn is_same(source: &Mapped, target: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(one), Ok(other)) = (source.file().metadata(), std::fs::metadata(target)) else {
        return false;
    };
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(source: &Mapped, target: &Path) -> bool {
    match (source.spec().path.canonicalize(), target.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
