//! Fuse: two neighbouring loops become one where every operand walks on without a jump.
//!
//! `(2,3) a:(24,8)+0 b:(48,16)+0` fuses to `(6) a:(8)+0 b:(16)+0`; loops that run once vanish.

use super::Loops;
use crate::layout::PerAxis;

impl Loops {
    /// The same iterations in the same order with as few loops as neighbours allow.
    ///
    /// Law: `stride(outer) == stride(inner) * extent(inner)` for every operand is exactly when
    /// two neighbours become one.
    pub fn fuse(&self) -> Loops {
        let operands = self.operands();
        let (mut extents, mut strides) = (PerAxis::<i64>::new(), PerAxis::<i64>::new());
        for axis in 0..self.rank() {
            let extent = self.extents[axis];
            if extent == 1 {
                continue;
            }
            let inner = self.strides(axis);
            let last = extents.len();
            let walks_on = last > 0 && {
                let outer = &strides[(last - 1) * operands..];
                let mut pairs = outer.iter().zip(inner);
                pairs.all(|(&outer, &inner)| inner.checked_mul(extent) == Some(outer))
            };
            if walks_on {
                extents[last - 1] *= extent; // L3: at most the number of elements.
                strides[(last - 1) * operands..].copy_from_slice(inner);
            } else {
                extents.push(extent);
                inner.iter().for_each(|&stride| strides.push(stride));
            }
        }
        Loops { extents, strides, bases: self.bases.clone(), sizes: self.sizes.clone() }
    }
}

#[cfg(test)]
mod tests {
    use crate::layout::Layout;
    use crate::nest::{Loops, Nest};

    fn check(layouts: &[&Layout], wanted: &str) {
        let loops = Nest::over(layouts).unwrap().order_by(0).upward(0).fuse();
        assert_eq!(loops.to_string(), wanted);
        let visited = |loops: &Loops| {
            let mut all = Vec::new();
            visit(loops, 0, loops.bases().to_vec(), &mut all);
            all.sort();
            all
        };
        assert_eq!(visited(&loops), visited(&Nest::over(layouts).unwrap()));
    }

    fn visit(loops: &Loops, axis: usize, at: Vec<i64>, all: &mut Vec<Vec<i64>>) {
        if axis == loops.rank() {
            return all.push(at);
        }
        for step in 0..loops.extents()[axis] {
            let moved = at.iter().zip(loops.strides(axis)).map(|(at, stride)| at + step * stride);
            visit(loops, axis + 1, moved.collect(), all);
        }
    }

    #[test]
    fn permuted_views_fuse_once_they_are_ordered() {
        let c = Layout::c_order(&[4, 5, 6], 8).unwrap();
        check(&[&c, &c], "(120) a:(8)+0 b:(8)+0");
        let both = c.permute(&[2, 0, 1]).unwrap();
        check(&[&both, &both], "(120) a:(8)+0 b:(8)+0");
        let f = Layout::f_order(&[4, 5, 6], 8).unwrap();
        check(&[&c, &f], "(4,5,6) a:(240,48,8)+0 b:(8,32,160)+0");
        let hwc = Layout::packed_in_order(&[2, 3, 4, 5], 1, &[0, 2, 3, 1]).unwrap();
        let chw = Layout::c_order(&[2, 3, 4, 5], 1).unwrap();
        check(&[&hwc, &chw], "(2,20,3) a:(60,3,1)+0 b:(60,1,20)+0");
    }

    #[test]
    fn axes_that_run_downward_are_turned() {
        let back = Layout::new(&[2, 3], &[-24, -8], 40, 8).unwrap();
        let c = Layout::c_order(&[2, 3], 8).unwrap();
        check(&[&back, &c], "(6) a:(8)+0 b:(-8)+40");
        check(&[&back, &back], "(6) a:(8)+0 b:(8)+0");
        let empty = Layout::new(&[0, 3], &[i64::MIN, i64::MAX], 0, 8).unwrap();
        check(&[&empty], "(0,3) a:(-9223372036854775808,9223372036854775807)+0");
    }

    #[test]
    fn loops_that_run_once_vanish() {
        let one = Layout::new(&[1, 7, 1], &[999, 8, -3], 5, 8).unwrap();
        check(&[&one], "(7) a:(8)+5");
        check(&[], "()");
    }
}
