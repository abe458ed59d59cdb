//! Python literals, as dtypes and `.npy` headers spell them: a small bounded parser with spans.
//!
//! `[('x', 'i1'), ('y', '<f8', (2, 3))]` becomes a list of tuples, each part with the bytes of
//! the text that it came from. Only what such texts need is read: strings, integers, `True`,
//! `False`, `None`, tuples, lists and dictionaries. Work and memory are linear in the text,
//! whose length and nesting are limited, so a hostile text costs no more than an honest one.

use std::fmt;
use std::ops::Range;

/// The longest text that is read, in bytes.
pub const MAX_TEXT: usize = 1 << 20;

/// The deepest nesting of brackets that is read.
pub const MAX_DEPTH: usize = 32;

/// A value and where in the text it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// What it is.
    pub value: Value,
    /// Its bytes in the text.
    pub span: Range<usize>,
}

/// What a literal can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// An integer of 64 bits; Python 2's `L` behind it is allowed.
    Int(i64),
    /// `'text'` or `"text"`
    Text(String),
    /// `(1, 2)`
    Tuple(Vec<Literal>),
    /// `[1, 2]`
    List(Vec<Literal>),
    /// `{'key': 1}`, pairs in the order of the text, repeated keys kept.
    Dict(Vec<(Literal, Literal)>),
}

/// A text that is no literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiteralError {
    /// What is wrong.
    pub message: String,
    /// The bytes of the text that are at fault.
    pub span: Range<usize>,
}

impl fmt::Display for LiteralError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LiteralError {}

/// Reads a text that is one literal and nothing else.
///
/// ```
/// use stridewise::layout::dtype::literal::{parse, Value};
/// let shape = parse("(3, 4)").unwrap();
/// let Value::Tuple(extents) = shape.value else { panic!() };
/// assert_eq!((extents[1].value.clone(), extents[1].span.clone()), (Value::Int(4), 4..5));
/// ```
///
/// # Errors
/// Anything else than one literal, longer than [`MAX_TEXT`], deeper than [`MAX_DEPTH`], or with
/// an integer beyond 64 bits.
pub fn parse(text: &str) -> Result<Literal, LiteralError> {
    if text.len() > MAX_TEXT {
        let message = format!("a literal of {} bytes; at most {MAX_TEXT} are read", text.len());
        return Err(LiteralError { message, span: MAX_TEXT..text.len() });
    }
    let mut parser = Parser { text, at: 0, depth: 0 };
    let literal = parser.literal()?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.unexpected("the end of the literal"));
    }
    Ok(literal)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn literal(&mut self) -> Result<Literal, LiteralError> {
        self.skip_space();
        let start = self.at;
        let value = match self.peek() {
            Some('(') => self.tuple()?,
            Some('[') => Value::List(self.nested(|parser| parser.items(']'))?.0),
            Some('{') => Value::Dict(self.nested(Parser::pairs)?),
            Some('\'' | '"') => Value::Text(self.string()?),
            Some('+' | '-' | '0'..='9') => Value::Int(self.integer()?),
            Some(c) if c.is_alphabetic() || c == '_' => self.word()?,
            _ => return Err(self.unexpected("a string, an integer, a tuple, a list or a dict")),
        };
        Ok(Literal { value, span: start..self.at })
    }

    /// `(1)` is 1, `(1,)` and `()` are tuples.
    fn tuple(&mut self) -> Result<Value, LiteralError> {
        let (mut items, trailing_comma) = self.nested(|parser| parser.items(')'))?;
        if items.len() == 1 && !trailing_comma {
            return Ok(items.remove(0).value);
        }
        Ok(Value::Tuple(items))
    }

    /// Steps over the opening bracket and reads what follows, one level deeper.
    fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, LiteralError>,
    ) -> Result<T, LiteralError> {
        if self.depth == MAX_DEPTH {
            let message = format!("brackets nested more than {MAX_DEPTH} deep");
            return Err(LiteralError { message, span: self.at..self.at + 1 });
        }
        self.depth += 1;
        self.at += 1;
        let result = read(self)?;
        self.depth -= 1;
        Ok(result)
    }

    /// Items up to the closing bracket, and whether a comma stood before it.
    fn items(&mut self, close: char) -> Result<(Vec<Literal>, bool), LiteralError> {
        let mut items = Vec::new();
        let mut after_comma = false;
        loop {
            if self.eat(close) {
                return Ok((items, after_comma));
            }
            if !items.is_empty() && !after_comma {
                return Err(self.unexpected(&format!("',' or '{close}'")));
            }
            items.push(self.literal()?);
            after_comma = self.eat(',');
        }
    }

    fn pairs(&mut self) -> Result<Vec<(Literal, Literal)>, LiteralError> {
        let mut pairs = Vec::new();
        let mut after_comma = true;
        loop {
            if self.eat('}') {
                return Ok(pairs);
            }
            if !after_comma {
                return Err(self.unexpected("',' or '}'"));
            }
            let key = self.literal()?;
            if !self.eat(':') {
                return Err(self.unexpected("':'"));
            }
            pairs.push((key, self.literal()?));
            after_comma = self.eat(',');
        }
    }

    fn word(&mut self) -> Result<Value, LiteralError> {
        let start = self.at;
        while let Some(c) = self.peek().filter(|c| c.is_alphanumeric() || *c == '_') {
            self.at += c.len_utf8();
        }
        let value = match &self.text[start..self.at] {
            "None" => Value::None,
            "True" => Value::Bool(true),
            "False" => Value::Bool(false),
            "u" | "U" if matches!(self.peek(), Some('\'' | '"')) => Value::Text(self.string()?),
            word => {
                let message = format!("'{word}' is not a literal");
                return Err(LiteralError { message, span: start..self.at });
            }
        };
        Ok(value)
    }

    fn integer(&mut self) -> Result<i64, LiteralError> {
        let start = self.at;
        if matches!(self.peek(), Some('+' | '-')) {
            self.at += 1;
            self.skip_space();
        }
        let digits = self.at;
        while matches!(self.peek(), Some('0'..='9' | '_')) {
            self.at += 1;
        }
        let number = self.text[digits..self.at].replace('_', "");
        if number.starts_with('0') && number.bytes().any(|digit| digit != b'0') {
            let message = "leading zeros in integers are not permitted".to_string();
            return Err(LiteralError { message, span: start..self.at });
        }
        let sign = if self.text[start..].starts_with('-') { "-" } else { "" };
        let end = self.at;
        if self.peek() == Some('L') {
            self.at += 1;
        }
        if let Some(c) = self.peek().filter(|c| c.is_alphanumeric() || *c == '.') {
            let message = "not a decimal integer".to_string();
            return Err(LiteralError { message, span: start..self.at + c.len_utf8() });
        }
        if number.is_empty() {
            return Err(self.unexpected("a digit"));
        }
        format!("{sign}{number}").parse().map_err(|_| LiteralError {
            message: "integer does not fit in 64 bits".to_string(),
            span: start..end,
        })
    }

    fn string(&mut self) -> Result<String, LiteralError> {
        let start = self.at;
        let quote = self.peek();
        self.at += 1;
        let mut string = String::new();
        loop {
            let Some(c) = self.peek().filter(|&c| c != '\n') else {
                let message = "unterminated string".to_string();
                return Err(LiteralError { message, span: start..self.at });
            };
            self.at += c.len_utf8();
            if Some(c) == quote {
                return Ok(string);
            }
            if c == '\\' { self.escape(&mut string)? } else { string.push(c) }
        }
    }

    /// What follows a backslash; an unknown escape stands for itself, as in Python.
    fn escape(&mut self, string: &mut String) -> Result<(), LiteralError> {
        let start = self.at - 1;
        let Some(c) = self.peek() else { return Ok(()) }; // string() finds it unterminated
        self.at += c.len_utf8();
        let plain = match c {
            '\n' => return Ok(()),
            '\\' | '\'' | '"' => c,
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'a' => '\x07',
            'b' => '\x08',
            'f' => '\x0c',
            'v' => '\x0b',
            'x' => self.code_point(start, 2, 16)?,
            'u' => self.code_point(start, 4, 16)?,
            'U' => self.code_point(start, 8, 16)?,
            '0'..='7' => {
                self.at -= 1;
                let octal = |c: &char| matches!(c, '0'..='7');
                let digits = self.text[self.at..].chars().take(3).take_while(octal).count();
                self.code_point(start, digits, 8)?
            }
            _ => {
                string.push('\\');
                c
            }
        };
        string.push(plain);
        Ok(())
    }

    fn code_point(
        &mut self,
        start: usize,
        digits: usize,
        radix: u32,
    ) -> Result<char, LiteralError> {
        let found = self.text.get(self.at..self.at + digits);
        let code = found
            .filter(|found| found.chars().all(|c| c.is_digit(radix)))
            .and_then(|found| u32::from_str_radix(found, radix).ok());
        let Some(c) = code.and_then(char::from_u32) else {
            let message = "this escape is no character".to_string();
            return Err(LiteralError { message, span: start..self.at });
        };
        self.at += digits;
        Ok(c)
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r' | '\x0c')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.skip_space();
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn unexpected(&self, wanted: &str) -> LiteralError {
        let (found, length) = match self.peek() {
            Some(c) => (format!("{c:?}"), c.len_utf8()),
            None => ("the end of the text".to_string(), 0),
        };
        let message = format!("expected {wanted}, found {found}");
        LiteralError { message, span: self.at..self.at + length }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The literal written back, so that a table can be read.
    fn shown(literal: &Literal) -> String {
        let joined = |items: &[Literal]| items.iter().map(shown).collect::<Vec<_>>().join(" ");
        match &literal.value {
            Value::None => "None".into(),
            Value::Bool(bool) => bool.to_string(),
            Value::Int(int) => int.to_string(),
            Value::Text(text) => format!("{text:?}"),
            Value::Tuple(items) => format!("({})", joined(items)),
            Value::List(items) => format!("[{}]", joined(items)),
            Value::Dict(pairs) => {
                let pair = |(key, value): &(Literal, Literal)| [key.clone(), value.clone()];
                format!("{{{}}}", joined(&pairs.iter().flat_map(pair).collect::<Vec<_>>()))
            }
        }
    }

    fn check(text: &str, wanted: &str) {
        let found = match parse(text) {
            Ok(literal) => shown(&literal),
            Err(LiteralError { message, span }) => format!("{span:?} {message}"),
        };
        assert_eq!(found, wanted, "{text}");
    }

    #[test]
    fn reads_what_headers_hold() {
        check("(3, 4L, -5,)", "(3 4 -5)");
        check("()", "()");
        check("(1,)", "(1)");
        check("(1)", "1");
        check(
            " {'a': [u'b', \"c'd\"], 'e': (True, None)} \n",
            r#"{"a" ["b" "c'd"] "e" (true None)}"#,
        );
        check("1_000", "1000");
        check(r"'\x41\u00e9\101\n\\\q\''", r#""AéA\n\\\\q'""#);
        check("{1: 2, 1: 3}", "{1 2 1 3}");
    }

    #[test]
    fn refuses_with_a_span() {
        check(
            "",
            "0..0 expected a string, an integer, a tuple, a list or a dict, found the end of the text",
        );
        check("(1, 2", "5..5 expected ',' or ')', found the end of the text");
        check("(1 2)", "3..4 expected ',' or ')', found '2'");
        check("(,)", "1..2 expected a string, an integer, a tuple, a list or a dict, found ','");
        check("{'a' 1}", "5..6 expected ':', found '1'");
        check("os.system('x')", "0..2 'os' is not a literal");
        check("9223372036854775808", "0..19 integer does not fit in 64 bits");
        check("-9223372036854775808", "-9223372036854775808");
        check("007", "0..3 leading zeros in integers are not permitted");
        check("1.5", "0..2 not a decimal integer");
        check("0x10", "0..2 not a decimal integer");
        check("'abc", "0..4 unterminated string");
        check("'abc\\", "0..5 unterminated string");
        check(r"'\ud800'", "1..3 this escape is no character");
        check(r"'\xé'", "1..3 this escape is no character");
        check("(1,) x", "5..6 expected the end of the literal, found 'x'");
        check(&"[".repeat(100_000), "32..33 brackets nested more than 32 deep");
        check(
            &" ".repeat(MAX_TEXT + 1),
            "1048576..1048577 a literal of 1048577 bytes; at most 1048576 are read",
        );
    }
}
