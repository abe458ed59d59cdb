//! Texts that people type: expressions, patterns, dtypes, caches, nests.
//!
//! Any text has an answer: a trace whose layouts, such as `(2,3):(24,8)+0`, stay inside their
//! buffers, or an error that points into the text.

use std::ops::Range;

use stridewise::expr::{self, Array, Names, trace, trace_from};
use stridewise::layout::{DType, Layout};
use stridewise::machine::CacheLevel;
use stridewise::nest::read_cases;

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok().filter(|text| text.len() <= 4096)
}

fn names() -> Names {
    let mut names = Names::new();
    let float = |shape: &[i64]| {
        let layout = Layout::c_order(shape, 8).expect("a small layout");
        Array::allocated(DType::float64(), layout)
    };
    names.insert("a", float(&[4, 5, 6]));
    names.insert("b", float(&[6, 5]));
    names.insert("x", float(&[7]));
    names
}

fn points_into(span: &Range<usize>, text: &str) {
    assert!(text.get(span.clone()).is_some(), "{span:?} of {text:?}");
}

/// Any text as an expression, and as the continuation of an array.
pub(crate) fn expression(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let names = names();
    let start = names.get("a").expect("it was put there").clone();
    for traced in [trace(text, &names), trace_from(&start, text, &names)] {
        let trace = match traced {
            Ok(trace) => trace,
            Err(error) => {
                points_into(&error.span, text);
                assert!(!error.message.is_empty(), "{text:?}");
                continue;
            }
        };
        for step in &trace.steps {
            points_into(&step.span, text);
            let span = step.layout.span();
            let inside = 0 <= span.low && span.high <= step.buffer.bytes();
            assert!(span.is_empty() || inside, "{text:?}: {} leaves its buffer", step.op);
            assert_eq!(step.layout.itemsize(), step.dtype.itemsize(), "{text:?}: {}", step.op);
        }
    }
}

/// Any text as a pattern over three named arrays.
pub(crate) fn pattern(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match expr::pattern(text, &names()) {
        Ok(pattern) => drop(pattern),
        Err(error) => points_into(&error.span, text),
    }
}

/// Any text as a dtype; what is understood prints as something that means the same.
pub(crate) fn dtype(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match DType::parse(text) {
        Ok(dtype) => {
            assert_eq!(DType::parse(&dtype.to_string()).as_ref(), Ok(&dtype), "{text:?}");
            assert!(dtype.itemsize() >= 0 && dtype.alignment() >= 1, "{text:?}");
            for field in dtype.fields() {
                let end = field.offset + field.dtype.itemsize();
                assert!(0 <= field.offset && end <= dtype.itemsize(), "{text:?}");
            }
            if let Some(descr) = dtype.descr() {
                let again = DType::parse_descr(&descr);
                assert_eq!(again.map(|d| d.itemsize()), Ok(dtype.itemsize()), "{text:?}: {descr}");
            }
        }
        Err(error) => points_into(&error.span, text),
    }
}

/// Any text as the geometry of a cache, such as `48K:12:64`.
pub(crate) fn cache(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match text.parse::<CacheLevel>() {
        Ok(cache) => assert!(cache.sets() >= 1 && cache.lines() >= 1, "{text:?}"),
        Err(error) => {
            error.span().iter().for_each(|span| points_into(span, text));
            assert!(!error.to_string().is_empty() && !error.help().is_empty(), "{text:?}");
        }
    }
}

/// Any text as a file of loop nests.
pub(crate) fn nests(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match read_cases(text) {
        Ok(cases) => cases.iter().for_each(|case| drop(case.nest.to_string())),
        Err(error) => assert!(error.line <= text.lines().count() + 1, "{text:?}: {error}"),
    }
}
