"""sw.bottleneck in bottleneck's place: bottleneck's own tests, and where its answers are wrong."""

import os
import re
import subprocess
import sys
from pathlib import Path

import bottleneck as THEIRS  # noqa: N812
import numpy as np
import pytest

import stridewise.bottleneck as bn


def test_bottlenecks_own_tests_pass_with_our_functions(tmp_path):
    # In a process of its own, because names inside bottleneck are replaced.
    folder = str(Path(__file__).parent)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "bottlenecks_own", "-p", "no:cacheprovider"]
    path = os.pathsep.join([folder, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    done = subprocess.run(
        [*command, "--pyargs", "bottleneck.tests.move_test"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(done.stdout[-4000:])
    assert done.returncode == 0
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= 33
    assert re.search(r"^called: (.*)$", done.stdout, re.MULTILINE)[1].split() == sorted(bn.__all__)


@pytest.mark.parametrize("name", bn.__all__)
@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "i2", ">f8", "?", "f2", "u1"])
def test_bottlenecks_answers(name, dtype):
    random = np.random.default_rng(4)
    a = random.integers(0, 2 if dtype == "?" else 20, (5, 40)).astype(dtype)
    if a.dtype.kind == "f":
        a[random.random(a.shape) < 0.1] = np.nan
    for view in (a, a.T, a[:, ::-2]):
        for axis in (0, -1):
            for window in (1, 2, view.shape[axis]):
                for min_count in (None, 1):
                    ours = getattr(bn, name)(view, window, min_count, axis)
                    theirs = getattr(THEIRS, name)(view, window, min_count, axis)
                    assert ours.dtype.newbyteorder("=") == theirs.dtype.newbyteorder("=")
                    small = {"f4": 2e-3, "f2": 5e-2}.get(dtype, 1e-6)
                    np.testing.assert_allclose(ours, theirs, rtol=small, atol=small)


@pytest.mark.parametrize("name", bn.__all__)
def test_bottlenecks_refusals(name):
    ours, theirs = getattr(bn, name), getattr(THEIRS, name)
    a = np.arange(5.0)
    for args in [(a, 0), (a, 6), (a, 3, 4), (a, 3, 0), (a, 3, None, 2), (a, 3, None, None), (3.0, 1), (a, 2.0), (a, 2, 1.5)]:
        errors = []
        for function in (ours, theirs):
            with pytest.raises((ValueError, TypeError)) as caught:
                function(*args)
            errors.append((caught.type, str(caught.value)))
        assert errors[0] == errors[1]


def test_what_has_left_the_window_is_forgotten():
    for bad in (np.inf, 1e16, 1.5e308):
        a = np.array([1.0, bad, bad, 2.0, 3.0, 4.0, 5.0])
        assert bn.move_sum(a, 2)[4:].tolist() == [5.0, 7.0, 9.0]
        assert bn.move_mean(a, 2)[4:].tolist() == [2.5, 3.5, 4.5]
    assert bn.move_std([1e9 + 1, 1e9 + 2, 1e9 + 3], 3)[2] == np.std([1.0, 2.0, 3.0])


def test_other_names_are_bottlenecks():
    assert bn.nansum is THEIRS.nansum
    with pytest.raises(AttributeError, match="move_sum"):
        _ = bn.nothing
    assert bn.move_sum(np.array([1, 2, 3], object), 2).tolist()[1:] == [3, 5]
