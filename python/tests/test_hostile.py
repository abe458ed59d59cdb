"""Hostile calls: whatever is passed, an exception or an array, and never a crash.

The calls are made in a process of their own, so that a crash is a failure and not the end.
"""

import os
import subprocess
import sys

PROGRAM = """
import random, sys
import numpy as np
import stridewise as sw

generator = random.Random(int(sys.argv[1]))
big = [0, 1, -1, 2, 3, 7, 8, 63, 64, 65, 2**31, 2**62, 2**63 - 1, -2**63, 2**63, 2**64, -2**80]


class Lying:
    def __init__(self, **interface):
        self.__array_interface__ = {"version": 3, "typestr": "<f8", **interface}


class Odd:
    base = property(lambda self: Odd())
    def __index__(self):
        return generator.choice(big)
    def __iter__(self):
        return iter([1, Odd()])
    def __len__(self):
        return -1


class Raising:
    def __getattr__(self, name):
        raise generator.choice([ValueError, KeyError, RuntimeError, AttributeError])(name)


def number():
    return generator.choice([generator.choice(big), generator.randint(-9, 9), 8, 16, -8])


def numbers():
    return tuple(number() for _ in range(generator.choice([0, 1, 1, 2, 2, 3, 5, 66])))


def array():
    dtype = generator.choice(["f8", "i1", "O", "S0", "U3", "M8[s]", "f4,i1", "i1,O", "V9", "c16"])
    shape = tuple(generator.randint(0, 4) for _ in range(generator.randint(0, 4)))
    a = np.zeros(shape, dtype)
    for _ in range(generator.randint(0, 3)):
        a = generator.choice([
            lambda: a.T, lambda: a[..., None], lambda: a[::-1] if a.ndim else a,
            lambda: a[1:] if a.ndim else a, lambda: np.broadcast_to(a, (2, *a.shape)),
            lambda: sw.sliding_window_view(a, (1,) * a.ndim),
        ])()
    return a


def thing():
    return generator.choice([
        array, array, array, array, number, numbers, Odd, Raising,
        lambda: Lying(shape=numbers(), data=(np.zeros(4).ctypes.data, False)),
        lambda: Lying(shape=(2,), strides=(8,), data=b"0123456789abcdef"),
        lambda: Lying(shape=(2,), data=None), lambda: None, lambda: "a", lambda: b"abc",
        lambda: 1.5, lambda: float("nan"), lambda: [[1], [2, 3]], lambda: np.float64(3),
        lambda: memoryview(bytearray(24))[::3], lambda: {}, lambda: object(), lambda: True,
    ])()


def arguments(count):
    return [thing() for _ in range(generator.randint(0, count))]


CALLS = [
    lambda: sw.as_strided(array(), numbers(), numbers(), offset=number()),
    lambda: sw.as_strided(array(), numbers(), numbers(), offset=generator.choice([-8, 0, 8])),
    lambda: sw.as_strided(thing(), thing(), thing(), thing(), thing(), offset=thing()),
    lambda: sw.as_strided(array(), bounds=thing()),
    lambda: sw.sliding_window_view(array(), numbers(), numbers(), step=number(), dilation=number()),
    lambda: sw.sliding_window_view(*arguments(3), step=thing(), writeable=thing()),
    lambda: sw.broadcast_to(array(), numbers()),
    lambda: sw.broadcast_to(*arguments(3)),
    lambda: sw.broadcast_arrays(*arguments(4)),
    lambda: sw.broadcast_shapes(*arguments(4)),
    lambda: sw.moveaxis(*arguments(3)),
    lambda: sw.rot90(*arguments(3)),
    lambda: sw.byte_bounds(*arguments(1)),
    lambda: sw.shares_memory(thing(), thing(), number()),
    lambda: sw.may_share_memory(thing(), thing(), thing()),
    lambda: sw.internal_overlap(thing()),
    lambda: sw.stride_order(thing()),
    lambda: sw.by_stride(thing()),
    lambda: sw.compare(thing(), thing()),
    lambda: sw.require(thing(), thing()),
    lambda: sw.inspect(thing()),
    lambda: sw.offset(thing(), thing()),
    lambda: sw.indices_at(array(), number(), generator.randint(-1, 9)),
    lambda: sw.blas(thing(), thing()),
    lambda: sw.explain_reshape(thing(), thing()),
    lambda: sw.trace(generator.choice(["a.T[::2].copy()", "a[0", "", "a" * 99, "a.reshape(3)"]), a=thing()),
]
CALLS += [lambda: sw.copy(thing()), lambda: sw.copyto(thing(), thing())] if hasattr(sw, "copy") else []

refused = 0
for _ in range(int(sys.argv[2])):
    try:
        answer = generator.choice(CALLS)()
        if isinstance(answer, np.ndarray) and max(answer.shape, default=0) < 10 and answer.size < 1000:
            answer.tolist(), repr(answer)
    except Exception:
        refused += 1
print(refused)
"""


def test_no_call_crashes():
    # `make soak` makes a hundred thousand of them.
    calls = 100_000 if "STRIDEWISE_CHAINS" in os.environ else 4_000
    command = [sys.executable, "-X", "faulthandler", "-W", "ignore", "-c", PROGRAM]
    command += [os.environ.get("STRIDEWISE_SEED", "1"), str(calls)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert 0.1 * calls < int(done.stdout) < 0.97 * calls
