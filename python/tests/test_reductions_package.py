"""Reductions: NumPy's values, shapes, dtypes and refusals, over any axes of any layout."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stridewise as sw

NAMES = ["sum", "prod", "mean", "var", "std", "min", "max", "any", "all", "argmin", "argmax", "count_nonzero"]
DTYPES = ["?", "i1", "u1", "<i2", ">i4", "u8", "i8", "f2", "f4", ">f8", "f8", "c8", "c16", "M8[s]", "m8[D]", "O", "g"]


def same(ours, theirs, where):
    """Same type, dtype and shape, and values within rounding."""
    assert type(ours) is type(theirs), where
    if isinstance(theirs, (np.ndarray, np.generic)):
        assert (ours.dtype.newbyteorder("="), ours.shape) == (theirs.dtype.newbyteorder("="), theirs.shape), where
    if getattr(theirs, "dtype", np.dtype("O")).kind in "fc":
        bits = np.finfo(theirs.dtype).eps
        np.testing.assert_allclose(ours, theirs, rtol=300 * bits, atol=300 * bits, err_msg=str(where))
    else:
        np.testing.assert_array_equal(ours, theirs, err_msg=str(where))


def outcome(function, *args, **kwargs):
    """What a function returns, or the kind of what it raises, and its text."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return type(error), str(error)


def check(name, a, **kwargs):
    ours, theirs = outcome(getattr(sw, name), a, **kwargs), outcome(getattr(np, name), a, **kwargs)
    if np.lib.NumpyVersion(np.__version__) < "2.4.0" and name == "count_nonzero":
        # NumPy 2.4 has integers of its own where it had Python's.
        ours, theirs = (np.int64(count) if type(count) is int else count for count in (ours, theirs))
    where = name, getattr(a, "shape", a), getattr(a, "strides", ""), getattr(a, "dtype", ""), kwargs
    if isinstance(theirs, tuple):
        assert ours == theirs, where
    else:
        same(ours, theirs, where)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore")
def test_numpys_values_over_every_axis(name, dtype):
    numbers = np.random.default_rng(7).integers(0, 3, (4, 5, 6))
    whole = numbers.astype(dtype)
    for a in (whole, whole.T, whole[::-1, ::2], whole[:, :, :1], np.broadcast_to(whole[0], (3, 5, 6))):
        for axis in (None, 0, -1):
            check(name, a, axis=axis)
            check(name, a, axis=axis, keepdims=True)
        if not name.startswith("arg"):
            check(name, a, axis=(0, 2))
            check(name, a, axis=())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore")
def test_numpys_refusals_and_special_cases(name):
    a = np.arange(6.0).reshape(2, 3)
    for axis in (2, -3, (0, 0), (0, 5), 1.5, "0"):
        check(name, a, axis=axis)
    for empty in (np.zeros((0, 3)), np.zeros(0), np.zeros((3, 0), "i4")):
        check(name, empty)
        check(name, empty, axis=0)
    for odd in (3.5, [1, 2, 3], [[1.0], [2.0]], "text", np.array("x"), np.zeros(3, "i4,f8"), np.float32(2), True):
        check(name, odd)
    check(name, np.array([1.0, np.nan, 3.0]))
    check(name, np.ma.masked_less(a, 2.0), axis=0) if name != "count_nonzero" else None


def test_out_is_written_and_returned():
    a = np.arange(24.0).reshape(4, 6)
    whole = np.zeros((6, 8))
    out = whole[:, 2]
    assert sw.sum(a, axis=0, out=out) is out
    assert whole[:, 2].tolist() == a.sum(0).tolist() and whole.sum() == a.sum()
    kept = np.zeros((4, 1))
    assert sw.max(a, axis=1, out=kept, keepdims=True) is kept and kept.ravel().tolist() == a.max(1).tolist()
    narrow = np.zeros(6, "f4")  # NumPy casts
    assert sw.sum(a, axis=0, out=narrow) is narrow and narrow.tolist() == a.sum(0).tolist()
    b = a.copy()
    sw.sum(b, axis=0, out=b[0])  # memory in common
    assert b[0].tolist() == a.sum(0).tolist()
    with pytest.raises(ValueError):
        sw.sum(a, axis=0, out=np.zeros(5))
    fixed = np.zeros(6)
    fixed.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        sw.sum(a, axis=0, out=fixed)


@pytest.mark.parametrize("name, options", [("any", {}), ("all", {}), ("prod", {"dtype": "f4"}), ("sum", {})])
@pytest.mark.parametrize("dtype", ["O", "f8"])
def test_numbers_go_into_an_array_of_objects(name, options, dtype):
    """NumPy's any, all and prod end the interpreter here (2.0 to 2.5), at once or later."""
    a = np.ones((3, 2), dtype)
    for out in [np.empty(2, "O"), np.empty((1, 2), "O")]:
        said = getattr(sw, name)(a, axis=0, out=out, keepdims=out.ndim == 2, **options)
        assert said is out
        np.testing.assert_array_equal(said.reshape(2), getattr(np, name)(a, axis=0, **options))
    with pytest.raises(ValueError, match=r"the result's shape \(2,\), got \(3,\)"):
        getattr(sw, name)(a, axis=0, out=np.empty(3, "O"), **options)


def test_nan_is_skipped_where_asked():
    a = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]])
    assert sw.sum(a, nan="skip") == np.nansum(a)
    assert sw.mean(a, axis=1, nan="skip").tolist()[0] == 2.0
    assert np.isnan(sw.mean(a, axis=1, nan="skip")[1]) and np.isnan(sw.sum(a, 1, nan="skip", min_count=1)[1])
    assert sw.sum(a, 1, nan="skip").tolist() == np.nansum(a, 1).tolist() == [4.0, 0.0]
    assert sw.argmax(a[0], nan="skip") == 2
    with pytest.raises(ValueError, match="All-NaN"):
        sw.argmax(a, axis=1, nan="skip")
    with pytest.raises(ValueError, match="nan must be"):
        sw.sum(a, nan="omit")
    with pytest.raises(TypeError, match="skip"):
        sw.sum(np.array(["a"], object), nan="skip")


def test_integers_that_do_not_fit():
    big = np.array([2**62, 2**62, 2**62])
    assert sw.sum(big) == np.sum(big)
    with pytest.raises(OverflowError, match="64 bits"):
        sw.sum(big, overflow="raise")
    assert sw.sum(np.array([2**62, 2**62, -(2**62)]), overflow="raise") == 2**62


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_no_bit(threads):
    a = np.random.default_rng(3).normal(size=(1500, 1700))
    for name in ("sum", "mean", "var", "max"):
        for axis in (None, 0, 1):
            one = getattr(sw, name)(a, axis, threads=1)
            assert np.array_equal(one, getattr(sw, name)(a, axis, threads=threads))
    with pytest.raises(ValueError, match="threads"):
        sw.sum(a, threads=0)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_view_of_any_array(data):
    dtype = data.draw(st.sampled_from(["i2", "u4", "f4", "f8", "?", "f2"]))
    shape = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    a = np.random.default_rng(1).integers(0, 4, shape).astype(dtype)
    a = a.transpose(data.draw(st.permutations(range(a.ndim))))
    steps = data.draw(st.lists(st.sampled_from([1, -1, 2, -2]), min_size=a.ndim, max_size=a.ndim))
    a = a[tuple(slice(None, None, step) for step in steps)]
    name = data.draw(st.sampled_from(NAMES))
    axes = data.draw(st.lists(st.integers(0, a.ndim - 1), max_size=a.ndim, unique=True))
    axis = axes[0] if name.startswith("arg") and axes else None if name.startswith("arg") else tuple(axes)
    check(name, a, axis=axis)
