//! A listing: the shape of an array and the byte of each of its elements, last axis fastest.
//!
//! `(2,3):(24,8)+0` lists `[0, 8, 16, 24, 32, 40]`; its transpose lists
//! `[0, 24, 8, 32, 16, 40]`, whatever strides say so.

/// Where each element of an array lies, in C order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// the extent of each axis
    pub shape: Vec<i64>,
    /// the byte of each element, last axis fastest
    pub offsets: Vec<i64>,
}

impl Listing {
    /// Asks `byte` for each index of the shape in turn.
    pub fn from_fn(shape: &[i64], mut byte: impl FnMut(&[i64]) -> i64) -> Listing {
        let mut offsets = Vec::new();
        for_each_index(shape, |index| offsets.push(byte(index)));
        Listing { shape: shape.to_vec(), offsets }
    }

    /// The byte of one index.
    pub fn at(&self, index: &[i64]) -> i64 {
        assert_eq!(index.len(), self.shape.len());
        let mut position = 0;
        for (at, extent) in index.iter().zip(&self.shape) {
            assert!(0 <= *at && at < extent, "index {index:?} in shape {:?}", self.shape);
            position = position * extent + at;
        }
        self.offsets[usize::try_from(position).expect("checked above")]
    }

    /// A new listing of `shape`, each element found at the index of this one that `source` names.
    pub fn pull(&self, shape: &[i64], mut source: impl FnMut(&[i64]) -> Vec<i64>) -> Listing {
        Listing::from_fn(shape, |index| self.at(&source(index)))
    }

    /// Axis `k` of the result is axis `axes[k]` of this one.
    pub fn permute(&self, axes: &[usize]) -> Listing {
        let shape: Vec<i64> = axes.iter().map(|&axis| self.shape[axis]).collect();
        self.pull(&shape, |index| {
            let mut source = vec![0; axes.len()];
            for (position, &axis) in index.iter().zip(axes) {
                source[axis] = *position;
            }
            source
        })
    }

    /// Offset and strides that give this list, where there are any: the stride of an axis of
    /// extent 0 or 1 comes out as 0, for nothing tells it.
    pub fn fit(&self) -> Option<(i64, Vec<i64>)> {
        let rank = self.shape.len();
        if self.offsets.is_empty() {
            return Some((0, vec![0; rank]));
        }
        let offset = self.at(&vec![0; rank]);
        let stride = |axis: usize| {
            let mut next = vec![0; rank];
            next[axis] = 1;
            if self.shape[axis] > 1 { self.at(&next) - offset } else { 0 }
        };
        let strides: Vec<i64> = (0..rank).map(stride).collect();
        let affine = Listing::from_fn(&self.shape, |index| {
            offset + index.iter().zip(&strides).map(|(at, stride)| at * stride).sum::<i64>()
        });
        (affine == *self).then_some((offset, strides))
    }
}

/// Visits every index of a shape, last axis fastest.
pub(crate) fn for_each_index(shape: &[i64], mut visit: impl FnMut(&[i64])) {
    if shape.iter().any(|&extent| extent <= 0) {
        return;
    }
    let mut index = vec![0; shape.len()];
    loop {
        visit(&index);
        let Some(axis) = (0..shape.len()).rev().find(|&axis| index[axis] + 1 < shape[axis]) else {
            return;
        };
        index[axis] += 1;
        index[axis + 1..].fill(0);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Order, Selector, Strided};

    #[test]
    fn lists_in_c_order_and_fits_its_own_strides() {
        let strided = Strided::new(&[2, 3], &[24, 8], 0, 8);
        let list = strided.list();
        assert_eq!(list.offsets, [0, 8, 16, 24, 32, 40]);
        assert_eq!(list.fit(), Some((0, vec![24, 8])));
        assert_eq!(list.permute(&[1, 0]).offsets, [0, 24, 8, 32, 16, 40]);
        assert_eq!(list.permute(&[1, 0]).reshape(&[6], Order::C).fit(), None);
        assert_eq!(list.permute(&[1, 0]).reshape(&[6], Order::F).fit(), Some((0, vec![8])));
    }

    #[test]
    fn selects_what_python_selects() {
        let list = Strided::new(&[5], &[1], 0, 1).list();
        let slice = |start, stop, step| {
            list.select(&[Selector::Slice(start, stop, step)]).map(|found| found.offsets)
        };
        // list(range(5))[...] in Python
        assert_eq!(slice(None, None, Some(-2)), Some(vec![4, 2, 0]));
        assert_eq!(slice(Some(-2), None, None), Some(vec![3, 4]));
        assert_eq!(slice(Some(-9), Some(99), Some(3)), Some(vec![0, 3]));
        assert_eq!(slice(Some(99), Some(-9), Some(-3)), Some(vec![4, 1]));
        assert_eq!(slice(Some(3), Some(1), None), Some(vec![]));
        assert_eq!(slice(Some(1), Some(i64::MAX), Some(i64::MAX)), Some(vec![1]));
        assert_eq!(slice(None, Some(i64::MIN), Some(i64::MIN)), Some(vec![4]));
        assert_eq!(slice(None, None, Some(0)), None);
        assert_eq!(list.select(&[Selector::At(-6)]), None);
        let list = list.select(&[Selector::NewAxis, Selector::Ellipsis, Selector::At(-5)]).unwrap();
        assert_eq!((list.shape, list.offsets), (vec![1], vec![0]));
    }

    #[test]
    fn windows_broadcasts_and_diagonals_by_hand() {
        let list = Strided::new(&[5], &[1], 0, 1).list();
        let windows = list.window(&[0], &[2], &[2], &[2]).unwrap();
        assert_eq!((windows.shape, windows.offsets), (vec![2, 2], vec![0, 2, 2, 4]));
        assert_eq!(list.window(&[0], &[6], &[1], &[1]), None);
        assert_eq!(list.window(&[0], &[0], &[1], &[1]).unwrap().shape, [6, 0]);

        let square = Strided::new(&[2, 3], &[3, 1], 0, 1).list();
        assert_eq!(square.diagonal(1, 0, 1).offsets, [1, 5]);
        assert_eq!(square.diagonal(-2, 0, 1).shape, [0]);
        assert_eq!(square.quarter_turn(0, 1).offsets, [2, 5, 1, 4, 0, 3]);
        assert_eq!(square.broadcast(&[1, 3]), None);
        assert_eq!(
            square.squeeze(&[]).expand(&[0]).broadcast(&[2, 2, 3]).unwrap().shape,
            [2, 2, 3]
        );
        assert_eq!(square.reinterpret(1, 3).unwrap().offsets, [0, 3]);
        assert_eq!(square.permute(&[1, 0]).reinterpret(1, 2), None);
    }
}
