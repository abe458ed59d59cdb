"""Runs every check and test of the repository; the last line sums them.

A part that fails, dies, or runs no test makes the whole run red. All parts run, so that one
run shows everything that is wrong.
"""

import os
import platform
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV_PYTHON = ROOT / "target/venv/bin/python"
CARGO_RESULT = re.compile(
    r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored; "
)
NODE_RESULT = re.compile(r"^# (pass|fail|cancelled|skipped|todo) (\d+)$")


def run(command, env=None, read=lambda line: None):
    """Runs a command, showing its output line by line to the reader of the log and to `read`."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    for line in process.stdout:
        print(line, end="", flush=True)
        read(line)
    return process.wait()


def check(command, env=None):
    """A part that says yes or no; only a no is counted."""

    def part():
        return Counter(failed=int(run(command, env) != 0))

    return part


def cargo_tests(command):
    """A part that runs test binaries and doctests, and reads their closing lines."""

    def part():
        total = Counter()

        def read(line):
            if found := CARGO_RESULT.match(line):
                for name, count in zip(("passed", "failed", "skipped"), found.groups()):
                    total[name] += int(count)

        status = run(command, read=read)
        return blame(total, status)

    return part


def pytest(folder):
    """A part that runs pytest and reads the report that it leaves."""

    def part():
        total = Counter()
        with tempfile.TemporaryDirectory() as temporary:
            report = Path(temporary) / "report.xml"
            status = run([VENV_PYTHON, "-m", "pytest", folder, "-q", f"--junitxml={report}"])
            if report.exists():
                for suite in xml.etree.ElementTree.parse(report).getroot().iter("testsuite"):
                    tests, skipped = int(suite.get("tests")), int(suite.get("skipped"))
                    failed = int(suite.get("failures")) + int(suite.get("errors"))
                    total.update(passed=tests - failed - skipped, failed=failed, skipped=skipped)
        return blame(total, status)

    return part


def node_tests(folder):
    """A part that runs Node's own test runner and reads its closing lines."""

    def part():
        total = Counter()

        def read(line):
            if found := NODE_RESULT.match(line):
                kind = {"pass": "passed", "skipped": "skipped", "todo": "skipped"}
                total[kind.get(found[1], "failed")] += int(found[2])

        status = run(["node", "--test", "--test-reporter=tap", folder], read=read)
        return blame(total, status)

    return part


def blame(total, status):
    """A part that ended badly without naming a failed test, or ran no test, failed itself."""
    if total["failed"] == 0 and (status != 0 or total["passed"] == 0):
        print(f"test: this part exited {status} having passed {total['passed']} tests")
        total["failed"] += 1
    return total


def sanitized():
    """The kernels and views of the core under AddressSanitizer, which stable Rust has for tests only."""
    if not HAS_SANITIZER:
        return lambda: Counter(skipped=1)
    return cargo_tests(
        ["env", "RUSTC_BOOTSTRAP=1", "RUSTFLAGS=-Zsanitizer=address", *CARGO, "test", "--package", "stridewise",
         "--lib", "--bins", "--tests", "--target", SANITIZER_HOST, "--target-dir", "target/sanitized"]
    )


CARGO = ["cargo", "--color=never"]
SANITIZER_HOST = "x86_64-unknown-linux-gnu"
HAS_SANITIZER = sys.platform == "linux" and platform.machine() == "x86_64"
SANITIZED = "AddressSanitizer" if HAS_SANITIZER else "AddressSanitizer, skipped: only on x86-64 Linux"
PARTS = {
    "format": check([*CARGO, "fmt", "--all", "--check"]),
    "lint": check(
        [*CARGO, "clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]
    ),
    "documentation": check(
        [*CARGO, "doc", "--workspace", "--no-deps"], env={"RUSTDOCFLAGS": "-D warnings"}
    ),
    "cargo test": cargo_tests([*CARGO, "test", "--workspace", "--no-fail-fast"]),
    SANITIZED: sanitized(),
    "pytest": pytest("python/tests"),
    "pytest of the skill": pytest("skills/numpy-memory/tests"),
    "node of the skill": node_tests("skills/numpy-memory/tests"),
}


def main():
    """Runs the parts named on the command line, or all."""
    names = sys.argv[1:] or list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        sys.exit(f"test: no such part: {unknown}; there are {list(PARTS)}")
    total = Counter()
    summary = []
    if run(["bash", ".ci/prepare.sh"]) != 0:
        total["failed"] += 1
        summary.append("prepare: failed")
    for name in names:
        print(f"\n== {name}", flush=True)
        start = time.monotonic()
        counts = PARTS[name]()
        total.update(counts)
        verdict = "failed" if counts["failed"] else "ok"
        summary.append(f"{name}: {verdict}, {time.monotonic() - start:.0f} s")
    print("\n" + "\n".join(summary))
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    sys.exit(1 if total["failed"] else 0)


main()
