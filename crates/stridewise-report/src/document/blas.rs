//! Blas: the call that a product comes to, and which operands it has to copy.
//!
//! `(2,3):(24,8)+0` goes as N with leading dimension 3, and so does its transpose, as T.

use serde::Serialize;
use stridewise::layout::blas::{BlasError, Factor, Form, Integers, Memory, Operand, operand, plan};

use super::{Document, ReasonObject, Side, Subject, enveloped};
use crate::text::{Look, blas_text};

/// What `blas` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Blas {
    /// One operand or both.
    pub operands: Vec<BlasOperand>,
    /// The product; null for a single operand.
    pub product: Option<Product>,
    /// How many bytes have to be copied before the call.
    pub copied_bytes: i64,
}

/// One operand.
#[derive(Clone, Debug, Serialize)]
pub struct BlasOperand {
    /// The expression or file.
    pub source: String,
    /// Its layout.
    pub layout: Subject,
    /// Whether it has to be copied.
    pub copy: bool,
    /// `N`: the matrix as it lies, `T`: its transpose; null for a vector.
    pub trans: Option<String>,
    /// Items from one line of the matrix in memory to the next; null for a vector.
    pub ld: Option<i64>,
    /// Items from one element of the vector to the next; null for a matrix.
    pub inc: Option<i64>,
    /// The byte to pass: of the buffer, or of the copy.
    pub offset: i64,
    /// Bytes from one matrix of the stack to the next, along each axis of the product's `stack`,
    /// 0 where one matrix serves again: of the buffer, or of the copy.
    pub stack_strides: Vec<i64>,
    /// Why it has to be copied.
    pub reason: Option<ReasonObject>,
}

/// A product of two operands.
#[derive(Clone, Debug, Serialize)]
pub struct Product {
    /// The routine with the letter of its dtype: `dgemm`.
    pub routine: String,
    /// The call of cblas as C writes it.
    pub call: String,
    /// Rows of the result.
    pub m: i64,
    /// Columns of the result.
    pub n: i64,
    /// The extent summed over.
    pub k: i64,
    /// The extents of the stack, one call for each matrix in it.
    pub stack: Vec<i64>,
    /// The call that does with half the work, for a matrix times its own transpose.
    pub syrk: Option<String>,
    /// Bits of the integers that the library has to be built with.
    pub integer_bits: u32,
}

impl Blas {
    /// How one array goes to BLAS.
    ///
    /// # Errors
    /// A dtype without routines, or an array without axes.
    pub fn one(a: Side) -> Result<Blas, BlasError> {
        let found = operand(factor(&a))?;
        Ok(Blas::with(vec![BlasOperand::new(a, &found)], None))
    }

    /// How BLAS multiplies two arrays.
    ///
    /// # Errors
    /// Dtypes without routines or of two kinds, operands without axes, shapes that do not match.
    pub fn two(a: Side, b: Side) -> Result<Blas, BlasError> {
        let same = a.layout.0.buffer == b.layout.0.buffer;
        let memory = if same { Memory::Shared } else { Memory::Apart };
        let plan = plan(factor(&a), factor(&b), memory)?;
        let product = Product {
            routine: format!("{}{}", plan.letter, plan.call.routine()),
            call: plan.call.in_c(plan.letter),
            m: plan.m,
            n: plan.n,
            k: plan.k,
            stack: plan.stack.to_vec(),
            syrk: plan.syrk.map(|syrk| syrk.in_c(plan.letter)),
            integer_bits: match plan.call.integers() {
                Integers::Bits32 => 32,
                Integers::Bits64 => 64,
            },
        };
        let [first, second] = &plan.operands;
        let operands = vec![BlasOperand::new(a, first), BlasOperand::new(b, second)];
        Ok(Blas::with(operands, Some(product)))
    }

    fn with(operands: Vec<BlasOperand>, product: Option<Product>) -> Blas {
        let copied = operands.iter().filter(|operand| operand.copy);
        let bytes = copied.map(|operand| operand.layout.0.layout.nbytes());
        Blas { copied_bytes: bytes.fold(0, i64::saturating_add), operands, product }
    }

    /// Whether an operand has to be copied, if only one of no bytes.
    pub fn copies(&self) -> bool {
        self.operands.iter().any(|operand| operand.copy)
    }
}

fn factor(side: &Side) -> Factor<'_> {
    Factor { dtype: &side.layout.0.dtype, layout: &side.layout.0.layout }
}

impl BlasOperand {
    fn new(side: Side, found: &Operand) -> BlasOperand {
        let (trans, ld, inc, offset) = match &found.form {
            Form::Matrix(matrix) => {
                (Some(matrix.trans.to_string()), Some(matrix.ld), None, matrix.offset)
            }
            Form::Vector(vector) => (None, None, Some(vector.inc), vector.offset),
        };
        let reason = found.obstacle.as_ref().map(|obstacle| ReasonObject {
            code: obstacle.code.as_str(),
            text: obstacle.to_string(),
            axes: obstacle.axis.into_iter().collect(),
            wanted: Some(obstacle.need.bytes()),
            got: Some(obstacle.found),
            help: obstacle.help(),
        });
        let (copy, stack_strides) = (reason.is_some(), found.stack_strides.to_vec());
        let Side { source, layout } = side;
        BlasOperand { source, layout, copy, trans, ld, inc, offset, stack_strides, reason }
    }
}

impl Document for Blas {
    fn to_json(&self) -> String {
        enveloped("blas", self)
    }

    fn to_text(&self, look: Look) -> String {
        blas_text(self, look)
    }
}
