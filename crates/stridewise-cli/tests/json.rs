//! The JSON document, schema 1: fields may be added, never renamed or removed.

use std::process::Command;

use serde_json::{Value, json};

fn document(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_stridewise"))
        .args(arguments)
        .arg("--json")
        .env("STRIDEWISE_MACHINE", "intel-server")
        .output()
        .expect("the command starts");
    let text = String::from_utf8(output.stdout).expect("output is UTF-8");
    assert_eq!(text.lines().count(), 1, "{arguments:?}: one document on one line");
    let document: Value = serde_json::from_str(&text).expect("output is JSON");
    assert_eq!(document["schema"], 1, "{arguments:?}");
    document
}

/// Every field of `wanted` is in `got` with that value; `got` may have more.
#[track_caller]
fn check(got: &Value, wanted: Value) {
    match (got, &wanted) {
        (Value::Object(got), Value::Object(wanted)) => {
            for (field, value) in wanted {
                check(got.get(field).unwrap_or_else(|| panic!("no field {field}")), value.clone());
            }
        }
        (Value::Array(got), Value::Array(wanted)) => {
            assert_eq!(got.len(), wanted.len(), "{got:?}");
            got.iter().zip(wanted).for_each(|(got, wanted)| check(got, wanted.clone()));
        }
        _ => assert_eq!(*got, wanted),
    }
}

#[test]
fn a_layout_is_the_same_object_everywhere() {
    let layout = json!({
        "dtype": "<f8", "itemsize": 8, "shape": [4, 5], "strides": [40, 8],
        "item_strides": [5, 1], "offset": 0, "c_contiguous": true, "f_contiguous": false,
        "aligned": true, "aliasing": false, "low": 0, "high": 160,
    });
    check(&document(&["inspect", "zeros((4,5))"])["layout"], layout.clone());
    check(&document(&["trace", "zeros((4,5))"])["steps"][0]["layout"], layout.clone());
    check(&document(&["offset", "zeros((4,5))", "0,0"])["layout"], layout.clone());
    check(&document(&["overlap", "zeros((4,5))"])["a"]["layout"], layout);
}

#[test]
fn inspect() {
    check(
        &document(&["inspect", "zeros((4,5)).T"]),
        json!({
            "kind": "inspect", "source": "zeros((4,5)).T", "smallest_stride_axis": 0,
            "axes": [
                {"extent": 5, "stride": 8, "lines_touched": 1, "line_utilisation": 0.625},
                {"extent": 4, "stride": 40, "lines_touched": 2},
            ],
            "lines_touched": 3, "lines_exact": true, "order": [1, 0],
            "advice": {"transpose": "a.transpose(1, 0)", "axis": 0},
        }),
    );
    let page_apart = document(&["inspect", "zeros((4,1024))[:, 0]"]);
    let finding = &page_apart["findings"][0];
    assert_eq!((&finding["code"], &finding["axis"]), (&json!("SW101"), &json!(0)));
    for field in ["title", "text", "help"] {
        assert!(finding[field].as_str().is_some_and(|text| !text.is_empty()), "{field}");
    }
    check(&document(&["inspect", "zeros(())"]), json!({"smallest_stride_axis": null, "axes": []}));
}

#[test]
fn offset_both_ways() {
    check(
        &document(&["offset", "zeros((4,5))", "-1,2"]),
        json!({
            "kind": "offset", "index": [3, 2], "byte": 136,
            "terms": [
                {"axis": 0, "index": 3, "stride": 40, "product": 120},
                {"axis": 1, "index": 2, "stride": 8, "product": 16},
            ],
        }),
    );
    check(
        &document(&["offset", "zeros((4,5))", "--byte", "17"]),
        json!({"kind": "offset", "byte": 17, "indices": [[0, 2]], "count": 1, "exact": true}),
    );
}

#[test]
fn trace() {
    check(
        &document(&["trace", "zeros((4,5)).T"]),
        json!({
            "kind": "trace",
            "steps": [
                {"op": "zeros((4,5))", "effect": "new", "reason": null},
                {"op": ".T", "effect": "view", "writes_reach_original": true, "reason": null,
                 "layout": {"strides": [8, 40]}},
            ],
        }),
    );
}

#[test]
fn overlap() {
    let same = document(&["overlap", "--let", "a=zeros(4)", "a", "a"]);
    check(&same, json!({"kind": "overlap", "may_share": true, "shares": true, "work": -1}));
    assert_eq!(same["witness"].as_array().map(Vec::len), Some(2));
    check(
        &document(&["overlap", "zeros(4)", "zeros(4)"]),
        json!({"may_share": false, "shares": false, "witness": null}),
    );
}

#[test]
fn machine() {
    check(
        &document(&["machine"]),
        json!({
            "kind": "machine", "name": "intel-server", "page": {"value": 4096, "source": "preset"},
        }),
    );
}
