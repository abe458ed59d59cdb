//! Reduction: what is to be done to which axes, and what comes out of it.
//!
//! The result's axes are those that are kept, in their order: a sum of `(2,3):(24,8)+0` along
//! axis 0 has shape (3). Result dtypes are NumPy's: integers add up in 64 bits, means are floats.

use super::error::ReduceError;
use crate::kernel::Backend;
use crate::layout::dtype::Kind;
use crate::layout::{DType, LayoutError, PerAxis, normalize_axis};

/// What is made of the items of a slice.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Operation {
    /// Their sum.
    Sum,
}

/// What to do about NaN, and about NaT of times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NanPolicy {
    /// A slice with a NaN has NaN as its result.
    #[default]
    Propagate,
    /// NaN does not count; where fewer items than this are left, the result is NaN.
    Skip {
        /// How many items a result needs at least.
        min_count: u64,
    },
}

/// What to do where an integer result does not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Overflow {
    /// Keep its lowest 64 bits, as NumPy does.
    #[default]
    Wrap,
    /// Fail with [`ReduceError::Overflow`], exactly where the true result does not fit.
    Raise,
}

/// A reduction: the operation, the axes, and how to do it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reduction {
    /// What is made of the items of a slice.
    pub operation: Operation,
    /// The axes to reduce, counted from the end where negative; `None` for all.
    pub axes: Option<PerAxis<i64>>,
    /// What to do about NaN.
    pub nan: NanPolicy,
    /// What to do where an integer result does not fit.
    pub overflow: Overflow,
    /// The instructions to use.
    pub backend: Backend,
}

impl Reduction {
    /// The operation over all axes, propagating NaN and wrapping integers.
    pub fn new(operation: Operation) -> Reduction {
        Reduction {
            operation,
            axes: None,
            nan: NanPolicy::Propagate,
            overflow: Overflow::Wrap,
            backend: Backend::detect(),
        }
    }

    /// The same over some axes only.
    pub fn over(mut self, axes: &[i64]) -> Reduction {
        self.axes = Some(PerAxis::from(axes));
        self
    }

    /// Which axes of an array are reduced.
    pub(super) fn reduced_axes(&self, rank: usize) -> Result<PerAxis<bool>, LayoutError> {
        let Some(axes) = &self.axes else { return Ok(PerAxis::filled(true, rank)) };
        let mut reduced = PerAxis::filled(false, rank);
        for &axis in axes.iter() {
            let from_front = normalize_axis(axis, rank)?;
            if std::mem::replace(&mut reduced[from_front], true) {
                return Err(LayoutError::RepeatedAxis { axis: from_front, argument: Some("axis") });
            }
        }
        Ok(reduced)
    }

    /// The shape of the result.
    ///
    /// ```
    /// use stridewise::kernel::reduce::{Operation, Reduction};
    /// let sum = Reduction::new(Operation::Sum).over(&[0, -1]);
    /// assert_eq!(sum.result_shape(&[2, 3, 4]).unwrap()[..], [3]);
    /// assert!(sum.result_shape(&[2]).is_err());
    /// ```
    ///
    /// # Errors
    /// An axis out of bounds, or named twice.
    pub fn result_shape(&self, shape: &[i64]) -> Result<PerAxis<i64>, LayoutError> {
        let reduced = self.reduced_axes(shape.len())?;
        let kept = shape.iter().zip(reduced.iter()).filter(|(_, reduced)| !**reduced);
        Ok(kept.map(|(&extent, _)| extent).collect())
    }

    /// The dtype of the result, native: NumPy's.
    ///
    /// # Errors
    /// [`ReduceError::Unsupported`] where the operation has no meaning for the dtype.
    pub fn result_dtype(&self, dtype: &DType) -> Result<DType, ReduceError> {
        let unsupported =
            || ReduceError::Unsupported { operation: self.name(), got: dtype.clone() };
        match (self.operation, dtype.kind(), dtype.itemsize()) {
            (Operation::Sum, Kind::Float, 8) => Ok(DType::float64()),
            _ => Err(unsupported()),
        }
    }

    /// Whether the operation has a result for no items.
    pub(super) fn has_identity(&self) -> bool {
        match self.operation {
            Operation::Sum => true,
        }
    }

    /// What NumPy calls the operation.
    pub fn name(&self) -> &'static str {
        match self.operation {
            Operation::Sum => "sum",
        }
    }
}
