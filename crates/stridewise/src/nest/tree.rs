//! The tree: loops, and accesses with one byte coefficient per enclosing loop.
//!
//! Reading `(2,3):(24,8)+0` in index order is `for i0 in 0..2 { for i1 in 0..3 { read a[24*i0 + 8*i1] } }`.
//! The perfect nest is the common case; remainder tiles and second passes are sibling loops.
//!
//! Invariants, proved by [`Nest::new`]:
//! - **N1** each access has one coefficient per enclosing loop, outermost first
//! - **N2** extents are at least 0, access sizes at least 1, depth is at most 128
//! - **N3** every address that an access reaches, its last byte included, fits in i64

use std::fmt;

use super::NestError;
use crate::layout::PerAxis;

/// The deepest nesting of loops: two per axis, as blocking makes two loops of one.
const MAX_DEPTH: usize = 128;

/// What an access does with its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Loads them.
    Read,
    /// Stores them, through the cache.
    Write,
    /// Stores them past the cache: no line is allocated.
    Stream,
}

/// One load or store of `size` bytes at `base + sum(coefficients[k] * i_k)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Access {
    /// Which operand, counted from 0.
    pub operand: usize,
    /// What it does.
    pub effect: Effect,
    /// Bytes touched.
    pub size: i64,
    /// The byte at which it lies when all loop variables are 0.
    pub base: i64,
    /// Bytes moved by one step of each enclosing loop, outermost first.
    pub coefficients: PerAxis<i64>,
}

/// `extent` repetitions of a body.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Loop {
    /// How often the body runs.
    pub extent: i64,
    /// What one repetition does, in order.
    pub body: Vec<Node>,
}

/// A loop or an access.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A loop.
    Loop(Loop),
    /// An access.
    Access(Access),
}

/// A checked loop tree.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Nest {
    body: Vec<Node>,
}

impl Nest {
    /// Checks a tree.
    ///
    /// # Errors
    /// A tree that breaks N1, N2 or N3.
    pub fn new(body: Vec<Node>) -> Result<Nest, NestError> {
        check(&body, &mut Vec::new())?;
        Ok(Nest { body })
    }

    /// The outermost loops and accesses, in the order in which they run.
    pub fn body(&self) -> &[Node] {
        &self.body
    }
}

fn check(body: &[Node], extents: &mut Vec<i64>) -> Result<(), NestError> {
    for node in body {
        match node {
            Node::Access(access) => access.check(extents)?,
            Node::Loop(inner) => {
                if extents.len() == MAX_DEPTH {
                    return Err(NestError::TooDeep { wanted: MAX_DEPTH });
                }
                if inner.extent < 0 {
                    let depth = extents.len();
                    return Err(NestError::NegativeExtent { depth, got: inner.extent });
                }
                extents.push(inner.extent);
                check(&inner.body, extents)?;
                extents.pop();
            }
        }
    }
    Ok(())
}

impl Access {
    fn check(&self, extents: &[i64]) -> Result<(), NestError> {
        let operand = self.operand;
        let (wanted, got) = (extents.len(), self.coefficients.len());
        if wanted != got {
            return Err(NestError::Coefficients { operand, wanted, got });
        }
        if self.size < 1 {
            return Err(NestError::AccessSize { operand, got: self.size });
        }
        if extents.contains(&0) {
            return Ok(());
        }
        let mut low = i128::from(self.base);
        let mut high = low + i128::from(self.size);
        for (&extent, &coefficient) in extents.iter().zip(&self.coefficients) {
            let reach = i128::from(extent - 1) * i128::from(coefficient);
            if reach < 0 { low += reach } else { high += reach }
        }
        if i64::try_from(low).is_err() || i64::try_from(high).is_err() {
            return Err(NestError::AddressOverflow { operand });
        }
        Ok(())
    }
}

/// The nest as indented pseudocode, loop variables `i0`, `i1`, … by depth, operands `a`, `b`, ….
impl fmt::Display for Nest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(&self.body, 0, f)
    }
}

fn show(body: &[Node], depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let indent = 4 * depth;
    for node in body {
        match node {
            Node::Loop(inner) => {
                writeln!(f, "{:indent$}for i{depth} in 0..{}", "", inner.extent)?;
                show(&inner.body, depth + 1, f)?;
            }
            Node::Access(access) => writeln!(f, "{:indent$}{access}", "")?,
        }
    }
    Ok(())
}

/// `read 8 bytes of a at 0 + 24*i0 + 8*i1`
impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.effect {
            Effect::Read => "read",
            Effect::Write => "write",
            Effect::Stream => "stream",
        };
        write!(f, "{verb} {} bytes of {} at {}", self.size, OperandName(self.operand), self.base)?;
        for (depth, coefficient) in self.coefficients.iter().enumerate() {
            if *coefficient != 0 {
                let sign = if *coefficient < 0 { '-' } else { '+' };
                write!(f, " {sign} {}*i{depth}", coefficient.unsigned_abs())?;
            }
        }
        Ok(())
    }
}

/// `a`, `b`, … `z`, then `operand26`, ….
pub(super) struct OperandName(pub(super) usize);

impl fmt::Display for OperandName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u8::try_from(self.0) {
            Ok(number @ 0..26) => write!(f, "{}", char::from(b'a' + number)),
            _ => write!(f, "operand{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(coefficients: &[i64]) -> Node {
        Node::Access(Access {
            operand: 0,
            effect: Effect::Read,
            size: 8,
            base: 0,
            coefficients: PerAxis::from(coefficients),
        })
    }

    fn repeat(extent: i64, body: Vec<Node>) -> Node {
        Node::Loop(Loop { extent, body })
    }

    #[test]
    fn prints_as_pseudocode() {
        let nest = Nest::new(vec![repeat(2, vec![repeat(3, vec![read(&[24, -8])])])]).unwrap();
        assert_eq!(
            nest.to_string(),
            "for i0 in 0..2\n    for i1 in 0..3\n        read 8 bytes of a at 0 + 24*i0 - 8*i1\n"
        );
    }

    #[test]
    fn refuses_what_breaks_an_invariant() {
        let wanted_one = Nest::new(vec![repeat(2, vec![read(&[])])]);
        assert_eq!(wanted_one, Err(NestError::Coefficients { operand: 0, wanted: 1, got: 0 }));
        let negative = Nest::new(vec![repeat(-1, vec![])]);
        assert_eq!(negative, Err(NestError::NegativeExtent { depth: 0, got: -1 }));
        let far = Nest::new(vec![repeat(3, vec![read(&[i64::MAX])])]);
        assert_eq!(far, Err(NestError::AddressOverflow { operand: 0 }));
        let mut deep = read(&[0; 129]);
        for _ in 0..129 {
            deep = repeat(1, vec![deep]);
        }
        assert_eq!(Nest::new(vec![deep]), Err(NestError::TooDeep { wanted: 128 }));
    }
}
