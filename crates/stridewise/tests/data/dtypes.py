"""Writes dtypes.tsv: what NumPy makes of texts that name dtypes. Run: python3 dtypes.py

Columns: text, np.dtype's str (the code for simple ones), name, kind, itemsize, alignment,
isnative, descr as numpy.lib.format writes it. Or: text, "refused".
"""
import pathlib
import random
import warnings

import numpy as np
from numpy.lib.format import dtype_to_descr

warnings.simplefilter("ignore")

NAMES = """
bool bool_ int8 byte int16 short int32 intc int64 int int_ intp long longlong uint8 ubyte uint16
ushort uint32 uintc uint64 uint uintp ulong ulonglong float16 half float32 single float64 double
float float128 longdouble complex64 csingle complex128 cdouble complex complex256 clongdouble
object object_ bytes bytes_ str str_ unicode void datetime64 timedelta64 datetime64[us]
timedelta64[ms] Float64 FLOAT64 cfloat long_ longfloat float96 float80 complex192 int128 string
string_ unicode_ datetime timedelta number generic numpy.float64 np.float64 memoryview
""".split()
CODES = [order + code for order in ["", "<", ">", "=", "|", "!"] for code in """
? b h i l q p n B H I L Q P N e f d g F D G m M O S c U V T b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8
f16 c8 c16 c32 m8 M8 O8 O4 S10 S0 U5 U0 V8 V0 a10 a X b2 i3 i16 u3 f1 f3 f12 f32 c4 c64 m4 M4 O2
?1 d8 g16 F8 T16 S-1 U-1
""".split()]
UNITS = [kind + "[" + unit + "]" for kind in ["M8", ">m8", "datetime64"] for unit in """
Y M W D h m s ms us μs ns ps fs as generic 1s 25s 0s +5s 60m 2147483647s 2147483648s s/10 D/24 Y/365
Y/2 W/14 s/3 as/2 7D/7 2D/24 25generic generic/1 generic/2 xx B -1s 5x s] /2 s/ s/x // us/1000000
""".split()]
ODD = [
    "", " ", "f8 ", " f8", "S 5", "f+8", "f08", "i 8", "S+5", "S1_0", "V2147483647", "S2147483648",
    "U536870911", "U536870912", "S99999999999999999999", "M8[", "M8]", "M8[]", "M8[s", "M8[s]x",
    "M8 [s]", "M88", "M8[ 25s]", "M8[5 s]", "M8[s/ 10]", "é", "<", ">", "<<f8", "f8;i4", "f8 f8",
    "i4,f8", "i4, f8", "i4 ,f8", "f8,", "f8 , ", "f8,,i4", ",f8", "<i4,>f8", "2f8", "2 f8", "1f8",
    "0f8", "(2,3)f8", "( 2,3 )f8", "(2, 3)f8", "(2,)f8", "(2,3,)f8", "(2)f8", "()f8", "( )f8",
    "(0,)f8", "(-1,)f8", "(2,,3)f8", "(2 3)f8", "(2,3f8", "2,3)f8", "02f8", "(02,)f8", "((1,2),)f8",
    "3,f8", "8", "<8", "2(2,)f8", "(2,)>f8", ">(2,)f8", ">(2,)<f8", "<(2,)=f8", "|(2,)f8", ">(2,)|f8",
    "i4,(2,3)f8", "2i4,3f4", "(2,3)f8,i4", "3S5", "10S", "2U3", "3V", "2U", "0S", "?,?", "V,V", "c,c", "1c",
    "float64,int32", "complex64,", "M8[ns],f8", "(2,3)M8[ns]", "M8[25s],f8", "O,O", "a5,b", ">float64",
    "(65536,65536)f8", "99999999999999999999f8", "f8.", "f8,.", "8f", "8i", "()f8,i4", "<()f8", "i4,()f8",
    "f8, ,i4", "f8,i4,", "2,", "(2,3)", "(f8)", "f8,x", "x,f8",
]
LITERALS = """
[('x', 'i1'), ('y', '<f8')]
[("x", "i1"), ('y', '>f8')]
[('x','i1'),('y','<f8')]
[(('title', 'name'), '<i4')]
[('z', '<f4', (2, 3))]
[('z', '<f4', 3)]
[('z', '<f4', 1)]
[('z', '<f4', (1,))]
[('z', '<f4', ())]
[('z', '<f4', 0)]
[('z', '<f4', [2, 3])]
[('z', '<f4', None)]
[('a', [('b', '>i2'), ('c', 'O')]), ('d', '?')]
[('', 'i4'), ('', 'f8')]
[('x', 'i1'), ('', '|V7'), ('y', '<f8')]
[('f', 'g'), ('h', 'G')]
[('z', 'S'), ('u', 'U'), ('v', 'V')]
[('z', '>M8[25s]'), ('m', 'm8')]
[('z', 'S3'), ('y', '>U3')]
[('a', 'f8', (2,)), ('b', ('f8', (3,)))]
[('a', ('f8', (3,)), (2,))]
[('a', '2f8')]
[('a', 'i4,f4')]
[('a', '(2,)f8', 3)]
[('a', None)]
[]
[('a',)]
[('a', 'i4', 2, 3)]
['i4']
['f8', 'i4']
[['a', 'f8']]
[('x', 'i4'), ('x', 'f8')]
[(('x', 'x'), 'i4')]
[(('x', 'y'), 'i4'), ('x', 'f8')]
[(('t', ''), 'i4')]
[(('', 'n'), 'i4')]
[('a', 'i4'), ('b', '')]
[('a', 'f8', (-1,))]
[('a', 'f8', True)]
[('a', 'f8', 2.0)]
[('a', 'f8', '2')]
[('a', 'f8', (2147483648,))]
[('a', 'f8', (268435456,))]
[('a', 'f8', (0, 2147483648))]
[('a', 'T')]
[("it's", 'i4'), ('say "x"', 'i4'), ('both \\'"', 'i4')]
[('back\\\\slash', 'i4'), ('new\\nline', 'i4'), ('t\\tab', 'i4')]
[('\\x7f', 'i4'), ('\\u200b', 'i4'), ('\\U0001f600', 'i4'), ('é', 'i4'), ('e\\u0301', 'i4')]
{'names': ['a', 'b'], 'formats': ['i1', 'f8'], 'offsets': [0, 8], 'itemsize': 16}
{'names': ['a', 'b'], 'formats': ['i1', 'f8']}
{'names': ['a', 'b'], 'formats': ['i1', 'f8'], 'offsets': [8, 0]}
{'names': ['a', 'b'], 'formats': ['f8', 'f8'], 'offsets': [0, 4]}
{'names': ['a', 'b'], 'formats': ['f8', 'f8'], 'offsets': [0, 0]}
{'names': ['a', 'b'], 'formats': ['i1', 'f8'], 'aligned': True}
{'names': ['a', 'b'], 'formats': ['i1', 'f8'], 'aligned': False}
{'names': ['a', 'b'], 'formats': ['i1', 'f8'], 'offsets': [0, 8], 'aligned': True}
{'names': ['a', 'b'], 'formats': ['f8', 'i1'], 'offsets': [0, 8], 'aligned': True}
{'names': ['a', 'b'], 'formats': ['i1', 'f8'], 'offsets': [0, 7], 'aligned': True}
{'names': ['a'], 'formats': ['i4'], 'aligned': True, 'itemsize': 6}
{'names': ['a'], 'formats': ['i4'], 'aligned': 1}
{'names': ['a', 'b'], 'formats': ['i1', 'f8'], 'titles': ['ta', None]}
{'names': ['a', 'b'], 'formats': ['i1', 'f8'], 'offsets': [0, 8], 'titles': ['A', 'B']}
{'names': ['a', 'b'], 'formats': ['i1', 'f8'], 'offsets': [0, 8], 'titles': [None, 'B']}
{'names': ['a', 'b'], 'formats': ['i1', 'f8'], 'offsets': [0, 8], 'itemsize': 15}
{'names': ['a'], 'formats': ['f8'], 'offsets': [-1]}
{'names': ['a'], 'formats': ['i1'], 'offsets': [1]}
{'names': ['a'], 'formats': ['i1'], 'offsets': [2147483646]}
{'names': ['a'], 'formats': ['i1'], 'offsets': [2147483648]}
{'names': ['a'], 'formats': ['i1'], 'itemsize': 1099511627776}
{'names': ['a'], 'formats': ['i4'], 'itemsize': -1}
{'names': ['a', 'a'], 'formats': ['i4', 'i4']}
{'names': ['a'], 'formats': ['i4'], 'titles': ['a']}
{'names': [], 'formats': []}
{'names': [], 'formats': [], 'itemsize': 8}
{'names': ('a',), 'formats': ('i4',)}
{'names': ['a'], 'formats': [('i4', 2)]}
{'names': ['a', 'b'], 'formats': ['i4']}
{'names': ['a']}
{'names': ['a'], 'formats': [{'names': ['b'], 'formats': ['>i2'], 'offsets': [2], 'itemsize': 8}]}
('f8', (2, 3))
('f8', 3)
('f8', 1)
('f8', ())
('f8', None)
('f8', [2])
('f8', True)
('f8', -1)
('f8',)
('f8', 2, 3)
(('f8', (2,)), (3,))
('S', 10)
('U', 3)
('V', 10)
('U', -1)
('S', (2,))
('S5', 10)
('O', (2,))
('i4,f8', 2)
([('a', '>i4')], (2, 2))
""".strip().splitlines()
LITERALS += [str(("f8", (1,) * rank)) for rank in (8, 32, 64, 65)]


def row(text):
    try:
        literal = text[:1] in "[{" or (text[:1] == "(" and text[1:2] in "('[{")
        dtype = np.dtype(eval(text) if text and literal else text)
    except Exception:
        return [text, "refused"]
    simple = dtype.names is None and dtype.subdtype is None
    try:
        descr = repr(dtype_to_descr(dtype)) if dtype.subdtype is None else "-"
    except ValueError:
        descr = "-"
    if dtype.kind == "T":
        descr = "-"
    return [text, dtype.str if simple else str(dtype), dtype.name, dtype.kind, dtype.itemsize,
            dtype.alignment, dtype.isnative, descr]


def mutations(count):
    """Texts one or two edits away from good ones; a fixed seed."""
    source = random.Random(1)
    good = [text for text in CODES + UNITS + ODD if len(row(text)) > 2]
    for _ in range(count):
        text = source.choice(good)
        for _ in range(source.choice([1, 1, 2])):
            at = source.randrange(len(text) + 1)
            new = source.choice("<>=|()[],,  0123458fiubcSUVOMmsn/+")
            text = text[:at] + new + text[at + source.choice([0, 1]):]
        yield text


def crashes_or_wraps(text):
    """NumPy divides by zero, or by a negative number, or answers with a wrapped size."""
    if "/" in text and any(divisor.strip(" +").startswith(("0", "-")) for divisor in text.split("/")[1:]):
        return True
    return False


if __name__ == "__main__":
    texts = NAMES + CODES + UNITS + ODD + LITERALS + list(mutations(600))
    texts = [text for text in dict.fromkeys(texts) if not crashes_or_wraps(text)]
    lines = ["\t".join(str(cell) for cell in row(text)) for text in texts]
    path = pathlib.Path(__file__).with_name("dtypes.tsv")
    path.write_text(f"# NumPy {np.__version__}\n" + "\n".join(lines) + "\n")
