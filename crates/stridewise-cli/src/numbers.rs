//! Lists of integers as people type them: `2,3`, `(2, 3)`, `[2,3]`, `-1`.
//!
//! `2,3` is an index of `(4,5):(40,8)+0`; `()` is the index of an array without axes.

use std::ops::Range;

use crate::failure::Failure;

/// A whole number, and where it stands in the text.
pub(crate) type Number = (i64, Range<usize>);

/// Reads a list of integers; `what` it is and an `example` are for the error.
pub(crate) fn integers(text: &str, what: &str, example: &str) -> Result<Vec<Number>, Failure> {
    let mut inner = 0..text.len();
    for (open, close) in [('(', ')'), ('[', ']')] {
        let bare = text.trim();
        if bare.len() > 1 && bare.starts_with(open) && bare.ends_with(close) {
            let start = text.len() - text.trim_start().len();
            inner = start + 1..start + bare.len() - 1;
        }
    }
    // As in Python, one comma may follow the last number.
    if text[inner.clone()].trim_end().ends_with(',') && text[inner.clone()].trim() != "," {
        inner.end = inner.start + text[inner.clone()].trim_end().len() - 1;
    }
    if text[inner.clone()].trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut numbers = Vec::new();
    let mut from = inner.start;
    for part in text[inner].split(',') {
        let bare = part.trim();
        let start = from + part.len() - part.trim_start().len();
        let span = start..start + bare.len();
        let number = bare.parse().map_err(|_| {
            let help = format!("{what} is one whole number per axis, as in {example}");
            Failure::new("number", format!("'{bare}' is no whole number"))
                .at(text, span.clone())
                .help(help)
        })?;
        numbers.push((number, span));
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
            let numbers = integers(text, "", "").unwrap();
            let (values, spans): (Vec<i64>, Vec<_>) = numbers.into_iter().unzip();
            assert_eq!(values, wanted, "{text}");
            for (value, span) in values.iter().zip(spans) {
                assert_eq!(text[span].parse(), Ok(*value), "{text}");
            }
        }
        for text in ["2,x", "2,,3", "1.5", "99999999999999999999", "(1", ",", "(", "é,1", "3 4"] {
            assert!(integers(text, "", "").is_err(), "{text}");
        }
    }
}
