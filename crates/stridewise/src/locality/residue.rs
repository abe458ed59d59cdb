//! When does a steady walk next come by: the least `t` with `(start + step * t) mod m < length`.
//!
//! A site that walks along a loop touches a set of a cache whenever its address modulo
//! `sets * line` falls into an interval. This finds the next time in logarithmic time, as the
//! greatest common divisor is found: either the interval is reached within one turn, or the
//! question is asked again for what is left over after each turn, with a smaller modulus.
//!
//! Worked: steps of 32000 modulo 4096 (64 sets of 64 bytes) come by the interval 0..64, that is
//! set 0, every 16 steps: walking axis 0 of `(64,4000):(32000,8)+0` uses a quarter of the sets.

/// The least `t >= 0` with `(start + step * t) mod modulus < length`.
///
/// Law: no smaller `t` satisfies it. `None` where no `t` does.
pub(super) fn next_below(start: u64, step: u64, modulus: u64, length: u64) -> Option<u64> {
    let start = start % modulus;
    if start < length {
        return Some(0);
    }
    // step * t has to reach modulus - start, and to stay below modulus - start + length.
    let low = modulus - start;
    next_between(step % modulus, modulus, low, low + (length - 1))
}

/// The least `t` with `low <= step * t mod modulus <= high`, where `1 <= low <= high < modulus`.
fn next_between(step: u64, modulus: u64, low: u64, high: u64) -> Option<u64> {
    if step == 0 {
        return None;
    }
    let within_a_turn = low.div_ceil(step);
    if within_a_turn * step <= high {
        return Some(within_a_turn);
    }
    // No multiple of step lies in low..=high, so after some turns k one does: step * t =
    // modulus * k + r with r in low..=high. Modulo step, modulus * k lies in -high..=-low.
    let (from, to) = (step - high % step, step - low % step);
    let turns = next_between(modulus % step, step, from, to)?;
    let reached = u128::from(modulus) * u128::from(turns) + u128::from(low);
    u64::try_from(reached.div_ceil(u128::from(step))).ok()
}

#[cfg(test)]
mod tests {
    use super::next_below;

    #[test]
    fn equals_trying_each_step() {
        for modulus in 1..40u64 {
            for step in 0..modulus {
                for start in 0..modulus {
                    for length in 1..=modulus {
                        let want = (0..modulus).find(|t| (start + step * t) % modulus < length);
                        let got = next_below(start, step, modulus, length);
                        assert_eq!(got, want, "{start} + {step} t mod {modulus} < {length}");
                    }
                }
            }
        }
    }
}
