//! Archives as tests want them: honest unless a member says otherwise.
//!
//! A member `x.npy` of 3 bytes lies at bytes 35..38: a local header of 30, a name of 5.

use std::io::Write;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// A member as a test wants it, honest unless changed.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    pub(crate) local_name: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) size: u64,
    pub(crate) compressed: u64,
    pub(crate) checksum: u32,
    pub(crate) header: Option<u32>,
    pub(crate) zip64: bool,
}

pub(crate) fn stored(name: &str, bytes: &[u8]) -> Entry {
    let mut crc = Crc::new();
    crc.update(bytes);
    Entry {
        name: name.into(),
        local_name: name.into(),
        bytes: bytes.to_vec(),
        method: 0,
        flags: 0,
        size: bytes.len() as u64,
        compressed: bytes.len() as u64,
        checksum: crc.sum(),
        header: None,
        zip64: false,
    }
}

pub(crate) fn deflated(name: &str, bytes: &[u8]) -> Entry {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    let compressed = encoder.finish().unwrap();
    let length = compressed.len() as u64;
    Entry { bytes: compressed, method: 8, compressed: length, ..stored(name, bytes) }
}

/// Sizes as both headers hold them, and the extra field that zip64 needs.
fn sizes(entry: &Entry) -> (u32, u32, Vec<u8>) {
    if !entry.zip64 {
        return (entry.compressed as u32, entry.size as u32, Vec::new());
    }
    let mut extra = vec![1, 0, 16, 0];
    extra.extend(entry.size.to_le_bytes());
    extra.extend(entry.compressed.to_le_bytes());
    (u32::MAX, u32::MAX, extra)
}

/// An archive, and where its directory starts.
pub(crate) fn archive(entries: &[Entry]) -> (Vec<u8>, usize) {
    let mut file = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let header = entry.header.unwrap_or(file.len() as u32);
        let (compressed, size, extra) = sizes(entry);
        file.extend(0x0403_4b50u32.to_le_bytes());
        for short in [20, entry.flags, entry.method, 0, 0] {
            file.extend(short.to_le_bytes());
        }
        for word in [entry.checksum, compressed, size] {
            file.extend(word.to_le_bytes());
        }
        file.extend((entry.local_name.len() as u16).to_le_bytes());
        file.extend((extra.len() as u16).to_le_bytes());
        file.extend(&entry.local_name);
        file.extend(&extra);
        file.extend(&entry.bytes);

        directory.extend(0x0201_4b50u32.to_le_bytes());
        for short in [20, 20, entry.flags, entry.method, 0, 0] {
            directory.extend(short.to_le_bytes());
        }
        for word in [entry.checksum, compressed, size] {
            directory.extend(word.to_le_bytes());
        }
        for short in [entry.name.len() as u16, extra.len() as u16, 0, 0, 0] {
            directory.extend(short.to_le_bytes());
        }
        directory.extend(0u32.to_le_bytes());
        directory.extend(header.to_le_bytes());
        directory.extend(&entry.name);
        directory.extend(&extra);
    }
    let start = file.len();
    file.extend(&directory);
    let count = (entries.len() as u16).to_le_bytes();
    file.extend(0x0605_4b50u32.to_le_bytes());
    file.extend([0; 4]);
    file.extend(count);
    file.extend(count);
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend((start as u32).to_le_bytes());
    file.extend([0; 2]);
    (file, start)
}
