"""Windowed reductions beside NumPy, bottleneck, pandas and scipy.ndimage, on ordinary data.

Each case is one operation on one array; what a library computes must be the same within rounding.
"""

import json
import subprocess
import tempfile
import warnings
from pathlib import Path

import bottleneck as bn
import numpy as np
import pandas as pd
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage

from stridewise_answers import build

@pytest.fixture(scope="module")
def program():
    return build("windows")


@pytest.fixture(scope="module")
def windows(program):
    """Reduces windows of an array: one call of the program."""

    def run(a, size, op, axis=-1, step=1, dilation=1, mode="valid", min_count=0):
        axes = np.atleast_1d(axis)
        words = lambda value: ",".join(map(str, np.atleast_1d(value)))
        each = lambda value: words(np.broadcast_to(value, axes.shape))
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "in"), Path(folder, "out")
            np.ascontiguousarray(a).tofile(source)
            question = [source, target, a.dtype.str.lstrip("|"), words(a.shape), words(axes), each(size),
                        each(step), each(dilation), mode, min_count, op]
            done = subprocess.run([program], input="\t".join(map(str, question)) + "\n",
                                  capture_output=True, text=True, check=True)
            answer = done.stdout.strip()
            assert not answer.startswith("error"), answer
            name, shape = answer.split(" ", 1)
            return np.fromfile(target, dtype=name).reshape(json.loads(shape))

    return run


DTYPES = ["f8", "f4", "f2", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"]


def data(dtype, shape=(13, 41), seed=0):
    rng = np.random.default_rng(seed)
    if dtype == "?":
        return rng.random(shape) < 0.8
    low = 0 if dtype[0] == "u" else -100
    a = rng.integers(low, 100, shape)
    return (a / 8 if dtype[0] == "f" else a).astype(dtype)


def same(got, want, tolerance=1e-10):
    assert got.shape == want.shape
    single = got.dtype in (np.float32, np.float16)
    tolerance = {np.float32: 1e-5, np.float16: 5e-3}.get(got.dtype.type, tolerance)
    np.testing.assert_allclose(got.astype("f8"), want.astype("f8"), rtol=tolerance,
                               atol=1e-3 if single else 1e-9)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("size", [1, 3, 12])
def test_numpy(windows, dtype, axis, size):
    a = data(dtype)
    view = sliding_window_view(a, size, axis)
    exact = view.astype("f8") if dtype != "?" else view
    for op in ["sum", "prod", "mean", "var", "std", "min", "max", "argmin", "argmax", "any", "all"]:
        if op == "prod" and size > 3:
            continue  # beyond 64 bits, and doubles
        got = windows(a, size, op, axis)
        integers = dtype[0] in "iu?"
        source = view if integers and op in ("sum", "prod") else exact
        if dtype == "?" and op in ("var", "std"):
            source = view.astype("f8")
        want = getattr(np, op)(source, axis=-1)
        same(got, want)
        if integers and op in ("sum", "prod"):
            assert got.dtype == want.dtype
        if op in ("min", "max"):
            assert got.dtype == a.dtype
    for q in [0, 0.25, 0.5, 0.9, 1]:
        if dtype != "?":
            same(windows(a, size, f"quantile:{q}", axis), np.quantile(exact, q, axis=-1))
    if dtype != "?":
        same(windows(a, size, "median", axis), np.median(exact, axis=-1))


def test_steps_and_dilations(windows):
    a = data("f8")
    for step, dilation in [(2, 1), (1, 3), (3, 2), (5, 4)]:
        view = sliding_window_view(a, 3 * dilation + 1, 1)[:, ::step, ::dilation]
        for op in ["sum", "var", "max", "argmin"]:
            same(windows(a, 4, op, 1, step, dilation), getattr(np, op)(view, axis=-1))


@pytest.mark.parametrize("size", [1, 2, 5, 13])
def test_bottleneck(windows, size):
    a = data("f8")
    holes = a.copy()
    holes[np.random.default_rng(1).random(a.shape) < 0.2] = np.nan
    names = {"sum": bn.move_sum, "mean": bn.move_mean, "std": bn.move_std, "var": bn.move_var,
             "min": bn.move_min, "max": bn.move_max, "median": bn.move_median, "rank": bn.move_rank}

    def check(op, got, want):
        # The root of a rounding error of bottleneck's is large where the variance is 0.
        same(*((got**2, want**2) if op == "std" else (got, want)))

    for axis in (0, 1):
        for op, peer in names.items():
            check(op, windows(a, size, op, axis, mode="trailing"), peer(a, size, axis=axis))
            for least in {1, size}:
                got = windows(holes, size, op, axis, mode="trailing", min_count=least)
                check(op, got, peer(holes, size, min_count=least, axis=axis))


def test_pandas(windows):
    holes = data("f8", (400,))
    holes[np.random.default_rng(2).random(400) < 0.2] = np.nan
    rolling = pd.Series(holes).rolling(9, min_periods=4)
    wanted = {"sum": rolling.sum(), "mean": rolling.mean(), "var:1": rolling.var(),
              "std:1": rolling.std(), "min": rolling.min(), "max": rolling.max(),
              "median": rolling.median(), "quantile:0.2": rolling.quantile(0.2)}
    for op, want in wanted.items():
        same(windows(holes, 9, op, 0, mode="trailing", min_count=4), want.to_numpy())


@pytest.mark.parametrize("mode", ["reflect", "mirror", "nearest", "wrap", "2.5"])
@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_scipy(windows, mode, size):
    a = data("f8")
    rest = {"mode": mode} if mode != "2.5" else {"mode": "constant", "cval": 2.5}
    weights = np.random.default_rng(3).random(size)
    for axis in (0, 1):
        same(windows(a, size, "mean", axis, mode=mode),
             ndimage.uniform_filter1d(a, size, axis, **rest))
        same(windows(a, size, "min", axis, mode=mode),
             ndimage.minimum_filter1d(a, size, axis, **rest))
        same(windows(a, size, "max", axis, mode=mode),
             ndimage.maximum_filter1d(a, size, axis, **rest))
        same(windows(a, size, "dot:" + ",".join(map(repr, weights.tolist())), axis, mode=mode),
             ndimage.correlate1d(a, weights, axis, **rest))
    if size % 2:
        line = data("f8", (200,))
        same(windows(line, size, "median", 0, mode=mode), ndimage.median_filter(line, size, **rest))
    box = (size, 3)
    same(windows(a, box, "mean", (0, 1), mode=mode), ndimage.uniform_filter(a, box, **rest))
    same(windows(a, box, "max", (0, 1), mode=mode), ndimage.maximum_filter(a, box, **rest))


@pytest.mark.parametrize("mode", ["reflect", "mirror", "nearest", "wrap", "2.5"])
@pytest.mark.parametrize("box", [(3, 3), (5, 1), (3, 7)])
def test_boxes_beside_scipy(windows, mode, box):
    """Operations for which no axis can be reduced before the other."""
    a = data("f8", (23, 31))
    rest = {"mode": mode} if mode != "2.5" else {"mode": "constant", "cval": 2.5}
    weights = np.random.default_rng(3).random(box)
    dot = "dot:" + ",".join(map(repr, weights.ravel().tolist()))
    same(windows(a, box, "median", (0, 1), mode=mode), ndimage.median_filter(a, box, **rest))
    same(windows(a, box, dot, (0, 1), mode=mode), ndimage.correlate(a, weights, **rest))
    lowest = windows(a, box, "quantile:0", (0, 1), mode=mode)
    same(lowest, ndimage.minimum_filter(a, box, **rest))


@pytest.mark.parametrize("dtype", ["f8", "f4", "i4", "i8", "u1"])
def test_boxes_beside_numpy(windows, dtype):
    a = data(dtype, (13, 9, 11))
    for box, axes in [((3, 4), (0, 2)), ((2, 2, 3), (0, 1, 2)), ((4, 2), (2, 1))]:
        view = sliding_window_view(a, box, axes)
        flat = view.reshape(*view.shape[: a.ndim], -1)
        for op in ["argmin", "argmax", "median"]:
            same(windows(a, box, op, axes), getattr(np, op)(flat, axis=-1))
        same(windows(a, box, "quantile:0.3", axes), np.quantile(flat.astype("f8"), 0.3, axis=-1))
    holes = data("f8", (13, 17))
    holes[np.random.default_rng(4).random(holes.shape) < 0.5] = np.nan
    view = sliding_window_view(holes, (3, 4), (0, 1))
    flat = view.reshape(*view.shape[:2], -1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for op in ["sum", "prod", "mean", "var", "std", "min", "max", "median"]:
            want = getattr(np, "nan" + op)(flat, axis=-1)
            want[np.isnan(flat).all(-1)] = np.nan
            same(windows(holes, (3, 4), op, (0, 1), min_count=1), want)


def test_the_spike_is_forgotten(windows):
    """What the peers remember for ever; the reason for all of this."""
    a = np.full(1000, 0.1)
    a[100] = 1e16
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert (bn.move_mean(a, 10)[200:] != 0.1).any()
    assert (windows(a, 10, "mean", 0)[200:] == 0.1).all()
