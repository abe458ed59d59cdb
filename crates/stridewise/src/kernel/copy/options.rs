//! Options: what a copy may be told, and the caches that it is planned for.
//!
//! With caches of 32 KiB and 1 MiB a copy of `(4000,4000):(8,32000)+0` stages at most 16 KiB at a
//! time, and goes past the cache, because source and destination do not fit in the second.

use crate::kernel::Backend;
use crate::kernel::arch::LINE;
use crate::machine::{CacheLevel, Machine};

/// How results go to memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stores {
    /// Past the cache for copies of at least `CopyOptions::stream_from` bytes.
    #[default]
    Auto,
    /// Past the cache: best for results that are not read again soon.
    Stream,
    /// Through the cache: best for results that are read next and fit in it.
    Cache,
}

/// What a copy may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CopyOptions {
    /// How results go to memory.
    pub stores: Stores,
    /// The instructions to use.
    pub backend: Backend,
    /// The bytes copied from which [`Stores::Auto`] streams.
    pub stream_from: usize,
    /// What blocks are cut to.
    pub(crate) caches: Caches,
}

/// The two nearest caches, as far as blocks depend on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Caches {
    /// Bytes of the nearest cache.
    pub(crate) first: usize,
    /// Its sets.
    pub(crate) sets: usize,
    /// Its lines to a set.
    pub(crate) ways: usize,
}

/// Bytes of a second-level cache that any machine has.
const SECOND: usize = 1 << 20;
/// The most bytes of a last cache that are believed to be ours: more belong to a whole socket, and
/// so to other people's work too; virtual machines show 480 MiB to two cores.
const MOST_LAST: usize = 32 << 20;
/// Results go past the cache from so small a part of it on. With 32 MiB, 4 MiB that are read next
/// take 1.18 times as long when they were streamed, 8 MB 0.94 times; who does not read them next
/// waits 0.80 and 0.44 times as long.
const PART_OF_LAST: usize = 6;

impl Default for CopyOptions {
    /// For a first cache of 32 KiB and a second one of 1 MiB, which suits most machines.
    fn default() -> Self {
        let caches = Caches { first: 32 << 10, sets: 64, ways: 8 };
        let backend = Backend::detect();
        CopyOptions { stores: Stores::Auto, backend, stream_from: SECOND, caches }
    }
}

impl CopyOptions {
    /// For the caches of a machine: blocks are cut to the first one, and results go past the
    /// cache where they would fill a good part of the last one, as far as that is believed to be
    /// ours, and in any case the second one.
    ///
    /// ```
    /// use stridewise::kernel::copy::CopyOptions;
    /// use stridewise::machine::Machine;
    ///
    /// let machine = Machine::preset("intel-server").unwrap();
    /// assert_eq!(CopyOptions::on(&machine).stream_from, (32 << 20) / 6);
    /// ```
    pub fn on(machine: &Machine) -> CopyOptions {
        let bytes = |figure: i64, most: usize| usize::try_from(figure).unwrap_or(most).min(most);
        let first = machine.first_cache();
        let caches = Caches {
            first: bytes(first.size(), 1 << 20).max(LEAST_FIRST),
            sets: bytes(first.sets(), 1 << 20).max(1),
            ways: bytes(first.ways(), 1 << 20).max(1),
        };
        let second = machine.caches().get(1).map(CacheLevel::size);
        let last = machine.caches().get(2..).and_then(<[CacheLevel]>::last);
        let share = last.map_or(0, |last| bytes(last.size(), MOST_LAST) / PART_OF_LAST);
        let stream_from = second.map_or(SECOND, |size| bytes(size, usize::MAX)).max(share);
        CopyOptions { caches, stream_from, ..CopyOptions::default() }
    }

    /// Whether a copy of so many bytes is to be streamed.
    pub(super) fn streams(&self, bytes: usize) -> bool {
        match self.stores {
            Stores::Auto => bytes >= self.stream_from && self.backend != Backend::Portable,
            Stores::Stream => true,
            Stores::Cache => false,
        }
    }
}

/// The least first cache that blocks are cut to: below it, a line of each of 64 rows, and what
/// becomes of them, would not fit.
const LEAST_FIRST: usize = 8 << 10;

impl Caches {
    /// Bytes that may be staged at once: half of the first cache.
    pub(super) fn stage(&self) -> usize {
        self.first / 2
    }

    /// Whether rows this far apart meet in so few sets that a line of each does not fit twice:
    /// what counts is the greatest common divisor of stride and sets.
    pub(super) fn crowded(&self, stride: isize, rows: usize) -> bool {
        let (lines, rest) = (stride.unsigned_abs() / LINE, stride.unsigned_abs() % LINE);
        rest == 0 && 2 * rows > self.ways * (self.sets / gcd(lines, self.sets))
    }
}

fn gcd(mut a: usize, mut b: usize) -> usize {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_meet_in_the_sets_that_the_divisor_leaves() {
        let caches = CopyOptions::default().caches;
        assert!(caches.crowded(4096, 8) && !caches.crowded(4096, 4));
        assert!(caches.crowded(-8192, 8) && !caches.crowded(4096 + 64, 200));
        assert!(caches.crowded(32_000, 128) && !caches.crowded(32_000, 64));
        assert!(!caches.crowded(32_008, 1 << 20));
        assert!(caches.crowded(0, 8));
    }

    #[test]
    fn any_machine_can_be_planned_for() {
        for name in Machine::preset_names() {
            let options = CopyOptions::on(&Machine::preset(name).unwrap());
            assert!(options.stream_from >= 512 << 10, "{name}");
        }
        let toy: CacheLevel = "128:2:64".parse().unwrap();
        let options = CopyOptions::on(&Machine::new(vec![toy]).unwrap());
        assert_eq!((options.caches.stage(), options.stream_from), (LEAST_FIRST / 2, SECOND));
    }
}
