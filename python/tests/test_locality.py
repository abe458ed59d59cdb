"""sw.locality: the command's document about live arrays."""

import json
import subprocess
import sys

import numpy as np
import pytest

import stridewise as sw


def test_it_is_the_commands_document():
    pattern, shape = "out[j] += a[i,j] * b[j,i]", (30, 40)
    report = sw.locality(pattern, a=np.zeros(shape), b=np.zeros(shape[::-1]), machine="amd-desktop")
    command = [sys.executable, "-m", "stridewise", "locality", "--json", "--machine", "amd-desktop",
               "--let", "a=zeros((30,40))", "--let", "b=zeros((40,30))", pattern]  # fmt: skip
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    ours = report.to_dict()
    assert ours["orders"] == said["orders"] and ours["pattern"] == said["pattern"]
    assert report.best == tuple(said["orders"][0]["order"])
    assert "<script" not in report._repr_html_() and "<svg" in report._repr_html_()


def test_orders_blocks_caches_and_traces():
    a = np.zeros((64, 64))
    column = sw.locality("s[i] += a[i,j]", a=a, order="j,i", cache=["1K:2:64", "8K:4:64"])
    assert [level.name for level in column.orders[0].levels] == ["L1d", "L2"]
    assert sw.locality("s[i] += a[i,j]", a=a, block="i=8", machine="wasm").orders
    assert len(sw.locality("s[i] += a[i,j]", a=a, trace=10).trace.accesses) == 10
    turned = sw.locality("s[i] += a[i,j]", a=a.T, machine="wasm")
    assert turned.best != sw.locality("s[i] += a[i,j]", a=a, machine="wasm").best


def test_refusals():
    a = np.zeros((4, 5))
    for pattern, options in [
        ("s[i] += a[i,j,k]", {}), ("s[i] += b[i]", {}), ("s[i] += a[i*i,j]", {}), ("s[i] +", {}),
        ("s[i] += a[i,j]", {"order": "q"}), ("s[i] += a[i,j]", {"machine": "abacus"}), ("s[i] += a[i,j]", {"cache": ["0"]}),
        ("s[i] += a[i,j]", {"block": "z=3"}),
    ]:  # fmt: skip
        with pytest.raises(sw.LayoutError):
            sw.locality(pattern, a=a, **options)
