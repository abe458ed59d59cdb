//! Why a file cannot be opened: where, what, the evidence, and one remedy.
//!
//! `data/a.npz::x: <f8 of shape [4, 5] takes 160 bytes, the file holds 128 after its header`.
#![forbid(unsafe_code)]

use std::io;

use stridewise::suggest::nearest;

use crate::npy::NpyError;
use crate::npz::{InflateError, Storage, ZipError};
use crate::raw::RawError;
use crate::safetensors::SafetensorsError;
use crate::zarr::ZarrError;
use crate::{Format, Spec};

/// Names that an error lists before it only counts.
const LISTED: usize = 20;

/// A file that cannot be opened as an array.
#[derive(Debug, thiserror::Error)]
#[error("{spec}: {problem}")]
pub struct IoError {
    spec: Spec,
    #[source]
    problem: Box<Problem>,
}

/// What is wrong with a file, or with the question.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The operating system refuses.
    #[error("{}", plainly(.0))]
    System(io::Error),
    /// A directory, a pipe, a device.
    #[error("this is {kind}, not a file")]
    NotAFile {
        /// what it is, with its article
        kind: &'static str,
    },
    /// Bytes of no known format, and nothing said about them.
    #[error("the first bytes, b'{}', are those of no known format", .first.escape_ascii())]
    UnknownFormat {
        /// the first bytes, at most eight
        first: Vec<u8>,
    },
    /// Options for raw files on a file that speaks for itself.
    #[error("{format} states dtype and layout itself")]
    NotRaw {
        /// what the file is
        format: Format,
    },
    /// A member asked of a file that has none.
    #[error("{format} holds one array, without a name")]
    NoMembers {
        /// what the file is
        format: Format,
    },
    /// No member named where there are several, or none.
    #[error("{} arrays: {}", .members.len(), listed(.members))]
    WhichMember {
        /// the names that there are
        members: Vec<String>,
    },
    /// No member of that name.
    #[error("no array of this name; {} arrays: {}", .members.len(), listed(.members))]
    NoSuchMember {
        /// the names that there are
        members: Vec<String>,
    },
    /// A member that is no array.
    #[error("this member is no .npy file")]
    NotAnArray,
    /// A member kept in a way that is not read.
    #[error("this member is {}", match .0 {
        Storage::Encrypted => "encrypted".to_string(),
        Storage::Other(method) => format!("compressed by method {method}"),
        Storage::Stored | Storage::Deflated => "stored".to_string(),
    })]
    Storage(Storage),
    /// Elements in many files, each a chunk.
    #[error("the elements of a zarr array lie in many files, each a chunk")]
    Chunked,
    /// Not an honest `.npy` file.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// Not an honest zip archive.
    #[error(transparent)]
    Zip(#[from] ZipError),
    /// Not honestly deflated.
    #[error(transparent)]
    Inflate(#[from] InflateError),
    /// Not an honest safetensors file.
    #[error(transparent)]
    Safetensors(#[from] SafetensorsError),
    /// Not what a raw file was said to be.
    #[error(transparent)]
    Raw(#[from] RawError),
    /// Not honest zarr metadata.
    #[error(transparent)]
    Zarr(#[from] ZarrError),
}

impl IoError {
    pub(crate) fn new(spec: &Spec, problem: impl Into<Problem>) -> IoError {
        IoError { spec: spec.clone(), problem: Box::new(problem.into()) }
    }

    /// The file, and the member if one was named.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// A stable name for the kind of mistake.
    pub fn code(&self) -> &'static str {
        match &*self.problem {
            Problem::System(error) if error.kind() == io::ErrorKind::NotFound => "no-such-file",
            Problem::System(_) => "system",
            Problem::NotAFile { .. } => "not-a-file",
            Problem::UnknownFormat { .. } => "unknown-format",
            Problem::NotRaw { .. } => "not-raw",
            Problem::NoMembers { .. } => "no-members",
            Problem::WhichMember { .. } => "which-member",
            Problem::NoSuchMember { .. } => "no-such-member",
            Problem::NotAnArray => "not-an-array",
            Problem::Storage(_) => "storage",
            Problem::Chunked => "chunked",
            Problem::Npy(error) => error.code(),
            Problem::Zip(error) => error.code(),
            Problem::Inflate(error) => error.code(),
            Problem::Safetensors(error) => error.code(),
            Problem::Raw(error) => error.code(),
            Problem::Zarr(error) => error.code(),
        }
    }

    /// One remedy.
    pub fn help(&self) -> String {
        let path = self.spec.path.display();
        match &*self.problem {
            Problem::System(error) => match error.kind() {
                io::ErrorKind::NotFound => "check the name and the current folder".to_string(),
                io::ErrorKind::PermissionDenied => "ask for permission to read it".to_string(),
                _ => "see whether the file can be read at all".to_string(),
            },
            Problem::NotAFile { kind: "a folder" } => {
                "name a file in it; a zarr array is a folder with .zarray or zarr.json".to_string()
            }
            Problem::NotAFile { .. } => "save its bytes to a file first".to_string(),
            Problem::UnknownFormat { .. } => {
                "for raw elements state dtype and shape, such as f4 and 480,640".to_string()
            }
            Problem::NotRaw { .. } => {
                "leave out dtype, shape, order, strides and offset".to_string()
            }
            Problem::NoMembers { .. } => format!("ask for {path} alone"),
            Problem::WhichMember { members } | Problem::NoSuchMember { members } => {
                let known = members.iter().map(String::as_str);
                let asked = self.spec.member.as_deref();
                if let Some(meant) = asked.and_then(|asked| nearest(asked, known)) {
                    return format!("did you mean '{path}::{}'?", meant.escape_debug());
                }
                match members.first() {
                    Some(first) => format!("ask for one, as in '{path}::{}'", first.escape_debug()),
                    None => "write the file again with an array in it".to_string(),
                }
            }
            Problem::NotAnArray => "extract it from the archive".to_string(),
            Problem::Storage(Storage::Encrypted) => "decrypt the archive first".to_string(),
            Problem::Storage(_) => "write it again with numpy.savez".to_string(),
            Problem::Chunked => {
                "its metadata can be inspected; its chunks are not mapped".to_string()
            }
            Problem::Npy(error) => error.help(),
            Problem::Zip(error) => error.help(),
            Problem::Inflate(error) => error.help(),
            Problem::Safetensors(error) => error.help(),
            Problem::Raw(error) => error.help(),
            Problem::Zarr(error) => error.help(),
        }
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Problem {
        Problem::System(error)
    }
}

/// The message without Rust's error number.
pub(crate) fn plainly(error: &io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error").map_or(text.as_str(), |(message, _)| message).to_string()
}

fn listed(names: &[String]) -> String {
    let shown: Vec<String> =
        names.iter().take(LISTED).map(|name| name.escape_debug().to_string()).collect();
    let rest = if names.len() > LISTED { ", ..." } else { "" };
    shown.join(", ") + rest
}
