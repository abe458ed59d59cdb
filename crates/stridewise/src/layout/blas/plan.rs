//! The plan of `A @ B`: which routine, with which numbers, and which operands it has to copy.
//!
//! `(2,3):(24,8)+0` times `(3):(16)+0` is a GEMV with m 2, n 3, ld 3 and incx 2, in place. What
//! has to be copied is planned with its copy in C order, in a buffer of its own, so that the call
//! is complete either way. Stacks of matrices take one call each.

use super::obstacle::Flaw;
use super::{BlasError, Call, Matrix, Need, Obstacle, ObstacleCode, Trans, Vector};
use crate::layout::{CopyOrder, DType, Layout, PerAxis, broadcast_shapes};

/// An array to multiply.
#[derive(Clone, Copy, Debug)]
pub struct Factor<'a> {
    /// what its elements are
    pub dtype: &'a DType,
    /// where they lie
    pub layout: &'a Layout,
}

/// Whether the offsets of two operands count from the same byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Memory {
    /// they are views of one buffer
    Shared,
    /// each has its own
    Apart,
}

/// How an operand is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// as a matrix
    Matrix(Matrix),
    /// as a vector
    Vector(Vector),
}

/// One operand of a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operand {
    /// how it is passed: as it lies, or its copy in C order where there is an obstacle
    pub form: Form,
    /// bytes from one matrix of the stack to the next, along each axis of the plan's stack
    pub stack_strides: PerAxis<i64>,
    /// why it has to be copied; `None` where it goes in place
    pub obstacle: Option<Obstacle>,
}

/// How BLAS multiplies two arrays.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Plan {
    /// the letter of the dtype: `s`, `d`, `c` or `z`
    pub letter: char,
    /// the call, made once per matrix of the stack
    pub call: Call,
    /// the extents of the stack, broadcast; empty where there is none
    pub stack: PerAxis<i64>,
    /// rows of the result, 1 where the first operand is a vector
    pub m: i64,
    /// columns of the result, 1 where the second operand is a vector
    pub n: i64,
    /// the extent summed over
    pub k: i64,
    /// both operands
    pub operands: [Operand; 2],
    /// the SYRK that does with half the work, where the second operand is the transpose of the
    /// first in the same memory, as NumPy does for `a @ a.T`
    pub syrk: Option<Call>,
}

/// How a single array goes to BLAS: one of rank 1 as a vector, others as matrices.
///
/// ```
/// # use stridewise::layout::{DType, Layout, blas::{Factor, operand}};
/// let dtype = DType::float64();
/// let every_other = Layout::new(&[4, 3], &[48, 16], 0, 8).unwrap();
/// let operand = operand(Factor { dtype: &dtype, layout: &every_other }).unwrap();
/// let obstacle = operand.obstacle.unwrap();
/// assert_eq!(
///     obstacle.to_string(),
///     "neither axis moves by one item: stride[1] is 16, it needs 8"
/// );
/// assert_eq!(
///     obstacle.help(),
///     "np.ascontiguousarray copies once (96 bytes): keep that copy"
/// );
/// ```
///
/// # Errors
/// A dtype without routines, or an array without axes.
pub fn operand(factor: Factor<'_>) -> Result<Operand, BlasError> {
    check(&factor, 0)?;
    let stack = &factor.layout.shape()[..stack_rank(factor.layout)];
    Ok(factor.operand(stack))
}

/// How BLAS computes `a @ b`.
///
/// Law: making `call` on the operands gives the sums of products that `a @ b` is made of.
///
/// ```
/// # use stridewise::layout::{DType, Layout, blas::{Factor, Memory, plan}};
/// let dtype = DType::float64();
/// let a = Layout::c_order(&[2, 3], 8).unwrap();
/// let (a, b) = (&a, &a.transpose());
/// let factor = |layout| Factor { dtype: &dtype, layout };
/// let plan = plan(factor(a), factor(b), Memory::Shared).unwrap();
/// assert_eq!(
///     plan.call.in_c(plan.letter),
///     "cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, 2, 2, 3, alpha, A, 3, B, 3, beta, C, 2)"
/// );
/// assert!(plan.operands.iter().all(|operand| operand.obstacle.is_none()));
/// assert!(plan.syrk.is_some()); // a @ a.T
/// ```
///
/// # Errors
/// Dtypes without routines or of two kinds, an operand without axes, shapes that do not match.
pub fn plan(a: Factor<'_>, b: Factor<'_>, memory: Memory) -> Result<Plan, BlasError> {
    let letter = check(&a, 0)?;
    check(&b, 1)?;
    if a.dtype != b.dtype {
        return Err(BlasError::DTypes { wanted: a.dtype.clone(), got: b.dtype.clone() });
    }
    let (k, rows_of_b) =
        (from_the_end(a.layout, 1), from_the_end(b.layout, b.layout.rank().min(2)));
    if k != rows_of_b {
        return Err(BlasError::Mismatch { wanted: k, got: rows_of_b });
    }
    let (of_a, of_b) = (a.layout.shape(), b.layout.shape());
    let (stack_of_a, stack_of_b) = (&of_a[..stack_rank(a.layout)], &of_b[..stack_rank(b.layout)]);
    let stack = broadcast_shapes(&[stack_of_a, stack_of_b])
        .map_err(|_| BlasError::Stacks { first: of_a.to_vec(), second: of_b.to_vec() })?;
    let operands = [a.operand(&stack), b.operand(&stack)];
    let call = call(&operands[0].form, &operands[1].form);
    let in_place = operands.iter().all(|operand| operand.obstacle.is_none());
    let transposed = memory == Memory::Shared && is_transpose(a.layout, b.layout);
    let syrk = match (&operands[0].form, &operands[1].form) {
        (Form::Matrix(a), Form::Matrix(_)) if in_place && transposed => {
            let n = a.rows;
            Some(Call::Syrk { trans: a.trans, n, k, lda: a.ld, ldc: n.max(1) })
        }
        _ => None,
    };
    let m = if a.layout.rank() < 2 { 1 } else { from_the_end(a.layout, 2) };
    let n = if b.layout.rank() < 2 { 1 } else { from_the_end(b.layout, 1) };
    Ok(Plan { letter, call, stack, m, n, k, operands, syrk })
}

/// The letter of the dtype, where the array is one that BLAS could take.
fn check(factor: &Factor<'_>, operand: usize) -> Result<char, BlasError> {
    if factor.layout.rank() == 0 {
        return Err(BlasError::NoAxes { operand });
    }
    let letter = factor.dtype.blas_letter().filter(|_| {
        factor.dtype.itemsize() == factor.layout.itemsize() // Of a dtype and a layout that belong together.
    });
    letter.ok_or_else(|| BlasError::NoRoutine { operand, got: factor.dtype.clone() })
}

/// The call for two operands that match.
fn call(a: &Form, b: &Form) -> Call {
    match (a, b) {
        (Form::Matrix(a), Form::Matrix(b)) => Call::Gemm {
            trans_a: a.trans,
            trans_b: b.trans,
            m: a.rows,
            n: b.cols,
            k: a.cols,
            lda: a.ld,
            ldb: b.ld,
            ldc: b.cols.max(1),
        },
        (Form::Matrix(a), Form::Vector(x)) => gemv(0, a, a.trans, x),
        (Form::Vector(x), Form::Matrix(b)) => gemv(1, b, b.trans.flipped(), x),
        (Form::Vector(x), Form::Vector(y)) => Call::Dot { n: x.len, incx: x.inc, incy: y.inc },
    }
}

fn gemv(matrix: usize, form: &Matrix, trans: Trans, x: &Vector) -> Call {
    let (m, n) = form.stored();
    Call::Gemv { matrix, trans, m, n, ld: form.ld, incx: x.inc, incy: 1 }
}

impl Factor<'_> {
    /// The operand in a stack of these extents.
    fn operand(&self, stack: &[i64]) -> Operand {
        let found = match self.misaligned() {
            Some(flaw) => Err(flaw.copied(self.layout)),
            None => form(self.layout),
        };
        match found {
            Ok(form) => {
                let stack_strides = stack_strides(self.layout, stack);
                Operand { form, stack_strides, obstacle: None }
            }
            Err(obstacle) => {
                let copy = self.layout.copied(CopyOrder::C);
                let stack_strides = stack_strides(&copy, stack);
                Operand { form: c_order(&copy), stack_strides, obstacle: Some(obstacle) }
            }
        }
    }

    /// What keeps elements off the multiples of the dtype's alignment.
    fn misaligned(&self) -> Option<Flaw> {
        let (layout, alignment) = (self.layout, self.dtype.alignment());
        if layout.is_aligned(alignment) {
            return None;
        }
        let off = |stride: i64| stride.checked_rem(alignment) != Some(0);
        let axis = (0..layout.rank())
            .find(|&axis| layout.shape()[axis] > 1 && off(layout.strides()[axis]));
        let found = axis.map_or(layout.offset(), |axis| layout.strides()[axis]);
        let need = Need::MultipleOf(alignment);
        Some(Flaw { code: ObstacleCode::Misaligned, axis, found, need })
    }
}

fn form(layout: &Layout) -> Result<Form, Obstacle> {
    match layout.rank() {
        1 => layout.blas_vector().map(Form::Vector),
        _ => layout.blas_matrix().map(Form::Matrix),
    }
}

/// A layout in C order, which always goes in place.
fn c_order(layout: &Layout) -> Form {
    let offset = layout.offset();
    match layout.rank() {
        1 => Form::Vector(Vector { len: from_the_end(layout, 1), inc: 1, offset }),
        _ => {
            let (rows, cols) = (from_the_end(layout, 2), from_the_end(layout, 1));
            Form::Matrix(Matrix { trans: Trans::N, rows, cols, ld: cols.max(1), offset })
        }
    }
}

/// The extent of an axis counted from the last, which is 1; 1 where there is none.
fn from_the_end(layout: &Layout, back: usize) -> i64 {
    layout.rank().checked_sub(back).and_then(|axis| layout.shape().get(axis)).map_or(1, |it| *it)
}

/// How many axes come before the matrix.
fn stack_rank(layout: &Layout) -> usize {
    layout.rank().saturating_sub(2)
}

/// The strides of the stack, 0 along axes that are broadcast.
fn stack_strides(layout: &Layout, stack: &[i64]) -> PerAxis<i64> {
    let own = stack_rank(layout);
    let missing = stack.len().saturating_sub(own);
    PerAxis::from_fn(stack.len(), |axis| match axis.checked_sub(missing) {
        Some(axis) if layout.shape()[axis] != 1 => layout.strides()[axis],
        _ => 0,
    })
}

/// Whether the second has the elements of the first with the last two axes exchanged.
fn is_transpose(a: &Layout, b: &Layout) -> bool {
    let rank = a.rank();
    if rank < 2 || b.rank() != rank || a.offset() != b.offset() {
        return false;
    }
    (0..rank).all(|axis| {
        let other = match rank - axis {
            1 => rank - 2,
            2 => rank - 1,
            _ => axis,
        };
        let extent = a.shape()[axis];
        extent == b.shape()[other] && (extent == 1 || a.strides()[axis] == b.strides()[other])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(a: (&str, &[i64]), b: (&str, &[i64])) -> Result<Plan, BlasError> {
        let array = |(dtype, shape): (&str, &[i64])| {
            let dtype = DType::parse(dtype).unwrap();
            let layout = Layout::c_order(shape, dtype.itemsize()).unwrap();
            (dtype, layout)
        };
        let (a, b) = (array(a), array(b));
        plan(
            Factor { dtype: &a.0, layout: &a.1 },
            Factor { dtype: &b.0, layout: &b.1 },
            Memory::Apart,
        )
    }

    #[test]
    fn routines() {
        let check = |a: &[i64], b: &[i64], want: &str| {
            let plan = planned(("c8", a), ("c8", b)).unwrap();
            let Plan { call, m, n, k, stack, .. } = &plan;
            assert_eq!(format!("{} {m} {n} {k} {stack:?}", call.routine()), want);
        };
        check(&[2, 3], &[3, 4], "gemm 2 4 3 []");
        check(&[2, 3], &[3], "gemv 2 1 3 []");
        check(&[3], &[3, 4], "gemv 1 4 3 []");
        check(&[3], &[3], "dot 1 1 3 []");
        check(&[5, 2, 3], &[3, 4], "gemm 2 4 3 [5]");
        check(&[5, 1, 2, 3], &[6, 3, 4], "gemm 2 4 3 [5, 6]");
        check(&[3], &[6, 3, 4], "gemv 1 4 3 [6]");
        check(&[6, 2, 3], &[3], "gemv 2 1 3 [6]");
        check(&[0, 3], &[3, 4], "gemm 0 4 3 []");
    }

    #[test]
    fn refusals_in_numpys_words() {
        let check = |a, b, want: &str| {
            assert_eq!(planned(a, b).unwrap_err().to_string(), want);
        };
        let mismatch = "matmul: Input operand 1 has a mismatch in its core dimension 0, with \
                        gufunc signature (n?,k),(k,m?)->(n?,m?) (size 4 is different from 3)";
        check(("f8", &[2, 3]), ("f8", &[4, 5]), mismatch);
        check(("f8", &[3]), ("f8", &[4]), mismatch);
        check(("f8", &[3]), ("f8", &[4, 5]), mismatch);
        check(
            ("f8", &[]),
            ("f8", &[3]),
            "matmul: Input operand 0 does not have enough dimensions (has 0, gufunc core with \
             signature (n?,k),(k,m?)->(n?,m?) requires 1)",
        );
        check(
            ("f8", &[2, 3, 4]),
            ("f8", &[3, 4, 5]),
            "operands could not be broadcast together with remapped shapes [original->remapped]: \
             (2,3,4)->(2,newaxis,newaxis) (3,4,5)->(3,newaxis,newaxis)  and requested shape (3,5)",
        );
        check(("f8", &[3]), ("<i8", &[3]), "BLAS has no routine for <i8 (operand 1)");
        check(("f2", &[3]), ("f2", &[3]), "BLAS has no routine for <f2 (operand 0)");
        check(("f8", &[3]), ("f4", &[3]), "BLAS takes operands of one dtype, not <f8 and <f4");
    }

    #[test]
    fn a_dtype_off_its_alignment_is_copied() {
        let dtype = DType::float64();
        let check = |offset, strides: &[i64], want: &str| {
            let layout = Layout::new(&[2, 2, 2], strides, offset, 8).unwrap();
            let operand = operand(Factor { dtype: &dtype, layout: &layout }).unwrap();
            assert_eq!(operand.obstacle.unwrap().to_string(), want);
        };
        check(4, &[32, 16, 8], "the first element lies on byte 4, it needs a multiple of 8");
        check(0, &[36, 16, 8], "axis 0 is misaligned: stride[0] is 36, it needs a multiple of 8");
    }

    #[test]
    fn what_is_long_wants_64_bits() {
        let dtype = DType::float64();
        let check = |stride: i64, want| {
            let layout = Layout::new(&[2, 3], &[stride, 8], 0, 8).unwrap();
            let factor = Factor { dtype: &dtype, layout: &layout };
            let x = Layout::c_order(&[3], 8).unwrap();
            let x = Factor { dtype: &dtype, layout: &x };
            assert_eq!(plan(factor, x, Memory::Apart).unwrap().call.integers(), want);
        };
        check(8 * 0x7fff_ffff, super::super::Integers::Bits32);
        check(8 * 0x8000_0000, super::super::Integers::Bits64);
    }
}
