//! zarr metadata that lies, and dtypes as both versions spell them.

use proptest::prelude::*;
use stridewise_io::zarr;

fn check(text: &str, wanted: &str) {
    let found = match zarr::parse(text) {
        Ok(array) => {
            let layout = array.chunk_layout().unwrap();
            format!("{} {layout} of {:?} in {:?}", array.dtype, array.shape, array.grid())
        }
        Err(error) => {
            assert!(!error.help().is_empty());
            format!("{}: {error}", error.code())
        }
    };
    assert_eq!(found, wanted, "{text}");
}

fn v2(shape: &str, chunks: &str, dtype: &str, order: &str) -> String {
    format!(
        r#"{{"zarr_format": 2, "shape": {shape}, "chunks": {chunks}, "dtype": {dtype}, "order": "{order}",
           "fill_value": null, "compressor": null, "filters": [{{"id": "delta"}}], "more": 1}}"#
    )
}

fn v3(shape: &str, chunks: &str, data_type: &str, codecs: &str) -> String {
    format!(
        r#"{{"zarr_format": 3, "node_type": "array", "shape": {shape}, "data_type": {data_type},
           "chunk_grid": {{"name": "regular", "configuration": {{"chunk_shape": {chunks}}}}},
           "codecs": {codecs}, "fill_value": 0, "attributes": {{"a": [1, {{}}]}}}}"#
    )
}

const BYTES: &str = r#"["bytes"]"#;

#[test]
fn version_2() {
    check(&v2("[10,20]", "[4,5]", r#""<f4""#, "F"), "<f4 (4,5):(4,16)+0 of [10, 20] in [3, 4]");
    check(&v2("[]", "[]", r#""|b1""#, "C"), "|b1 ():()+0 of [] in []");
    check(
        &v2("[0]", "[1]", r#"[["a", "<i4"], ["b", ">f8", [2]]]"#, "C"),
        "[('a', '<i4'), ('b', '>f8', (2,))] (1):(20)+0 of [0] in [0]",
    );
    check(&v2("[10]", "[4,5]", r#""<f4""#, "C"), "zarr-rank: chunks has 2 items for 1 axes");
    check(&v2("[10]", "[0]", r#""<f4""#, "C"), "zarr-extent: chunks is 0 along axis 0");
    check(
        &v2("[-1]", "[1]", r#""<f4""#, "C"),
        "zarr-layout: shape: negative dimensions are not allowed: axis 0 has extent -1",
    );
    check(
        &v2("[9223372036854775807]", "[1]", r#""<f4""#, "C"),
        "zarr-layout: shape: array is too big: with axis 0 of extent 9223372036854775807 and 4 bytes an element, its bytes exceed 2**63 - 1",
    );
    check(
        &v2("[1]", "[9223372036854775807]", r#""<f4""#, "C"),
        "zarr-layout: chunks: array is too big: with axis 0 of extent 9223372036854775807 and 4 bytes an element, its bytes exceed 2**63 - 1",
    );
    check(&v2("[1]", "[1]", r#""<f4""#, "K"), "zarr-unknown: order 'K' is not understood");
    check(
        &v2("[1]", "[1]", r#""<f9""#, "C"),
        "zarr-dtype: data type \"<f9\" is not understood: data type '<f9' not understood",
    );
    check(
        &v2("[1]", "[1]", r#"{"a": 1}"#, "C"),
        "zarr-dtype: data type {\"a\":1} is not understood: a descr is a string, a tuple or a list",
    );
    check(
        &v2("[1.5]", "[1]", r#""<f4""#, "C"),
        "zarr-json: line 1, column 32: invalid type: floating point `1.5`, expected i64",
    );
    check(
        &v2("[1]", "[1]", r#""<f4", "shape": [2]"#, "C"),
        "zarr-json: line 1, column 71: duplicate field `shape`",
    );
}

#[test]
fn version_3() {
    let transposed = |order: &str| {
        format!(r#"[{{"name": "transpose", "configuration": {{"order": {order}}}}}, "bytes"]"#)
    };
    check(
        &v3("[10,20]", "[4,5]", r#""float32""#, BYTES),
        "<f4 (4,5):(20,4)+0 of [10, 20] in [3, 4]",
    );
    check(
        &v3("[4,5,6]", "[4,5,6]", r#""float32""#, &transposed("[2,0,1]")),
        "<f4 (4,5,6):(20,4,80)+0 of [4, 5, 6] in [1, 1, 1]",
    );
    check(
        &v3("[4,5]", "[4,5]", r#""float32""#, &transposed("\"F\"")),
        "<f4 (4,5):(4,16)+0 of [4, 5] in [1, 1]",
    );
    check(
        &v3(
            "[4]",
            "[2]",
            r#""int16""#,
            r#"[{"name": "bytes", "configuration": {"endian": "big"}}]"#,
        ),
        ">i2 (2):(2)+0 of [4] in [2]",
    );
    check(
        &v3("[4,5]", "[4,5]", r#""float32""#, &transposed("[0,0]")),
        "zarr-order: the order [0, 0] of the transpose codec is no permutation of 2 axes",
    );
    check(
        &v3("[4,5]", "[4,5]", r#""float32""#, &transposed("[0,-1]")),
        "zarr-order: the order [0, -1] of the transpose codec is no permutation of 2 axes",
    );
    check(
        &v3("[4,5]", "[4,5]", r#""float32""#, &transposed("[0]")),
        "zarr-order: the order [0] of the transpose codec is no permutation of 2 axes",
    );
    check(
        &v3("[4,5]", "[4,5]", r#""float32""#, &transposed("null")),
        "zarr-json: line 1, column 1: order is not a list of integers",
    );
    check(&v3("[4]", "[0]", r#""float32""#, BYTES), "zarr-extent: chunk_shape is 0 along axis 0");
    check(&v3("[4]", "[]", r#""float32""#, BYTES), "zarr-rank: chunk_shape has 0 items for 1 axes");
    check(
        &v3("[4]", "null", r#""float32""#, BYTES),
        "zarr-json: line 1, column 1: chunk_shape is not a list of integers",
    );
    check(
        &v3("[4]", "[4]", r#""float31""#, BYTES),
        "zarr-dtype: data type \"float31\" is not understood",
    );
    check(&v3("[4]", "[4]", "7", BYTES), "zarr-dtype: data type 7 is not understood");
    check(
        &v3("[4]", "[4]", r#""int4""#, BYTES),
        "zarr-dtype: data type \"int4\" is not understood",
    );
    check(
        r#"{"zarr_format": 3, "node_type": "group"}"#,
        "zarr-group: this is a zarr group, which holds arrays",
    );
    check(
        r#"{"zarr_format": 3, "node_type": "tree"}"#,
        "zarr-unknown: node_type 'tree' is not understood",
    );
    check(
        r#"{"zarr_format": 3, "node_type": "array"}"#,
        "zarr-json: line 1, column 1: missing field `shape`",
    );
    check(r#"{"zarr_format": 4}"#, "zarr-version: zarr_format is 4; versions 2 and 3 are read");
    check(
        r#"{"zarr_format": 3, "zarr_format": 2}"#,
        "zarr-json: line 1, column 32: duplicate field `zarr_format`",
    );
    check("", "zarr-json: line 1, column 0: EOF while parsing a value");
    check(
        "null",
        "zarr-json: line 1, column 4: invalid type: null, expected an object with zarr_format",
    );
    let irregular = v3("[4]", "[4]", r#""int8""#, BYTES).replace("regular", "rectilinear");
    check(&irregular, "zarr-unknown: chunk grid 'rectilinear' is not understood");
}

#[test]
fn shards_are_whole_numbers_of_chunks() {
    let sharded = |inner: &str, codecs: &str| {
        format!(
            r#"[{{"name": "sharding_indexed", "configuration": {{"chunk_shape": {inner}, "codecs": {codecs}}}}}]"#
        )
    };
    check(
        &v3("[8,8]", "[4,8]", r#""int8""#, &sharded("[2,4]", BYTES)),
        "|i1 (2,4):(4,1)+0 of [8, 8] in [2, 1]",
    );
    check(
        &v3("[8,8]", "[4,8]", r#""int8""#, &sharded("[3,4]", BYTES)),
        "zarr-uneven: along axis 0, shards of 4 are no whole number of chunks of 3",
    );
    check(
        &v3("[8,8]", "[4,8]", r#""int8""#, &sharded("[0,4]", BYTES)),
        "zarr-extent: chunk_shape is 0 along axis 0",
    );
    check(
        &v3("[8,8]", "[4,8]", r#""int8""#, &sharded("[4]", BYTES)),
        "zarr-rank: chunk_shape has 1 items for 2 axes",
    );
    check(
        &v3("[8,8]", "[4,8]", r#""int8""#, &sharded("[4,4]", "7")),
        "zarr-json: line 1, column 1: missing field `codecs`",
    );
    let mut nested = BYTES.to_string();
    for _ in 0..20 {
        nested = sharded("[1,1]", &nested);
    }
    check(
        &v3("[8,8]", "[4,8]", r#""int8""#, &nested),
        "zarr-unknown: codec in so many shards 'sharding_indexed' is not understood",
    );
}

#[test]
fn dtypes_of_version_3() {
    let check = |data_type: &str, wanted: &str| {
        let array = zarr::parse(&v3("[4]", "[4]", data_type, BYTES));
        let found = array.map(|array| match array.stored_as {
            Some(name) => format!("{} {name}", array.dtype),
            None => array.dtype.to_string(),
        });
        assert_eq!(found.ok().as_deref(), Some(wanted).filter(|w| !w.is_empty()), "{data_type}");
    };
    let configured = |name: &str, configuration: &str| {
        format!(r#"{{"name": "{name}", "configuration": {configuration}}}"#)
    };
    for name in ["bool", "int8", "uint64", "float16", "complex64"] {
        check(&format!("\"{name}\""), &stridewise::layout::DType::parse(name).unwrap().to_string());
    }
    check(&configured("numpy.datetime64", r#"{"unit": "s", "scale_factor": 10}"#), "<M8[10s]");
    check(&configured("numpy.timedelta64", r#"{"unit": "ns", "scale_factor": 1}"#), "<m8[ns]");
    check(&configured("fixed_length_utf32", r#"{"length_bytes": 20}"#), "<U5");
    check(&configured("null_terminated_bytes", r#"{"length_bytes": 5}"#), "|S5");
    check(&configured("raw_bytes", r#"{"length_bytes": 7}"#), "|V7");
    check(
        &configured("structured", r#"{"fields": [["a", "int32"], ["b", "float64"]]}"#),
        "[('a', '<i4'), ('b', '<f8')]",
    );
    check(
        &configured("struct", r#"{"fields": [{"name": "a", "data_type": "int8"}]}"#),
        "[('a', 'i1')]",
    );
    check("\"r24\"", "|V3");
    check("\"bfloat16\"", "|V2 bfloat16");
    check("\"string\"", "StringDType()");
    check("\"r0\"", "");
    check("\"r7\"", "");
    check(&configured("raw_bytes", r#"{"length_bytes": 99999999999}"#), "");
    check(&configured("numpy.datetime64", r#"{"unit": "lightyears"}"#), "");
    check(&configured("structured", r#"{"fields": [["a"]]}"#), "");
}

proptest! {
    #[test]
    fn no_text_is_trusted(
        which in prop::sample::select(vec![
            include_str!("data/v3_sharded.zarr/zarr.json"),
            include_str!("data/v3_twice.zarr/zarr.json"),
            include_str!("data/v2_f.zarr/.zarray"),
        ]),
        changes in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::sample::select(b"0123456789-,[]{}\"\\ aex".to_vec())), 1..6),
    ) {
        let mut bytes = which.as_bytes().to_vec();
        for (at, value) in changes {
            *at.get_mut(&mut bytes) = value;
        }
        if let Ok(array) = zarr::parse(std::str::from_utf8(&bytes).unwrap()) {
            prop_assert!(array.chunk_layout().is_ok());
            prop_assert_eq!(array.grid().len(), array.shape.len());
        }
    }
}
