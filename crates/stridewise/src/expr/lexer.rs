//! Lexer: source text to tokens, each with the bytes it came from.
//!
//! `a[::2]` becomes the name `a` and the marks `[`, `:`, `:`, the integer 2 and `]`. Only what
//! NumPy expressions need of Python is known; everything else is an error at its first byte.

use std::ops::Range;

use super::error::{ErrorCode, ExprError};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Int(i128),
    Float(f64),
    Imaginary(f64),
    Name(String),
    Text(String),
    Mark(&'static str),
    End,
}

#[derive(Clone, Debug)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) span: Range<usize>,
}

/// Longer marks first, so that `**` is not read as two stars.
const MARKS: [&str; 34] = [
    "...", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "(", ")", "[", "]", "{", "}", ",", ":",
    ".", "=", "+", "-", "*", "/", "%", "@", "&", "|", "^", "~", "<", ">", ";", "!", "?",
];

/// All tokens of a source, the last one [`Token::End`].
pub(super) fn lex(source: &str) -> Result<Vec<Lexeme>, ExprError> {
    let mut lexer = Lexer { source, at: 0 };
    let mut lexemes = Vec::new();
    loop {
        let lexeme = lexer.next()?;
        let ended = lexeme.token == Token::End;
        lexemes.push(lexeme);
        if ended {
            return Ok(lexemes);
        }
    }
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn next(&mut self) -> Result<Lexeme, ExprError> {
        self.take_while(char::is_whitespace);
        let start = self.at;
        let token = match self.rest().chars().next() {
            None => Token::End,
            Some('\'' | '"') => self.text()?,
            Some(first) if first.is_alphabetic() || first == '_' => {
                Token::Name(self.take_while(is_of_a_word).to_owned())
            }
            Some(_) if self.is_number() => self.number()?,
            Some(first) => self.mark(first)?,
        };
        Ok(Lexeme { token, span: start..self.at })
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'s str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !wanted(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    fn mark(&mut self, first: char) -> Result<Token, ExprError> {
        match MARKS.iter().find(|mark| self.rest().starts_with(**mark)) {
            Some(mark) => {
                self.at += mark.len();
                Ok(Token::Mark(mark))
            }
            None => {
                let span = self.at..self.at + first.len_utf8();
                let message = format!("invalid character '{}'", first.escape_debug());
                Err(ExprError::new(ErrorCode::Syntax, span, message)
                    .with_help("Python has no such character outside of quotes"))
            }
        }
    }

    fn text(&mut self) -> Result<Token, ExprError> {
        let start = self.at;
        let quote = self.rest().chars().next().unwrap_or('"');
        self.at += quote.len_utf8();
        let inside = self.take_while(|c| c != quote && c != '\\' && c != '\n').to_owned();
        if self.rest().starts_with(quote) {
            self.at += quote.len_utf8();
            return Ok(Token::Text(inside));
        }
        Err(match self.rest().chars().next() {
            Some('\\') => ExprError::new(
                ErrorCode::Unsupported,
                self.at..self.at + 1,
                "a trace does not read escapes in quoted text",
            )
            .with_help("write the character itself"),
            _ => ExprError::new(ErrorCode::Syntax, start..self.at, "unterminated string literal")
                .with_help(format!("close it with {quote}")),
        })
    }

    fn is_number(&self) -> bool {
        let digits = self.rest().strip_prefix('.').unwrap_or(self.rest());
        digits.starts_with(|c: char| c.is_ascii_digit())
    }

    fn number(&mut self) -> Result<Token, ExprError> {
        let start = self.at;
        if let Some(radix) = self.radix() {
            self.at += 2;
            let digits = self.take_while(is_of_a_word).replace('_', "");
            return i128::from_str_radix(&digits, radix)
                .map(Token::Int)
                .map_err(|_| self.bad_number(start));
        }
        self.digits();
        let mut whole = true;
        if self.rest().starts_with('.') && !self.rest().starts_with("..") {
            self.at += 1;
            self.digits();
            whole = false;
        }
        if self.rest().starts_with(['e', 'E']) {
            self.at += 1;
            if self.rest().starts_with(['+', '-']) {
                self.at += 1;
            }
            self.digits();
            whole = false;
        }
        let digits = self.source[start..self.at].replace('_', "");
        let imaginary = self.rest().starts_with(['j', 'J']);
        self.at += usize::from(imaginary);
        if self.rest().starts_with(is_of_a_word) {
            self.take_while(is_of_a_word);
            return Err(self.bad_number(start));
        }
        let float = || digits.parse::<f64>().map_err(|_| self.bad_number(start));
        match (imaginary, whole) {
            (true, _) => Ok(Token::Imaginary(float()?)),
            (false, false) => Ok(Token::Float(float()?)),
            (false, true) => {
                digits.parse::<i128>().map(Token::Int).map_err(|_| self.bad_number(start))
            }
        }
    }

    fn digits(&mut self) {
        self.take_while(|c| c.is_ascii_digit() || c == '_');
    }

    fn radix(&self) -> Option<u32> {
        match self.source.as_bytes().get(self.at..self.at + 2)? {
            b"0x" | b"0X" => Some(16),
            b"0o" | b"0O" => Some(8),
            b"0b" | b"0B" => Some(2),
            _ => None,
        }
    }

    fn bad_number(&self, start: usize) -> ExprError {
        let written = &self.source[start..self.at];
        if written.len() > 30 && written.bytes().all(|byte| byte.is_ascii_digit()) {
            return ExprError::new(
                ErrorCode::TooLarge,
                start..self.at,
                "integer literal too large",
            )
            .with_help("a trace computes with 126 bits");
        }
        ExprError::new(ErrorCode::Syntax, start..self.at, "invalid number")
            .with_help("numbers are written 12, 1_000, 0x1F, 1.5, 1e3, 2j")
    }
}

fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::{Token, lex};

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (source, wanted) in [
            ("12", Some(Token::Int(12))),
            ("1_000", Some(Token::Int(1000))),
            ("0x1F", Some(Token::Int(31))),
            ("0b101", Some(Token::Int(5))),
            ("1e3", Some(Token::Float(1000.0))),
            ("1.", Some(Token::Float(1.0))),
            (".5", Some(Token::Float(0.5))),
            ("2j", Some(Token::Imaginary(2.0))),
            ("0x", None),
            ("12ab", None),
            ("1e", None),
            ("99999999999999999999999999999999999999999", None),
        ] {
            let token = lex(source).ok().map(|lexemes| lexemes[0].token.clone());
            assert_eq!(token, wanted, "{source}");
        }
    }

    #[test]
    fn spans_cover_the_source() {
        let source = "np.zeros((4,5))[ ::2, ...].view('f4')";
        let lexemes = lex(source).unwrap();
        let mut rebuilt: String =
            lexemes.iter().map(|lexeme| &source[lexeme.span.clone()]).collect();
        rebuilt.retain(|c| !c.is_whitespace());
        assert_eq!(rebuilt, source.replace(' ', ""));
    }
}
