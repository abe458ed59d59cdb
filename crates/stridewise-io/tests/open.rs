//! Files that NumPy, safetensors and zarr wrote, opened and compared with what NumPy sees in them.

#![allow(clippy::cast_possible_truncation)] // files of a test are small

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Crc;
use stridewise::layout::{DType, Layout};
use stridewise_io::raw::Order;
use stridewise_io::{Format, IoError, Mapped, RawOptions, Spec, members, open, zarr};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn open_data(name: &str) -> Result<Mapped, IoError> {
    open(data(name).to_str().unwrap(), &RawOptions::default())
}

/// CRC-32 of the elements in memory order; every file here is dense.
fn checksum(array: &Mapped) -> u32 {
    let bytes = array.bytes().unwrap();
    assert_eq!(bytes.len() as u64, array.byte_length());
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[test]
fn every_file_holds_what_numpy_sees() {
    let table = fs::read_to_string(data("expected.tsv")).unwrap();
    for line in table.lines() {
        let [name, dtype, shape, strides, start, crc] =
            line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let array = open_data(name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(array.dtype().to_string(), dtype, "{name}");
        assert_eq!(format!("{:?}", array.layout().shape()), shape, "{name}");
        if !array.layout().is_empty() {
            assert_eq!(format!("{:?}", array.layout().strides()), strides, "{name}");
        }
        assert_eq!(array.layout().offset(), 0, "{name}");
        let found = array.file_offset().map_or("inflated".into(), |start| start.to_string());
        assert_eq!(found, start, "{name}");
        assert_eq!(checksum(&array).to_string(), crc, "{name}");
        if let Some(start) = array.file_offset() {
            let bytes = array.bytes().unwrap();
            let alignment = array.base_alignment();
            assert_eq!(start % alignment.unsigned_abs(), 0);
            assert!(
                bytes.is_empty() || (bytes.as_ptr() as usize).is_multiple_of(alignment as usize),
                "{name}"
            );
        }
    }
    assert!(table.lines().count() > 30);
}

#[test]
fn a_stored_member_is_mapped_where_it_lies() {
    let array = open_data("several.npz::x").unwrap();
    assert_eq!((array.file_offset(), array.base_alignment()), (Some(183), 1));
    assert_eq!(
        (array.format(), array.member(), array.is_in_place()),
        (Format::Npz, Some("x"), true)
    );
    let deflated = open_data("deflated.npz::x").unwrap();
    assert!(!deflated.is_in_place());
}

/// `spec -> code: message | help`
fn check_refused(spec: &str, wanted: &str) {
    let error = open_data(spec).unwrap_err();
    let path = data("").display().to_string();
    let message = format!("{}: {error} | {}", error.code(), error.help()).replace(&path, "");
    assert_eq!(message, wanted);
}

#[test]
fn members_are_found_by_name() {
    assert_eq!(open_data("one.npz").unwrap().member(), Some("only"));
    assert_eq!(open_data("several.npz::x.npy").unwrap().member(), Some("x"));
    assert_eq!(members(&data("several.npz")).unwrap(), ["x", "größe", "layer/w", "empty"]);
    assert_eq!(members(&data("c.npy")).unwrap(), [""]);
    assert_eq!(members(&data("several.safetensors")).unwrap().len(), 5);
    check_refused(
        "several.npz",
        "which-member: several.npz: 4 arrays: x, größe, layer/w, empty | \
         ask for one, as in 'several.npz::x'",
    );
    check_refused(
        "several.npz::y",
        "no-such-member: several.npz::y: no array of this name; 4 arrays: x, größe, layer/w, empty | \
         ask for one, as in 'several.npz::x'",
    );
    check_refused(
        "c.npy::x",
        "no-members: c.npy::x: an .npy file holds one array, without a name | ask for c.npy alone",
    );
    check_refused(
        "mixed.npz::notes.txt",
        "not-an-array: mixed.npz::notes.txt: this member is no .npy file | extract it from the archive",
    );
    check_refused(
        "mixed.npz::packed_bz",
        "storage: mixed.npz::packed_bz: this member is compressed by method 12 | write it again with numpy.savez",
    );
    assert_eq!(open_data("mixed.npz::x").unwrap().layout().to_string(), "(2):(4)+0");
    check_refused(
        "group.zarr",
        "zarr-group: group.zarr: this is a zarr group, which holds arrays | name the folder of one of its arrays",
    );
}

#[test]
fn what_is_no_file_is_refused_at_once() {
    check_refused(
        "missing.npy",
        "no-such-file: missing.npy: No such file or directory | check the name and the current folder",
    );
    check_refused(
        "",
        "not-a-file: : this is a folder, not a file | name a file in it; a zarr array is a folder with .zarray or zarr.json",
    );
    check_refused(
        "make.py",
        "unknown-format: make.py: the first bytes, b'\\\"\\\"\\\"Write', are those of no known format | for raw elements state dtype and shape, such as f4 and 480,640",
    );
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.npy");
    fs::write(&empty, b"").unwrap();
    let error = open(empty.as_path(), &RawOptions::default()).unwrap_err();
    assert_eq!(error.code(), "npy-magic");
}

#[test]
#[cfg(unix)]
fn pipes_and_devices_are_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.npy");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if made.is_ok_and(|status| status.success()) {
        let error = open(pipe.as_path(), &RawOptions::default()).unwrap_err();
        assert!(error.to_string().ends_with("this is a pipe, not a file"), "{error}");
    }
    let error = open(Path::new("/dev/zero"), &RawOptions::default()).unwrap_err();
    assert!(error.to_string().ends_with("this is a device, not a file"), "{error}");
}

#[test]
fn a_hundred_gigabytes_open_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.npy");
    let text = b"{'descr': '<f8', 'fortran_order': False, 'shape': (50000, 250000)}";
    let mut file = File::create(&path).unwrap();
    file.write_all(b"\x93NUMPY\x01\x00\x76\x00").unwrap();
    file.write_all(text).unwrap();
    file.write_all(&[b' '; 0x76 - 66]).unwrap();
    if file.set_len(128 + 100_000_000_000).is_err() {
        return; // a file system without sparse files
    }
    let array = open(path.as_path(), &RawOptions::default()).unwrap();
    assert_eq!(array.layout().to_string(), "(50000,250000):(2000000,8)+0");
    assert_eq!(array.bytes().unwrap().len(), 100_000_000_000);
    assert_eq!(array.bytes().unwrap().last(), Some(&0));
    file.set_len(128 + 100_000_000_000 - 1).unwrap();
    let error = open(path.as_path(), &RawOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string().split_once(": ").unwrap().1,
        "<f8 of shape [50000, 250000] takes 100000000000 bytes, \
         the file holds 99999999999 after its header"
    );
}

#[test]
fn raw_files_hold_what_the_options_say() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("raw.bin");
    fs::write(&path, (0..96).collect::<Vec<u8>>()).unwrap();
    let options = |dtype, shape: Option<&[i64]>| RawOptions {
        dtype: DType::parse(dtype).ok(),
        shape: shape.map(<[i64]>::to_vec),
        ..RawOptions::default()
    };
    let check = |options: RawOptions, wanted: &str| {
        let found = match open(path.as_path(), &options) {
            Ok(array) => {
                assert_eq!((array.bytes().unwrap().len(), array.file_offset()), (96, Some(0)));
                format!("{} {}", array.dtype(), array.layout())
            }
            Err(error) => {
                let text = error.to_string();
                format!("{}: {} | {}", error.code(), text.split_once(": ").unwrap().1, error.help())
            }
        };
        assert_eq!(found, wanted);
    };
    check(options("<f8", None), "<f8 (12):(8)+0");
    check(options("<f4", Some(&[2, 3])), "<f4 (2,3):(12,4)+0");
    check(options("<f4", Some(&[-1, 3])), "<f4 (8,3):(12,4)+0");
    check(
        RawOptions { order: Some(Order::F), ..options("<f4", Some(&[2, 3])) },
        "<f4 (2,3):(4,8)+0",
    );
    check(RawOptions { offset: Some(6), ..options("<i2", Some(&[2])) }, "<i2 (2):(2)+6");
    check(RawOptions { offset: Some(96), ..options("<i2", None) }, "<i2 (0):(2)+96");
    let strided = |strides: &[i64], offset| RawOptions {
        strides: Some(strides.to_vec()),
        offset: Some(offset),
        ..options("<i4", Some(&[2, 3]))
    };
    check(strided(&[-12, 4], 12), "<i4 (2,3):(-12,4)+12");
    check(strided(&[0, 46], 0), "<i4 (2,3):(0,46)+0");
    check(options("(2,3)i2", Some(&[2])), "<i2 (2,2,3):(12,6,2)+0");

    check(
        strided(&[-12, 4], 8),
        "raw-outside-file: the elements cover bytes -4..20, the file holds 0..96 | with these strides the offset must be at least 4 larger",
    );
    check(
        strided(&[0, 47], 0),
        "raw-outside-file: the elements cover bytes 0..98, the file holds 0..96 | state a smaller shape, smaller strides or a smaller offset",
    );
    check(
        options("<f4", Some(&[5, 5])),
        "raw-outside-file: the elements cover bytes 0..100, the file holds 0..96 | state a smaller shape, smaller strides or a smaller offset",
    );
    check(
        RawOptions { offset: Some(97), ..options("u1", None) },
        "raw-outside-file: the elements cover bytes 97..97, the file holds 0..96 | state a smaller shape, smaller strides or a smaller offset",
    );
    check(
        RawOptions { offset: Some(i64::MIN), ..options("u1", None) },
        "raw-outside-file: the elements cover bytes -9223372036854775808..-9223372036854775808, the file holds 0..96 | with these strides the offset must be at least 9223372036854775808 larger",
    );
    check(
        RawOptions { offset: Some(1), ..options("<f8", None) },
        "raw-uneven: 95 bytes from byte 1 on are no whole number of 8 bytes | state a shape, or an offset that is 7 larger",
    );
    check(
        options("V0", None),
        "raw-uneven: 96 bytes from byte 0 on are no whole number of 0 bytes | state the shape",
    );
    check(
        options("<f4", Some(&[-1, -1])),
        "raw-open-extents: only one extent may be -1, and none with strides: shape [-1, -1] | state the other extents",
    );
    check(
        options("<f4", Some(&[-2])),
        "raw-layout: negative dimensions are not allowed: axis 0 has extent -2 | state extents and strides that fit in 64 bits",
    );
    check(
        options("<f4", Some(&[i64::MAX, -1])),
        "raw-layout: array is too big: with axis 0 of extent 9223372036854775807 and 4 bytes an element, its bytes exceed 2**63 - 1 | state extents and strides that fit in 64 bits",
    );
    check(
        strided(&[i64::MAX, i64::MAX], 0),
        "raw-layout: axis 0 of extent 2 and stride 9223372036854775807 reaches a byte outside 64-bit integers | state extents and strides that fit in 64 bits",
    );
    check(
        RawOptions { shape: Some(vec![3]), ..RawOptions::default() },
        "raw-dtype: a raw file does not say what its elements are | state a dtype and a shape, such as f4 and 480,640",
    );
    check(
        options("O", None),
        "raw-objects: elements of dtype |O point to memory of the program that made them | state a dtype of numbers or raw bytes",
    );
    check(
        RawOptions { order: Some(Order::C), ..strided(&[12, 4], 0) },
        "raw-order-and-strides: an order and strides exclude each other | leave out one of the two",
    );
    check(
        RawOptions { shape: None, ..strided(&[12, 4], 0) },
        "raw-strides-without-shape: strides need a shape | state the shape too",
    );

    let error = open(data("c.npy").as_path(), &options("u1", None)).unwrap_err();
    assert_eq!(error.code(), "not-raw");
}

/// Every element of the chunks is where the layout says it is.
#[test]
fn zarr_chunks_have_the_layout_that_the_metadata_says() {
    let element = |bytes: &[u8], layout: &Layout, big: bool, index: &[i64]| {
        let at: i64 =
            index.iter().zip(layout.strides()).map(|(index, stride)| index * stride).sum();
        let pair = [bytes[at as usize], bytes[at as usize + 1]];
        i64::from(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    };
    let check = |name: &str, order: &[usize], strides: &[i64]| {
        let array = zarr::read(&data(name)).unwrap();
        assert_eq!((array.order.as_slice(), &array.shape[..]), (order, &[4, 6, 2][..]), "{name}");
        let layout = array.chunk_layout().unwrap();
        assert_eq!(layout.strides(), strides, "{name}");
        let chunk = if array.version == 2 { "0.0.0" } else { "c/0/0/0" };
        let bytes = fs::read(data(name).join(chunk)).unwrap();
        let big = !array.dtype.is_native();
        for i in 0..4 {
            for j in 0..6 {
                for k in 0..2 {
                    let value = element(&bytes, &layout, big, &[i, j, k]);
                    assert_eq!(value, (i * 6 + j) * 2 + k, "{name}");
                }
            }
        }
    };
    check("v2_c.zarr", &[0, 1, 2], &[24, 4, 2]);
    check("v2_f.zarr", &[2, 1, 0], &[2, 8, 48]);
    check("v3_c.zarr", &[0, 1, 2], &[24, 4, 2]);
    check("v3_big.zarr", &[0, 1, 2], &[24, 4, 2]);
    check("v3_transposed.zarr", &[2, 0, 1], &[12, 2, 48]);
    check("v3_twice.zarr", &[0, 2, 1], &[24, 2, 12]);

    // A shard ends with an index: offset and length of each inner chunk, then a checksum.
    let array = zarr::read(&data("v3_sharded.zarr")).unwrap();
    assert_eq!(array.chunks, [4, 6, 12]);
    assert_eq!(array.inner_chunks.as_deref(), Some(&[4, 2, 3][..]));
    assert_eq!(array.order, [0, 2, 1]);
    assert_eq!(array.codecs, ["transpose", "sharding_indexed", "transpose", "bytes"]);
    let layout = array.chunk_layout().unwrap();
    let shard = fs::read(data("v3_sharded.zarr/c/0/0/0")).unwrap();
    let index = &shard[shard.len() - 4 - 3 * 4 * 16..];
    let at = u64::from_le_bytes(index[..8].try_into().unwrap()) as usize;
    for i in 0..4 {
        for j in 0..2 {
            for k in 0..3 {
                let value = element(&shard[at..], &layout, false, &[i, j, k]);
                assert_eq!(value, (i * 6 + j) * 12 + k);
            }
        }
    }
    check_refused(
        "v3_c.zarr",
        "chunked: v3_c.zarr: the elements of a zarr array lie in many files, each a chunk | its metadata can be inspected; its chunks are not mapped",
    );
    let group = zarr::read(&data("group.zarr")).unwrap_err();
    assert_eq!(
        (group.code(), Spec::from(data("group.zarr").as_path())),
        ("zarr-group", group.spec().clone())
    );
}
