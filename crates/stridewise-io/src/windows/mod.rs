//! Windows: what sliding windows over an array in a file make, as other files, whatever the memory.
//!
//! A [`Reduction`] is planned first: the files that are written, one for each operation, and the
//! boxes in which all of them are made in one pass. A box of results is made of a box of elements
//! that is larger by the reach of a window, so neighbouring boxes read some elements twice:
//!
//! ```text
//! (100000000) f8, windows of 100: boxes of 195313 means, made of 195412 elements each
//! ```
//!
//! Results have the bits that they have in memory, however the boxes are cut.
#![forbid(unsafe_code)]

mod plan;
mod run;

use stridewise::kernel::Element;
use stridewise::kernel::window::{Op, Windows};

use crate::passage::TargetFile;
use crate::{Existing, Mapped};

/// Within which limits windows are reduced.
#[derive(Clone, Debug, Default)]
pub struct ReductionOptions {
    /// Bytes of memory to stay within; unsaid, a quarter of what there is.
    pub memory: Option<u64>,
    /// What to do where a target exists.
    pub existing: Existing,
}

/// Reductions that can be made, as far as is known before they are.
#[derive(Debug)]
pub struct Reduction<'a> {
    source: &'a Mapped,
    element: Element,
    windows: Windows,
    made: Vec<Made>,
    /// The results of all operations.
    shape: Vec<i64>,
    /// How far the windows of each axis reach, and how far apart they are: 1 and 1 on others.
    lanes: Vec<Lane>,
    /// Results of a box.
    tile: Vec<i64>,
    memory: u64,
}

/// What one operation makes.
#[derive(Debug)]
struct Made {
    op: Op,
    element: Element,
    file: TargetFile,
}

/// Windows along one axis.
#[derive(Clone, Copy, Debug)]
struct Lane {
    reach: i64,
    step: i64,
    /// The place of the axis among the windowed ones.
    windowed: Option<usize>,
}

impl Lane {
    /// How many elements so many results are made of.
    fn elements(self, results: i64) -> i64 {
        (results - 1) * self.step + self.reach
    }
}

impl Reduction<'_> {
    /// What is read.
    pub fn source(&self) -> &Mapped {
        self.source
    }

    /// The operations, and the file that each makes.
    pub fn made(&self) -> impl Iterator<Item = (&Op, &TargetFile)> {
        self.made.iter().map(|made| (&made.op, &made.file))
    }

    /// How many boxes are read, one after the other.
    pub fn tiles(&self) -> u64 {
        self.cuts().map(i64::unsigned_abs).product()
    }

    /// The results of a box.
    pub fn tile(&self) -> &[i64] {
        &self.tile
    }

    /// Bytes of memory that it stays within.
    pub fn memory(&self) -> u64 {
        self.memory
    }

    /// Into how many boxes each axis is cut.
    fn cuts(&self) -> impl Iterator<Item = i64> {
        let axes = self.shape.iter().zip(&self.tile);
        axes.map(|(&extent, &tile)| (extent + tile.max(1) - 1) / tile.max(1))
    }
}
