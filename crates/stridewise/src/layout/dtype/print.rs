//! Printing dtypes as NumPy does: `<f8` and `[('x', 'i1')]` by `Display`.

use std::fmt;

use super::{ByteOrder, DType, Kind};

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = match self.byte_order {
            ByteOrder::Little => '<',
            ByteOrder::Big => '>',
            ByteOrder::NotApplicable => '|',
        };
        let letter = match self.kind {
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
        };
        write!(f, "{order}{letter}{}", self.itemsize)
    }
}
