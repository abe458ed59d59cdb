//! Printing dtypes as NumPy does.
//!
//! `Display` is the code of a simple dtype, `<f8`, and NumPy's `str()` of a composite one,
//! `[('x', 'i1'), ('y', '<f8')]`; it parses back to the same dtype. [`DType::name`] is
//! `float64`, [`DType::descr`] the form that `.npy` headers hold.

use std::fmt::{self, Display, Write};

use super::structured::round_up;
use super::{Composite, DType, Field, Kind};

impl DType {
    /// NumPy's name with the size in bits: `float64`, `bytes80`, `datetime64[ns]`, `void72`.
    ///
    /// ```
    /// # use stridewise::layout::DType;
    /// assert_eq!(DType::parse(">U5").unwrap().name(), "str160");
    /// ```
    pub fn name(&self) -> String {
        let stem = match self.kind {
            Kind::Bool => return "bool".into(),
            Kind::Object => return "object".into(),
            Kind::Int => "int",
            Kind::Uint => "uint",
            Kind::Float => "float",
            Kind::Complex => "complex",
            Kind::Timedelta => "timedelta",
            Kind::Datetime => "datetime",
            Kind::Bytes => "bytes",
            Kind::Text => "str",
            Kind::Void => "void",
            Kind::String => "StringDType",
        };
        let sizeless = matches!(self.kind, Kind::Bytes | Kind::Text | Kind::Void);
        let bits = match self.itemsize {
            0 if sizeless => String::new(),
            itemsize => (itemsize * 8).to_string(), // A dtype has at most 2**31 bytes.
        };
        match self.unit() {
            Some(unit) => format!("{stem}{bits}[{unit}]"),
            None => format!("{stem}{bits}"),
        }
    }

    /// NumPy's `.str`: the code of a simple dtype, `|V9` for a composite one.
    pub fn code(&self) -> String {
        let order = self.byte_order.symbol();
        match self.kind {
            Kind::Object => "|O".into(),
            Kind::String => "StringDType()".into(),
            Kind::Text => format!("{order}U{}", self.itemsize / 4),
            Kind::Datetime | Kind::Timedelta => self.without_quotes(),
            kind => format!("{order}{}{}", kind.letter(), self.itemsize),
        }
    }

    /// The form that `.npy` headers hold, a Python literal: `'<f8'`, or a list in which unnamed
    /// voids are padding. `None` where fields overlap or are out of order.
    ///
    /// Law: `DType::parse_descr(&dtype.descr()?) == Ok(dtype)` for every dtype that is not
    /// marked as aligned.
    ///
    /// ```
    /// # use stridewise::layout::DType;
    /// let dtype = DType::parse("{'names': ['b'], 'formats': ['i2'], 'offsets': [6]}").unwrap();
    /// assert_eq!(dtype.descr().unwrap(), "[('', '|V6'), ('b', '<i2')]");
    /// ```
    pub fn descr(&self) -> Option<String> {
        match self.composite.as_deref() {
            None => Some(format!("'{}'", self.code())),
            Some(Composite::SubArray { element, shape }) => {
                Some(format!("({}, {})", element.descr()?, Shape(shape)))
            }
            Some(Composite::Fields { fields, .. }) => {
                let mut items = Vec::with_capacity(fields.len());
                let mut end = 0;
                for field in fields {
                    match field.offset - end {
                        0 => {}
                        gap if gap > 0 => items.push(format!("('', '|V{gap}')")),
                        _ => return None,
                    }
                    let name = Named(field);
                    items.push(match field.dtype.sub_array() {
                        Some((element, shape)) => {
                            format!("({name}, {}, {})", element.descr()?, Shape(shape))
                        }
                        None => format!("({name}, {})", field.dtype.descr()?),
                    });
                    end = field.offset + field.dtype.itemsize;
                }
                if end < self.itemsize {
                    items.push(format!("('', '|V{}')", self.itemsize - end));
                }
                Some(format!("[{}]", items.join(", ")))
            }
        }
    }

    /// The short code that stands inside printed structures: `i1`, `<f8`, `?`, `S5`.
    fn without_quotes(&self) -> String {
        let order = match self.byte_order.symbol() {
            '|' => String::new(),
            symbol => symbol.to_string(),
        };
        match (self.kind, self.itemsize) {
            (Kind::Bool, _) => "?".into(),
            (Kind::Datetime | Kind::Timedelta, _) => match self.unit() {
                Some(unit) => format!("{order}{}8[{unit}]", self.kind.letter()),
                None => format!("{order}{}8", self.kind.letter()),
            },
            (Kind::Object | Kind::String, _) | (Kind::Bytes | Kind::Void | Kind::Text, 0) => {
                format!("{order}{}", self.kind.letter())
            }
            (Kind::Text, itemsize) => format!("{order}U{}", itemsize / 4),
            (kind, itemsize) => format!("{order}{}{itemsize}", kind.letter()),
        }
    }

    /// Whether the fields follow each other as the list form implies, each on a multiple of its
    /// alignment in an aligned structure.
    fn is_packed(&self) -> bool {
        let Some(Composite::Fields { fields, aligned }) = self.composite.as_deref() else {
            return false;
        };
        let padded = |end, alignment| if *aligned { round_up(end, alignment) } else { end };
        let mut end = 0;
        fields.iter().all(|field| {
            let follows = field.offset == padded(end, field.dtype.alignment);
            end = field.offset + field.dtype.itemsize;
            follows
        }) && padded(end, self.alignment) == self.itemsize
    }
}

/// Inside another dtype: simple ones in quotes, structures as lists where they can be.
struct Inner<'a>(&'a DType);

impl fmt::Display for Inner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.composite.as_deref() {
            None => write!(f, "'{}'", self.0.without_quotes()),
            Some(Composite::SubArray { element, shape }) => {
                write!(f, "({}, {})", Inner(element), Shape(shape))
            }
            Some(Composite::Fields { fields, .. }) if self.0.is_packed() => {
                f.write_str("[")?;
                write_joined(f, fields, |f, field| match field.dtype.sub_array() {
                    Some((element, shape)) => {
                        write!(f, "({}, {}, {})", Named(field), Inner(element), Shape(shape))
                    }
                    None => write!(f, "({}, {})", Named(field), Inner(&field.dtype)),
                })?;
                f.write_str("]")
            }
            Some(Composite::Fields { fields, .. }) => {
                write_dictionary(f, fields, self.0.itemsize)?;
                f.write_str("}")
            }
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.composite.as_deref() {
            None => f.write_str(&self.code()),
            // Only the outermost level says that it is aligned, as in NumPy.
            Some(Composite::Fields { fields, aligned: true }) => {
                write_dictionary(f, fields, self.itemsize)?;
                f.write_str(", 'aligned': True}")
            }
            Some(_) => Inner(self).fmt(f),
        }
    }
}

/// The form of a structure that gives offsets, without its closing bracket.
fn write_dictionary(f: &mut fmt::Formatter<'_>, fields: &[Field], itemsize: i64) -> fmt::Result {
    f.write_str("{'names': [")?;
    write_joined(f, fields, |f, field| Quoted(&field.name).fmt(f))?;
    f.write_str("], 'formats': [")?;
    write_joined(f, fields, |f, field| Inner(&field.dtype).fmt(f))?;
    f.write_str("], 'offsets': [")?;
    write_joined(f, fields, |f, field| field.offset.fmt(f))?;
    if fields.iter().any(|field| field.title.is_some()) {
        f.write_str("], 'titles': [")?;
        write_joined(f, fields, |f, field| match &field.title {
            Some(title) => Quoted(title).fmt(f),
            None => f.write_str("None"),
        })?;
    }
    write!(f, "], 'itemsize': {itemsize}")
}

fn write_joined(
    f: &mut fmt::Formatter<'_>,
    fields: &[Field],
    write: impl Fn(&mut fmt::Formatter<'_>, &Field) -> fmt::Result,
) -> fmt::Result {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write(f, field)?;
    }
    Ok(())
}

/// `'name'`, or `('title', 'name')`.
struct Named<'a>(&'a Field);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.title {
            Some(title) => write!(f, "({}, {})", Quoted(title), Quoted(&self.0.name)),
            None => Quoted(&self.0.name).fmt(f),
        }
    }
}

/// `(2, 3)` and `(2,)`, as Python prints tuples.
struct Shape<'a>(&'a [i64]);

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (axis, extent) in self.0.iter().enumerate() {
            write!(f, "{}{extent}", if axis > 0 { ", " } else { "" })?;
        }
        f.write_str(if self.0.len() == 1 { ",)" } else { ")" })
    }
}

/// A string as Python's `repr` shows it.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let double = self.0.contains('\'') && !self.0.contains('"');
        let quote = if double { '"' } else { '\'' };
        f.write_char(quote)?;
        for c in self.0.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c if c == quote => write!(f, "\\{c}")?,
                c if is_printable(c) => f.write_char(c)?,
                c => match u32::from(c) {
                    code @ ..0x100 => write!(f, "\\x{code:02x}")?,
                    code @ ..0x10000 => write!(f, "\\u{code:04x}")?,
                    code => write!(f, "\\U{code:08x}")?,
                },
            }
        }
        f.write_char(quote)
    }
}

/// Whether a character is shown as itself. Rust's debug output escapes the same categories as
/// Python's `repr`; a mark that combines with a letter is shown when a letter precedes it.
fn is_printable(c: char) -> bool {
    let after_letter: String = ['a', c].iter().collect();
    c == '\'' || c == '"' || after_letter.escape_debug().nth(1) == Some(c)
}
