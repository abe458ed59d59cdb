//! Convert: what a file became, and the tiles in which it did.
//!
//! `(2,3):(24,8)+0` of `<f8` in `a.npy` became `(3,2):(8,4)+0` of `<f4` in `b.npy`.

use serde::Serialize;

use super::{Document, FileObject, Subject, enveloped};
use crate::text::{Look, convert_text};

/// What `convert` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Converted {
    /// The file that was read, as it was named.
    pub source: String,
    /// The file that is written.
    pub target: FileObject,
    /// Whether it was written, rather than planned alone.
    pub written: bool,
    /// Bytes of the whole file that is written.
    pub file_bytes: u64,
    /// What the source holds.
    pub before: Subject,
    /// What the target holds.
    pub after: Subject,
    /// The rule that allowed the cast.
    pub casting: &'static str,
    /// How many tiles are read and written.
    pub tiles: u64,
    /// Bytes that are read in one run.
    pub read_run: i64,
    /// Bytes that are written in one run.
    pub write_run: i64,
    /// Bytes of memory that it stays within.
    pub memory: u64,
}

impl Document for Converted {
    fn to_json(&self) -> String {
        enveloped("convert", self)
    }

    fn to_text(&self, look: Look) -> String {
        convert_text(self, look)
    }
}
