//! A statement in index space: loops by name, arrays, and which element each reference means.
//!
//! A [`Nest`] fixes an order of loops and the layouts; a `Statement` is what stays the same when
//! those change. From it follow the nests of every order, of blocked loops, and of arrays laid
//! out differently.
//!
//! An accumulator (`out[i] += ...`) that an inner loop does not move is held in a register, as
//! compilers and kernels do: it is read before that loop and written after it.
//!
//! Invariants, proved by [`Statement::new`]:
//! - **S1** every reference has one subscript per axis of its operand, each with one coefficient
//!   per index, and names an operand that exists
//! - **S2** every subscript stays within its axis for every value of the indices
//!
//! Worked: `out[j] += a[i,j]` over `(2,3):(24,8)+0` in the order i, j reads a along its memory.

use std::fmt;

use super::{Access, Effect, Loop, Loops, Nest, NestError, Node};
use crate::layout::{Layout, PerAxis};

/// An index that runs over `start..start + extent`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Index {
    /// What it is called.
    pub name: String,
    /// Its first value.
    pub start: i64,
    /// How many values it takes.
    pub extent: i64,
}

/// An array of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operand {
    /// What it is called.
    pub name: String,
    /// Where its elements lie.
    pub layout: Layout,
    /// The address of the byte from which the layout counts.
    pub base: i64,
}

/// `constant + sum(coefficients[k] * index k)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Affine {
    /// The value while all indices are 0.
    pub constant: i64,
    /// One coefficient per index.
    pub coefficients: PerAxis<i64>,
}

/// One appearance of an operand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// Which operand.
    pub operand: usize,
    /// Read or written.
    pub effect: Effect,
    /// One subscript per axis.
    pub subscripts: Vec<Affine>,
}

/// What a statement does with its first written reference's old value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Update {
    /// Nothing: `out[i] = ...`.
    Store,
    /// Adds to it, or combines it otherwise: `out[i] += ...`.
    Accumulate,
}

/// A checked statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Statement {
    indices: Vec<Index>,
    operands: Vec<Operand>,
    references: Vec<Reference>,
    update: Update,
}

/// Why a statement cannot be made, or not in that order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatementError {
    /// A reference that breaks S1.
    Reference {
        /// Which reference.
        reference: usize,
    },
    /// A subscript that leaves its axis.
    OutOfBounds {
        /// Which reference.
        reference: usize,
        /// Which axis of its operand.
        axis: usize,
        /// The extent of that axis.
        extent: i64,
        /// The subscript's value.
        got: i128,
        /// Values of the indices at which that happens.
        at: Vec<i64>,
    },
    /// An order that is not a permutation of the indices.
    Order {
        /// How many indices there are.
        wanted: usize,
        /// The order.
        got: Vec<usize>,
    },
    /// Addresses or a tree that no nest can have.
    Nest(NestError),
}

impl fmt::Display for StatementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatementError::Reference { reference } => {
                write!(f, "reference {reference} does not fit its operand")
            }
            StatementError::OutOfBounds { reference, axis, extent, got, at } => write!(
                f,
                "reference {reference} reaches {got} on axis {axis} of extent {extent} at {at:?}"
            ),
            StatementError::Order { wanted, got } => {
                write!(f, "an order names each of {wanted} loops once, got {got:?}")
            }
            StatementError::Nest(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StatementError {}

impl From<NestError> for StatementError {
    fn from(error: NestError) -> Self {
        StatementError::Nest(error)
    }
}

impl Affine {
    /// Its lowest and highest value over all values of the indices, and where each is taken.
    pub fn range(&self, indices: &[Index]) -> (i128, i128) {
        let start = i128::from(self.constant);
        let mut range = (start, start);
        for (coefficient, index) in self.coefficients.iter().zip(indices) {
            let first = i128::from(*coefficient) * i128::from(index.start);
            let reach = i128::from(*coefficient) * i128::from((index.extent - 1).max(0));
            range.0 = range.0.saturating_add(first).saturating_add(reach.min(0));
            range.1 = range.1.saturating_add(first).saturating_add(reach.max(0));
        }
        range
    }

    /// The values of the indices at which its lowest or highest value is taken.
    fn corner(&self, indices: &[Index], sign: i64) -> Vec<i64> {
        let value = |(coefficient, index): (&i64, &Index)| {
            let last = index.start.saturating_add((index.extent - 1).max(0));
            if coefficient.signum() * sign > 0 { last } else { index.start }
        };
        self.coefficients.iter().zip(indices).map(value).collect()
    }
}

impl Statement {
    /// Checks a statement. References are in the order in which they happen.
    ///
    /// # Errors
    /// A statement that breaks S1 or S2.
    pub fn new(
        indices: Vec<Index>,
        operands: Vec<Operand>,
        references: Vec<Reference>,
        update: Update,
    ) -> Result<Statement, StatementError> {
        let runs = indices.iter().all(|index| index.extent > 0);
        for (number, reference) in references.iter().enumerate() {
            let wrong = StatementError::Reference { reference: number };
            let Some(operand) = operands.get(reference.operand) else { return Err(wrong) };
            let shape = operand.layout.shape();
            let fits = |subscript: &Affine| subscript.coefficients.len() == indices.len();
            if shape.len() != reference.subscripts.len() || !reference.subscripts.iter().all(fits) {
                return Err(wrong);
            }
            for (axis, subscript) in reference.subscripts.iter().enumerate().filter(|_| runs) {
                let (low, high) = subscript.range(&indices);
                let extent = shape[axis];
                let outside = |got, sign| StatementError::OutOfBounds {
                    reference: number,
                    axis,
                    extent,
                    got,
                    at: subscript.corner(&indices, sign),
                };
                if low < 0 {
                    return Err(outside(low, -1));
                }
                if high >= i128::from(extent) {
                    return Err(outside(high, 1));
                }
            }
        }
        Ok(Statement { indices, operands, references, update })
    }

    /// The indices, in the order in which they were written.
    pub fn indices(&self) -> &[Index] {
        &self.indices
    }

    /// The arrays.
    pub fn operands(&self) -> &[Operand] {
        &self.operands
    }

    /// The references, in the order in which they happen.
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// Whether the written reference's old value counts.
    pub fn update(&self) -> Update {
        self.update
    }

    /// The same statement on one array laid out differently.
    ///
    /// # Errors
    /// A layout of another rank, or one in which a subscript leaves its axis.
    pub fn with_layout(&self, operand: usize, layout: Layout) -> Result<Statement, StatementError> {
        let mut operands = self.operands.clone();
        if let Some(operand) = operands.get_mut(operand) {
            operand.layout = layout;
        }
        Statement::new(self.indices.clone(), operands, self.references.clone(), self.update)
    }

    /// Bytes by which one step of each index moves a reference, and where it begins.
    ///
    /// # Errors
    /// Values beyond 64 bits.
    pub fn steps(&self, reference: usize) -> Result<(i64, PerAxis<i64>), NestError> {
        let overflow = NestError::AddressOverflow { operand: self.references[reference].operand };
        let reference = &self.references[reference];
        let operand = &self.operands[reference.operand];
        let mut base = i128::from(operand.base) + i128::from(operand.layout.offset());
        let mut steps = vec![0i128; self.indices.len()];
        for (subscript, &stride) in reference.subscripts.iter().zip(operand.layout.strides()) {
            let stride = i128::from(stride);
            let mut first = i128::from(subscript.constant);
            for (at, &coefficient) in subscript.coefficients.iter().enumerate() {
                let skipped = i128::from(coefficient) * i128::from(self.indices[at].start);
                first = first.saturating_add(skipped);
                steps[at] = steps[at]
                    .checked_add(i128::from(coefficient) * stride)
                    .ok_or(overflow.clone())?;
            }
            base = first
                .checked_mul(stride)
                .and_then(|bytes| base.checked_add(bytes))
                .ok_or(overflow.clone())?;
        }
        let narrow = |value: i128| i64::try_from(value).map_err(|_| overflow.clone());
        Ok((narrow(base)?, steps.into_iter().map(narrow).collect::<Result<_, _>>()?))
    }

    /// The nest with the loops in this order, outermost first.
    ///
    /// # Errors
    /// No permutation of the indices, or addresses beyond 64 bits.
    pub fn nest(&self, order: &[usize]) -> Result<Nest, StatementError> {
        self.blocked_nest(order, &PerAxis::filled(0, order.len()))
    }

    /// The nest with the loops in this order, each cut into blocks of its size, in the order of
    /// `order`; a size of 0 leaves a loop whole.
    ///
    /// # Errors
    /// No permutation of the indices, more than eight uneven blocks, or addresses beyond 64 bits.
    pub fn blocked_nest(&self, order: &[usize], sizes: &[i64]) -> Result<Nest, StatementError> {
        let loops = self.loops(order)?;
        let effects: Vec<Effect> = self.references.iter().map(|each| each.effect).collect();
        let nest = loops.block(sizes, &effects)?;
        let mut body = nest.body().to_vec();
        let write = effects.iter().rposition(|&effect| effect == Effect::Write);
        if let (Update::Accumulate, Some(write)) = (self.update, write) {
            let target = &self.references[write];
            let read = self.references.iter().position(|each| {
                each.effect == Effect::Read
                    && each.operand == target.operand
                    && each.subscripts == target.subscripts
            });
            hold(&mut body, 0, read, write);
        }
        name_operands(&mut body, &self.references);
        Ok(Nest::new(body)?)
    }

    /// The statement's references as operands of loops in this order.
    fn loops(&self, order: &[usize]) -> Result<Loops, StatementError> {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..self.indices.len()) {
            let (wanted, got) = (self.indices.len(), order.to_vec());
            return Err(StatementError::Order { wanted, got });
        }
        let count = self.references.len();
        let mut loops = Loops {
            extents: order.iter().map(|&index| self.indices[index].extent).collect(),
            strides: PerAxis::filled(0, order.len() * count),
            bases: PerAxis::new(),
            sizes: PerAxis::new(),
        };
        for (at, reference) in self.references.iter().enumerate() {
            let (base, steps) = self.steps(at)?;
            loops.bases.push(base);
            loops.sizes.push(self.operands[reference.operand].layout.itemsize());
            for (place, &index) in order.iter().enumerate() {
                loops.strides[place * count + at] = steps[index];
            }
        }
        // O2 promises that addresses fit: the plain nest, which visits the same, checks it.
        let effects: Vec<Effect> = self.references.iter().map(|each| each.effect).collect();
        loops.nest(&effects)?;
        Ok(loops)
    }
}

/// Moves the accumulator's read before and its write after each loop that does not move it.
/// Accesses are still named by reference.
fn hold(body: &mut Vec<Node>, depth: usize, read: Option<usize>, write: usize) {
    let mut held = Vec::with_capacity(body.len());
    for mut node in std::mem::take(body) {
        let (mut before, mut after) = (None, None);
        if let Node::Loop(inner) = &mut node {
            hold(&mut inner.body, depth + 1, read, write);
            if still(inner, depth, write) {
                before = read.and_then(|read| take(inner, depth, read));
                after = take(inner, depth, write);
            }
        }
        held.extend(before);
        held.push(node);
        held.extend(after);
    }
    *body = held;
}

/// Whether the write stands in this loop's body, nowhere deeper, once, and is not moved by it.
/// Blocks with remainders write in several places, and one register holds one element.
fn still(inner: &Loop, depth: usize, write: usize) -> bool {
    let unmoved = |node: &Node| match node {
        Node::Access(access) => {
            access.operand == write && access.coefficients.get(depth) == Some(&0)
        }
        Node::Loop(_) => false,
    };
    inner.extent > 0 && uses(&inner.body, write) == 1 && inner.body.iter().any(unmoved)
}

/// How often a reference stands in a tree.
fn uses(body: &[Node], reference: usize) -> usize {
    let each = body.iter().map(|node| match node {
        Node::Access(access) => usize::from(access.operand == reference),
        Node::Loop(inner) => uses(&inner.body, reference),
    });
    each.sum()
}

/// Takes an access out of a loop that does not move it.
fn take(inner: &mut Loop, depth: usize, reference: usize) -> Option<Node> {
    let is_it = |node: &Node| matches!(node, Node::Access(access) if access.operand == reference);
    let at = inner.body.iter().position(is_it)?;
    let mut taken = inner.body.remove(at);
    if let Node::Access(access) = &mut taken {
        access.coefficients.remove(depth);
    }
    Some(taken)
}

/// From reference numbers to operand numbers.
fn name_operands(body: &mut [Node], references: &[Reference]) {
    for node in body {
        match node {
            Node::Loop(inner) => name_operands(&mut inner.body, references),
            Node::Access(Access { operand, .. }) => *operand = references[*operand].operand,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row_sums() -> Statement {
        let index = |name: &str, extent| Index { name: name.to_string(), start: 0, extent };
        let only = |at: usize| {
            let mut coefficients = PerAxis::filled(0, 2);
            coefficients[at] = 1;
            Affine { constant: 0, coefficients }
        };
        let operand = |name: &str, layout, base| Operand { name: name.to_string(), layout, base };
        let reference = |operand, effect, subscripts| Reference { operand, effect, subscripts };
        Statement::new(
            vec![index("i", 2), index("j", 3)],
            vec![
                operand("a", Layout::c_order(&[2, 3], 8).unwrap(), 0),
                operand("out", Layout::c_order(&[2], 8).unwrap(), 4096),
            ],
            vec![
                reference(0, Effect::Read, vec![only(0), only(1)]),
                reference(1, Effect::Read, vec![only(0)]),
                reference(1, Effect::Write, vec![only(0)]),
            ],
            Update::Accumulate,
        )
        .unwrap()
    }

    fn check(order: &[usize], sizes: &[i64], want: &str) {
        assert_eq!(row_sums().blocked_nest(order, sizes).unwrap().to_string(), want);
    }

    #[test]
    fn a_register_holds_what_inner_loops_do_not_move() {
        check(
            &[0, 1],
            &[0, 0],
            "for i0 in 0..2
    read 8 bytes of b at 4096 + 8*i0
    for i1 in 0..3
        read 8 bytes of a at 0 + 24*i0 + 8*i1
    write 8 bytes of b at 4096 + 8*i0
",
        );
        check(
            &[1, 0],
            &[0, 0],
            "for i0 in 0..3
    for i1 in 0..2
        read 8 bytes of a at 0 + 8*i0 + 24*i1
        read 8 bytes of b at 4096 + 8*i1
        write 8 bytes of b at 4096 + 8*i1
",
        );
    }

    #[test]
    fn subscripts_stay_within_their_axis() {
        let whole = row_sums();
        let small = Layout::c_order(&[2, 2], 8).unwrap();
        let error = whole.with_layout(0, small).unwrap_err();
        let at = vec![0, 2];
        let want = StatementError::OutOfBounds { reference: 0, axis: 1, extent: 2, got: 2, at };
        assert_eq!(error, want);
    }
}
