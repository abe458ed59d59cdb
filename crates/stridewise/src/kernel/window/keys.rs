//! Keys: integers in the order of the values, so that one instruction compares any numbers.
//!
//! The bits of a float, with all but the sign turned over where it is negative, are ordered as
//! the floats are: `-inf < -1 < -0 < 0 < 1 < inf`. NaN gets a key of its own choice, at either
//! end. Unsigned integers turn their highest bit over. The greatest of some keys is the least of
//! the same keys with all bits turned over.

use crate::kernel::element::{Half, Number, Truth};

/// A number with a key.
pub(super) trait Keyed: Number {
    /// A signed integer of the same size.
    type Key: Copy + Ord + Default + Into<i64> + Send + Sync + 'static;
    /// Whether 64-bit wholes are to be read without a sign.
    const UNSIGNED: bool = false;
    /// The least and the greatest key; for floats, keys of NaN alone.
    const LEAST: Self::Key;
    /// See [`Keyed::LEAST`].
    const GREATEST: Self::Key;

    fn key(self) -> Self::Key;
    fn of_key(key: Self::Key) -> Self;
    /// The key with all bits turned over.
    fn turned(key: Self::Key) -> Self::Key;
    /// The key of a wider one.
    fn narrow(wide: i64) -> Self::Key;
    /// The key, but equal for equal values: both zeros have that of 0.
    #[inline(always)]
    fn even_key(self) -> Self::Key {
        self.key()
    }
    #[inline(always)]
    fn is_missing(self) -> bool {
        false
    }
    /// The integer as 64 bits; 0 for floats.
    fn whole(self) -> i64;
    /// Whether it counts as true.
    fn is_true(self) -> bool;
}

macro_rules! common {
    ($key:ty) => {
        type Key = $key;
        const LEAST: $key = <$key>::MIN;
        const GREATEST: $key = <$key>::MAX;
        #[inline(always)]
        fn turned(key: $key) -> $key {
            !key
        }
        #[inline(always)]
        #[allow(clippy::cast_possible_truncation)]
        fn narrow(wide: i64) -> $key {
            wide as $key
        }
    };
}

macro_rules! integers {
    ($($type:ty, $key:ty, $turn:expr);*) => {$(
        impl Keyed for $type {
            common!($key);
            const UNSIGNED: bool = <$type>::MIN == 0;
            #[inline(always)]
            fn key(self) -> $key {
                (self ^ $turn) as $key
            }
            #[inline(always)]
            fn of_key(key: $key) -> $type {
                key as $type ^ $turn
            }
            #[inline(always)]
            #[allow(clippy::cast_lossless)]
            fn whole(self) -> i64 {
                self as i64
            }
            #[inline(always)]
            fn is_true(self) -> bool {
                self != 0
            }
        }
    )*};
}
integers!(
    i8, i8, 0; i16, i16, 0; i32, i32, 0; i64, i64, 0;
    u8, i8, 1 << 7; u16, i16, 1 << 15; u32, i32, 1 << 31; u64, i64, 1 << 63
);

macro_rules! floats {
    ($($type:ty, $key:ty, $unsigned:ty, $bits:expr, $from:expr, $shift:expr);*) => {$(
        impl Keyed for $type {
            common!($key);
            #[inline(always)]
            fn key(self) -> $key {
                let bits = $bits(self) as $key;
                bits ^ ((bits >> ($shift - 1)) as $unsigned >> 1) as $key
            }
            #[inline(always)]
            fn of_key(key: $key) -> $type {
                $from((key ^ ((key >> ($shift - 1)) as $unsigned >> 1) as $key) as $unsigned)
            }
            #[inline(always)]
            fn even_key(self) -> $key {
                let key = self.key();
                if key == -1 { 0 } else { key }
            }
            #[inline(always)]
            fn is_missing(self) -> bool {
                self.to_f64().is_nan()
            }
            #[inline(always)]
            fn whole(self) -> i64 {
                0
            }
            #[inline(always)]
            fn is_true(self) -> bool {
                self.to_f64() != 0.0
            }
        }
    )*};
}
floats!(
    f64, i64, u64, f64::to_bits, f64::from_bits, 64;
    f32, i32, u32, f32::to_bits, f32::from_bits, 32;
    Half, i16, u16, (|half: Half| half.0), Half, 16
);

impl Keyed for Truth {
    common!(i8);
    #[inline(always)]
    fn key(self) -> i8 {
        i8::from(self.0 != 0)
    }
    #[inline(always)]
    fn of_key(key: i8) -> Truth {
        Truth(u8::from(key != 0))
    }
    #[inline(always)]
    fn whole(self) -> i64 {
        i64::from(self.0 != 0)
    }
    #[inline(always)]
    fn is_true(self) -> bool {
        self.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Keyed + PartialEq + std::fmt::Debug>(ascending: &[T]) {
        for pair in ascending.windows(2) {
            assert!(pair[0].key() < pair[1].key(), "{pair:?}");
            assert!(T::turned(pair[0].key()) > T::turned(pair[1].key()), "{pair:?}");
        }
        for &value in ascending {
            assert_eq!(T::of_key(value.key()), value);
        }
    }

    #[test]
    fn keys_keep_the_order() {
        let floats = [f64::NEG_INFINITY, -1.0, -5e-324, -0.0, 0.0, 5e-324, 1.0, f64::INFINITY];
        check(&floats);
        check(&floats.map(|value| value as f32).as_slice()[..2]);
        check(&[f32::NEG_INFINITY, -1.0, -0.0, 0.0, 1.5, f32::INFINITY]);
        check(&[0xfc00, 0x8001, 0x8000, 0, 1, 0x7c00].map(Half));
        check(&[i8::MIN, -1, 0, 1, i8::MAX]);
        check(&[0u64, 1, 1 << 63, u64::MAX]);
        check(&[0u8, 127, 128, 255]);
        check(&[Truth(0), Truth(1)]);
    }

    #[test]
    fn both_zeros_are_one() {
        assert_eq!((-0.0f64).even_key(), 0.0f64.even_key());
        assert_eq!((-0.0f32).even_key(), 0.0f32.even_key());
        assert_eq!(Half(0x8000).even_key(), Half(0).even_key());
        assert_eq!((-1i8).even_key(), -1);
    }

    #[test]
    fn the_outermost_keys_are_nan() {
        assert!(f64::of_key(f64::LEAST).is_nan() && f64::of_key(f64::GREATEST).is_nan());
        assert!(f64::NEG_INFINITY.key() > f64::LEAST && f64::INFINITY.key() < f64::GREATEST);
        assert!(f32::of_key(f32::LEAST).is_nan() && f32::of_key(f32::GREATEST).is_nan());
        assert!(
            Half::of_key(Half::LEAST).is_missing() && Half::of_key(Half::GREATEST).is_missing()
        );
    }
}
