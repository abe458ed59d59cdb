//! Reshape by reading the elements out in order and laying them into the new shape.
//!
//! `(2,3):(24,8)+0` reshaped to (3,2) in F order reads 0, 24, 8, 32, 16, 40 and fills columns.

use crate::Listing;

/// Which axis is read and filled fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// the last axis
    C,
    /// the first axis
    F,
}

impl Listing {
    /// The elements in another shape of as many. Whether strides can say so is [`Listing::fit`]'s.
    pub fn reshape(&self, shape: &[i64], order: Order) -> Listing {
        let reversed = |rank: usize| -> Vec<usize> { (0..rank).rev().collect() };
        match order {
            Order::C => {
                assert_eq!(shape.iter().product::<i64>(), self.shape.iter().product::<i64>());
                Listing { shape: shape.to_vec(), offsets: self.offsets.clone() }
            }
            Order::F => {
                // Reading columns first is reading the transpose rows first.
                let turned: Vec<i64> = shape.iter().rev().copied().collect();
                self.permute(&reversed(self.shape.len()))
                    .reshape(&turned, Order::C)
                    .permute(&reversed(shape.len()))
            }
        }
    }
}
