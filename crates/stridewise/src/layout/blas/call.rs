//! The call of cblas that a product comes to, with every number that it takes.
//!
//! `(2,3):(24,8)+0` times a `(3,4):(8,24)+0` is `cblas_dgemm(CblasRowMajor, CblasNoTrans,
//! CblasTrans, 2, 4, 3, alpha, A, 3, B, 3, beta, C, 4)`. Results are new and in row-major order.

use super::Trans;

/// A routine of cblas with the numbers it takes, in row-major order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// matrix times matrix: `C = op(A) @ op(B)`
    Gemm {
        /// the flag of A
        trans_a: Trans,
        /// the flag of B
        trans_b: Trans,
        /// rows of the result
        m: i64,
        /// columns of the result
        n: i64,
        /// the extent summed over
        k: i64,
        /// leading dimension of A
        lda: i64,
        /// leading dimension of B
        ldb: i64,
        /// leading dimension of the result
        ldc: i64,
    },
    /// matrix times vector: `y = op(M) @ x`. A vector times a matrix is `op(M).T @ x`, which the
    /// flag has in it already.
    Gemv {
        /// which operand is the matrix: 0 or 1
        matrix: usize,
        /// the flag of the matrix in this call
        trans: Trans,
        /// rows of the matrix in memory
        m: i64,
        /// columns of the matrix in memory
        n: i64,
        /// leading dimension of the matrix
        ld: i64,
        /// increment of the vector
        incx: i64,
        /// increment of the result
        incy: i64,
    },
    /// vector times vector, summed; `dotu` for complex numbers
    Dot {
        /// elements of each
        n: i64,
        /// increment of the first
        incx: i64,
        /// increment of the second
        incy: i64,
    },
    /// a matrix times its own transpose: one triangle of `C = op(A) @ op(A).T`
    Syrk {
        /// the flag of A
        trans: Trans,
        /// rows and columns of the result
        n: i64,
        /// the extent summed over
        k: i64,
        /// leading dimension of A
        lda: i64,
        /// leading dimension of the result
        ldc: i64,
    },
}

/// The integers with which a BLAS library has to be built for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Integers {
    /// 32 bits (LP64) suffice
    Bits32,
    /// 64 bits (ILP64), as in the OpenBLAS of NumPy's wheels
    Bits64,
}

impl Call {
    /// The routine without the letter of its dtype: `gemm`, `gemv`, `dot` or `syrk`.
    pub fn routine(&self) -> &'static str {
        match self {
            Call::Gemm { .. } => "gemm",
            Call::Gemv { .. } => "gemv",
            Call::Dot { .. } => "dot",
            Call::Syrk { .. } => "syrk",
        }
    }

    /// Whether all its numbers fit in the usual 32-bit integers.
    pub fn integers(&self) -> Integers {
        let numbers = match *self {
            Call::Gemm { m, n, k, lda, ldb, ldc, .. } => [m, n, k, lda, ldb, ldc],
            Call::Gemv { m, n, ld, incx, incy, .. } => [m, n, ld, incx, incy, 0],
            Call::Dot { n, incx, incy } => [n, incx, incy, 0, 0, 0],
            Call::Syrk { n, k, lda, ldc, .. } => [n, k, lda, ldc, 0, 0],
        };
        if numbers.iter().all(|&number| i32::try_from(number).is_ok()) {
            Integers::Bits32
        } else {
            Integers::Bits64
        }
    }

    /// The call as C writes it, for the dtype of a letter. The pointers A, B, x and y are those of
    /// the operands at their `offset`.
    ///
    /// ```
    /// # use stridewise::layout::blas::Call;
    /// let dot = Call::Dot { n: 3, incx: 1, incy: -2 };
    /// assert_eq!(dot.in_c('d'), "cblas_ddot(3, x, 1, y, -2)");
    /// ```
    pub fn in_c(&self, letter: char) -> String {
        let flag = |trans| match trans {
            Trans::N => "CblasNoTrans",
            Trans::T => "CblasTrans",
        };
        match *self {
            Call::Gemm { trans_a, trans_b, m, n, k, lda, ldb, ldc } => format!(
                "cblas_{letter}gemm(CblasRowMajor, {}, {}, {m}, {n}, {k}, alpha, A, {lda}, B, \
                 {ldb}, beta, C, {ldc})",
                flag(trans_a),
                flag(trans_b)
            ),
            Call::Gemv { matrix, trans, m, n, ld, incx, incy } => {
                let name = if matrix == 0 { 'A' } else { 'B' };
                format!(
                    "cblas_{letter}gemv(CblasRowMajor, {}, {m}, {n}, alpha, {name}, {ld}, x, \
                     {incx}, beta, y, {incy})",
                    flag(trans)
                )
            }
            Call::Dot { n, incx, incy } if matches!(letter, 'c' | 'z') => {
                format!("cblas_{letter}dotu_sub({n}, x, {incx}, y, {incy}, &result)")
            }
            Call::Dot { n, incx, incy } => {
                format!("cblas_{letter}dot({n}, x, {incx}, y, {incy})")
            }
            Call::Syrk { trans, n, k, lda, ldc } => format!(
                "cblas_{letter}syrk(CblasRowMajor, CblasUpper, {}, {n}, {k}, alpha, A, {lda}, \
                 beta, C, {ldc})",
                flag(trans)
            ),
        }
    }
}
