//! One level of data cache: so many bytes, in sets of `ways` lines.
//!
//! A byte address lies in line `address / line`, and that line in set `line number % sets`.
//! Virtual machines report caches of odd sizes, so sets need not be a power of two.
//!
//! Invariants, proved by [`CacheLevel::new`]:
//! - **M1** size, ways and line are at least 1, and the line is a power of two
//! - **M2** `size == sets * ways * line`
//! - **M3** the line, ways and lines stay below limits that a simulation can hold
//!
//! Worked: `48K:12:64` has 49152 / (12 * 64) = 64 sets; walking axis 0 of
//! `(64,512):(4096,8)+0` moves 64 lines a step, which is the same set every time.

use std::fmt;

use super::{MachineError, Source};

/// The most ways of a cache: a simulated access looks at each.
const MAX_WAYS: i64 = 4096;
/// The longest line, in bytes.
const MAX_LINE: i64 = 1 << 16;
/// The most lines of a cache: half a gigabyte of simulated state.
const MAX_LINES: i64 = 1 << 26;

/// A cache level with its geometry, name and source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CacheLevel {
    name: String,
    size: i64,
    ways: i64,
    line: i64,
    source: Source,
}

impl CacheLevel {
    /// A cache of `size` bytes in sets of `ways` lines of `line` bytes.
    ///
    /// # Errors
    /// Figures that break M1, M2 or M3.
    pub fn new(
        name: impl Into<String>,
        size: i64,
        ways: i64,
        line: i64,
        source: Source,
    ) -> Result<CacheLevel, MachineError> {
        for (figure, got) in [("size", size), ("ways", ways), ("line", line)] {
            if got < 1 {
                return Err(MachineError::NotPositive { figure, got });
            }
        }
        if line.count_ones() != 1 {
            return Err(MachineError::NotPowerOfTwo { figure: "line", got: line });
        }
        if line > MAX_LINE {
            let wanted = MAX_LINE;
            return Err(MachineError::TooLarge { figure: "bytes of a line", wanted, got: line });
        }
        if ways > MAX_WAYS {
            return Err(MachineError::TooLarge { figure: "ways", wanted: MAX_WAYS, got: ways });
        }
        if size / line > MAX_LINES {
            let got = size / line;
            return Err(MachineError::TooLarge { figure: "lines", wanted: MAX_LINES, got });
        }
        if line.checked_mul(ways).is_none_or(|set| size % set != 0) {
            return Err(MachineError::NotWholeSets { size, ways, line });
        }
        Ok(CacheLevel { name: name.into(), size, ways, line, source })
    }

    /// What people call it: `L1d`, `L2`, `L3`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes that it holds.
    pub fn size(&self) -> i64 {
        self.size
    }

    /// Lines in a set.
    pub fn ways(&self) -> i64 {
        self.ways
    }

    /// Bytes of a line.
    pub fn line(&self) -> i64 {
        self.line
    }

    /// How many sets; a line lies in the set `line number % sets`.
    ///
    /// ```
    /// # use stridewise::machine::CacheLevel;
    /// let cache: CacheLevel = "48K:12:64".parse().unwrap();
    /// assert_eq!(cache.size(), cache.sets() * cache.ways() * cache.line());
    /// ```
    pub fn sets(&self) -> i64 {
        self.size / self.ways / self.line
    }

    /// How many lines it holds.
    pub fn lines(&self) -> i64 {
        self.size / self.line
    }

    /// Where its figures come from.
    pub fn source(&self) -> Source {
        self.source
    }

    /// The same cache under another name.
    pub fn named(mut self, name: impl Into<String>) -> CacheLevel {
        self.name = name.into();
        self
    }
}

/// `L1d 48K:12:64`, as an override would state it.
impl fmt::Display for CacheLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.name.is_empty() {
            write!(f, "{} ", self.name)?;
        }
        match self.size {
            size if size % (1 << 20) == 0 => write!(f, "{}M", size >> 20)?,
            size if size % (1 << 10) == 0 => write!(f, "{}K", size >> 10)?,
            size => write!(f, "{size}")?,
        }
        write!(f, ":{}:{}", self.ways, self.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(size: i64, ways: i64, line: i64, want: Result<i64, MachineError>) {
        let got = CacheLevel::new("L1d", size, ways, line, Source::Given);
        assert_eq!(got.map(|cache| cache.sets()), want, "{size}:{ways}:{line}");
    }

    #[test]
    fn geometry_is_checked() {
        check(49152, 12, 64, Ok(64));
        check(491520 * 16 * 64, 16, 64, Ok(491520));
        check(64, 1, 64, Ok(1));
        check(49152, 0, 64, Err(MachineError::NotPositive { figure: "ways", got: 0 }));
        check(-1, 8, 64, Err(MachineError::NotPositive { figure: "size", got: -1 }));
        check(49152, 12, 48, Err(MachineError::NotPowerOfTwo { figure: "line", got: 48 }));
        let (size, ways, line) = (1000, 2, 64);
        check(size, ways, line, Err(MachineError::NotWholeSets { size, ways, line }));
        let (wanted, got) = (MAX_WAYS, 1 << 20);
        check(1 << 30, got, 64, Err(MachineError::TooLarge { figure: "ways", wanted, got }));
        let (wanted, got) = (MAX_LINES, 1 << 40);
        check(1 << 46, 8, 64, Err(MachineError::TooLarge { figure: "lines", wanted, got }));
        let (figure, wanted, got) = ("bytes of a line", MAX_LINE, 1 << 62);
        check(i64::MAX, 1, got, Err(MachineError::TooLarge { figure, wanted, got }));
    }
}
