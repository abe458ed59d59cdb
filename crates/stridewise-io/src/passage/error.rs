//! Why a file was not made from another: whose fault, the evidence, and one remedy.
//!
//! `cannot cast array data from <f8 to <i4 according to the rule 'same_kind'`.
#![forbid(unsafe_code)]

use std::io;
use std::path::PathBuf;

use stridewise::control::Stopped;
use stridewise::kernel::cast::CastError;
use stridewise::kernel::copy::CopyError;
use stridewise::kernel::window::WindowError;
use stridewise::layout::{DType, LayoutError};
use stridewise::nest::NestError;

use crate::{Spec, WriteError};

/// Why a file was not made from another; none is left behind, whichever it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PassageError {
    /// Axes that do not permute the array, or more bytes than 64 bits count.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A cast that is forbidden or unknown.
    #[error(transparent)]
    Cast(CastError),
    /// Windows that the array does not have, or results that do not fit.
    #[error(transparent)]
    Windows(WindowError),
    /// Elements that nothing is computed with.
    #[error("windows of dtype {dtype} are not reduced")]
    Elements {
        /// the dtype
        dtype: DType,
    },
    /// Windows that are not whole ones.
    #[error("windows of a file are whole ones, of mode 'valid'")]
    Mode,
    /// Two results for one file.
    #[error("'{}' is to be written twice", .target.display())]
    Twice {
        /// its path
        target: PathBuf,
    },
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
    /// Less memory than it takes at least.
    #[error("this takes at least {wanted} bytes of memory, {got} are allowed")]
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

impl PassageError {
    /// A stable name for the kind of mistake.
    pub fn code(&self) -> &'static str {
        match self {
            PassageError::Layout(_) => "layout",
            PassageError::Cast(_) => "cast",
            PassageError::Windows(_) => "windows",
            PassageError::Elements { .. } => "dtype",
            PassageError::Mode => "mode",
            PassageError::Twice { .. } => "target-twice",
            PassageError::Format { .. } => "target-format",
            PassageError::Header { .. } => "npy-header",
            PassageError::Memory { .. } | PassageError::OutOfMemory { .. } => "memory",
            PassageError::Compressed { .. } => "compressed",
            PassageError::SameFile { .. } => "same-file",
            PassageError::SourceCut { .. } => "source-cut",
            PassageError::SourceChanged { .. } => "source-changed",
            PassageError::Read { .. } => "system",
            PassageError::Write(error) => error.code(),
            PassageError::Stopped => "stopped",
        }
    }

    /// One remedy, where there is one.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            PassageError::Layout(_) => "name every axis once, as in 2,0,1".to_string(),
            PassageError::Windows(_) | PassageError::Mode => return None,
            PassageError::Twice { .. } => "name each operation once".to_string(),
            PassageError::Elements { .. } => {
                "convert it first: numbers and truth values in this machine's byte order are reduced"
                    .to_string()
            }
            PassageError::Cast(CastError::Forbidden { wanted, .. }) => {
                format!("the rule '{}' allows it", wanted.name())
            }
            PassageError::Cast(_) => {
                "keep the dtype, or cast with NumPy: numbers and truth values are cast here"
                    .to_string()
            }
            PassageError::Format { .. } => {
                "write to a name that ends in .npy, or in .bin or .raw for elements alone"
                    .to_string()
            }
            PassageError::Header { .. } => "write elements alone, to a .raw file".to_string(),
            PassageError::Memory { wanted, .. } => format!("allow {wanted} bytes or more"),
            PassageError::OutOfMemory { .. } => "allow less memory".to_string(),
            PassageError::Compressed { .. } => "write it again with numpy.savez".to_string(),
            PassageError::SameFile { .. } => "write to another name, then rename it".to_string(),
            PassageError::SourceCut { .. } | PassageError::SourceChanged { .. } => {
                "wait until nobody writes to it, then try again".to_string()
            }
            PassageError::Read { .. } => "see whether the file can be read at all".to_string(),
            PassageError::Write(error) => return error.help(),
            PassageError::Stopped => return None,
        })
    }
}

impl From<CastError> for PassageError {
    fn from(error: CastError) -> PassageError {
        match error {
            CastError::Copy(error) => error.into(),
            CastError::Layout(error) => PassageError::Layout(error),
            error => PassageError::Cast(error),
        }
    }
}

impl From<CopyError> for PassageError {
    fn from(error: CopyError) -> PassageError {
        match error {
            CopyError::Stopped(_) => PassageError::Stopped,
            CopyError::OutOfMemory { wanted } => {
                PassageError::OutOfMemory { wanted: wanted.unsigned_abs() }
            }
            error => PassageError::Cast(CastError::Copy(error)),
        }
    }
}

impl From<NestError> for PassageError {
    fn from(error: NestError) -> PassageError {
        CopyError::from(error).into()
    }
}

impl From<Stopped> for PassageError {
    fn from(_: Stopped) -> PassageError {
        PassageError::Stopped
    }
}

impl From<WindowError> for PassageError {
    fn from(error: WindowError) -> PassageError {
        match error {
            WindowError::Stopped(_) => PassageError::Stopped,
            WindowError::OutOfMemory { wanted } => {
                PassageError::OutOfMemory { wanted: wanted.unsigned_abs() }
            }
            error => PassageError::Windows(error),
        }
    }
}
