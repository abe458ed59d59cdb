//! Convert: a run of numbers of one kind, one after the other, to another kind.
//!
//! Two runs of packed items at any address: `(3):(2)+0` of `i2` to `(3):(8)+0` of `f8`. The loop is
//! plain Rust over `Become`; each pair of kinds is compiled for each instruction set.

use super::number::{Become, Complex, Half, Number, Truth};
use crate::kernel::arch::Backend;

/// Converts `count` packed numbers.
///
/// # Safety
/// So many numbers can be read and written at these addresses, whatever their alignment; the two
/// runs do not overlap; the instruction set that the converter was made for is there.
pub(super) type Convert = unsafe fn(*const u8, *mut u8, usize);

/// A type for each kind of number.
macro_rules! as_type {
    ($number:expr, $Type:ident => $body:expr) => {
        as_type!($number, $Type => $body;
            Bool Truth, I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32, U64 u64,
            F16 Half, F32 f32, F64 f64, C64 Complex<f32>, C128 Complex<f64>)
    };
    ($number:expr, $Type:ident => $body:expr; $($kind:ident $type:ty),*) => {
        match $number {
            $(Number::$kind => {
                type $Type = $type;
                $body
            })*
        }
    };
}

/// The converter from one kind of number to another.
pub(super) fn converter(from: Number, to: Number, backend: Backend) -> Convert {
    as_type!(from, From => as_type!(to, To => compiled::<From, To>(backend)))
}

fn compiled<S: Become<D>, D: Copy>(backend: Backend) -> Convert {
    match backend {
        #[cfg(target_arch = "x86_64")]
        Backend::Avx512 => convert_avx512::<S, D>,
        #[cfg(target_arch = "x86_64")]
        Backend::Avx2 => convert_avx2::<S, D>,
        _ => convert::<S, D>,
    }
}

/// # Safety
/// As for [`Convert`].
#[inline(always)]
unsafe fn convert<S: Become<D>, D: Copy>(from: *const u8, to: *mut u8, count: usize) {
    let (from, to) = (from.cast::<S>(), to.cast::<D>());
    for at in 0..count {
        // SAFETY: the caller's promise. Any bytes are a number of each of the types.
        unsafe { to.add(at).write_unaligned(from.add(at).read_unaligned().become_()) }
    }
}

/// # Safety
/// As for [`Convert`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn convert_avx2<S: Become<D>, D: Copy>(from: *const u8, to: *mut u8, count: usize) {
    // SAFETY: the caller's promise.
    unsafe { convert::<S, D>(from, to, count) }
}

/// # Safety
/// As for [`Convert`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
unsafe fn convert_avx512<S: Become<D>, D: Copy>(from: *const u8, to: *mut u8, count: usize) {
    // SAFETY: the caller's promise.
    unsafe { convert::<S, D>(from, to, count) }
}

/// Turns the bytes of every number around, part by part.
pub(super) fn turn_around(numbers: &mut [u8], part: usize) {
    fn parts<const N: usize>(numbers: &mut [u8]) {
        numbers.as_chunks_mut::<N>().0.iter_mut().for_each(|part| part.reverse());
    }
    match part {
        2 => parts::<2>(numbers),
        4 => parts::<4>(numbers),
        8 => parts::<8>(numbers),
        _ => {} // Single bytes.
    }
}
