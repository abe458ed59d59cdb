//! Why a reshape copies, and the cheapest way out, as data.
//!
//! `(4,3,2):(8,32,96)+0` cannot be read in C order as 24 elements in a row: axis 0 has stride
//! 8, and to merge with axis 1 it would need `32 * 3 = 96`. In Fortran order it can.

use std::fmt;

use super::reshape::{Groups, Neighbours, Wanted};
use super::{CopyOrder, IndexOrder, Layout, MAX_RANK, PerAxis, Reshape};

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
    /// what was asked for
    pub(in crate::layout) asked: Asked,
}

/// What a reason is the reason of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::layout) enum Asked {
    /// a shape
    Reshape,
    /// one axis without gaps
    Ravel,
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
    /// The cheapest way out of a copy: what to write in place of the reshape or ravel of this
    /// layout that gave it. `None` of a view.
    ///
    /// It is looked for when it is asked for: most callers want no more than to know that there
    /// is a copy.
    ///
    /// ```
    /// # use stridewise::layout::{IndexOrder, Layout, Remedy};
    /// let a = Layout::f_order(&[3, 4], 8).unwrap();
    /// let copied = a.reshape(&[-1], IndexOrder::C).unwrap();
    /// assert_eq!(a.remedy(&copied), Some(Remedy::OtherOrder(IndexOrder::F)));
    /// ```
    pub fn remedy(&self, reshaped: &Reshape) -> Option<Remedy> {
        let Reshape::Copy { layout, reason } = reshaped else { return None };
        let reading = if reason.order == CopyOrder::F { IndexOrder::F } else { IndexOrder::C };
        let flat = (reason.asked == Asked::Ravel).then(|| self.flat_view(reason.order)).flatten();
        Some(flat.unwrap_or_else(|| self.way_out(layout.shape(), reading)))
    }

    /// The reason of a reshape whose shape would merge these two.
    #[inline(always)]
    pub(in crate::layout) fn cannot_merge(
        &self,
        pair: Neighbours,
        order: IndexOrder,
    ) -> ReshapeReason {
        let gap = Gap { outer: pair.outer, inner: Some(pair.inner) };
        let copy_order = match order {
            IndexOrder::F => CopyOrder::F,
            _ => CopyOrder::C,
        };
        self.reason(gap, copy_order, Asked::Reshape)
    }

    /// The reason of a ravel.
    #[inline(always)]
    pub(in crate::layout) fn not_packed(&self, gap: Gap, order: CopyOrder) -> ReshapeReason {
        self.reason(gap, order, Asked::Ravel)
    }

    #[inline(always)]
    fn reason(&self, gap: Gap, order: CopyOrder, asked: Asked) -> ReshapeReason {
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
        let (outer, copy_bytes) = (gap.outer, self.nbytes());
        ReshapeReason { code, order, outer, inner, found, needed, copy_bytes, asked }
    }

    /// What keeps the elements, walked in `order`, from lying one after the other: the first two
    /// axes that do not merge, else the stride of the fastest axis.
    pub(in crate::layout) fn first_gap(&self, order: CopyOrder) -> Option<Gap> {
        match order {
            CopyOrder::F => self.gap_along(0..self.rank(), IndexOrder::F),
            CopyOrder::K => self.gap_along(self.order().iter().copied(), IndexOrder::C),
            _ => self.gap_along(0..self.rank(), IndexOrder::C),
        }
    }

    /// As [`first_gap`](Layout::first_gap), for axes from the slowest to the fastest, or the other
    /// way round in order F.
    #[inline]
    fn gap_along(&self, axes: impl Iterator<Item = usize>, reading: IndexOrder) -> Option<Gap> {
        let (shape, strides) = (self.shape(), self.strides());
        let mut long = axes.filter(|&axis| shape[axis] != 1);
        let mut fastest = long.next()?;
        let mut last = fastest;
        for axis in long {
            let (outer, inner) = match reading {
                IndexOrder::F => (axis, last),
                _ => (last, axis),
            };
            if strides[inner].checked_mul(shape[inner]) != Some(strides[outer]) {
                return Some(Gap { outer, inner: Some(inner) });
            }
            last = axis;
            fastest = if reading == IndexOrder::F { fastest } else { axis };
        }
        (strides[fastest] != self.itemsize()).then_some(Gap { outer: fastest, inner: None })
    }

    /// How to ravel without a copy, where that is possible.
    fn flat_view(&self, order: CopyOrder) -> Option<Remedy> {
        let merges = |order| self.first_apart(self.all_axes(), order).is_none();
        let reading = if order == CopyOrder::F { IndexOrder::F } else { IndexOrder::C };
        if merges(reading) {
            Some(Remedy::ReshapeFlat(reading))
        } else if order == CopyOrder::K && merges(IndexOrder::F) {
            Some(Remedy::ReshapeFlat(IndexOrder::F))
        } else if reading == IndexOrder::F && self.is_c_contiguous() {
            Some(Remedy::RavelIn(CopyOrder::C))
        } else if reading == IndexOrder::C && self.is_f_contiguous() {
            Some(Remedy::RavelIn(CopyOrder::F))
        } else if order != CopyOrder::K && self.first_gap(CopyOrder::K).is_none() {
            Some(Remedy::RavelIn(CopyOrder::K))
        } else {
            None
        }
    }

    /// The cheapest way to this shape without a copy, or the copy. The shape is not a view when
    /// the long axes are read in `this` order.
    fn way_out(&self, shape: &[i64], this: IndexOrder) -> Remedy {
        // Another layout's copy is none of this one's.
        if self.is_empty() || shape.iter().product::<i64>() != self.size() {
            return Remedy::Copy { bytes: self.nbytes() };
        }
        let wanted = Wanted::closed(shape);
        let other = match this {
            IndexOrder::F => IndexOrder::C,
            _ => IndexOrder::F,
        };
        if self.obstacle(self.all_axes(), wanted, other).is_none() {
            return Remedy::OtherOrder(other);
        }
        let sorted = self.order();
        if self.obstacle(&sorted, wanted, IndexOrder::C).is_none() {
            return Remedy::TransposeFirst(sorted);
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
        let is_long = |axis: &usize| self.shape()[*axis] != 1;
        let long_axes: PerAxis<usize> = (0..self.rank()).filter(is_long).collect();
        if long_axes.windows(2).all(|pair| self.first_apart(pair, order).is_some())
            && new.len() == 1
        {
            return None;
        }
        let mut shape = PerAxis::new();
        let mut fitted = 0;
        for group in Groups::new(&long_axes, self.shape(), Wanted::closed(new)) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use stridewise_oracle::{Rng, corpus, random};

    fn reason(a: &Layout, got: Reshape) -> (ReshapeReason, Remedy) {
        let remedy = a.remedy(&got);
        match got {
            Reshape::Copy { reason, .. } => (reason, remedy.expect("a copy has a way out")),
            Reshape::View(layout) => panic!("a view: {layout}"),
        }
    }

    #[test]
    fn reasons_name_the_axes_and_the_way_out() {
        let check = |shape: &[i64], strides: &[i64], to: &[i64], why: &str, help: &str| {
            let a = Layout::new(shape, strides, 0, 8).unwrap();
            let (reason, remedy) = reason(&a, a.reshape(to, IndexOrder::C).unwrap());
            assert_eq!((reason.to_string().as_str(), remedy.to_string().as_str()), (why, help));
        };
        check(
            &[4, 3, 2],
            &[8, 32, 96],
            &[-1],
            "axes 0 and 1 cannot merge: stride[0] is 8, but stride[1] x extent[1] is 32 x 3 = 96",
            "with order='F' the same reshape is a view; its elements come in Fortran order",
        );
        // Axis 1 has extent 1 and is passed over.
        check(
            &[2, 1, 5, 6],
            &[480, 7, 48, 8],
            &[60],
            "axes 0 and 2 cannot merge: stride[0] is 480, but stride[2] x extent[2] is 48 x 5 = 240",
            "reshape((2, 30)) is a view: it keeps apart what cannot merge",
        );
        // zeros((4,5,6))[::2].T: Fortran order merges two of the axes.
        check(
            &[6, 5, 2],
            &[8, 48, 480],
            &[60],
            "axes 0 and 1 cannot merge: stride[0] is 8, but stride[1] x extent[1] is 48 x 5 = 240",
            "reshape((30, 2), order='F') is a view: it keeps apart what cannot merge",
        );
        check(
            &[3, 2, 4],
            &[64, 8, 16],
            &[24],
            "axes 0 and 1 cannot merge: stride[0] is 64, but stride[1] x extent[1] is 8 x 2 = 16",
            "after transpose(0, 2, 1) the same reshape is a view; its elements come in memory order",
        );
        check(
            &[4, 5],
            &[-40, 8],
            &[20],
            "axis 0 runs backwards: stride[0] is -40, without a gap it is 40",
            "no view has this shape: copy once (160 bytes) and keep the copy",
        );
        check(
            &[4, 5],
            &[0, 8],
            &[20],
            "axes 0 and 1 cannot merge: stride[0] is 0, but stride[1] x extent[1] is 8 x 5 = 40",
            "no view has this shape: copy once (160 bytes) and keep the copy",
        );
    }

    #[test]
    fn ravel_has_reasons_of_its_own() {
        let check = |strides: &[i64], order, why: &str, help: &str| {
            let a = Layout::new(&[4, 5][..strides.len()], strides, 0, 8).unwrap();
            let (reason, remedy) = reason(&a, a.ravel(order));
            assert_eq!((reason.to_string().as_str(), remedy.to_string().as_str()), (why, help));
        };
        check(
            &[16],
            CopyOrder::C,
            "axis 0 steps over gaps: stride[0] is 16, without a gap it is 8",
            "reshape(-1) is a view: unlike ravel, it keeps the stride as it is",
        );
        check(
            &[-8],
            CopyOrder::K,
            "axis 0 runs backwards: stride[0] is -8, without a gap it is 8",
            "reshape(-1) is a view: unlike ravel, it keeps the stride as it is",
        );
        check(
            &[0],
            CopyOrder::C,
            "axis 0 repeats one element: stride[0] is 0, without a gap it is 8",
            "reshape(-1) is a view: unlike ravel, it keeps the stride as it is",
        );
        check(
            &[8, 32],
            CopyOrder::C,
            "axes 0 and 1 cannot merge: stride[0] is 8, but stride[1] x extent[1] is 32 x 5 = 160",
            "ravel(order='F') is a view; its elements come in Fortran order",
        );
    }

    /// A shape of `size` elements; any but 0.
    fn shape_of(rng: &mut Rng, mut size: i64) -> Vec<i64> {
        let mut shape = Vec::new();
        while size > 1 {
            let divisors: Vec<i64> = (2..=size).filter(|divisor| size % divisor == 0).collect();
            let extent = *rng.pick(&divisors);
            shape.insert(rng.index(shape.len() + 1), extent);
            size /= extent;
        }
        if rng.once_in(3) {
            shape.insert(rng.index(shape.len() + 1), 1);
        }
        shape
    }

    /// Every claim of a reason, tried out.
    fn check_claims(a: &Layout, reshaped: &Reshape, shape: &[i64], what: &str) -> usize {
        let Reshape::Copy { reason, .. } = reshaped else { panic!("{what} is a view") };
        assert_eq!(reason.copy_bytes, a.nbytes(), "{what}");
        assert_eq!(reason.found, a.strides()[reason.outer], "{what}");
        assert_ne!(reason.needed, Some(reason.found), "{what}");
        let inner_needs = match reason.inner {
            None => a.itemsize(),
            Some(InnerAxis { axis, extent, stride }) => {
                assert_eq!((extent, stride), (a.shape()[axis], a.strides()[axis]), "{what}");
                assert!(extent > 1 && a.shape()[reason.outer] > 1, "{what}");
                // The two axes alone do not become one, ...
                let two = [axis.min(reason.outer), axis.max(reason.outer)];
                let alone = if reason.order == CopyOrder::K { [reason.outer, axis] } else { two };
                let only = a.reordered(2, |k| alone[k]);
                let order =
                    if reason.order == CopyOrder::F { IndexOrder::F } else { IndexOrder::C };
                assert!(!only.reshape(&[-1], order).unwrap().is_view(), "{what}");
                stride * extent
            }
        };
        assert_eq!(reason.needed, Some(inner_needs), "{what}");

        let reshapes = |a: &Layout, shape: &[i64], order| a.reshape(shape, order).unwrap();
        let remedy = a.remedy(reshaped).expect("a copy has a way out");
        match &remedy {
            Remedy::OtherOrder(order) => assert!(reshapes(a, shape, *order).is_view(), "{what}"),
            Remedy::TransposeFirst(axes) => {
                let sorted = a.permute(axes).unwrap();
                assert!(reshapes(&sorted, shape, IndexOrder::C).is_view(), "{what}");
            }
            Remedy::ReshapeFlat(order) => assert!(reshapes(a, &[-1], *order).is_view(), "{what}"),
            Remedy::RavelIn(order) => assert!(a.ravel(*order).is_view(), "{what}"),
            Remedy::KeepApart { shape, order } => {
                assert!(reshapes(a, shape, *order).is_view(), "{what}");
            }
            Remedy::Copy { bytes } => {
                assert_eq!(*bytes, a.nbytes(), "{what}");
                for order in [IndexOrder::C, IndexOrder::F] {
                    assert!(!reshapes(a, shape, order).is_view(), "{what}");
                }
            }
        }
        kind(&remedy)
    }

    #[test]
    fn reasons_and_remedies_are_true() {
        let mut rng = Rng::new(71);
        let more: Vec<_> = (0..4000).map(|_| random(&mut rng, 120)).collect();
        let (mut copies, mut kinds) = (0, [0; 6]);
        for strided in corpus().into_iter().chain(more) {
            let (shape, strides) = (&strided.shape, &strided.strides);
            let a = Layout::new(shape, strides, strided.offset, strided.itemsize).unwrap();
            if a.is_empty() {
                continue;
            }
            let new = shape_of(&mut rng, a.size());
            for order in [IndexOrder::C, IndexOrder::F, IndexOrder::A] {
                let what = format!("{strided} to {new:?} in {order:?}");
                let reshaped = a.reshape(&new, order).unwrap();
                let Reshape::Copy { reason, .. } = &reshaped else { continue };
                kinds[check_claims(&a, &reshaped, &new, &format!("{what}: {reason:?}"))] += 1;
                // ... and the new shape does merge them: in an array that is in order but for
                // a gap between these two, it is they that are named.
                let inner = reason.inner.expect("a reshape fails on two axes").axis;
                let packed = match reason.order {
                    CopyOrder::F => Layout::f_order(shape, 8).unwrap(),
                    _ => Layout::c_order(shape, 8).unwrap(),
                };
                let parted = PerAxis::from_fn(a.rank(), |axis| {
                    let stride = packed.strides()[axis];
                    if stride >= packed.strides()[reason.outer] { 2 * stride } else { stride }
                });
                let gap = Layout::new(shape, &parted, 0, 8).unwrap();
                let order =
                    if reason.order == CopyOrder::F { IndexOrder::F } else { IndexOrder::C };
                let Reshape::Copy { reason: again, .. } = gap.reshape(&new, order).unwrap() else {
                    panic!("{what}: {gap} is a view")
                };
                assert_eq!(
                    (again.outer, again.inner.unwrap().axis),
                    (reason.outer, inner),
                    "{what}"
                );
                copies += 1;
            }
            for order in [CopyOrder::C, CopyOrder::F, CopyOrder::A, CopyOrder::K] {
                let raveled = a.ravel(order);
                if let Reshape::Copy { reason, .. } = &raveled {
                    let what = format!("{strided} raveled in {order:?}: {reason:?}");
                    kinds[check_claims(&a, &raveled, &[a.size()], &what)] += 1;
                }
            }
        }
        assert!(copies > 3000 && kinds.iter().all(|&count| count > 30), "{copies} {kinds:?}");
    }

    fn kind(remedy: &Remedy) -> usize {
        match remedy {
            Remedy::OtherOrder(_) => 0,
            Remedy::TransposeFirst(_) => 1,
            Remedy::ReshapeFlat(_) => 2,
            Remedy::RavelIn(_) => 3,
            Remedy::KeepApart { .. } => 4,
            Remedy::Copy { .. } => 5,
        }
    }
}
