//! Block: each loop cut into blocks, block loops outside, loops within a block inside.
//!
//! `(10) a:(8)+0` in blocks of 4 is a loop over two whole blocks of 4, and beside it the
//! remainder of 2. A block is worked on whole before the next, so what it touches stays in cache.

use super::{Access, Effect, Loop, Loops, Nest, NestError, Node};
use crate::layout::PerAxis;

impl Loops {
    /// The tree of loops over blocks of the given extents, one per axis; the last block of an
    /// axis takes what remains. A block size of 0, or beyond the extent, leaves an axis whole.
    ///
    /// ```
    /// # use stridewise::{layout::Layout, nest::{Effect, Nest}};
    /// let a = Layout::c_order(&[10], 8).unwrap();
    /// let nest = Nest::over(&[&a]).unwrap().block(&[4], &[Effect::Read]).unwrap();
    /// assert_eq!(nest.to_string(), "\
    /// for i0 in 0..2
    ///     for i1 in 0..4
    ///         read 8 bytes of a at 0 + 32*i0 + 8*i1
    /// for i0 in 0..2
    ///     read 8 bytes of a at 64 + 8*i0
    /// ");
    /// ```
    ///
    /// # Errors
    /// [`NestError::Blocks`] unless there is one block size per axis, and the errors of
    /// [`Loops::nest`]. Blocking more than eight axes that do not divide is refused as
    /// [`NestError::Blocks`] too, as remainders would double the tree for each.
    pub fn block(&self, sizes: &[i64], effects: &[Effect]) -> Result<Nest, NestError> {
        let uneven =
            |(&size, &extent): (&i64, &i64)| size > 0 && size < extent && extent % size != 0;
        let remainders = sizes.iter().zip(&self.extents).filter(|&pair| uneven(pair)).count();
        if sizes.len() != self.rank() || remainders > 8 {
            return Err(NestError::Blocks { wanted: self.rank(), got: sizes.to_vec() });
        }
        if effects.len() != self.operands() {
            return Err(NestError::Effects { wanted: self.operands(), got: effects.len() });
        }
        if self.is_empty() {
            return self.nest(effects); // O2 promises nothing about its strides
        }
        let start = Within {
            bases: self.bases.clone(),
            outside: PerAxis::new(),
            inside: PerAxis::new(),
            steps: PerAxis::new(),
        };
        Nest::new(self.cut(sizes, effects, 0, &start))
    }

    /// The nodes for axes `axis..`, given what the cuts of the axes before it chose.
    fn cut(&self, sizes: &[i64], effects: &[Effect], axis: usize, at: &Within) -> Vec<Node> {
        if axis == self.rank() {
            return self.within_block(effects, at);
        }
        let (extent, size) = (self.extents[axis], sizes[axis]);
        if size <= 0 || size >= extent {
            return self.cut(sizes, effects, axis + 1, &at.enter(extent, axis, false));
        }
        let whole = extent / size;
        let inner = self.cut(sizes, effects, axis + 1, &at.enter(size, axis, true));
        let mut nodes = vec![Node::Loop(Loop { extent: whole, body: inner })];
        if extent % size > 0 {
            let mut rest = at.enter(extent % size, axis, false);
            for (base, stride) in rest.bases.iter_mut().zip(self.strides(axis)) {
                *base += stride * whole * size; // O2: a byte that is reached.
            }
            nodes.extend(self.cut(sizes, effects, axis + 1, &rest));
        }
        nodes
    }

    fn within_block(&self, effects: &[Effect], at: &Within) -> Vec<Node> {
        let access = |(operand, &effect): (usize, &Effect)| {
            let blocks = at.outside.iter().zip(&at.steps);
            let blocks = blocks.map(|(&axis, &size)| self.strides(axis)[operand] * size);
            let items = (0..self.rank()).filter(|&axis| at.inside[axis] != 1);
            let items = items.map(|axis| self.strides(axis)[operand]);
            Node::Access(Access {
                operand,
                effect,
                size: self.sizes[operand],
                base: at.bases[operand],
                coefficients: blocks.chain(items).collect(),
            })
        };
        let mut body: Vec<Node> = effects.iter().enumerate().map(access).collect();
        for &extent in at.inside.iter().rev().filter(|&&extent| extent != 1) {
            body = vec![Node::Loop(Loop { extent, body })];
        }
        body
    }
}

/// The choices made on the way down: bases moved past whole blocks, the axes that have a block
/// loop and their steps, and the extent of every axis within the block.
struct Within {
    bases: PerAxis<i64>,
    outside: PerAxis<usize>,
    steps: PerAxis<i64>,
    inside: PerAxis<i64>,
}

impl Within {
    fn enter(&self, inside: i64, axis: usize, block_loop: bool) -> Within {
        let mut next = Within {
            bases: self.bases.clone(),
            outside: self.outside.clone(),
            steps: self.steps.clone(),
            inside: self.inside.clone(),
        };
        next.inside.push(inside);
        if block_loop {
            next.outside.push(axis);
            next.steps.push(inside);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use crate::layout::Layout;
    use crate::nest::{Effect, Nest, NestError, Node};

    /// Every (operand, byte) in the order of the tree.
    fn touched(body: &[Node], at: &mut Vec<i64>, all: &mut Vec<(usize, i64)>) {
        for node in body {
            match node {
                Node::Access(access) => {
                    let steps = access.coefficients.iter().zip(&*at).map(|(c, i)| c * i);
                    all.push((access.operand, access.base + steps.sum::<i64>()));
                }
                Node::Loop(inner) => {
                    for step in 0..inner.extent {
                        at.push(step);
                        touched(&inner.body, at, all);
                        at.pop();
                    }
                }
            }
        }
    }

    #[test]
    fn blocks_visit_the_same_elements() {
        let c = Layout::c_order(&[5, 6, 7], 4).unwrap();
        let f = Layout::f_order(&[5, 6, 7], 4).unwrap();
        let loops = Nest::over(&[&c, &f]).unwrap().order_by(0).fuse();
        let effects = [Effect::Write, Effect::Read];
        let sorted = |nest: &Nest| {
            let mut all = Vec::new();
            touched(nest.body(), &mut Vec::new(), &mut all);
            all.sort();
            all
        };
        let wanted = sorted(&loops.nest(&effects).unwrap());
        for sizes in [[2, 3, 4], [0, 6, 1], [5, 4, 9], [1, 1, 1], [4, 5, 6]] {
            assert_eq!(sorted(&loops.block(&sizes, &effects).unwrap()), wanted, "{sizes:?}");
        }
        assert!(matches!(loops.block(&[2, 2], &effects), Err(NestError::Blocks { .. })));
        assert!(matches!(loops.block(&[2, 2, 2], &[]), Err(NestError::Effects { .. })));
    }
}
