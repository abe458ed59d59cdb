//! The checksum of a result: 64 bits that depend on every byte and on where it lies.
//!
//! Bytes are read as little-endian words, each is mixed with its position, and the mixed words
//! are added. A peer that puts two items of `(2,3):(24,8)+0` in each other's place is found.

/// The checksum of the bytes in their order.
///
/// ```
/// use stridewise_harness::checksum;
/// assert_ne!(checksum(&[1, 2, 3]), checksum(&[1, 3, 2]));
/// assert_ne!(checksum(&[1, 2]), checksum(&[1, 2, 0]));
/// ```
pub fn checksum(bytes: &[u8]) -> u64 {
    let mut sum = mix(bytes.len() as u64);
    let mut position = 0u64;
    let mut add = |word: u64| {
        position = position.wrapping_add(0x9e37_79b9_7f4a_7c15);
        sum = sum.wrapping_add(mix(word ^ position));
    };
    let words = bytes.chunks_exact(8);
    let rest = words.remainder();
    for word in words {
        add(u64::from_le_bytes(word.try_into().unwrap_or_default()));
    }
    if !rest.is_empty() {
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        add(u64::from_le_bytes(last));
    }
    sum
}

/// The checksum of floats of 4 or 8 bytes, their last bits left out: for results that are right
/// within some rounding, such as variances. What lies halfway between two rounded values would
/// be a matter of luck, so the halves are moved away from round numbers.
///
/// ```
/// use stridewise_harness::rounded_checksum;
/// let sum = |value: f64| rounded_checksum(&value.to_le_bytes(), 8);
/// assert_eq!(sum(1.0), sum(1.0 + 1e-14));
/// assert_ne!(sum(1.0), sum(1.0 + 1e-6));
/// ```
pub fn rounded_checksum(bytes: &[u8], itemsize: usize) -> u64 {
    let mut rounded = Vec::with_capacity(bytes.len());
    for item in bytes.chunks(itemsize) {
        match (<[u8; 4]>::try_from(item), <[u8; 8]>::try_from(item)) {
            (Ok(item), _) => {
                let bits = u32::from_le_bytes(item).wrapping_add(0x155) >> 10;
                rounded.extend(bits.to_le_bytes());
            }
            (_, Ok(item)) => {
                let bits = u64::from_le_bytes(item).wrapping_add(0x155_5555) >> 26;
                rounded.extend(bits.to_le_bytes());
            }
            _ => rounded.extend(item),
        }
    }
    checksum(&rounded)
}

/// Stafford's thirteenth mixer, as in SplitMix64 (Steele, Lea and Flood 2014).
fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_changed_byte_and_every_exchange_is_noticed() {
        let bytes: Vec<u8> = (0..200u8).map(|at| at.wrapping_mul(37)).collect();
        let right = checksum(&bytes);
        for at in 0..bytes.len() {
            let mut wrong = bytes.clone();
            wrong[at] ^= 1;
            assert_ne!(checksum(&wrong), right, "byte {at}");
        }
        for (one, other) in [(0, 8), (1, 2), (16, 192)] {
            let mut wrong = bytes.clone();
            wrong.swap(one, other);
            assert_ne!(checksum(&wrong), right, "bytes {one} and {other}");
        }
        assert_ne!(checksum(&bytes[..199]), right);
        assert_ne!(checksum(&[0; 8]), checksum(&[0; 16]));
    }
}
