//! Inputs: what ARRAY on the command line stands for.
//!
//! ARRAY is a name given by `--let`, a file, or an expression: `zeros((2,3)).T` is
//! `(3,2):(8,24)+0`. One name is one buffer, and so is one file, however often it is named;
//! every constructor call makes a new one.

use std::ffi::OsStr;

use stridewise::expr::{Array, ExprError, Names, Trace, trace, trace_from};
use stridewise_report::document::FileObject;

use crate::args::ArrayOptions;
use crate::failure::Failure;
use crate::files::{Files, spec_of};

/// The name of the array that a follow-up expression continues from.
const CONTINUED: &str = "a";

/// What the arguments of a run may name.
#[derive(Debug)]
pub(crate) struct Inputs {
    names: Names,
    files: Files,
}

/// What an argument stands for.
#[derive(Debug)]
pub(crate) struct Input {
    /// The steps that lead to the array, and the array.
    pub(crate) trace: Trace,
    /// The file, where the array lies in one.
    pub(crate) file: Option<FileObject>,
    /// The file's path and array, whatever was done to it.
    pub(crate) begins_with: Option<(String, Array)>,
}

impl Inputs {
    /// Reads the `--let` options, each of which may use the names before it.
    pub(crate) fn new(options: &ArrayOptions) -> Result<Inputs, Failure> {
        let mut inputs = Inputs { names: Names::new(), files: Files::new(&options.raw)? };
        for definition in &options.names {
            let (name, array) = split_definition(definition)?;
            let array = inputs.read(array, None)?.trace.result;
            inputs.names.insert(name, array);
        }
        Ok(inputs)
    }

    /// The arrays with names.
    pub(crate) fn named(&self) -> impl Iterator<Item = (String, Array)> {
        self.names.iter().map(|(name, array)| (name.to_owned(), array.clone()))
    }

    /// What ARRAY is, continued by EXPR where there is one.
    pub(crate) fn read(&self, array: &OsStr, expr: Option<&str>) -> Result<Input, Failure> {
        let input = self.begin(array)?;
        let Some(expr) = expr else {
            return Ok(input);
        };
        let Input { trace: start, file, begins_with } = input;
        let mut trace = self.continued(&start.result, expr)?;
        trace.source = format!("{}{}", start.source, joined(expr));
        trace.steps.splice(0..0, start.steps);
        // A copy does not lie in the file any more.
        let file = file.filter(|_| trace.result.buffer == start.result.buffer);
        Ok(Input { trace, file, begins_with })
    }

    /// A name, a file, or an expression, in this order.
    fn begin(&self, argument: &OsStr) -> Result<Input, Failure> {
        let named = |text: &str| self.names.get(text).is_some();
        let file = if argument.to_str().is_some_and(named) { None } else { spec_of(argument) };
        if let Some(spec) = file {
            let stored = self.files.open(&spec)?;
            let source = argument.to_string_lossy().into_owned();
            let begins_with = Some((source.clone(), stored.array.clone()));
            let trace = Trace { source, steps: Vec::new(), result: stored.array };
            return Ok(Input { trace, file: Some(stored.file), begins_with });
        }
        // Whatever is not UTF-8 was taken for a file.
        let source = argument.to_str().unwrap_or_default();
        match trace(source, &self.names) {
            Ok(trace) => Ok(Input { trace, file: None, begins_with: None }),
            Err(_) if looks_like_a_path(source) => {
                let help = "check the name and the current folder".to_owned();
                Err(Failure::new("no-such-file", format!("there is no file '{source}'")).help(help))
            }
            Err(error) => Err(refused(source, error)),
        }
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

/// A text that means a file which is not there, rather than a broken expression.
fn looks_like_a_path(text: &str) -> bool {
    text.contains('/') && !text.contains(['(', '[', ' '])
}

/// `NAME=ARRAY`.
fn split_definition(definition: &OsStr) -> Result<(&str, &OsStr), Failure> {
    let Some(text) = definition.to_str() else {
        let text = definition.to_string_lossy().into_owned();
        let span = 0..text.len();
        return Err(Failure::new("let", "a definition has to be valid UTF-8").at(text, span));
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

fn refused(source: &str, error: ExprError) -> Failure {
    Failure::new(error.code.as_str(), error.message).at(source, error.span).help(error.help)
}
