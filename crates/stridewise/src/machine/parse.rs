//! Reads cache overrides: `48K:12:64` is size, ways, line; `L2=2M:16:64` has a name too.
//!
//! K, M and G are 1024-based; no suffix is bytes. Worked: `48K:12:64` is 64 sets of 12 lines.

use std::ops::Range;
use std::str::FromStr;

use super::{CacheLevel, MachineError, Source};

impl FromStr for CacheLevel {
    type Err = MachineError;

    /// `[NAME=]SIZE:WAYS:LINE`; without a name the name is empty.
    fn from_str(text: &str) -> Result<CacheLevel, MachineError> {
        let (name, start) = match text.find('=') {
            Some(at) => (text[..at].trim(), at + 1),
            None => ("", 0),
        };
        let mut fields = Vec::new();
        let mut from = start;
        for field in text[start..].split(':') {
            fields.push(from..from + field.len());
            from += field.len() + 1;
        }
        let [size, ways, line] = fields.as_slice() else {
            return Err(MachineError::Syntax {
                wanted: "three figures, SIZE:WAYS:LINE",
                span: start..text.len(),
            });
        };
        let figures = [bytes(text, size)?, count(text, ways)?, bytes(text, line)?];
        CacheLevel::new(name, figures[0], figures[1], figures[2], Source::Given)
    }
}

/// Reads a number of bytes such as `64M`; K, M and G are 1024-based.
///
/// ```
/// assert_eq!(stridewise::machine::read_bytes("64M"), Ok(64 << 20));
/// ```
///
/// # Errors
/// [`MachineError::Syntax`] for anything else, and for more than 64 bits count.
pub fn read_bytes(text: &str) -> Result<i64, MachineError> {
    bytes(text, &(0..text.len()))
}

/// A number of bytes with an optional 1024-based suffix.
fn bytes(text: &str, span: &Range<usize>) -> Result<i64, MachineError> {
    let field = text[span.clone()].trim();
    let upper = field.to_ascii_uppercase();
    let digits = upper.trim_end_matches('B').trim_end_matches('I');
    let (digits, shift) = match digits.as_bytes().last() {
        Some(b'K') => (&digits[..digits.len() - 1], 10),
        Some(b'M') => (&digits[..digits.len() - 1], 20),
        Some(b'G') => (&digits[..digits.len() - 1], 30),
        _ => (digits, 0),
    };
    let scaled = digits.trim().parse::<i64>().ok().and_then(|value| value.checked_mul(1 << shift));
    scaled.ok_or(MachineError::Syntax {
        wanted: "a number of bytes such as 48K or 49152",
        span: span.clone(),
    })
}

fn count(text: &str, span: &Range<usize>) -> Result<i64, MachineError> {
    let field = text[span.clone()].trim();
    field
        .parse()
        .map_err(|_| MachineError::Syntax { wanted: "a number of ways", span: span.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: (i64, i64, i64)) {
        let cache: CacheLevel = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((cache.size(), cache.ways(), cache.line()), want, "{text}");
    }

    fn refuse(text: &str, want: Range<usize>) {
        let error = text.parse::<CacheLevel>().unwrap_err();
        assert_eq!(error.span(), Some(want), "{text}: {error}");
    }

    #[test]
    fn reads_sizes() {
        check("48K:12:64", (49152, 12, 64));
        check("L1d=32k:8:64", (32768, 8, 64));
        check("1M:16:64", (1 << 20, 16, 64));
        check("1MiB:16:64", (1 << 20, 16, 64));
        check("32768:8:64", (32768, 8, 64));
    }

    #[test]
    fn points_at_what_is_wrong() {
        refuse("48K:12", 0..6);
        refuse("48Q:12:64", 0..3);
        refuse("48K:twelve:64", 4..10);
        refuse("L1=48K:12:", 10..10);
        refuse("é:ñ:64", 0..2);
        refuse("99999999999999G:8:64", 0..15);
        assert_eq!("48K:0:64".parse::<CacheLevel>().unwrap_err().span(), None);
    }
}
