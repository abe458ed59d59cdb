//! Reshape and ravel: the same elements in the same reading order under another shape.
//!
//! A view if groups of old axes merge into groups of new ones, else a copy. In C order two
//! neighbours merge where `stride[outer] == stride[inner] * extent[inner]`:
//! `(2,3,4):(96,32,8)+0` becomes `(6,4):(32,8)+0`, but in `(2,3,4):(192,32,8)+0` axes 0 and 1
//! cannot merge, because 192 is not `32 * 3`. The decision is NumPy's in every case, and so are
//! the strides of a view.

use std::ops::Range;

use super::axis::check_rank;
use super::layout_type::{Packing, check_extents};
use super::slice::stepped;
use super::{CopyOrder, Layout, LayoutError, MAX_RANK, PerAxis, ReshapeReason};

/// In which order `reshape` reads the old elements and places the new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IndexOrder {
    /// the last index fastest
    C,
    /// the first index fastest
    F,
    /// F where the array is F contiguous and not C contiguous, else C
    A,
}

/// What a reshape gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reshape {
    /// The same bytes under a new shape.
    View(Layout),
    /// A new buffer.
    Copy {
        /// the layout in the new buffer
        layout: Layout,
        /// why the old bytes do not serve
        reason: ReshapeReason,
    },
}

impl Reshape {
    /// The resulting layout, of a view or a copy.
    pub fn layout(&self) -> &Layout {
        match self {
            Reshape::View(layout) | Reshape::Copy { layout, .. } => layout,
        }
    }

    /// Whether no byte moves.
    pub fn is_view(&self) -> bool {
        matches!(self, Reshape::View(_))
    }
}

/// Two neighbours among the axes that are longer than 1.
#[derive(Clone, Copy)]
pub(in crate::layout) struct Neighbours {
    pub(in crate::layout) outer: usize,
    pub(in crate::layout) inner: usize,
}

impl Layout {
    /// Another shape for the same elements, as `a.reshape(shape, order=..)`; one extent may be
    /// negative and is worked out.
    ///
    /// Law: for all flat k, `new.offset_of(unravel(k)) == old.offset_of(unravel(k))` for a
    /// view, unravelled in `order`. A copy is packed in `order`.
    ///
    /// ```
    /// # use stridewise::layout::{IndexOrder, Layout, Reshape};
    /// let a = Layout::c_order(&[2, 3, 4], 8).unwrap();
    /// let Reshape::View(view) = a.reshape(&[-1, 4], IndexOrder::C).unwrap() else { panic!() };
    /// assert_eq!(view.to_string(), "(6,4):(32,8)+0");
    /// assert_eq!(view.offset_of(&[1 * 3 + 2, 3]), a.offset_of(&[1, 2, 3])); // the same flat index
    ///
    /// let turned = a.transpose().reshape(&[-1], IndexOrder::C).unwrap();
    /// let Reshape::Copy { layout, reason } = turned else { panic!() };
    /// assert_eq!(layout.to_string(), "(24):(8)+0");
    /// assert_eq!(
    ///     reason.to_string(),
    ///     "axes 0 and 1 cannot merge: stride[0] is 8, but stride[1] x extent[1] is 32 x 3 = 96"
    /// );
    /// ```
    ///
    /// # Errors
    /// Another number of elements, two open extents, a rank above 64, or a stride of an axis of
    /// extent 1 that does not fit in 64 bits.
    pub fn reshape(&self, shape: &[i64], order: IndexOrder) -> Result<Reshape, LayoutError> {
        check_rank(shape.len())?;
        if self.shape() == shape {
            return Ok(Reshape::View(self.clone()));
        }
        let order = self.reading_order(order);
        let wanted = self.with_open_extent(shape)?;
        if self.is_contiguous(order) {
            return Ok(Reshape::View(self.packed(wanted, order, self.offset())));
        }
        if let Some(pair) = self.obstacle(self.all_axes(), wanted, order) {
            let reason = self.cannot_merge(pair, order);
            return Ok(Reshape::Copy { layout: self.packed(wanted, order, 0), reason });
        }
        let strides = self.merged_strides(wanted, order)?;
        let (offset, itemsize) = (self.offset(), self.itemsize());
        Ok(Reshape::View(Layout::from_proved(wanted.shape(), strides, offset, itemsize)))
    }

    /// One axis, as `a.ravel(order)`: always contiguous, a view where that is possible.
    ///
    /// It copies where `reshape(-1)` would give a view with gaps, and with K where a stride is
    /// negative, as NumPy does. Law: a view's elements are those of this layout in the order asked
    /// for, and each lies one itemsize behind the one before it.
    ///
    /// ```
    /// # use stridewise::layout::{CopyOrder, IndexOrder, Layout};
    /// let every_other = Layout::new(&[4], &[16], 0, 8).unwrap();
    /// assert!(every_other.reshape(&[-1], IndexOrder::C).unwrap().is_view());
    /// assert!(!every_other.ravel(CopyOrder::C).is_view());
    /// ```
    pub fn ravel(&self, order: CopyOrder) -> Reshape {
        let order = match order {
            CopyOrder::K if self.is_c_contiguous() => CopyOrder::C,
            CopyOrder::K if self.is_f_contiguous() => CopyOrder::F,
            CopyOrder::A if self.prefers_f() => CopyOrder::F,
            CopyOrder::A => CopyOrder::C,
            order => order,
        };
        let obstacle = match order {
            CopyOrder::C if self.is_c_contiguous() => None,
            CopyOrder::F if self.is_f_contiguous() => None,
            _ => self.first_gap(order),
        };
        let flat = |offset| {
            let strides = PerAxis::filled(self.itemsize(), 1);
            Layout::from_proved(PerAxis::filled(self.size(), 1), strides, offset, self.itemsize())
        };
        match obstacle {
            None => Reshape::View(flat(self.offset())),
            Some(gap) => Reshape::Copy { layout: flat(0), reason: self.not_packed(gap, order) },
        }
    }

    #[inline]
    fn is_contiguous(&self, order: IndexOrder) -> bool {
        match order {
            IndexOrder::F => self.is_f_contiguous(),
            _ => self.is_c_contiguous(),
        }
    }

    #[inline]
    fn reading_order(&self, order: IndexOrder) -> IndexOrder {
        match order {
            IndexOrder::A if self.prefers_f() => IndexOrder::F,
            IndexOrder::A => IndexOrder::C,
            order => order,
        }
    }

    /// These elements under a shape of as many, without gaps.
    #[inline(always)]
    fn packed(&self, wanted: Wanted<'_>, order: IndexOrder, offset: i64) -> Layout {
        let (rank, itemsize) = (wanted.extents.len(), self.itemsize());
        let packing = match order {
            IndexOrder::F => Packing::F,
            _ => Packing::C,
        };
        let strides = Layout::packed_strides(rank, itemsize, packing, |axis| wanted.extent(axis));
        Layout::from_proved(wanted.shape(), strides, offset, itemsize)
    }

    /// The shape with its negative extent, if any, worked out, so that the sizes agree.
    #[inline(always)]
    fn with_open_extent<'a>(&self, wanted: &'a [i64]) -> Result<Wanted<'a>, LayoutError> {
        let size = self.size();
        let refuse = || LayoutError::ReshapeSize { size, wanted: wanted.to_vec() };
        let mut found = None;
        let mut known = 1i64;
        for (axis, &extent) in wanted.iter().enumerate() {
            if extent >= 0 {
                known = known.checked_mul(extent).ok_or_else(refuse)?;
            } else if let Some(first) = found.replace(axis) {
                return Err(LayoutError::TwoUnknownExtents { first, second: axis });
            }
        }
        let open = match found {
            None if known == size => 1,
            Some(_) if known != 0 && size % known == 0 => size / known,
            _ => return Err(refuse()),
        };
        let wanted = Wanted { extents: wanted, open };
        if size == 0 {
            check_extents(&wanted.shape(), self.itemsize())?; // L3 counts zeros as one.
        }
        Ok(wanted)
    }

    /// NumPy's decision: the first two old axes that would have to merge and do not. `old` are
    /// all axes in the order of the walk.
    #[inline(always)]
    pub(in crate::layout) fn obstacle(
        &self,
        old: &[usize],
        new: Wanted<'_>,
        order: IndexOrder,
    ) -> Option<Neighbours> {
        let apart = |group: Group| self.first_apart(&old[group.old], order);
        Groups::new(old, self.shape(), new).find_map(apart)
    }

    /// The new strides where nothing is in the way: in each group the fastest new axis takes
    /// the stride of the fastest old one, and the others step over what is inside them.
    #[inline]
    fn merged_strides(
        &self,
        new: Wanted<'_>,
        order: IndexOrder,
    ) -> Result<PerAxis<i64>, LayoutError> {
        let rank = new.extents.len();
        let mut filled = PerAxis::filled(0, rank);
        let strides = &mut filled[..];
        let mut fitted = 0;
        for Group { old: from, new: to } in Groups::new(self.all_axes(), self.shape(), new) {
            fitted = to.end;
            if order == IndexOrder::F {
                strides[to.start] = self.strides()[from.start];
                for axis in to.skip(1) {
                    strides[axis] = stepped(axis, strides[axis - 1], new.extent(axis - 1))?;
                }
            } else {
                strides[to.end - 1] = self.strides()[from.end - 1];
                for axis in to.rev().skip(1) {
                    strides[axis] = stepped(axis, strides[axis + 1], new.extent(axis + 1))?;
                }
            }
        }
        // New axes of extent 1 behind the last group continue it.
        if let (Some(last), true) = (fitted.checked_sub(1), fitted < rank) {
            let stride = match order {
                IndexOrder::F => stepped(fitted, strides[last], new.extent(last))?,
                _ => strides[last],
            };
            strides[fitted..].fill(stride);
        }
        Ok(filled)
    }

    /// All axes as they stand: 0, 1, ..
    #[inline]
    pub(in crate::layout) fn all_axes(&self) -> &'static [usize] {
        &ALL_AXES[..self.rank()] // Invariant L1.
    }

    /// The first two neighbours that do not merge into one axis, those of extent 1 left out: no
    /// walk moves along them.
    #[inline(always)]
    pub(in crate::layout) fn first_apart(
        &self,
        axes: &[usize],
        order: IndexOrder,
    ) -> Option<Neighbours> {
        let mut long = axes.iter().copied().filter(|&axis| self.shape()[axis] != 1);
        let mut last = long.next()?;
        for axis in long {
            let (outer, inner) = match order {
                IndexOrder::F => (axis, last),
                _ => (last, axis),
            };
            if self.needed_stride(inner) != Some(self.strides()[outer]) {
                return Some(Neighbours { outer, inner });
            }
            last = axis;
        }
        None
    }

    /// What the stride of the next slower axis has to be to merge with this one.
    #[inline]
    pub(in crate::layout) fn needed_stride(&self, inner: usize) -> Option<i64> {
        self.strides()[inner].checked_mul(self.shape()[inner])
    }
}

/// The axes of an array of the highest rank, in their order.
const ALL_AXES: [usize; MAX_RANK] = {
    let (mut axes, mut axis) = ([0; MAX_RANK], 0);
    while axis < MAX_RANK {
        axes[axis] = axis;
        axis += 1;
    }
    axes
};

/// A shape that was asked for, with the extent that was left open.
#[derive(Clone, Copy)]
pub(in crate::layout) struct Wanted<'a> {
    extents: &'a [i64],
    open: i64,
}

impl<'a> Wanted<'a> {
    /// A shape that leaves nothing open.
    pub(in crate::layout) fn closed(extents: &'a [i64]) -> Wanted<'a> {
        Wanted { extents, open: 1 }
    }

    #[inline]
    fn extent(self, axis: usize) -> i64 {
        let extent = self.extents[axis];
        if extent < 0 { self.open } else { extent }
    }

    #[inline(always)]
    fn shape(self) -> PerAxis<i64> {
        PerAxis::from_fn(self.extents.len(), |axis| self.extent(axis))
    }
}

/// Old axes, as positions in the list of axes, and new axes that hold as many elements. The first
/// and the last old one are longer than 1.
pub(in crate::layout) struct Group {
    pub(in crate::layout) old: Range<usize>,
    pub(in crate::layout) new: Range<usize>,
}

/// The smallest groups of old and new axes of equal size, taken from the front. What is left of
/// either has extents of 1, and so have the old axes between groups.
pub(in crate::layout) struct Groups<'a> {
    axes: &'a [usize],
    shape: &'a [i64],
    new: Wanted<'a>,
    old_start: usize,
    new_start: usize,
}

impl<'a> Groups<'a> {
    /// Both sizes are equal and not 0.
    #[inline]
    pub(in crate::layout) fn new(
        axes: &'a [usize],
        shape: &'a [i64],
        new: Wanted<'a>,
    ) -> Groups<'a> {
        Groups { axes, shape, new, old_start: 0, new_start: 0 }
    }
}

impl Iterator for Groups<'_> {
    type Item = Group;

    #[inline]
    fn next(&mut self) -> Option<Group> {
        let old = |at: usize| self.axes.get(at).map(|&axis| self.shape[axis]);
        let new = |at: usize| (at < self.new.extents.len()).then(|| self.new.extent(at));
        let mut old_count = old(self.old_start)?;
        while old_count == 1 {
            self.old_start += 1;
            old_count = old(self.old_start)?;
        }
        let mut new_count = new(self.new_start)?;
        let (mut old_end, mut new_end) = (self.old_start + 1, self.new_start + 1);
        while old_count != new_count {
            if new_count < old_count {
                new_count *= new(new_end)?;
                new_end += 1;
            } else {
                old_count *= old(old_end)?;
                old_end += 1;
            }
        }
        let group = Group { old: self.old_start..old_end, new: self.new_start..new_end };
        (self.old_start, self.new_start) = (old_end, new_end);
        Some(group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A view as `(shape):(strides)+offset`, a copy as `copy` before it, an error as its text.
    fn said(got: Result<Reshape, LayoutError>) -> String {
        match got {
            Ok(Reshape::View(layout)) => layout.to_string(),
            Ok(Reshape::Copy { layout, .. }) => format!("copy {layout}"),
            Err(error) => error.to_string(),
        }
    }

    fn check(a: &Layout, shape: &[i64], order: IndexOrder, want: &str) {
        assert_eq!(said(a.reshape(shape, order)), want, "{a} to {shape:?} in {order:?}");
    }

    #[test]
    fn reshapes_as_numpy() {
        use IndexOrder::{A, C, F};
        let a = Layout::c_order(&[2, 3, 4], 8).unwrap();
        check(&a, &[6, 4], C, "(6,4):(32,8)+0");
        check(&a, &[6, 4], F, "copy (6,4):(8,48)+0");
        check(&a, &[2, 1, 3, 1, 4, 1], C, "(2,1,3,1,4,1):(96,96,32,32,8,8)+0");
        let turned = a.transpose();
        check(&turned, &[4, 6], C, "copy (4,6):(48,8)+0");
        check(&turned, &[4, 6], F, "(4,6):(8,32)+0");
        check(&turned, &[-1], A, "(24):(8)+0");

        let gap = Layout::new(&[2, 3, 4], &[192, 32, 8], 0, 8).unwrap();
        check(&gap, &[2, 12], C, "(2,12):(192,8)+0");
        check(&gap, &[2, 1, 12, 1], C, "(2,1,12,1):(192,96,8,8)+0");
        check(&gap, &[1, 2, 2, 6], C, "(1,2,2,6):(384,192,48,8)+0");
        check(&gap, &[2, 3, 4, 1, 1], C, "(2,3,4,1,1):(192,32,8,8,8)+0");
        check(&gap, &[2, 3, 2, 2], F, "(2,3,2,2):(192,32,8,16)+0");
        check(&gap, &[-5, 12], C, "(2,12):(192,8)+0");
        check(&gap, &[6, 4], C, "copy (6,4):(32,8)+0");
        check(&gap, &[2, 12], F, "copy (2,12):(8,16)+0");
        check(&gap.transpose(), &[12, 1, 2, 1], F, "(12,1,2,1):(8,192,192,384)+0");
    }

    #[test]
    fn axes_of_extent_1_and_0() {
        use IndexOrder::C;
        let single = Layout::new(&[1, 10], &[8000, 8], 0, 8).unwrap();
        check(&single, &[1, 10], C, "(1,10):(8000,8)+0");
        check(&single, &[1, -1], C, "(1,10):(80,8)+0");
        check(&single, &[10, 1], C, "(10,1):(8,8)+0");
        let scalar = Layout::new(&[1, 1], &[5, -6], 40, 8).unwrap();
        check(&scalar, &[], C, "():()+40");
        let empty = Layout::new(&[0, 3], &[24, 8], 0, 8).unwrap();
        check(&empty, &[3, 0], C, "(3,0):(8,8)+0");
        check(&empty, &[-1, 5], C, "(0,5):(40,8)+0");
        check(&empty, &[0, -1], C, "cannot reshape array of size 0 into shape (0,newaxis)");
        let far = Layout::new(&[3], &[1 << 61], 0, 8).unwrap();
        check(&far, &[3, 1], C, "(3,1):(2305843009213693952,2305843009213693952)+0");
        check(&far, &[1, 3], C, "(1,3):(6917529027641081856,2305843009213693952)+0");
        let farther = Layout::new(&[2], &[1 << 62], 0, 8).unwrap();
        check(
            &farther,
            &[1, 2],
            C,
            "stride 4611686018427387904 of axis 0 times 2 does not fit in 64-bit integers",
        );
    }

    #[test]
    fn other_sizes_are_refused() {
        use IndexOrder::C;
        let a = Layout::c_order(&[6], 8).unwrap();
        check(&a, &[4], C, "cannot reshape array of size 6 into shape (4,)");
        check(&a, &[], C, "cannot reshape array of size 6 into shape ()");
        check(&a, &[4, -1], C, "cannot reshape array of size 6 into shape (4,newaxis)");
        check(&a, &[-1, 2, -2], C, "can only specify one unknown dimension, found axes 0 and 2");
        check(
            &a,
            &[1 << 62, 4],
            C,
            "cannot reshape array of size 6 into shape (4611686018427387904,4)",
        );
        check(&a, &[1; 65], C, "maximum supported dimension for an ndarray is 64, found 65");
    }

    #[test]
    fn ravels_as_numpy() {
        use CopyOrder::{A, C, F, K};
        let check = |shape: &[i64], strides: &[i64], order, want: &str| {
            let a = Layout::new(shape, strides, 0, 8).unwrap();
            assert_eq!(said(Ok(a.ravel(order))), want, "{a} in {order:?}");
        };
        check(&[2, 3], &[24, 8], C, "(6):(8)+0");
        check(&[2, 3], &[8, 16], C, "copy (6):(8)+0");
        check(&[2, 3], &[8, 16], F, "(6):(8)+0");
        check(&[2, 3], &[8, 16], A, "(6):(8)+0");
        check(&[2, 3], &[8, 16], K, "(6):(8)+0");
        check(&[2, 3, 4], &[8, 64, 16], K, "(24):(8)+0");
        check(&[2, 3, 4], &[8, 64, 16], A, "copy (24):(8)+0");
        check(&[4], &[16], C, "copy (4):(8)+0");
        check(&[1], &[8000], C, "(1):(8)+0");
        check(&[], &[], K, "(1):(8)+0");
        check(&[4], &[-8], K, "copy (4):(8)+0");
    }
}
