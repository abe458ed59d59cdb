//! Inputs: what ARRAY on the command line stands for.
//!
//! ARRAY is a name given by `--let`, a file, or an expression: `zeros((2,3)).T` is
//! `(3,2):(8,24)+0`. One name is one buffer, and so is one file, however often it is named;
//! every constructor call makes a new one.

use std::ffi::{OsStr, OsString};

use stridewise::expr::{Array, ExprError, Names, Trace, trace, trace_from};

use crate::args::ArrayOptions;
use crate::failure::Failure;

/// The name of the array that a follow-up expression continues from.
const CONTINUED: &str = "a";

/// What the arguments of a run may name.
#[derive(Debug)]
pub(crate) struct Inputs {
    names: Names,
}

impl Inputs {
    /// Reads the `--let` options, each of which may use the names before it.
    pub(crate) fn new(options: &ArrayOptions) -> Result<Inputs, Failure> {
        let mut inputs = Inputs { names: Names::new() };
        for definition in &options.names {
            let (name, array) = split_definition(definition)?;
            let array = inputs.trace(array, None)?.result;
            inputs.names.insert(name, array);
        }
        Ok(inputs)
    }

    /// What ARRAY is, continued by EXPR where there is one.
    pub(crate) fn trace(&self, array: &OsStr, expr: Option<&str>) -> Result<Trace, Failure> {
        let Some(source) = array.to_str() else {
            return Err(not_utf8(array));
        };
        let start = trace(source, &self.names).map_err(|error| refused(source, error))?;
        let Some(expr) = expr else {
            return Ok(start);
        };
        let mut whole = self.continued(&start.result, expr)?;
        whole.source = format!("{source}{}", joined(expr));
        whole.steps.splice(0..0, start.steps);
        Ok(whole)
    }

    /// EXPR from an array: a chain such as `[::2].T`, or an expression that calls the array `a`.
    fn continued(&self, start: &Array, expr: &str) -> Result<Trace, Failure> {
        let mut names = self.names.clone();
        if names.get(CONTINUED).is_none() {
            names.insert(CONTINUED, start.clone());
        }
        trace_from(start, expr, &names).map_err(|error| refused(expr, error))
    }
}

/// The follow-up as the title shows it: `[::2]` directly behind the array, others apart.
fn joined(expr: &str) -> String {
    if expr.starts_with(['.', '[']) { expr.to_owned() } else { format!(" {expr}") }
}

/// `NAME=ARRAY`.
fn split_definition(definition: &OsString) -> Result<(&str, &OsStr), Failure> {
    let Some(text) = definition.to_str() else {
        return Err(not_utf8(definition));
    };
    let failure = |message: String, span| {
        let help = "write --let NAME=ARRAY, as in --let a='zeros((4,5))'".to_owned();
        Err(Failure::new("let", message).at(text, span).help(help))
    };
    let Some((name, array)) = text.split_once('=') else {
        return failure("there is no '=' between the name and its array".to_owned(), 0..text.len());
    };
    let mut letters = name.chars();
    let begins = letters.next().is_some_and(|first| first == '_' || first.is_alphabetic());
    if !begins || !letters.all(|letter| letter == '_' || letter.is_alphanumeric()) {
        return failure(format!("'{name}' is no name"), 0..name.len().max(1));
    }
    if array.is_empty() {
        return failure(format!("'{name}' stands for nothing"), text.len()..text.len());
    }
    Ok((name, OsStr::new(array)))
}

fn not_utf8(argument: &OsStr) -> Failure {
    let text = argument.to_string_lossy().into_owned();
    let span = 0..text.len();
    Failure::new("usage", "an expression has to be valid UTF-8").at(text, span)
}

fn refused(source: &str, error: ExprError) -> Failure {
    Failure::new(error.code.as_str(), error.message).at(source, error.span).help(error.help)
}
