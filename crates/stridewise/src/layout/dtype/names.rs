//! The names and one-letter codes of dtypes, and what each means.
//!
//! `double`, `d` and `float64` are one dtype. Sizes are those of 64-bit Linux, where `long` has
//! 8 bytes and `longdouble` 16.

use super::Kind::{self, *};
use crate::suggest::nearest;

/// Names that `np.dtype` understands. An itemsize of 0 stands for "of the size that follows".
const NAMES: [(&str, Kind, i64); 51] = [
    ("bool", Bool, 1),
    ("bool_", Bool, 1),
    ("int8", Int, 1),
    ("byte", Int, 1),
    ("int16", Int, 2),
    ("short", Int, 2),
    ("int32", Int, 4),
    ("intc", Int, 4),
    ("int64", Int, 8),
    ("int", Int, 8),
    ("int_", Int, 8),
    ("intp", Int, 8),
    ("long", Int, 8),
    ("longlong", Int, 8),
    ("uint8", Uint, 1),
    ("ubyte", Uint, 1),
    ("uint16", Uint, 2),
    ("ushort", Uint, 2),
    ("uint32", Uint, 4),
    ("uintc", Uint, 4),
    ("uint64", Uint, 8),
    ("uint", Uint, 8),
    ("uintp", Uint, 8),
    ("ulong", Uint, 8),
    ("ulonglong", Uint, 8),
    ("float16", Float, 2),
    ("half", Float, 2),
    ("float32", Float, 4),
    ("single", Float, 4),
    ("float64", Float, 8),
    ("double", Float, 8),
    ("float", Float, 8),
    ("float128", Float, 16),
    ("longdouble", Float, 16),
    ("complex64", Complex, 8),
    ("csingle", Complex, 8),
    ("complex128", Complex, 16),
    ("cdouble", Complex, 16),
    ("complex", Complex, 16),
    ("complex256", Complex, 32),
    ("clongdouble", Complex, 32),
    ("object", Object, 8),
    ("object_", Object, 8),
    ("a", Bytes, 0),
    ("bytes", Bytes, 0),
    ("bytes_", Bytes, 0),
    ("str", Text, 0),
    ("str_", Text, 0),
    ("unicode", Text, 0),
    ("void", Void, 0),
    ("StringDType()", String, 16), // no name to NumPy, but what it prints
];

/// The dtype that a whole name stands for.
pub(super) fn named(name: &str) -> Option<(Kind, i64)> {
    NAMES.iter().find(|(known, ..)| *known == name).map(|&(_, kind, itemsize)| (kind, itemsize))
}

/// The dtype that a single letter stands for.
pub(super) fn lettered(letter: char) -> Option<(Kind, i64)> {
    Some(match letter {
        '?' => (Bool, 1),
        'b' => (Int, 1),
        'h' => (Int, 2),
        'i' => (Int, 4),
        'l' | 'q' | 'p' | 'n' => (Int, 8),
        'B' => (Uint, 1),
        'H' => (Uint, 2),
        'I' => (Uint, 4),
        'L' | 'Q' | 'P' | 'N' => (Uint, 8),
        'e' => (Float, 2),
        'f' => (Float, 4),
        'd' => (Float, 8),
        'g' => (Float, 16),
        'F' => (Complex, 8),
        'D' => (Complex, 16),
        'G' => (Complex, 32),
        'm' => (Timedelta, 8),
        'M' => (Datetime, 8),
        'O' => (Object, 8),
        'S' => (Bytes, 0),
        'c' => (Bytes, 1),
        'U' => (Text, 0),
        'V' => (Void, 0),
        'T' => (String, 16),
        _ => return None,
    })
}

/// The dtype of a kind's letter and a number, as in `f8`: bytes, but characters for `U`.
pub(super) fn sized(letter: char, number: i64) -> Option<(Kind, i64)> {
    let sizes: (Kind, &[i64]) = match letter {
        'b' => (Bool, &[1]),
        'i' => (Int, &[1, 2, 4, 8]),
        'u' => (Uint, &[1, 2, 4, 8]),
        'f' => (Float, &[2, 4, 8, 16]),
        'c' => (Complex, &[8, 16, 32]),
        'O' => return [4, 8].contains(&number).then_some((Object, 8)),
        'm' => (Timedelta, &[8]),
        'M' => (Datetime, &[8]),
        'S' | 'a' => return Some((Bytes, number)),
        'V' => return Some((Void, number)),
        'U' => return Some((Text, number.checked_mul(4)?)),
        _ => return None,
    };
    sizes.1.contains(&number).then_some((sizes.0, number))
}

/// The known name closest to a mistyped one, where one is close.
pub(super) fn closest(typed: &str) -> Option<&'static str> {
    nearest(typed, NAMES.iter().map(|(name, ..)| *name).filter(|name| name.len() > 3))
}
