//! NumPy-like expressions, traced: each step of a chain is a view or a copy, with its reason.
//!
//! `zeros((4,5,6))[::2].T.reshape(-1)` is read as Python reads it and carried out on layouts
//! alone; no element exists. Lexer and parser give a tree with spans; evaluation looks each
//! call, attribute and bracket up in a table of operations, binds the arguments to NumPy's
//! parameter names, and records what the layout room answers as one [`Step`].
//!
//! Worked: `zeros((2,3)).T.reshape(-1)` begins with `(2,3):(24,8)+0`; `.T` is a view
//! `(3,2):(8,24)+0`; `.reshape(-1)` must walk 8, 24, 8, .. and copies to `(6):(8)+0`.
//!
//! ```
//! use stridewise::expr::{trace, Effect, Names};
//! let trace = trace("zeros((2,3)).T", &Names::new()).unwrap();
//! assert_eq!(trace.steps[0].effect, Effect::New);
//! assert_eq!(trace.steps[1].effect, Effect::View);
//! assert_eq!(trace.steps[1].layout.to_string(), "(3,2):(8,24)+0");
//! ```

#![forbid(unsafe_code)]

mod advanced;
mod arithmetic;
mod array;
mod ast;
mod bind;
mod error;
mod eval;
mod index;
mod lexer;
mod literal;
mod operations;
mod parser;
mod pattern;
mod pattern_text;
mod placement;
mod promotion;
mod ready;
mod reasons;
mod steps;
mod value;

pub use array::{Array, Buffer, Names};
pub use error::{ErrorCode, ExprError};
pub use pattern::{Pattern, pattern};
pub use ready::{READY, Ready, ready};
pub use steps::{Effect, Reason, ReasonCode, Step, Trace};

/// Reads an expression and carries it out on layouts, step by step.
///
/// A source that begins with `.` or `[` has no start of its own: see [`trace_from`].
///
/// # Errors
/// What Python cannot read, what NumPy refuses, and names that nobody has defined, each with
/// the bytes of the source at fault.
pub fn trace(source: &str, names: &Names) -> Result<Trace, ExprError> {
    eval::run(source, None, names).map_err(ExprError::helped)
}

/// Continues from an array that exists: the source is a chain such as `[::2, :, 3].T`, or
/// empty. An expression that does not begin with `.` or `[` is read as [`trace`] reads it.
pub fn trace_from(start: &Array, source: &str, names: &Names) -> Result<Trace, ExprError> {
    eval::run(source, Some(start), names).map_err(ExprError::helped)
}
