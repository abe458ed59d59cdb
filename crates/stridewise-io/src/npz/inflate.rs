//! Inflating a deflated member, as far as it is wanted and no further than it can honestly go.
//!
//! Deflate turns one byte into at most 1032, so a member of 10 bytes that claims a gigabyte is
//! refused before anything is allocated. Memory grows with the bytes that really come out.
#![forbid(unsafe_code)]

use std::io::Read;

use flate2::Crc;
use flate2::read::DeflateDecoder;

/// The most bytes that one byte of deflate can become, and a little for the blocks' headers.
const MOST_PER_BYTE: u64 = 1032;
const SLACK: u64 = 1024;

/// Bytes that are inflated at a time.
const STEP: usize = 1 << 18;

/// Why a member cannot be inflated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InflateError {
    /// More bytes claimed than deflate can make.
    #[error("{compressed} deflated bytes cannot become {claimed}")]
    Impossible {
        /// the bytes in the archive
        compressed: u64,
        /// the bytes that they should become
        claimed: u64,
    },
    /// Not deflate, or damaged.
    #[error("the deflated bytes are damaged after {inflated} inflated ones: {message}")]
    Damaged {
        /// how many bytes came out
        inflated: u64,
        /// what the decoder says
        message: String,
    },
    /// The stream ends early or late.
    #[error("the directory states {wanted} bytes, the deflated stream holds {got}{}",
            if .got > .wanted { " or more" } else { "" })]
    Size {
        /// the bytes stated
        wanted: u64,
        /// the bytes that came out
        got: u64,
    },
    /// Other bytes than were written.
    #[error("the checksum of the bytes is {got:08x}, the directory states {wanted:08x}")]
    Checksum {
        /// the CRC-32 stated
        wanted: u32,
        /// the CRC-32 found
        got: u32,
    },
    /// More bytes than there is memory for.
    #[error("{wanted} bytes do not fit in memory")]
    Memory {
        /// the bytes needed
        wanted: u64,
    },
}

impl InflateError {
    /// A stable name for the kind of mistake.
    pub fn code(&self) -> &'static str {
        match self {
            InflateError::Impossible { .. } => "inflate-impossible",
            InflateError::Damaged { .. } => "inflate-damaged",
            InflateError::Size { .. } => "inflate-size",
            InflateError::Checksum { .. } => "inflate-checksum",
            InflateError::Memory { .. } => "inflate-memory",
        }
    }

    /// One remedy.
    pub fn help(&self) -> String {
        match self {
            InflateError::Memory { .. } => {
                "store it without compression (numpy.savez), and it will be mapped in place"
            }
            _ => "the member is damaged or forged: write the archive again",
        }
        .to_string()
    }
}

/// A deflated member that is read from its start.
pub struct Inflated<'a> {
    decoder: DeflateDecoder<&'a [u8]>,
    checksum: Crc,
    done: u64,
    size: u64,
}

impl<'a> Inflated<'a> {
    /// A stream over `compressed`, which claims to become `size` bytes.
    ///
    /// # Errors
    /// A claim that deflate cannot fulfil.
    pub fn new(compressed: &'a [u8], size: u64) -> Result<Inflated<'a>, InflateError> {
        let length = compressed.len() as u64;
        if size > length.saturating_mul(MOST_PER_BYTE).saturating_add(SLACK) {
            return Err(InflateError::Impossible { compressed: length, claimed: size });
        }
        let decoder = DeflateDecoder::new(compressed);
        Ok(Inflated { decoder, checksum: Crc::new(), done: 0, size })
    }

    /// The next `count` bytes, or as many as there are.
    ///
    /// # Errors
    /// Damaged bytes, more bytes than the member claims, or no memory for them.
    pub fn take(&mut self, count: u64) -> Result<Vec<u8>, InflateError> {
        let mut taken = Vec::new();
        while (taken.len() as u64) < count {
            let step = usize::try_from(count - taken.len() as u64).unwrap_or(STEP).min(STEP);
            let length = taken.len();
            taken.try_reserve(step).map_err(|_| InflateError::Memory { wanted: count })?;
            taken.resize(length + step, 0);
            let read = self.read(&mut taken[length..])?;
            taken.truncate(length + read);
            if read == 0 {
                break;
            }
        }
        Ok(taken)
    }

    /// Reads to the end and compares length and checksum with what the directory states.
    ///
    /// # Errors
    /// Damaged bytes, another length, or another checksum.
    pub fn finish(mut self, checksum: u32) -> Result<(), InflateError> {
        let mut rest = vec![0; STEP];
        while self.read(&mut rest)? > 0 {}
        if self.done != self.size {
            return Err(InflateError::Size { wanted: self.size, got: self.done });
        }
        match self.checksum.sum() {
            got if got == checksum => Ok(()),
            got => Err(InflateError::Checksum { wanted: checksum, got }),
        }
    }

    fn read(&mut self, into: &mut [u8]) -> Result<usize, InflateError> {
        let inflated = self.done;
        let read = self
            .decoder
            .read(into)
            .map_err(|error| InflateError::Damaged { inflated, message: error.to_string() })?;
        self.checksum.update(&into[..read]);
        self.done += read as u64;
        if self.done > self.size {
            return Err(InflateError::Size { wanted: self.size, got: self.done });
        }
        Ok(read)
    }
}
