//! Flags and byte bounds equal NumPy's on every layout that NumPy's own tests went through.
//!
//! `data/numpy_layouts.jsonl` has one layout a line, recorded from NumPy 2.4.6; its bounds are
//! relative to the first element: `(3):(-8)+16` has `low` -16 and `high` 8.

use stridewise::layout::{Layout, Span};

const RECORDED: &str = include_str!("data/numpy_layouts.jsonl");

/// The text of one value of a flat JSON object.
fn value<'a>(line: &'a str, key: &str) -> &'a str {
    let quoted = format!("\"{key}\":");
    let start = line.find(&quoted).unwrap_or_else(|| panic!("{key} in {line}")) + quoted.len();
    let rest = &line[start..];
    let end = if rest.starts_with('[') { rest.find(']') } else { rest.find([',', '}']) };
    &rest[..end.unwrap()]
}

fn integer(line: &str, key: &str) -> i64 {
    value(line, key).parse().unwrap()
}

fn flag(line: &str, key: &str) -> bool {
    value(line, key).parse().unwrap()
}

fn integers(line: &str, key: &str) -> Vec<i64> {
    let inside = value(line, key).trim_start_matches('[');
    inside.split(',').filter(|item| !item.is_empty()).map(|item| item.parse().unwrap()).collect()
}

#[test]
fn flags_and_bounds_equal_numpys_on_all_recorded_layouts() {
    let mut seen = 0;
    for line in RECORDED.lines() {
        let layout = Layout::new(
            &integers(line, "shape"),
            &integers(line, "strides"),
            0,
            integer(line, "itemsize"),
        )
        .unwrap();
        assert_eq!(layout.is_c_contiguous(), flag(line, "c_contiguous"), "C of {line}");
        assert_eq!(layout.is_f_contiguous(), flag(line, "f_contiguous"), "F of {line}");
        let bounds = Span { low: integer(line, "low"), high: integer(line, "high") };
        assert_eq!(layout.span(), bounds, "bounds of {line}");
        seen += 1;
    }
    assert_eq!(seen, 1509);
}
