//! Why a step copies: stable codes, the axes and strides, and a way out that keeps its word.

use proptest::prelude::*;
use stridewise::expr::{Effect, Names, Reason, trace};

use crate::traced;

fn reason(source: &str) -> Reason {
    let trace = traced(source);
    let last = trace.steps.last().unwrap();
    last.reason.clone().unwrap_or_else(|| panic!("{source}: no reason"))
}

#[test]
fn codes() {
    for (source, code) in [
        ("zeros((2,3)).copy()", "asked"),
        ("zeros((2,3)).flatten()", "asked"),
        ("np.copy(zeros(3))", "asked"),
        ("zeros(3).reshape(3, copy=True)", "asked"),
        ("np.array(zeros(3), copy=True)", "asked"),
        ("np.array(zeros(3))", "copies-by-default"),
        ("zeros(3).astype('f8')", "copies-by-default"),
        ("zeros(3).astype('f4')", "dtype"),
        ("np.asarray(zeros(3), dtype='>f8')", "dtype"),
        ("zeros((2,3)).T.reshape(-1)", "cannot-merge"),
        ("zeros(6)[::2].ravel()", "not-packed"),
        ("zeros(6)[::-1].ravel()", "runs-backwards"),
        ("np.ascontiguousarray(zeros((2,3)).T)", "order"),
        ("np.asfortranarray(zeros((2,3)))", "order"),
        ("zeros((2,3)).astype('f8', order='F', copy=False)", "order"),
        ("np.require(broadcast_to(zeros(3), (2,3)), requirements=['W'])", "not-writeable"),
        ("np.require(zeros(9, 'u1')[1:].view('f8'), requirements=['A'])", "misaligned"),
        ("zeros((2,3))[0, 0]", "scalar"),
        ("zeros((2,3))[[0]]", "integer-index"),
        ("zeros((2,3)).take([0])", "integer-index"),
        ("zeros((2,3))[[True, False]]", "mask-index"),
        ("np.concatenate([zeros(3), zeros(3)])", "joined"),
        ("zeros(3) + 1", "computed"),
        ("zeros((3,3)) @ zeros(3)", "computed"),
        ("np.where(zeros(3), 1, 2)", "computed"),
        ("np.einsum('ij->i', zeros((3,3)))", "computed"),
        ("broadcast_to(zeros(3), (2,3))", "read-only"),
        ("sliding_window_view(zeros(3), 2)", "read-only"),
        ("zeros((3,3)).diagonal()", "read-only"),
    ] {
        assert_eq!(reason(source).code.as_str(), code, "{source}");
    }
}

#[test]
fn new_arrays_and_ordinary_views_have_no_reason() {
    let trace = traced("zeros((4,5,6))[::2].T");
    assert!(trace.steps.iter().all(|step| step.reason.is_none()));
}

#[test]
fn a_reshape_names_the_axes_that_cannot_merge() {
    let reason = reason("zeros((4,5,6))[::2].T.reshape(-1)");
    assert_eq!(
        reason.text,
        "axes 0 and 1 cannot merge: stride[0] is 8, but stride[1] x extent[1] is 48 x 5 = 240"
    );
    assert_eq!((reason.axes, reason.wanted, reason.got), (vec![0, 1], Some(240), Some(8)));
    assert_eq!(
        reason.help,
        "keep these axes apart: .reshape(30, 2, order='F') is a view; it reads the elements in Fortran \
         order"
    );
}

#[test]
fn helps() {
    for (source, help) in [
        (
            "zeros((2,3)).T.reshape(-1)",
            ".reshape(-1, order='F') is a view; it reads the elements in Fortran order",
        ),
        (
            "zeros((2,3,4)).transpose(1,0,2).reshape(-1)",
            ".transpose(1, 0, 2).reshape(-1) is a view; it reads the elements in memory order",
        ),
        ("zeros(6)[::2].ravel()", ".reshape(-1) is a view; it keeps the strides"),
        ("zeros(6)[::2].flatten()", "use .reshape(-1), which is a view here"),
        ("zeros((2,3)).flatten()", "use .ravel(), which is a view here"),
        ("np.ascontiguousarray(zeros((2,3)).T)", "its .T is C contiguous already, and a view"),
        ("zeros((4,5))[[0, 2]]", "[0:3:2] picks the same elements and is a view"),
        ("zeros((4,5))[:, [4, 2, 0]]", "[:, 4::-2] picks the same elements and is a view"),
        ("zeros((4,5))[[-1, -2]]", "[3:1:-1] picks the same elements and is a view"),
        ("zeros((4,5))[[False, True, True, False]]", "[1:3] picks the same elements and is a view"),
        (
            "zeros((4,5))[np.ix_([0, 2], [1, 3])]",
            "[0:3:2, 1:4:2] picks the same elements and is a view",
        ),
        ("zeros((4,5))[[0, 1, 3]]", "no slice picks these; index once and keep the result"),
        ("zeros((4,5,6))[0, :, [1, 2]]", "no slice picks these; index once and keep the result"),
        ("zeros((4,5))[1, 2]", "[1, 2, ...] is a view of that element"),
        ("zeros(3).astype('f8')", ".astype('float64', copy=False) is the array itself"),
    ] {
        assert_eq!(reason(source).help, help, "{source}");
    }
}

/// The code in a help that says "CODE is a view", if it says so.
fn promised(help: &str) -> Option<&str> {
    let code = &help[..help.find(" is a view")?];
    let code = code.strip_prefix("keep these axes apart: ").unwrap_or(code);
    let code = code.strip_suffix(" picks the same elements and").unwrap_or(code);
    code.starts_with(['.', '[']).then_some(code)
}

/// What a help promises to be a view is one, with as many elements as the copy.
fn keeps_its_word(source: &str) -> Result<(), TestCaseError> {
    let Ok(traced) = trace(source, &Names::new()) else { return Ok(()) };
    for step in traced.steps.iter().filter(|step| step.effect == Effect::Copy) {
        let reason = step.reason.as_ref().expect("a copy has a reason");
        prop_assert!(!reason.text.is_empty() && !reason.help.is_empty(), "{source}: {reason:?}");
        let Some(code) = promised(&reason.help) else { continue };
        let instead = format!("{}{code}", &source[..step.span.start]);
        let viewed = trace(&instead, &Names::new());
        prop_assert!(viewed.is_ok(), "{source}: {} -> {instead}: {viewed:?}", reason.help);
        let viewed = viewed.unwrap();
        let last = viewed.steps.last().unwrap();
        prop_assert_eq!(last.effect, Effect::View, "{}: {}", source, instead);
        if !code.contains("...") {
            prop_assert_eq!(last.layout.size(), step.layout.size(), "{}: {}", source, instead);
        }
        if code.starts_with('[') && !code.contains("...") {
            prop_assert_eq!(last.layout.shape(), step.layout.shape(), "{}: {}", source, instead);
        }
    }
    Ok(())
}

fn slice() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(":".to_owned()),
        Just("::2".to_owned()),
        Just("::-1".to_owned()),
        Just("1:".to_owned()),
        Just("0".to_owned()),
        Just("None".to_owned()),
        Just("[0, 2]".to_owned()),
        Just("[1, 0]".to_owned()),
        Just("[True, False, True]".to_owned()),
    ]
}

fn link() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(".T".to_owned()),
        Just(".reshape(-1)".to_owned()),
        Just(".reshape(-1, order='F')".to_owned()),
        Just(".reshape(3, -1)".to_owned()),
        Just(".reshape(2, 3, -1)".to_owned()),
        Just(".ravel()".to_owned()),
        Just(".ravel('K')".to_owned()),
        Just(".ravel('F')".to_owned()),
        Just(".swapaxes(0, -1)".to_owned()),
        prop::collection::vec(slice(), 1..4).prop_map(|parts| format!("[{}]", parts.join(", "))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_promised_view_is_one(
        shape in prop::collection::vec(1i64..5, 1..4),
        links in prop::collection::vec(link(), 1..6),
    ) {
        let extents: String = shape.iter().map(|extent| format!("{},", extent * 3)).collect();
        keeps_its_word(&format!("zeros(({extents})){}", links.concat()))?;
    }
}
