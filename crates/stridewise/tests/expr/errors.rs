//! What cannot be traced: NumPy's words, the place, and one help each.

use stridewise::expr::{Effect, ExprError, Names, trace};

fn refused(source: &str) -> ExprError {
    match trace(source, &Names::new()) {
        Err(error) => error,
        Ok(_) => panic!("{source} is not refused"),
    }
}

/// The code, the bytes pointed at, and part of the message; and that there is a help.
fn check(source: &str, code: &str, at: &str, message: &str) {
    let error = refused(source);
    assert_eq!(error.code.as_str(), code, "{source}: {error}");
    assert_eq!(&source[error.span.clone()], at, "{source}: {error}");
    assert!(error.message.contains(message), "{source}: {error}");
    assert!(error.help.is_some_and(|help| !help.is_empty()), "{source} has no help");
}

#[test]
fn what_numpy_refuses_to_convert() {
    let s = "[('x','i1'),('y','<f8')]";
    for dtype in ["'S5'", "'U5'", "'V9'", "'f8'", "[('x','i1')]"] {
        let source = format!("zeros(3, {s}).astype({dtype})");
        check(&source, "dtype", dtype, "Cannot cast array data from dtype(");
    }
    // Methods of scalars, and functions that call them, give scalars; other functions arrays.
    for kept in [".squeeze()", ".T", ".view('i8')", ".reshape(())", ".copy()", ".astype('i4')"] {
        let source = format!("np.asarray(zeros(3)[-2]{kept}, copy=False)");
        check(&source, "copy-forbidden", &source, "Unable to avoid copy while creating an array");
        let array = format!("np.asarray(zeros(()){kept}, copy=False)");
        assert!(trace(&array, &Names::new()).is_ok(), "{array}");
    }
    for made in ["copy(_)", "asarray(_)", "broadcast_to(_, ())", "expand_dims(_, ())"] {
        let source = format!("np.array(np.{made}, copy=False)").replace("(_", "(zeros(3)[0]");
        assert!(trace(&source, &Names::new()).is_ok(), "{source}");
    }
    let chosen = "np.array(np.where(zeros((), '?'), zeros(3)[0], 0), copy=False)";
    assert!(trace(chosen, &Names::new()).is_ok());
    // A name of a scalar is one too, and what is made of it shares nothing with it.
    let scalar = trace("zeros(3)[0]", &Names::new()).expect("it is fine").result;
    let mut names = Names::new();
    names.insert("s", scalar);
    assert!(trace("np.asarray(s, copy=False)", &names).is_err());
    assert_eq!(trace("s[...]", &names).expect("it is fine").steps[0].effect, Effect::Copy);
    assert_eq!(trace("s.T", &names).expect("it is fine").steps[0].effect, Effect::View);
    check("tril(zeros(()))", "layout", "tril(zeros(()))", "wants one axis or more");
}

#[test]
fn a_help_belongs_to_its_error() {
    let deep = format!("{}a{}", "(".repeat(60), ")".repeat(60));
    let error = refused(&deep);
    assert_eq!(error.message, "brackets nest deeper than 48");
    let help = "give an inner part a name, and write the name in its place";
    assert_eq!(error.help.as_deref(), Some(help));
}

#[test]
fn names() {
    check("zerso((3,4))", "unknown-name", "zerso", "name 'zerso' is not defined");
    check(
        "np.zerso((3,4))",
        "unknown-name",
        ".zerso((3,4))",
        "module 'np' has no attribute 'zerso'",
    );
    check(
        "zeros(3).reshpae(3)",
        "unknown-name",
        ".reshpae(3)",
        "'numpy.ndarray' object has no attribute 'reshpae'",
    );
    check("zeros(3, [('x', 'f4')])['y']", "unknown-name", "'y'", "no field of name y");
    check("b[0]", "unknown-name", "b", "name 'b' is not defined");
    for (source, help) in [
        ("zerso((3,4))", "did you mean `zeros`?"),
        ("np.trnspose(zeros(3))", "did you mean `np.transpose`?"),
        ("zeros(3).reshpae(3)", "did you mean `.reshape`?"),
        ("zeros(3).reshape(3, oder='F')", "did you mean `order`?"),
        ("zeros(3).t", "did you mean `.T`?"),
        ("zeros(3, [('xyz', 'f4')])['xzy']", "did you mean 'xyz'?"),
    ] {
        assert_eq!(refused(source).help.as_deref(), Some(help), "{source}");
    }
}

#[test]
fn arguments() {
    check("zeros()", "argument", "zeros()", "zeros() missing required argument 'shape' (pos 1)");
    check("zeros(3, b=1)", "argument", "b=1", "unexpected keyword argument 'b'");
    check("zeros(3, 'f4', 'C', 4)", "argument", "4", "at most 3 positional arguments");
    check("zeros(3, shape=4)", "argument", "shape=4", "multiple values for argument 'shape'");
    check("zeros(1.5)", "argument", "1.5", "'float' object cannot be interpreted as an integer");
    check("zeros(3).copy('X')", "argument", "'X'", "order must be one of 'C', 'F', 'A', or 'K'");
    check("zeros(3).reshape(3, order='K')", "argument", "'K'", "order 'K' is not permitted");
    check("zeros(3) + 'a'", "unsupported", "zeros(3) + 'a'", "dtype");
    check("ones(3, 'u1') + 300", "argument", "ones(3, 'u1') + 300", "300 out of bounds for uint8");
    check("zeros", "argument", "zeros", "this is a function, not an array");
    check("(1, 2)", "argument", "(1, 2)", "this is a tuple, not an array");
    check("zeros(3)()", "argument", "zeros(3)()", "'numpy.ndarray' object is not callable");
    check("zeros(3, 'f9')", "dtype", "f9", "data type 'f9' not understood");
}

#[test]
fn shapes_and_axes() {
    check(
        "zeros((4,5)).reshape(3,7)",
        "layout",
        "3,7",
        "cannot reshape array of size 20 into shape (3,7)",
    );
    check("zeros(4).reshape(-1,-1)", "layout", "-1,-1", "can only specify one unknown dimension");
    check(
        "zeros((4,5)).transpose(0,2)",
        "layout",
        "0,2",
        "axis 2 is out of bounds for array of dimension 2",
    );
    check("zeros((4,5)).transpose(0,0)", "argument", "0,0", "repeated axis in transpose");
    check("zeros((4,5)).transpose(0)", "argument", "0", "axes don't match array");
    check("zeros((4,5)).squeeze(0)", "layout", "0", "cannot select an axis to squeeze out");
    check("zeros((4,5)).swapaxes(0,2)", "layout", "2", "axis 2 is out of bounds");
    check("zeros((4,5)).sum(axis=3)", "layout", "3", "axis 3 is out of bounds");
    check(
        "zeros((4,5)) + zeros(3)",
        "layout",
        "zeros((4,5)) + zeros(3)",
        "operands could not be broadcast together with shapes (4,5) (3,)",
    );
    check("broadcast_to(zeros(4), (3,5))", "layout", "(3,5)", "could not be broadcast");
    check(
        "zeros((4,5)) @ zeros(4)",
        "layout",
        "zeros((4,5)) @ zeros(4)",
        "size 4 is different from 5",
    );
    check("zeros((4,5)).T.view('f4')", "layout", "'f4'", "the last axis must be contiguous");
    check("sliding_window_view(zeros(5), 6)", "layout", "6", "window shape cannot be larger");
    check(
        "as_strided(zeros(6), (5,3), (8,8))",
        "layout",
        "as_strided(zeros(6), (5,3), (8,8))",
        "out of bounds of its buffer",
    );
    check("np.concatenate([])", "layout", "np.concatenate([])", "need at least one array");
}

#[test]
fn indices() {
    check(
        "zeros((4,5))[0,1,2]",
        "index",
        "[0,1,2]",
        "too many indices for array: array is 2-dimensional, but 3 were indexed",
    );
    check("zeros((4,5))[1, 7]", "index", "7", "index 7 is out of bounds for axis 1 with size 5");
    check("zeros((4,5))[..., ...]", "index", "...", "can only have a single ellipsis");
    check("zeros((4,5))[1.5]", "index", "1.5", "only integers, slices (`:`)");
    check("zeros((4,5))[::0]", "index", "0", "slice step cannot be zero");
    check(
        "zeros((4,5))[[0, 9]]",
        "index",
        "[0, 9]",
        "index 9 is out of bounds for axis 0 with size 4",
    );
    check("zeros((4,5))[[0.5]]", "index", "[0.5]", "must be of integer (or boolean) type");
    check(
        "zeros((4,5))[[0,1],[0,1,2]]",
        "index",
        "[[0,1],[0,1,2]]",
        "shape mismatch: indexing arrays",
    );
    check(
        "zeros((4,5))[[True]]",
        "index",
        "[True]",
        "size of axis is 4 but size of corresponding boolean axis is 1",
    );
    check("zeros((4,5))[0,0][0]", "index", "[0]", "invalid index to scalar variable");
    check(
        "zeros(4)[sin(zeros(4)) > 0]",
        "data-dependent",
        "sin(zeros(4)) > 0",
        "depends on values",
    );
}

#[test]
fn sizes() {
    check("zeros((10**10, 10**10))", "too-large", "(10**10, 10**10)", "array is too big");
    check("zeros(2**63)", "too-large", "2**63", "Maximum allowed dimension exceeded");
    check("zeros(2**200)", "too-large", "2**200", "integer too large");
    check("zeros((-1, 2))", "layout", "(-1, 2)", "negative dimensions are not allowed");
    check("zeros((1,) * 65)", "too-large", "(1,) * 65", "maximum supported dimension");
    check("arange(10**30)", "too-large", "arange(10**30)", "Maximum allowed size exceeded");
}

#[test]
fn copies_that_are_forbidden() {
    check(
        "zeros((4,5)).T.reshape(-1, copy=False)",
        "copy-forbidden",
        ".reshape(-1, copy=False)",
        "Unable to avoid creating a copy while reshaping.",
    );
    check(
        "np.array(zeros((4,5)).T, order='C', copy=False)",
        "copy-forbidden",
        "np.array(zeros((4,5)).T, order='C', copy=False)",
        "Unable to avoid copy while creating an array as requested",
    );
}

#[test]
fn syntax() {
    check("zeros((4,5)", "syntax", "(", "'(' was never closed");
    check("zeros((4,5))[1:", "syntax", "[", "'[' was never closed");
    check("zeros((4,5)))", "syntax", ")", "unmatched ')'");
    check("zeros(3) zeros(3)", "syntax", "zeros", "Perhaps you forgot a comma?");
    check("x = zeros(3)", "syntax", "=", "one expression, not an assignment");
    check("zeros(3).T if x else y", "syntax", "if", "a trace does not follow 'if'");
    check("zeros(3)$", "syntax", "$", "invalid character '$'");
    check("zeros(3, 'f4)", "syntax", "'f4)", "unterminated string literal");
    check("zeros(3).", "syntax", "", "ends too early");
    check("zeros(12ab)", "syntax", "12ab", "invalid number");
    check("0 < zeros(3) < 1", "unsupported", "0 < zeros(3) < 1", "chained comparisons");
}
