//! `.npy` files that lie: each gets a typed error that names the place, and nothing else.
#![allow(clippy::cast_possible_truncation)] // files of a test are small

use proptest::prelude::*;
use stridewise_io::npy::{self, NpyError};

fn file(version: u8, header: &[u8]) -> Vec<u8> {
    let mut file = b"\x93NUMPY".to_vec();
    file.extend([version, 0]);
    match version {
        1 => file.extend((header.len() as u16).to_le_bytes()),
        _ => file.extend((header.len() as u32).to_le_bytes()),
    }
    file.extend(header);
    file
}

/// `header of version 1 -> code: message`, or the layout.
fn check(header: &str, wanted: &str) {
    check_bytes(&file(1, header.as_bytes()), wanted);
}

fn check_bytes(bytes: &[u8], wanted: &str) {
    let found = npy::parse_header(bytes).and_then(|header| {
        npy::check_data(&header, (bytes.len() - header.data_start()) as u64)?;
        Ok(format!("{} {}", header.dtype(), header.layout()))
    });
    let found = found.unwrap_or_else(|error| {
        assert!(!error.help().is_empty());
        format!("{}: {error}", error.code())
    });
    assert_eq!(found, wanted);
}

#[test]
fn odd_but_honest_headers_are_read() {
    check("{'descr': '<f8', 'fortran_order': False, 'shape': (0,)}", "<f8 (0):(8)+0");
    check("{'shape': (0L, 3L), 'descr': \"|i1\", 'fortran_order': True}", "|i1 (0,3):(1,1)+0");
    check("\n {'descr':u'<f8','fortran_order':False,'shape':(0,),}\n\n", "<f8 (0):(8)+0");
    check("{'descr': ('<f8', (0,)), 'fortran_order': False, 'shape': ()}", "('<f8', (0,)) ():()+0");
    check(
        "{'descr': [('', '|V4')], 'fortran_order': False, 'shape': (0,)}",
        "{'names': [], 'formats': [], 'offsets': [], 'itemsize': 4} (0):(4)+0",
    );
    let latin = b"{'descr': [('\xe9', '<f4')], 'fortran_order': False, 'shape': (0,)}";
    check_bytes(&file(2, latin), "[('é', '<f4')] (0):(4)+0");
}

#[test]
fn what_is_before_the_header_is_checked() {
    check_bytes(b"", "npy-magic: the magic string is not correct; expected b'\\x93NUMPY', got b''");
    check_bytes(
        b"NUMPY\n",
        "npy-magic: the magic string is not correct; expected b'\\x93NUMPY', got b'NUMPY\\n'",
    );
    check_bytes(
        b"\x93NUMPY",
        "npy-header-truncated: the header ends at byte 8, the file at byte 6",
    );
    check_bytes(
        b"\x93NUMPY\x01\x00\x10",
        "npy-header-truncated: the header ends at byte 10, the file at byte 9",
    );
    check_bytes(
        b"\x93NUMPY\x01\x00\xff\xff",
        "npy-header-truncated: the header ends at byte 65545, the file at byte 10",
    );
    check_bytes(
        b"\x93NUMPY\x02\x00\x00\x00\x10\x00",
        "npy-header-truncated: the header ends at byte 1048588, the file at byte 12",
    );
    check_bytes(
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff",
        "npy-header-too-long: the header claims 4294967295 bytes; at most 1048576 are read",
    );
    check_bytes(
        b"\x93NUMPY\x04\x00\x00\x00",
        "npy-version: we only support format version 1.0, 2.0, and 3.0, not 4.0",
    );
    check_bytes(
        b"\x93NUMPY\x01\x01\x00\x00",
        "npy-version: we only support format version 1.0, 2.0, and 3.0, not 1.1",
    );
    check_bytes(
        &file(3, b"{'\xe9'}"),
        "npy-header-text: the header is not UTF-8 text at byte 14 of the file",
    );
}

#[test]
fn headers_that_are_no_such_dictionary_are_refused() {
    check(
        "",
        "npy-header: expected a string, an integer, a tuple, a list or a dict, found the end of the text at byte 10 of the file",
    );
    check("import os", "npy-header: 'import' is not a literal at byte 10 of the file");
    check(
        "__import__('os').system('x')",
        "npy-header: '__import__' is not a literal at byte 10 of the file",
    );
    check("{'descr': 1 + 1}", "npy-header: expected ',' or '}', found '+' at byte 22 of the file");
    check(
        "('<f8', False, (3,))",
        "npy-header: the header is not a dictionary at byte 10 of the file",
    );
    check(
        "{'descr': '<f8', 'shape': (3,)}",
        "npy-header: the header has no key 'fortran_order' at byte 10 of the file",
    );
    check(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'extra': 1}",
        "npy-header: the header has a key other than descr, fortran_order and shape at byte 66 of the file",
    );
    check(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'shape': (4,)}",
        "npy-header: the header has this key twice at byte 66 of the file",
    );
    check(
        "{1: 2}",
        "npy-header: the header has a key other than descr, fortran_order and shape at byte 11 of the file",
    );
    check(
        "{'descr': '<f8', 'fortran_order': 1, 'shape': (3,)}",
        "npy-header: fortran_order is neither True nor False at byte 44 of the file",
    );
    check(
        "{'descr': '<f8', 'fortran_order': 'no', 'shape': (3,)}",
        "npy-header: fortran_order is neither True nor False at byte 44 of the file",
    );
    check(
        "{'descr': '<f9', 'fortran_order': False, 'shape': (3,)}",
        "npy-header: data type '<f9' not understood at byte 21 of the file",
    );
    check(
        "{'descr': {'names': ['a'], 'formats': ['i4']}, 'fortran_order': False, 'shape': (3,)}",
        "npy-header: a descr is a string, a tuple or a list at byte 20 of the file",
    );
    check(
        "{'descr': '|O', 'fortran_order': False, 'shape': (3,)}",
        "npy-objects: an array of Python objects is stored as a pickle, not as elements with a layout",
    );
    check(
        "{'descr': [('a', [('b', 'O')])], 'fortran_order': False, 'shape': (3,)}",
        "npy-objects: an array of Python objects is stored as a pickle, not as elements with a layout",
    );
    check(
        &"{'a':".repeat(5000),
        "npy-header: brackets nested more than 32 deep at byte 170 of the file",
    );
}

#[test]
fn shapes_that_cannot_be_are_refused() {
    let shape =
        |shape: &str| format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}");
    let check = |text: &str, wanted: &str| check(&shape(text), wanted);
    check("(3)", "npy-header: shape is not a tuple of integers at byte 60 of the file");
    check("[3]", "npy-header: shape is not a tuple of integers at byte 60 of the file");
    check("(3, '4')", "npy-header: shape is not a tuple of integers at byte 64 of the file");
    check("(3, True)", "npy-header: shape is not a tuple of integers at byte 64 of the file");
    check("(3.0,)", "npy-header: not a decimal integer at byte 61 of the file");
    check("(-3,)", "npy-shape: negative dimensions are not allowed: axis 0 has extent -3");
    check(
        "(9223372036854775808,)",
        "npy-header: integer does not fit in 64 bits at byte 61 of the file",
    );
    check(
        "(4294967296, 4294967296)",
        "npy-shape: array is too big: with axis 1 of extent 4294967296 and 8 bytes an element, its bytes exceed 2**63 - 1",
    );
    check(
        "(9223372036854775807,)",
        "npy-shape: array is too big: with axis 0 of extent 9223372036854775807 and 8 bytes an element, its bytes exceed 2**63 - 1",
    );
    check(
        "(0, 9223372036854775807)",
        "npy-shape: array is too big: with axis 1 of extent 9223372036854775807 and 8 bytes an element, its bytes exceed 2**63 - 1",
    );
    check(
        &format!("({})", "1, ".repeat(65)),
        "npy-shape: maximum supported dimension for an ndarray is 64, found 65",
    );
    check(
        "(3,)",
        "npy-data-truncated: <f8 of shape [3] takes 24 bytes, the file holds 0 after its header",
    );
    check(
        "(1000000000000,)",
        "npy-data-truncated: <f8 of shape [1000000000000] takes 8000000000000 bytes, the file holds 0 after its header",
    );
}

#[test]
fn every_truncation_of_a_good_file_is_told() {
    let whole = include_bytes!("data/c.npy");
    for length in 0..whole.len() {
        let bytes = &whole[..length];
        let found = npy::parse_header(bytes)
            .and_then(|header| npy::check_data(&header, (length - header.data_start()) as u64));
        let error = found.unwrap_err();
        let told = matches!(
            error,
            NpyError::Magic { .. }
                | NpyError::HeaderTruncated { .. }
                | NpyError::DataTruncated { .. }
        );
        assert!(told, "{length}: {error}");
    }
}

proptest! {
    #[test]
    fn no_bytes_are_trusted(
        which in prop::sample::select(vec![
            &include_bytes!("data/c.npy")[..],
            &include_bytes!("data/nested.npy")[..],
            &include_bytes!("data/padded.npy")[..],
            &include_bytes!("data/version3.npy")[..],
        ]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = which.to_vec();
        for (at, value) in changes {
            *at.get_mut(&mut bytes) = value;
        }
        if let Ok(header) = npy::parse_header(&bytes) {
            prop_assert!(header.data_start() <= bytes.len());
            let available = (bytes.len() - header.data_start()) as u64;
            if npy::check_data(&header, available).is_ok() && !header.layout().is_empty() {
                let span = header.layout().span();
                prop_assert!(span.low == 0 && span.high as u64 <= available);
            }
        }
    }

    #[test]
    fn any_header_gets_an_answer(version in 0..5u8, header in "\\PC{0,80}") {
        let _ = npy::parse_header(&file(version, header.as_bytes()));
    }
}
