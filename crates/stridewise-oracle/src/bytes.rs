//! Which bytes are reached, by which index, how often: counted byte by byte.
//!
//! `(2,2):(8,8)+0` of 8 reaches bytes 8..16 by (0,1) and again by (1,0).

use std::collections::BTreeMap;

use crate::listing::for_each_index;
use crate::{Listing, Strided};

/// Two indices whose elements share a byte.
pub type Pair = (Vec<i64>, Vec<i64>);

impl Strided {
    /// Every byte reached, with the indices that reach it.
    pub fn reached(&self) -> BTreeMap<i64, Vec<Vec<i64>>> {
        let mut reached: BTreeMap<i64, Vec<Vec<i64>>> = BTreeMap::new();
        for_each_index(&self.shape, |index| {
            let first = self.at(index);
            for byte in first..first + self.itemsize {
                reached.entry(byte).or_default().push(index.to_vec());
            }
        });
        reached
    }

    /// The indices whose element covers `byte`, in C order.
    pub fn indices_at(&self, byte: i64) -> Vec<Vec<i64>> {
        let mut found = Vec::new();
        for_each_index(&self.shape, |index| {
            let first = self.at(index);
            if first <= byte && byte < first + self.itemsize {
                found.push(index.to_vec());
            }
        });
        found
    }

    /// An index of each array such that their elements share a byte.
    pub fn meets(&self, other: &Strided) -> Option<Pair> {
        let theirs = other.reached();
        let (byte, mine) =
            self.reached().into_iter().find(|(byte, _)| theirs.contains_key(byte))?;
        Some((mine[0].clone(), theirs[&byte][0].clone()))
    }

    /// Two different indices whose elements share a byte.
    pub fn meets_itself(&self) -> Option<Pair> {
        let twice = self.reached().into_values().find(|indices| indices.len() > 1)?;
        Some((twice[0].clone(), twice[1].clone()))
    }

    /// Whether the elements at two indices share a byte.
    pub fn share_a_byte(&self, mine: &[i64], other: &Strided, theirs: &[i64]) -> bool {
        let inside = |strided: &Strided, index: &[i64]| {
            index.len() == strided.shape.len()
                && index.iter().zip(&strided.shape).all(|(at, extent)| (0..*extent).contains(at))
        };
        inside(self, mine)
            && inside(other, theirs)
            && self.at(mine) < other.at(theirs) + other.itemsize
            && other.at(theirs) < self.at(mine) + self.itemsize
    }
}

impl Listing {
    /// The last axis as elements of another size: the same bytes in the same order. `None` where
    /// there is no last axis, the bytes do not divide, or those of a new element are not adjacent.
    pub fn reinterpret(&self, itemsize: i64, new_itemsize: i64) -> Option<Listing> {
        let (&last, outer) = self.shape.split_last()?;
        let row_bytes = last * itemsize;
        if new_itemsize == 0 || row_bytes % new_itemsize != 0 {
            return None;
        }
        let mut adjacent = true;
        let mut shape = outer.to_vec();
        shape.push(row_bytes / new_itemsize);
        let result = Listing::from_fn(&shape, |index| {
            let (&position, outer) = index.split_last().expect("the last axis");
            let byte = |nth: i64| {
                let place = position * new_itemsize + nth;
                let mut source = outer.to_vec();
                source.push(place / itemsize);
                self.at(&source) + place % itemsize
            };
            adjacent &= (1..new_itemsize).all(|nth| byte(nth) == byte(0) + nth);
            byte(0)
        });
        adjacent.then_some(result)
    }
}

#[cfg(test)]
mod tests {
    use crate::Strided;

    #[test]
    fn bytes_reached_twice() {
        let windows = Strided::new(&[2, 2], &[8, 8], 0, 8);
        assert_eq!(windows.meets_itself(), Some((vec![0, 1], vec![1, 0])));
        assert_eq!(windows.indices_at(15), [[0, 1], [1, 0]]);
        // An element reached partly twice, and a grid that only looks as if it overlapped.
        assert!(Strided::new(&[2], &[7], 0, 8).meets_itself().is_some());
        assert!(Strided::new(&[3, 2], &[2, 3], 0, 1).meets_itself().is_none());

        let even = Strided::new(&[4], &[2], 0, 1);
        let odd = Strided::new(&[4], &[2], 1, 1);
        assert_eq!(even.meets(&odd), None);
        assert_eq!(even.meets(&Strided::new(&[1], &[0], 3, 2)), Some((vec![2], vec![0])));
        assert!(even.share_a_byte(&[2], &odd, &[1]) == (even.at(&[2]) == odd.at(&[1])));
    }
}
