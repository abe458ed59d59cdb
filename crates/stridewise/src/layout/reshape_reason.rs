//! Why a reshape copies, and the cheapest way out, as data.
//!
//! `(4,3,2):(8,32,96)+0` cannot be read in C order as 24 elements in a row: axis 0 has stride
//! 8, and to merge with axis 1 it would need `32 * 3 = 96`. In Fortran order it can.

use std::fmt;

use super::reshape::{Groups, Neighbours};
use super::{CopyOrder, IndexOrder, Layout, MAX_RANK, PerAxis};

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
    /// In place of ravel, `reshape(-1, order)` is a view, with the strides that there are.
    ReshapeFlat(IndexOrder),
    /// `ravel` in this order is a view; its elements come in that order.
    RavelIn(CopyOrder),
    /// The nearest shape that keeps the axes apart is a view.
    KeepApart {
        /// the shape asked for, with the old axes wherever they cannot merge
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
        let readings = match order {
            CopyOrder::C => [IndexOrder::C].as_slice(),
            CopyOrder::F => &[IndexOrder::F],
            _ => &[IndexOrder::C, IndexOrder::F],
        };
        let remedy = if let Some(&reading) = readings.iter().find(|order| self.fits(&flat, **order))
        {
            Remedy::ReshapeFlat(reading)
        } else if self.is_c_contiguous() {
            Remedy::RavelIn(CopyOrder::C)
        } else if self.is_f_contiguous() {
            Remedy::RavelIn(CopyOrder::F)
        } else if self.first_gap(CopyOrder::K).is_none() {
            Remedy::RavelIn(CopyOrder::K)
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

    /// What keeps the elements, walked in `order`, from lying one after the other: the first two
    /// axes that do not merge, else the stride of the fastest axis.
    pub(in crate::layout) fn first_gap(&self, order: CopyOrder) -> Option<Gap> {
        let (axes, reading) = match order {
            CopyOrder::F => (self.long_axes(), IndexOrder::F),
            CopyOrder::K => {
                let long = |axis: &usize| self.shape()[*axis] != 1;
                (self.order().iter().copied().filter(long).collect(), IndexOrder::C)
            }
            _ => (self.long_axes(), IndexOrder::C),
        };
        if let Some(pair) = self.first_apart(&axes, reading) {
            return Some(Gap { outer: pair.outer, inner: Some(pair.inner) });
        }
        let fastest = match reading {
            IndexOrder::F => axes.first(),
            _ => axes.last(),
        };
        let gap = |&axis: &usize| Gap { outer: axis, inner: None };
        fastest.filter(|&&axis| self.strides()[axis] != self.itemsize()).map(gap)
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
        // Read in the other order a shape of several axes would be far from the one asked for.
        let readings = if shape.len() == 1 { [this, other] } else { [this, this] };
        for order in readings {
            if let Some(shape) = self.nearest_view(shape, order) {
                return Remedy::KeepApart { shape, order };
            }
        }
        Remedy::Copy { bytes: self.nbytes() }
    }

    /// The shape with the old axes in place of those that cannot be had; `None` where that is
    /// the old shape again.
    fn nearest_view(&self, new: &[i64], order: IndexOrder) -> Option<PerAxis<i64>> {
        let long_axes = self.long_axes();
        let mut shape = PerAxis::new();
        let mut fitted = 0;
        for group in Groups::new(&long_axes, self.shape(), new) {
            fitted = group.new.end;
            let mut old = &long_axes[group.old];
            if self.first_apart(old, order).is_none() {
                new[group.new].iter().for_each(|&extent| shape.push(extent));
                continue;
            }
            // Runs of old axes that do merge with one another.
            while !old.is_empty() {
                let run = (1..old.len())
                    .find(|&end| self.first_apart(&old[end - 1..=end], order).is_some())
                    .unwrap_or(old.len());
                shape.push(old[..run].iter().map(|&axis| self.shape()[axis]).product());
                old = &old[run..];
            }
        }
        new[fitted..].iter().for_each(|&extent| shape.push(extent));
        let long = |extent: &&i64| **extent != 1;
        let same = shape.iter().filter(long).eq(self.shape().iter().filter(long));
        (!same && shape.len() <= MAX_RANK).then_some(shape)
    }
}

/// What is in the way, with the numbers that show it.
impl fmt::Display for ReshapeReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ReshapeReason { outer, found, .. } = self;
        if let (ReshapeCode::CannotMerge, Some(inner)) = (self.code, self.inner) {
            let InnerAxis { axis, extent, stride } = inner;
            let (low, high) = (axis.min(*outer), axis.max(*outer));
            write!(
                f,
                "axes {low} and {high} cannot merge: stride[{outer}] is {found}, but \
                 stride[{axis}] x extent[{axis}] is {stride} x {extent}"
            )?;
            return self.needed.map_or(Ok(()), |needed| write!(f, " = {needed}"));
        }
        let flaw = match self.code {
            ReshapeCode::RunsBackwards => "runs backwards",
            _ if *found == 0 => "repeats one element",
            _ => "steps over gaps",
        };
        write!(f, "axis {outer} {flaw}: stride[{outer}] is {found}")?;
        self.needed.map_or(Ok(()), |needed| write!(f, ", without a gap it is {needed}"))
    }
}

/// One sentence that can stand behind `help:`.
impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order_is = |order: &IndexOrder| match order {
            IndexOrder::F => ", order='F'",
            _ => "",
        };
        match self {
            Remedy::OtherOrder(IndexOrder::F) => f.write_str(
                "with order='F' the same reshape is a view; its elements come in Fortran order",
            ),
            Remedy::OtherOrder(_) => f.write_str(
                "with order='C' the same reshape is a view; its elements come in C order",
            ),
            Remedy::TransposeFirst(axes) => write!(
                f,
                "after transpose({}) the same reshape is a view; its elements come in memory order",
                Listed(axes)
            ),
            Remedy::ReshapeFlat(order) => write!(
                f,
                "reshape(-1{}) is a view: unlike ravel, it keeps the stride as it is",
                order_is(order)
            ),
            Remedy::RavelIn(order) => {
                let (name, meaning) = match order {
                    CopyOrder::F => ('F', "Fortran order"),
                    CopyOrder::K => ('K', "memory order"),
                    _ => ('C', "C order"),
                };
                write!(f, "ravel(order='{name}') is a view; its elements come in {meaning}")
            }
            Remedy::KeepApart { shape, order } => write!(
                f,
                "reshape(({}){}) is a view: it keeps apart what cannot merge",
                Listed(shape),
                order_is(order)
            ),
            Remedy::Copy { bytes } => {
                write!(f, "no view has this shape: copy once ({bytes} bytes) and keep the copy")
            }
        }
    }
}

/// `2, 1, 0`
struct Listed<'a, T: Copy + Default>(&'a PerAxis<T>);

impl<T: Copy + Default + fmt::Display> fmt::Display for Listed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, value) in self.0.iter().enumerate() {
            write!(f, "{}{value}", if at > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}
