//! Parsing dtypes: `<f8`, `float64`, `[('x','i1'),('y','<f8')]`.

use std::fmt;

use super::{DType, Kind};

/// A text that names no dtype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DTypeError {
    /// What is wrong, in NumPy's words where it has them.
    pub message: String,
    /// The bytes of the text that are at fault.
    pub span: std::ops::Range<usize>,
}

impl fmt::Display for DTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DTypeError {}

impl DType {
    /// Reads a dtype from its name, its code, or its structured description.
    pub fn parse(text: &str) -> Result<DType, DTypeError> {
        match text {
            "f8" | "<f8" | "float64" => Ok(DType::float64()),
            "i8" | "<i8" | "int64" => Ok(DType::int64()),
            "f4" | "<f4" | "float32" => Ok(DType::number(Kind::Float, 4)),
            "i4" | "<i4" | "int32" => Ok(DType::number(Kind::Int, 4)),
            "u1" | "|u1" | "uint8" => Ok(DType::number(Kind::Uint, 1)),
            "b1" | "?" | "|b1" | "bool" => Ok(DType::bool()),
            _ => Err(DTypeError {
                message: format!("data type '{text}' not understood"),
                span: 0..text.len(),
            }),
        }
    }
}
