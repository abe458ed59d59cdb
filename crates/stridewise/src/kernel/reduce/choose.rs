//! Choose: the kernel for an operation and a dtype, and how its items are loaded.
//!
//! A sum of `<f8` adds `f64` where they lie; one of `>f8` or of `(3):(9)+1` loads them first.
//! A complex number is a pair of floats wherever its parts are reduced apart.

use std::marker::PhantomData;

use super::block::{Compiled, Engine, Kernel};
use super::error::ReduceError;
use super::extreme::{Extreme, Itself, Narrowed};
use super::fold::{Ending, Fold, Folding};
use super::load::{As, Either, Gather, Load, gather};
use super::moments::{Deviates, Moments, Variance};
use super::number::{Cast, Complex, Missing, Order, Raw, Time};
use super::plan::Wants;
use super::position::Position;
use super::product::{ExactProduct, Fits, Product};
use super::reduction::{Operation, Overflow, Reduction};
use super::skip::{AtLeast, Counted, OfAtLeast, OverValid, Skipping};
use super::sum::{ExactSum, Fitting, Over, Parts, Sum, Summed, Total, Whole};
use super::truth::{Bits, Exists, Found, Nonzero};
use crate::kernel::element::{Half, Number, Truth};
use crate::layout::DType;
use crate::layout::dtype::{ByteOrder, Kind};

/// What runs a reduction.
pub(super) struct Choice {
    pub(super) engine: Box<dyn Engine>,
    pub(super) gather: Gather,
    pub(super) wants: Wants,
}

/// Whether numbers lie in memory as the machine has them.
fn is_foreign(dtype: &DType) -> bool {
    let native = if cfg!(target_endian = "little") { ByteOrder::Little } else { ByteOrder::Big };
    !matches!(dtype.byte_order(), ByteOrder::NotApplicable) && dtype.byte_order() != native
}

/// The kernel of a reduction of `count` items to each result.
pub(super) fn choose(
    reduction: &Reduction,
    dtype: &DType,
    count: i64,
) -> Result<Choice, ReduceError> {
    reduction.result_dtype(dtype)?;
    let got = count.cast_unsigned();
    let has_nan =
        matches!(dtype.kind(), Kind::Float | Kind::Complex | Kind::Datetime | Kind::Timedelta);
    match reduction.min_count() {
        Some(wanted) if !has_nan && got < wanted => {
            return Err(ReduceError::TooFewItems { wanted, got });
        }
        _ => {}
    }
    let choosing = Choosing {
        reduction,
        foreign: is_foreign(dtype),
        skip: reduction.min_count().filter(|_| has_nan),
        count: count as f64,
    };
    let unsupported = ReduceError::Unsupported { operation: reduction.name(), got: dtype.clone() };
    let mut choice = choosing.choose(dtype).ok_or(unsupported)?;
    let numbers = if choice.wants.pairs.is_some() { 2 } else { 1 };
    // A dtype here has at most 16 bytes.
    choice.wants.item = usize::try_from(dtype.itemsize()).unwrap_or(0) / numbers;
    Ok(choice)
}

/// Runs a method with the loader of a number in its byte order.
macro_rules! load {
    ($choosing:ident, $raw:ty => $item:ty, $kernel:expr) => {
        if $choosing.foreign {
            $choosing.with::<As<$raw, $item, true>, _>($kernel)
        } else {
            $choosing.with::<As<$raw, $item, false>, _>($kernel)
        }
    };
}

struct Choosing<'a> {
    reduction: &'a Reduction,
    foreign: bool,
    skip: Option<u64>,
    count: f64,
}

impl Choosing<'_> {
    fn choose(&self, dtype: &DType) -> Option<Choice> {
        use Operation::{All, Any, ArgMax, ArgMin, CountNonzero, Max, Mean, Min, Product, Sum};
        use Operation::{Deviation, Variance};
        match self.reduction.operation {
            Any | All | CountNonzero => self.truth(dtype),
            Min => self.extreme::<false>(dtype),
            Max => self.extreme::<true>(dtype),
            ArgMin => self.position::<false>(dtype),
            ArgMax => self.position::<true>(dtype),
            Sum => self.sum(dtype),
            Product => self.product(dtype),
            Mean => self.mean(dtype),
            Variance { ddof } => self.variance(dtype, ddof, false),
            Deviation { ddof } => self.variance(dtype, ddof, true),
        }
    }

    fn with<L, K>(&self, kernel: K) -> Choice
    where
        L: Load + 'static,
        K: Kernel<Item = L::Item> + 'static,
    {
        use Operation::{ArgMax, ArgMin, Deviation, Variance};
        let operation = self.reduction.operation;
        Choice {
            engine: Box::new(Compiled::new(kernel, self.reduction.backend)),
            gather: gather::<L>,
            wants: Wants {
                direct: L::DIRECT,
                positions: matches!(operation, ArgMin | ArgMax),
                pairs: None,
                item: 0, // the dtype's, set by `choose`
                rereads: self.skip.is_some()
                    || matches!(operation, Variance { .. } | Deviation { .. }),
            },
        }
    }

    /// A choice for numbers, made to reduce pairs of them.
    fn in_pairs(&self, mut choice: Choice, number: isize) -> Choice {
        choice.wants.pairs = Some((number, number));
        choice
    }

    fn truth(&self, dtype: &DType) -> Option<Choice> {
        const FLOAT: u64 = !(1 << 63);
        let swap = |mask: u64, bytes: u32| match self.foreign {
            true => mask.swap_bytes() >> (64 - 8 * bytes),
            false => mask,
        };
        // Bits of two floats, in either order of their bytes.
        let halves = swap(!(1 << 31), 4) & 0xffff_ffff;
        let pair = halves << 32 | halves;
        Some(match (dtype.kind(), dtype.itemsize()) {
            (Kind::Complex, 8) => self.truth_of::<As<u64, u64, false>>(pair),
            (Kind::Complex, 16) => self.truth_of::<Either>(swap(FLOAT, 8)),
            (Kind::Float, 2) => self.truth_of::<As<u16, u16, false>>(self.foreign_mask(0x7fff)),
            (Kind::Float, 4) => {
                self.truth_of::<As<u32, u32, false>>(self.foreign_mask(0x7fff_ffff))
            }
            (Kind::Float, 8) => self.truth_of::<As<u64, u64, false>>(swap(FLOAT, 8)),
            (_, 1) => self.truth_of::<As<u8, u8, false>>(u8::MAX),
            (_, 2) => self.truth_of::<As<u16, u16, false>>(u16::MAX),
            (_, 4) => self.truth_of::<As<u32, u32, false>>(u32::MAX),
            (_, 8) => self.truth_of::<As<u64, u64, false>>(u64::MAX),
            _ => return None,
        })
    }

    /// A mask for numbers in their byte order.
    fn foreign_mask<T: Raw>(&self, mask: T) -> T {
        if self.foreign { mask.swapped() } else { mask }
    }

    fn truth_of<L: Load<Item: Bits> + 'static>(&self, mask: L::Item) -> Choice {
        match self.reduction.operation {
            Operation::Any => self.with::<L, _>(Folding(Exists::<_, false>(mask), Found::<false>)),
            Operation::All => self.with::<L, _>(Folding(Exists::<_, true>(mask), Found::<true>)),
            _ => self.with::<L, _>(Folding(Nonzero(mask), Whole)),
        }
    }

    fn extreme<const HIGH: bool>(&self, dtype: &DType) -> Option<Choice> {
        macro_rules! whole {
            ($type:ty) => {
                load!(self, $type => $type, Folding(Extreme::<$type, HIGH>::new(), Itself))
            };
        }
        macro_rules! float {
            ($raw:ty => $type:ty, $ending:expr) => {{
                let fold = Extreme::<$type, HIGH>::new();
                match self.skip {
                    None => load!(self, $raw => $type, Folding(fold, $ending)),
                    Some(least) => {
                        // The extreme of nothing is no number, whatever the caller allows.
                        let ending = AtLeast($ending, least.max(1));
                        load!(self, $raw => $type, Skipping(fold, ending))
                    }
                }
            }};
        }
        Some(match (dtype.kind(), dtype.itemsize()) {
            (Kind::Bool, _) => {
                load!(self, Truth => u8, Folding(Extreme::<u8, HIGH>::new(), Itself))
            }
            (Kind::Int, 1) => whole!(i8),
            (Kind::Int, 2) => whole!(i16),
            (Kind::Int, 4) => whole!(i32),
            (Kind::Int, 8) => whole!(i64),
            (Kind::Uint, 1) => whole!(u8),
            (Kind::Uint, 2) => whole!(u16),
            (Kind::Uint, 4) => whole!(u32),
            (Kind::Uint, 8) => whole!(u64),
            (Kind::Float, 2) => float!(Half => f32, Narrowed),
            (Kind::Float, 4) => float!(f32 => f32, Itself),
            (Kind::Float, 8) => float!(f64 => f64, Itself),
            (Kind::Complex, 8) => float!([f32; 2] => Complex, Narrowed),
            (Kind::Complex, 16) => float!(Complex => Complex, Itself),
            (Kind::Datetime | Kind::Timedelta, _) => float!(Time => Time, Itself),
            _ => return None,
        })
    }

    fn position<const HIGH: bool>(&self, dtype: &DType) -> Option<Choice> {
        macro_rules! whole {
            ($raw:ty => $type:ty) => {
                load!(self, $raw => $type, Position::<$type, HIGH, false>::new())
            };
        }
        macro_rules! float {
            ($raw:ty => $type:ty) => {
                match self.skip {
                    None => load!(self, $raw => $type, Position::<$type, HIGH, false>::new()),
                    Some(_) => load!(self, $raw => $type, Position::<$type, HIGH, true>::new()),
                }
            };
        }
        Some(match (dtype.kind(), dtype.itemsize()) {
            (Kind::Bool, _) => whole!(Truth => u8),
            (Kind::Int, 1) => whole!(i8 => i8),
            (Kind::Int, 2) => whole!(i16 => i16),
            (Kind::Int, 4) => whole!(i32 => i32),
            (Kind::Int, 8) => whole!(i64 => i64),
            (Kind::Uint, 1) => whole!(u8 => u8),
            (Kind::Uint, 2) => whole!(u16 => u16),
            (Kind::Uint, 4) => whole!(u32 => u32),
            (Kind::Uint, 8) => whole!(u64 => u64),
            (Kind::Float, 2) => float!(Half => f32),
            (Kind::Float, 4) => float!(f32 => f32),
            (Kind::Float, 8) => float!(f64 => f64),
            (Kind::Complex, 8) => float!([f32; 2] => Complex),
            (Kind::Complex, 16) => float!(Complex => Complex),
            (Kind::Datetime | Kind::Timedelta, _) => float!(Time => Time),
            _ => return None,
        })
    }

    fn sum(&self, dtype: &DType) -> Option<Choice> {
        let raises = self.reduction.overflow == Overflow::Raise;
        macro_rules! whole {
            ($type:ty) => {
                load!(self, $type => $type, Folding(Sum::<$type>::new(), Whole))
            };
        }
        Some(match (dtype.kind(), dtype.itemsize()) {
            (Kind::Bool, _) => self.with::<As<u8, u8, false>, _>(Folding(Nonzero(u8::MAX), Whole)),
            (Kind::Int, 8) if raises => {
                load!(self, i64 => i64, Folding(ExactSum::<i64>::new(), Fitting::<i64>::new()))
            }
            (Kind::Uint, 8) if raises => {
                load!(self, u64 => u64, Folding(ExactSum::<u64>::new(), Fitting::<u64>::new()))
            }
            // Sums of smaller integers leave 64 bits after 2^31 items at the earliest.
            (Kind::Int, 1) => whole!(i8),
            (Kind::Int, 2) => whole!(i16),
            (Kind::Int, 4) if raises && self.count >= 2_147_483_648.0 => {
                load!(self, i32 => i64, Folding(ExactSum::<i64>::new(), Fitting::<i64>::new()))
            }
            (Kind::Int, 4) => whole!(i32),
            (Kind::Uint, 1) => whole!(u8),
            (Kind::Uint, 2) => whole!(u16),
            (Kind::Uint, 4) => whole!(u32),
            (Kind::Int | Kind::Uint, 8) => whole!(i64),
            (Kind::Timedelta, _) => {
                load!(self, Time => Time, Folding(Sum::<Time>::new(), Whole))
            }
            (Kind::Float, 2) => self.float_sum::<Half, f32, Half>(),
            (Kind::Float, 4) => self.float_sum::<f32, f32, f32>(),
            (Kind::Float, 8) => self.float_sum::<f64, f64, f64>(),
            (Kind::Complex, bytes) => self.complex_sum(bytes, None),
            _ => return None,
        })
    }

    fn float_sum<R, T, O>(&self) -> Choice
    where
        R: Cast<T> + 'static,
        T: Order,
        O: Number + Missing,
        Sum<T>: Fold<Item = T, State: Summed> + 'static,
    {
        match self.skip {
            None => load!(self, R => T, Folding(Sum::<T>::new(), Total::<O>::new())),
            Some(least) => {
                let ending = AtLeast(Total::<O>::new(), least);
                load!(self, R => T, Skipping(Sum::<T>::new(), ending))
            }
        }
    }

    /// Sums of complex numbers, over a number where there is one.
    fn complex_sum(&self, bytes: i64, over: Option<f64>) -> Choice {
        let fold = Sum::<Complex>::new();
        match (bytes, self.skip, over) {
            (8, None, None) => {
                let kernel = Folding(Sum::<f32>::new(), Total::<f32>::new());
                self.in_pairs(load!(self, f32 => f32, kernel), 4)
            }
            (_, None, None) => {
                let kernel = Folding(Sum::<f64>::new(), Total::<f64>::new());
                self.in_pairs(load!(self, f64 => f64, kernel), 8)
            }
            (8, None, Some(count)) => {
                let kernel = Folding(Sum::<f32>::new(), Over::<f32>::new(count));
                self.in_pairs(load!(self, f32 => f32, kernel), 4)
            }
            (_, None, Some(count)) => {
                let kernel = Folding(Sum::<f64>::new(), Over::<f64>::new(count));
                self.in_pairs(load!(self, f64 => f64, kernel), 8)
            }
            (8, Some(least), _) => {
                let ending = AtLeast(Parts::<f32>::new(), least);
                load!(self, [f32; 2] => Complex, Skipping(fold, ending))
            }
            (_, Some(least), _) => {
                let ending = AtLeast(Parts::<f64>::new(), least);
                load!(self, Complex => Complex, Skipping(fold, ending))
            }
        }
    }

    fn product(&self, dtype: &DType) -> Option<Choice> {
        let raises = self.reduction.overflow == Overflow::Raise;
        macro_rules! whole {
            ($type:ty) => {
                if raises {
                    let kernel = Folding(ExactProduct::<i64>::new(), Fits::<i64>::new());
                    load!(self, $type => i64, kernel)
                } else {
                    load!(self, $type => i64, Folding(Product::<i64>::new(), Whole))
                }
            };
        }
        macro_rules! unsigned {
            ($type:ty) => {
                if raises {
                    let kernel = Folding(ExactProduct::<u64>::new(), Fits::<u64>::new());
                    load!(self, $type => u64, kernel)
                } else {
                    load!(self, $type => i64, Folding(Product::<i64>::new(), Whole))
                }
            };
        }
        macro_rules! float {
            ($raw:ty => $type:ty, $ending:expr) => {{
                let fold = Product::<$type>::new();
                match self.skip {
                    None => load!(self, $raw => $type, Folding(fold, $ending)),
                    Some(least) => {
                        load!(self, $raw => $type, Skipping(fold, AtLeast($ending, least)))
                    }
                }
            }};
        }
        Some(match (dtype.kind(), dtype.itemsize()) {
            (Kind::Bool, _) => whole!(Truth),
            (Kind::Int, 1) => whole!(i8),
            (Kind::Int, 2) => whole!(i16),
            (Kind::Int, 4) => whole!(i32),
            (Kind::Int, 8) => whole!(i64),
            (Kind::Uint, 1) => unsigned!(u8),
            (Kind::Uint, 2) => unsigned!(u16),
            (Kind::Uint, 4) => unsigned!(u32),
            (Kind::Uint, 8) => unsigned!(u64),
            (Kind::Float, 2) => float!(Half => f32, Total::<Half>::new()),
            (Kind::Float, 4) => float!(f32 => f32, Total::<f32>::new()),
            (Kind::Float, 8) => float!(f64 => f64, Total::<f64>::new()),
            (Kind::Complex, 8) => float!([f32; 2] => Complex, Parts::<f32>::new()),
            (Kind::Complex, 16) => float!(Complex => Complex, Parts::<f64>::new()),
            _ => return None,
        })
    }

    fn mean(&self, dtype: &DType) -> Option<Choice> {
        let over = Over::<f64>::new(self.count);
        macro_rules! whole {
            ($type:ty) => {
                load!(self, $type => $type, Folding(Sum::<$type>::new(), over))
            };
        }
        Some(match (dtype.kind(), dtype.itemsize()) {
            (Kind::Bool, _) => self.with::<As<u8, u8, false>, _>(Folding(Nonzero(u8::MAX), over)),
            (Kind::Int, 1) => whole!(i8),
            (Kind::Int, 2) => whole!(i16),
            (Kind::Int, 4) => whole!(i32),
            (Kind::Uint, 1) => whole!(u8),
            (Kind::Uint, 2) => whole!(u16),
            (Kind::Uint, 4) => whole!(u32),
            (Kind::Int, 8) => load!(self, i64 => i64, Folding(ExactSum::<i64>::new(), over)),
            (Kind::Uint, 8) => load!(self, u64 => u64, Folding(ExactSum::<u64>::new(), over)),
            (Kind::Float, 2) => self.float_mean::<Half, f32, Half>(),
            (Kind::Float, 4) => self.float_mean::<f32, f32, f32>(),
            (Kind::Float, 8) => self.float_mean::<f64, f64, f64>(),
            (Kind::Complex, bytes) => match (bytes, self.skip) {
                (_, None) => self.complex_sum(bytes, Some(self.count)),
                (8, Some(least)) => {
                    let ending = OfAtLeast(OverValid::<[f32; 2]>::new(), least);
                    load!(self, [f32; 2] => Complex, Skipping(Sum::<Complex>::new(), ending))
                }
                (_, Some(least)) => {
                    let ending = OfAtLeast(OverValid::<Complex>::new(), least);
                    load!(self, Complex => Complex, Skipping(Sum::<Complex>::new(), ending))
                }
            },
            _ => return None,
        })
    }

    fn float_mean<R, T, O>(&self) -> Choice
    where
        R: Cast<T> + 'static,
        T: Order,
        O: Number + Missing,
        Sum<T>: Fold<Item = T, State: Summed> + 'static,
        Over<O>: Ending<<Sum<T> as Fold>::State, Out = O>,
        OverValid<O>: Ending<Counted<<Sum<T> as Fold>::State>, Out = O>,
    {
        match self.skip {
            None => load!(self, R => T, Folding(Sum::<T>::new(), Over::<O>::new(self.count))),
            Some(least) => {
                let ending = OfAtLeast(OverValid::<O>::new(), least);
                load!(self, R => T, Skipping(Sum::<T>::new(), ending))
            }
        }
    }

    fn variance(&self, dtype: &DType, ddof: f64, root: bool) -> Option<Choice> {
        macro_rules! of {
            ($($kind:pat, $bytes:pat => $raw:ty => $type:ty, $out:ty;)*) => {
                match (dtype.kind(), dtype.itemsize()) {
                    $(($kind, $bytes) => self.variance_of::<$raw, $type, $out>(ddof, root),)*
                    _ => return None,
                }
            };
        }
        Some(of!(
            Kind::Bool, _ => Truth => f64, f64;
            Kind::Int, 1 => i8 => f64, f64;
            Kind::Int, 2 => i16 => f64, f64;
            Kind::Int, 4 => i32 => f64, f64;
            Kind::Int, 8 => i64 => f64, f64;
            Kind::Uint, 1 => u8 => f64, f64;
            Kind::Uint, 2 => u16 => f64, f64;
            Kind::Uint, 4 => u32 => f64, f64;
            Kind::Uint, 8 => u64 => f64, f64;
            Kind::Float, 2 => Half => f64, Half;
            Kind::Float, 4 => f32 => f32, f32;
            Kind::Float, 8 => f64 => f64, f64;
            Kind::Complex, 8 => [f32; 2] => Complex, f32;
            Kind::Complex, 16 => Complex => Complex, f64;
        ))
    }

    fn variance_of<R, T, O>(&self, ddof: f64, root: bool) -> Choice
    where
        R: Cast<T> + 'static,
        T: Deviates,
        O: Number,
    {
        let out = PhantomData;
        match self.skip {
            None => {
                let spread = Variance::<O> { ddof, root, least: 0.0, out };
                load!(self, R => T, Moments::<T, _, false>::new(spread))
            }
            Some(least) => {
                // Without a free item there is no variance, not an infinite one.
                let least = (least as f64).max(ddof.floor() + 1.0);
                let spread = Variance::<O> { ddof, root, least, out };
                load!(self, R => T, Moments::<T, _, true>::new(spread))
            }
        }
    }
}
