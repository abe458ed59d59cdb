//! Choose: the kernel for an operation and a dtype, and how its items are loaded.
//!
//! A sum of `<f8` adds `f64` where they lie; one of `>f8` or of `(3):(9)+1` loads them first.
//! A complex number is a pair of floats wherever its parts are reduced apart.

use std::marker::PhantomData;

use super::block::{Compiled, Ending, Engine, Kernel};
use super::error::ReduceError;
use super::extreme::{Extreme, Itself, Narrowed};
use super::fold::{Fold, Folding};
use super::load::{As, Either, Gather, Load, gather};
use super::moments::{Deviates, Moments, Variance};
use super::number::{Cast, Complex, Missing, Order, Raw, Time};
use super::plan::Wants;
use super::position::{Position, There};
use super::product::{ExactProduct, Fits, Product};
use super::reduction::{Operation, Overflow, Reduction};
use super::skip::{AtLeast, Skip};
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
    pub(super) skip: Option<Skip>,
    /// Items to each result.
    pub(super) count: f64,
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
        // The extreme of nothing is no number, whatever the caller allows.
        skip: reduction.min_count().filter(|_| has_nan).map(|least| match reduction.operation {
            Operation::Min | Operation::Max => least.max(1),
            _ => least,
        }),
        count: count as f64,
    };
    let unsupported = ReduceError::Unsupported { operation: reduction.name(), got: dtype.clone() };
    let mut choice = choosing.choose(dtype).ok_or(unsupported)?;
    let numbers = if choice.wants.pairs.is_some() { 2 } else { 1 };
    // A dtype here has at most 16 bytes.
    choice.wants.item = usize::try_from(dtype.itemsize()).unwrap_or(0) / numbers;
    Ok(choice)
}

/// How items come to a kernel.
#[derive(Clone, Copy)]
struct Loading {
    gather: Gather,
    direct: bool,
}

impl Loading {
    fn by<L: Load>() -> Loading {
        Loading { gather: gather::<L>, direct: L::DIRECT }
    }
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
            Min => self.extreme(dtype, false),
            Max => self.extreme(dtype, true),
            ArgMin => self.position(dtype, false),
            ArgMax => self.position(dtype, true),
            Sum => self.sum(dtype),
            Product => self.product(dtype),
            Mean => self.mean(dtype),
            Variance { ddof } => self.variance(dtype, ddof, false),
            Deviation { ddof } => self.variance(dtype, ddof, true),
        }
    }

    /// Loads numbers in their byte order.
    fn load<R: Cast<T>, T: Copy>(&self) -> Loading {
        match self.foreign {
            true => Loading::by::<As<R, T, true>>(),
            false => Loading::by::<As<R, T, false>>(),
        }
    }

    fn with<K, E>(&self, load: Loading, kernel: K, ending: E) -> Choice
    where
        K: Kernel + 'static,
        E: Ending<K::State> + 'static,
    {
        use Operation::{ArgMax, ArgMin, Deviation, Variance};
        let positions = matches!(self.reduction.operation, ArgMin | ArgMax);
        let rereads = matches!(self.reduction.operation, Variance { .. } | Deviation { .. });
        Choice {
            engine: Compiled::engine(kernel, ending, self.reduction.backend),
            gather: load.gather,
            wants: Wants {
                direct: load.direct,
                positions,
                pairs: None,
                item: 0, // the dtype's, set by `choose`
                rereads,
                short: !positions && !rereads,
            },
            skip: None,
            count: self.count,
        }
    }

    fn fold<F, E>(&self, load: Loading, fold: F, ending: E) -> Choice
    where
        F: Fold + 'static,
        E: Ending<F::State> + 'static,
    {
        self.with(load, Folding(fold), ending)
    }

    /// A fold of items that may be no number, and what those become where they are skipped.
    fn numbers<F, E>(&self, load: Loading, fold: F, nothing: F::Item, ending: E) -> Choice
    where
        F: Fold<Item: Order> + 'static,
        E: Ending<F::State, Out: Missing> + 'static,
    {
        let Some(least) = self.skip else { return self.fold(load, fold, ending) };
        let mut choice = self.fold(load, fold, AtLeast(ending, least as f64));
        choice.wants.direct = false;
        choice.skip = Some(Skip::of(nothing, self.reduction.backend));
        choice
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
        let load = Loading::by::<L>();
        match self.reduction.operation {
            Operation::Any => self.fold(load, Exists { mask, bits: true }, Found(true)),
            Operation::All => self.fold(load, Exists { mask, bits: false }, Found(false)),
            _ => self.fold(load, Nonzero(mask), Whole),
        }
    }

    fn extreme(&self, dtype: &DType, high: bool) -> Option<Choice> {
        // Of what has no sign the highest bit turns too, so that it compares as if it had one.
        macro_rules! whole {
            ($raw:ty => $type:ty, $highest:expr) => {{
                let turn: $type = if high { $highest } else { !$highest };
                self.fold(
                    self.load::<$raw, $type>(),
                    Extreme::<$type, true>(turn),
                    Itself::<$type>(turn),
                )
            }};
        }
        macro_rules! float {
            ($raw:ty => $type:ty, $ending:expr) => {{
                let (load, ending) = (self.load::<$raw, $type>(), $ending);
                match high {
                    true => self.numbers(load, Extreme::<_, true>(()), <$type>::LOWEST, ending),
                    false => self.numbers(load, Extreme::<_, false>(()), <$type>::HIGHEST, ending),
                }
            }};
        }
        Some(match (dtype.kind(), dtype.itemsize()) {
            (Kind::Bool, _) => whole!(Truth => i8, 0),
            (Kind::Int, 1) => whole!(i8 => i8, 0),
            (Kind::Int, 2) => whole!(i16 => i16, 0),
            (Kind::Int, 4) => whole!(i32 => i32, 0),
            (Kind::Int, 8) => whole!(i64 => i64, 0),
            (Kind::Uint, 1) => whole!(u8 => i8, i8::MIN),
            (Kind::Uint, 2) => whole!(u16 => i16, i16::MIN),
            (Kind::Uint, 4) => whole!(u32 => i32, i32::MIN),
            (Kind::Uint, 8) => whole!(u64 => i64, i64::MIN),
            (Kind::Float, 2) => float!(Half => f32, Narrowed),
            (Kind::Float, 4) => float!(f32 => f32, Itself(())),
            (Kind::Float, 8) => float!(f64 => f64, Itself(())),
            (Kind::Complex, 8) => float!([f32; 2] => Complex, Narrowed),
            (Kind::Complex, 16) => float!(Complex => Complex, Itself(())),
            (Kind::Datetime | Kind::Timedelta, _) => float!(Time => Time, Itself(())),
            _ => return None,
        })
    }

    fn position(&self, dtype: &DType, high: bool) -> Option<Choice> {
        macro_rules! whole {
            ($raw:ty => $type:ty, $highest:expr) => {{
                let turn: $type = if high { $highest } else { !$highest };
                self.with(self.load::<$raw, $type>(), Position::<$type, true, false>(turn), There)
            }};
        }
        macro_rules! float {
            ($raw:ty => $type:ty) => {{
                let load = self.load::<$raw, $type>();
                match (high, self.skip.is_some()) {
                    (true, false) => self.with(load, Position::<$type, true, false>(()), There),
                    (false, false) => self.with(load, Position::<$type, false, false>(()), There),
                    (true, true) => self.with(load, Position::<$type, true, true>(()), There),
                    (false, true) => self.with(load, Position::<$type, false, true>(()), There),
                }
            }};
        }
        Some(match (dtype.kind(), dtype.itemsize()) {
            (Kind::Bool, _) => whole!(Truth => i8, 0),
            (Kind::Int, 1) => whole!(i8 => i8, 0),
            (Kind::Int, 2) => whole!(i16 => i16, 0),
            (Kind::Int, 4) => whole!(i32 => i32, 0),
            (Kind::Int, 8) => whole!(i64 => i64, 0),
            (Kind::Uint, 1) => whole!(u8 => i8, i8::MIN),
            (Kind::Uint, 2) => whole!(u16 => i16, i16::MIN),
            (Kind::Uint, 4) => whole!(u32 => i32, i32::MIN),
            (Kind::Uint, 8) => whole!(u64 => i64, i64::MIN),
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
            ($raw:ty => $type:ty) => {
                self.fold(self.load::<$raw, $type>(), Sum::<$type>::new(), Whole)
            };
        }
        macro_rules! exact {
            ($raw:ty => $type:ty) => {{
                let ending = Fitting::<$type>::new();
                self.fold(self.load::<$raw, $type>(), ExactSum::<$type>::new(), ending)
            }};
        }
        Some(match (dtype.kind(), dtype.itemsize()) {
            (Kind::Bool, _) => self.fold(self.load::<u8, u8>(), Nonzero(u8::MAX), Whole),
            (Kind::Int, 8) if raises => exact!(i64 => i64),
            (Kind::Uint, 8) if raises => exact!(u64 => u64),
            // Sums of smaller integers leave 64 bits after 2^31 items at the earliest.
            (Kind::Int, 4) if raises && self.count >= 2_147_483_648.0 => exact!(i32 => i64),
            (Kind::Int, 1) => whole!(i8 => i8),
            (Kind::Int, 2) => whole!(i16 => i16),
            (Kind::Int, 4) => whole!(i32 => i32),
            (Kind::Uint, 1) => whole!(u8 => u8),
            (Kind::Uint, 2) => whole!(u16 => u16),
            (Kind::Uint, 4) => whole!(u32 => u32),
            (Kind::Int, 8) => whole!(i64 => i64),
            (Kind::Uint, 8) => whole!(u64 => i64),
            (Kind::Timedelta, _) => whole!(Time => Time),
            (Kind::Float, 2) => self.float_sum::<Half, f32, _>(Total::<Half>::new()),
            (Kind::Float, 4) => self.float_sum::<f32, f32, _>(Total::<f32>::new()),
            (Kind::Float, 8) => self.float_sum::<f64, f64, _>(Total::<f64>::new()),
            (Kind::Complex, 8) => self.complex_sum::<f32, _>(Total::<f32>::new),
            (Kind::Complex, _) => self.complex_sum::<f64, _>(Total::<f64>::new),
            _ => return None,
        })
    }

    fn float_sum<R, T, E>(&self, ending: E) -> Choice
    where
        R: Cast<T>,
        T: Order + Default,
        Sum<T>: Fold<Item = T> + 'static,
        E: Ending<<Sum<T> as Fold>::State, Out: Missing> + 'static,
    {
        self.numbers(self.load::<R, T>(), Sum::<T>::new(), T::default(), ending)
    }

    /// Sums of complex numbers whose parts are of a type: apart, unless a part that is no number
    /// makes that of the other.
    fn complex_sum<T, E>(&self, ending: impl Fn() -> E) -> Choice
    where
        T: Cast<T> + Order + Default,
        [T; 2]: Cast<Complex>,
        Sum<T>: Fold<Item = T, State: Summed> + 'static,
        E: Ending<<Sum<T> as Fold>::State, Out = T>
            + Ending<<Sum<f64> as Fold>::State, Out = T>
            + 'static,
        [T; 2]: Missing,
    {
        if self.skip.is_some() {
            let load = self.load::<[T; 2], Complex>();
            return self.numbers(load, Sum::<Complex>::new(), [0.0; 2], Parts(ending()));
        }
        let choice = self.fold(self.load::<T, T>(), Sum::<T>::new(), ending());
        self.in_pairs(choice, size_of::<T>() as isize)
    }

    fn product(&self, dtype: &DType) -> Option<Choice> {
        let raises = self.reduction.overflow == Overflow::Raise;
        macro_rules! whole {
            ($type:ty => $wide:ty) => {
                if raises {
                    let ending = Fits::<$wide>::new();
                    self.fold(self.load::<$type, $wide>(), ExactProduct::<$wide>::new(), ending)
                } else {
                    self.fold(self.load::<$type, i64>(), Product::<i64>::new(), Whole)
                }
            };
        }
        macro_rules! float {
            ($raw:ty => $type:ty, $one:expr, $ending:expr) => {{
                let fold = Product::<$type>::new();
                self.numbers(self.load::<$raw, $type>(), fold, $one, $ending)
            }};
        }
        Some(match (dtype.kind(), dtype.itemsize()) {
            (Kind::Bool, _) => whole!(Truth => i64),
            (Kind::Int, 1) => whole!(i8 => i64),
            (Kind::Int, 2) => whole!(i16 => i64),
            (Kind::Int, 4) => whole!(i32 => i64),
            (Kind::Int, 8) => whole!(i64 => i64),
            (Kind::Uint, 1) => whole!(u8 => u64),
            (Kind::Uint, 2) => whole!(u16 => u64),
            (Kind::Uint, 4) => whole!(u32 => u64),
            (Kind::Uint, 8) => whole!(u64 => u64),
            (Kind::Float, 2) => float!(Half => f32, 1.0, Total::<Half>::new()),
            (Kind::Float, 4) => float!(f32 => f32, 1.0, Total::<f32>::new()),
            (Kind::Float, 8) => float!(f64 => f64, 1.0, Total::<f64>::new()),
            (Kind::Complex, 8) => {
                float!([f32; 2] => Complex, [1.0, 0.0], Parts(Total::<f32>::new()))
            }
            (Kind::Complex, 16) => {
                float!(Complex => Complex, [1.0, 0.0], Parts(Total::<f64>::new()))
            }
            _ => return None,
        })
    }

    fn mean(&self, dtype: &DType) -> Option<Choice> {
        macro_rules! whole {
            ($type:ty, $sum:ident) => {
                self.fold(self.load::<$type, $type>(), $sum::<$type>::new(), Over::<f64>::new())
            };
        }
        Some(match (dtype.kind(), dtype.itemsize()) {
            (Kind::Bool, _) => {
                self.fold(self.load::<u8, u8>(), Nonzero(u8::MAX), Over::<f64>::new())
            }
            (Kind::Int, 1) => whole!(i8, Sum),
            (Kind::Int, 2) => whole!(i16, Sum),
            (Kind::Int, 4) => whole!(i32, Sum),
            (Kind::Uint, 1) => whole!(u8, Sum),
            (Kind::Uint, 2) => whole!(u16, Sum),
            (Kind::Uint, 4) => whole!(u32, Sum),
            (Kind::Int, 8) => whole!(i64, ExactSum),
            (Kind::Uint, 8) => whole!(u64, ExactSum),
            (Kind::Float, 2) => self.float_sum::<Half, f32, _>(Over::<Half>::new()),
            (Kind::Float, 4) => self.float_sum::<f32, f32, _>(Over::<f32>::new()),
            (Kind::Float, 8) => self.float_sum::<f64, f64, _>(Over::<f64>::new()),
            (Kind::Complex, 8) => self.complex_sum::<f32, _>(Over::<f32>::new),
            (Kind::Complex, _) => self.complex_sum::<f64, _>(Over::<f64>::new),
            _ => return None,
        })
    }

    fn variance(&self, dtype: &DType, ddof: f64, root: bool) -> Option<Choice> {
        Some(match (dtype.kind(), dtype.itemsize()) {
            (Kind::Bool, _) => self.variance_of::<Truth, f64, f64>(ddof, root),
            (Kind::Int, 1) => self.variance_of::<i8, f64, f64>(ddof, root),
            (Kind::Int, 2) => self.variance_of::<i16, f64, f64>(ddof, root),
            (Kind::Int, 4) => self.variance_of::<i32, f64, f64>(ddof, root),
            (Kind::Int, 8) => self.variance_of::<i64, f64, f64>(ddof, root),
            (Kind::Uint, 1) => self.variance_of::<u8, f64, f64>(ddof, root),
            (Kind::Uint, 2) => self.variance_of::<u16, f64, f64>(ddof, root),
            (Kind::Uint, 4) => self.variance_of::<u32, f64, f64>(ddof, root),
            (Kind::Uint, 8) => self.variance_of::<u64, f64, f64>(ddof, root),
            (Kind::Float, 2) => self.variance_of::<Half, f64, Half>(ddof, root),
            (Kind::Float, 4) => self.variance_of::<f32, f32, f32>(ddof, root),
            (Kind::Float, 8) => self.variance_of::<f64, f64, f64>(ddof, root),
            (Kind::Complex, 8) => self.variance_of::<[f32; 2], Complex, f32>(ddof, root),
            (Kind::Complex, 16) => self.variance_of::<Complex, Complex, f64>(ddof, root),
            _ => return None,
        })
    }

    fn variance_of<R, T, O>(&self, ddof: f64, root: bool) -> Choice
    where
        R: Cast<T>,
        T: Deviates,
        O: Number,
    {
        let (load, out) = (self.load::<R, T>(), PhantomData);
        match self.skip {
            None => {
                let ending = Variance::<O> { ddof, root, least: 0.0, out };
                self.with(load, Moments::<T, false>::new(), ending)
            }
            Some(least) => {
                // Without a free item there is no variance, not an infinite one.
                let least = (least as f64).max(ddof.floor() + 1.0);
                let ending = Variance::<O> { ddof, root, least, out };
                self.with(load, Moments::<T, true>::new(), ending)
            }
        }
    }
}
