"""Writes casts.tsv: which casts NumPy allows and what they make of values. Run: python3 casts.py

Columns: from, to, the strictest casting that allows it, values before, the same values after.
Values are the bytes of elements in hexadecimal. Where C leaves a float's integer undefined the
value is left out. Rows without values are about the rule alone.
"""
import itertools
import pathlib

import numpy as np

NUMBERS = "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()
OTHERS = "f16 c32 >i2 >f8 >c8 <i2".split()
RULES = ["no", "equiv", "safe", "same_kind", "unsafe"]
REALS = [0, 1, 2, 3, 7, 100, 127, 128, 200, 255, 256, 1000, 2047, 2049, 4097, 32767, 32768, 65503, 65504, 65519, 65535,
         65536, 16777217, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1]
FLOATS = [0.1, 0.5, 1.5, 2.5, 1e-3, 6.1e-5, 5.96e-8, 2.98e-8, 2.9802322e-8, 1e-40, 1e-310, 1e10, 65519.99, 3.4e38,
          3.41e38, 1e300, 1 + 2**-11, 1 + 2**-11 + 2**-40, 0.333333333333, np.inf, np.nan, -0.0]


def rule(one, other):
    return next(casting for casting in RULES if np.can_cast(one, other, casting))


def values(dtype):
    """Every value above, and its negative, that the dtype comes near to."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return np.array([False, True])
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return np.array([v for r in REALS for v in (r, -r, -r - 1) if limits.min <= v <= limits.max], dtype)
    wide = np.array([float(v) for v in REALS] + FLOATS)
    with np.errstate(all="ignore"):
        wide = np.concatenate([wide, -wide])
        if dtype.kind == "f":
            return wide.astype(dtype)
        return (wide + 1j * wide[::-1]).astype(dtype)


def defined(before, to):
    """Those whose cast C defines."""
    to = np.dtype(to)
    if to.kind not in "iu" or before.dtype.kind not in "fc":
        return before
    real = before.real.astype("f8")
    limits = np.iinfo(to)
    low, high = float(limits.min), float(limits.max)
    # The largest 64-bit integers round up to a float beyond them.
    fits = (np.trunc(real) >= low) & ((np.trunc(real) <= high) if to.itemsize < 8 else (real < high))
    return before[fits]


def main():
    rows = []
    for one, other in itertools.product(NUMBERS, repeat=2):
        before = defined(values(one), other)
        with np.errstate(all="ignore"):
            after = before.astype(other)
        orders = [("<", "<"), (">", "<"), ("<", ">")][len(rows) % 3:][:2]
        for order, order_after in orders:
            from_, to = np.dtype(one).newbyteorder(order), np.dtype(other).newbyteorder(order_after)
            rows.append([from_.str, to.str, rule(from_, to), before.astype(from_).tobytes().hex(),
                         after.astype(to).tobytes().hex()])
    every = NUMBERS + OTHERS
    rows += [[one, other, rule(one, other), "", ""] for one, other in itertools.product(every, repeat=2)]
    path = pathlib.Path(__file__).with_name("casts.tsv")
    path.write_text(f"# NumPy {np.__version__}\n" + "".join("\t".join(row) + "\n" for row in rows))


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")
    main()
