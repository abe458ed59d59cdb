//! Hostile input: an error with a place, and nothing else.

use proptest::prelude::*;
use stridewise::expr::{Names, trace};

/// Whatever it is, it is answered, and an error points into the source.
fn is_answered(source: &str) {
    if let Err(error) = trace(source, &Names::new()) {
        assert!(source.get(error.span.clone()).is_some(), "{:?} in {source:?}", error.span);
        assert!(!error.message.is_empty());
        assert!(error.help.as_ref().is_some_and(|help| !help.is_empty()), "{error}: {source:?}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("(", ")"), ("[", "]"), ("zeros(", ")"), ("{1:", "}"), ("a[", "]")] {
        for depth in [10, 40, 60, 5000] {
            is_answered(&format!("{}1{}", open.repeat(depth), close.repeat(depth)));
            is_answered(&open.repeat(depth));
        }
    }
    is_answered(&"2**".repeat(10_000));
    is_answered(&"1|1^1&1<<1+1*-2**(".repeat(3_000));
    is_answered(&format!("{}zeros(3)", "-".repeat(60_000)));
    let refused = trace(&"(".repeat(100), &Names::new()).unwrap_err();
    assert_eq!(refused.code.as_str(), "too-large");
}

#[test]
fn long_sources_are_bounded_and_read_in_linear_time() {
    is_answered(&"x".repeat(1 << 20));
    let chain = format!("zeros((2,3)){}", ".T".repeat(30_000));
    assert_eq!(trace(&chain, &Names::new()).unwrap().steps.len(), 30_001);
    is_answered(&format!("zeros(3){}", "+1".repeat(30_000)));
    is_answered(&format!("zeros(3)[[{}]]", "0,".repeat(30_000)));
    is_answered(&format!("zeros(3){}", "[None]".repeat(10_000)));
    is_answered(&format!("np.concatenate([{}])", "zeros(3),".repeat(7_000)));
}

#[test]
fn numbers_in_the_source_cost_nothing() {
    for source in [
        "arange(10**18)[::2].reshape(-1, 2)",
        "zeros((10**6, 10**6, 10**6)).T",
        "zeros(3)[:10**30:10**30]",
        "zeros(3)[-10**30:]",
        "(1,) * 10**12",
        "zeros((1,) * 10**30)",
        "zeros(10**18).repeat(10**18)",
        "np.tile(zeros(10**9), 10**12)",
        "np.unstack(zeros((10**12, 2)))[10**11]",
        "np.split(zeros(10**12), 10**12)",
        "np.concatenate(zeros((10**12, 2)))",
        "as_strided(zeros(3), (2**62, 2**62), (0, 0))",
        "as_strided(zeros(3), (2,), (2**63 - 1,))",
        "sliding_window_view(zeros(2**40), 2**39)",
        "zeros(3)[arange(10**15)]",
        "zeros((10**9, 10**9), 'u1')[zeros((10**9, 10**9), bool)]",
        "ones(2**60, bool)[ones(2**60, bool)]",
        "zeros(2**62, 'u1')[::2**61][::-2**62]",
        "np.pad(zeros(3), 2**62)",
        "zeros(3).view('V2147483647')",
        "linspace(0, 1, 2**60)",
        "full(3, 10**37)",
        "np.rot90(zeros((2,2)), -2**63)",
        "zeros((3,3)).diagonal(-2**63)",
        "np.diag(zeros(3), -2**63)",
        "np.rollaxis(zeros(3), -2**63, -2**63)",
        "np.broadcast_to(0, (2**62,))",
        "zeros(3) + -(2**125) - 2**125",
        "9",
    ] {
        is_answered(source);
    }
}

fn piece() -> impl Strategy<Value = String> {
    let words = [
        "zeros",
        "np.",
        "a",
        ".T",
        ".reshape",
        "(",
        ")",
        "[",
        "]",
        "(3,4)",
        ",",
        ":",
        "::-1",
        "-1",
        "2**63",
        "9223372036854775807",
        "-9223372036854775808",
        "1e308",
        "0",
        "None",
        "...",
        "'f4'",
        "dtype=",
        "order='F'",
        "axis=",
        "@",
        "+",
        "**",
        "<<",
        "//",
        "%",
        "~",
        "-",
        "*",
        "{",
        "}",
        ".sum()",
        ".view('V3')",
        "np.einsum('ij->ji',",
        "as_strided(",
        "ones((2,2))",
        "[[0, 1]]",
        "[True]",
        ".copy()",
        ".astype(",
        "np.concatenate([",
        "'",
        "\"",
        "\\",
        "é",
        "=",
        "0x",
        "1j",
        "sliding_window_view(zeros(5),",
        "[None, ...]",
        ".swapaxes(0,",
        "np.pad(zeros(3),",
        "0)",
    ];
    prop::sample::select(words.to_vec()).prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn pieces_in_any_order_are_answered(pieces in prop::collection::vec(piece(), 0..30)) {
        is_answered(&pieces.concat());
    }

    #[test]
    fn any_text_is_answered(source in "\\PC{0,60}") {
        is_answered(&source);
    }

    #[test]
    fn any_number_anywhere_is_answered(
        operation in prop::sample::select(vec![
            "zeros((2,3)).reshape(N, M)", "zeros((N, M))", "zeros((2,3))[N:M]", "zeros((2,3))[::N, M]",
            "zeros((2,3)).diagonal(N)", "np.moveaxis(zeros((2,3)), N, M)", "arange(N, M)", "arange(N, M, 3)",
            "np.rot90(zeros((2,3)), N, (M, 0))", "as_strided(zeros(9), (N, 2), (M, 8))", "eye(N, M)",
            "sliding_window_view(zeros((2,3)), (N, M))", "zeros((2,3)).take([N], M)", "zeros(3).repeat(N)",
            "np.tile(zeros((2,3)), (N, M))", "np.pad(zeros(3), (N, M))", "np.split(zeros(9), N)[M]",
            "zeros((2,3))[[N, M]]", "np.roll(zeros(3), N, M)", "np.expand_dims(zeros(3), (N, M))",
            "zeros((2,3)).swapaxes(N, M)", "np.stack([zeros(3)], N)", "zeros(3)[N:][M:]",
            "zeros(N)[::M][::M]", "zeros((N, 0, M)).T.reshape(-1, 1)", "(N * M, N // M, N % M, N ** 3)",
            "zeros(5)[::N].T[M:].ravel()", "np.broadcast_to(zeros((1,3)), (N, M))", "zeros((2,3)) + N",
        ]),
        n in prop_oneof![-9i64..9, any::<i64>(), prop::sample::select(vec![i64::MIN, i64::MAX, i64::MIN + 1])],
        m in prop_oneof![-9i64..9, any::<i64>(), prop::sample::select(vec![i64::MIN, i64::MAX])],
    ) {
        is_answered(&operation.replace('N', &n.to_string()).replace('M', &m.to_string()));
    }
}
