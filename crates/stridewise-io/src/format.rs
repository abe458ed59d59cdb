//! Which format a file has: its first bytes say so, and its name where they cannot.
//!
//! `\x93NUMPY` is .npy, `PK` a zip archive and so .npz; a safetensors file starts with
//! a length and a brace.
#![forbid(unsafe_code)]

use std::fmt;
use std::path::Path;

use crate::npy;

/// A format of array files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// One array with a header.
    Npy,
    /// A zip archive of `.npy` files.
    Npz,
    /// Named tensors behind a JSON header.
    Safetensors,
    /// A folder of chunks with metadata.
    Zarr,
    /// Nothing but elements.
    Raw,
}

impl Format {
    /// The format of a file with these bytes and this name, if either says so.
    pub fn of(bytes: &[u8], path: &Path) -> Option<Format> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
        let archive = [b"PK\x03\x04", b"PK\x05\x06"];
        if bytes.starts_with(npy::MAGIC) {
            Some(Format::Npy)
        } else if archive.iter().any(|magic| bytes.starts_with(*magic)) {
            Some(Format::Npz)
        } else if starts_as_safetensors(bytes) {
            Some(Format::Safetensors)
        } else {
            match ending.to_ascii_lowercase().as_str() {
                "npy" => Some(Format::Npy),
                "npz" => Some(Format::Npz),
                "safetensors" => Some(Format::Safetensors),
                _ => None,
            }
        }
    }
}

/// A length that the file has room for, then a JSON object.
fn starts_as_safetensors(bytes: &[u8]) -> bool {
    bytes.split_first_chunk::<8>().is_some_and(|(length, rest)| {
        let fits = usize::try_from(u64::from_le_bytes(*length)).is_ok_and(|n| n <= rest.len());
        fits && rest.starts_with(b"{\"")
    })
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Npy => "an .npy file",
            Format::Npz => "an .npz file",
            Format::Safetensors => "a safetensors file",
            Format::Zarr => "a zarr array",
            Format::Raw => "a raw file",
        })
    }
}
