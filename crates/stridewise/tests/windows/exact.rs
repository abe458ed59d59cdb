//! Exact sums, means and variances of windows, as whole multiples of powers of two.
//!
//! Every double is a whole multiple of `2^-1074`, so sums of doubles and of their squares are
//! whole numbers in units of `2^-1074` and `2^-2148`, and sliding a window adds and subtracts
//! exactly: the windows of 2 on `1, 2, 4` have sums `3 * 2^1074` and `6 * 2^1074`.

use num_bigint::BigInt;

/// Units of a double in 1: `2^1074`.
const UNIT: u64 = 1074;

/// A finite double in units.
pub(crate) fn units(value: f64) -> BigInt {
    let bits = value.to_bits();
    let (exponent, fraction) = (bits >> 52 & 0x7ff, bits & ((1 << 52) - 1));
    let magnitude = match exponent {
        0 => BigInt::from(fraction),
        _ => BigInt::from(fraction | 1 << 52) << (exponent - 1),
    };
    if value < 0.0 { -magnitude } else { magnitude }
}

fn absolute(value: BigInt) -> BigInt {
    if value < BigInt::ZERO { -value } else { value }
}

/// What a window must be compared with.
pub(crate) struct Exact {
    size: u64,
    sum: BigInt,
    sum_of_sizes: BigInt,
    squares: BigInt,
    /// Elements that are not finite: `+inf`, `-inf`, NaN.
    odd: [usize; 3],
}

/// Every window of a lane.
pub(crate) fn slide(x: &[f64], size: usize) -> impl Iterator<Item = Exact> + '_ {
    let all: Vec<(BigInt, usize)> = x
        .iter()
        .map(|&value| match value {
            value if value.is_nan() => (BigInt::ZERO, 3),
            f64::INFINITY => (BigInt::ZERO, 1),
            f64::NEG_INFINITY => (BigInt::ZERO, 2),
            value => (units(value), 0),
        })
        .collect();
    let mut now = Exact {
        size: size as u64,
        sum: 0.into(),
        sum_of_sizes: 0.into(),
        squares: 0.into(),
        odd: [0; 3],
    };
    (0..=x.len()).filter_map(move |end| {
        if end > size {
            let (value, odd) = &all[end - size - 1];
            now.sum -= value;
            now.sum_of_sizes -= absolute(value.clone());
            now.squares -= value * value;
            if *odd > 0 {
                now.odd[odd - 1] -= 1;
            }
        }
        if end > 0 {
            let (value, odd) = &all[end - 1];
            now.sum += value;
            now.sum_of_sizes += absolute(value.clone());
            now.squares += value * value;
            if *odd > 0 {
                now.odd[odd - 1] += 1;
            }
        }
        (end >= size).then(|| Exact {
            size: now.size,
            sum: now.sum.clone(),
            sum_of_sizes: now.sum_of_sizes.clone(),
            squares: now.squares.clone(),
            odd: now.odd,
        })
    })
}

impl Exact {
    /// What a sum or a mean is where not all elements are finite.
    fn odd_one(&self) -> Option<f64> {
        match self.odd {
            [0, 0, 0] => None,
            [_, 0, 0] => Some(f64::INFINITY),
            [0, _, 0] => Some(f64::NEG_INFINITY),
            _ => Some(f64::NAN),
        }
    }

    /// Whether sums of sizes reach the greatest double; then sums may overflow on their way.
    pub(crate) fn may_overflow(&self) -> bool {
        self.sum_of_sizes >= units(f64::MAX)
    }

    /// Law 1 for sums: within `4 w eps sum|x|`.
    pub(crate) fn is_sum(&self, got: f64) -> bool {
        match self.odd_one() {
            Some(want) => got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan()),
            None if self.may_overflow() => true,
            None if !got.is_finite() => false,
            // 4 eps = 2^-50.
            None => absolute(units(got) - &self.sum) << 50 <= &self.sum_of_sizes * self.size,
        }
    }

    /// Law 1 for means: within `4 eps sum|x|`, or half a unit where doubles are that coarse.
    pub(crate) fn is_mean(&self, got: f64) -> bool {
        match self.odd_one() {
            Some(want) => got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan()),
            None if self.may_overflow() => true,
            None if !got.is_finite() => false,
            None => {
                let error = absolute(units(got) * self.size - &self.sum) << 50;
                error <= &self.sum_of_sizes * self.size + (BigInt::from(self.size) << 49)
            }
        }
    }

    /// Law 1 for variances: within `2 w eps` of themselves, or `w` units where doubles are that
    /// coarse; and how many `eps` the relative error is.
    pub(crate) fn is_variance(&self, got: f64, ddof: u64) -> bool {
        if self.odd != [0; 3] {
            return got.is_nan();
        }
        if self.squares >= units(f64::MAX) << UNIT {
            return true;
        }
        // w * squares - sum^2 = w * (w - ddof) * variance
        let want = &self.squares * self.size - &self.sum * &self.sum;
        if self.size <= ddof {
            return !got.is_finite();
        }
        if !got.is_finite() {
            return false;
        }
        let scale = self.size * (self.size - ddof);
        let error = absolute((units(got) << UNIT) * scale - &want) << 51;
        error <= &want * self.size + (BigInt::from(scale * self.size) << (UNIT + 51))
    }
}

#[test]
fn units_are_exact() {
    assert_eq!(units(5e-324), 1.into());
    assert_eq!(units(1.0), BigInt::from(1) << UNIT);
    assert_eq!(units(-1.5), BigInt::from(-3) << (UNIT - 1));
    assert_eq!(units(f64::MIN_POSITIVE), BigInt::from(1) << 52);
}

#[test]
fn bounds_can_fail() {
    let windows: Vec<Exact> = slide(&[1.0, 2.0, 4.0], 2).collect();
    assert!(windows[1].is_sum(6.0) && !windows[1].is_sum(6.0 + 1e-13));
    assert!(windows[1].is_mean(3.0) && !windows[1].is_mean(3.0 + 1e-13));
    assert!(windows[1].is_variance(1.0, 0) && !windows[1].is_variance(1.0 + 1e-14, 0));
    assert!(windows[1].is_variance(2.0, 1) && !windows[1].is_variance(1.0, 1));
}
