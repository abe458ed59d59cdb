"""Writes promotions.tsv: np.promote_types of pairs of dtypes. Run: python3 promotions.py

Columns: one, other, the str of the dtype that holds both; or "none".
"""
import itertools
import pathlib

import numpy as np

DTYPES = """? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 f16 c8 c16 c32 >i4 >f8 S0 S3 S40 U0 U5 >U50 V3 V4 O m8 m8[s]
m8[25s] m8[ms] m8[Y] M8 M8[s] M8[D] M8[Y] >M8[D] T""".split()


def promoted(one, other):
    try:
        return np.promote_types(one, other).str
    except (TypeError, OverflowError):
        return "none"


if __name__ == "__main__":
    rows = ["\t".join([one, other, promoted(one, other)])
            for one, other in itertools.product(DTYPES, repeat=2)]
    path = pathlib.Path(__file__).with_name("promotions.tsv")
    path.write_text(f"# NumPy {np.__version__}\n" + "\n".join(rows) + "\n")
