//! Parser: recursive descent over the tokens, bounded in length and depth.
//!
//! Binary operators by precedence climbing; brackets, arguments and exponents are the only
//! recursion, and [`MAX_DEPTH`] of them nest at most, so no input exhausts the stack.
//! `-a.T[0] ** 2` reads as `-((a.T[0]) ** 2)`, as in Python.

use std::ops::Range;

use super::ast::{Argument, Expr, Kind, Link, LinkKind, Operator, Passing, Sign};
use super::error::{ErrorCode, ExprError};
use super::lexer::{Lexeme, Token, lex};

/// The longest source that is read, in bytes.
pub(super) const MAX_LENGTH: usize = 1 << 16;

/// How deep brackets may nest.
pub(super) const MAX_DEPTH: usize = 48;

/// Words that Python reserves and that no trace can follow.
const RESERVED: [&str; 16] = [
    "and", "as", "assert", "await", "def", "del", "else", "for", "from", "if", "import", "in",
    "is", "lambda", "not", "or",
];

/// Reads one expression; `from_start` says that a leading `.` or `[` continues an array that
/// exists, and that nothing at all stands for that array.
pub(super) fn parse(source: &str, from_start: bool) -> Result<Expr, ExprError> {
    if source.len() > MAX_LENGTH {
        let message =
            format!("expression of {} bytes; {MAX_LENGTH} are read at most", source.len());
        let span = 0..source.chars().next().map_or(0, char::len_utf8);
        return Err(ExprError::new(ErrorCode::TooLarge, span, message));
    }
    let mut parser = Parser { lexemes: lex(source)?, at: 0, depth: 0, open: Vec::new() };
    let expr = parser.whole(from_start)?;
    match parser.token() {
        Token::End => Ok(expr),
        _ => Err(parser.unexpected()),
    }
}

struct Parser {
    lexemes: Vec<Lexeme>,
    at: usize,
    depth: usize,
    /// Where the brackets were opened that are open still.
    open: Vec<(&'static str, Range<usize>)>,
}

impl Parser {
    fn token(&self) -> &Token {
        &self.lexemes[self.at].token
    }

    fn span(&self) -> Range<usize> {
        self.lexemes[self.at].span.clone()
    }

    /// Where the token before this one ends.
    fn end(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |before| self.lexemes[before].span.end)
    }

    fn is_at(&self, mark: &str) -> bool {
        matches!(self.token(), Token::Mark(found) if *found == mark)
    }

    fn advance(&mut self) {
        self.at = (self.at + 1).min(self.lexemes.len() - 1);
    }

    fn take(&mut self, mark: &str) -> bool {
        let found = self.is_at(mark);
        if found {
            self.advance();
        }
        found
    }

    /// Takes an opening bracket, if it stands here.
    fn open(&mut self, mark: &'static str) -> bool {
        let span = self.span();
        let found = self.take(mark);
        if found {
            self.open.push((mark, span));
        }
        found
    }

    /// Takes the closing bracket of the one opened last, if it stands here.
    fn close(&mut self, mark: &'static str) -> bool {
        let found = self.take(mark);
        if found {
            self.open.pop();
        }
        found
    }

    fn expect_close(&mut self, mark: &'static str) -> Result<(), ExprError> {
        if self.close(mark) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> ExprError {
        let (message, help) = match self.token() {
            Token::End if !self.open.is_empty() => return self.never_closed(),
            Token::End => {
                let message = "invalid syntax: the expression ends too early".to_owned();
                (message, Some("an array is missing: zeros((4, 5)), or the name of one"))
            }
            Token::Mark("=") => (
                "invalid syntax: a trace follows one expression, not an assignment".to_owned(),
                Some("compare with `==`, pass keywords inside a call's parentheses"),
            ),
            Token::Mark(mark @ (")" | "]" | "}")) => {
                (format!("unmatched '{mark}'"), Some("leave it away, or open it before"))
            }
            Token::Mark(mark) => (
                format!("invalid syntax at '{mark}'"),
                Some("a trace follows one expression of calls, attributes, brackets, operators"),
            ),
            Token::Name(name) if RESERVED.contains(&name.as_str()) => (
                format!("a trace does not follow '{name}'"),
                Some("it follows one expression of calls, attributes, brackets and operators"),
            ),
            _ => (
                "invalid syntax. Perhaps you forgot a comma?".to_owned(),
                Some("an operator or a comma has to stand before this"),
            ),
        };
        let mut error = ExprError::new(ErrorCode::Syntax, self.span(), message);
        error.help = help.map(str::to_owned);
        error
    }

    fn never_closed(&self) -> ExprError {
        let (mark, span) = self.open.last().cloned().unwrap_or(("(", 0..0));
        let closing = match mark {
            "(" => ")",
            "[" => "]",
            _ => "}",
        };
        ExprError::new(ErrorCode::Syntax, span, format!("'{mark}' was never closed"))
            .with_help(format!("add a `{closing}`"))
    }

    fn whole(&mut self, from_start: bool) -> Result<Expr, ExprError> {
        let start = Expr { kind: Kind::Start, span: 0..0 };
        if from_start && *self.token() == Token::End {
            return Ok(start);
        }
        if from_start && (self.is_at(".") || self.is_at("[")) {
            return self.links(start);
        }
        self.tuple_or_expression(&[])
    }

    /// What may stand without brackets around it: `a`, or the tuple `a, b`.
    fn tuple_or_expression(&mut self, closing: &[&str]) -> Result<Expr, ExprError> {
        let start = self.span().start;
        let first = self.expression()?;
        if !self.is_at(",") {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.take(",") {
            if *self.token() == Token::End || closing.iter().any(|mark| self.is_at(mark)) {
                break;
            }
            items.push(self.expression()?);
        }
        Ok(Expr { kind: Kind::Tuple(items), span: start..self.end() })
    }

    fn expression(&mut self) -> Result<Expr, ExprError> {
        self.nested(|parser| parser.operators(0))
    }

    fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ExprError>,
    ) -> Result<T, ExprError> {
        if self.depth == MAX_DEPTH {
            let message = format!("brackets nest deeper than {MAX_DEPTH}");
            return Err(ExprError::new(ErrorCode::TooLarge, self.span(), message)
                .with_help("give an inner part a name, and write the name in its place"));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// A row of operators that bind at least as tightly as `least`.
    fn operators(&mut self, least: u8) -> Result<Expr, ExprError> {
        let mut left = self.signed()?;
        // The precedence of the row that `left` is, if this loop made it one.
        let mut row_of = None;
        while let Some((operator, precedence)) = self.operator() {
            if precedence < least {
                break;
            }
            self.advance();
            let right = self.operators(precedence + 1)?;
            let span = left.span.start..right.span.end;
            match (&mut left.kind, row_of) {
                (Kind::Row(_, terms), Some(same)) if same == precedence => {
                    if operator.is_comparison() {
                        return Err(ExprError::new(
                            ErrorCode::Unsupported,
                            span,
                            "a trace does not follow chained comparisons",
                        )
                        .with_help("join two comparisons with `&`, each in parentheses"));
                    }
                    terms.push((operator, right));
                    left.span = span;
                }
                _ => {
                    let kind = Kind::Row(Box::new(left), vec![(operator, right)]);
                    left = Expr { kind, span };
                    row_of = Some(precedence);
                }
            }
        }
        Ok(left)
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        match self.token() {
            Token::Mark("**") => None, // Binds tighter than signs: see `power`.
            Token::Mark(mark) => Operator::of_mark(mark),
            _ => None,
        }
    }

    fn signed(&mut self) -> Result<Expr, ExprError> {
        let start = self.span().start;
        let mut signs = Vec::new();
        loop {
            let sign = match self.token() {
                Token::Mark("+") => Sign::Plus,
                Token::Mark("-") => Sign::Minus,
                Token::Mark("~") => Sign::Invert,
                _ => break,
            };
            signs.push((sign, self.span().start));
            self.advance();
        }
        let operand = self.power()?;
        if signs.is_empty() {
            return Ok(operand);
        }
        let span = start..operand.span.end;
        Ok(Expr { kind: Kind::Signed(signs, Box::new(operand)), span })
    }

    fn power(&mut self) -> Result<Expr, ExprError> {
        let atom = self.atom()?;
        let base = self.links(atom)?;
        if !self.take("**") {
            return Ok(base);
        }
        let exponent = self.nested(Self::signed)?;
        let span = base.span.start..exponent.span.end;
        let kind = Kind::Row(Box::new(base), vec![(Operator::Power, exponent)]);
        Ok(Expr { kind, span })
    }

    fn atom(&mut self) -> Result<Expr, ExprError> {
        let span = self.span();
        let kind = match self.token().clone() {
            Token::Int(value) => Kind::Int(value),
            Token::Float(value) => Kind::Float(value),
            Token::Imaginary(value) => Kind::Imaginary(value),
            Token::Text(text) => Kind::Text(text),
            Token::Mark("...") => Kind::Ellipsis,
            Token::Name(name) => match name.as_str() {
                "None" => Kind::None,
                "Ellipsis" => Kind::Ellipsis,
                "True" => Kind::Bool(true),
                "False" => Kind::Bool(false),
                word if RESERVED.contains(&word) => return Err(self.unexpected()),
                _ => Kind::Name(name),
            },
            Token::Mark("(") => return self.parenthesised(),
            Token::Mark("[") => return self.list(),
            Token::Mark("{") => return self.dict(),
            _ => return Err(self.unexpected()),
        };
        self.advance();
        Ok(Expr { kind, span })
    }

    fn parenthesised(&mut self) -> Result<Expr, ExprError> {
        let start = self.span().start;
        self.open("(");
        if self.close(")") {
            return Ok(Expr { kind: Kind::Tuple(Vec::new()), span: start..self.end() });
        }
        let mut inside = self.tuple_or_expression(&[")"])?;
        self.expect_close(")")?;
        inside.span = start..self.end();
        Ok(inside)
    }

    fn list(&mut self) -> Result<Expr, ExprError> {
        let start = self.span().start;
        self.open("[");
        let mut items = Vec::new();
        while !self.close("]") {
            items.push(self.expression()?);
            if !self.take(",") {
                self.expect_close("]")?;
                break;
            }
        }
        Ok(Expr { kind: Kind::List(items), span: start..self.end() })
    }

    fn dict(&mut self) -> Result<Expr, ExprError> {
        let start = self.span().start;
        self.open("{");
        let mut entries = Vec::new();
        while !self.close("}") {
            let key = self.expression()?;
            if !self.take(":") {
                return Err(self.unexpected());
            }
            entries.push((key, self.expression()?));
            if !self.take(",") {
                self.expect_close("}")?;
                break;
            }
        }
        Ok(Expr { kind: Kind::Dict(entries), span: start..self.end() })
    }

    fn links(&mut self, base: Expr) -> Result<Expr, ExprError> {
        let mut links = Vec::new();
        loop {
            let start = self.span().start;
            let kind = if self.take(".") {
                self.attribute_or_method()?
            } else if self.open("(") {
                LinkKind::Call(self.arguments()?)
            } else if self.open("[") {
                LinkKind::Bracket(self.index()?)
            } else {
                break;
            };
            links.push(Link { kind, span: start..self.end() });
        }
        if links.is_empty() {
            return Ok(base);
        }
        let span = base.span.start..self.end();
        Ok(Expr { kind: Kind::Chain(Box::new(base), links), span })
    }

    fn attribute_or_method(&mut self) -> Result<LinkKind, ExprError> {
        let Token::Name(name) = self.token().clone() else { return Err(self.unexpected()) };
        self.advance();
        Ok(if self.open("(") {
            LinkKind::Method(name, self.arguments()?)
        } else {
            LinkKind::Attribute(name)
        })
    }

    /// What stands between `(` and `)` of a call.
    fn arguments(&mut self) -> Result<Vec<Argument>, ExprError> {
        let mut arguments = Vec::new();
        while !self.close(")") {
            arguments.push(self.argument()?);
            if !self.take(",") {
                self.expect_close(")")?;
                break;
            }
        }
        Ok(arguments)
    }

    fn argument(&mut self) -> Result<Argument, ExprError> {
        let start = self.span().start;
        let passing = match (self.token().clone(), &self.lexemes.get(self.at + 1)) {
            (Token::Mark("*"), _) => {
                self.advance();
                Passing::Spread
            }
            (Token::Name(name), Some(Lexeme { token: Token::Mark("="), .. })) => {
                self.advance();
                self.advance();
                Passing::Keyword(name)
            }
            _ => Passing::Positional,
        };
        let value = self.expression()?;
        Ok(Argument { passing, value, span: start..self.end() })
    }

    /// What stands between `[` and `]` behind an array: one index, or several as a tuple.
    fn index(&mut self) -> Result<Expr, ExprError> {
        let start = self.span().start;
        let first = self.slice_or_expression()?;
        if !self.is_at(",") {
            self.expect_close("]")?;
            return Ok(first);
        }
        let mut items = vec![first];
        while self.take(",") {
            if self.is_at("]") {
                break;
            }
            items.push(self.slice_or_expression()?);
        }
        let span = start..self.end();
        self.expect_close("]")?;
        Ok(Expr { kind: Kind::Tuple(items), span })
    }

    fn slice_or_expression(&mut self) -> Result<Expr, ExprError> {
        let start = self.span().start;
        let mut parts = [None, None, None];
        let mut part = 0;
        while part < 3 {
            if !(self.is_at(":") || self.is_at(",") || self.is_at("]")) {
                parts[part] = Some(self.expression()?);
            }
            if part == 2 || !self.take(":") {
                break;
            }
            part += 1;
        }
        match (part, parts) {
            (0, [Some(index), ..]) => Ok(index),
            (0, _) => Err(self.unexpected()),
            (_, parts) => Ok(Expr { kind: Kind::Slice(Box::new(parts)), span: start..self.end() }),
        }
    }
}
