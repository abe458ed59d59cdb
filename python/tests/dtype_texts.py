"""Texts that name a dtype, or nearly: a table and random ones."""

import itertools

LETTERS = "?bBhHiIlLqQpPnNefdgFDGSUVOMmacTtvx"
ORDERS = ["", "<", ">", "=", "|", "!"]
NAMES = """
bool bool_ bool8 int8 int16 int32 int64 int128 uint8 uint16 uint32 uint64 float16 float32 float64
float96 float128 complex64 complex128 complex192 complex256 byte ubyte short ushort intc uintc int_
int uint long ulong longlong ulonglong intp uintp half single double longdouble float csingle cdouble
clongdouble complex str str_ bytes bytes_ unicode object object_ void datetime64 timedelta64 string
Float64 FLOAT64 int0 uint0 long_ float_ complex_ longfloat void0 i u f c b1 i1 i2 i3 i4 i8 i16 f2 f3
f4 f8 f12 f16 f32 c4 c8 c16 c32 u1 u2 u4 u8 O8 O4 S0 S1 S10 U0 U5 V0 V7 a3 ? ?1 StringDType
StringDType() numpy.float64 np.float64 datetime64[ns] timedelta64[D] datetime64[25s] M8 m8 M m
M8[generic] m8[3Y] M8[s/10] M8[D/7] M8[ns/3] M8[0s] M8[-1s] M8[] M8[s M8s] M8[2147483648s] M8[us] M8[μs] M8[as]
m8[fs] m8[ps] m8[ms] m8[m] m8[h] m8[M] m8[W] m8[B] m8[Y/12] float64[ns] bool[s]
""".split()
SEPARATED = [
    "", " ", "f8 ", " f8", "f8\t", "f8,", ",f8", "f8,f4", "f8, f4", "i4,,f8", "i4, (2,3)f8", "3i4", "(3)i4",
    "(3,)i4", "(2,3)i4", "2f8,3i2", "1i4", "0i4", "9V3", "(2,)9V3", "(2,)3i4,i1", "2(3,)i4", "(2,)(3,)i4", "(0,)f4", "()f8", "(,)f4", "(2,3 f4", "2,3)f4", "-1i4",
    "(-1,)i4", "f8,f8:x", "i4 f8", "(2,(3))f4", "( 2 , 3 )f8", "99999999999f8", "2147483648i1",
    "<f8,>i4", "<i4,|S3", "|f8", "!f8", "=f8", "==f8", "<<f8", "<", ">", "=", "f8<", "8f", "f", "ff", "f8f8",
    "S5,U5", "S,U", "V,i1", "O,i1", "?,?", "M8[ns],i4", "M8[ns, i4", "(2,)M8[s]", "(2,)S3,(3,)U1", "2S", "3V",
    "{}", "[]", "()", "[('x', 'i1')]", "None", "('i4', 3)", "('i4', (2, 3))", "('i4', ())", "('S3', 5)",
    "('S', 5)", "('V', 3)", "('U', 0)", "('i4', -1)", "('i4', 'f4')", "('i4', [('a', 'i2'), ('b', 'i2')])",
    "('i8', {'a': ('i2', 0)})", "('V8', [('a', 'i4')])", "[('x', 'i4'), ('x', 'f8')]", "[('', 'i4'), ('', 'f8')]",
    "[('f1', 'i4'), ('', 'f8')]", "[('x', 'i4', 3)]", "[('x', 'i4', (2, 2))]", "[('x', 'i4', 0)]", "[('x', 'i4', ())]",
    "[(('title', 'x'), 'i4')]", "[(('x', 'x'), 'i4')]", "[('x', [('y', 'f4'), ('z', '>u2', 2)])]", "[('x',)]",
    "['i4', 'f8']", "[('x', 'nope')]", "[(1, 'i4')]", "[('x', 'O')]", "[('x', 'S'), ('y', 'U3')]",
    "{'names': ['a', 'b'], 'formats': ['i1', 'f8']}", "{'names': ['a', 'b'], 'formats': ['i1', 'f8'], 'aligned': True}",
    "{'names': ['a'], 'formats': ['i1', 'f8']}", "{'names': ['a', 'b'], 'formats': ['i1', 'f8'], 'offsets': [8, 0]}",
    "{'names': ['a', 'b'], 'formats': ['i4', 'f8'], 'offsets': [0, 2]}",
    "{'names': ['a'], 'formats': ['i4'], 'offsets': [4], 'itemsize': 12}",
    "{'names': ['a'], 'formats': ['i4'], 'offsets': [4], 'itemsize': 6}",
    "{'names': ['a'], 'formats': ['i4'], 'offsets': [-4]}", "{'names': ['a'], 'formats': ['i4'], 'aligned': True}",
    "{'names': ['a', 'b'], 'formats': ['i1', 'i4'], 'offsets': [0, 2], 'aligned': True}",
    "{'names': ['a', 'b'], 'formats': ['i1', 'i4'], 'titles': ['A', None]}", "{'a': ('i4', 0), 'b': ('f8', 8)}",
    "{'a': ('i4', 8), 'b': ('f8', 0)}", "{'a': 'i4'}", "{'names': [], 'formats': []}",
    "{'names': [], 'formats': [], 'itemsize': 8}",
]


def table():
    """Every code, name and curiosity of the lists above."""
    for order, letter, size in itertools.product(ORDERS, LETTERS, ["", *range(0, 18), 32, 64]):
        yield f"{order}{letter}{size}"
    for order, name in itertools.product(["", "<", ">", "="], NAMES):
        yield order + name
    yield from SEPARATED


# Where the answers differ on purpose, and why.
DIFFERENT = {
    "StringDType()": "how such a dtype prints here, so that it parses back",
    "('i4', 'f4')": "NumPy drops the second; nobody means that",
    "('i4', [('a', 'i2'), ('b', 'i2')])": "an integer that is a structure as well: not supported",
    "{}": "a structure of nothing",
    "{'a': ('i4', 0), 'b': ('f8', 8)}": "NumPy discourages this form",
    "{'a': ('i4', 8), 'b': ('f8', 0)}": "NumPy discourages this form",
    "{'names': ['a'], 'formats': ['i1', 'f8']}": "NumPy drops the format that has no name",
}


class Random:
    """Random dtype texts; about one in ten is none."""

    def __init__(self, rng):
        self.rng = rng

    def simple(self, objects=True):
        pick = self.rng.choice
        order = pick(["", "", "<", ">", "|", "="])
        kind = pick("iiuffcbSUVMm?")
        match kind:
            case "i" | "u":
                return f"{order}{kind}{pick([1, 2, 4, 8])}"
            case "f":
                return f"{order}f{pick([2, 4, 8, 16])}"
            case "c":
                return f"{order}c{pick([8, 16, 32])}"
            case "S" | "U" | "V":
                return f"{order}{kind}{self.rng.randint(1, 9)}"
            case "M" | "m":
                count = pick(["", "", self.rng.randint(1, 99)])
                return f"{order}{kind}8[{count}{pick(['Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', 'ns'])}]"
            case _:
                return pick(["bool", "?", "O"]) if objects else "bool"

    def shape(self):
        shape = tuple(self.rng.randint(1, 3) for _ in range(self.rng.randint(1, 2)))
        return shape if self.rng.random() < 0.7 else shape[0]

    def value(self, depth=2, objects=True):
        """A Python value that np.dtype takes."""
        kind = self.rng.randint(0, 9 if depth else 3)
        if kind <= 3:
            return self.simple(objects) if self.rng.random() < 0.95 else self.listed(objects)
        names = self.rng.sample(["x", "y", "z", "a b", "f0", "f1", "größe", "it's", 'say "so"', "back\\slash"],
                                self.rng.randint(1, 4))
        if kind <= 7:
            fields = []
            for name in names:
                titled = (f"title of {name}", name) if self.rng.random() < 0.1 else name
                field = (titled, self.value(min(depth, 2) - 1, objects))
                fields.append(field + ((self.shape(),) if self.rng.random() < 0.2 else ()))
            return fields
        if kind == 8:
            objects = self.rng.random() < 0.2
            form = {"names": names, "formats": [self.value(max(min(depth, 2) - 1, 0), objects) for _ in names]}
            if self.rng.random() < 0.4:
                form["aligned"] = self.rng.random() < 0.8
            if self.rng.random() < 0.5:
                form["offsets"] = [self.rng.randint(0, 40) for _ in names]
            if self.rng.random() < 0.4:
                form["itemsize"] = self.rng.randint(8, 200)
            if self.rng.random() < 0.15:
                form["titles"] = [f"t{at}" if self.rng.random() < 0.5 else None for at in range(len(names))]
            return form
        return (self.value(min(depth, 2) - 1, objects), self.shape())

    def listed(self, objects=True):
        """A comma string; a count may stand alone, as may a byte order."""
        parts = []
        for _ in range(self.rng.randint(1, 4)):
            shape = self.rng.choice(["", "", "2", "(2,)", "(2,3)", "3", "( 4 )", "<(2,)", "2,3"])
            parts.append(shape + (self.simple(objects) if self.rng.random() < 0.95 else ""))
        return self.rng.choice([",", ", ", " , "]).join(parts)

    def text(self):
        kind = self.rng.randint(0, 5)
        if kind == 0:
            text = self.simple()
        elif kind == 1:
            text = self.listed()
        else:
            text = repr(self.value(depth=3))
        if text and self.rng.random() < 0.1:  # one character wrong
            at = self.rng.randrange(len(text))
            text = text[:at] + self.rng.choice(["", *"<>|,'()[]{} 9fx"]) + text[at + 1 :]
        return text
