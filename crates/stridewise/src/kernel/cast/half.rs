//! Half: 16-bit floats, as bits, to and from the wider ones.
//!
//! IEEE 754 binary16: a sign, 5 bits of exponent (bias 15), 10 of fraction. Narrowing rounds once,
//! to nearest with ties to even, from `f64` too: by way of `f32` it would round twice.
//! Worked: 1.0 is 0x3c00, 65504 (0x7bff) the largest, and from 65520 on it is infinity.
#![allow(clippy::cast_possible_truncation, reason = "bits are cut on purpose")]

/// The value of 16 bits, which every `f32` can hold.
#[inline(always)]
pub(super) fn widen(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let rest = u32::from(half & 0x7fff) << 13;
    // The exponent moves from a bias of 15 to one of 127 by a multiplication, which is exact for
    // subnormal halves too; what is infinite or no number gets the largest exponent.
    let scaled = f32::from_bits(rest) * f32::from_bits((254 - 15) << 23);
    let bits = if rest >= 0x7c00 << 13 { rest | 0x7f80_0000 } else { scaled.to_bits() };
    f32::from_bits(bits | sign)
}

/// The nearest half.
#[inline(always)]
pub(super) fn narrow_f32(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 16) as u16 & 0x8000;
    let rest = bits & 0x7fff_ffff;
    // 2^-14, the least normal half; 65520, from which all is infinite.
    let half = if rest >= 0x477f_f000 {
        if rest > 0x7f80_0000 { 0x7e00 } else { 0x7c00 }
    } else if rest < 0x3880_0000 {
        // Adding 0.5 leaves multiples of 2^-24, a subnormal half, in the low bits, rounded.
        ((f32::from_bits(rest) + 0.5).to_bits() - 0.5f32.to_bits()) as u16
    } else {
        let odd = rest >> 13 & 1;
        ((rest - (112 << 23) + 0xfff + odd) >> 13) as u16
    };
    half | sign
}

/// The nearest half.
#[inline(always)]
pub(super) fn narrow_f64(value: f64) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 48) as u16 & 0x8000;
    let rest = bits & 0x7fff_ffff_ffff_ffff;
    let half = if rest >= 0x40ef_fe00_0000_0000 {
        if rest > 0x7ff0_0000_0000_0000 { 0x7e00 } else { 0x7c00 }
    } else if rest < 0x3f10_0000_0000_0000 {
        // 2^28 has its last bit at 2^-24.
        let shift = f64::from(1 << 28);
        ((f64::from_bits(rest) + shift).to_bits() - shift.to_bits()) as u16
    } else {
        let odd = rest >> 42 & 1;
        ((rest - (1008 << 52) + 0x1ff_ffff_ffff + odd) >> 42) as u16
    };
    half | sign
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value of a half by the definition of the format.
    fn defined(half: u16) -> f64 {
        let (exponent, fraction) = (i32::from(half >> 10 & 31), f64::from(half & 1023));
        let size = match exponent {
            0 => fraction * 2f64.powi(-24),
            31 => f64::INFINITY,
            _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
        };
        if half & 0x8000 == 0 { size } else { -size }
    }

    #[test]
    fn every_half_widens_and_comes_back() {
        for half in 0..=u16::MAX {
            let wide = widen(half);
            if half & 0x7fff > 0x7c00 {
                assert!(wide.is_nan() && wide.is_sign_negative() == (half & 0x8000 != 0));
                assert_eq!(narrow_f32(wide) & 0x7fff, 0x7e00);
                assert_eq!(narrow_f64(f64::from(wide)) & 0x7fff, 0x7e00);
                continue;
            }
            assert_eq!(f64::from(wide), defined(half), "{half:#x}");
            assert_eq!(wide.is_sign_negative(), half & 0x8000 != 0);
            assert_eq!(narrow_f32(wide), half, "{half:#x}");
            assert_eq!(narrow_f64(f64::from(wide)), half, "{half:#x}");
        }
    }

    #[test]
    fn narrowing_is_to_nearest_even_once() {
        for half in 0..0x7bffu16 {
            let (low, high) = (defined(half), defined(half + 1));
            let middle = (low + high) / 2.0;
            let even = if half % 2 == 0 { half } else { half + 1 };
            for (value, wanted) in [
                (middle, even),
                (f64::from_bits(middle.to_bits() - 1), half),
                (f64::from_bits(middle.to_bits() + 1), half + 1),
            ] {
                assert_eq!(narrow_f64(value), wanted, "{value:e}");
                assert_eq!(narrow_f64(-value), wanted | 0x8000, "{value:e}");
            }
            assert_eq!(narrow_f32(middle as f32), even, "{middle:e}");
            assert_eq!(narrow_f32(f32::from_bits((middle as f32).to_bits() - 1)), half);
            assert_eq!(narrow_f32(f32::from_bits((middle as f32).to_bits() + 1)), half + 1);
        }
        assert_eq!(narrow_f64(65520.0), 0x7c00);
        assert_eq!(narrow_f64(65519.99999999999), 0x7bff);
        assert_eq!(narrow_f32(f32::INFINITY), 0x7c00);
        assert_eq!(narrow_f64(f64::NEG_INFINITY), 0xfc00);
        assert_eq!(narrow_f64(f64::MAX), 0x7c00);
        assert_eq!(narrow_f64(5e-324), 0);
    }
}
