//! Archives that lie: each gets a typed error that names the member and the place.
#![allow(clippy::cast_possible_truncation)] // files of a test are small

mod archive;

use archive::{Entry, archive, deflated, stored};
use proptest::prelude::*;
use stridewise_io::npz::{self, Storage};
use stridewise_io::{RawOptions, open};

fn npy(shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(data);
    file
}

fn check_directory(bytes: &[u8], wanted: &str) {
    let found = match npz::directory(bytes) {
        Ok(members) => {
            let shown = members.iter().map(|m| format!("{} {:?} {:?}", m.name, m.storage, m.place));
            shown.collect::<Vec<_>>().join("; ")
        }
        Err(error) => {
            assert!(!error.help().is_empty());
            format!("{}: {error}", error.code())
        }
    };
    assert_eq!(found, wanted);
}

fn check(entries: &[Entry], wanted: &str) {
    check_directory(&archive(entries).0, wanted);
}

#[test]
fn honest_archives_are_read() {
    check(&[], "");
    check(&[stored("x.npy", b"abc"), stored("y", b"")], "x.npy Stored 35..38; y Stored 69..69");
    check(&[Entry { zip64: true, ..stored("x.npy", b"abc") }], "x.npy Stored 55..58");
    check(&[Entry { flags: 1 << 3, ..stored("x.npy", b"abc") }], "x.npy Stored 35..38");
    check(&[Entry { flags: 1, ..stored("x.npy", b"abc") }], "x.npy Encrypted 35..38");
    check(&[Entry { method: 93, ..stored("x.npy", b"abc") }], "x.npy Other(93) 35..38");
    check(
        &[stored("a/b.npy", b""), stored("größe.npy", b""), stored("folder/", b"")],
        "a/b.npy Stored 37..37; größe.npy Stored 78..78",
    );
    let (mut commented, _) = archive(&[stored("x.npy", b"abc")]);
    let length = commented.len();
    commented[length - 2] = 5;
    commented.extend(b"hello");
    check_directory(&commented, "x.npy Stored 35..38");
}

#[test]
fn an_end_record_that_lies_is_told() {
    let (good, start) = archive(&[stored("x.npy", b"abc")]);
    let end = good.len() - 22;
    let changed = |at: usize, value: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + value.len()].copy_from_slice(value);
        bytes
    };
    check_directory(b"", "zip-no-end: no end of a zip directory in the last 0 bytes");
    check_directory(
        &good[..end + 21],
        "zip-no-end: no end of a zip directory in the last 110 bytes",
    );
    check_directory(
        &[&good[..], b"x"].concat(),
        "zip-no-end: no end of a zip directory in the last 112 bytes",
    );
    check_directory(&changed(end + 4, &[1]), "zip-split: the archive is split over several disks");
    check_directory(
        &changed(end + 10, &[2]),
        "zip-count: the directory states 2 members and holds 1",
    );
    check_directory(
        &changed(end + 16, &[0]),
        "zip-directory: the directory covers bytes 0..51, but its end record is at byte 89",
    );
    check_directory(
        &changed(end + 12, &[255; 3]),
        "zip-directory: the directory covers bytes 38..16777253, but its end record is at byte 89",
    );
    check_directory(
        &changed(end + 12, &[255; 8]),
        "zip-directory: the directory covers bytes 4294967295..8589934590, but its end record is at byte 89",
    );
    check_directory(
        &changed(start, b"X"),
        "zip-no-record: no directory entry at byte 38, where the directory places it",
    );
    check_directory(
        &changed(start + 28, &[255, 255]),
        "zip-truncated: the directory entry at byte 38 ends at byte 65619, past byte 89",
    );
    check_directory(
        &[b"MZ", &good[..]].concat(),
        "zip-directory: the directory covers bytes 38..89, but its end record is at byte 91",
    );
}

#[test]
fn a_zip64_record_that_lies_is_told() {
    let (mut bytes, start) = archive(&[stored("x.npy", b"abc")]);
    let end = bytes.split_off(bytes.len() - 22);
    let at = bytes.len() as u64;
    let record = |size: u64, start: u64, members: u64| {
        let mut record = 0x0606_4b50u32.to_le_bytes().to_vec();
        record.extend(44u64.to_le_bytes());
        record.extend([0; 12]);
        for number in [members, members, size, start] {
            record.extend(number.to_le_bytes());
        }
        record
    };
    let locator = |at: u64| {
        let mut locator = 0x0706_4b50u32.to_le_bytes().to_vec();
        locator.extend([0; 4]);
        locator.extend(at.to_le_bytes());
        locator.extend(1u32.to_le_bytes());
        locator
    };
    let marked = [&end[..8], &[255; 12], &end[20..]].concat();
    let size = at - start as u64;
    let whole =
        |record: Vec<u8>, locator: Vec<u8>| [&bytes[..], &record, &locator, &marked].concat();
    let start = start as u64;
    check_directory(&whole(record(size, start, 1), locator(at)), "x.npy Stored 35..38");
    check_directory(
        &whole(record(size, start, u64::MAX), locator(at)),
        "zip-count: the directory states 18446744073709551615 members and holds 1",
    );
    check_directory(
        &whole(record(u64::MAX, start, 1), locator(at)),
        "zip-directory: the directory covers bytes 38..18446744073709551615, but its end record is at byte 89",
    );
    check_directory(
        &whole(record(size, u64::MAX, 1), locator(at)),
        "zip-directory: the directory covers bytes 18446744073709551615..18446744073709551615, but its end record is at byte 89",
    );
    check_directory(
        &whole(record(size, start, 1), locator(u64::MAX)),
        "zip-no-record: no zip64 end record at byte 18446744073709551615, where the zip64 locator places it",
    );
    check_directory(
        &whole(record(size, start, 1), locator(0)),
        "zip-no-record: no zip64 end record at byte 0, where the zip64 locator places it",
    );
    // A size that only the zip64 field holds, and that leaves the file.
    let huge = Entry { zip64: true, size: 1 << 60, compressed: 1 << 60, ..stored("x.npy", b"abc") };
    check(
        &[huge],
        "zip-truncated: the member at byte 0 ends at byte 1152921504606847031, past byte 58",
    );
    let wrapping =
        Entry { zip64: true, size: u64::MAX, compressed: u64::MAX, ..stored("x.npy", b"abc") };
    check(
        &[wrapping],
        "zip-truncated: the member at byte 0 ends at byte 18446744073709551615, past byte 58",
    );
}

#[test]
fn members_that_lie_are_told() {
    let x = || stored("x.npy", b"abc");
    let named = |name: &[u8]| Entry { name: name.into(), local_name: name.into(), ..x() };
    check(&[named(b"../x.npy")], "zip-name: member name '../x.npy' leads out of the archive");
    check(
        &[named(b"a/../../x.npy")],
        "zip-name: member name 'a/../../x.npy' leads out of the archive",
    );
    check(&[named(b"..\\x.npy")], "zip-name: member name '..\\\\x.npy' leads out of the archive");
    check(&[named(b"/etc/x.npy")], "zip-name: member name '/etc/x.npy' is an absolute path");
    check(&[named(b"C:x.npy")], "zip-name: member name 'C:x.npy' is an absolute path");
    check(&[named(b"x\0.npy")], "zip-name: member name 'x\\0.npy' has control characters");
    check(
        &[named(b"x\x1b[2J.npy")],
        "zip-name: member name 'x\\u{1b}[2J.npy' has control characters",
    );
    check(&[named(b"\xff.npy")], "zip-name: member name '\u{fffd}.npy' is not UTF-8");
    check(&[named(b"")], "zip-name: member name '' is empty");
    check(&[x(), x()], "zip-repeated: two members are named 'x.npy'");
    check(
        &[Entry { local_name: b"y.npy".into(), ..x() }],
        "zip-contradiction: member 'x.npy': the directory and the local header at byte 0 disagree about its name",
    );
    check(
        &[Entry { compressed: 2, ..x() }],
        "zip-stored-size: member 'x.npy' is stored, yet has 2 bytes in the archive and 3 outside",
    );
    check(
        &[Entry { header: Some(1), ..x() }],
        "zip-no-record: no local header at byte 1, where the directory places it",
    );
    check(
        &[Entry { header: Some(u32::MAX), ..x() }],
        "zip-no-record: no local header at byte 4294967295, where the directory places it",
    );
    check(
        &[Entry { size: 4, compressed: 4, ..x() }],
        "zip-truncated: the member at byte 0 ends at byte 39, past byte 38",
    );
    // The first member's bytes are the second member.
    let (inner, _) = archive(&[stored("y.npy", b"abc")]);
    let outer = stored("x.npy", &inner);
    check(
        &[outer, Entry { header: Some(35), ..stored("y.npy", b"abc") }],
        "zip-overlap: member 'x.npy' reaches byte 146, but 'y.npy' starts at byte 35",
    );
    // Both names, one place.
    let (mut twice, start) = archive(&[x(), Entry { header: Some(0), ..x() }]);
    let second = start + 46 + 5;
    twice[second + 46] = b'z';
    check_directory(
        &twice,
        "zip-contradiction: member 'z.npy': the directory and the local header at byte 0 disagree about its name",
    );
    // A local header that tells other sizes and another method.
    let (mut bytes, _) = archive(&[x()]);
    bytes[18] = 2;
    check_directory(
        &bytes,
        "zip-contradiction: member 'x.npy': the directory and the local header at byte 0 disagree about its size",
    );
    let (mut bytes, _) = archive(&[x()]);
    bytes[8] = 8;
    check_directory(
        &bytes,
        "zip-contradiction: member 'x.npy': the directory and the local header at byte 0 disagree about its compression",
    );
    let (mut bytes, _) = archive(&[x()]);
    bytes[6] = 1;
    check_directory(
        &bytes,
        "zip-contradiction: member 'x.npy': the directory and the local header at byte 0 disagree about its compression",
    );
}

/// `archive -> what opening its only member and asking for the bytes says`.
fn check_open(entries: &[Entry], wanted: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npz");
    std::fs::write(&path, archive(entries).0).unwrap();
    let found = open(path.as_path(), &RawOptions::default()).and_then(|array| {
        let bytes = array.bytes()?;
        Ok(format!("{} {} {}", array.dtype(), array.layout(), bytes.len()))
    });
    let found = found.unwrap_or_else(|error| {
        assert!(!error.help().is_empty());
        let text = error.to_string();
        format!("{}: {}", error.code(), text.split_once(": ").unwrap().1)
    });
    match wanted.strip_suffix("...") {
        Some(start) => assert!(found.starts_with(start), "{found}"),
        None => assert_eq!(found, wanted),
    }
}

#[test]
fn members_are_no_longer_than_they_are() {
    let zeros = npy("(1000,)", &[0; 8000]);
    check_open(&[stored("x.npy", &zeros)], "<f8 (1000):(8)+0 8000");
    check_open(&[deflated("x.npy", &zeros)], "<f8 (1000):(8)+0 8000");
    let header = npy("(1000,)", &[0; 8]);
    check_open(
        &[stored("x.npy", &header)],
        "npy-data-truncated: <f8 of shape [1000] takes 8000 bytes, the file holds 8 after its header",
    );
    check_open(
        &[deflated("x.npy", &header)],
        "npy-data-truncated: <f8 of shape [1000] takes 8000 bytes, the file holds 8 after its header",
    );
    check_open(
        &[stored("x.npy", b"")],
        "npy-magic: the magic string is not correct; expected b'\\x93NUMPY', got b''",
    );
    check_open(
        &[deflated("x.npy", b"")],
        "npy-magic: the magic string is not correct; expected b'\\x93NUMPY', got b''",
    );
    check_open(
        &[Entry { flags: 1, ..stored("x.npy", &zeros) }],
        "storage: this member is encrypted",
    );
    check_open(
        &[Entry { method: 95, ..stored("x.npy", &zeros) }],
        "storage: this member is compressed by method 95",
    );
    check_open(&[], "which-member: 0 arrays: ");
}

#[test]
fn deflated_members_that_lie_are_told() {
    let zeros = npy("(1000,)", &[0; 8000]);
    let good = || deflated("x.npy", &zeros);
    // A header of a terabyte, and a directory that agrees with it.
    let terabyte = deflated("x.npy", &npy("(125000000000,)", b""));
    let claimed = Entry { zip64: true, size: 1_000_000_000_076, ..terabyte };
    let length = claimed.compressed;
    check_open(
        &[claimed],
        &format!("inflate-impossible: {length} deflated bytes cannot become 1000000000076"),
    );
    let length = zeros.len() as u64;
    check_open(
        &[Entry { size: length + 8, ..good() }],
        &format!(
            "inflate-size: the directory states {} bytes, the deflated stream holds {length}",
            length + 8
        ),
    );
    check_open(
        &[Entry { size: length - 1, ..good() }],
        "npy-data-truncated: <f8 of shape [1000] takes 8000 bytes, the file holds 7999 after its header",
    );
    let more = npy("(999,)", &[0; 8000]);
    let length = more.len() as u64;
    check_open(
        &[Entry { size: length - 8, ..deflated("x.npy", &more) }],
        &format!(
            "inflate-size: the directory states {} bytes, the deflated stream holds {length} or more",
            length - 8
        ),
    );
    check_open(
        &[Entry { checksum: 1, ..good() }],
        &format!(
            "inflate-checksum: the checksum of the bytes is {:08x}, the directory states 00000001",
            good().checksum
        ),
    );
    let mut cut = good();
    cut.bytes.truncate(10);
    cut.compressed = 10;
    check_open(&[cut], "inflate-damaged: the deflated bytes are damaged after ...");
    let random: Vec<u8> =
        (0..8000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut cut = deflated("x.npy", &npy("(1000,)", &random));
    cut.bytes.truncate(1000);
    cut.compressed = 1000;
    check_open(&[cut], "inflate-damaged: the deflated bytes are damaged after ...");
    let mut damaged = deflated("x.npy", &npy("(1000,)", &random));
    damaged.bytes[..2].copy_from_slice(&[0xff, 0xff]);
    check_open(&[damaged], "inflate-damaged: the deflated bytes are damaged after ...");
}

#[test]
fn every_truncation_of_a_good_archive_is_told() {
    for whole in [&include_bytes!("../data/several.npz")[..], include_bytes!("../data/mixed.npz")] {
        assert!(npz::directory(whole).is_ok());
        for length in 0..whole.len() {
            assert!(npz::directory(&whole[..length]).is_err(), "{length}");
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_are_trusted(
        which in prop::sample::select(vec![
            &include_bytes!("../data/several.npz")[..],
            &include_bytes!("../data/deflated.npz")[..],
            &include_bytes!("../data/mixed.npz")[..],
        ]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = which.to_vec();
        for (at, value) in changes {
            *at.get_mut(&mut bytes) = value;
        }
        if let Ok(members) = npz::directory(&bytes) {
            let length = bytes.len() as u64;
            let mut places: Vec<_> = members.iter().map(|m| (m.place.start, m.place.end)).collect();
            places.sort_unstable();
            prop_assert!(places.iter().all(|(start, end)| start <= end && *end <= length));
            prop_assert!(places.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{:?}", places);
            for member in members.iter().filter(|m| m.storage == Storage::Deflated) {
                let place = member.place.start as usize..member.place.end as usize;
                if let Ok(mut stream) = npz::Inflated::new(&bytes[place], member.size) {
                    let taken = stream.take(1 << 20).map_or(0, |taken| taken.len() as u64);
                    prop_assert!(taken <= member.size);
                }
            }
        }
    }
}
