"""Windows from Python: the definition, pandas' and SciPy's answers, labels, refusals."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import ndimage

import stridewise as sw

OPERATIONS = {
    "sum": np.sum, "prod": np.prod, "mean": np.mean, "var": np.var, "std": np.std, "min": np.min, "max": np.max,
    "argmin": np.argmin, "argmax": np.argmax, "any": np.any, "all": np.all, "median": np.median,
}  # fmt: skip
DTYPES = ["?", "i1", "u1", "<i2", ">i4", "u8", "i8", "f2", "f4", ">f8", "f8"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_definition(name, dtype):
    a = np.random.default_rng(5).integers(0, 2 if name == "prod" else 9, (6, 11)).astype(dtype)
    for view in (a, a.T, a[::-1, ::2], a[:, ::-1]):
        for axis, size, step, dilation in [(0, 3, 1, 1), (1, 2, 2, 1), (-1, 2, 1, 2), (1, 1, 1, 1)]:
            windows = sw.windows(view, size, axis, step=step, dilation=dilation)
            ours = getattr(windows, name)()
            theirs = OPERATIONS[name](windows.view, axis=-1)
            if dtype == "f2" and name in ("sum", "mean", "var", "std", "prod"):
                np.testing.assert_allclose(ours.astype("f4"), theirs.astype("f4"), rtol=4e-3)
            elif ours.dtype.kind == "f":
                np.testing.assert_allclose(ours, theirs, rtol=1e-5 if dtype == "f4" else 1e-12, atol=1e-5)
            else:
                assert ours.tolist() == theirs.tolist()
            wanted = "f8" if name in ("mean", "var", "std", "median") and view.dtype.kind in "iub" else theirs.dtype
            assert ours.dtype == np.dtype(wanted).newbyteorder("="), (name, dtype)


def test_counts_quantiles_ranks_and_weights():
    a = np.array([3.0, np.nan, 1.0, 2.0, 5.0])
    assert sw.windows(a, 3).count().tolist() == [2, 2, 3]
    assert sw.windows(a[2:], 3).quantile(0.25).tolist() == [1.5]
    assert sw.windows([3, 1, 2, 5], 3).rank().tolist() == [0.0, 1.0]
    assert sw.windows([3, 1, 2, 5], 2).dot([1, 10]).tolist() == [13.0, 21.0, 52.0]
    assert sw.windows(a, 2, nan="skip").sum().tolist() == [3, 1, 3, 7]
    assert np.isnan(sw.windows(a, 2, nan="skip", min_count=2).sum()).tolist() == [True, True, False, False]


@pytest.mark.parametrize("mode", ["reflect", "mirror", "nearest", "wrap", "constant"])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
def test_scipys_modes(mode, size):
    a = np.random.default_rng(2).normal(size=(7, 9))
    for axis in (0, 1):
        for origin in {0, -(size // 2), (size - 1) // 2}:
            options = {"mode": mode, "origin": origin}
            windows = sw.windows(a, size, axis, fill=0.5, **options)
            for ours, theirs in [
                ("max", ndimage.maximum_filter1d), ("min", ndimage.minimum_filter1d), ("mean", ndimage.uniform_filter1d),
            ]:  # fmt: skip
                wanted = theirs(a, size, axis, cval=0.5, **options)
                np.testing.assert_allclose(getattr(windows, ours)(), wanted, rtol=1e-12, atol=1e-12)


def test_several_axes():
    a = np.random.default_rng(2).normal(size=(9, 8, 7))
    ours = sw.windows(a, (3, 2), (0, 2)).sum()
    np.testing.assert_allclose(ours, np.lib.stride_tricks.sliding_window_view(a, (3, 2), (0, 2)).sum((-2, -1)))
    ours = sw.windows(a[0], (3, 5), mode="nearest").max()
    np.testing.assert_array_equal(ours, ndimage.maximum_filter(a[0], (3, 5), mode="nearest"))
    assert sw.windows(a, (2, 2)).view.shape == (9, 7, 6, 2, 2)


def test_apply():
    a = np.random.default_rng(2).normal(size=(50, 300))
    windows = sw.windows(a, 30, step=3)
    np.testing.assert_array_equal(windows.apply(lambda w: np.ptp(w, axis=1)), np.ptp(windows.view, axis=-1))
    seen = []
    sw.windows(np.zeros(3_000_000), 100).apply(lambda w: seen.append(w.size) or w[:, 0])
    assert max(seen) <= 2**18 and len(seen) > 100
    with pytest.raises(ZeroDivisionError):
        windows.apply(lambda w: 1 / 0)
    with pytest.raises(sw.LayoutError, match="one each is needed"):
        windows.apply(lambda w: w)


def test_out():
    a, out = np.arange(20.0).reshape(4, 5), np.zeros((5, 4)).T[:, 1:4]
    assert sw.windows(a, 3).sum(out=out) is out
    assert out.tolist() == sw.windows(a, 3).sum().tolist()
    with pytest.raises(sw.LayoutError, match="out has shape"):
        sw.windows(a, 3).sum(out=np.zeros((4, 4)))
    with pytest.raises(TypeError, match="out has dtype"):
        sw.windows(a, 3).sum(out=np.zeros((4, 3), "f4"))
    with pytest.raises(sw.LayoutError, match="overlaps"):
        sw.windows(a, 3).sum(out=a[:, 1:4])
    fixed = np.zeros((4, 3))
    fixed.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        sw.windows(a, 3).sum(out=fixed)
    with pytest.raises(TypeError, match="out must be an array"):
        sw.windows(a, 3).sum(out=[1])


def test_refusals():
    a = np.arange(5.0)
    for size, kind, text in [
        (0, ValueError, "at least 1"), (-1, ValueError, "negative"), (6, ValueError, "6"), (2.5, TypeError, "integer"),
        ((2, 2), ValueError, "axis|axes|windows"),
    ]:  # fmt: skip
        with pytest.raises(kind, match=text):
            sw.windows(a, size).sum()
    for options, kind in [
        ({"step": 0}, ValueError), ({"dilation": 0}, ValueError), ({"axis": 1}, IndexError), ({"mode": "same"}, ValueError),
        ({"nan": "omit"}, ValueError), ({"overflow": "clip"}, ValueError), ({"nan": "skip", "min_count": 4}, ValueError),
        ({"step": 1.5}, TypeError), ({"mode": "wrap", "origin": 9}, ValueError),
    ]:  # fmt: skip
        with pytest.raises(kind):
            sw.windows(a, 3, **options).sum()
    with pytest.raises(ValueError):
        sw.windows(np.zeros((3, 3)), (2, 2), (0, 0)).sum()
    for weights in ([1, 2], []):
        with pytest.raises(ValueError, match="weights"):
            sw.windows(a, 3).dot(weights)
    with pytest.raises(ValueError, match="range"):
        sw.windows(a, 3).quantile(1.5)
    for dtype in ("O", "S3", "c16", "i4,f8", "g"):
        with pytest.raises(TypeError, match="sum"):
            sw.windows(np.zeros(5, dtype), 3).sum()
    with pytest.raises(OverflowError, match="64 bits"):
        sw.windows([2**62, 2**62], 2).sum()
    assert sw.windows([2**62, 2**62], 2, overflow="wrap").sum().tolist() == [-(2**63)]
    with pytest.raises(ValueError, match="no view"):
        _ = sw.windows(a, 3, mode="wrap").view


def test_times():
    times = np.array(["2020-01-03", "NaT", "2020-01-01", "2020-01-02"], "M8[D]")
    assert sw.windows(times, 2).max().astype(str).tolist() == ["NaT", "NaT", "2020-01-02"]
    skipping = sw.windows(times, 2, nan="skip")
    assert skipping.min().astype(str).tolist() == ["2020-01-03", "2020-01-01", "2020-01-01"]
    assert skipping.max().astype(str).tolist() == ["2020-01-03", "2020-01-01", "2020-01-02"]
    assert sw.windows(times, 2, nan="skip", min_count=2).max().astype(str).tolist() == ["NaT", "NaT", "2020-01-02"]
    assert np.isnat(sw.windows(np.full(3, "NaT", "m8[s]"), 2, nan="skip").min()).all()
    with pytest.raises(sw.LayoutError, match="min_count"):
        sw.windows(times, 2, nan="skip", min_count=3).min()
    assert sw.windows(times[2:], 2).min().astype(str).tolist() == ["2020-01-01"]
    with pytest.raises(TypeError):
        sw.windows(times, 2).sum()


def test_pandas_comes_back():
    series = pd.Series([1.0, 5.0, np.nan, 2.0, 4.0], index=list("abcde"), name="x")
    ours = sw.windows(series, 2, mode="trailing", nan="skip", min_count=2).mean()
    pd.testing.assert_series_equal(ours, series.rolling(2).mean())
    ours = sw.windows(series, 2, nan="skip", min_count=1).max()
    pd.testing.assert_series_equal(ours, series.rolling(2, min_periods=1).max()[1:])
    frame = pd.DataFrame(np.arange(12.0).reshape(4, 3), columns=list("xyz"), index=pd.date_range("2020", periods=4))
    ours = sw.windows(frame, 3, axis=0, mode="trailing").sum()
    pd.testing.assert_frame_equal(ours, frame.rolling(3).sum(), check_freq=False)
    gaps = pd.Series([1, None, 3], dtype="Int64")
    assert sw.windows(gaps, 2, nan="skip").sum().tolist() == [1.0, 3.0]


def test_xarray_comes_back():
    a = xr.DataArray(np.arange(12.0).reshape(3, 4), dims=("y", "x"), coords={"x": [10, 20, 30, 40]}, attrs={"unit": "m"})
    ours = sw.windows(a, 2, axis="x").mean()
    assert ours.dims == ("y", "x") and ours.x.values.tolist() == [20, 30, 40] and ours.attrs == {"unit": "m"}
    np.testing.assert_array_equal(ours.values, a.rolling(x=2).mean().values[:, 1:])


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_change_no_bit(threads):
    a = np.random.default_rng(2).normal(size=700_000)
    for name in ("sum", "std", "max"):
        one = getattr(sw.windows(a, 100), name)(threads=1)
        assert np.array_equal(one, getattr(sw.windows(a, 100), name)(threads=threads))
