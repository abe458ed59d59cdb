//! `.npz` archives: zip files whose members are `.npy` files.
//!
//! A stored member is an `.npy` file somewhere inside the archive, so its elements can be mapped
//! in place: a member whose data starts at byte 175 of the archive has the layout
//! `(2,3):(24,8)+0` of the bytes from 175 on, misaligned by 7. A deflated member has no
//! place; it is inflated when its bytes are asked for.
//!
//! [`directory`] is a pure function over the bytes of the archive. It reads the central
//! directory and each member's local header, and refuses what no honest writer makes: members
//! that overlap, sizes that do not add up, names that leave the archive. Memory is
//! proportional to the directory that is really there, never to a number in it.
#![forbid(unsafe_code)]

mod directory;
mod inflate;

pub use directory::directory;
pub use inflate::{InflateError, Inflated};

use std::ops::Range;

/// One array, or other file, of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name in the archive: `x.npy`.
    pub name: String,
    /// How its bytes are kept.
    pub storage: Storage,
    /// Its bytes in the archive, as they are kept.
    pub place: Range<u64>,
    /// How many bytes it has once inflated.
    pub size: u64,
    /// The CRC-32 that its bytes should have.
    pub checksum: u32,
}

impl Member {
    /// The name under which NumPy shows it: without `.npy`.
    pub fn key(&self) -> &str {
        self.name.strip_suffix(".npy").unwrap_or(&self.name)
    }

    /// Whether it is an array.
    pub fn is_array(&self) -> bool {
        self.name.ends_with(".npy")
    }
}

/// How a member's bytes are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// As they are.
    Stored,
    /// Deflated.
    Deflated,
    /// By a method that is not read here; its number in the zip format.
    Other(u16),
    /// Encrypted.
    Encrypted,
}

/// Why bytes are not a zip archive, or not an honest one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZipError {
    /// No end record: not a zip file, or one that is cut short.
    #[error("no end of a zip directory in the last {searched} bytes")]
    NoEnd {
        /// how far back from the end was searched
        searched: u64,
    },
    /// A record that should be at a place is not there.
    #[error("no {record} at byte {at}, where the {from} places it")]
    NoRecord {
        /// what was expected
        record: &'static str,
        /// where
        at: u64,
        /// who says so
        from: &'static str,
    },
    /// A record that the file ends in, or that runs into the next.
    #[error("the {record} at byte {at} ends at byte {wanted}, past byte {got}")]
    Truncated {
        /// what
        record: &'static str,
        /// where it starts
        at: u64,
        /// where it would end
        wanted: u64,
        /// where it has to end
        got: u64,
    },
    /// An archive in several files.
    #[error("the archive is split over several disks")]
    Split,
    /// Bytes that are no part of the directory between it and its end record.
    #[error("the directory covers bytes {start}..{end}, but its end record is at byte {got}")]
    DirectoryMisplaced {
        /// where it starts
        start: u64,
        /// where it ends
        end: u64,
        /// where it should end
        got: u64,
    },
    /// Another number of members than stated.
    #[error("the directory states {wanted} members and holds {got}")]
    Count {
        /// the number stated
        wanted: u64,
        /// the number found
        got: u64,
    },
    /// A name that is not text, or that leads out of the archive.
    #[error("member name '{}' {reason}", .name.escape_debug())]
    Name {
        /// the name, made readable
        name: String,
        /// what is wrong with it
        reason: &'static str,
    },
    /// Two members of one name.
    #[error("two members are named '{}'", .name.escape_debug())]
    Repeated {
        /// the name
        name: String,
    },
    /// A local header that contradicts the directory.
    #[error("member '{}': the directory and the local header at byte {at} disagree about its {what}",
            .name.escape_debug())]
    Contradiction {
        /// the member
        name: String,
        /// where its local header is
        at: u64,
        /// about what
        what: &'static str,
    },
    /// A stored member whose two sizes differ.
    #[error("member '{}' is stored, yet has {compressed} bytes in the archive and {size} outside",
            .name.escape_debug())]
    StoredSize {
        /// the member
        name: String,
        /// its bytes in the archive
        compressed: u64,
        /// its bytes outside
        size: u64,
    },
    /// Members that share bytes.
    #[error("member '{}' reaches byte {end}, but '{}' starts at byte {start}",
            .first.escape_debug(), .second.escape_debug())]
    Overlap {
        /// the member that comes first
        first: String,
        /// where it ends
        end: u64,
        /// the member, or the directory, that comes next
        second: String,
        /// where that starts
        start: u64,
    },
}

impl ZipError {
    /// A stable name for the kind of mistake.
    pub fn code(&self) -> &'static str {
        match self {
            ZipError::NoEnd { .. } => "zip-no-end",
            ZipError::NoRecord { .. } => "zip-no-record",
            ZipError::Truncated { .. } => "zip-truncated",
            ZipError::Split => "zip-split",
            ZipError::DirectoryMisplaced { .. } => "zip-directory",
            ZipError::Count { .. } => "zip-count",
            ZipError::Name { .. } => "zip-name",
            ZipError::Repeated { .. } => "zip-repeated",
            ZipError::Contradiction { .. } => "zip-contradiction",
            ZipError::StoredSize { .. } => "zip-stored-size",
            ZipError::Overlap { .. } => "zip-overlap",
        }
    }

    /// One remedy.
    pub fn help(&self) -> String {
        match self {
            ZipError::NoEnd { .. } | ZipError::Truncated { .. } => {
                "the archive is cut short or not an .npz file: copy or write it again"
            }
            ZipError::Split => "join the parts into one archive first",
            _ => "the archive is damaged or forged: write it again with numpy.savez",
        }
        .to_string()
    }
}
