"""The kernels' own goals, reached from Python: long calls with `out=`, on one thread.

    python kernels.py [--rounds N] [--only TEXT]

All sides of a case take turns; a ratio is the median over the rounds of the ratios within a round.
Copies are fractions of the best streaming copy of as many bytes, which is our own of a contiguous
array, and reductions of the quickest read of as many, the better of NumPy's sum and ours of a
contiguous one. Windows are beside bottleneck, which has no `out`. The goals are those of the
kernels' own benchmarks.
"""

import argparse
import statistics
import time

import bottleneck
import numpy as np

import stridewise as sw
from turns import ratio, verdict

SIDE = 4000
GRID = np.random.default_rng(1).normal(size=(SIDE, SIDE))
COPIED = np.empty((SIDE, SIDE))
CUBE = GRID.reshape(160, 250, 400)
IMAGE = np.random.default_rng(2).integers(0, 255, (3, 3000, 4000), "u1")
MANY = np.random.default_rng(3).normal(size=(1_000_000, 4, 4))
LINE = np.random.default_rng(4).normal(size=10_000_000)
RESULTS, PLACES = np.empty(LINE.size), np.empty(LINE.size, "i8")
CELLS, CELL_PLACES = np.empty(GRID.shape), np.empty(GRID.shape, "i8")


def copies():
    """Name, ours, the floor, NumPy's, the goal as a fraction of the floor."""
    def case(name, source, goal):
        out, flat = np.zeros(source.shape, source.dtype), np.zeros(source.size, source.dtype)
        line = np.ones(source.size, source.dtype)
        return (name, lambda: sw.copyto(out, source, threads=1), lambda: sw.copyto(flat, line, threads=1), lambda: np.copyto(out, source), goal)

    yield case("copyto: f8 transposed", GRID.T, 0.75)
    yield case("copyto: f8, axes 2 0 1", CUBE.transpose(2, 0, 1), 0.75)
    yield case("copyto: f4 transposed", GRID.astype("f4").T, 0.65)
    yield case("copyto: u1 transposed", np.resize(IMAGE, (6000, 6000)).T, 0.45)
    yield case("copyto: u1, NCHW to NHWC", IMAGE.transpose(1, 2, 0), 0.50)
    yield case("copyto: 100 columns transposed", np.ones((160_000, 100)).T, 0.45)


def reductions():
    """Name, ours, the floor, NumPy's, the goal as a fraction of the floor or a ratio to NumPy."""
    def case(name, a, operation, axis, goal):
        ours, theirs = getattr(sw, operation), getattr(np, operation)
        out = theirs(a, axis=axis)
        line = np.ravel(a, "K")

        def floor():
            start = time.perf_counter()
            np.sum(line)
            between = time.perf_counter()
            sw.sum(line, threads=1)
            return min(between - start, time.perf_counter() - between)

        return (name, lambda: ours(a, axis=axis, out=out, threads=1), floor, lambda: theirs(a, axis=axis, out=out), goal)

    yield case("sum over axis 0", GRID, "sum", 0, 0.95)
    yield case("sum over axis 1", GRID, "sum", 1, 0.95)
    yield case("max over the middle of three", CUBE, "max", 1, 0.95)
    yield case("min over axis 0 of the transpose", GRID.T, "min", 0, 0.95)
    yield case("sum of (1000000, 4, 4) over the last axis", MANY, "sum", 2, "5 x NumPy")


def windows():
    """Name, ours, bottleneck's, the least ratio."""
    for size in (5, 100, 10_000):
        for name, goal in [("sum", 2), ("mean", 2), ("std", 1.5), ("min", 4), ("max", 4), ("argmin", 4), ("argmax", 4)]:
            ours = getattr(sw.windows(LINE, size), name)
            out = (PLACES if name.startswith("arg") else RESULTS)[: LINE.size - size + 1]
            theirs = getattr(bottleneck, f"move_{name}")
            yield f"{name} of {size}", lambda ours=ours, out=out: ours(out=out, threads=1), lambda theirs=theirs, size=size: theirs(LINE, size), goal
    line = LINE[:1_000_000]
    for size, goal in [(5, 3), (31, 3), (100, 3), (1000, 1)]:
        median, out = sw.windows(line, size).median, RESULTS[: line.size - size + 1]
        yield f"median of {size}", lambda median=median, out=out: median(out=out, threads=1), lambda size=size: bottleneck.move_median(line, size), goal
    for name in ("sum", "mean", "std", "min", "max", "argmax"):
        ours, theirs = getattr(sw.windows(GRID, 100, axis=0), name), getattr(bottleneck, f"move_{name}")
        out = (CELL_PLACES if name.startswith("arg") else CELLS)[: SIDE - 99]
        yield f"{name} of 100 along axis 0", lambda ours=ours, out=out: ours(out=out, threads=1), lambda theirs=theirs: theirs(GRID, 100, axis=0), 4


def turn(call):
    """Seconds of a call, or those that it says."""
    start = time.perf_counter()
    said = call()
    taken = time.perf_counter() - start
    return said if isinstance(said, float) else taken


def measured(rounds, *calls):
    """The times of calls that take turns, a list each; the first turn warms up."""
    times = [[turn(call) for call in calls] for _ in range(rounds + 1)][1:]
    return [list(column) for column in zip(*times)]


def milliseconds(times):
    return f"{1e3 * statistics.median(times):.1f} ms"


def beside_floor(cases, rounds, only):
    """A table of fractions of a floor."""
    print("| call | ours | floor | NumPy | of the floor | x NumPy | goal | |\n|---|---|---|---|---|---|---|---|")
    for name, *calls, goal in cases:
        if only not in name:
            continue
        ours, floor, theirs = measured(rounds, *calls)
        part, times = ratio(ours, floor), ratio(ours, theirs)
        met = times >= float(goal.split()[0]) if isinstance(goal, str) else part >= goal
        print(f"| {name} | {milliseconds(ours)} | {milliseconds(floor)} | {milliseconds(theirs)} | {part:.2f} | {times:.1f} | {goal} | {verdict(met)} |", flush=True)


def beside_bottleneck(cases, rounds, only):
    """A table of ratios."""
    print("| windows | ours | bottleneck | ratio | goal | |\n|---|---|---|---|---|---|")
    for name, ours, theirs, goal in cases:
        if only not in name:
            continue
        a, b = measured(rounds, ours, theirs)
        reached = ratio(a, b)
        print(f"| {name} | {milliseconds(a)} | {milliseconds(b)} | {reached:.1f} | {goal} | {verdict(reached >= goal)} |", flush=True)


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--only", default="")
    asked = asked.parse_args()
    print("\n## Copies and reductions with `out=`, one thread\n")
    beside_floor([*copies(), *reductions()], asked.rounds, asked.only)
    print("\n## Windows with `out=`, one thread\n")
    beside_bottleneck(windows(), asked.rounds, asked.only)


if __name__ == "__main__":
    main()
