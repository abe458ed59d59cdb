//! Evaluation: walks the tree as Python would and records one step for each operation.
//!
//! The evaluator knows names, modules, chains and plain Python values; what an operation does
//! to a layout it asks the table in `operations`. `np.ravel(zeros((2,3)).T)` records
//! `zeros((2,3))`, `.T`, and `np.ravel(_)`.

use std::ops::Range;
use std::rc::Rc;

use super::arithmetic;
use super::array::{Array, Names};
use super::ast::{Argument, Expr, Kind, Link, LinkKind, Operator, Passing, Sign};
use super::bind::{Passed, bind};
use super::error::{ErrorCode, ExprError};
use super::index;
use super::operations::{self, Call, Form, Operation, Outcome};
use super::parser::parse;
use super::steps::{Step, Trace};
use super::value::{Made, Spanned, Traced, Value};
use crate::layout::DType;
use crate::suggest::nearest;

/// The modules in which NumPy keeps the operations that a trace knows.
const MODULES: [&str; 6] =
    ["np", "numpy", "np.lib", "numpy.lib", "np.lib.stride_tricks", "numpy.lib.stride_tricks"];

pub(super) fn run(source: &str, start: Option<&Array>, names: &Names) -> Result<Trace, ExprError> {
    let expr = parse(source, start.is_some())?;
    let mut evaluator = Evaluator { source, start, names, steps: Vec::new(), shown: Vec::new() };
    let value = evaluator.value(&expr)?;
    let result = evaluator.array(&value)?.array.clone();
    Ok(Trace { source: source.to_owned(), steps: evaluator.steps, result })
}

/// A default value of a signature, standing where the call stands.
pub(super) fn constant(source: &'static str, span: &Range<usize>) -> Result<Spanned, ExprError> {
    let names = Names::new();
    let expr = parse(source, false)?;
    let mut evaluator =
        Evaluator { source, start: None, names: &names, steps: Vec::new(), shown: Vec::new() };
    Ok(Spanned { span: span.clone(), ..evaluator.value(&expr)? })
}

struct Evaluator<'e> {
    source: &'e str,
    start: Option<&'e Array>,
    names: &'e Names,
    steps: Vec<Step>,
    /// Spans of array expressions whose steps are recorded: a later step shows `_` for them.
    shown: Vec<Range<usize>>,
}

impl Evaluator<'_> {
    fn value(&mut self, expr: &Expr) -> Result<Spanned, ExprError> {
        let before = self.steps.len();
        let value = match &expr.kind {
            Kind::None => Value::None,
            Kind::Ellipsis => Value::Ellipsis,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Int(value) => Value::Int(*value),
            Kind::Float(value) => Value::Float(*value),
            Kind::Imaginary(value) => Value::Imaginary(*value),
            Kind::Text(text) => Value::Text(text.clone()),
            Kind::Name(name) => self.name(name, &expr.span)?,
            Kind::Start => match self.start {
                Some(array) => Value::Array(Rc::new(Traced::original(array.clone()))),
                None => return Err(unsupported(&expr.span, "there is no array to start from")),
            },
            Kind::Tuple(items) => Value::Tuple(self.values(items)?),
            Kind::List(items) => Value::List(self.values(items)?),
            Kind::Dict(entries) => {
                let entry =
                    |(key, value): &(Expr, Expr)| Ok((self.value(key)?, self.value(value)?));
                Value::Dict(entries.iter().map(entry).collect::<Result<_, ExprError>>()?)
            }
            Kind::Slice(parts) => {
                let mut values = [None, None, None];
                for (value, part) in values.iter_mut().zip(parts.iter()) {
                    *value = part.as_ref().map(|part| self.value(part)).transpose()?;
                }
                Value::Slice(Box::new(values))
            }
            Kind::Chain(base, links) => self.chain(base, links)?,
            Kind::Signed(signs, operand) => self.signed(signs, operand)?,
            Kind::Row(first, terms) => self.row(first, terms)?,
        };
        if self.steps.len() > before {
            self.show(&value, &expr.span);
        }
        Ok(Spanned { value, span: expr.span.clone() })
    }

    /// From now on, steps write `_` for this expression, if it is an array.
    fn show(&mut self, value: &Value, span: &Range<usize>) {
        if matches!(value, Value::Array(_)) {
            self.shown.push(span.clone());
        }
    }

    fn values(&mut self, items: &[Expr]) -> Result<Vec<Spanned>, ExprError> {
        items.iter().map(|item| self.value(item)).collect()
    }

    fn name(&self, name: &str, span: &Range<usize>) -> Result<Value, ExprError> {
        if let Some(array) = self.names.get(name) {
            return Ok(Value::Array(Rc::new(Traced::original(array.clone()))));
        }
        if MODULES.contains(&name) {
            return Ok(Value::Module(name.to_owned()));
        }
        member(name).ok_or_else(|| {
            let known = self.names.iter().map(|(name, _)| name);
            let functions = operations::names(Form::Function);
            let message = format!("name '{name}' is not defined");
            let error = ExprError::new(ErrorCode::UnknownName, span.clone(), message);
            match nearest(name, known.chain(functions).chain(["np"])) {
                Some(meant) => error.with_help(format!("did you mean `{meant}`?")),
                None => error.with_help(self.known_names()),
            }
        })
    }

    fn known_names(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(|(name, _)| name).take(9).collect();
        match names.as_slice() {
            [] => "no array has a name here; zeros((4, 5)) makes one".to_owned(),
            names => format!("the arrays named here: {}", names.join(", ")),
        }
    }

    fn chain(&mut self, base: &Expr, links: &[Link]) -> Result<Value, ExprError> {
        let before = self.steps.len();
        let mut current = self.value(base)?;
        for link in links {
            let span = current.span.start..link.span.end;
            let value = self.link(&current, link, &span)?;
            if !matches!(value, Value::Array(_)) && self.steps.len() > before {
                self.show(&current.value, &current.span); // As in `a.T.shape`.
            }
            current = Spanned { value, span };
        }
        Ok(current.value)
    }

    /// One link of a chain; `span` reaches from the chain's first byte to the link's last.
    fn link(
        &mut self,
        current: &Spanned,
        link: &Link,
        span: &Range<usize>,
    ) -> Result<Value, ExprError> {
        match (&current.value, &link.kind) {
            (Value::Module(module), LinkKind::Attribute(name)) => {
                module_member(module, name, &link.span)
            }
            (Value::Module(module), LinkKind::Method(name, arguments)) => {
                let member = module_member(module, name, &link.span)?;
                self.call(&Spanned { value: member, span: span.clone() }, arguments, span)
            }
            (Value::Array(_), LinkKind::Attribute(name)) => {
                let operation = operations::find(name, Form::Attribute)
                    .ok_or_else(|| no_attribute(&current.value, name, &link.span))?;
                self.operate(operation, Form::Attribute, vec![("a", current.clone())], &link.span)
            }
            (Value::Array(_), LinkKind::Method(name, arguments)) => {
                let operation = operations::find(name, Form::Method)
                    .ok_or_else(|| no_attribute(&current.value, name, &link.span))?;
                let mut passed = vec![positional(current.clone())];
                passed.extend(self.arguments(arguments)?);
                self.bind_and_operate(operation, Form::Method, passed, &link.span)
            }
            (_, LinkKind::Bracket(index)) => {
                let index = self.value(index)?;
                self.bracket(current, &index, link, span)
            }
            (_, LinkKind::Call(arguments)) => self.call(current, arguments, span),
            (value, LinkKind::Attribute(name) | LinkKind::Method(name, _)) => {
                Err(no_attribute(value, name, &link.span))
            }
        }
    }

    fn bracket(
        &mut self,
        current: &Spanned,
        index: &Spanned,
        link: &Link,
        span: &Range<usize>,
    ) -> Result<Value, ExprError> {
        match &current.value {
            Value::Array(traced) => {
                let mut made = index::index(traced, index, &link.span, self.source)?;
                if traced.scalar && traced.dtype().fields().is_empty() {
                    made = made.out_of_scalar();
                }
                Ok(self.record(made, &link.span))
            }
            Value::Several(all) => {
                let picked = index::item(index, all.len())?;
                let made = all[picked].clone();
                Ok(self.record(made, span))
            }
            Value::Rows(traced) => {
                let rows = usize::try_from(traced.layout().shape()[0]).unwrap_or(usize::MAX);
                let row = i64::try_from(index::item(index, rows)?).unwrap_or(i64::MAX);
                let made = Made::row(traced, row);
                let made = made.map_err(|error| ExprError::from_layout(error, span.clone()))?;
                Ok(self.record(made, span))
            }
            _ => index::of_sequence(current, index),
        }
    }

    fn call(
        &mut self,
        called: &Spanned,
        arguments: &[Argument],
        span: &Range<usize>,
    ) -> Result<Value, ExprError> {
        let Value::Function(operation) = called.value else {
            let message = format!("'{}' object is not callable", called.value.type_name());
            let help = "only functions and methods are called; an array is indexed with [..]";
            return Err(ExprError::new(ErrorCode::Argument, span.clone(), message).with_help(help));
        };
        let passed = self.arguments(arguments)?;
        self.bind_and_operate(operation, Form::Function, passed, span)
    }

    fn bind_and_operate(
        &mut self,
        operation: &'static Operation,
        form: Form,
        passed: Vec<Passed>,
        span: &Range<usize>,
    ) -> Result<Value, ExprError> {
        let bound = bind(operation.name, operation.signature, passed, span)
            .map_err(|error| error.or_help(|| Some(operation.usage(form))))?;
        self.operate(operation, form, bound, span)
    }

    /// Operators of one precedence, from the left.
    fn row(&mut self, first: &Expr, terms: &[(Operator, Expr)]) -> Result<Value, ExprError> {
        let mut left = self.value(first)?;
        for (at, (operator, term)) in terms.iter().enumerate() {
            let right = self.value(term)?;
            let span = left.span.start..right.span.end;
            let value = match (&left.value, &right.value) {
                // NumPy's short cut, which keeps the dtype of truth values small.
                (Value::Array(_), Value::Int(2)) if *operator == Operator::Power => {
                    self.function("square", vec![left], &span)?
                }
                (Value::Array(_), _) | (_, Value::Array(_)) => {
                    self.function(operator.function(), vec![left, right], &span)?
                }
                _ => arithmetic::binary(*operator, &left, &right, &span)?,
            };
            if at + 1 < terms.len() {
                self.show(&value, &span); // What is left of the next operator.
            }
            left = Spanned { value, span };
        }
        Ok(left.value)
    }

    fn signed(&mut self, signs: &[(Sign, usize)], operand: &Expr) -> Result<Value, ExprError> {
        let mut result = self.value(operand)?;
        for (at, &(sign, start)) in signs.iter().enumerate().rev() {
            let span = start..operand.span.end;
            let function = match sign {
                Sign::Plus => "positive",
                Sign::Minus => "negative",
                Sign::Invert => "invert",
            };
            let value = match &result.value {
                Value::Array(_) => self.function(function, vec![result], &span)?,
                _ => arithmetic::signed(sign, &result)?,
            };
            if at > 0 {
                self.show(&value, &span);
            }
            result = Spanned { value, span };
        }
        Ok(result.value)
    }

    /// What an operator stands for.
    fn function(
        &mut self,
        name: &str,
        operands: Vec<Spanned>,
        span: &Range<usize>,
    ) -> Result<Value, ExprError> {
        let operation = operations::find(name, Form::Function)
            .ok_or_else(|| unsupported(span, "a trace does not follow this operator"))?;
        let passed = operands.into_iter().map(positional).collect();
        self.bind_and_operate(operation, Form::Function, passed, span)
    }

    fn arguments(&mut self, arguments: &[Argument]) -> Result<Vec<Passed>, ExprError> {
        let mut passed = Vec::new();
        for argument in arguments {
            let value = self.value(&argument.value)?;
            let span = argument.span.clone();
            match (&argument.passing, value.items()) {
                (Passing::Spread, Some(items)) => {
                    passed.extend(items.iter().cloned().map(positional));
                }
                (Passing::Spread, None) => {
                    return Err(value.wrong("argument after * must be a tuple or a list"));
                }
                (passing, _) => passed.push(Passed { passing: passing.clone(), value, span }),
            }
        }
        Ok(passed)
    }

    fn operate(
        &mut self,
        operation: &'static Operation,
        form: Form,
        bound: Vec<(&'static str, Spanned)>,
        span: &Range<usize>,
    ) -> Result<Value, ExprError> {
        let call = Call { operation, form, span: span.clone(), arguments: bound };
        let outcome = (operation.run)(&call).map_err(|error| match error.code {
            ErrorCode::Argument => error.or_help(|| Some(operation.usage(form))),
            _ => error,
        })?;
        Ok(match outcome {
            Outcome::Array(made) => self.record(call.as_scalar(*made), span),
            Outcome::Plain(value) => value,
        })
    }

    fn record(&mut self, made: Made, span: &Range<usize>) -> Value {
        let Made { effect, traced, reason } = made;
        let array = traced.array.clone();
        let op = self.written(span);
        self.steps.push(Step {
            op,
            span: span.clone(),
            effect,
            writes_reach_original: traced.reaches,
            dtype: array.dtype,
            layout: array.layout,
            buffer: array.buffer,
            writeable: array.writeable,
            reason,
        });
        Value::Array(Rc::new(traced))
    }

    /// The source of a step, with `_` for the arrays in it that have steps of their own.
    fn written(&mut self, span: &Range<usize>) -> String {
        // Spans arrive in the order of the source, inner ones before those around them, so the
        // ones inside this span are the last, and an outer one covers those just before it.
        let mut outermost: Vec<Range<usize>> = Vec::new();
        while let Some(shown) = self.shown.pop_if(|shown| shown.start >= span.start) {
            if outermost.last().is_none_or(|outer| shown.end <= outer.start) {
                outermost.push(shown);
            }
        }
        let mut text = String::new();
        let mut at = span.start;
        for shown in outermost.iter().rev() {
            text.push_str(&self.source[at..shown.start]);
            text.push('_');
            at = shown.end;
        }
        text.push_str(&self.source[at..span.end]);
        text
    }

    fn array(&self, value: &Spanned) -> Result<Rc<Traced>, ExprError> {
        match &value.value {
            Value::Array(traced) => Ok(traced.clone()),
            other => {
                let name = other.type_name();
                let article = if name.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
                let message = format!("this is {article} {name}, not an array");
                let help = match other {
                    Value::Function(operation) => format!("call it: {}(..)", operation.name),
                    _ => "a trace follows an array: zeros((4, 5)), or the name of one".to_owned(),
                };
                let span = value.span.clone();
                Err(ExprError::new(ErrorCode::Argument, span, message).with_help(help))
            }
        }
    }
}

fn positional(value: Spanned) -> Passed {
    let span = value.span.clone();
    Passed { passing: Passing::Positional, value, span }
}

fn unsupported(span: &Range<usize>, message: &str) -> ExprError {
    ExprError::new(ErrorCode::Unsupported, span.clone(), message)
}

/// What NumPy keeps under that name: a function, a dtype or a constant.
fn member(name: &str) -> Option<Value> {
    if let Some(operation) = operations::find(name, Form::Function) {
        return Some(Value::Function(operation));
    }
    Some(match name {
        "newaxis" => Value::None,
        "pi" => Value::Float(std::f64::consts::PI),
        "inf" => Value::Float(f64::INFINITY),
        "nan" => Value::Float(f64::NAN),
        // One letter is a name that somebody forgot to define, not a dtype.
        _ if name.len() > 1 => Value::DType(DType::parse(name).ok()?),
        _ => return None,
    })
}

fn module_member(module: &str, name: &str, span: &Range<usize>) -> Result<Value, ExprError> {
    let path = format!("{module}.{name}");
    if MODULES.contains(&path.as_str()) {
        return Ok(Value::Module(path));
    }
    member(name).ok_or_else(|| {
        let message = format!("module '{module}' has no attribute '{name}'");
        let error = ExprError::new(ErrorCode::UnknownName, span.clone(), message);
        match nearest(name, operations::names(Form::Function)) {
            Some(meant) => error.with_help(format!("did you mean `{module}.{meant}`?")),
            None => error.with_help("a trace follows the functions that concern layouts"),
        }
    })
}

fn no_attribute(value: &Value, name: &str, span: &Range<usize>) -> ExprError {
    let message = format!("'{}' object has no attribute '{name}'", value.type_name());
    let error = ExprError::new(ErrorCode::UnknownName, span.clone(), message);
    let known = operations::names(Form::Method).chain(operations::names(Form::Attribute));
    match (value, nearest(name, known)) {
        (Value::Array(_), Some(meant)) => error.with_help(format!("did you mean `.{meant}`?")),
        _ => error.with_help("a trace follows what concerns layouts, as .T and .reshape(..)"),
    }
}
