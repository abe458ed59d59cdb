"""The recorded layouts that the Rust tests trust are what the NumPy at hand computes too."""

import json
from pathlib import Path

import numpy as np
from numpy.lib.array_utils import byte_bounds

RECORDED = Path(__file__).parents[2] / "crates/stridewise/tests/data/numpy_layouts.jsonl"


def test_flags_and_bounds_of_every_recorded_layout():
    lines = RECORDED.read_text().splitlines()
    assert len(lines) == 1509
    for line in lines:
        want = json.loads(line)
        if want["high"] - want["low"] > 1 << 30:
            continue  # no memory to lay it over
        buffer = np.empty(max(want["high"] - want["low"], 1), np.uint8)
        array = np.ndarray(
            want["shape"], f"V{want['itemsize']}", buffer, -want["low"], want["strides"]
        )
        assert array.flags.c_contiguous == want["c_contiguous"], line
        assert array.flags.f_contiguous == want["f_contiguous"], line
        first = array.__array_interface__["data"][0]
        low, high = byte_bounds(array)
        assert (low - first, high - first) == (want["low"], want["high"]), line
