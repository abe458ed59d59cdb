//! Which instructions and vectors the processor has.
//!
//! With AVX-512 a vector holds 64 bytes, a whole line; without AVX, 16.
#![forbid(unsafe_code)]

use stridewise::machine::{Arch, Isa, Source};

/// What this process may use.
#[cfg(target_arch = "x86_64")]
pub(super) fn detect() -> Isa {
    use std::arch::is_x86_feature_detected as has;
    let known = [
        ("sse2", has!("sse2")),
        ("sse4.2", has!("sse4.2")),
        ("popcnt", has!("popcnt")),
        ("avx", has!("avx")),
        ("avx2", has!("avx2")),
        ("fma", has!("fma")),
        ("f16c", has!("f16c")),
        ("bmi2", has!("bmi2")),
        ("avx512f", has!("avx512f")),
        ("avx512bw", has!("avx512bw")),
        ("avx512dq", has!("avx512dq")),
        ("avx512vl", has!("avx512vl")),
        ("avx512vbmi", has!("avx512vbmi")),
        ("avx512fp16", has!("avx512fp16")),
    ];
    let vector_bytes = match () {
        () if has!("avx512f") => 64,
        () if has!("avx2") => 32,
        () => 16,
    };
    named(Arch::X86_64, vector_bytes, &known)
}

/// What this process may use.
#[cfg(target_arch = "aarch64")]
pub(super) fn detect() -> Isa {
    use std::arch::is_aarch64_feature_detected as has;
    let known = [
        ("neon", has!("neon")),
        ("fp16", has!("fp16")),
        ("dotprod", has!("dotprod")),
        ("sve", has!("sve")),
        ("sve2", has!("sve2")),
    ];
    // The width of SVE vectors is not told; those of NEON are always there.
    Isa { source: Source::System, ..named(Arch::Aarch64, 16, &known) }
}

/// What this process may use: nothing is known.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) fn detect() -> Isa {
    Isa { source: Source::Default, ..named(Arch::Other, 16, &[]) }
}

fn named(arch: Arch, vector_bytes: i64, known: &[(&str, bool)]) -> Isa {
    let present = known.iter().filter(|(_, present)| *present);
    let features = present.map(|(name, _)| name.to_string()).collect();
    Isa { arch, vector_bytes, features, source: Source::Cpuid }
}
