//! Expressions: what each step does, why, and what to do about it.
//!
//! Rows say what NumPy 2.4 does: `zeros((2,3)).T` ends as the view `(3,2):(8,24)+0`.

#![allow(clippy::unwrap_used, clippy::panic)]

mod arguments;
mod errors;
mod hostile;
mod indexing;
mod operations;
mod reasons;
mod steps;

use stridewise::expr::{Effect, Names, Trace, trace};

/// A trace that has to succeed.
pub(crate) fn traced(source: &str) -> Trace {
    trace(source, &Names::new())
        .unwrap_or_else(|error| panic!("{source}: {error} at {:?}", error.span))
}

/// The last step of an expression: its effect and layout.
pub(crate) fn check(source: &str, effect: Effect, layout: &str) {
    let trace = traced(source);
    let last = trace.steps.last().unwrap_or_else(|| panic!("{source} has no step"));
    assert_eq!((last.effect, last.layout.to_string()), (effect, layout.to_owned()), "{source}");
    assert_eq!(trace.result.layout, last.layout, "{source}");
}

/// The last step is a view of this layout.
pub(crate) fn views(source: &str, layout: &str) {
    check(source, Effect::View, layout);
}

/// The last step is a copy into this layout.
pub(crate) fn copies(source: &str, layout: &str) {
    check(source, Effect::Copy, layout);
}
