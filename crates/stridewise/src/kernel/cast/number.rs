//! Number: the kinds of numbers that are cast, and the value that one becomes as another.
//!
//! Every number is read as bits of its size; `Become` is one step from type to type, in the
//! words of `as`: integers wrap, floats round to nearest even. A float becomes an integer by
//! rounding toward zero and **saturating**: 300.0 is 255 as `u1`, -1.0 is 0, no number is 0.
//! (C leaves that undefined, and NumPy's result depends on processor and version.)
//! The real part of a complex number is what its cast to a real one keeps.
#![allow(clippy::cast_possible_truncation, reason = "losing range is what a cast is for")]

use super::half::{narrow_f32, narrow_f64, widen};
use crate::layout::DType;
use crate::layout::dtype::Kind;

/// A kind of number of one size, in this machine's byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F16,
    F32,
    F64,
    C64,
    C128,
}

impl Number {
    /// What a dtype holds, where it can be cast.
    pub(super) fn of(dtype: &DType) -> Option<Number> {
        Some(match (dtype.kind(), dtype.itemsize()) {
            (Kind::Bool, _) => Number::Bool,
            (Kind::Int, 1) => Number::I8,
            (Kind::Int, 2) => Number::I16,
            (Kind::Int, 4) => Number::I32,
            (Kind::Int, 8) => Number::I64,
            (Kind::Uint, 1) => Number::U8,
            (Kind::Uint, 2) => Number::U16,
            (Kind::Uint, 4) => Number::U32,
            (Kind::Uint, 8) => Number::U64,
            (Kind::Float, 2) => Number::F16,
            (Kind::Float, 4) => Number::F32,
            (Kind::Float, 8) => Number::F64,
            (Kind::Complex, 8) => Number::C64,
            (Kind::Complex, 16) => Number::C128,
            _ => return None,
        })
    }

    /// Bytes that are turned around as one in the other byte order: the whole, or each part.
    pub(super) fn part(self) -> usize {
        match self {
            Number::Bool | Number::I8 | Number::U8 => 1,
            Number::I16 | Number::U16 | Number::F16 => 2,
            Number::I32 | Number::U32 | Number::F32 | Number::C64 => 4,
            Number::I64 | Number::U64 | Number::F64 | Number::C128 => 8,
        }
    }
}

/// A truth value of one byte; any byte but 0 is true.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Truth(u8);

/// A 16-bit float as bits.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Half(u16);

/// A real and an imaginary part.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Complex<T> {
    real: T,
    imaginary: T,
}

/// The value that a number becomes as another kind of number.
pub(super) trait Become<D>: Copy {
    fn become_(self) -> D;
}

macro_rules! each_pair {
    ($($from:ty)*) => { $( each_target!($from, i8 i16 i32 i64 u8 u16 u32 u64 f32 f64); )* };
}
macro_rules! each_target {
    ($from:ty, $($to:ty)*) => {$(
        impl Become<$to> for $from {
            #[inline(always)]
            fn become_(self) -> $to {
                self as $to
            }
        }
    )*};
}
each_pair!(i8 i16 i32 i64 u8 u16 u32 u64 f32 f64);

macro_rules! beside {
    ($($real:ty, $narrow:ident, $by:ty;)*) => {$(
        impl Become<Truth> for $real {
            #[inline(always)]
            fn become_(self) -> Truth {
                Truth(u8::from(self != 0 as $real))
            }
        }
        impl Become<$real> for Truth {
            #[inline(always)]
            fn become_(self) -> $real {
                u8::from(self.0 != 0) as $real
            }
        }
        impl Become<Half> for $real {
            #[inline(always)]
            fn become_(self) -> Half {
                Half($narrow(self as $by))
            }
        }
        impl Become<$real> for Half {
            #[inline(always)]
            fn become_(self) -> $real {
                widen(self.0) as $real
            }
        }
        real!($real);
    )*};
}
macro_rules! real {
    ($real:ty) => {
        real!($real, f32);
        real!($real, f64);
    };
    ($real:ty, $part:ty) => {
        impl Become<Complex<$part>> for $real {
            #[inline(always)]
            fn become_(self) -> Complex<$part> {
                Complex { real: self.become_(), imaginary: 0.0 }
            }
        }
        impl Become<$real> for Complex<$part> {
            #[inline(always)]
            fn become_(self) -> $real {
                self.real.become_()
            }
        }
    };
}
// No integer that an f32 rounds is small enough for a half to hold.
beside! {
    i8, narrow_f32, f32;
    i16, narrow_f32, f32;
    i32, narrow_f32, f32;
    i64, narrow_f32, f32;
    u8, narrow_f32, f32;
    u16, narrow_f32, f32;
    u32, narrow_f32, f32;
    u64, narrow_f32, f32;
    f32, narrow_f32, f32;
    f64, narrow_f64, f64;
}
real!(Half);

impl Become<Truth> for Truth {
    #[inline(always)]
    fn become_(self) -> Truth {
        Truth(u8::from(self.0 != 0))
    }
}
impl Become<Half> for Truth {
    #[inline(always)]
    fn become_(self) -> Half {
        Half(if self.0 != 0 { 0x3c00 } else { 0 })
    }
}
impl Become<Truth> for Half {
    #[inline(always)]
    fn become_(self) -> Truth {
        Truth(u8::from(self.0 & 0x7fff != 0))
    }
}
impl Become<Half> for Half {
    #[inline(always)]
    fn become_(self) -> Half {
        self
    }
}

macro_rules! complex {
    ($($part:ty)*) => {$(
        impl Become<Truth> for Complex<$part> {
            #[inline(always)]
            fn become_(self) -> Truth {
                Truth(u8::from(self.real != 0.0 || self.imaginary != 0.0))
            }
        }
        impl Become<Complex<$part>> for Truth {
            #[inline(always)]
            fn become_(self) -> Complex<$part> {
                Complex { real: self.become_(), imaginary: 0.0 }
            }
        }
        impl Become<Complex<f32>> for Complex<$part> {
            #[inline(always)]
            fn become_(self) -> Complex<f32> {
                Complex { real: self.real.become_(), imaginary: self.imaginary.become_() }
            }
        }
        impl Become<Complex<f64>> for Complex<$part> {
            #[inline(always)]
            fn become_(self) -> Complex<f64> {
                Complex { real: self.real.become_(), imaginary: self.imaginary.become_() }
            }
        }
    )*};
}
complex!(f32 f64);
