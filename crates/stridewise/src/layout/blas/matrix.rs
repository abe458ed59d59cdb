//! A layout's last two axes as a matrix that GEMM takes: flag, leading dimension, first byte.
//!
//! `(3,2):(8,24)+0` of 8-byte items is the transpose of a row-major (2,3) with leading dimension
//! 3. One of the two axes has to move by exactly one item, the other by at least a whole line.

use std::fmt;

use super::obstacle::Flaw;
use super::{Need, Obstacle, ObstacleCode};
use crate::layout::Layout;

/// Whether an operand is the row-major matrix in memory, or the transpose of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trans {
    /// `CblasNoTrans`: as it lies
    N,
    /// `CblasTrans`: transposed
    T,
}

impl Trans {
    /// The other flag: that of the transposed operand.
    #[must_use]
    pub fn flipped(self) -> Trans {
        match self {
            Trans::N => Trans::T,
            Trans::T => Trans::N,
        }
    }

    /// The flag for column-major BLAS, which reads the same bytes transposed.
    ///
    /// Law: element (i, j) on item `i + j * ld` (N) or `j + i * ld` (T) is the same element.
    #[must_use]
    pub fn in_column_major(self) -> Trans {
        self.flipped()
    }
}

/// `N` or `T`.
impl fmt::Display for Trans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Trans::N => "N",
            Trans::T => "T",
        })
    }
}

/// A matrix as GEMM takes it, in row-major order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Matrix {
    /// the operand is the matrix in memory, or its transpose
    pub trans: Trans,
    /// rows of the operand, after `trans`
    pub rows: i64,
    /// columns of the operand, after `trans`
    pub cols: i64,
    /// items from one line of the matrix in memory to the next
    pub ld: i64,
    /// the byte to pass
    pub offset: i64,
}

impl Matrix {
    /// Rows and columns of the matrix in memory, before `trans`, as GEMV wants them.
    pub fn stored(&self) -> (i64, i64) {
        match self.trans {
            Trans::N => (self.rows, self.cols),
            Trans::T => (self.cols, self.rows),
        }
    }
}

/// One axis of a layout.
#[derive(Clone, Copy)]
struct Axis {
    axis: usize,
    extent: i64,
    stride: i64,
}

impl Layout {
    /// The last two axes as a matrix that BLAS takes in place; a vector counts as one row. Axes
    /// before them are a stack, in which each matrix lies like the first.
    ///
    /// Law: element (i, j) lies on byte `offset + itemsize * (i * ld + j)` where trans is N, and
    /// `offset + itemsize * (j * ld + i)` where it is T.
    ///
    /// ```
    /// # use stridewise::layout::{Layout, blas::Trans};
    /// let a = Layout::new(&[3, 2], &[8, 40], 16, 8).unwrap();
    /// let matrix = a.blas_matrix().unwrap();
    /// assert_eq!((matrix.trans, matrix.ld), (Trans::T, 5));
    /// for (i, j) in [(0, 0), (2, 0), (0, 1), (2, 1)] {
    ///     let byte = matrix.offset + 8 * (j * matrix.ld + i);
    ///     assert_eq!(a.offset_of(&[i, j]).unwrap(), byte);
    /// }
    /// ```
    ///
    /// # Errors
    /// The [`Obstacle`] that makes a copy necessary.
    pub fn blas_matrix(&self) -> Result<Matrix, Obstacle> {
        let one = Axis { axis: 0, extent: 1, stride: 0 };
        let from_the_end = |back: usize| {
            self.rank().checked_sub(back).map_or(one, |axis| Axis {
                axis,
                extent: self.shape()[axis],
                stride: self.strides()[axis],
            })
        };
        let (row, col) = (from_the_end(2), from_the_end(1));
        let matrix = |trans, ld| Matrix {
            trans,
            rows: row.extent,
            cols: col.extent,
            ld,
            offset: self.offset(),
        };
        if self.is_empty() {
            return Ok(matrix(Trans::N, col.extent.max(1))); // Nothing is ever read.
        }
        let as_it_lies = leading_dimension(row, col, self.itemsize());
        let transposed = leading_dimension(col, row, self.itemsize());
        match (as_it_lies, transposed) {
            (Ok(ld), _) => Ok(matrix(Trans::N, ld)),
            (_, Ok(ld)) => Ok(matrix(Trans::T, ld)),
            (Err(of_rows), Err(of_columns)) => {
                // The reading that fails later, then the one that comes nearer to one item.
                let distance = |flaw: &Flaw, inner: Axis| {
                    (flaw.axis == Some(inner.axis), inner.stride.unsigned_abs())
                };
                let transposed_fits_better = distance(&of_columns, row) < distance(&of_rows, col);
                let flaw = if transposed_fits_better { of_columns } else { of_rows };
                Err(flaw.flipped_or_copied(self))
            }
        }
    }
}

/// Items from one line to the next, where lines run along `inner`; else what is wrong with them.
fn leading_dimension(outer: Axis, inner: Axis, itemsize: i64) -> Result<i64, Flaw> {
    let flaw =
        |code, at: Axis, need| Err(Flaw { code, axis: Some(at.axis), found: at.stride, need });
    let whole = |stride: i64| stride.checked_rem(itemsize) == Some(0);
    if inner.extent > 1 && inner.stride != itemsize {
        let code = match inner.stride {
            0 => ObstacleCode::Repeats,
            stride if stride == -itemsize => ObstacleCode::RunsBackwards,
            stride if !whole(stride) => ObstacleCode::PartsOfItems,
            _ => ObstacleCode::NotPacked,
        };
        return flaw(code, inner, Need::Exactly(itemsize));
    }
    if outer.extent == 1 {
        return Ok(inner.extent);
    }
    let line = inner.extent * itemsize; // Invariant L3: at most the nominal bytes.
    let a_line = Need::AtLeast(line);
    match outer.stride {
        0 => flaw(ObstacleCode::Repeats, outer, a_line),
        stride if !whole(stride) => {
            flaw(ObstacleCode::PartsOfItems, outer, Need::MultipleOf(itemsize))
        }
        stride if stride < 0 => flaw(ObstacleCode::RunsBackwards, outer, a_line),
        stride if stride < line => flaw(ObstacleCode::LinesOverlap, outer, a_line),
        stride => Ok(stride / itemsize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form in short, or the obstacle: `N ld 3 +0`.
    fn check(shape: &[i64], strides: &[i64], want: &str) {
        let a = Layout::new(shape, strides, 0, 8).unwrap();
        let got = match a.blas_matrix() {
            Ok(Matrix { trans, ld, offset, .. }) => format!("{trans} ld {ld} +{offset}"),
            Err(obstacle) => obstacle.to_string(),
        };
        assert_eq!(got, want, "{a}");
    }

    #[test]
    fn matrices() {
        check(&[2, 3], &[24, 8], "N ld 3 +0");
        check(&[2, 3], &[80, 8], "N ld 10 +0");
        check(&[3, 2], &[8, 24], "T ld 3 +0");
        check(&[7, 2, 3], &[5, 24, 8], "N ld 3 +0");
        check(&[3], &[8], "N ld 3 +0");
        check(&[], &[], "N ld 1 +0");
    }

    #[test]
    fn strides_of_single_rows_and_columns_do_not_count() {
        check(&[1, 3], &[-7, 8], "N ld 3 +0");
        check(&[3, 1], &[24, 999], "N ld 3 +0");
        check(&[3, 1], &[8, 0], "N ld 1 +0");
        check(&[1, 3], &[0, 24], "T ld 3 +0");
        check(&[1, 1], &[-1, 5], "N ld 1 +0");
        check(&[3], &[32], "T ld 4 +0");
        check(&[1, 3], &[8, -8], "axis 1 runs backwards: stride[1] is -8, it needs 8 or more");
        check(&[3, 1], &[-8, 8], "axis 0 runs backwards: stride[0] is -8, it needs 8 or more");
    }

    #[test]
    fn without_elements_nothing_is_read() {
        check(&[0, 3], &[-1, 7], "N ld 3 +0");
        check(&[3, 0], &[0, 0], "N ld 1 +0");
        check(&[0, 2, 2], &[0, 0, 0], "N ld 2 +0");
    }

    #[test]
    fn obstacles() {
        check(&[2, 3], &[48, 16], "neither axis moves by one item: stride[1] is 16, it needs 8");
        check(&[2, 3], &[-24, 8], "axis 0 runs backwards: stride[0] is -24, it needs 24 or more");
        check(&[3, 2], &[8, -24], "axis 1 runs backwards: stride[1] is -24, it needs 24 or more");
        check(&[2, 3], &[24, -8], "axis 1 runs backwards: stride[1] is -8, it needs 8");
        check(&[2, 3], &[27, 9], "axis 1 moves by parts of items: stride[1] is 9, it needs 8");
        check(
            &[2, 3],
            &[28, 8],
            "axis 0 moves by parts of items: stride[0] is 28, it needs a multiple of 8",
        );
        check(&[2, 3], &[8, 8], "lines overlap along axis 0: stride[0] is 8, it needs 24 or more");
        check(&[2, 3], &[0, 8], "axis 0 repeats itself: stride[0] is 0, it needs 24 or more");
        check(&[3, 3], &[24, 0], "axis 1 repeats itself: stride[1] is 0, it needs 8");
    }
}
