//! Lists of integers as people type them: `2,3`, `(2, 3)`, `[2,3]`, `-1`.
//!
//! `2,3` is an index of `(4,5):(40,8)+0`; `()` is the index of an array without axes.

use crate::failure::Failure;

/// Reads a list of integers; `what` it is and an `example` are for the error.
pub(crate) fn integers(text: &str, what: &str, example: &str) -> Result<Vec<i64>, Failure> {
    let failure = |message: String, from: usize, part: &str| {
        let lead = part.len() - part.trim_start().len();
        let span = from + lead..from + lead + part.trim().len().max(1);
        let help = format!("{what} is one whole number per axis, as in {example}");
        Failure::new("number", message).at(text, span).help(help)
    };
    let (mut from, mut inner) = (0, text);
    for (open, close) in [('(', ')'), ('[', ']')] {
        if let Some(inside) = text.trim().strip_prefix(open).and_then(|t| t.strip_suffix(close)) {
            from = text.find(open).unwrap_or(0) + 1;
            inner = inside;
        }
    }
    // As in Python, one comma may follow the last number.
    let inner = inner.strip_suffix(',').unwrap_or(inner);
    if inner.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut numbers = Vec::new();
    for part in inner.split(',') {
        let number = part
            .trim()
            .parse()
            .map_err(|_| failure(format!("'{}' is no whole number", part.trim()), from, part))?;
        numbers.push(number);
        from += part.len() + 1;
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::integers;

    #[test]
    fn lists_read_as_in_python() {
        for (text, wanted) in [
            ("2,3", &[2, 3][..]),
            (" ( -2, 3 ) ", &[-2, 3]),
            ("[4]", &[4]),
            ("4,", &[4]),
            ("(4,)", &[4]),
            ("()", &[]),
            ("", &[]),
        ] {
            assert_eq!(integers(text, "", "").unwrap(), wanted, "{text}");
        }
        for text in ["2,x", "2,,3", "1.5", "99999999999999999999", "(1", ","] {
            assert!(integers(text, "", "").is_err() || text == ",", "{text}");
        }
    }
}
