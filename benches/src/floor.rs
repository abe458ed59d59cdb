//! Floors: as fast as this machine moves or reads the same number of bytes.
//!
//! memcpy, the best copy with streaming stores, and the best read. Which of several ways is the
//! best is tried on the case's own arrays before the rounds. Bytes lie flat: `(N):(1)+0`.

use std::hint::black_box;

use stridewise_harness::{Case, Entrant, Expect, Kind};

use crate::arrays::Arrays;
use crate::clock::Clock;
use crate::local::{Fresh, Reused};

/// Moves all bytes of the first to the second.
type Move = fn(&[u8], &mut [u8]);

/// Reads all bytes.
type Read = fn(&[u8]) -> u64;

/// The floors of a case.
pub fn floors(case: &Case, arrays: &Arrays, clock: Clock) -> Vec<Entrant> {
    let (source, destination) = (&arrays.source, &arrays.destination);
    let role = |name| (name, Kind::Floor, Expect::Source);
    let mut floors = Vec::new();
    let mut add = |name, then: fn(&[u8]), run: Move| {
        let (from, to) = (source.clone(), destination.clone());
        floors.push(Reused::entrant(role(name), clock, destination, move || {
            run(from.bytes(), to.bytes_mut());
            then(to.bytes());
        }));
    };
    let nothing: fn(&[u8]) = |_| ();
    let memcpy: Move = |from, to| to.copy_from_slice(from);
    match case.verb.as_str() {
        "copy" | "threads" => {
            add("memcpy", nothing, memcpy);
            add("stream", nothing, best_stream(source.bytes(), destination.bytes_mut()));
            if case.verb == "threads" {
                add("stream x2", nothing, |from, to| in_two(from, to, stream_wide));
            }
        }
        "consume" => add(
            "memcpy and read",
            |bytes| {
                black_box(read(bytes));
            },
            memcpy,
        ),
        "window" => {
            // As many bytes as both have: results may be fewer, or wider.
            let (from, to) = (source.clone(), destination.clone());
            let role = ("memcpy", Kind::Floor, Expect::Nothing);
            floors.push(Reused::entrant(role, clock, destination, move || {
                let (from, to) = (from.bytes(), to.bytes_mut());
                let length = from.len().min(to.len());
                to[..length].copy_from_slice(&from[..length]);
            }));
        }
        "reduce" => {
            let (from, way) = (source.clone(), best_read(source.bytes()));
            let role = ("read", Kind::Floor, Expect::Nothing);
            floors.push(Reused::entrant(role, clock, destination, move || {
                black_box(way(from.bytes()));
            }));
        }
        "tiny" => floors.push(hand_written(case, arrays, clock)),
        "fresh" => {
            add("memcpy", nothing, memcpy);
            let from = source.clone();
            let make = move || from.bytes().to_vec();
            floors.push(Fresh::entrant(
                role("memcpy, fresh"),
                clock,
                |made: &Vec<u8>| &made[..],
                make,
            ));
        }
        _ => {}
    }
    floors
}

/// Two threads, each with half of the bytes.
fn in_two(from: &[u8], to: &mut [u8], run: Move) {
    let half = from.len() / 2 / 4096 * 4096;
    let (first, second) = to.split_at_mut(half);
    std::thread::scope(|scope| {
        scope.spawn(|| run(&from[half..], second));
        run(&from[..half], first);
    });
}

/// Loops over the indices, as one would write them without any library.
fn hand_written(case: &Case, arrays: &Arrays, clock: Clock) -> Entrant {
    match case.itemsize {
        1 => hand_written_of::<u8>(case, arrays, clock),
        2 => hand_written_of::<u16>(case, arrays, clock),
        4 => hand_written_of::<f32>(case, arrays, clock),
        8 => hand_written_of::<f64>(case, arrays, clock),
        _ => hand_written_of::<[f64; 2]>(case, arrays, clock),
    }
}

fn hand_written_of<T: Copy + 'static>(case: &Case, arrays: &Arrays, clock: Clock) -> Entrant {
    let (from, to) = (arrays.source.clone(), arrays.destination.clone());
    // At most three axes; the first ones may be of extent 1.
    let padded = |values: Vec<usize>, with: usize| {
        let mut three = [with; 3];
        three[3 - values.len()..].copy_from_slice(&values);
        three
    };
    let (shape, strides) = (padded(case.shape(), 1), padded(case.source_strides(), 0));
    let role = ("hand-written loop", Kind::Floor, Expect::Result);
    Reused::entrant(role, clock, &arrays.destination, move || {
        let (from, to) = (black_box(from.items::<T>()), black_box(to.items_mut::<T>()));
        let (shape, strides) = (black_box(shape), black_box(strides));
        let mut at = 0;
        for i in 0..shape[0] {
            for j in 0..shape[1] {
                for k in 0..shape[2] {
                    to[at] = from[i * strides[0] + j * strides[1] + k * strides[2]];
                    at += 1;
                }
            }
        }
    })
}

/// The fastest way to copy past the cache, tried on these bytes.
fn best_stream(from: &[u8], to: &mut [u8]) -> Move {
    let ways: [Move; 4] = [stream_wide, stream_pages::<2>, stream_pages::<4>, stream_narrow];
    fastest(ways, |way| way(from, to))
}

/// The one of the ways that took the least time in three tries.
fn fastest<W: Copy>(ways: [W; 4], mut run: impl FnMut(W)) -> W {
    let mut best = (f64::INFINITY, ways[0]);
    for _ in 0..3 {
        for way in ways {
            let start = Clock::Thread.now();
            run(way);
            let time = Clock::Thread.now() - start;
            if time < best.0 {
                best = (time, way);
            }
        }
    }
    best.1
}

/// One line after the other, in 512-bit stores where there are any.
fn stream_wide(from: &[u8], to: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the feature is there, the lengths are equal.
        return unsafe { x86_64::stream_avx512::<1>(from, to) };
    }
    stream_narrow(from, to);
}

/// As `stream_wide`, several pages at a time.
fn stream_pages<const PAGES: usize>(from: &[u8], to: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the feature is there, the lengths are equal.
        return unsafe { x86_64::stream_avx512::<PAGES>(from, to) };
    }
    stream_narrow(from, to);
}

/// In 256-bit stores, or as memcpy does it.
fn stream_narrow(from: &[u8], to: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the feature is there, the lengths are equal.
        return unsafe { x86_64::stream_avx2(from, to) };
    }
    to.copy_from_slice(from);
}

/// Reads every byte, and says something that depends on all of them.
pub fn read(bytes: &[u8]) -> u64 {
    read_streams::<4>(bytes)
}

/// The fastest way to read, tried on these bytes.
fn best_read(bytes: &[u8]) -> Read {
    let ways: [Read; 4] =
        [read_streams::<1>, read_streams::<2>, read_streams::<4>, read_streams::<8>];
    let repeats = (4 << 20) / bytes.len().max(1) + 1;
    fastest(ways, |way| {
        (0..repeats).for_each(|_| {
            black_box(way(bytes));
        });
    })
}

/// Several streams far apart.
fn read_streams<const STREAMS: usize>(bytes: &[u8]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the feature is there.
        return unsafe { x86_64::read_avx512::<STREAMS>(bytes) };
    }
    let words = bytes.chunks_exact(8);
    words.fold(0, |sum, word| sum ^ u64::from_le_bytes(word.try_into().unwrap_or_default()))
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use std::arch::x86_64::*;

    const PAGE: usize = 4096;

    /// Lines of several pages in turn.
    #[target_feature(enable = "avx512f")]
    pub unsafe fn stream_avx512<const PAGES: usize>(from: &[u8], to: &mut [u8]) {
        assert_eq!(from.len(), to.len());
        let head = to.as_ptr().align_offset(64).min(to.len());
        to[..head].copy_from_slice(&from[..head]);
        let (from, to) = (&from[head..], &mut to[head..]);
        let block = PAGES * PAGE;
        let whole = to.len() / block * block;
        for (from, to) in from[..whole].chunks_exact(block).zip(to.chunks_exact_mut(block)) {
            for line in (0..PAGE).step_by(128) {
                for page in 0..PAGES {
                    let at = page * PAGE + line;
                    // SAFETY: two lines of both, `to` aligned.
                    unsafe {
                        let one = _mm512_loadu_si512(from.as_ptr().add(at).cast());
                        let two = _mm512_loadu_si512(from.as_ptr().add(at + 64).cast());
                        _mm512_stream_si512(to.as_mut_ptr().add(at).cast(), one);
                        _mm512_stream_si512(to.as_mut_ptr().add(at + 64).cast(), two);
                    }
                }
            }
        }
        to[whole..].copy_from_slice(&from[whole..]);
        _mm_sfence();
    }

    /// One line after the other.
    #[target_feature(enable = "avx2")]
    pub unsafe fn stream_avx2(from: &[u8], to: &mut [u8]) {
        assert_eq!(from.len(), to.len());
        let head = to.as_ptr().align_offset(64).min(to.len());
        to[..head].copy_from_slice(&from[..head]);
        let (from, to) = (&from[head..], &mut to[head..]);
        let whole = to.len() / 128 * 128;
        for (from, to) in from[..whole].chunks_exact(128).zip(to.chunks_exact_mut(128)) {
            for part in (0..128).step_by(32) {
                // SAFETY: 32 bytes of both, `to` aligned.
                unsafe {
                    let value = _mm256_loadu_si256(from.as_ptr().add(part).cast());
                    _mm256_stream_si256(to.as_mut_ptr().add(part).cast(), value);
                }
            }
        }
        to[whole..].copy_from_slice(&from[whole..]);
        _mm_sfence();
    }

    /// Several streams far apart, each asking for its lines ahead of time.
    #[target_feature(enable = "avx512f")]
    pub unsafe fn read_avx512<const STREAMS: usize>(bytes: &[u8]) -> u64 {
        const AHEAD: usize = 1024;
        let part = bytes.len() / STREAMS / 128 * 128;
        let mut sums = [[_mm512_setzero_si512(); 2]; STREAMS];
        let start = bytes.as_ptr();
        for at in (0..part).step_by(128) {
            for (stream, sum) in sums.iter_mut().enumerate() {
                let here = start.wrapping_add(stream * part + at);
                _mm_prefetch::<_MM_HINT_T0>(here.wrapping_add(AHEAD).cast());
                _mm_prefetch::<_MM_HINT_T0>(here.wrapping_add(AHEAD + 64).cast());
                // SAFETY: at + 128 <= part, and STREAMS parts lie within the bytes.
                let (one, two) = unsafe {
                    (_mm512_loadu_si512(here.cast()), _mm512_loadu_si512(here.add(64).cast()))
                };
                sum[0] = _mm512_xor_si512(sum[0], one);
                sum[1] = _mm512_xor_si512(sum[1], two);
            }
        }
        let all = sums
            .iter()
            .flatten()
            .fold(_mm512_setzero_si512(), |all, &sum| _mm512_xor_si512(all, sum));
        let rest = bytes[STREAMS * part..].iter().fold(0, |sum, &byte| sum ^ u64::from(byte));
        rest ^ _mm512_reduce_add_epi64(all).cast_unsigned()
    }
}
