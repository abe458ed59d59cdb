"""The package itself: types, docstrings, the command, what importing it costs."""

import doctest
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import dask.array
import numpy as np
import pytest

import stridewise as sw
import stridewise.dask

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "python/stridewise"


def ran(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


@pytest.mark.parametrize("name", ["__init__", "_copy", "_explain", "_files", "_reduce", "_safetensors", "_windows", "bottleneck", "dask"])
def test_docstrings_show_what_happens(name, tmp_path):
    module = sys.modules["stridewise" if name == "__init__" else f"stridewise.{name}"]
    globs = {"np": np, "sw": sw, "bn": sw.bottleneck, "da": dask.array, "folder": tmp_path}
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, tried = doctest.testmod(module, extraglobs=globs, optionflags=flags)
    assert failed == 0
    assert tried > 0


def test_the_readme_shows_what_happens():
    blocks = re.findall(r"^```pycon\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "README.md", None, 0)
    assert len(examples.examples) >= 6
    assert doctest.DocTestRunner().run(examples).failed == 0


def test_types_hold(tmp_path):
    done = ran(sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path, SOURCE)
    assert done.returncode == 0, done.stdout


def test_stubs_are_what_is_there(tmp_path):
    config = tmp_path / "mypy.ini"
    config.write_text("[mypy]\nstrict = true\n")
    done = ran(
        sys.executable, "-m", "mypy.stubtest", "stridewise._core", "--mypy-config-file", config,
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_command_is_the_command():
    scripts = Path(sysconfig.get_path("scripts"))
    for command in ([scripts / "stridewise"], [sys.executable, "-m", "stridewise"]):
        done = ran(*command, "inspect", "zeros((2,3)).T", "--json")
        assert done.returncode == 0, done.stderr
        assert '"strides":[8,24]' in done.stdout
        assert ran(*command, "inspect", "zeros((2,3)).U").returncode == 2


def test_importing_brings_nothing_but_numpy():
    program = (
        "import sys, numpy; before = set(sys.modules); import stridewise; "
        "print(*sorted(name for name in set(sys.modules) - before))"
    )
    done = ran(sys.executable, "-c", program)
    more = {name for name in done.stdout.split() if name.partition(".")[0] != "stridewise"}
    assert not more - {"__future__"}


def test_all_that_is_exported_is_documented():
    for name in sw.__all__:
        assert getattr(sw, name).__doc__, name
