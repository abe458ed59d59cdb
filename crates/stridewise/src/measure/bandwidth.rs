//! Bandwidth: how fast this machine really moves memory, in five ways.
//!
//! Arrays far larger than the caches, the five taking turns, and the median of their rounds. Worked:
//! 128 MiB as `(4096,4096):(32768,8)+0` is copied straight, streamed, read, read one element a line,
//! and transposed; a straight copy of it in 20 ms moves 256 MiB, so 13.4 GB a second.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::control::{Control, Stopped};
use crate::kernel::copy::{CopyOptions, Stores, copy};
use crate::layout::Layout;
use crate::view::{Buffer, Bytes, BytesMut};

/// Bytes of an element.
const ITEM: usize = 8;
/// Bytes between the elements of a strided read: one in each line.
const LINE: usize = 64;

/// Why nothing was measured.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum BandwidthError {
    /// There is no memory for two arrays of this size.
    OutOfMemory {
        /// Bytes of one.
        wanted: usize,
    },
    /// The caller asked to stop.
    Stopped(Stopped),
}

impl std::fmt::Display for BandwidthError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BandwidthError::OutOfMemory { wanted } => {
                write!(f, "there is no memory for two arrays of {wanted} bytes")
            }
            BandwidthError::Stopped(stopped) => stopped.fmt(f),
        }
    }
}

impl std::error::Error for BandwidthError {}

/// One way to move memory, measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Bandwidth {
    /// `memcpy`, `stream`, `read`, `strided` or `transposed`.
    pub name: &'static str,
    /// Bytes of elements read and written in a second, the median of all rounds.
    pub bytes_per_second: f64,
}

/// What was measured, and on how much.
#[derive(Clone, Debug, PartialEq)]
pub struct Bandwidths {
    /// Bytes of each of the two arrays.
    pub bytes: usize,
    /// How often each way was timed.
    pub rounds: usize,
    /// The five, in this order: memcpy, stream, read, strided, transposed.
    pub ways: Vec<Bandwidth>,
}

/// Times five ways to move two square arrays of about `bytes` each, on one thread.
///
/// Elements of the `strided` read lie one in each line of 64 bytes; only their own bytes count.
///
/// # Errors
/// No memory, or the caller's wish to stop.
pub fn bandwidths(
    bytes: usize,
    rounds: usize,
    control: &Control<'_>,
) -> Result<Bandwidths, BandwidthError> {
    // Whole lines, so that every row of the square begins on one.
    let side = ((bytes / ITEM).isqrt() / (LINE / ITEM)).max(1) * (LINE / ITEM);
    let bytes = side * side * ITEM;
    let room = || Buffer::zeroed(bytes).ok_or(BandwidthError::OutOfMemory { wanted: bytes });
    let (mut source, mut target) = (room()?, room()?);
    source.iter_mut().zip(0..).for_each(|(byte, at): (_, u32)| *byte = at.to_le_bytes()[0]);
    target.fill(1); // Pages that were met before.
    let straight = Layout::c_order(&[side as i64, side as i64], ITEM as i64);
    let (Ok(straight), rounds) = (straight, rounds.max(1)) else {
        return Err(BandwidthError::OutOfMemory { wanted: bytes });
    };
    let turned = straight.transpose();
    let streaming = CopyOptions { stores: Stores::Stream, ..CopyOptions::default() };
    let ordinary = CopyOptions::default();
    let mut times = vec![Vec::new(); 5];
    for round in 0..rounds {
        for (way, times) in times.iter_mut().enumerate() {
            let begun = Instant::now();
            match way {
                0 => black_box(&mut *target).copy_from_slice(black_box(&source)),
                1 => moved(&source, &straight, &mut target, &straight, &streaming)?,
                2 => {
                    black_box(sum(black_box(&source)));
                }
                3 => {
                    black_box(one_of_each_line(black_box(&source)));
                }
                _ => moved(&source, &turned, &mut target, &straight, &ordinary)?,
            }
            times.push(begun.elapsed());
        }
        control.tell(round as u64 + 1, rounds as u64).map_err(BandwidthError::Stopped)?;
    }
    let names = ["memcpy", "stream", "read", "strided", "transposed"];
    let counted = [2 * bytes, 2 * bytes, bytes, bytes / (LINE / ITEM), 2 * bytes];
    let ways = names.into_iter().zip(counted).zip(&mut times);
    Ok(Bandwidths {
        bytes,
        rounds,
        ways: ways
            .map(|((name, bytes), times)| Bandwidth {
                name,
                bytes_per_second: bytes as f64 / median(times).as_secs_f64().max(1e-9),
            })
            .collect(),
    })
}

fn moved(
    source: &[u8],
    from: &Layout,
    target: &mut [u8],
    to: &Layout,
    options: &CopyOptions,
) -> Result<(), BandwidthError> {
    // Both layouts fill their buffers exactly, so only memory for the copy's own plan can lack.
    let wanted = target.len();
    let lacks = || BandwidthError::OutOfMemory { wanted };
    let source = Bytes::new(source, from.clone()).map_err(|_| lacks())?;
    let mut target = BytesMut::new(target, to.clone()).map_err(|_| lacks())?;
    copy(&source, &mut target, options, &Control::quiet()).map_err(|_| lacks())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// All bytes as integers, several streams at once.
fn sum(bytes: &[u8]) -> u64 {
    let mut sums = [0u64; 32];
    for block in bytes.as_chunks::<{ 32 * ITEM }>().0 {
        for (sum, item) in sums.iter_mut().zip(block.as_chunks::<ITEM>().0) {
            *sum = sum.wrapping_add(u64::from_le_bytes(*item));
        }
    }
    sums.iter().fold(0, |all, &sum| all.wrapping_add(sum))
}

/// One integer in each line.
fn one_of_each_line(bytes: &[u8]) -> u64 {
    let lines = bytes.as_chunks::<LINE>().0.iter();
    lines.fold(0u64, |sum, line| match line.first_chunk::<ITEM>() {
        Some(item) => sum.wrapping_add(u64::from_le_bytes(*item)),
        None => sum,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::Reply;

    #[test]
    fn every_way_is_measured() {
        let told = bandwidths(1 << 16, 3, &Control::quiet()).unwrap();
        assert_eq!((told.rounds, told.ways.len()), (3, 5));
        assert!(told.bytes <= 1 << 16 && told.bytes > 1 << 15);
        assert!(told.ways.iter().all(|way| way.bytes_per_second.is_finite()));
        assert_eq!(sum(&[1u8; 256]), 32 * 0x0101_0101_0101_0101);
        assert_eq!(one_of_each_line(&[1u8; 128]), 2 * 0x0101_0101_0101_0101);
    }

    #[test]
    fn a_stop_and_a_lack_of_memory_are_errors() {
        let stop = |_, _| Reply::Stop;
        let stopped = bandwidths(4096, 3, &Control::reporting(&stop));
        assert_eq!(stopped, Err(BandwidthError::Stopped(Stopped)));
        let none = bandwidths(usize::MAX / 4, 1, &Control::quiet());
        assert!(matches!(none, Err(BandwidthError::OutOfMemory { .. })));
    }
}
