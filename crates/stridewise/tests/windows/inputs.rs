//! Numbers on which running sums fail.
//!
//! Each input is a name and a lane; `spike at residue 3` is noise with one `1e16` in it.

/// Noise in -0.5..0.5, from a fixed seed.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        })
        .collect()
}

fn with(mut x: Vec<f64>, places: &[(usize, f64)]) -> Vec<f64> {
    for &(place, value) in places {
        let length = x.len();
        x[place % length] = value;
    }
    x
}

/// All inputs of a length.
pub(crate) fn hard(length: usize) -> Vec<(String, Vec<f64>)> {
    let plain = || noise(length, 7);
    let n = length;
    let mut all = vec![
        ("noise".to_string(), plain()),
        ("1e16 and back".into(), with(plain(), &[(n / 3, 1e16), (2 * n / 3, -1e16)])),
        ("1e33".into(), with(plain(), &[(n / 2, 1e33)])),
        (
            "three scales".into(),
            with(plain(), &[(n / 3, 1e16), (n / 3 + 1, 1e33), (n / 3 + 5, -1e25)]),
        ),
        ("two 1e308".into(), with(plain(), &[(n / 3, 1e308), (n / 3 + 1, 1e308)])),
        (
            "1e308 against -1e308".into(),
            with(plain(), &[(n / 3, 1e308), (n / 3 + 1, -1e308), (n / 3 + 2, 1e308)]),
        ),
        ("inf".into(), with(plain(), &[(n / 3, f64::INFINITY)])),
        ("-inf".into(), with(plain(), &[(n / 4, f64::NEG_INFINITY), (n / 2, f64::INFINITY)])),
        ("NaN".into(), with(plain(), &[(n / 3, f64::NAN)])),
        ("offset 1e9".into(), plain().iter().map(|v| v + 1e9).collect()),
        ("offset -1e15".into(), plain().iter().map(|v| v * 8.0 - 1e15).collect()),
        (
            "1e8 and 1e-8 in turn".into(),
            plain()
                .iter()
                .enumerate()
                .map(|(k, v)| v * if k % 2 == 0 { 1e8 } else { 1e-8 })
                .collect(),
        ),
        (
            "a tail of 1e-6 after 1e5".into(),
            plain()
                .iter()
                .enumerate()
                .map(|(k, v)| v * if k < n / 2 { 1e5 } else { 1e-6 })
                .collect(),
        ),
        ("constant".into(), vec![0.1; n]),
        (
            "constant runs".into(),
            (0..n).map(|k| [0.1, 1e9 + 0.3, -7.7, 3e-300][k / (n / 7 + 1) % 4]).collect(),
        ),
        ("a constant with one other".into(), with(vec![1.0 / 3.0; n], &[(n / 2, 1e9)])),
        ("denormals".into(), plain().iter().map(|v| v * 1e-310).collect()),
        (
            "level shift".into(),
            plain()
                .iter()
                .enumerate()
                .map(|(k, v)| v + if k < n / 2 { 0.0 } else { 1e12 })
                .collect(),
        ),
        ("steps of 0.1".into(), (0..n).map(|k| (k / 3) as f64 * 0.1).collect()),
        (
            "zeros of both signs".into(),
            (0..n).map(|k| if k % 3 == 0 { -0.0 } else { 0.0 }).collect(),
        ),
    ];
    for residue in 0..40 {
        let name = format!("spike at residue {residue}");
        all.push((name, with(plain(), &[(n / 2 / 40 * 40 + residue, 1e16)])));
    }
    all
}
