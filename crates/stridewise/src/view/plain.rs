//! Plain values: types whose every byte is data, and any bytes of which are a value.
//!
//! Only such values may be copied and read byte by byte: `(3):(9)+1` of `f64` is read from
//! untyped memory, whatever its bytes are.

/// A type of which any initialised bytes are a value, without padding.
///
/// # Safety
/// `size_of::<Self>()` initialised bytes, whatever they are, must be a valid value, and every
/// byte of a value must be initialised.
pub unsafe trait Plain: Copy + Send + Sync + 'static {}

macro_rules! plain {
    ($($type:ty)*) => {$(
        // SAFETY: integers and floats take every bit pattern and have no padding.
        unsafe impl Plain for $type {}
    )*};
}
plain!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);

// SAFETY: an array lies one element after the other, without padding of its own.
unsafe impl<T: Plain, const N: usize> Plain for [T; N] {}
