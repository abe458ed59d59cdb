"""Whatever NumPy can be given: our functions and NumPy's say the same of any array that hypothesis draws."""

import os

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.lib import array_utils, stride_tricks

import stridewise as sw

settings.register_profile("here", deadline=None, suppress_health_check=list(HealthCheck), max_examples=1000 if "STRIDEWISE_CHAINS" in os.environ else 60)
settings.load_profile("here")

NUMBERS = hnp.boolean_dtypes() | hnp.integer_dtypes(endianness="?") | hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64))
DTYPES = hnp.scalar_dtypes() | hnp.array_dtypes(allow_subarrays=True) | st.sampled_from([np.dtype("O"), np.dtype("V7"), np.dtype("g")])
INTEGERS = st.integers(-3, 6)


# Ours are the answers of NumPy 2.4. Before, strides of axes with one element differed here and there,
# and count_nonzero had integers of Python.
BEFORE = np.lib.NumpyVersion(np.__version__) < "2.4.0"


def steps(a):
    """The strides that are compared."""
    return [stride for extent, stride in zip(a.shape, a.strides) if extent != 1 or not BEFORE]


class Tagged(np.ndarray):
    """A subclass."""


@st.composite
def arrays(draw, dtypes=DTYPES, most_axes=4, values=None):
    """An array of any dtype in any layout: sliced, turned, broadcast, misaligned, read-only, a subclass."""
    dtype = draw(dtypes)
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=most_axes, min_side=0, max_side=6))
    if values is None and dtype.kind in "biufc":
        a = (np.arange(np.prod(shape, dtype=int)) % 7).astype(dtype).reshape(shape)
    elif values is None:
        a = np.zeros(shape, dtype)
    else:
        a = draw(hnp.arrays(dtype, shape, elements=values(dtype)))
    if not a.dtype.hasobject and a.ndim and draw(st.booleans()):
        # One byte off, and bytes between the items.
        room = np.zeros(a.size * (a.itemsize + 3) + 1, "u1")
        apart = np.ndarray(a.size, a.dtype, room, 1, (a.itemsize + 3,))
        apart[...] = a.reshape(-1)
        a = apart if a.ndim == 1 else a
    a = a[draw(hnp.basic_indices(a.shape, allow_newaxis=True, max_dims=6))] if draw(st.booleans()) else a
    a = np.asarray(a)
    a = a.transpose(draw(st.permutations(range(a.ndim))))
    if draw(st.integers(0, 5)) == 0:
        a = np.broadcast_to(a, (draw(st.integers(0, 3)), *a.shape))
    if draw(st.integers(0, 5)) == 0:
        a = a.view(Tagged)
    if draw(st.integers(0, 5)) == 0:
        a = a[...]
        a.flags.writeable = False
    return a


def outcome(call):
    """What a call returns, or the kind of what it raises."""
    try:
        return call()
    except Exception as error:
        return error


def equal(ours, theirs):
    """The same elements, to the byte where a byte means something by itself."""
    if theirs.dtype.kind in "fcmM":
        np.testing.assert_array_equal(ours, theirs)
    elif theirs.dtype.hasobject:
        assert ours.tolist() == theirs.tolist()
    else:
        assert ours.tobytes() == theirs.tobytes()


def alike(ours, theirs):
    """The same memory, or the same elements; the same refusal."""
    if isinstance(theirs, Exception):
        assert isinstance(ours, Exception), (ours, theirs)
        # Of two things that are wrong, either may be told.
        either = (ValueError, IndexError)
        assert isinstance(ours, type(theirs)) or (isinstance(ours, either) and isinstance(theirs, either)), (ours, theirs)
        return
    assert not isinstance(ours, Exception), (ours, theirs)
    assert (type(ours), ours.dtype, ours.shape) == (type(theirs), theirs.dtype, theirs.shape)
    if theirs.size and theirs.itemsize:
        assert ours.strides == theirs.strides
    for flag in ("C_CONTIGUOUS", "F_CONTIGUOUS", "ALIGNED", "OWNDATA", "WRITEABLE"):
        assert ours.flags[flag] == theirs.flags[flag], flag
    equal(ours, theirs)


def same_memory(ours, theirs):
    alike(ours, theirs)
    if isinstance(theirs, np.ndarray) and theirs.size:
        assert ours.ctypes.data == theirs.ctypes.data


@given(st.data(), st.booleans())
def test_windows_as_views(data, subok):
    a = data.draw(arrays())
    axis = data.draw(st.none() | st.integers(-3, 3) | st.lists(st.integers(-3, 3), max_size=3).map(tuple))
    size = data.draw(INTEGERS | st.lists(st.integers(0, 3), max_size=3).map(tuple) | st.just(tuple(min(2, n) for n in a.shape)))
    same_memory(
        outcome(lambda: sw.sliding_window_view(a, size, axis, subok=subok)),
        outcome(lambda: stride_tricks.sliding_window_view(a, size, axis, subok=subok)),
    )


@given(st.data(), st.booleans())
def test_any_strides_within_the_memory(data, subok):
    a = data.draw(arrays(NUMBERS))
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
    strides = data.draw(st.lists(st.sampled_from([0, 1, a.itemsize, 2 * a.itemsize, -a.itemsize, 24]), min_size=len(shape), max_size=len(shape)))
    ours = outcome(lambda: sw.as_strided(a, shape, strides, subok, writeable=False))
    low, high = array_utils.byte_bounds(a if a.base is None else a.base if isinstance(a.base, np.ndarray) else a)
    theirs = stride_tricks.as_strided(a, shape, strides, subok, writeable=False)
    bounds = array_utils.byte_bounds(theirs) if theirs.size else (low, low)
    if isinstance(ours, Exception):
        # Refused because it leaves the memory of the owner, and for nothing else.
        assert isinstance(ours, sw.LayoutError) and ours.got is not None
        owner = a
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        low, high = array_utils.byte_bounds(owner)
        assert bounds[0] < low or bounds[1] > high
    else:
        same_memory(ours, theirs)


@given(st.data(), st.booleans())
def test_broadcasting(data, subok):
    a = data.draw(arrays())
    shape = data.draw(hnp.broadcastable_shapes(a.shape, min_side=0, max_dims=5) | hnp.array_shapes(min_dims=0, max_side=3) | INTEGERS)
    same_memory(outcome(lambda: sw.broadcast_to(a, shape, subok)), outcome(lambda: np.broadcast_to(a, shape, subok)))
    both = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=3)).input_shapes
    assert sw.broadcast_shapes(*both) == np.broadcast_shapes(*both)
    given_arrays = [np.zeros(one, "i2") for one in both]
    for ours, theirs in zip(sw.broadcast_arrays(*given_arrays), np.broadcast_arrays(*given_arrays), strict=True):
        assert (ours.shape, steps(ours)) == (theirs.shape, steps(theirs))
    others = data.draw(st.lists(hnp.array_shapes(min_dims=0, min_side=0, max_side=3), max_size=4))
    ours, theirs = (outcome(lambda: module.broadcast_shapes(*others)) for module in (sw, np))
    assert ours == theirs or (isinstance(ours, ValueError) and type(theirs) is ValueError)


@given(st.data())
def test_axes(data):
    a = data.draw(arrays())
    axes = st.integers(-4, 4) | st.lists(st.integers(-4, 4), max_size=3)
    source, destination = data.draw(axes), data.draw(axes)
    same_memory(outcome(lambda: sw.moveaxis(a, source, destination)), outcome(lambda: np.moveaxis(a, source, destination)))
    turns, plane = data.draw(INTEGERS), data.draw(st.tuples(st.integers(-3, 3), st.integers(-3, 3)))
    same_memory(outcome(lambda: sw.rot90(a, turns, plane)), outcome(lambda: np.rot90(a, turns, plane)))
    assert sw.byte_bounds(a) == array_utils.byte_bounds(a)
    if a.size and a.itemsize:
        view, back = sw.by_stride(a)
        assert view.transpose(back).strides == a.strides and sorted(map(abs, a.strides), reverse=True) == [*map(abs, view.strides)]


@given(st.data())
def test_memory_in_common(data):
    whole = np.zeros(data.draw(hnp.array_shapes(max_dims=3, max_side=8)), data.draw(NUMBERS))
    one, other = (np.asarray(whole[data.draw(hnp.basic_indices(whole.shape))]) for _ in "ab")
    one = one.view(data.draw(st.sampled_from(["u1", one.dtype]))) if one.ndim and one.strides[-1] == one.itemsize else one
    assert sw.shares_memory(one, other) == np.shares_memory(one, other)
    assert sw.may_share_memory(one, other) == np.may_share_memory(one, other)
    assert not sw.internal_overlap(one)


@pytest.mark.filterwarnings("ignore")
@given(st.data())
def test_copies(data):
    a = data.draw(arrays())
    order = data.draw(st.sampled_from("KACF"))
    if type(a) is np.ndarray:
        alike(sw.copy(a, order), np.copy(a, order))
        for name in ("ascontiguousarray", "asfortranarray"):
            alike(getattr(sw, name)(a), getattr(np, name)(a))
    dtype = data.draw(st.just(a.dtype) | NUMBERS)
    shape = data.draw(st.just(a.shape) | hnp.broadcastable_shapes(a.shape, min_side=0, max_dims=5))
    targets = [np.zeros(shape, dtype, order="F")[..., ::-1] if shape else np.zeros(shape, dtype) for _ in "ab"]
    casting = data.draw(st.sampled_from(["no", "equiv", "safe", "same_kind", "unsafe"]))
    errors = [outcome(lambda: module.copyto(target, a, casting)) for module, target in zip((sw, np), targets)]
    assert type(errors[0]) is type(errors[1])
    equal(*targets)


REDUCTIONS = ["sum", "prod", "mean", "var", "std", "min", "max", "any", "all", "argmin", "argmax", "count_nonzero"]


def near(ours, theirs, size, magnitude):
    """Equal, or as far apart as adding up numbers of a magnitude can make them."""
    assert (type(ours), ours.dtype, ours.shape) == (type(theirs), theirs.dtype.newbyteorder("="), theirs.shape)
    if theirs.dtype.kind in "fc":
        slack = 8 * size * np.finfo(theirs.dtype).eps * magnitude
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=slack)
    else:
        np.testing.assert_array_equal(ours, theirs)


def floats(dtype):
    """Numbers that can be added up without rounding hiding what is wrong, and what is no number."""
    if dtype.kind != "f":
        return hnp.from_dtype(dtype)
    bits = 8 * dtype.itemsize
    return st.floats(-100, 100, width=bits) | st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0])


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.filterwarnings("ignore")
@given(data=st.data())
def test_reductions(name, data):
    a = np.asarray(data.draw(arrays(NUMBERS, values=floats)))
    if name in ("argmin", "argmax"):
        axis = data.draw(st.none() | st.integers(-a.ndim, max(a.ndim - 1, -a.ndim))) if a.ndim else None
    else:
        axis = data.draw(st.none() | hnp.valid_tuple_axes(a.ndim))
    keepdims = data.draw(st.booleans())
    ours = outcome(lambda: getattr(sw, name)(a, axis=axis, keepdims=keepdims))
    theirs = outcome(lambda: getattr(np, name)(a, axis=axis, keepdims=keepdims))
    if BEFORE and name == "count_nonzero" and isinstance(theirs, int):
        theirs = np.int64(theirs)
    if isinstance(theirs, Exception) or not isinstance(theirs, (np.ndarray, np.generic)):
        assert (type(ours), str(ours)) == (type(theirs), str(theirs))
        return
    finite = np.abs(a[np.isfinite(a)].astype("f8"))
    most = finite.max(initial=1.0)
    near(ours, theirs, a.size + 1, most**2 if name in ("var", "std") else most ** min(a.size, 50) if name == "prod" else most)


WINDOWED = {
    "sum": np.sum, "mean": np.mean, "var": np.var, "std": np.std, "min": np.min, "max": np.max, "argmin": np.argmin,
    "argmax": np.argmax, "any": np.any, "all": np.all, "median": np.median, "count": lambda w, axis: (~np.isnan(w)).sum(axis),
}  # fmt: skip


@pytest.mark.parametrize("name", WINDOWED)
@pytest.mark.filterwarnings("ignore")
@given(data=st.data())
def test_windows(name, data):
    a = np.asarray(data.draw(arrays(NUMBERS, most_axes=3, values=floats)))
    axis = data.draw(st.integers(-a.ndim, max(a.ndim - 1, -a.ndim)))
    size, step, dilation = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3)), data.draw(st.integers(1, 2))
    windows = outcome(lambda: sw.windows(a, size, axis, step=step, dilation=dilation))
    if a.ndim == 0 or (size - 1) * dilation + 1 > a.shape[axis]:
        with pytest.raises((ValueError, IndexError)):
            getattr(sw.windows(a, size, axis, step=step, dilation=dilation), name)()
        return
    if a.dtype.kind in "iu" and name == "sum" and np.abs(a.astype("f8")).sum() > 2**62:
        return  # overflow is refused here, and wraps there
    ours = getattr(windows, name)()
    view = sw.sliding_window_view(a, size, axis, step=step, dilation=dilation)
    native = view.astype(a.dtype.newbyteorder("="))
    theirs = WINDOWED[name](native, axis=-1)
    if a.dtype.kind == "f" and name == "argmin" or name == "argmax":
        assert ours.tolist() == theirs.tolist()
        return
    if name in ("mean", "var", "std") and a.dtype.kind == "f" and a.dtype.itemsize == 2:
        theirs = WINDOWED[name](native.astype("f8"), axis=-1).astype("f2")
    finite = np.abs(a[np.isfinite(a)].astype("f8"))
    most = finite.max(initial=1.0)
    # Roots of rounding errors of squares.
    near(ours, theirs, size, most**2 if name == "var" else most * 30 if name == "std" else most)
