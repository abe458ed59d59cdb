//! What a trace records: the steps in Python's order, their text, and whether writes get back.

use stridewise::expr::{Array, Effect, Names, Trace, trace, trace_from};
use stridewise::layout::{DType, Layout};

use crate::traced;

fn ops(trace: &Trace) -> Vec<&str> {
    trace.steps.iter().map(|step| step.op.as_str()).collect()
}

#[test]
fn one_step_per_call_attribute_bracket_and_operator() {
    for (source, wanted) in [
        (
            "zeros((4,5,6))[::2].T.reshape(-1)",
            vec!["zeros((4,5,6))", "[::2]", ".T", ".reshape(-1)"],
        ),
        (
            "np.ravel(np.transpose(zeros((4,5)), (1, 0)), order='C')",
            vec!["zeros((4,5))", "np.transpose(_, (1, 0))", "np.ravel(_, order='C')"],
        ),
        ("(zeros((4,5)) @ ones((5,3))).T", vec!["zeros((4,5))", "ones((5,3))", "_ @ _", ".T"]),
        ("-zeros(3) + 1 + ones(3)", vec!["zeros(3)", "-_", "_ + 1", "ones(3)", "_ + _"]),
        (
            "np.concatenate([zeros(3), ones(4)[1:]])[0:2]",
            vec!["zeros(3)", "ones(4)", "[1:]", "np.concatenate([_, _])", "[0:2]"],
        ),
        (
            "zeros((2,3)).reshape(zeros((3,2)).shape)",
            vec!["zeros((2,3))", "zeros((3,2))", ".reshape(_.shape)"],
        ),
        (
            "np.broadcast_arrays(zeros((3,1)), zeros(4))[0].T",
            vec!["zeros((3,1))", "zeros(4)", "np.broadcast_arrays(_, _)[0]", ".T"],
        ),
    ] {
        let trace = traced(source);
        assert_eq!(ops(&trace), wanted, "{source}");
        for step in &trace.steps {
            assert!(source.get(step.span.clone()).is_some(), "{source}: {:?}", step.span);
        }
    }
}

#[test]
fn spans_cover_the_step_as_it_is_written() {
    let source = "np.flip(zeros((2,3)), 0).T[1]";
    let spans: Vec<&str> =
        traced(source).steps.iter().map(|step| &source[step.span.clone()]).collect();
    assert_eq!(spans, ["zeros((2,3))", "np.flip(zeros((2,3)), 0)", ".T", "[1]"]);
}

#[test]
fn writes_reach_through_views_and_stop_at_copies_and_read_only_views() {
    for (source, wanted) in [
        ("zeros((4,5))[::2].T", vec![true, true, true]),
        ("zeros((4,5)).T.copy().T", vec![true, true, false, false]),
        ("broadcast_to(zeros(3), (2,3))[0]", vec![true, false, false]),
        ("sliding_window_view(zeros(5), 2)", vec![true, false]),
        ("sliding_window_view(zeros(5), 2, writeable=True)", vec![true, true]),
        ("zeros((3,3)).diagonal()", vec![true, false]),
        ("np.einsum('ii->i', zeros((3,3)))", vec![true, true]),
        ("as_strided(zeros(5), (2,2), (8,8), writeable=False)", vec![true, false]),
        ("zeros((3,3))[[0, 1]][0]", vec![true, false, false]),
        ("zeros((3,3))[0, 0]", vec![true, false]),
        ("np.zeros_like(zeros(3).copy())[1:]", vec![true, false, true, true]),
    ] {
        let trace = traced(source);
        let reach: Vec<bool> = trace.steps.iter().map(|step| step.writes_reach_original).collect();
        assert_eq!(reach, wanted, "{source}");
    }
}

#[test]
fn views_keep_the_buffer_and_everything_else_has_its_own() {
    let trace = traced("zeros((4,5))[1:].T.copy()[0]");
    let [zeros, slice, turned, copy, row] = &trace.steps[..] else { panic!("five steps") };
    assert_eq!(zeros.buffer, slice.buffer);
    assert_eq!(zeros.buffer, turned.buffer);
    assert_ne!(zeros.buffer, copy.buffer);
    assert_eq!(copy.buffer, row.buffer);
    assert_eq!((zeros.buffer.bytes(), copy.buffer.bytes()), (160, 120));
    assert_ne!(traced("zeros(3)").result.buffer, traced("zeros(3)").result.buffer);
}

fn names() -> Names {
    let mut names = Names::new();
    let layout = Layout::c_order(&[4, 6], 8).unwrap();
    names.insert("a", Array::allocated(DType::float64(), layout));
    names
}

#[test]
fn a_name_is_an_array_and_no_step() {
    let names = names();
    let trace = trace("np.add(a[::2], a[1::2]).T", &names).unwrap();
    assert_eq!(ops(&trace), ["[::2]", "[1::2]", "np.add(_, _)", ".T"]);
    assert_eq!(trace.steps[0].buffer, trace.steps[1].buffer);
    assert_eq!(trace.steps[0].effect, Effect::View);
    let alone = stridewise::expr::trace("a", &names).unwrap();
    assert!(alone.steps.is_empty());
    assert_eq!(&alone.result, names.get("a").unwrap());
}

#[test]
fn a_chain_may_continue_an_array_that_exists() {
    let names = names();
    let start = names.get("a").unwrap();
    for (source, layout) in [
        ("[::2, 3].T", "(2):(96)+24"),
        (".T", "(6,4):(8,48)+0"),
        ("", "(4,6):(48,8)+0"),
        ("a.T[1:]", "(5,4):(8,48)+8"),
        ("np.add(a, a)", "(4,6):(48,8)+0"),
    ] {
        let trace = trace_from(start, source, &names).unwrap();
        assert_eq!(trace.result.layout.to_string(), layout, "{source}");
    }
    assert!(trace(".T", &names).is_err());
    assert!(trace("", &names).is_err());
}

#[test]
fn a_name_that_may_not_be_written_to_stays_so() {
    let mut names = names();
    let writeable = names.get("a").unwrap().clone();
    names.insert("r", Array { writeable: false, ..writeable });
    assert!(!trace("r.T", &names).unwrap().steps[0].writes_reach_original);
    assert!(trace("a.T", &names).unwrap().steps[0].writes_reach_original);
}
