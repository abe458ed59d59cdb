//! The text of a pattern, before anybody asks what its names mean.
//!
//! ```text
//! pattern   = [reference ("=" | "+=" | "-=" | "*=" | "/=")] value ["for" range {"," range}]
//! value     = part {("+" | "-" | "*" | "/" | "@" | "%" | "**" | "//") part}
//! part      = reference | number | "-" part | "(" value ")" | name {"." name} "(" value, .. ")"
//! reference = name "[" subscript {"," subscript} "]" | name
//! subscript = sums, differences and integer multiples of indices and integers
//! range     = name "in" [integer ":"] integer
//! ```
//!
//! Worked: `x[2*i+k]` is one subscript, 2 i + 1 k + 0, of one axis such as `(9):(8)+0`.

use std::ops::Range;

use super::error::{ErrorCode, ExprError};
use super::lexer::{Lexeme, Token, lex};
use crate::nest::Effect;

/// Longer patterns than this are no statement of a loop.
const LONGEST: usize = 10_000;
/// More references or indices than a nest of loops has.
const MOST: usize = 64;
/// Parentheses within each other.
const DEEPEST: usize = 64;
/// Numbers in subscripts stay below this, so sums of their products stay far from overflow.
const LARGEST: i64 = 1 << 56;

/// An affine subscript over names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Linear {
    pub(super) constant: i64,
    /// Each index once, with a coefficient that is not 0.
    pub(super) terms: Vec<(String, i64)>,
    pub(super) span: Range<usize>,
    pub(super) text: String,
}

impl Linear {
    /// Whether it is one index and nothing else.
    pub(super) fn is_just(&self, name: &str) -> bool {
        self.constant == 0 && matches!(self.terms.as_slice(), [(only, 1)] if only == name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ParsedReference {
    pub(super) name: String,
    pub(super) name_span: Range<usize>,
    pub(super) span: Range<usize>,
    pub(super) subscripts: Vec<Linear>,
    pub(super) effect: Effect,
}

/// A pattern as it is written; references in the order in which they happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ParsedPattern {
    pub(super) references: Vec<ParsedReference>,
    pub(super) accumulates: bool,
    pub(super) ranges: Vec<Stated>,
}

/// The range of an index as the text states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stated {
    pub(super) name: String,
    pub(super) span: Range<usize>,
    pub(super) first: i64,
    pub(super) end: i64,
}

impl ParsedPattern {
    /// The array that is written.
    pub(super) fn target(&self) -> Option<&str> {
        let written = self.references.iter().find(|each| each.effect == Effect::Write);
        written.map(|reference| reference.name.as_str())
    }
}

/// Reads the text of a pattern.
pub(super) fn read(source: &str) -> Result<ParsedPattern, ExprError> {
    if source.len() > LONGEST {
        let message = format!("a pattern has at most {LONGEST} bytes");
        return Err(ExprError::new(ErrorCode::TooLarge, LONGEST..source.len(), message));
    }
    let mut reader = Reader { source, lexemes: lex(source)?, at: 0, references: Vec::new() };
    reader.pattern()
}

struct Reader<'s> {
    source: &'s str,
    lexemes: Vec<Lexeme>,
    at: usize,
    references: Vec<ParsedReference>,
}

const OPERATORS: [&str; 8] = ["+", "-", "*", "/", "@", "%", "**", "//"];

impl Reader<'_> {
    fn pattern(&mut self) -> Result<ParsedPattern, ExprError> {
        let mut accumulates = false;
        self.value(0)?;
        if let Some(accumulate) = self.assignment() {
            accumulates = accumulate;
            let target = match self.references.as_slice() {
                [target] => target.clone(),
                _ => return Err(self.syntax("one array element before the '='")),
            };
            self.references.clear();
            self.value(0)?;
            if accumulates {
                self.references.push(target.clone());
            }
            self.references.push(ParsedReference { effect: Effect::Write, ..target });
        }
        if self.references.is_empty() {
            return Err(self.syntax("an array element such as a[i,j]"));
        }
        let ranges = self.ranges()?;
        match self.peek() {
            Token::End => Ok(ParsedPattern {
                references: std::mem::take(&mut self.references),
                accumulates,
                ranges,
            }),
            _ => Err(self.syntax("an operator, 'for', or the end of the pattern")),
        }
    }

    /// Takes `=`, or an operator and `=`; whether the old value counts.
    fn assignment(&mut self) -> Option<bool> {
        if self.take("=") {
            return Some(false);
        }
        let combines =
            matches!(self.peek(), Token::Mark("+" | "-" | "*" | "/" | "//" | "**" | "%"));
        let next = self.lexemes.get(self.at + 1);
        let adjacent = next.is_some_and(|next| next.span.start == self.lexemes[self.at].span.end);
        if combines && adjacent && next.is_some_and(|next| next.token == Token::Mark("=")) {
            self.at += 2;
            return Some(true);
        }
        None
    }

    fn value(&mut self, depth: usize) -> Result<(), ExprError> {
        self.part(depth)?;
        loop {
            let before = self.at;
            if self.assignment().is_some() {
                self.at = before;
                return Ok(());
            }
            match self.peek() {
                Token::Mark(mark) if OPERATORS.contains(mark) => self.at += 1,
                _ => return Ok(()),
            }
            self.part(depth)?;
        }
    }

    fn part(&mut self, depth: usize) -> Result<(), ExprError> {
        if depth > DEEPEST {
            let message = format!("parentheses nest deeper than {DEEPEST} levels");
            return Err(ExprError::new(ErrorCode::TooLarge, self.span(), message));
        }
        while self.take("-") || self.take("+") {}
        match self.peek().clone() {
            Token::Int(_) | Token::Float(_) | Token::Imaginary(_) => {
                self.at += 1;
                Ok(())
            }
            Token::Mark("(") => self.arguments(depth),
            Token::Name(name) => {
                let name_span = self.span();
                self.at += 1;
                let mut called = false;
                while self.take(".") {
                    called = true;
                    match self.peek() {
                        Token::Name(_) => self.at += 1,
                        _ => return Err(self.syntax("a name after '.'")),
                    }
                }
                match self.peek() {
                    Token::Mark("(") => self.arguments(depth),
                    _ if called => Err(self.syntax("'('")),
                    Token::Mark("[") => self.reference(name, name_span),
                    _ => self.add(ParsedReference {
                        name,
                        span: name_span.clone(),
                        name_span,
                        subscripts: Vec::new(),
                        effect: Effect::Read,
                    }),
                }
            }
            _ => Err(self.syntax("an array element such as a[i,j], or a number")),
        }
    }

    fn arguments(&mut self, depth: usize) -> Result<(), ExprError> {
        self.at += 1;
        while !self.take(")") {
            self.value(depth + 1)?;
            if !self.take(",") && *self.peek() != Token::Mark(")") {
                return Err(self.syntax("')'"));
            }
        }
        Ok(())
    }

    fn reference(&mut self, name: String, name_span: Range<usize>) -> Result<(), ExprError> {
        self.at += 1;
        let mut subscripts = Vec::new();
        while !self.take("]") {
            let start = self.span().start;
            let sum = self.sum(0)?;
            let span = start..self.lexemes[self.at - 1].span.end;
            let text = self.source[span.clone()].to_string();
            subscripts.push(Linear { span, text, ..sum });
            if !self.take(",") && *self.peek() != Token::Mark("]") {
                return Err(self.syntax("',' or ']'"));
            }
            if subscripts.len() > MOST {
                let message = format!("an array has at most {MOST} axes");
                return Err(ExprError::new(ErrorCode::TooLarge, self.span(), message));
            }
        }
        let span = name_span.start..self.lexemes[self.at - 1].span.end;
        self.add(ParsedReference { name, name_span, span, subscripts, effect: Effect::Read })
    }

    fn add(&mut self, reference: ParsedReference) -> Result<(), ExprError> {
        if self.references.len() == MOST {
            let message = format!("a pattern has at most {MOST} array elements");
            return Err(ExprError::new(ErrorCode::TooLarge, reference.span, message));
        }
        self.references.push(reference);
        Ok(())
    }

    /// Sums and differences of products, within a subscript.
    fn sum(&mut self, depth: usize) -> Result<Linear, ExprError> {
        let mut total = self.product(depth)?;
        loop {
            let sign = match self.peek() {
                Token::Mark("+") => 1,
                Token::Mark("-") => -1,
                _ => return Ok(total),
            };
            self.at += 1;
            let span = self.span();
            let next = self.product(depth)?;
            let constant =
                next.constant.checked_mul(sign).and_then(|c| total.constant.checked_add(c));
            total.constant = within(constant, &span)?;
            for (name, coefficient) in next.terms {
                total.add(name, coefficient * sign, &span)?;
            }
        }
    }

    fn product(&mut self, depth: usize) -> Result<Linear, ExprError> {
        let mut total = self.factor(depth)?;
        while self.take("*") {
            let span = self.span();
            let next = self.factor(depth)?;
            let (linear, factor) = match (total.terms.is_empty(), next.terms.is_empty()) {
                (_, true) => (total, next.constant),
                (true, false) => (next, total.constant),
                (false, false) => {
                    let message = "a product of two indices is not affine";
                    let help = "multiply indices by integers only, as in 2*i+k";
                    let error = ExprError::new(ErrorCode::Index, span, message);
                    return Err(error.with_help(help));
                }
            };
            total = linear.times(factor, &span)?;
        }
        if let Token::Mark(mark @ ("/" | "//" | "%" | "**" | "@")) = self.peek() {
            let message = format!("an index with '{mark}' is not affine");
            let help = "use sums and integer multiples of indices, as in 2*i+k-1";
            return Err(ExprError::new(ErrorCode::Index, self.span(), message).with_help(help));
        }
        Ok(total)
    }

    fn factor(&mut self, depth: usize) -> Result<Linear, ExprError> {
        if depth > DEEPEST {
            let message = format!("parentheses nest deeper than {DEEPEST} levels");
            return Err(ExprError::new(ErrorCode::TooLarge, self.span(), message));
        }
        let span = self.span();
        let number = |constant| Linear {
            constant,
            terms: Vec::new(),
            span: span.clone(),
            text: String::new(),
        };
        match self.peek().clone() {
            Token::Mark("-") => {
                self.at += 1;
                self.factor(depth + 1)?.times(-1, &span)
            }
            Token::Mark("+") => {
                self.at += 1;
                self.factor(depth + 1)
            }
            Token::Int(value) => {
                self.at += 1;
                Ok(number(within(i64::try_from(value).ok(), &span)?))
            }
            Token::Mark("(") => {
                self.at += 1;
                let inner = self.sum(depth + 1)?;
                if self.take(")") { Ok(inner) } else { Err(self.syntax("')'")) }
            }
            Token::Name(name) => {
                self.at += 1;
                if matches!(self.peek(), Token::Mark("[" | "(" | ".")) {
                    let message = "an index that depends on values is not affine";
                    let help = "use sums and integer multiples of indices, as in 2*i+k-1";
                    let span = span.start..self.span().end;
                    return Err(ExprError::new(ErrorCode::Index, span, message).with_help(help));
                }
                let mut linear = number(0);
                linear.terms.push((name, 1));
                Ok(linear)
            }
            Token::Mark(":" | "...") => {
                let message = "a pattern names single elements";
                let help = "give every axis an index, as in a[i,j]";
                Err(ExprError::new(ErrorCode::Index, span, message).with_help(help))
            }
            Token::Float(_) | Token::Imaginary(_) => {
                Err(ExprError::new(ErrorCode::Index, span, "indices are integers"))
            }
            _ => Err(self.syntax("an index such as i or 2*i+1")),
        }
    }

    fn ranges(&mut self) -> Result<Vec<Stated>, ExprError> {
        let mut ranges: Vec<Stated> = Vec::new();
        if *self.peek() != Token::Name("for".to_string()) {
            return Ok(ranges);
        }
        self.at += 1;
        loop {
            let Token::Name(name) = self.peek().clone() else {
                return Err(self.syntax("the name of an index"));
            };
            let span = self.span();
            self.at += 1;
            if *self.peek() != Token::Name("in".to_string()) {
                return Err(self.syntax("'in'"));
            }
            self.at += 1;
            let first = self.integer()?;
            let (first, end) = if self.take(":") { (first, self.integer()?) } else { (0, first) };
            if ranges.iter().any(|known| known.name == name) {
                let message = format!("the range of '{name}' is given twice");
                return Err(ExprError::new(ErrorCode::Argument, span, message));
            }
            ranges.push(Stated { name, span, first, end });
            if !self.take(",") {
                return Ok(ranges);
            }
        }
    }

    fn integer(&mut self) -> Result<i64, ExprError> {
        let span = self.span();
        let sum = self.sum(0)?;
        if sum.terms.is_empty() {
            return Ok(sum.constant);
        }
        let message = "the range of an index is given by integers";
        Err(ExprError::new(ErrorCode::Argument, span, message))
    }

    fn peek(&self) -> &Token {
        self.lexemes.get(self.at).map_or(&Token::End, |lexeme| &lexeme.token)
    }

    fn span(&self) -> Range<usize> {
        let end = self.source.len()..self.source.len();
        self.lexemes.get(self.at).map_or(end, |lexeme| lexeme.span.clone())
    }

    fn take(&mut self, mark: &'static str) -> bool {
        let found = *self.peek() == Token::Mark(mark);
        self.at += usize::from(found);
        found
    }

    fn syntax(&self, wanted: &str) -> ExprError {
        let message = format!("expected {wanted}");
        ExprError::new(ErrorCode::Syntax, self.span(), message)
            .with_help("a pattern looks like out[j] += a[i,j] * b[j,i]")
    }
}

impl Linear {
    fn add(
        &mut self,
        name: String,
        coefficient: i64,
        span: &Range<usize>,
    ) -> Result<(), ExprError> {
        match self.terms.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum = within(sum.checked_add(coefficient), span)?,
            None => self.terms.push((name, coefficient)),
        }
        self.terms.retain(|(_, coefficient)| *coefficient != 0);
        if self.terms.len() > MOST {
            let message = format!("a subscript has at most {MOST} indices");
            return Err(ExprError::new(ErrorCode::TooLarge, span.clone(), message));
        }
        Ok(())
    }

    fn times(mut self, factor: i64, span: &Range<usize>) -> Result<Linear, ExprError> {
        self.constant = within(self.constant.checked_mul(factor), span)?;
        for (_, coefficient) in &mut self.terms {
            *coefficient = within(coefficient.checked_mul(factor), span)?;
        }
        self.terms.retain(|(_, coefficient)| *coefficient != 0);
        Ok(self)
    }
}

fn within(value: Option<i64>, span: &Range<usize>) -> Result<i64, ExprError> {
    value.filter(|value| value.unsigned_abs() < LARGEST.unsigned_abs()).ok_or_else(|| {
        ExprError::new(ErrorCode::TooLarge, span.clone(), "number too large for an index")
    })
}
