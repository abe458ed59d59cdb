//! Dtypes as zarr spells them.
//!
//! Version 2 has NumPy's descr as JSON, `[["x", "<f8"]]`; version 3 has names, `float64`, and
//! names with a configuration, `{"name": "numpy.datetime64", "configuration": {"unit": "s"}}`.
#![forbid(unsafe_code)]

use serde_json::Value;
use stridewise::layout::DType;
use stridewise::layout::dtype::DTypeError;
use stridewise::layout::dtype::literal::{self, Literal};

use super::ZarrError;

/// The dtype of version 2.
pub(super) fn from_descr(descr: &Value) -> Result<DType, ZarrError> {
    DType::from_descr(&literal_of(descr)).map_err(|error| refused(descr, Some(error)))
}

/// The dtype of version 3, and its name where NumPy has no such number.
pub(super) fn from_data_type(data_type: &Value) -> Result<(DType, Option<String>), ZarrError> {
    let descr = descr_of(data_type).ok_or_else(|| refused(data_type, None))?;
    let dtype =
        DType::from_descr(&literal_of(&descr)).map_err(|error| refused(data_type, Some(error)))?;
    let foreign = data_type.as_str().filter(|name| is_foreign(name));
    Ok((dtype, foreign.map(str::to_string)))
}

fn refused(dtype: &Value, error: Option<DTypeError>) -> ZarrError {
    let got: String = dtype.to_string().chars().take(200).collect();
    ZarrError::DType { got, reason: error.map(|error| error.message) }
}

/// JSON as the Python literal that it would be; the spans mean nothing.
fn literal_of(json: &Value) -> Literal {
    let value = match json {
        Value::Null => literal::Value::None,
        Value::Bool(bool) => literal::Value::Bool(*bool),
        Value::Number(number) => number.as_i64().map_or(literal::Value::None, literal::Value::Int),
        Value::String(text) => literal::Value::Text(text.clone()),
        Value::Array(items) => literal::Value::List(items.iter().map(literal_of).collect()),
        Value::Object(_) => literal::Value::Dict(Vec::new()),
    };
    Literal { value, span: 0..0 }
}

/// Numbers that NumPy does not have; they keep their size as raw bytes.
fn is_foreign(name: &str) -> bool {
    name == "bfloat16" || name.starts_with("float8_")
}

/// What version 3 calls a dtype, as a descr of NumPy's.
fn descr_of(data_type: &Value) -> Option<Value> {
    let name = data_type.as_str().or_else(|| data_type["name"].as_str())?;
    let configuration = &data_type["configuration"];
    let length = || configuration["length_bytes"].as_u64();
    Some(match name {
        "bool" | "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32"
        | "uint64" | "float16" | "float32" | "float64" | "complex64" | "complex128" => name.into(),
        "bfloat16" => "V2".into(),
        _ if is_foreign(name) => "V1".into(),
        "string" | "variable_length_utf8" => "T".into(),
        "bytes" | "variable_length_bytes" => "O".into(),
        "null_terminated_bytes" => format!("S{}", length()?).into(),
        "fixed_length_utf32" => format!("U{}", length()? / 4).into(),
        "raw_bytes" => format!("V{}", length()?).into(),
        "numpy.datetime64" | "numpy.timedelta64" => {
            let letter = if name == "numpy.datetime64" { "M" } else { "m" };
            let unit = configuration["unit"].as_str()?;
            match configuration["scale_factor"].as_u64().unwrap_or(1) {
                1 => format!("{letter}8[{unit}]").into(),
                factor => format!("{letter}8[{factor}{unit}]").into(),
            }
        }
        "structured" | "struct" => {
            let fields = configuration["fields"].as_array()?;
            let field = |field: &Value| {
                let (name, data_type) = match field {
                    Value::Object(_) => (&field["name"], &field["data_type"]),
                    _ => (field.get(0)?, field.get(1)?),
                };
                Some(Value::Array(vec![name.clone(), descr_of(data_type)?]))
            };
            Value::Array(fields.iter().map(field).collect::<Option<_>>()?)
        }
        _ => {
            // r16, r24, ...: so many raw bits.
            let bits: u64 = name.strip_prefix('r')?.parse().ok()?;
            if bits == 0 || !bits.is_multiple_of(8) {
                return None;
            }
            format!("V{}", bits / 8).into()
        }
    })
}
