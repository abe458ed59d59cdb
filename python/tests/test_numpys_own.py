"""NumPy's own tests of the functions that ours stand in for; see numpys_own.py."""

import os
import re
import subprocess
import sys
from pathlib import Path

from numpys_own import EXEMPT, OURS

MODULES = [
    "numpy.lib.tests.test_stride_tricks",
    "numpy._core.tests.test_mem_overlap",
    "numpy.lib.tests.test_array_utils",
]


def words(label, text):
    """The words of the line that begins with a label."""
    return set(re.search(rf"^{label}: (.*)$", text, re.MULTILINE)[1].split())


def test_numpys_own_tests_pass_with_our_functions(tmp_path):
    # In a process of its own, because names inside NumPy's test modules are replaced.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "numpys_own", "-p", "no:cacheprovider"]
    folder = str(Path(__file__).parent)
    # The slow ones are random trials of may_share_memory and of ufuncs: `make soak` runs them too.
    all_of_them = "STRIDEWISE_CHAINS" in os.environ
    command += [] if all_of_them else ["-m", "not slow"]
    path = os.pathsep.join([folder, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    done = subprocess.run(
        [*command, "--pyargs", *MODULES],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(done.stdout[-4000:])
    assert done.returncode == 0
    called = words("called", done.stdout)
    assert called == {*OURS, "internal_overlap"} - {"moveaxis", "rot90"}
    met = words("exempt", done.stdout)
    assert met == set(EXEMPT) if all_of_them else met < set(EXEMPT)
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= (55 if all_of_them else 40)
