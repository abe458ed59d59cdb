//! NumPy's call forms: positional, keyword, bare and quoted dtypes, orders, arithmetic.

use crate::traced;

#[test]
fn dtypes_quoted_bare_and_described() {
    for (dtype, itemsize) in [
        ("f4", 4),
        ("'f4'", 4),
        ("\"<f4\"", 4),
        ("np.float32", 4),
        ("float32", 4),
        ("'single'", 4),
        ("float", 8),
        ("int", 8),
        ("bool", 1),
        ("'?'", 1),
        ("complex", 16),
        ("np.dtype('>i2')", 2),
        ("zeros(2, 'u2').dtype", 2),
        ("'U5'", 20),
        ("'M8[ns]'", 8),
        ("[('x', 'i1'), ('y', '<f8')]", 9),
        ("[('x', np.int8), ('y', float, (2,))]", 17),
        ("{'names': ['x', 'y'], 'formats': ['i1', 'f8'], 'offsets': [0, 8], 'itemsize': 24}", 24),
        ("None", 8),
    ] {
        for call in [format!("zeros(3, {dtype})"), format!("np.ones((3,), dtype={dtype})")] {
            assert_eq!(traced(&call).result.layout.itemsize(), itemsize, "{call}");
        }
    }
}

#[test]
fn arithmetic_in_arguments() {
    for (source, extent) in [
        ("2**10", 1024),
        ("-(-7)", 7),
        ("7 // 2", 3),
        ("-7 // 2 + 10", 6),
        ("7 % -3 + 5", 3),
        ("1 << 4 | 1", 17),
        ("2 + 3 * 4 - 1", 13),
        ("(2 + 3) * 4", 20),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2 + 10", 6),
        ("len((1, 2, 3))", 3),
        ("zeros((4, 5)).shape[1]", 5),
        ("zeros((4, 5)).size", 20),
        ("zeros((4, 5)).ndim", 2),
        ("10**12", 1_000_000_000_000),
        ("True + True", 2),
        ("0x10 + 0b11 + 1_0", 29),
    ] {
        let source = format!("zeros({source})");
        assert_eq!(traced(&source).result.layout.shape(), [extent], "{source}");
    }
}

#[test]
fn arguments_may_be_named_spread_and_spaced() {
    for source in [
        "zeros(shape=(2, 3), order='F', dtype='f8')",
        "zeros( (2,3) ,\n order = 'F' )",
        "np . zeros((2, 3), 'f8', 'F')",
        "zeros(*[(2, 3), float, 'F'])",
        "numpy.zeros((3, 2)).T",
        "zeros((3, 2)).transpose(*(1, 0))",
        "(zeros((3, 2))).T",
    ] {
        assert_eq!(traced(source).result.layout.to_string(), "(2,3):(8,16)+0", "{source}");
    }
}
