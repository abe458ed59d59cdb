//! Why a conversion was not made: whose fault, the evidence, and one remedy.
//!
//! `cannot cast array data from <f8 to <i4 according to the rule 'same_kind'`.
#![forbid(unsafe_code)]

use std::io;
use std::path::PathBuf;

use stridewise::control::Stopped;
use stridewise::kernel::cast::CastError;
use stridewise::kernel::copy::CopyError;
use stridewise::layout::{DType, LayoutError};
use stridewise::nest::NestError;

use crate::{Spec, WriteError};

/// Why a conversion was not made; no file is left behind, whichever it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// Axes that do not permute the array, or more bytes than 64 bits count.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A cast that is forbidden or unknown.
    #[error(transparent)]
    Cast(CastError),
    /// The target's name ends as no format that is written.
    #[error("'{}' ends as no format that can be written", .target.display())]
    Format {
        /// its path
        target: PathBuf,
    },
    /// A dtype that no `.npy` header can state.
    #[error(
        "an .npy header cannot state the dtype {dtype}: its fields overlap or are out of order"
    )]
    Header {
        /// the dtype
        dtype: DType,
    },
    /// Less memory than any conversion takes.
    #[error("a conversion takes at least {wanted} bytes of memory, {got} are allowed")]
    Memory {
        /// the least
        wanted: u64,
        /// what is allowed
        got: u64,
    },
    /// The system has not so much memory.
    #[error("there is no memory for {wanted} bytes")]
    OutOfMemory {
        /// the bytes that were asked for
        wanted: u64,
    },
    /// A source whose elements do not lie in its file as they are.
    #[error("{spec}: this member is compressed, so its elements do not lie in the file")]
    Compressed {
        /// what was to be read
        spec: Spec,
    },
    /// The target is the source, perhaps by another name.
    #[error("'{}' is the file that is read: {}", .target.display(), .source_path.display())]
    SameFile {
        /// the target's path
        target: PathBuf,
        /// the source's path
        source_path: PathBuf,
    },
    /// The source became shorter while it was read.
    #[error("{spec} was cut short while it was read: {wanted} bytes are needed, {got} are left")]
    SourceCut {
        /// what was read
        spec: Spec,
        /// where its elements ended
        wanted: u64,
        /// where the file ends now
        got: u64,
    },
    /// The source was written to while it was read.
    #[error("{spec} was changed while it was read")]
    SourceChanged {
        /// what was read
        spec: Spec,
    },
    /// The source cannot be read.
    #[error("cannot read {spec}: {}", crate::error::plainly(.error))]
    Read {
        /// what was read
        spec: Spec,
        /// what the system says
        error: io::Error,
    },
    /// The target cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The caller asked to stop.
    #[error("stopped as asked")]
    Stopped,
}

impl ConvertError {
    /// A stable name for the kind of mistake.
    pub fn code(&self) -> &'static str {
        match self {
            ConvertError::Layout(_) => "layout",
            ConvertError::Cast(_) => "cast",
            ConvertError::Format { .. } => "target-format",
            ConvertError::Header { .. } => "npy-header",
            ConvertError::Memory { .. } | ConvertError::OutOfMemory { .. } => "memory",
            ConvertError::Compressed { .. } => "compressed",
            ConvertError::SameFile { .. } => "same-file",
            ConvertError::SourceCut { .. } => "source-cut",
            ConvertError::SourceChanged { .. } => "source-changed",
            ConvertError::Read { .. } => "system",
            ConvertError::Write(error) => error.code(),
            ConvertError::Stopped => "stopped",
        }
    }

    /// One remedy, where there is one.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            ConvertError::Layout(_) => "name every axis once, as in 2,0,1".to_string(),
            ConvertError::Cast(CastError::Forbidden { wanted, .. }) => {
                format!("the rule '{}' allows it", wanted.name())
            }
            ConvertError::Cast(_) => {
                "keep the dtype, or cast with NumPy: numbers and truth values are cast here"
                    .to_string()
            }
            ConvertError::Format { .. } => {
                "write to a name that ends in .npy, or in .bin or .raw for elements alone"
                    .to_string()
            }
            ConvertError::Header { .. } => "write elements alone, to a .raw file".to_string(),
            ConvertError::Memory { wanted, .. } => format!("allow {wanted} bytes or more"),
            ConvertError::OutOfMemory { .. } => "allow less memory".to_string(),
            ConvertError::Compressed { .. } => "write it again with numpy.savez".to_string(),
            ConvertError::SameFile { .. } => "write to another name, then rename it".to_string(),
            ConvertError::SourceCut { .. } | ConvertError::SourceChanged { .. } => {
                "wait until nobody writes to it, then convert it again".to_string()
            }
            ConvertError::Read { .. } => "see whether the file can be read at all".to_string(),
            ConvertError::Write(error) => return error.help(),
            ConvertError::Stopped => return None,
        })
    }
}

impl From<CastError> for ConvertError {
    fn from(error: CastError) -> ConvertError {
        match error {
            CastError::Copy(error) => error.into(),
            CastError::Layout(error) => ConvertError::Layout(error),
            error => ConvertError::Cast(error),
        }
    }
}

impl From<CopyError> for ConvertError {
    fn from(error: CopyError) -> ConvertError {
        match error {
            CopyError::Stopped(_) => ConvertError::Stopped,
            CopyError::OutOfMemory { wanted } => {
                ConvertError::OutOfMemory { wanted: wanted.unsigned_abs() }
            }
            error => ConvertError::Cast(CastError::Copy(error)),
        }
    }
}

impl From<NestError> for ConvertError {
    fn from(error: NestError) -> ConvertError {
        CopyError::from(error).into()
    }
}

impl From<Stopped> for ConvertError {
    fn from(_: Stopped) -> ConvertError {
        ConvertError::Stopped
    }
}
