//! Floors: memcpy, and a copy with streaming stores, of the same bytes.

/// Copies past the cache where the machine can, several pages at a time.
pub fn stream(from: &[u8], to: &mut [u8]) {
    assert_eq!(from.len(), to.len());
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the feature is there, the lengths are equal.
        return unsafe { stream_avx512(from, to) };
    }
    to.copy_from_slice(from);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn stream_avx512(from: &[u8], to: &mut [u8]) {
    use std::arch::x86_64::*;
    let head = to.as_ptr().align_offset(64).min(to.len());
    to[..head].copy_from_slice(&from[..head]);
    let (from, to) = (&from[head..], &mut to[head..]);
    let whole = to.len() / 256 * 256;
    for (from, to) in from[..whole].chunks_exact(256).zip(to.chunks_exact_mut(256)) {
        for line in 0..4 {
            // SAFETY: 64 bytes of both, `to` aligned.
            unsafe {
                let value = _mm512_loadu_si512(from.as_ptr().add(64 * line).cast());
                _mm512_stream_si512(to.as_mut_ptr().add(64 * line).cast(), value);
            }
        }
    }
    to[whole..].copy_from_slice(&from[whole..]);
    _mm_sfence();
}
