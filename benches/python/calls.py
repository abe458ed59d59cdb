"""Calls from Python beside NumPy's and bottleneck's: what a call costs, and whether it reaches its goal.

    python calls.py [--rounds N] [--only TEXT]

Both sides of a case take turns, each turn some milliseconds long and timed by the thread's own
processor time; a ratio is the median over the rounds of the ratios within a round. A case is one
line of `CASES`: its name, ours, theirs, and the goal, a least ratio or a most in nanoseconds.
"""

import argparse
import statistics
import subprocess
import sys
import time

import bottleneck
import numpy as np
from numpy.lib import array_utils, stride_tricks

import stridewise as sw
import stridewise.bottleneck as bn
from turns import ratio, verdict

A = np.zeros((2, 3, 4, 5))
LINE = np.arange(10_000.0)
PART = LINE[5:]
GRID = np.zeros((1000, 1000))
EVEN, ODD, BLOCK = GRID[:, ::2], GRID[:, 1::2], GRID[:500, 300:600]
SMALL = np.arange(16.0)
SOME = np.random.default_rng(1).normal(size=16)
X = np.zeros(192_163_377, "i1")  # as numpy.shares_memory documents its hard case; no page is touched
HARD = [
    stride_tricks.as_strided(X, strides=(36674, 61119, 85569), shape=(1049, 1049, 1049)),
    stride_tricks.as_strided(X[64_023_025:], strides=(12223, 12224, 1), shape=(1049, 1049, 1)),
]
MICROSECOND = 1000

# Against NumPy: name, ours, theirs, least ratio.
BESIDE_NUMPY = [
    ("as_strided(line, (100, 3), (8, 8))", lambda: sw.as_strided(LINE, (100, 3), (8, 8)), lambda: stride_tricks.as_strided(LINE, (100, 3), (8, 8)), 8),
    ("as_strided(rank 4, (4, 3), (24, 8))", lambda: sw.as_strided(A, (4, 3), (24, 8)), lambda: stride_tricks.as_strided(A, (4, 3), (24, 8)), 8),
    ("as_strided(line[5:], (100,), (16,), writeable=False)", lambda: sw.as_strided(PART, (100,), (16,), writeable=False), lambda: stride_tricks.as_strided(PART, (100,), (16,), writeable=False), 8),
    ("sliding_window_view(line, 3)", lambda: sw.sliding_window_view(LINE, 3), lambda: stride_tricks.sliding_window_view(LINE, 3), 20),
    ("sliding_window_view(rank 4, (2, 2), (2, 3))", lambda: sw.sliding_window_view(A, (2, 2), (2, 3)), lambda: stride_tricks.sliding_window_view(A, (2, 2), (2, 3)), 20),
    ("broadcast_to(line, (3, 10000))", lambda: sw.broadcast_to(LINE, (3, 10_000)), lambda: np.broadcast_to(LINE, (3, 10_000)), 5),
    ("broadcast_to(rank 4, (7, 2, 3, 4, 5))", lambda: sw.broadcast_to(A, (7, 2, 3, 4, 5)), lambda: np.broadcast_to(A, (7, 2, 3, 4, 5)), 5),
    ("byte_bounds(rank 4)", lambda: sw.byte_bounds(A), lambda: array_utils.byte_bounds(A), 5),
    ("byte_bounds(grid[:, ::2])", lambda: sw.byte_bounds(EVEN), lambda: array_utils.byte_bounds(EVEN), 5),
    ("shares_memory of columns apart", lambda: sw.shares_memory(EVEN, ODD), lambda: np.shares_memory(EVEN, ODD), 1),
    ("shares_memory of columns that meet", lambda: sw.shares_memory(EVEN, BLOCK), lambda: np.shares_memory(EVEN, BLOCK), 1),
    ("shares_memory of an array and its transpose", lambda: sw.shares_memory(GRID, GRID.T), lambda: np.shares_memory(GRID, GRID.T), 1),
    ("shares_memory of two arrays", lambda: sw.shares_memory(GRID, LINE), lambda: np.shares_memory(GRID, LINE), 1),
    ("shares_memory of two halves of a line", lambda: sw.shares_memory(LINE[::2], LINE[1::2]), lambda: np.shares_memory(LINE[::2], LINE[1::2]), 1),
    ("may_share_memory of columns apart", lambda: sw.may_share_memory(EVEN, ODD), lambda: np.may_share_memory(EVEN, ODD), 1),
]  # fmt: skip
# Every view function: name, ours, theirs where there is one; under a microsecond.
VIEWS = [
    *[(name, ours, theirs) for name, ours, theirs, _ in BESIDE_NUMPY if "memory" not in name],
    ("broadcast_arrays(line, rank 0)", lambda: sw.broadcast_arrays(LINE, 1.0), lambda: np.broadcast_arrays(LINE, 1.0)),
    ("broadcast_arrays of two", lambda: sw.broadcast_arrays(A, A[0]), lambda: np.broadcast_arrays(A, A[0])),
    ("broadcast_shapes((2, 3, 4, 5), (1, 5))", lambda: sw.broadcast_shapes((2, 3, 4, 5), (1, 5)), lambda: np.broadcast_shapes((2, 3, 4, 5), (1, 5))),
    ("moveaxis(rank 4, 0, -1)", lambda: sw.moveaxis(A, 0, -1), lambda: np.moveaxis(A, 0, -1)),
    ("rot90(rank 4)", lambda: sw.rot90(A), lambda: np.rot90(A)),
    ("by_stride(rank 4)", lambda: sw.by_stride(A), None),
    ("stride_order(rank 4)", lambda: sw.stride_order(A), None),
    ("internal_overlap(grid[:, ::2])", lambda: sw.internal_overlap(EVEN), None),
    ("windows(line, 3).view", lambda: sw.windows(LINE, 3).view, None),
]  # fmt: skip
MOVED = [(name, getattr(bn, name), getattr(bottleneck, name)) for name in bn.__all__]


def turn(call, repeats):
    """Nanoseconds of a call."""
    start = time.thread_time_ns()
    for _ in range(repeats):
        call()
    return (time.thread_time_ns() - start) / repeats


def measured(rounds, *calls):
    """The times of calls that take turns, a list each."""
    repeats = []
    for call in calls:
        call()
        once = max(turn(call, 20), 20.0)
        repeats.append(max(1, int(3e6 / once)))
    times = [[] for _ in calls]
    for _ in range(rounds):
        for number, call in enumerate(calls):
            times[number].append(turn(call, repeats[number]))
    return times


def beside(rows, rounds, only):
    """A table of ratios with their goals."""
    print("| call | ours | NumPy | ratio | goal | |\n|---|---|---|---|---|---|")
    for name, ours, theirs, goal in rows:
        if only not in name:
            continue
        a, b = measured(rounds, ours, theirs)
        reached = ratio(a, b)
        print(f"| `{name}` | {statistics.median(a):.0f} ns | {statistics.median(b):.0f} ns | {reached:.1f} | {goal} | {verdict(reached >= goal)} |", flush=True)


def below(rows, rounds, only):
    """A table of times with the one goal."""
    print("| call | ours | NumPy | goal | |\n|---|---|---|---|---|")
    for name, ours, theirs in rows:
        if only not in name:
            continue
        a, *b = measured(rounds, ours, *([theirs] if theirs else []))
        mine = statistics.median(a)
        other = f"{statistics.median(b[0]):.0f} ns" if b else "has none"
        print(f"| `{name}` | {mine:.0f} ns | {other} | < {MICROSECOND} ns | {verdict(mine < MICROSECOND)} |", flush=True)


def moved(rounds, only):
    """Small moving windows beside bottleneck."""
    print("| call on 16 elements, window 4 | ours | bottleneck | times as long | goal | |\n|---|---|---|---|---|---|")
    for name, ours, theirs in MOVED:
        if only not in name:
            continue
        a, b = measured(rounds, lambda: ours(SOME, 4), lambda: theirs(SOME, 4))
        reached = 1 / ratio(a, b)
        print(f"| `{name}` | {statistics.median(a):.0f} ns | {statistics.median(b):.0f} ns | {reached:.2f} | at most 2 | {verdict(reached <= 2)} |", flush=True)


def hard():
    """The case that numpy.shares_memory documents as hard; NumPy takes seconds."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        sw.shares_memory(*HARD)
        times.append(1e3 * (time.perf_counter() - start))
    reached = statistics.median(times)
    print(f"The documented hard case of `shares_memory`: {reached:.1f} ms, goal under 10 ms: {verdict(reached < 10)}.")


def importing(rounds):
    """What `import stridewise` costs beyond `import numpy`, each in a fresh interpreter, in turns."""
    def seconds(program):
        code = f"import time; t = time.process_time(); {program}; print(time.process_time() - t)"
        return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)

    more = [1e3 * (seconds("import numpy, stridewise") - seconds("import numpy")) for _ in range(rounds)]
    reached = statistics.median(more)
    print(f"`import stridewise` after `import numpy`: {reached:.1f} ms more, goal under 30 ms: {verdict(reached < 30)}.")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    print(f"Python {sys.version.split()[0]}, NumPy {np.__version__}, bottleneck {bottleneck.__version__}, {given.rounds} rounds in turns.\n")
    print("## Beside NumPy\n")
    beside(BESIDE_NUMPY, given.rounds, given.only)
    print("\n## Every view function under a microsecond\n")
    below(VIEWS, given.rounds, given.only)
    print("\n## Small moving windows\n")
    moved(given.rounds, given.only)
    if not given.only:
        print("\n## Others\n")
        hard()
        importing(given.rounds)


main()
