//! Binding: the arguments of a call to the parameters of a signature, as Python binds them.
//!
//! Signatures are written as Python writes them, `"shape, dtype=float, order='C', *, like=None"`,
//! so the table of operations reads like NumPy's documentation; defaults are evaluated by the
//! same parser. `zeros((2,3), order='F')` binds shape, order, and the defaults of the others.

use std::ops::Range;

use super::ast::Passing;
use super::error::{ErrorCode, ExprError};
use super::eval;
use super::value::{Spanned, Value};
use crate::suggest::nearest;

/// One parameter of a signature.
struct Parameter {
    name: &'static str,
    default: Option<&'static str>,
    kind: ParameterKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ParameterKind {
    PositionalOnly,
    Either,
    /// `*name`: takes all further positional arguments.
    Rest,
    KeywordOnly,
}

/// An argument as the caller passed it.
pub(super) struct Passed {
    pub(super) passing: Passing,
    pub(super) value: Spanned,
    pub(super) span: Range<usize>,
}

/// Parameter names with the values bound to them, defaults included.
pub(super) type Bound = Vec<(&'static str, Spanned)>;

/// Binds arguments to the parameters of a signature; `function` and `call` are for messages.
pub(super) fn bind(
    function: &str,
    signature: &'static str,
    arguments: Vec<Passed>,
    call: &Range<usize>,
) -> Result<Bound, ExprError> {
    let parameters = parameters(signature);
    let error = |span: Range<usize>, message| ExprError::new(ErrorCode::Argument, span, message);
    let mut values: Vec<Option<Spanned>> = parameters.iter().map(|_| None).collect();
    let mut rest: Vec<Spanned> = Vec::new();
    let mut position = 0;
    for Passed { passing, value, span } in arguments {
        let Passing::Keyword(name) = passing else {
            match parameters.get(position).map(|parameter| parameter.kind) {
                Some(ParameterKind::Rest) => rest.push(value),
                Some(ParameterKind::PositionalOnly | ParameterKind::Either) => {
                    values[position] = Some(value);
                    position += 1;
                }
                Some(ParameterKind::KeywordOnly) | None => {
                    let message =
                        format!("{function}() takes at most {position} positional arguments");
                    return Err(error(span, message));
                }
            }
            continue;
        };
        let known = |parameter: &Parameter| {
            parameter.name == name
                && matches!(parameter.kind, ParameterKind::Either | ParameterKind::KeywordOnly)
        };
        let Some(at) = parameters.iter().position(known) else {
            let message = format!("{function}() got an unexpected keyword argument '{name}'");
            let names = parameters
                .iter()
                .filter(|parameter| parameter.kind != ParameterKind::PositionalOnly)
                .map(|parameter| parameter.name);
            let help = nearest(&name, names).map(|name| format!("did you mean `{name}`?"));
            return Err(ExprError { help, ..error(span, message) });
        };
        if values[at].replace(value).is_some() {
            let message = format!("{function}() got multiple values for argument '{name}'");
            return Err(error(span, message));
        }
    }
    parameters
        .iter()
        .zip(values)
        .enumerate()
        .map(|(at, (parameter, value))| {
            let value = match (value, parameter.kind, parameter.default) {
                (Some(value), ..) => value,
                (None, ParameterKind::Rest, _) => gathered(std::mem::take(&mut rest), call),
                (None, _, Some(default)) => eval::constant(default, call)?,
                (None, _, None) => {
                    let message = format!(
                        "{function}() missing required argument '{}' (pos {})",
                        parameter.name,
                        at + 1
                    );
                    return Err(error(call.clone(), message));
                }
            };
            Ok((parameter.name, value))
        })
        .collect()
}

/// What `*name` took, as a tuple.
fn gathered(rest: Vec<Spanned>, call: &Range<usize>) -> Spanned {
    let span = match (rest.first(), rest.last()) {
        (Some(first), Some(last)) => first.span.start..last.span.end,
        _ => call.clone(),
    };
    Spanned { value: Value::Tuple(rest), span }
}

fn parameters(signature: &'static str) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut kind = ParameterKind::Either;
    for part in signature.split(", ").filter(|part| !part.is_empty()) {
        match (part, part.strip_prefix('*')) {
            ("/", _) => {
                for parameter in &mut parameters {
                    parameter.kind = ParameterKind::PositionalOnly;
                }
            }
            ("*", _) => kind = ParameterKind::KeywordOnly,
            (_, Some(name)) => {
                parameters.push(Parameter { name, default: None, kind: ParameterKind::Rest });
                kind = ParameterKind::KeywordOnly;
            }
            (_, None) => {
                let (name, default) = match part.split_once('=') {
                    Some((name, default)) => (name, Some(default)),
                    None => (part, None),
                };
                parameters.push(Parameter { name, default, kind });
            }
        }
    }
    parameters
}
