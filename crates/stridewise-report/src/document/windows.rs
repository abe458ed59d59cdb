//! Windows: what the windows of a file made, and the boxes in which they did.
//!
//! Windows of 3 over `(10):(8)+0` of `<f8` in `a.npy` made `(8):(8)+0` in `a.mean.npy`.

use serde::Serialize;

use super::{Document, FileObject, Subject, enveloped};
use crate::text::{Look, windows_text};

/// What `windows` answers.
#[derive(Clone, Debug, Serialize)]
pub struct WindowsDocument {
    /// The file that was read, as it was named.
    pub source: String,
    /// Whether results were written, rather than planned alone.
    pub written: bool,
    /// What the source holds.
    pub before: Subject,
    /// Elements of a window along each windowed axis.
    pub size: Vec<i64>,
    /// The windowed axes.
    pub axes: Vec<i64>,
    /// From one window to the next, in elements.
    pub step: Vec<i64>,
    /// From one element of a window to the next, in elements.
    pub dilation: Vec<i64>,
    /// The results, one file for each operation.
    pub made: Vec<MadeObject>,
    /// How many boxes are read and reduced.
    pub tiles: u64,
    /// The results of a box.
    pub tile: Vec<i64>,
    /// Bytes of memory that it stays within.
    pub memory: u64,
}

/// What an operation made.
#[derive(Clone, Debug, Serialize)]
pub struct MadeObject {
    /// The operation as it was asked for.
    pub op: String,
    /// The file that is written.
    pub target: FileObject,
    /// Bytes of the whole file.
    pub file_bytes: u64,
    /// What it holds.
    pub after: Subject,
}

impl Document for WindowsDocument {
    fn to_json(&self) -> String {
        enveloped("windows", self)
    }

    fn to_text(&self, look: Look) -> String {
        windows_text(self, look)
    }
}
