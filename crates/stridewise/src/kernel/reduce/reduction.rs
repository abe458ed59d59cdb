//! Reduction: what is to be done to which axes, and what comes out of it.
//!
//! The result's axes are those that are kept, in their order: a sum of `(2,3):(24,8)+0` along
//! axis 0 has shape (3). Result dtypes are NumPy's: integers add up in 64 bits, means are floats.

use super::error::ReduceError;
use crate::kernel::Backend;
use crate::layout::dtype::{ByteOrder, Kind};
use crate::layout::{DType, LayoutError, PerAxis, normalize_axis};

/// What is made of the items of a slice.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Operation {
    /// Their sum.
    Sum,
    /// Their product.
    Product,
    /// The lowest.
    Min,
    /// The highest.
    Max,
    /// Where the first of the lowest is, counted in C order of the reduced axes.
    ArgMin,
    /// Where the first of the highest is, counted in C order of the reduced axes.
    ArgMax,
    /// Their sum over their number.
    Mean,
    /// The mean square of their distances from their mean.
    Variance {
        /// What is taken from the number of items before squares are divided by it.
        ddof: f64,
    },
    /// The square root of the variance.
    Deviation {
        /// As for the variance.
        ddof: f64,
    },
    /// Whether any is not zero.
    Any,
    /// Whether none is zero.
    All,
    /// How many are not zero.
    CountNonzero,
}

impl Operation {
    /// What NumPy calls it.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Sum => "sum",
            Operation::Product => "prod",
            Operation::Min => "min",
            Operation::Max => "max",
            Operation::ArgMin => "argmin",
            Operation::ArgMax => "argmax",
            Operation::Mean => "mean",
            Operation::Variance { .. } => "var",
            Operation::Deviation { .. } => "std",
            Operation::Any => "any",
            Operation::All => "all",
            Operation::CountNonzero => "count_nonzero",
        }
    }

    /// The operation that NumPy calls so, variances with these degrees of freedom less.
    ///
    /// ```
    /// use stridewise::kernel::reduce::Operation;
    /// let names = "sum prod min max argmin argmax mean var std any all count_nonzero";
    /// for name in names.split(' ') {
    ///     assert_eq!(Operation::named(name, 1.0).unwrap().name(), name);
    /// }
    /// assert_eq!(Operation::named("std", 1.0), Some(Operation::Deviation { ddof: 1.0 }));
    /// assert_eq!(Operation::named("median", 0.0), None);
    /// ```
    pub fn named(name: &str, ddof: f64) -> Option<Operation> {
        use Operation::{All, Any, ArgMax, ArgMin, CountNonzero, Max, Mean, Min, Product, Sum};
        use Operation::{Deviation, Variance};
        let spread = [Mean, Variance { ddof }, Deviation { ddof }];
        let others = [Sum, Product, Min, Max, ArgMin, ArgMax, Any, All, CountNonzero];
        others.into_iter().chain(spread).find(|operation| operation.name() == name)
    }
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

    /// The same leaving out NaN, for results of at least so many items.
    pub fn skip_nan(mut self, min_count: u64) -> Reduction {
        self.nan = NanPolicy::Skip { min_count };
        self
    }

    /// The same with another answer to integers that do not fit.
    pub fn on_overflow(mut self, overflow: Overflow) -> Reduction {
        self.overflow = overflow;
        self
    }

    /// The same with the instructions of a backend.
    pub fn with_backend(mut self, backend: Backend) -> Reduction {
        self.backend = backend;
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
    /// ```
    /// use stridewise::kernel::reduce::{Operation, Reduction};
    /// use stridewise::layout::DType;
    /// let dtype = |code| DType::parse(code).unwrap();
    /// let result = |operation, code| Reduction::new(operation).result_dtype(&dtype(code));
    /// assert_eq!(result(Operation::Sum, "i4"), Ok(dtype("i8")));
    /// assert_eq!(result(Operation::Mean, "i4"), Ok(dtype("f8")));
    /// assert_eq!(result(Operation::Max, ">f2"), Ok(dtype("f2")));
    /// assert!(result(Operation::Sum, "S3").is_err());
    /// ```
    ///
    /// # Errors
    /// [`ReduceError::Unsupported`] where the operation has no meaning for the dtype.
    pub fn result_dtype(&self, dtype: &DType) -> Result<DType, ReduceError> {
        use Operation::{All, Any, ArgMax, ArgMin, CountNonzero, Max, Mean, Min, Product, Sum};
        use Operation::{Deviation, Variance};
        let unsupported =
            || ReduceError::Unsupported { operation: self.name(), got: dtype.clone() };
        let named = |code| DType::parse(code).map_err(|_| unsupported());
        let native = || Ok(dtype.with_byte_order(ByteOrder::Little));
        match dtype.kind() {
            Kind::Float | Kind::Complex if ![2, 4, 8, 16].contains(&dtype.itemsize()) => {
                return Err(unsupported());
            }
            Kind::Float if dtype.itemsize() == 16 => return Err(unsupported()),
            _ => {}
        }
        match (self.operation, dtype.kind()) {
            (
                Any | All | CountNonzero | ArgMin | ArgMax | Min | Max,
                Kind::Object | Kind::Bytes | Kind::Text | Kind::Void | Kind::String,
            ) => Err(unsupported()),
            (Any | All, _) => Ok(DType::bool()),
            (CountNonzero | ArgMin | ArgMax, _) => Ok(DType::int64()),
            (Min | Max, _) => native(),
            (Sum | Product, Kind::Bool | Kind::Int) => Ok(DType::int64()),
            (Sum | Product, Kind::Uint) => named("u8"),
            (Mean | Variance { .. } | Deviation { .. }, Kind::Bool | Kind::Int | Kind::Uint) => {
                Ok(DType::float64())
            }
            (Variance { .. } | Deviation { .. }, Kind::Complex) => {
                named(if dtype.itemsize() == 8 { "f4" } else { "f8" })
            }
            (Sum, Kind::Timedelta) => native(),
            (
                Sum | Product | Mean | Variance { .. } | Deviation { .. },
                Kind::Float | Kind::Complex,
            ) => native(),
            _ => Err(unsupported()),
        }
    }

    /// Whether the operation has a result for no items.
    pub(super) fn has_identity(&self) -> bool {
        use Operation::{ArgMax, ArgMin, Max, Min};
        !matches!(self.operation, Min | Max | ArgMin | ArgMax)
    }

    /// What NumPy calls the operation.
    pub fn name(&self) -> &'static str {
        self.operation.name()
    }

    /// How many items a result needs at least, where what is no number is skipped.
    pub(super) fn min_count(&self) -> Option<u64> {
        match self.nan {
            NanPolicy::Propagate => None,
            NanPolicy::Skip { min_count } => Some(min_count),
        }
    }
}
