//! The directory of a zip archive: who lies where.
//!
//! An archive ends with an end record, which places the central directory, which places each
//! member's local header, behind which its bytes lie. Zip64 records hold the numbers that do not
//! fit in 32 bits. Every number is checked against the bytes that are there.
#![forbid(unsafe_code)]

use std::collections::HashSet;

use super::{Member, Storage, ZipError};

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END64: u32 = 0x0606_4b50;
const LOCATOR64: u32 = 0x0706_4b50;

const END_LENGTH: u64 = 22;
const CENTRAL_LENGTH: u64 = 46;
const LOCAL_LENGTH: u64 = 30;

/// A 32-bit field that says "see the zip64 record".
const IN_ZIP64: u64 = 0xffff_ffff;
const ENCRYPTED: u64 = 1;
const SIZES_FOLLOW: u64 = 1 << 3;

/// Reads who lies where in an archive; directories among the members are left out.
///
/// # Errors
/// Bytes that are no zip archive, or one that contradicts itself.
pub fn directory(archive: &[u8]) -> Result<Vec<Member>, ZipError> {
    let bytes = Bytes(archive);
    let end = find_end(bytes)?;
    let mut entries = Vec::new();
    let mut at = end.start;
    while at < end.stop {
        let (entry, next) = central_entry(bytes, at, end.stop)?;
        entries.push(entry);
        at = next;
    }
    let found = entries.len() as u64;
    if found != end.members {
        return Err(ZipError::Count { wanted: end.members, got: found });
    }
    let mut names = HashSet::new();
    for entry in &entries {
        if !names.insert(&entry.member.name) {
            return Err(ZipError::Repeated { name: entry.member.name.clone() });
        }
    }
    for entry in &mut entries {
        place(bytes, entry, end.start)?;
    }
    check_overlap(&entries, end.start)?;
    let members = entries.into_iter().map(|entry| entry.member);
    Ok(members.filter(|member| !member.name.ends_with('/')).collect())
}

/// What the directory says of a member, and where its local header is.
struct Entry {
    member: Member,
    header: u64,
    flags: u64,
    method: u64,
    compressed: u64,
}

/// The central directory: its bytes and how many members it should hold.
struct Directory {
    start: u64,
    stop: u64,
    members: u64,
}

/// Little-endian numbers at places that may not exist.
#[derive(Clone, Copy)]
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn len(self) -> u64 {
        self.0.len() as u64
    }

    fn slice(self, at: u64, length: u64) -> Option<&'a [u8]> {
        let (at, length) = (usize::try_from(at).ok()?, usize::try_from(length).ok()?);
        self.0.get(at..at.checked_add(length)?)
    }

    fn number(self, at: u64, length: u64) -> Option<u64> {
        let bytes = self.slice(at, length)?;
        Some(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    /// A record's number; the caller has checked that the record is inside.
    fn field(self, at: u64, length: u64) -> u64 {
        self.number(at, length).unwrap_or(0)
    }

    fn has_record(self, signature: u32, at: u64, length: u64) -> bool {
        self.slice(at, length).is_some() && self.field(at, 4) == u64::from(signature)
    }
}

/// The end record is the last one whose comment ends with the file.
fn find_end(bytes: Bytes<'_>) -> Result<Directory, ZipError> {
    let last = bytes.len().checked_sub(END_LENGTH);
    let searched = bytes.len().min(END_LENGTH + 0xffff);
    let first = bytes.len() - searched;
    let is_end = |&at: &u64| {
        bytes.has_record(END, at, END_LENGTH)
            && at + END_LENGTH + bytes.field(at + 20, 2) == bytes.len()
    };
    let at = last.and_then(|last| (first..=last).rev().find(is_end));
    let at = at.ok_or(ZipError::NoEnd { searched })?;
    let (mut disks, mut members) = (bytes.field(at + 4, 4), bytes.field(at + 10, 2));
    let (mut size, mut start) = (bytes.field(at + 12, 4), bytes.field(at + 16, 4));
    let mut stop = at;
    let marked = members == 0xffff || size == IN_ZIP64 || start == IN_ZIP64;
    let locator = at.checked_sub(20).filter(|&at| bytes.has_record(LOCATOR64, at, 20));
    if let Some(locator) = locator.filter(|_| marked) {
        stop = bytes.field(locator + 8, 8);
        if stop > locator || !bytes.has_record(END64, stop, 56) {
            let (record, from) = ("zip64 end record", "zip64 locator");
            return Err(ZipError::NoRecord { record, at: stop, from });
        }
        disks = bytes.field(stop + 16, 8);
        members = bytes.field(stop + 32, 8);
        size = bytes.field(stop + 40, 8);
        start = bytes.field(stop + 48, 8);
    }
    if disks != 0 {
        return Err(ZipError::Split);
    }
    if start.checked_add(size) != Some(stop) {
        let end = start.saturating_add(size);
        return Err(ZipError::DirectoryMisplaced { start, end, got: stop });
    }
    Ok(Directory { start, stop, members })
}

/// One record of the central directory, and where the next starts.
fn central_entry(bytes: Bytes<'_>, at: u64, stop: u64) -> Result<(Entry, u64), ZipError> {
    let record = "directory entry";
    if !bytes.has_record(CENTRAL, at, CENTRAL_LENGTH) {
        return Err(ZipError::NoRecord { record, at, from: "directory" });
    }
    let lengths = [bytes.field(at + 28, 2), bytes.field(at + 30, 2), bytes.field(at + 32, 2)];
    let next = at + CENTRAL_LENGTH + lengths.iter().sum::<u64>();
    if next > stop {
        return Err(ZipError::Truncated { record, at, wanted: next, got: stop });
    }
    let flags = bytes.field(at + 8, 2);
    let method = bytes.field(at + 10, 2);
    let name = read_name(bytes.slice(at + CENTRAL_LENGTH, lengths[0]).unwrap_or(&[]))?;
    let mut numbers = [bytes.field(at + 24, 4), bytes.field(at + 20, 4), bytes.field(at + 42, 4)];
    read_zip64(bytes, at + CENTRAL_LENGTH + lengths[0], lengths[1], &mut numbers);
    let [size, compressed, header] = numbers;
    let storage = match method {
        _ if flags & ENCRYPTED != 0 => Storage::Encrypted,
        0 => Storage::Stored,
        8 => Storage::Deflated,
        other => Storage::Other(u16::try_from(other).unwrap_or(u16::MAX)),
    };
    if storage == Storage::Stored && compressed != size {
        return Err(ZipError::StoredSize { name, compressed, size });
    }
    let checksum = u32::try_from(bytes.field(at + 16, 4)).unwrap_or(0);
    let member = Member { name, storage, place: 0..0, size, checksum };
    Ok((Entry { member, header, flags, method, compressed }, next))
}

/// The zip64 extra field holds, in this order, those numbers that are marked as not fitting.
fn read_zip64(bytes: Bytes<'_>, start: u64, length: u64, numbers: &mut [u64; 3]) {
    let stop = start + length;
    let mut at = start;
    while at + 4 <= stop {
        let (id, length) = (bytes.field(at, 2), bytes.field(at + 2, 2));
        at += 4;
        if id == 1 {
            let (mut from, end) = (at, (at + length).min(stop));
            for number in numbers.iter_mut().filter(|number| **number == IN_ZIP64) {
                if from + 8 <= end {
                    *number = bytes.field(from, 8);
                    from += 8;
                }
            }
            return;
        }
        at += length;
    }
}

/// A name is text without a way out of the archive; it is never used as a path all the same.
fn read_name(bytes: &[u8]) -> Result<String, ZipError> {
    let shown = || String::from_utf8_lossy(bytes).into_owned();
    let refuse = |reason| Err(ZipError::Name { name: shown(), reason });
    let Ok(name) = std::str::from_utf8(bytes) else {
        return refuse("is not UTF-8");
    };
    if name.is_empty() {
        return refuse("is empty");
    }
    if name.chars().any(char::is_control) {
        return refuse("has control characters");
    }
    if name.starts_with(['/', '\\']) || name.get(1..2) == Some(":") {
        return refuse("is an absolute path");
    }
    if name.split(['/', '\\']).any(|part| part == "..") {
        return refuse("leads out of the archive");
    }
    Ok(name.to_string())
}

/// Finds the member's bytes behind its local header.
fn place(bytes: Bytes<'_>, entry: &mut Entry, directory: u64) -> Result<(), ZipError> {
    let (at, record) = (entry.header, "local header");
    if at >= directory || !bytes.has_record(LOCAL, at, LOCAL_LENGTH) {
        return Err(ZipError::NoRecord { record, at, from: "directory" });
    }
    let name_length = bytes.field(at + 26, 2);
    let start = at + LOCAL_LENGTH + name_length + bytes.field(at + 28, 2);
    let name = bytes.slice(at + LOCAL_LENGTH, name_length);
    let contradiction =
        |what| Err(ZipError::Contradiction { name: entry.member.name.clone(), at, what });
    if name != Some(entry.member.name.as_bytes()) {
        return contradiction("name");
    }
    let flags = bytes.field(at + 6, 2);
    if (flags ^ entry.flags) & ENCRYPTED != 0 || bytes.field(at + 8, 2) != entry.method {
        return contradiction("compression");
    }
    let sizes =
        [(bytes.field(at + 18, 4), entry.compressed), (bytes.field(at + 22, 4), entry.member.size)];
    let differ = |&(local, central): &(u64, u64)| local != central && local != IN_ZIP64;
    if flags & SIZES_FOLLOW == 0 && sizes.iter().any(differ) {
        return contradiction("size");
    }
    match start.checked_add(entry.compressed).filter(|&end| end <= directory) {
        Some(end) => entry.member.place = start..end,
        None => {
            let wanted = start.saturating_add(entry.compressed);
            return Err(ZipError::Truncated { record: "member", at, wanted, got: directory });
        }
    }
    Ok(())
}

/// Members lie one after the other, in any order, and end before the directory (which
/// [`place`] has checked).
fn check_overlap(entries: &[Entry], directory: u64) -> Result<(), ZipError> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by_key(|entry| entry.header);
    for pair in sorted.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        if first.member.place.end > second.header {
            return Err(ZipError::Overlap {
                first: first.member.name.clone(),
                end: first.member.place.end,
                second: second.member.name.clone(),
                start: second.header,
            });
        }
    }
    debug_assert!(entries.iter().all(|entry| entry.member.place.end <= directory));
    Ok(())
}
