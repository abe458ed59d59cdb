"""Views: the same as NumPy's, from every way to make an array, and refused where they would lie."""

import ctypes
import mmap

import numpy as np
import pytest
from numpy.lib import stride_tricks
from numpy.lib.array_utils import byte_bounds

import stridewise as sw


class Tagged(np.ndarray):
    """A subclass that counts how often it was finished."""

    def __array_finalize__(self, original):
        self.tag = getattr(original, "tag", "") + "+"


BEFORE = np.lib.NumpyVersion(np.__version__) < "2.4.0"
RECORDS = np.zeros(5, [("x", "i1"), ("y", "<f8")])
ARRAYS = {
    "C": np.arange(24.0).reshape(4, 6),
    "F": np.asfortranarray(np.arange(24.0).reshape(4, 6)),
    "stepped": np.arange(48.0).reshape(4, 12)[::-1, ::2],
    "rank 0": np.array(3.0),
    "empty": np.zeros((0, 3)),
    "extent 1": np.ones((10, 10))[::100],
    "object": np.array([1, "two", None], dtype=object),
    "packed field": RECORDS["y"],
    "records": RECORDS,
    "times": np.arange(6).astype("M8[s]"),
    "text": np.array(["a", "bc"]),
    "StringDType": np.array(["a", "b" * 100, "c"], np.dtypes.StringDType()),
    "bool": np.ones((2, 3), bool),
    "swapped": np.arange(5, dtype=">i4"),
    "read-only": np.frombuffer(b"abcdefgh", "u1"),
    "no bytes": np.zeros(3, "S0"),
    "subclass": np.arange(6).view(Tagged),
}


def same(ours, theirs):
    """The same memory under the same layout, and the same flags."""
    assert ours.dtype == theirs.dtype
    assert (ours.shape, type(ours)) == (theirs.shape, type(theirs))
    if ours.size and ours.itemsize:
        assert ours.strides == theirs.strides
        assert ours.ctypes.data == theirs.ctypes.data
    for flag in ("C_CONTIGUOUS", "F_CONTIGUOUS", "ALIGNED", "WRITEABLE", "OWNDATA"):
        assert ours.flags[flag] == theirs.flags[flag], flag
    assert ours.tolist() == theirs.tolist()


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("subok", [False, True])
def test_views_are_numpys(name, subok):
    a = ARRAYS[name]
    if a.dtype.char != "T":  # NumPy's fails on it
        same(sw.as_strided(a, subok=subok), stride_tricks.as_strided(a, subok=subok))
    same(sw.broadcast_to(a, (2, *a.shape), subok), np.broadcast_to(a, (2, *a.shape), subok))
    window = tuple(min(2, extent) for extent in a.shape)
    windows = sw.sliding_window_view(a, window, subok=subok)
    if a.dtype.char != "T":
        same(windows, stride_tricks.sliding_window_view(a, window, subok=subok))
    for ours, theirs in zip(
        sw.broadcast_arrays(a, np.zeros((2, *a.shape)), subok=subok),
        np.broadcast_arrays(a, np.zeros((2, *a.shape)), subok=subok),
        strict=True,
    ):
        # NumPy before 2.4 has other strides on axes with one element.
        assert ours.strides == theirs.strides or not a.itemsize or (BEFORE and 1 in ours.shape)
        assert type(ours) is type(theirs)
    assert sw.byte_bounds(a) == byte_bounds(a)
    if a.ndim == 2:
        same(sw.moveaxis(a, 0, -1), np.moveaxis(a, 0, -1))
        for turns in range(-5, 6):
            same(sw.rot90(a, turns), np.rot90(a, turns))


def test_windows_step_and_spread():
    x = np.arange(20)
    view = sw.sliding_window_view(x, 3, step=4, dilation=2)
    assert view.tolist() == [[k, k + 2, k + 4] for k in range(0, 16, 4)]
    a = x.reshape(4, 5)
    view = sw.sliding_window_view(a, (2, 2), axis=(0, 1), step=(2, 1), dilation=(1, 3))
    assert view[1, 1].tolist() == [[11, 14], [16, 19]]
    assert not view.flags.writeable


def test_as_strided_takes_strides_from_the_new_shape_where_numpy_does():
    a = np.arange(24.0).reshape(4, 6)
    same(sw.as_strided(a, (6, 4)), stride_tricks.as_strided(a, (6, 4)))
    with pytest.raises(ValueError, match="mismatch in length of strides and shape"):
        sw.as_strided(a.T, (24,))


OWNERS = {
    "array": lambda: np.arange(6.0),
    "bytes": lambda: np.frombuffer(bytes(48)),
    "bytearray": lambda: np.frombuffer(bytearray(48)),
    "memoryview": lambda: np.frombuffer(memoryview(bytearray(64))[8:56]),
    "mmap": lambda: np.frombuffer(mmap.mmap(-1, 48)),
    "ctypes": lambda: np.ctypeslib.as_array((ctypes.c_double * 6)()),
    "subclass": lambda: np.arange(6.0).view(Tagged),
}


@pytest.mark.parametrize("owner", OWNERS)
def test_what_leaves_the_memory_is_refused(owner):
    a = OWNERS[owner]()
    low, high = (-8, 56) if owner == "memoryview" else (0, 48)
    part = a[2:4]
    assert sw.as_strided(part, (6,), (8,), offset=-16).tolist() == a.tolist()
    last = (high - 48) // 8
    sw.as_strided(a, (6 + last,), (8,))
    for shape, strides, offset in [
        ((7 + last,), (8,), 0),
        ((2,), (-8,), low),
        ((1,), (8,), high - 7),
        ((2, 2), (8, high), 0),
    ]:
        with pytest.raises(sw.LayoutError, match="out of bounds of its buffer") as caught:
            sw.as_strided(a, shape, strides, offset=offset)
        assert caught.value.wanted is not None
        assert caught.value.got is not None
    with pytest.raises(sw.LayoutError):
        sw.as_strided(part, (6,), (8,), offset=-16, bounds="array")


def test_a_bad_view_does_not_launder_itself():
    a = np.arange(6.0)
    bad = stride_tricks.as_strided(a, (60,))
    for view in (bad, bad[2:], bad[::-1], bad.view("i8"), bad.reshape(6, 10).T):
        with pytest.raises(sw.LayoutError, match="out of bounds of its buffer"):
            sw.as_strided(view)


def test_a_good_request_through_a_window_view_is_not_refused():
    a = np.arange(10.0)
    for windows in (sw.sliding_window_view, stride_tricks.sliding_window_view):
        view = sw.as_strided(windows(a, 3)[4:5, :2], (10,), (8,), offset=-32)
        assert view.tolist() == a.tolist()


def test_an_owner_that_cannot_be_asked_means_the_array():
    class Lender:
        def __init__(self, array):
            self.kept = array
            self.__array_interface__ = array.__array_interface__

    a = np.asarray(Lender(np.arange(6.0)))
    assert sw.as_strided(a[:3], (6,), (8,)).size == 6
    with pytest.raises(sw.LayoutError, match="Lender.*cannot be asked"):
        sw.as_strided(a, (7,), (8,))
    b = np.from_dlpack(np.arange(6.0))
    with pytest.raises(sw.LayoutError):
        sw.as_strided(b, (7,), (8,))


def test_writing_reaches_each_element_once():
    a = np.arange(6.0)
    assert not sw.as_strided(a, (4, 3), (8, 8)).flags.writeable
    assert sw.as_strided(a, (3, 2), (16, 8)).flags.writeable
    assert not sw.as_strided(a, (3, 2), (16, 8), writeable=False).flags.writeable
    with pytest.raises(sw.LayoutError, match="reach an element twice") as caught:
        sw.as_strided(a, (4, 3), (8, 8), writeable=True)
    (i, j), (k, l) = caught.value.got
    assert (i, j) != (k, l)
    assert i + j == k + l
    with pytest.raises(sw.LayoutError):
        sw.sliding_window_view(a, 3, writeable=True)
    apart = sw.sliding_window_view(a, 2, step=2, writeable=True)
    apart[1, 0] = 40
    assert a[2] == 40
    a.flags.writeable = False
    assert not sw.as_strided(a, (4, 3), (8, 8), writeable=True).flags.writeable
    # An expert's own risk.
    assert sw.as_strided(np.arange(6.0), (4, 3), (8, 8), check=False).flags.writeable


def test_references_are_only_read_where_references_are():
    objects = np.array([object(), "a", 3, None], dtype=object)
    assert sw.as_strided(objects, (3, 2), (8, 8))[2, 1] is None
    records = np.array([(1, "a"), (2, "b")], [("n", "i8"), ("o", "O")])
    for array, strides, offset in [
        (objects, (4,), 0), (objects, (8,), 4), (records["o"], (8,), 0), (records["o"], (16,), -8)
    ]:  # fmt: skip
        with pytest.raises(sw.LayoutError, match="references"):
            sw.as_strided(array, (2,), strides, offset=offset)
    assert sw.as_strided(records["o"], (2,), (16,)).tolist() == ["a", "b"]
    text = np.array(["a", "b" * 100], np.dtypes.StringDType())
    with pytest.raises(sw.LayoutError):
        sw.as_strided(text, (2,), (8,))


def refused(kind, words, call):
    with pytest.raises(kind, match=words) as caught:
        call()
    return caught.value


def test_errors_are_numpys():
    a = np.zeros((3, 4))
    windows = sw.sliding_window_view
    refused(ValueError, "`window_shape` cannot contain negative values", lambda: windows(a, (-1, 2)))
    refused(ValueError, "must provide window_shape for all dimensions of `x`", lambda: windows(a, 2))
    refused(ValueError, "matching length window_shape and axis", lambda: windows(a, (2, 2), axis=0))
    words = "window shape cannot be larger than input array shape"
    error = refused(ValueError, words, lambda: windows(a, 5, axis=1))
    assert (error.axis, error.wanted, error.got) == (1, 4, 5)
    refused(np.exceptions.AxisError, "axis 2 is out of bounds", lambda: windows(a, 2, axis=2))
    refused(TypeError, "interpreted as an integer", lambda: windows(a, 2.0, axis=0))
    error = refused(ValueError, "could not be broadcast", lambda: sw.broadcast_to(a, (2, 4)))
    assert (error.axis, error.wanted, error.got) == (0, (2, 4), (3, 4))
    refused(ValueError, "cannot broadcast a non-scalar", lambda: sw.broadcast_to(a, ()))
    refused(ValueError, "shape mismatch", lambda: sw.broadcast_shapes((3,), (4,)))
    refused(np.exceptions.AxisError, "out of bounds", lambda: sw.moveaxis(a, 5, 0))
    refused(ValueError, "bounds must be", lambda: sw.as_strided(a, bounds="other"))
    assert issubclass(sw.LayoutError, ValueError)
    refused(OverflowError, None, lambda: sw.as_strided(a, (10**30,), (8,)))
    assert sw.sliding_window_view(a, 0, axis=0).shape == (4, 4, 0)


def test_questions():
    a = np.arange(60)
    assert sw.shares_memory(a, a[::2])
    assert not sw.shares_memory(a[::2], a[1::2])
    assert sw.may_share_memory(a[::2], a[1::2])
    assert sw.internal_overlap(np.broadcast_to(a, (2, 60)))
    assert not sw.internal_overlap(a[::-1])
    assert not sw.shares_memory([1, 2], (3,))
    with pytest.raises(OverflowError):
        sw.shares_memory(a, a, max_work=10**100)
    with pytest.raises(ValueError, match="max_work"):
        sw.shares_memory(a, a, max_work=1.5)
    with pytest.raises(ValueError, match="max_work"):
        sw.shares_memory(a, a, max_work=-7)


def test_memory_is_kept_alive_by_the_view():
    view = sw.sliding_window_view(np.arange(1_000_000.0), 3)
    junk = [np.full(1_000_000, 7.0) for _ in range(3)]
    assert view[:, 0].sum() == 999998 * 999997 / 2
    del junk
