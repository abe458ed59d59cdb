//! Order: the loops sorted so that one operand is walked along its memory.
//!
//! `(2,3) a:(8,16)+0` ordered by operand 0 is `(3,2) a:(16,8)+0`. Order comes before fuse: a
//! permuted view fuses only once its axes stand in memory order.

use super::Loops;
use crate::layout::PerAxis;

impl Loops {
    /// The axes from the largest to the smallest absolute stride of one operand.
    ///
    /// Ties are settled by the other operands in turn, then keep their place. An operand that
    /// does not exist leaves all ties, and so the order, to the others.
    pub fn order_by(&self, operand: usize) -> Loops {
        let mut axes: PerAxis<usize> = (0..self.rank()).collect();
        // Insertion sort: stable, without allocation, and ranks are small.
        for end in 1..axes.len() {
            let mut at = end;
            while at > 0 && self.moves_less(operand, axes[at - 1], axes[at]) {
                axes.swap(at - 1, at);
                at -= 1;
            }
        }
        Loops {
            extents: axes.iter().map(|&axis| self.extents[axis]).collect(),
            strides: axes.iter().flat_map(|&axis| self.strides(axis)).copied().collect(),
            bases: self.bases.clone(),
            sizes: self.sizes.clone(),
        }
    }

    fn moves_less(&self, operand: usize, left: usize, right: usize) -> bool {
        let (left, right) = (self.strides(left), self.strides(right));
        let leading = left.get(operand).map(|stride| stride.unsigned_abs());
        let other = right.get(operand).map(|stride| stride.unsigned_abs());
        let all = |strides: &[i64]| strides.iter().map(|stride| stride.unsigned_abs()).max();
        leading.cmp(&other).then_with(|| all(left).cmp(&all(right))).is_lt()
    }

    /// Turns each axis around along which one operand runs downward, for all operands alike.
    ///
    /// `(3) a:(-8)+16 b:(8)+0` becomes `(3) a:(8)+0 b:(-8)+16`: the same pairs, met from the
    /// other end.
    pub fn upward(&self, operand: usize) -> Loops {
        let mut turned = self.clone();
        let operands = self.operands();
        for axis in 0..self.rank() {
            if self.strides(axis).get(operand).is_some_and(|&stride| stride < 0) {
                for each in 0..operands {
                    let stride = self.strides(axis)[each];
                    // O2 and L4: the other end of the axis is a byte that is reached; an empty
                    // nest has no such byte, and no use for its base.
                    let end = stride.wrapping_mul((self.extents[axis] - 1).max(0));
                    turned.bases[each] = turned.bases[each].wrapping_add(end);
                    turned.strides[axis * operands + each] = stride.wrapping_neg();
                }
            }
        }
        turned
    }
}
