"""The command `stridewise`: the same program as the one that cargo builds."""

import sys

from ._core import run_command


def main() -> int:
    """Runs the command line of this process and returns its exit code."""
    sys.stdout.flush()
    return run_command(["stridewise", *sys.argv[1:]])
