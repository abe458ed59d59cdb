"""The skill on its own: its commands and snippets print what they say, and its offsets are NumPy's.

Only NumPy and pytest are needed, and Node for the commands that call it.
"""

import doctest
import importlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(FOLDER / "scripts"))
tool = importlib.import_module("numpy-memory_tool")

DOCUMENT = (FOLDER / "SKILL.md").read_text()
CASES = json.loads((FOLDER / "cases/offsets.json").read_text())


def blocks(language):
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)


def commands():
    """Each command of the document with the output that it shows."""
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def run(command):
    """Runs a command line of the document in the skill's folder."""
    words = shlex.split(command)
    words[0] = {"python": sys.executable}.get(words[0], words[0])
    return subprocess.run(words, cwd=FOLDER, capture_output=True, text=True)


@pytest.mark.parametrize("command, output", list(commands()), ids=lambda text: text[:60])
def test_command(command, output):
    ended = run(command)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, output, "")


def test_the_document_shows_every_command():
    shown = [command for command, _ in commands()]
    for name in ("analyse", "transpose", "windows", "offset"):
        assert any(f"numpy-memory_tool.py {name}" in command for command in shown)
    assert any("numpy-memory_tool.js" in command for command in shown)


def test_snippets(monkeypatch):
    monkeypatch.chdir(FOLDER)
    snippets = "\n".join(blocks("pycon"))
    parsed = doctest.DocTestParser().get_doctest(snippets, {}, "SKILL.md", None, 0)
    assert len(parsed.examples) >= 15
    assert doctest.DocTestRunner().run(parsed).failed == 0


def test_docstrings():
    outcome = doctest.testmod(tool)
    assert (outcome.failed, outcome.attempted >= 9) == (0, True)


def test_front_matter():
    head = re.match(r"---\n(.*?)\n---\n", DOCUMENT, re.DOTALL)[1]
    assert {"name", "description", "triggers"} <= set(re.findall(r"^(\w+):", head, re.MULTILINE))


def strides_of(case):
    return tuple(
        case.get("strides")
        or tool.strides_in_order(case["shape"], case["itemsize"], case.get("order", "C"))
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_offset(case):
    place = (case["shape"], strides_of(case), case["index"], case.get("base", 0))
    if "error" in case:
        with pytest.raises((ValueError, IndexError), match=re.escape(case["error"])):
            tool.offset(*place)
    else:
        assert tool.offset(*place) == (case["byte"], case["terms"])


@pytest.mark.parametrize("case", [c for c in CASES if "byte" in c], ids=lambda case: case["name"])
def test_offset_is_numpys(case):
    item = np.dtype(f"V{case['itemsize']}")
    buffer = np.zeros(1000, np.uint8)
    array = np.ndarray(case["shape"], item, buffer, case.get("base", 0), strides_of(case))
    element = array[(*case["index"], ...)]
    address = element.__array_interface__["data"][0] - buffer.__array_interface__["data"][0]
    assert address == case["byte"]


@pytest.mark.parametrize("shape", [(), (0,), (1,), (4, 5), (3, 0, 2), (2, 1, 3)])
@pytest.mark.parametrize("order", "CF")
def test_strides_in_order_are_numpys(shape, order):
    assert tool.strides_in_order(shape, 8, order) == np.empty(shape, order=order).strides


def windows_by_hand(a, size, axis, step, dilation):
    """Every window, picked element by element."""
    lanes = np.moveaxis(a, axis, -1)
    reach = (size - 1) * dilation + 1
    starts = range(0, lanes.shape[-1] - reach + 1, step)
    picked = [[lanes[..., start + k * dilation] for k in range(size)] for start in starts]
    return np.moveaxis(np.array(picked), (0, 1), (axis % a.ndim, -1))


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("size, step, dilation", [(1, 1, 1), (3, 1, 1), (3, 2, 1), (2, 1, 3), (3, 2, 2)])
@pytest.mark.parametrize("pick", [np.s_[:, :], np.s_[::-1, ::2]])
def test_windows(axis, size, step, dilation, pick):
    a = np.arange(9 * 22).reshape(9, 22)[pick]
    view = tool.windows(a, size, axis, step=step, dilation=dilation)
    np.testing.assert_array_equal(view, windows_by_hand(a, size, axis, step, dilation))
    assert np.shares_memory(a, view) and not view.flags.writeable


@pytest.mark.parametrize(
    "given, message",
    [
        ({"size": 0}, "size: wanted 1 or more, got 0"),
        ({"size": 2, "step": 0}, "step: wanted 1 or more, got 0"),
        ({"size": 2, "dilation": -1}, "dilation: wanted 1 or more, got -1"),
        ({"size": 2, "axis": 2}, "axis 2 is out of bounds"),
        ({"size": 6}, "axis 1: a window reaches over 6 elements, got an axis of 5"),
    ],
)
def test_bad_windows(given, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        tool.windows(np.zeros((4, 5)), **given)


@pytest.mark.parametrize(
    "command, message",
    [
        ("analyse", "wanted a .npy file or --shape"),
        ("analyse missing.npy", "No such file"),
        ("analyse --shape 4,-5", "wanted extents of 0 or more"),
        ("analyse --shape 4 --dtype nonsense", "nonsense"),
        ("analyse --shape 9000000000,9000000000", "64 bits"),
        ("analyse --shape 4,x", "wanted whole numbers"),
        ("windows --shape 4 --size 5", "reaches over 5"),
        ("offset --shape 4 --index 4", "out of bounds for axis 0"),
    ],
)
def test_bad_commands_exit_2_and_print_nothing(command, message):
    ended = run(f"python scripts/numpy-memory_tool.py {command}")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert message in ended.stderr and "Traceback" not in ended.stderr


def test_a_pickled_file_is_not_unpickled(tmp_path):
    path = tmp_path / "objects.npy"
    np.save(path, np.array([{}], dtype=object), allow_pickle=True)
    assert run(f"python scripts/numpy-memory_tool.py analyse {path}").returncode == 2


def test_the_tool_stands_alone(tmp_path):
    """Copied anywhere, with nothing of this repository in reach."""
    copy = tmp_path / "numpy-memory_tool.py"
    copy.write_bytes((FOLDER / "scripts/numpy-memory_tool.py").read_bytes())
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    ended = subprocess.run(
        [sys.executable, copy, "analyse", "--shape", "4,5", "--json"],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )
    assert json.loads(ended.stdout)["strides"] == [40, 8]
