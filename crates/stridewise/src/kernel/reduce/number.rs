//! Numbers: how values compare, which are no number, and how they are cast for a kernel.
//!
//! Order is NumPy's: complex numbers compare by their real parts first, the lowest 64-bit time is
//! no time. In `[1+2j, 1+1j]` the second is the lower.

use crate::kernel::element::{Half, Truth};

/// A complex number: real and imaginary part.
pub(super) type Complex = [f64; 2];

/// A date or a difference of times, as its count of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(super) struct Time(pub(super) i64);

/// Values with an order, among which some may be no number.
pub(super) trait Order: Copy + Send + Sync + 'static {
    /// An unsigned integer of the same width, to count positions beside values.
    type Index: Index;
    /// How values are turned around, where they can be.
    type Turn: Copy + Send + Sync + 'static;
    /// No number is lower.
    const LOWEST: Self;
    /// No number is higher.
    const HIGHEST: Self;
    /// What is no number, where one value can stand for all.
    const NAN: Option<Self> = None;
    /// Whether wide instructions compare them.
    const WIDE: bool = true;

    /// Whether one is lower; false where one is no number.
    fn is_below(self, other: Self) -> bool;

    /// Whether one is higher, or lower unless `HIGH`; false where one is no number.
    #[inline(always)]
    fn beats<const HIGH: bool>(self, other: Self) -> bool {
        if HIGH { other.is_below(self) } else { self.is_below(other) }
    }

    /// Whether it is no number.
    #[inline(always)]
    fn is_nan(self) -> bool {
        false
    }

    /// Whether the two are the same number.
    fn equals(self, other: Self) -> bool;

    /// The value turned around or not; turned once more, it is what it was.
    #[inline(always)]
    fn turned(self, _turn: Self::Turn) -> Self {
        self
    }

    /// The value; what is no number without sign or payload, which depend on instructions.
    #[inline(always)]
    fn plain(self) -> Self {
        self
    }
}

/// Small positions.
pub(super) trait Index: Copy {
    /// How many positions it can tell apart, as far as a block may need them.
    const MOST: usize;
    /// The index of a position below `MOST`.
    fn of(position: usize) -> Self;
    /// The position.
    fn position(self) -> usize;
}

macro_rules! index {
    ($($type:ty, $most:expr);*) => {$(
        impl Index for $type {
            const MOST: usize = $most;
            #[inline(always)]
            #[allow(clippy::cast_possible_truncation)] // below MOST
            fn of(position: usize) -> $type {
                position as $type
            }
            #[inline(always)]
            #[allow(clippy::cast_possible_truncation)] // below MOST
            fn position(self) -> usize {
                self as usize
            }
        }
    )*};
}
index!(u8, 256; u16, 4096; u32, 4096; u64, 4096);

macro_rules! integers {
    ($($type:ty, $index:ty);*) => {$(
        impl Order for $type {
            type Index = $index;
            /// Bits to turn: none, all, or all but the sign or the sign of what has no sign.
            type Turn = $type;
            const LOWEST: $type = <$type>::MIN;
            const HIGHEST: $type = <$type>::MAX;
            #[inline(always)]
            fn is_below(self, other: $type) -> bool {
                self < other
            }
            #[inline(always)]
            fn equals(self, other: $type) -> bool {
                self == other
            }
            #[inline(always)]
            fn turned(self, turn: $type) -> $type {
                self ^ turn
            }
        }
    )*};
}
integers!(i8, u8; i16, u16; i32, u32; i64, u64);

macro_rules! floats {
    ($($type:ty, $bits:ty);*) => {$(
        impl Order for $type {
            type Index = $bits;
            type Turn = ();
            const LOWEST: $type = <$type>::NEG_INFINITY;
            const HIGHEST: $type = <$type>::INFINITY;
            const NAN: Option<$type> = Some(<$type>::NAN);
            #[inline(always)]
            fn is_below(self, other: $type) -> bool {
                self < other
            }
            #[inline(always)]
            #[allow(clippy::eq_op, clippy::float_cmp)]
            fn is_nan(self) -> bool {
                self != self
            }
            #[inline(always)]
            #[allow(clippy::float_cmp)]
            fn equals(self, other: $type) -> bool {
                self == other
            }
            #[inline(always)]
            fn plain(self) -> $type {
                // To a compiler that compares values one NaN is as good as another.
                let magnitude = self.to_bits() & (<$bits>::MAX >> 1);
                if magnitude > <$type>::INFINITY.to_bits() { <$type>::NAN } else { self }
            }
        }
    )*};
}
floats!(f32, u32; f64, u64);

impl Order for Time {
    type Index = u64;
    type Turn = ();
    const LOWEST: Time = Time(i64::MIN + 1);
    const HIGHEST: Time = Time(i64::MAX);
    const NAN: Option<Time> = Some(Time(i64::MIN));

    #[inline(always)]
    fn is_below(self, other: Time) -> bool {
        self.0 < other.0 && !self.is_nan()
    }

    #[inline(always)]
    fn is_nan(self) -> bool {
        self.0 == i64::MIN
    }

    #[inline(always)]
    fn equals(self, other: Time) -> bool {
        self == other
    }
}

impl Order for Complex {
    type Index = u64;
    type Turn = ();
    const LOWEST: Complex = [f64::NEG_INFINITY; 2];
    const HIGHEST: Complex = [f64::INFINITY; 2];
    const WIDE: bool = false;

    #[inline(always)]
    fn is_below(self, other: Complex) -> bool {
        let below = self[0] < other[0] || (self[0] == other[0] && self[1] < other[1]);
        below && !self.is_nan() && !other.is_nan()
    }

    #[inline(always)]
    fn is_nan(self) -> bool {
        self[0].is_nan() || self[1].is_nan()
    }

    #[inline(always)]
    fn equals(self, other: Complex) -> bool {
        self == other
    }

    #[inline(always)]
    fn plain(self) -> Complex {
        [self[0].plain(), self[1].plain()]
    }
}

/// Values that results can be, one of which says that there is none.
pub(super) trait Missing: Copy {
    /// No number.
    const MISSING: Self;
}

macro_rules! missing {
    ($($type:ty = $missing:expr);*) => {$(
        impl Missing for $type {
            const MISSING: $type = $missing;
        }
    )*};
}
missing!(f32 = f32::NAN; f64 = f64::NAN; Half = Half(0x7e00); Time = Time(i64::MIN);
    [f32; 2] = [f32::NAN; 2]; Complex = [f64::NAN; 2]);

/// Numbers as they lie in memory, in one byte order or the other.
pub(super) trait Raw: Copy {
    /// The same number with its bytes turned around.
    fn swapped(self) -> Self;
}

macro_rules! raw {
    ($($type:ty, $value:pat => $swapped:expr);*) => {$(
        impl Raw for $type {
            #[inline(always)]
            fn swapped(self) -> $type {
                let $value = self;
                $swapped
            }
        }
    )*};
}
raw!(
    i8, v => v; u8, v => v; i16, v => v.swap_bytes(); u16, v => v.swap_bytes();
    i32, v => v.swap_bytes(); u32, v => v.swap_bytes(); i64, v => v.swap_bytes();
    u64, v => v.swap_bytes(); f32, v => f32::from_bits(v.to_bits().swap_bytes());
    f64, v => f64::from_bits(v.to_bits().swap_bytes()); Half, v => Half(v.0.swap_bytes());
    Truth, v => v; Time, v => Time(v.0.swap_bytes()); [f32; 2], [re, im] => [re.swapped(), im.swapped()];
    Complex, [re, im] => [re.swapped(), im.swapped()]
);

/// What a number becomes for a kernel.
pub(super) trait Cast<To>: Raw {
    /// Whether it stays what it is.
    const SAME: bool = false;
    /// What it becomes.
    fn cast(self) -> To;
}

macro_rules! same {
    ($($from:ty => $to:ty, $value:ident => $cast:expr);*) => {$(
        impl Cast<$to> for $from {
            const SAME: bool = true;
            #[inline(always)]
            fn cast(self) -> $to {
                let $value = self;
                $cast
            }
        }
    )*};
}
same!(
    i8 => i8, v => v; i16 => i16, v => v; i32 => i32, v => v; i64 => i64, v => v;
    u8 => u8, v => v; u16 => u16, v => v; u32 => u32, v => v; u64 => u64, v => v;
    u8 => i8, v => v.cast_signed(); u16 => i16, v => v.cast_signed();
    u32 => i32, v => v.cast_signed(); u64 => i64, v => v.cast_signed();
    f32 => f32, v => v; f64 => f64, v => v; Time => Time, v => v; Complex => Complex, v => v
);

macro_rules! casts {
    ($($from:ty => $to:ty, $value:ident => $cast:expr);*) => {$(
        impl Cast<$to> for $from {
            #[inline(always)]
            fn cast(self) -> $to {
                let $value = self;
                $cast
            }
        }
    )*};
}
casts!(
    Truth => i8, v => i8::from(v.0 != 0); Truth => i64, v => i64::from(v.0 != 0);
    Truth => f64, v => f64::from(u8::from(v.0 != 0));
    i8 => i64, v => v.into(); i16 => i64, v => v.into(); i32 => i64, v => v.into();
    u8 => i64, v => v.into(); u16 => i64, v => v.into(); u32 => i64, v => v.into();
    u8 => u64, v => v.into(); u16 => u64, v => v.into(); u32 => u64, v => v.into();
    i8 => f64, v => v.into(); i16 => f64, v => v.into(); i32 => f64, v => v.into();
    u8 => f64, v => v.into(); u16 => f64, v => v.into(); u32 => f64, v => v.into();
    i64 => f64, v => v as f64; u64 => f64, v => v as f64;
    Half => f64, v => v.to_f64(); [f32; 2] => Complex, v => [v[0].into(), v[1].into()]
);

impl Cast<f32> for Half {
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation)] // every half is an f32
    fn cast(self) -> f32 {
        self.to_f64() as f32
    }
}
