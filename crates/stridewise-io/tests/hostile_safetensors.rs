//! safetensors files that lie: each gets a typed error that names the tensor and the place.
#![allow(clippy::cast_possible_truncation)] // files of a test are small

use proptest::prelude::*;
use stridewise_io::safetensors;

fn file(header: &str, data: usize) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.resize(file.len() + data, 0);
    file
}

fn check(header: &str, data: usize, wanted: &str) {
    check_bytes(&file(header, data), wanted);
}

fn check_bytes(bytes: &[u8], wanted: &str) {
    let found = match safetensors::parse(bytes) {
        Ok(tensors) => {
            let shown = tensors.iter().map(|t| {
                format!("{} {} {} {} {:?}", t.name, t.stored_as, t.dtype, t.layout, t.place)
            });
            shown.collect::<Vec<_>>().join("; ")
        }
        Err(error) => {
            assert!(!error.help().is_empty());
            format!("{}: {error}", error.code())
        }
    };
    assert_eq!(found, wanted);
}

/// One tensor's entry.
fn tensor(name: &str, dtype: &str, shape: &str, start: i128, end: i128) -> String {
    format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{start},{end}]}}"#)
}

#[test]
fn honest_files_are_read() {
    check("{}", 0, "");
    check(r#"{"__metadata__":{"made":"here"}}   "#, 0, "");
    let both =
        format!("{{{},{}}}", tensor("b", "BF16", "[2]", 8, 12), tensor("a", "F32", "[1,2]", 0, 8));
    check(&both, 12, "a F32 <f4 (1,2):(8,4)+0 119..127; b BF16 |V2 (2):(2)+0 127..131");
    let none = format!("{{{},{}}}", tensor("a", "U8", "[0]", 0, 0), tensor("b", "I8", "[]", 0, 1));
    check(&none, 1, "a U8 |u1 (0):(1)+0 112..112; b I8 |i1 ():()+0 112..113");
}

#[test]
fn a_header_that_lies_is_told() {
    check_bytes(b"", "safetensors-header-truncated: the header ends at byte 8, the file at byte 0");
    check_bytes(
        b"\x01\0\0\0\0\0\0\0",
        "safetensors-header-truncated: the header ends at byte 9, the file at byte 8",
    );
    check_bytes(
        &(1u64 << 63).to_le_bytes(),
        "safetensors-header-too-long: the header claims 9223372036854775808 bytes; the format allows 100000000",
    );
    check_bytes(
        &u64::MAX.to_le_bytes(),
        "safetensors-header-too-long: the header claims 18446744073709551615 bytes; the format allows 100000000",
    );
    check_bytes(
        &100_000_000u64.to_le_bytes(),
        "safetensors-header-truncated: the header ends at byte 100000008, the file at byte 8",
    );
    check(
        "",
        0,
        "safetensors-header: the header is not what it should be at byte 8 of the file: EOF while parsing a value",
    );
    check(
        "[]",
        0,
        "safetensors-header: the header is not what it should be at byte 8 of the file: invalid type: sequence, expected an object of tensors by name",
    );
    check(
        "{} x",
        0,
        "safetensors-header: the header is not what it should be at byte 11 of the file: trailing characters",
    );
    check(
        "{\n\"a\": 1}",
        0,
        "safetensors-header: the header is not what it should be at byte 15 of the file: invalid type: integer `1`, expected a tensor's dtype, shape and data_offsets",
    );
    check(
        r#"{"a":{"dtype":"F32","shape":[1]}}"#,
        4,
        "safetensors-header: the header is not what it should be at byte 39 of the file: missing field `data_offsets`",
    );
    check(
        r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}"#,
        4,
        "safetensors-header: the header is not what it should be at byte 63 of the file: unknown field `x`, expected one of `dtype`, `shape`, `data_offsets`",
    );
    let twice =
        format!("{{{},{}}}", tensor("a", "U8", "[1]", 0, 1), tensor("a", "U8", "[1]", 1, 2));
    check(
        &twice,
        2,
        "safetensors-header: the header is not what it should be at byte 63 of the file: the name 'a' occurs twice",
    );
    check(
        r#"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        4,
        "safetensors-header: the header is not what it should be at byte 34 of the file: duplicate field `dtype`",
    );
    check(
        r#"{"__metadata__":{"made":1}}"#,
        0,
        "safetensors-header: the header is not what it should be at byte 32 of the file: invalid type: integer `1`, expected a string",
    );
    let deep = "[".repeat(100_000);
    check(
        &format!(r#"{{"a":{deep}"#),
        0,
        "safetensors-header: the header is not what it should be at byte 13 of the file: invalid type: sequence, expected a string",
    );
}

#[test]
fn tensors_that_lie_are_told() {
    let check = |entries: &[String], data, wanted: &str| {
        check(&format!("{{{}}}", entries.join(",")), data, wanted)
    };
    check(
        &[tensor("a", "F4", "[2]", 0, 1)],
        1,
        "safetensors-dtype: tensor 'a' has dtype 'F4', which is not known",
    );
    check(
        &[tensor("a", "f32", "[1]", 0, 4)],
        4,
        "safetensors-dtype: tensor 'a' has dtype 'f32', which is not known",
    );
    check(
        &[tensor("a", "F32", "[-1]", 0, 4)],
        4,
        "safetensors-shape: tensor 'a': negative dimensions are not allowed: axis 0 has extent -1",
    );
    check(
        &[tensor("a", "F32", "[9223372036854775807,2]", 0, 4)],
        4,
        "safetensors-shape: tensor 'a': array is too big: with axis 0 of extent 9223372036854775807 and 4 bytes an element, its bytes exceed 2**63 - 1",
    );
    check(
        &[tensor("a", "F32", "[2]", 0, 4)],
        4,
        "safetensors-size: tensor 'a' of shape [2] takes 8 bytes, its offsets [0, 4] hold 4",
    );
    check(
        &[tensor("a", "F32", "[1]", 4, 0)],
        4,
        "safetensors-size: tensor 'a' of shape [1] takes 4 bytes, its offsets [4, 0] hold -4",
    );
    check(
        &[tensor("a", "U8", "[1]", u64::MAX.into(), 0)],
        1,
        "safetensors-size: tensor 'a' of shape [1] takes 1 bytes, its offsets [18446744073709551615, 0] hold -18446744073709551615",
    );
    check(
        &[tensor("a", "U8", "[1]", i128::from(u64::MAX) - 1, u64::MAX.into())],
        1,
        "safetensors-size: tensor 'a' of shape [1] takes 1 bytes, its offsets [18446744073709551614, 18446744073709551615] hold 1",
    );
    check(
        &[tensor("a", "U8", "[4]", 0, 4), tensor("b", "U8", "[4]", 3, 7)],
        7,
        "safetensors-overlap: tensor 'b' starts at byte 3 of the data, before byte 4, where 'a' ends",
    );
    check(
        &[tensor("a", "U8", "[4]", 0, 4), tensor("b", "U8", "[4]", 0, 4)],
        4,
        "safetensors-overlap: tensor 'b' starts at byte 0 of the data, before byte 4, where 'a' ends",
    );
    check(
        &[tensor("a", "U8", "[4]", 0, 4), tensor("b", "U8", "[4]", 5, 9)],
        9,
        "safetensors-gap: bytes 4..5 of the data belong to no tensor",
    );
    check(
        &[tensor("a", "U8", "[4]", 1, 5)],
        5,
        "safetensors-gap: bytes 0..1 of the data belong to no tensor",
    );
    check(
        &[tensor("a", "U8", "[4]", 0, 4)],
        5,
        "safetensors-gap: bytes 4..5 of the data belong to no tensor",
    );
    check(
        &[tensor("a", "U8", "[4]", 0, 4)],
        3,
        "safetensors-data-truncated: the tensors take 4 bytes of data, the file holds 3",
    );
    check(
        &[tensor("a", "F64", "[1000000000000]", 0, 8_000_000_000_000)],
        3,
        "safetensors-data-truncated: the tensors take 8000000000000 bytes of data, the file holds 3",
    );
}

#[test]
fn every_truncation_of_a_good_file_is_told() {
    let whole = include_bytes!("data/several.safetensors");
    assert_eq!(safetensors::parse(whole).unwrap().len(), 5);
    for length in 0..whole.len() {
        assert!(safetensors::parse(&whole[..length]).is_err(), "{length}");
    }
}

proptest! {
    #[test]
    fn no_bytes_are_trusted(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = include_bytes!("data/several.safetensors").to_vec();
        for (at, value) in changes {
            *at.get_mut(&mut bytes) = value;
        }
        if let Ok(tensors) = safetensors::parse(&bytes) {
            for tensor in tensors {
                prop_assert!(tensor.place.end <= bytes.len() as u64);
                let length = tensor.place.end - tensor.place.start;
                prop_assert_eq!(tensor.layout.nbytes() as u64, length);
            }
        }
    }
}
