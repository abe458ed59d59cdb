//! Dtypes: how many bytes an element has and what they mean, as NumPy names them.
//!
//! `<f8` is a little-endian 8-byte float; `[('x','i1'),('y','<f8')]` a packed structure of 9
//! bytes. A dtype is a value; it never looks at memory.

mod classify;
pub mod literal;
mod names;
mod parse;
mod print;
mod promote;
mod structured;
mod unit;

use std::sync::Arc;

pub use parse::DTypeError;

/// What the bytes of an element mean: NumPy's one-letter kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `b`: a truth value of one byte.
    Bool,
    /// `i`: a signed integer.
    Int,
    /// `u`: an unsigned integer.
    Uint,
    /// `f`: a float of 2, 4, 8 or 16 bytes.
    Float,
    /// `c`: a complex number, two floats.
    Complex,
    /// `m`: a time difference in 8 bytes.
    Timedelta,
    /// `M`: a date and time in 8 bytes.
    Datetime,
    /// `O`: a pointer to a Python object.
    Object,
    /// `S`: bytes of fixed length.
    Bytes,
    /// `U`: text of fixed length, 4 bytes a character.
    Text,
    /// `V`: raw bytes, a structure, or a sub-array.
    Void,
    /// `T`: text of any length, kept elsewhere; 16 bytes that say where (NumPy's StringDType).
    String,
}

/// In which order the bytes of a number lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// `<`
    Little,
    /// `>`
    Big,
    /// `|`: single bytes, or not a number.
    NotApplicable,
}

/// A NumPy data type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DType {
    kind: Kind,
    byte_order: ByteOrder,
    itemsize: i64,
    alignment: i64,
    /// The unit of a datetime or timedelta, such as `ns` or `25s`; empty for generic ones.
    unit: Option<Arc<str>>,
    composite: Option<Arc<Composite>>,
}

/// What a `V` dtype is made of, where it has parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Composite {
    Fields { fields: Vec<Field>, aligned: bool },
    SubArray { element: DType, shape: Vec<i64> },
}

/// One named member of a structured dtype.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// A second name, as NumPy's titles.
    pub title: Option<String>,
    /// Bytes from the start of the element.
    pub offset: i64,
    /// Its dtype; a sub-array where it has a shape of its own.
    pub dtype: DType,
}

impl Kind {
    /// NumPy's letter for it.
    pub fn letter(self) -> char {
        match self {
            Kind::Bool => 'b',
            Kind::Int => 'i',
            Kind::Uint => 'u',
            Kind::Float => 'f',
            Kind::Complex => 'c',
            Kind::Timedelta => 'm',
            Kind::Datetime => 'M',
            Kind::Object => 'O',
            Kind::Bytes => 'S',
            Kind::Text => 'U',
            Kind::Void => 'V',
            Kind::String => 'T',
        }
    }
}

impl ByteOrder {
    /// `<`, `>` or `|`.
    pub fn symbol(self) -> char {
        match self {
            ByteOrder::Little => '<',
            ByteOrder::Big => '>',
            ByteOrder::NotApplicable => '|',
        }
    }
}

impl DType {
    /// `float64`, little-endian.
    pub fn float64() -> DType {
        DType::number(Kind::Float, 8)
    }

    /// `int64`, little-endian.
    pub fn int64() -> DType {
        DType::number(Kind::Int, 8)
    }

    /// `bool`.
    pub fn bool() -> DType {
        DType::number(Kind::Bool, 1)
    }

    /// A native number of the given kind and size, which the caller knows to exist.
    pub(in crate::layout) fn number(kind: Kind, itemsize: i64) -> DType {
        DType::plain(kind, itemsize, ByteOrder::Little, None)
    }

    /// A dtype without parts; the order counts only where bytes have one.
    fn plain(kind: Kind, itemsize: i64, order: ByteOrder, unit: Option<String>) -> DType {
        let alignment = match kind {
            Kind::Bool | Kind::Int | Kind::Uint | Kind::Float => itemsize,
            Kind::Complex => itemsize / 2,
            Kind::Timedelta | Kind::Datetime | Kind::Object | Kind::String => 8,
            Kind::Text => 4,
            Kind::Bytes | Kind::Void => 1,
        };
        let orderless = matches!(kind, Kind::Object | Kind::String | Kind::Bytes | Kind::Void);
        let byte_order = match orderless || alignment == 1 {
            true => ByteOrder::NotApplicable,
            false => order,
        };
        let unit = unit.map(Arc::from);
        DType { kind, byte_order, itemsize, alignment, unit, composite: None }
    }

    fn composite(composite: Composite, itemsize: i64, alignment: i64) -> DType {
        let composite = Some(Arc::new(composite));
        let (kind, byte_order) = (Kind::Void, ByteOrder::NotApplicable);
        DType { kind, byte_order, itemsize, alignment, unit: None, composite }
    }

    /// What its bytes mean.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// In which order the bytes of a number lie.
    pub fn byte_order(&self) -> ByteOrder {
        self.byte_order
    }

    /// Bytes of one element.
    pub fn itemsize(&self) -> i64 {
        self.itemsize
    }

    /// The alignment that NumPy wants for fast access, in bytes (x86-64 and AArch64 Linux); 1
    /// for structures that do not ask for more.
    pub fn alignment(&self) -> i64 {
        self.alignment
    }

    /// The members of a structured dtype, in order; empty for others.
    pub fn fields(&self) -> &[Field] {
        match self.composite.as_deref() {
            Some(Composite::Fields { fields, .. }) => fields,
            _ => &[],
        }
    }

    /// The member of the given name or title.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let named = |field: &&Field| field.name == name || field.title.as_deref() == Some(name);
        self.fields().iter().find(named)
    }

    /// The unit of a datetime or timedelta, such as `ns` or `25s`; `None` for generic ones.
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// Element and shape of a sub-array dtype such as `('<f8', (2, 3))`.
    pub fn sub_array(&self) -> Option<(&DType, &[i64])> {
        match self.composite.as_deref() {
            Some(Composite::SubArray { element, shape }) => Some((element, shape)),
            _ => None,
        }
    }
}
