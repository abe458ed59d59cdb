//! Convert: an array from one file to another, in another order, with other axes, of another dtype,
//! whatever the memory.
//!
//! A [`Conversion`] is planned first: which layout the result has, and the tiles in which it is made.
//! A tile is a box of elements that is read in long runs of the source and written in long runs of
//! the target, so that pages of either are passed over as rarely as can be. To run it is, for each
//! tile, to read its pieces, to `cast` them into the target's order, and to write its pieces:
//!
//! ```text
//! (11585,11585) f4 in C order to F order in 64 MiB: tiles of 2048 x 2048, runs of 8 KiB
//! ```
#![forbid(unsafe_code)]

mod plan;
mod run;

use stridewise::kernel::cast::Casting;
use stridewise::kernel::copy::CopyOptions;
use stridewise::layout::DType;
use stridewise::nest::Loops;

use crate::passage::TargetFile;
use crate::raw::Order;
use crate::{Existing, Mapped};

/// What a conversion changes, and how.
#[derive(Clone, Debug, Default)]
pub struct ConvertOptions {
    /// The order of the result's axes in memory. Unsaid, it is the source's where no axes are
    /// permuted and the source is in C or F order, and C otherwise.
    pub order: Option<Order>,
    /// Which axis of the source each axis of the result is, as in `numpy.transpose`.
    pub permute: Option<Vec<i64>>,
    /// The dtype of the result; unsaid, the source's.
    pub dtype: Option<DType>,
    /// Which casts are allowed.
    pub casting: Casting,
    /// Bytes of memory to stay within; unsaid, a quarter of what there is.
    pub memory: Option<u64>,
    /// What to do where the target exists.
    pub existing: Existing,
    /// How elements are moved.
    pub copy: CopyOptions,
}

/// A conversion that can be made, as far as is known before it is.
#[derive(Debug)]
pub struct Conversion<'a> {
    source: &'a Mapped,
    target: TargetFile,
    options: ConvertOptions,
    /// Over the target and the source, ordered by the target, fused.
    loops: Loops,
    tile: Vec<i64>,
    runs: (i64, i64),
    memory: u64,
}

impl Conversion<'_> {
    /// What is read.
    pub fn source(&self) -> &Mapped {
        self.source
    }

    /// What is written.
    pub fn target(&self) -> &TargetFile {
        &self.target
    }

    /// How many tiles are read and written, one after the other.
    pub fn tiles(&self) -> u64 {
        let along = self.loops.extents().iter().zip(&self.tile);
        along
            .map(|(&extent, &tile)| extent.unsigned_abs().div_ceil(tile.unsigned_abs().max(1)))
            .product()
    }

    /// Bytes that are read, and bytes that are written, in one run.
    pub fn runs(&self) -> (i64, i64) {
        self.runs
    }

    /// Bytes of memory that it stays within.
    pub fn memory(&self) -> u64 {
        self.memory
    }
}
