//! Over: the perfect nest that visits several layouts of one shape at once.
//!
//! `Loops` is the nest before it becomes a tree: extents, and per axis one stride for each
//! operand. The stages `order_by`, `upward`, `fuse` and `block` act on it; each keeps the set of
//! visited byte tuples, so any of them may be left out.
//! Over `(2,3):(24,8)+0` and `(2,3):(8,16)+0` the strides of axis 0 are 24 and 8.
//!
//! Invariants:
//! - **O1** `strides.len() == extents.len() * operands` and `bases`, `sizes` have one value per operand
//! - **O2** no extent is negative, and where none is 0, every byte that a layout reached is
//!   reached by its operand, and no other: L4 therefore holds for each operand

use std::fmt;

use super::{Access, Effect, Loop, Nest, NestError, Node};
use crate::layout::{Layout, PerAxis};

/// A perfect loop nest over operands of one shape, outermost axis first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Loops {
    pub(super) extents: PerAxis<i64>,
    /// Operand by operand within an axis: tables of two operands and four axes stay inline.
    pub(super) strides: PerAxis<i64>,
    pub(super) bases: PerAxis<i64>,
    pub(super) sizes: PerAxis<i64>,
}

impl Nest {
    /// The loops that visit all layouts together in index order, the last axis fastest.
    ///
    /// ```
    /// # use stridewise::{layout::Layout, nest::Nest};
    /// let destination = Layout::c_order(&[4, 5, 6], 8).unwrap();
    /// let source = Layout::f_order(&[5, 4, 6], 8).unwrap().permute(&[1, 0, 2]).unwrap();
    /// let loops = Nest::over(&[&destination, &source]).unwrap().order_by(0).fuse();
    /// assert_eq!(loops.to_string(), "(20,6) a:(48,8)+0 b:(8,160)+0");
    /// ```
    ///
    /// # Errors
    /// [`NestError::ShapeMismatch`] where two layouts differ in shape.
    pub fn over(layouts: &[&Layout]) -> Result<Loops, NestError> {
        let extents = layouts.first().map_or(&[][..], |first| first.shape());
        for (operand, layout) in layouts.iter().enumerate() {
            if layout.shape() != extents {
                return Err(NestError::ShapeMismatch {
                    operand,
                    wanted: extents.to_vec(),
                    got: layout.shape().to_vec(),
                });
            }
        }
        let each_axis = 0..extents.len();
        let strides = each_axis.flat_map(|axis| layouts.iter().map(move |l| l.strides()[axis]));
        Ok(Loops {
            extents: PerAxis::from(extents),
            strides: strides.collect(),
            bases: layouts.iter().map(|layout| layout.offset()).collect(),
            sizes: layouts.iter().map(|layout| layout.itemsize()).collect(),
        })
    }
}

impl Loops {
    /// How many loops.
    pub fn rank(&self) -> usize {
        self.extents.len()
    }

    /// How many operands.
    pub fn operands(&self) -> usize {
        self.bases.len()
    }

    /// How often each loop runs, outermost first.
    pub fn extents(&self) -> &[i64] {
        &self.extents
    }

    /// Whether the body never runs.
    pub fn is_empty(&self) -> bool {
        self.extents.contains(&0)
    }

    /// How many bytes one step along an axis moves in each operand.
    pub fn strides(&self, axis: usize) -> &[i64] {
        let operands = self.operands();
        &self.strides[axis * operands..(axis + 1) * operands]
    }

    /// The byte of each operand at which the first iteration lies.
    pub fn bases(&self) -> &[i64] {
        &self.bases
    }

    /// Bytes of one element of each operand.
    pub fn sizes(&self) -> &[i64] {
        &self.sizes
    }

    /// The loops as a tree, with one access per operand in the order given.
    ///
    /// # Errors
    /// [`NestError::Effects`] unless there is one effect per operand, and
    /// [`NestError::AccessSize`] for items without bytes.
    pub fn nest(&self, effects: &[Effect]) -> Result<Nest, NestError> {
        let wanted = self.operands();
        if effects.len() != wanted {
            return Err(NestError::Effects { wanted, got: effects.len() });
        }
        let access = |(operand, &effect): (usize, &Effect)| {
            Node::Access(Access {
                operand,
                effect,
                size: self.sizes[operand],
                base: self.bases[operand],
                coefficients: (0..self.rank()).map(|axis| self.strides(axis)[operand]).collect(),
            })
        };
        let mut body: Vec<Node> = effects.iter().enumerate().map(access).collect();
        for &extent in self.extents.iter().rev() {
            body = vec![Node::Loop(Loop { extent, body })];
        }
        Nest::new(body)
    }
}

/// `(4,6) a:(48,8)+0 b:(8,32)+0`: extents, then strides and base of each operand.
impl fmt::Display for Loops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, self.extents.iter())?;
        for operand in 0..self.operands() {
            write!(f, " {}:", super::tree::OperandName(operand))?;
            list(f, (0..self.rank()).map(|axis| &self.strides(axis)[operand]))?;
            write!(f, "+{}", self.bases[operand])?;
        }
        Ok(())
    }
}

fn list<'a>(f: &mut fmt::Formatter<'_>, values: impl Iterator<Item = &'a i64>) -> fmt::Result {
    f.write_str("(")?;
    for (place, value) in values.enumerate() {
        write!(f, "{}{value}", if place > 0 { "," } else { "" })?;
    }
    f.write_str(")")
}
