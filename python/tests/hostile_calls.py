"""Hostile calls of every public function: an answer or an exception, and never a crash or a panic.

    python hostile_calls.py CALLS SEED

Hypothesis draws a function and something for each of its parameters: mostly what the parameter is
for, of every kind that NumPy has, now and then anything at all. What comes back is looked at, so
that a view that leaves its memory is noticed. The last line is a document: how many calls were
made, how many refused, and of which functions.
"""

import inspect
import io
import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter

import dask
import dask.array as da
import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import stridewise as sw
import stridewise.dask as swd

BIG = [0, 1, -1, 63, 64, 65, 2**31, 2**47, 2**62, 2**63 - 1, -(2**63), 2**63, 2**64, -(2**80)]


class Lying:
    """Tells NumPy of memory that is not there."""

    def __init__(self, **interface):
        self.__array_interface__ = {"version": 3, "typestr": "<f8", **interface}


class Odd:
    """Another base, and another integer, each time."""

    base = property(lambda self: Odd())
    asked = 0

    def __index__(self):
        Odd.asked += 1
        return BIG[Odd.asked % len(BIG)]

    def __iter__(self):
        return iter([1, Odd()])

    def __len__(self):
        return -1


class Raising:
    """Has no attribute, in four ways."""

    asked = 0

    def __getattr__(self, name):
        Raising.asked += 1
        raise [ValueError, KeyError, RuntimeError, AttributeError][Raising.asked % 4](name)


class Turning:
    """An index that turns the array around while it is looked at."""

    def __init__(self, array):
        self.array = array

    def __index__(self):
        try:
            self.array.shape = self.array.size
            self.array.dtype = "V1"
            self.array.resize(0)
        except (ValueError, TypeError, AttributeError):
            pass
        return 1


class Unfinished(np.ndarray):
    """A subclass that cannot be finished where there is more than one axis."""

    def __array_finalize__(self, original):
        if self.ndim > 2:
            raise RuntimeError("no more axes")


class Endless:
    """More numbers than any shape has."""

    def __iter__(self):
        while True:
            yield 1


def on_disk(a):
    """The same elements, mapped from a file that exists no more."""
    with tempfile.NamedTemporaryFile(dir=".") as file:
        file.write(b"\0" * max(a.nbytes, 1))
        file.flush()
        return np.memmap(file.name, a.dtype, "r+", shape=a.shape)


def frozen(a):
    view = a[...]
    view.flags.writeable = False
    return view


DTYPES = st.sampled_from(
    ["?", "i1", "u1", "<i2", ">i4", "u8", "i8", "f2", "f4", ">f8", "f8", "g", "c8", ">c16", "M8[s]", ">m8[D]", "M8",
     "O", "S0", "S3", "U3", ">U2", "V0", "V9", "f4,i1", "i1,O", "i1,f8,(2,3)i2", np.dtype("i4,f8", align=True),
     {"names": ["late"], "formats": ["f8"], "offsets": [5], "itemsize": 17}, np.dtypes.StringDType()]
)  # fmt: skip
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5)
CHANGES = st.sampled_from([
    lambda a: a.T, lambda a: a[..., None], lambda a: a[::-1] if a.ndim else a, lambda a: a[1:] if a.ndim else a,
    lambda a: a[..., ::-2] if a.ndim else a, lambda a: np.broadcast_to(a, (2, *a.shape)), frozen,
    lambda a: sw.sliding_window_view(a, (1,) * a.ndim), lambda a: a.view(Unfinished), lambda a: a.reshape(-1),
    lambda a: a.byteswap() if a.dtype.kind in "iuf" else a, np.asfortranarray, lambda a: a.real,
    lambda a: np.lib.stride_tricks.as_strided(a), lambda a: np.frombuffer(bytearray(24), "f8"),
    lambda a: np.ma.masked_array(a) if a.dtype.char not in "TV" else a, lambda a: a.view(np.recarray),
    lambda a: np.asmatrix(a) if 0 < a.ndim < 3 else a, lambda a: a[...].view(np.ndarray), on_disk,
    lambda a: np.ndarray((2, 3), "f8", bytearray(65), 1, (32, 9)), lambda a: a.astype("O"),
    lambda a: np.zeros((2**31, 0, 2**31), "i1"), lambda a: np.broadcast_to(np.zeros(1), (1000, 300)),
    lambda a: np.zeros((1,) * 64), lambda a: np.ones((400, 300)).T,
])  # fmt: skip


@st.composite
def arrays(draw):
    """An array, and what a program may have made of it."""
    try:
        a = np.zeros(draw(SHAPES), draw(DTYPES))
    except TypeError:
        a = np.zeros(3)
    for change in draw(st.lists(CHANGES, max_size=3)):
        try:
            a = change(a)
        except (TypeError, ValueError, RuntimeError, IndexError, MemoryError):
            pass
    return a


WHERE = np.zeros(4).ctypes.data
INTEGERS = st.one_of(st.integers(-3, 4), st.integers(-3, 4), st.sampled_from([8, -8, 16, 64]), st.sampled_from(BIG))
TUPLES = st.one_of(st.lists(INTEGERS, max_size=4).map(tuple), SHAPES)
ARRAYS = arrays()
ANYTHING = st.one_of(
    ARRAYS, INTEGERS, TUPLES, ARRAYS.map(Turning),
    st.builds(Lying, shape=TUPLES, data=st.sampled_from([(WHERE, False), (8, True), (2**47 - 8, False), (-8, False)])),
    st.builds(Lying, shape=TUPLES, strides=TUPLES, data=st.just(b"0123456789abcdef")),
    st.sampled_from([
        None, True, 1.5, float("nan"), "a", "", "é\0", b"abc", 3 + 4j, [[1], [2, 3]], {}, {"a": 1}, set(), object(), Odd(),
        Raising(), Endless(), Lying(shape=(2,), data=None), np.float64(3), np.datetime64("NaT"), np.str_("b"),
        memoryview(bytes(24))[::3], range(3), iter([1, 2]), np.dtype("f8"), sw, lambda *given: given[0], print, Ellipsis,
        slice(None), [[]], np.bool_(True), Exception, "f8", 10**400, -0.0, np.array(2), (2**63, -1),
    ]),
)  # fmt: skip

TEXTS = st.sampled_from(
    ["a.T[::2].copy()", "a[0", "", "a" * 99, "a.reshape(3)", "out[j] += a[i,j]", "a[i,j] = b[j,i]", "matmul(8)", "a[i", "C",
     "out[i] += a[i] * b[i", "(" * 3000, "a.T" * 3000, "a[::0]", "a[99999999999999999999]", "zeros((9,)*9)", "i,j", "j",
     "i=32,j=0", "a[i*9223372036854775807]"]
)  # fmt: skip
SPECS = st.sampled_from(["a.npy", "b.npz::x", "b.npz", "c.safetensors::t", "none", "raw.bin", "", "\0", ".", "a.npy::x"])
FUNCTIONS = st.sampled_from([
    lambda a: a[..., 0], lambda a, b: a + b, lambda a: a.resize(0), lambda a: 1 / 0, np.sort, lambda *all: all, lambda a: a.sum(-1),
])  # fmt: skip
MODES = ["valid", "trailing", "reflect", "mirror", "nearest", "wrap", "constant", "same"]
TENSORS = st.dictionaries(st.sampled_from(["t", "", "é", "__metadata__", 3]), ARRAYS, max_size=3)
# What parameters are for; a name that is missing here is told by the test.
MEANT = {
    **dict.fromkeys(["a", "b", "x", "m", "array", "dst", "src", "out", "initial", "where"], ARRAYS),
    **dict.fromkeys(["shape", "strides", "window_shape", "newshape", "source", "destination", "index", "size", "axes"], TUPLES | INTEGERS),
    **dict.fromkeys(["axis", "origin"], st.integers(-3, 3) | TUPLES | st.none()),
    **dict.fromkeys(["step", "dilation", "k", "ddof", "window", "min_count", "limit"], st.integers(-1, 4) | INTEGERS),
    **dict.fromkeys(["offset", "byte", "max_work", "fill", "q", "correction", "mean"], INTEGERS | st.floats()),
    **dict.fromkeys(["subok", "writeable", "keepdims", "copy", "exact", "overwrite", "check_bounds"], st.booleans()),
    "check": st.just(True),
    "threads": st.sampled_from([None, 1, 2, 3]),
    "dtype": DTYPES,
    "order": st.sampled_from(["C", "F", "A", "K", "i,j", None]),
    "casting": st.sampled_from(["no", "safe", "unsafe"]),
    "bounds": st.sampled_from(["owner", "array"]),
    "mode": st.sampled_from(MODES),
    "nan": st.sampled_from(["propagate", "skip"]),
    "overflow": st.sampled_from(["wrap", "raise"]),
    "weights": st.lists(st.floats(), max_size=4),
    "pattern": TEXTS,
    "block": TEXTS,
    "machine": st.sampled_from(["apple-m1", "none"]),
    "name": st.sampled_from(["apple-m1", "none"]),
    "cache": st.lists(st.sampled_from(["32K:8:64", "1T:8:64", "0:0:0", "1K:1:1", "a"]), max_size=3),
    "trace": st.integers(-1, 100),
    "function": FUNCTIONS,
    "spec": SPECS,
    "tensors": TENSORS,
    "path": st.sampled_from(["new.safetensors", "c.safetensors", "no/folder", ""]),
    "metadata": st.sampled_from([None, {}, {"k": "v"}, {"k": 1}]),
    "args": ARRAYS,
    "arrays": ARRAYS,
    # Where a function means something else by a name.
    "trace of source": TEXTS | FUNCTIONS,
}


def windows_method(name):
    method = getattr(sw.Windows, name)

    def call(a, window, axis, mode, nan, *args, **kwargs):
        return method(sw.windows(a, window, axis, mode=mode, nan=nan), *args, **kwargs)

    more = list(inspect.signature(method).parameters.values())[1:]
    own = [parameter for parameter in inspect.signature(call).parameters.values() if parameter.kind == parameter.POSITIONAL_OR_KEYWORD]
    call.__signature__ = inspect.Signature(own + more)
    return call


def on_dask(function):
    def call(a, size, mode):
        if np.size(a) > 1000:
            raise ValueError("more chunks than Dask can count")
        return function(da.from_array(a, chunks=2), size, mode).compute()

    return call


CALLS = {name: getattr(sw, name) for name in sw.__all__ if inspect.isroutine(getattr(sw, name))}
CALLS |= {f"bottleneck.{name}": getattr(sw.bottleneck, name) for name in sw.bottleneck.__all__}
METHODS = [name for name in dir(sw.Windows) if not name.startswith("_") and inspect.isfunction(getattr(sw.Windows, name))]
CALLS |= {f"Windows.{name}": windows_method(name) for name in METHODS}
CALLS["Windows.view"] = lambda a, size, axis, step, dilation: sw.windows(a, size, axis, step=step, dilation=dilation).view
CALLS["dask.windows"] = on_dask(lambda x, size, mode: swd.windows(x, size, mode=mode).max())
CALLS["dask.copy"] = on_dask(lambda x, size, mode: swd.copy(x, "F"))
CALLS["dask.rechunk"] = on_dask(lambda x, size, mode: swd.rechunk(x, size, "F"))
CALLS["trace of a function"] = lambda function, a, b: sw.trace(lambda *all: function(all[0]), a, b)
CALLS["trace of an expression"] = lambda pattern, a, b: sw.trace(pattern, a=a, b=b)
SIGNATURES = {name: inspect.signature(call) for name, call in CALLS.items()}


NUMBERS = st.sampled_from(["?", "i1", "u1", "<i2", ">i4", "u8", "i8", "f2", "f4", ">f8", "f8", "f8"])
# Functions of windows; what is drawn for each parameter by itself seldom makes one.
OF_WINDOWS = ("windows", "Windows.", "bottleneck.", "dask.windows", "sliding_window_view")


@st.composite
def fitting(draw):
    """Numbers, and windows that they have, for the parameters of these names."""
    shape = draw(st.one_of(st.tuples(st.integers(1, 300)), hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=40)))
    random = np.random.default_rng(draw(st.integers(0, 99)))
    a = random.integers(0, 5, shape)
    a = np.where(a == 4, random.choice([np.nan, np.inf, -np.inf, -0.0]), a) if draw(st.booleans()) else a
    a = a.astype(draw(NUMBERS))
    if draw(st.booleans()):
        a = draw(st.sampled_from([np.asfortranarray, lambda a: a.T, lambda a: a[::-1], lambda a: np.repeat(a, 2, -1)[..., ::2], frozen]))(a)
    axis = draw(st.integers(-a.ndim, a.ndim - 1))
    window = draw(st.integers(1, a.shape[axis]))
    few = np.zeros(a.shape, a.dtype) if draw(st.booleans()) else None
    return {
        "a": a, "x": a, "window": window, "size": window, "window_shape": window, "axis": axis, "out": few,
        "min_count": draw(st.integers(1, window)), "step": draw(st.integers(1, 3)), "dilation": 1,
        "weights": [1.0] * window, "q": draw(st.floats(0, 1)), "ddof": draw(st.integers(0, 2)),
    }  # fmt: skip


@st.composite
def calls(draw, name):
    """Arguments for a function."""
    args, kwargs = [], {}
    fits = draw(fitting()) if name.startswith(OF_WINDOWS) and draw(st.integers(0, 3)) > 0 else {}
    for parameter in SIGNATURES[name].parameters.values():
        def value():
            if parameter.name in fits and draw(st.integers(0, 30)) > 0:
                return fits[parameter.name]
            meant = MEANT.get(f"{name} of {parameter.name}") or MEANT[parameter.name]
            return draw(ANYTHING if draw(st.integers(0, 9)) == 0 and parameter.name != "check" else meant)

        if parameter.kind == parameter.VAR_POSITIONAL:
            args += [value() for _ in range(draw(st.integers(0, 3)))]
        elif parameter.kind == parameter.VAR_KEYWORD:
            kwargs |= {given: value() for given in draw(st.sampled_from([(), ("a",), ("a", "b")]))}
        elif parameter.kind == parameter.KEYWORD_ONLY:
            if draw(st.integers(0, 7)) == 0:
                kwargs[parameter.name] = value()
        elif parameter.default is parameter.empty:
            args.append(value())
        elif draw(st.integers(0, 7)) == 0:
            if parameter.kind == parameter.POSITIONAL_OR_KEYWORD:
                kwargs[parameter.name] = value()
    if fits and "axis" in SIGNATURES[name].parameters and len(args) < 3:
        kwargs.setdefault("axis", fits["axis"])  # the window is one of this axis
    if draw(st.integers(0, 30)) == 0:
        args = args[:-1]
    return args, kwargs


def look_at(answer):
    """Reads what has come back, where that is not too much."""
    if isinstance(answer, np.ndarray):
        if answer.size < 1000 and answer.ndim < 30 and max(answer.shape, default=0) < 1000:
            answer.tolist(), repr(answer)
    elif isinstance(answer, sw.Facts):
        repr(answer)
    elif isinstance(answer, tuple):
        for item in answer:
            look_at(item)


def run(count, first):
    """Makes so many calls, of each function as many."""
    made, refused, slowest = Counter(), Counter(), Counter()
    for name in CALLS:
        @seed(first)
        @settings(
            max_examples=-(-count // len(CALLS)), database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(calls(name))
        def make(call):
            args, kwargs = call
            made[name] += 1
            start = time.monotonic()
            try:
                look_at(CALLS[name](*args, **kwargs))
            except Exception:  # a panic is no Exception
                refused[name] += 1
            slowest[name] = max(slowest[name], time.monotonic() - start)

        make()
    return made, refused, slowest


def main():
    """Calls in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        calls_here()
        os.chdir("/")


def calls_here():
    np.save("a.npy", np.asfortranarray(np.arange(6.0).reshape(2, 3)))
    np.savez("b.npz", x=np.arange(3))
    sw.save_safetensors({"t": np.arange(6)}, "c.safetensors")
    with open("raw.bin", "wb") as file:
        file.write(bytes(100))
    dask.config.set(scheduler="synchronous")
    # What asks for more memory is refused, as on a small machine.
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    np.seterr(all="ignore")
    said, sys.stdout = sys.stdout, io.StringIO()
    made, refused, slowest = run(int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout = said
    print(json.dumps({"made": made.total(), "refused": refused.total(), "seconds": slowest.most_common(5), "always": sorted(n for n in made if made[n] == refused[n]),
                      "answered": {n: round(1 - refused[n] / made[n], 2) for n in made if n.startswith(OF_WINDOWS)},
                      "functions": dict(sorted(made.items()))}))  # fmt: skip


if __name__ == "__main__":
    main()
