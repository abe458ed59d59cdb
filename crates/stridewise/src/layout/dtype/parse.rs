//! Parsing dtypes: names, codes, comma strings, and the literals that NumPy prints.
//!
//! `double`, `<f8`, `M8[25s]`, `(2,3)f8`, `i4,f8`, `[('x', 'i1'), ('y', '<f8')]`. The text means
//! what `np.dtype` makes of it; only what NumPy computes wrongly is refused here instead, such
//! as a structure of more than 2 GiB, whose itemsize wraps there, or the unit `[s/0]`.

use std::fmt;
use std::ops::Range;

use super::structured::{self, Grammar, Padding};
use super::{ByteOrder, DType, Kind, literal, names, unit};

/// A text that names no dtype.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DTypeError {
    /// What is wrong, in NumPy's words where it has them.
    pub message: String,
    /// The bytes of the text that are at fault.
    pub span: Range<usize>,
    /// One remedy, where there is an obvious one.
    pub help: Option<String>,
}

impl DTypeError {
    pub(super) fn new(message: impl Into<String>, span: Range<usize>) -> DTypeError {
        DTypeError { message: message.into(), span, help: None }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> DTypeError {
        self.help = Some(help.into());
        self
    }

    /// The same error in a text in which this one's text starts at `start`.
    fn shifted(mut self, start: usize) -> DTypeError {
        self.span = self.span.start + start..self.span.end + start;
        self
    }
}

impl fmt::Display for DTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DTypeError {}

impl From<literal::LiteralError> for DTypeError {
    fn from(error: literal::LiteralError) -> DTypeError {
        DTypeError::new(error.message, error.span)
    }
}

impl DType {
    /// Reads a dtype from its name, its code, a comma string, or a Python literal.
    ///
    /// Law: `DType::parse(&dtype.to_string()) == Ok(dtype)`, but for an aligned structure inside
    /// one that is not aligned, or inside a sub-array: NumPy prints `'aligned': True` at the
    /// outermost level only, and this is NumPy's text.
    ///
    /// ```
    /// use stridewise::layout::DType;
    /// assert_eq!(DType::parse("double").unwrap(), DType::float64());
    /// let point = DType::parse("[('x', 'i1'), ('y', '<f8')]").unwrap();
    /// assert_eq!((point.itemsize(), point.alignment()), (9, 1));
    /// assert_eq!(DType::parse(&point.to_string()).unwrap(), point);
    /// ```
    ///
    /// # Errors
    /// A text that `np.dtype` does not understand, with the part that is at fault.
    pub fn parse(text: &str) -> Result<DType, DTypeError> {
        let first = text.trim_start().chars().next();
        let inside = text.trim_start().strip_prefix('(').map_or("", str::trim_start);
        let is_literal = matches!(first, Some('[' | '{' | '\'' | '"'))
            || inside.starts_with(['\'', '"', '[', '{', '('])
            || text == "None";
        if is_literal {
            structured::dtype_of(&literal::parse(text)?, Grammar::Argument, Padding::None)
        } else {
            from_string(text, Padding::None)
        }
    }

    /// Reads the `descr` of an `.npy` header or of `__array_interface__`: as [`DType::parse`],
    /// except that void fields without a name are padding, which make no field.
    ///
    /// ```
    /// use stridewise::layout::DType;
    /// let padded = DType::parse_descr("[('x', '|i1'), ('', '|V7'), ('y', '<f8')]").unwrap();
    /// assert_eq!((padded.fields().len(), padded.fields()[1].offset), (2, 8));
    /// ```
    ///
    /// # Errors
    /// As [`DType::parse`].
    pub fn parse_descr(text: &str) -> Result<DType, DTypeError> {
        DType::from_descr(&literal::parse(text)?)
    }

    /// As [`DType::parse_descr`], of a literal that is already read; spans are the literal's.
    ///
    /// # Errors
    /// As [`DType::parse`].
    pub fn from_descr(descr: &literal::Literal) -> Result<DType, DTypeError> {
        structured::dtype_of(descr, Grammar::Descr, Padding::None)
    }
}

/// What `np.dtype` makes of a string.
pub(super) fn from_string(text: &str, padding: Padding) -> Result<DType, DTypeError> {
    if is_comma_string(text) { from_comma_string(text, padding) } else { from_code(text) }
}

/// A single dtype: a code with an optional byte order, or a name.
fn from_code(text: &str) -> Result<DType, DTypeError> {
    let (order, code) = split_byte_order(text);
    if let Some(bracket) = datetime_rest(code) {
        return from_datetime(code, bracket, order)
            .map_err(|message| DTypeError::new(message, text.len() - bracket.len()..text.len()));
    }
    let mut letters = code.chars();
    let found = match letters.next() {
        Some(letter) if letters.as_str().is_empty() => names::lettered(letter),
        Some(letter) => decimal(letters.as_str()).and_then(|size| names::sized(letter, size)),
        None => None,
    };
    let found = found.filter(|&(_, itemsize)| itemsize <= i64::from(i32::MAX));
    if let Some((kind, itemsize)) = found {
        return Ok(DType::plain(kind, itemsize, order, None));
    }
    if let Some((kind, itemsize)) = names::named(text) {
        return Ok(DType::plain(kind, itemsize, ByteOrder::Little, None));
    }
    Err(not_understood(text))
}

/// As much of a text as an error shows.
fn start_of(text: &str) -> String {
    text.chars().take(60).collect()
}

fn not_understood(text: &str) -> DTypeError {
    let message = format!("data type '{}' not understood", start_of(text));
    let error = DTypeError::new(message, 0..text.len());
    let bare = text.trim();
    if bare != text && from_string(bare, Padding::None).is_ok() {
        return error.with_help("remove the spaces around it");
    }
    match names::closest(bare) {
        Some(name) => error.with_help(format!("did you mean '{name}'?")),
        None => error.with_help("use a name such as 'float64' or a code such as '<f8'"),
    }
}

/// `<`, `>`, or either of `|` and `=` for the native order, and what follows it.
fn split_byte_order(text: &str) -> (ByteOrder, &str) {
    match text.as_bytes().first() {
        Some(b'>') => (ByteOrder::Big, &text[1..]),
        Some(b'<' | b'=' | b'|') => (ByteOrder::Little, &text[1..]),
        _ => (ByteOrder::Little, text),
    }
}

/// What follows the blanks and the plus sign that C's `strtol` allows before a number.
pub(super) fn after_sign(text: &str) -> &str {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    text.strip_prefix('+').unwrap_or(text)
}

/// A whole text as the number that `strtol` reads, if it is not negative.
pub(super) fn decimal(text: &str) -> Option<i64> {
    let digits = after_sign(text);
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// What follows `M8`, `m8` or a long name of these, if the code starts with one.
fn datetime_rest(code: &str) -> Option<&str> {
    ["M8", "m8", "datetime64", "timedelta64"].iter().find_map(|name| code.strip_prefix(name))
}

fn from_datetime(code: &str, bracket: &str, order: ByteOrder) -> Result<DType, String> {
    let kind = if code.starts_with(['M', 'd']) { Kind::Datetime } else { Kind::Timedelta };
    let unit = if bracket.is_empty() {
        None
    } else {
        let inside = bracket.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let inside =
            inside.ok_or_else(|| format!("Invalid datetime metadata string \"{bracket}\""))?;
        Some(unit::read(inside)?).filter(|unit| !unit.is_empty())
    };
    Ok(DType::plain(kind, 8, order, unit))
}

/// Whether NumPy reads a string as `repeats dtype, repeats dtype, ...`: it starts with a digit
/// or `()`, or has a comma outside square brackets.
fn is_comma_string(text: &str) -> bool {
    let bare = text.strip_prefix(['<', '>', '|', '=']).unwrap_or(text);
    if bare.starts_with(|c: char| c.is_ascii_digit()) || bare.starts_with("()") {
        return true;
    }
    let mut depth = 0;
    text.bytes().skip(1).any(|byte| {
        depth += i32::from(byte == b'[') - i32::from(byte == b']');
        byte == b',' && depth == 0
    })
}

/// Items are read as NumPy's pattern for them does: an order, repeats, an order, a code. A count
/// that stands alone so takes the item behind its comma: `3, u2` is `(3,)u2`.
fn from_comma_string(text: &str, padding: Padding) -> Result<DType, DTypeError> {
    if text.len() > literal::MAX_TEXT {
        let message = format!("a dtype of {} bytes is too long", text.len());
        return Err(DTypeError::new(message, literal::MAX_TEXT..text.len()));
    }
    let mut items = Vec::new();
    let mut at = 0;
    let mut is_list = false;
    while at < text.len() {
        let item = CommaItem::at_start_of(&text[at..]);
        let rest = &text[at + item.length..];
        let after_space = rest.trim_start();
        let after_comma = after_space.strip_prefix(',').map(str::trim_start);
        if after_comma.is_none() && !after_space.is_empty() {
            let stop = text.len() - rest.len();
            let message = format!(
                "format number {} of \"{}\" is not recognized",
                items.len() + 1,
                start_of(text)
            );
            return Err(DTypeError::new(message, stop..text.len())
                .with_help("items are separated by commas, repeats come first: '(2,3)f8, i4'"));
        }
        is_list |= after_comma.is_some();
        let next = after_comma.map_or(text.len(), |next| text.len() - next.len());
        // NumPy passes over a last item of which nothing is left, as in `i4,<`.
        let is_left_out = is_list && next == text.len() && !items.is_empty() && item.is_empty();
        if !is_left_out {
            items.push(item.dtype(padding).map_err(|error| error.shifted(at))?);
        }
        at = next;
    }
    if !is_list {
        return Ok(items.remove(0));
    }
    structured::numbered(items, padding, 0..text.len())
}

/// One item of a comma string: `(2, 3)<f8`, `3f8`, `>(2,)f8` or a plain code.
struct CommaItem<'a> {
    /// The byte order before the repeats.
    outer: &'a str,
    repeats: &'a str,
    /// The byte order before the code.
    inner: &'a str,
    code: &'a str,
    length: usize,
}

impl CommaItem<'_> {
    /// As much of the text as NumPy's pattern takes; every part may be empty.
    fn at_start_of(text: &str) -> CommaItem<'_> {
        let mut rest = text;
        let outer = take(&mut rest, 1, is_order);
        let from_repeats = rest;
        take(&mut rest, usize::MAX, |c| c == ' ');
        take(&mut rest, 1, |c| c == '(');
        take(&mut rest, usize::MAX, |c| matches!(c, ' ' | ',' | '0'..='9'));
        take(&mut rest, 1, |c| c == ')');
        take(&mut rest, usize::MAX, |c| c == ' ');
        let repeats = &from_repeats[..from_repeats.len() - rest.len()];
        let inner = take(&mut rest, 1, is_order);
        let from_code = rest;
        let in_code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '?');
        take(&mut rest, usize::MAX, in_code);
        if let Some(mut bracket) = rest.strip_prefix('[') {
            take(&mut bracket, usize::MAX, |c| c.is_ascii_alphanumeric() || matches!(c, '.' | ','));
            rest = bracket.strip_prefix(']').unwrap_or(rest);
        }
        let code = &from_code[..from_code.len() - rest.len()];
        CommaItem { outer, repeats, inner, code, length: text.len() - rest.len() }
    }

    /// The order that is left of the two: NumPy drops native ones before it reads the code,
    /// which lets `<` precede a whole name.
    fn order(&self) -> &'static str {
        if self.outer == ">" || self.inner == ">" { ">" } else { "" }
    }

    fn is_empty(&self) -> bool {
        self.repeats.is_empty() && self.code.is_empty() && self.order().is_empty()
    }

    fn dtype(&self, padding: Padding) -> Result<DType, DTypeError> {
        let native = |order: &str| if order == "=" { "<".to_string() } else { order.to_string() };
        let (outer, inner) = (native(self.outer), native(self.inner));
        if !outer.is_empty() && !inner.is_empty() && outer != inner {
            let message = format!("inconsistent byte-order specification {outer} and {inner}");
            return Err(DTypeError::new(message, 0..self.length));
        }
        let repeats_span = self.outer.len()..self.outer.len() + self.repeats.len();
        if self.code.is_empty() {
            let error = DTypeError::new("data type '' not understood", 0..self.length);
            return Err(match self.repeats.trim().parse::<u64>() {
                Ok(count) => error.with_help(format!("for {count} of f8 write '({count},)f8'")),
                Err(_) => error.with_help("a dtype such as 'f8' must stand here"),
            });
        }
        let code_span = self.length - self.code.len()..self.length;
        let element = from_string(&format!("{}{}", self.order(), self.code), padding);
        let element = element.map_err(|error| DTypeError { span: code_span, ..error })?;
        if self.repeats.is_empty() {
            return Ok(element);
        }
        // Without brackets, a comma still makes a tuple: `2,` is `(2,)`.
        let bare = self.repeats.contains(',') && !self.repeats.contains(['(', ')']);
        let spelled = if bare { format!("({})", self.repeats) } else { self.repeats.to_string() };
        let repeats = literal::parse(&spelled)
            .map_err(|error| DTypeError { span: repeats_span.clone(), ..error.into() })?;
        structured::repeated(element, &repeats)
            .map_err(|error| DTypeError { span: repeats_span, ..error })
    }
}

fn is_order(c: char) -> bool {
    matches!(c, '<' | '>' | '|' | '=')
}

/// Takes up to `most` characters that fit off the start of the text.
fn take<'a>(text: &mut &'a str, most: usize, fits: impl Fn(char) -> bool) -> &'a str {
    let taken = text.chars().take(most).take_while(|&c| fits(c)).map(char::len_utf8).sum();
    let (head, rest) = text.split_at(taken);
    *text = rest;
    head
}
