//! Why a reshape copies, and the cheapest way out, as data.
//!
//! `(4,3,2):(8,32,96)+0` cannot be read in C order as 24 elements in a row: axis 0 has stride
//! 8, and to merge with axis 1 it would need `32 * 3 = 96`. In Fortran order it can.

use std::fmt;

use super::reshape::Neighbours;
use super::{CopyOrder, IndexOrder, Layout, PerAxis};

/// What kind of obstacle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReshapeCode {
    /// Two neighbouring axes do not merge into one.
    CannotMerge,
    /// The elements of the fastest axis have gaps between them, and `ravel` gives none.
    NotPacked,
    /// An axis runs backwards, and `ravel` runs forwards.
    RunsBackwards,
}

/// The fast one of two axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InnerAxis {
    /// which axis
    pub axis: usize,
    /// its extent
    pub extent: i64,
    /// its stride
    pub stride: i64,
}

/// Why a reshape or a ravel copies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReshapeReason {
    /// the kind of obstacle
    pub code: ReshapeCode,
    /// the order of reading: C, F, or K for ravel in memory order
    pub order: CopyOrder,
    /// the axis whose stride does not serve
    pub outer: usize,
    /// the axis that it would merge with; `None` where it is the fastest itself
    pub inner: Option<InnerAxis>,
    /// the stride of `outer`
    pub found: i64,
    /// the stride it would need; `None` where that does not fit in 64 bits
    pub needed: Option<i64>,
    /// how many bytes the copy takes
    pub copy_bytes: i64,
    /// the cheapest way out
    pub remedy: Remedy,
}

/// A way to get the elements under another shape.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// The same reshape read in the other order is a view; its elements come in that order.
    OtherOrder(IndexOrder),
    /// After `transpose(axes)` the same reshape is a view; its elements come in memory order.
    TransposeFirst(PerAxis<usize>),
    /// `reshape(-1, order)` in place of ravel is a view, with the strides that there are.
    ReshapeFlat(IndexOrder),
    /// A shape that keeps the axes apart is a view when read in this order.
    KeepApart {
        /// the fewest axes that are a view
        shape: PerAxis<i64>,
        /// the order of reading
        order: IndexOrder,
    },
    /// No view shows these elements in fewer axes: copy once and keep the copy.
    Copy {
        /// what it takes
        bytes: i64,
    },
}

/// An axis that a contiguous walk stumbles over, and the axis before it in the walk.
pub(in crate::layout) struct Gap {
    outer: usize,
    inner: Option<usize>,
}

impl Layout {
    pub(in crate::layout) fn cannot_merge(
        &self,
        pair: Neighbours,
        order: IndexOrder,
        shape: &[i64],
    ) -> ReshapeReason {
        let gap = Gap { outer: pair.outer, inner: Some(pair.inner) };
        let order = match order {
            IndexOrder::F => CopyOrder::F,
            _ => CopyOrder::C,
        };
        self.reason(gap, order, self.way_out(shape, order))
    }

    pub(in crate::layout) fn not_packed(&self, gap: Gap, order: CopyOrder) -> ReshapeReason {
        let flat = [self.size()];
        let reading = match order {
            CopyOrder::F => IndexOrder::F,
            _ => IndexOrder::C,
        };
        let remedy = if order != CopyOrder::K && self.fits(&flat, reading) {
            Remedy::ReshapeFlat(reading)
        } else {
            self.way_out(&flat, order)
        };
        self.reason(gap, order, remedy)
    }

    fn reason(&self, gap: Gap, order: CopyOrder, remedy: Remedy) -> ReshapeReason {
        let found = self.strides()[gap.outer];
        let needed = gap.inner.map_or(Some(self.itemsize()), |inner| self.needed_stride(inner));
        let backwards = needed.is_some_and(|needed| needed > 0 && found == -needed);
        let code = match gap.inner {
            _ if backwards => ReshapeCode::RunsBackwards,
            None => ReshapeCode::NotPacked,
            Some(_) => ReshapeCode::CannotMerge,
        };
        let inner = gap.inner.map(|axis| InnerAxis {
            axis,
            extent: self.shape()[axis],
            stride: self.strides()[axis],
        });
        let copy_bytes = self.nbytes();
        ReshapeReason { code, order, outer: gap.outer, inner, found, needed, copy_bytes, remedy }
    }

    /// The first axis, fastest first in `order`, whose stride leaves a gap or goes back; for
    /// two axes that do not merge whatever the fastest stride is, those.
    pub(in crate::layout) fn first_gap(&self, order: CopyOrder) -> Option<Gap> {
        let mut axes: PerAxis<usize> = match order {
            CopyOrder::K => self.order(),
            CopyOrder::F => (0..self.rank()).rev().collect(),
            _ => (0..self.rank()).collect(),
        };
        axes.reverse();
        let long = |axis: &usize| self.shape()[*axis] != 1;
        let mut needed = Some(self.itemsize());
        let mut inner = None;
        for &outer in axes.iter().filter(|axis| long(axis)) {
            if needed != Some(self.strides()[outer]) {
                return Some(Gap { outer, inner });
            }
            needed = self.needed_stride(outer);
            inner = Some(outer);
        }
        None
    }

    /// The cheapest way to this shape without a copy, or the copy.
    fn way_out(&self, shape: &[i64], order: CopyOrder) -> Remedy {
        let (this, other) = match order {
            CopyOrder::F => (IndexOrder::F, IndexOrder::C),
            _ => (IndexOrder::C, IndexOrder::F),
        };
        if self.fits(shape, other) {
            return Remedy::OtherOrder(other);
        }
        let axes = self.order();
        if self.permute(&axes).is_ok_and(|sorted| sorted.fits(shape, IndexOrder::C)) {
            return Remedy::TransposeFirst(axes);
        }
        let long = self.shape().iter().filter(|&&extent| extent != 1).count();
        for order in [this, other] {
            let merged = self.coalesced_in(order);
            if merged.rank() < long {
                return Remedy::KeepApart { shape: merged.shape().into(), order };
            }
        }
        Remedy::Copy { bytes: self.nbytes() }
    }
}

impl fmt::Display for ReshapeReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ReshapeReason { outer, found, .. } = self;
        match (self.code, self.inner) {
            (ReshapeCode::RunsBackwards, _) => {
                write!(f, "axis {outer} runs backwards: stride[{outer}] is {found}")
            }
            (_, None) => write!(f, "axis {outer} has gaps: stride[{outer}] is {found}")
                .and_then(|()| self.needed.map_or(Ok(()), |n| write!(f, ", one item is {n}"))),
            (_, Some(InnerAxis { axis, extent, stride })) => {
                let (low, high) = (axis.min(*outer), axis.max(*outer));
                write!(
                    f,
                    "axes {low} and {high} cannot merge: stride[{outer}] is {found}, but \
                     stride[{axis}] x extent[{axis}] is {stride} x {extent}"
                )?;
                self.needed.map_or(Ok(()), |needed| write!(f, " = {needed}"))
            }
        }
    }
}
