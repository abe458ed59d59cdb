"""Hostile calls, objects that lie about their memory, and threads that write meanwhile: never a crash.

What may crash runs in a process of its own, so that a crash is a failure and not the end.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import stridewise as sw
import stridewise.bottleneck as bn


def ran(*arguments):
    command = [sys.executable, "-X", "faulthandler", "-W", "ignore", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_no_call_crashes():
    # `make soak` makes a hundred thousand of them.
    calls = 100_000 if "STRIDEWISE_CHAINS" in os.environ else 2_000
    said = ran(Path(__file__).with_name("hostile_calls.py"), str(calls), os.environ.get("STRIDEWISE_SEED", "1"))
    told = json.loads(said.splitlines()[-1])
    print(told)
    assert told["made"] >= calls
    assert 0.2 < told["refused"] / told["made"] < 0.9
    # Every public function was called, and answered now and then.
    public = {name for name in sw.__all__ if callable(getattr(sw, name)) and not isinstance(getattr(sw, name), type)}
    assert public <= set(told["functions"])
    assert not calls > 50_000 or not told["always"]


class Lying:
    """Tells NumPy of memory that is not there."""

    def __init__(self, shape, data, **more):
        self.__array_interface__ = {"version": 3, "typestr": "<f8", "shape": shape, "data": data, **more}


LIES = {
    "more elements than bytes": lambda: Lying((200,), b"0123456789abcdef"),
    "strides that leave the bytes": lambda: Lying((2,), b"0123456789abcdef", strides=(800,)),
    "an address without memory": lambda: Lying((2,), (8, False)),
    "more than there is": lambda: Lying((2**40,), (np.zeros(4).ctypes.data, False)),
    "a view of a lie": lambda: np.asarray(Lying((200,), bytearray(16)))[::2],
    "another view of a lie": lambda: np.asarray(Lying((2,), (8, False))).reshape(1, 2).T,
}  # fmt: skip
QUESTIONS = {
    "sum": sw.sum, "argmax": sw.argmax, "copy": sw.copy, "ascontiguousarray": sw.ascontiguousarray,
    "copyto": lambda a: sw.copyto(np.zeros(a.shape if isinstance(a, np.ndarray) else 2), a), "require": lambda a: sw.require(a, "F", copy=True),
    "windows": lambda a: sw.windows(a, 1).max(), "apply": lambda a: sw.windows(a, 1).apply(lambda w: w[:, 0]),
    "move_sum": lambda a: bn.move_sum(a, 1), "as_strided": lambda a: sw.as_strided(a), "broadcast_to": lambda a: sw.broadcast_to(a, (3, 2)),
    "sliding_window_view": lambda a: sw.sliding_window_view(a, 1), "moveaxis": lambda a: sw.moveaxis(a, 0, 0),
    "shares_memory": lambda a: sw.shares_memory(a, a), "inspect": sw.inspect, "compare": lambda a: sw.compare(a, a),
    "sum of a dtype": lambda a: sw.sum(a, dtype="f4"), "where": lambda a: sw.sum(np.zeros(2), where=a), "mask": lambda a: sw.copyto(np.zeros(2), 1, where=a),
    "trace": lambda a: sw.trace(np.sort, a), "trace by name": lambda a: sw.trace(lambda b: b, b=a),
    "weights": lambda a: sw.windows(np.zeros(9), 2).dot(a),
    "safetensors": lambda a: sw.save_safetensors({"a": a}, "never"),
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("lie", LIES)
def test_lies_that_can_be_found_out_are_refused(lie, question):
    with pytest.raises(sw.LayoutError, match="the array says that it reaches over .* bytes, and there is"):
        QUESTIONS[question](LIES[lie]())


def test_what_is_true_is_believed(tmp_path):
    mapped = np.memmap(tmp_path / "a", "f8", "w+", shape=(6,))
    buffer = bytearray(48)
    views = [mapped, mapped[::-2], np.frombuffer(buffer), np.frombuffer(memoryview(buffer)[8:40])[1:], np.asarray(memoryview(buffer)[::-1])]
    views += [np.asarray(Lying((6,), buffer)), np.asarray(Lying((2,), buffer, strides=(-8,), offset=40)), np.from_dlpack(np.zeros(6))]
    views += [np.lib.stride_tricks.as_strided(np.zeros(6), (3,), (16,)), np.asarray(Lying((0,), (8, False)))]
    for a in views:
        assert sw.sum(a) == 0 and sw.copy(a).tolist() == a.tolist()


SCRIBBLING = """
import threading
import numpy as np, stridewise as sw

a = np.random.default_rng(1).normal(size=(60, 7000))
stop = False
def scribble():
    generator = np.random.default_rng(2)
    while not stop:
        a[generator.integers(60)] = generator.choice([np.nan, np.inf, 0.0, 1e300, 1.0], 7000)
writers = [threading.Thread(target=scribble) for _ in range(2)]
for writer in writers: writer.start()
for _ in range(2):
    for axis in (0, 1):
        for name in ("sum", "std", "max", "argmin", "median", "rank", "count"):
            for nan in ("propagate", "skip"):
                getattr(sw.windows(a, 31, axis, nan=nan), name)(threads=2)
        for name in ("sum", "var", "argmax", "max", "any"):
            getattr(sw, name)(a, axis, threads=2)
    sw.copy(a.T, "C", threads=2)
stop = True
for writer in writers: writer.join()
print("done")
"""


def test_threads_that_write_meanwhile_crash_nothing():
    assert ran("-c", SCRIBBLING) == "done\n"
