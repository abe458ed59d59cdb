//! Blas: which arrays BLAS takes as they lie, with which arguments, and why it cannot take others.
//!
//! Everything here speaks of **cblas in row-major order**. A row-major matrix with leading
//! dimension `ld` has its element (i, j) on item `i * ld + j`; an operand is that matrix
//! ([`Trans::N`]) or the transpose of it ([`Trans::T`]). With a = `(2,3):(24,8)+0` of 8-byte
//! items:
//!
//! | operand     | layout             | goes to GEMM as                                     |
//! |-------------|--------------------|-----------------------------------------------------|
//! | `a`         | `(2,3):(24,8)+0`   | N, ld 3                                             |
//! | `a.T`       | `(3,2):(8,24)+0`   | T, ld 3: `a` itself with the other flag             |
//! | `a[:, 1:]`  | `(2,2):(24,8)+8`   | N, ld 3, from byte 8 on                             |
//! | `a[:, ::2]` | `(2,2):(24,16)+0`  | a copy: no axis moves by one item                   |
//! | `a[::-1]`   | `(2,3):(-24,8)+24` | a copy: a leading dimension cannot be negative      |
//! | `a[0, ::-1]`| `(3):(-8)+16`      | as a vector: increment -1, from its lowest byte, 0  |
//!
//! **Column-major BLAS** (Fortran's, `scipy.linalg.blas`) reads the same bytes as the transpose:
//! pass the same `ld` and offset with [`Trans::in_column_major`]. For a result in row-major order
//! it computes `C.T = B.T @ A.T`: `dgemm(trans_b, trans_a, n, m, k, 1, B, ldb, A, lda, 0, C, ldc)`
//! with the flags of [`Call::Gemm`] as they are, the operands and `m`, `n` exchanged.
//!
//! An axis of extent 1 never moves, so its stride does not count; BLAS demands `ld >= max(1, length
//! of a line)` all the same. Increments may be negative: BLAS then takes the address of the lowest
//! element, which is the last one.

mod call;
mod error;
mod matrix;
mod obstacle;
mod plan;
mod vector;

#[cfg(test)]
mod emulation;

pub use call::{Call, Integers};
pub use error::BlasError;
pub use matrix::{Matrix, Trans};
pub use obstacle::{Fix, Need, Obstacle, ObstacleCode};
pub use plan::{Factor, Form, Memory, Operand, Plan, operand, plan};
pub use vector::Vector;
