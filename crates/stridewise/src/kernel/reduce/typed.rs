//! Typed: reductions from views of one Rust type into views of another.
//!
//! The sum of `(2,3):(8,16)+0` of `f64` along axis 0 goes into `(3):(8)+0` of `f64`, that of `i32`
//! into `i64`; another type is refused by the same rule as another dtype.

use super::error::ReduceError;
use super::reduce;
use super::reduction::Reduction;
use crate::control::Control;
use crate::layout::DType;
use crate::view::{Plain, View, ViewMut};

/// Rust types that have a dtype; pairs of floats are complex numbers.
pub trait Numeric: Plain {
    /// The dtype in the machine's byte order.
    fn dtype() -> DType;
}

macro_rules! numeric {
    ($($type:ty, $code:literal);*) => {$(
        impl Numeric for $type {
            fn dtype() -> DType {
                DType::parse($code).unwrap_or_else(|_| unreachable!("NumPy's own code"))
            }
        }
    )*};
}
numeric!(i8, "i1"; i16, "i2"; i32, "i4"; i64, "i8"; u8, "u1"; u16, "u2"; u32, "u4"; u64, "u8";
    f32, "f4"; f64, "f8"; [f32; 2], "c8"; [f64; 2], "c16");

/// Reduces a view into another, as [`reduce`] does.
///
/// ```
/// use stridewise::control::Control;
/// use stridewise::kernel::reduce::{Operation, Reduction, reduce_view};
/// use stridewise::layout::Layout;
/// use stridewise::view::{View, ViewMut};
///
/// let (items, mut sums) = ([1i32, 2, 3, 4, 5, 6], [0i64; 3]);
/// let rows = View::new(&items, Layout::c_order(&[2, 3], 4).unwrap()).unwrap();
/// let out = ViewMut::new(&mut sums, Layout::c_order(&[3], 8).unwrap()).unwrap();
/// let sum = Reduction::new(Operation::Sum).over(&[0]);
/// reduce_view(&sum, &rows, out, &Control::quiet()).unwrap();
/// assert_eq!(sums, [5, 7, 9]);
/// ```
///
/// # Errors
/// Those of [`reduce`].
pub fn reduce_view<T: Numeric, U: Numeric>(
    reduction: &Reduction,
    source: &View<'_, T>,
    out: ViewMut<'_, U>,
    control: &Control<'_>,
) -> Result<(), ReduceError> {
    let mut out = out.into_bytes();
    reduce(reduction, &source.as_bytes(), &T::dtype(), &mut out, &U::dtype(), control)
}
