"""The tool uses stridewise where it can be imported, and does the same without it."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "scripts"))
tool = importlib.import_module("numpy-memory_tool")


def test_without_stridewise():
    """Every test of the skill, in a process in which stridewise cannot be imported."""
    program = "import sys; sys.modules['stridewise'] = None; import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "-q", "-p", "no:cacheprovider", FOLDER / "test_skill.py"]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout


def test_with_stridewise(monkeypatch):
    """The same windows either way, stride for stride."""
    stridewise = pytest.importorskip("stridewise")
    assert tool.stridewise is stridewise
    a = np.arange(9 * 22).reshape(9, 22)[::-1, ::2]
    cases = [(3, 0, 1, 1), (3, 1, 2, 1), (2, -1, 1, 3), (3, 1, 2, 2)]
    ways = []
    for module in (stridewise, None):
        monkeypatch.setattr(tool, "stridewise", module)
        ways.append([tool.windows(a, size, axis, step=step, dilation=dilation)
                     for size, axis, step, dilation in cases])
    for ours, numpys in zip(*ways):
        assert (ours.strides, ours.tolist()) == (numpys.strides, numpys.tolist())
        assert not ours.flags.writeable
