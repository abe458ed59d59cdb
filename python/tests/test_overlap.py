"""Overlap and internal overlap: NumPy's answers on large random layouts, and its unit of work.

NumPy solves with a bounded search; where it gives up at its limit, only the exact answer here
remains, and the Rust tests check that one byte by byte.
"""

import os
import random

import numpy as np
from numpy._core._multiarray_tests import internal_overlap
from numpy.exceptions import TooHardError

from stridewise_answers import answers

COUNT = int(os.environ.get("STRIDEWISE_CHAINS", 3000)) * 2
SEED = int(os.environ.get("STRIDEWISE_SEED", 0))
FAR = 1 << 44  # where the layouts pretend to lie; nothing is ever read there


class Placed:
    """An object whose memory NumPy believes in and never looks at."""

    def __init__(self, shape, strides, offset, itemsize):
        self.layout = (shape, strides, offset, itemsize)
        self.__array_interface__ = {
            "version": 3,
            "typestr": f"|V{itemsize}",
            "shape": tuple(shape),
            "strides": tuple(strides),
            "data": (FAR + offset, False),
        }

    def words(self):
        """The layout as the answering program reads it."""
        shape, strides, offset, itemsize = self.layout
        return [",".join(map(str, shape)), ",".join(map(str, strides)), str(offset), str(itemsize)]


def random_layout(rng, most_axes=5):
    rank = rng.randint(1, most_axes)
    top = rng.choice([5, 50, 500, 5000])
    shape = [rng.choice([1, 2, 3, rng.randint(0, 9), rng.randint(2, 40), rng.randint(2, 900)])
             for _ in range(rank)]
    strides = [rng.choice([0, 1, 8, rng.randint(-top, top), rng.randint(-top, top), 8 * rng.randint(0, top)])
               for _ in range(rank)]
    return shape, strides, rng.randint(-top, top), rng.choice([1, 1, 2, 4, 8, 8, 16])


def numpys(function):
    try:
        return "yes" if function() else "no"
    except (TooHardError, ValueError):  # internal_overlap has no error of its own
        return "too hard"


WORK = [0, 1, 2, 5, 20, 100, 1000, 100_000]


def check(kind, cases, ask_numpy):
    questions = [[kind, str(work), *words] for work, words, _ in cases]
    seen, wrong, solved = {}, [], 0
    for (work, words, arrays), answer in zip(cases, answers(questions)):
        want = ask_numpy(*arrays, work)
        got = answer["limited"]
        seen[want] = seen.get(want, 0) + 1
        if want != "too hard" and answer["exact"] != want:
            wrong.append(f"{words}: exact {answer['exact']}, NumPy {want}")
        if got != want:
            # A quicker way to the same end is no mismatch; another end, or giving up earlier, is.
            if want == "too hard" and got == answer["exact"]:
                solved += 1
            else:
                wrong.append(f"{words} with max_work={work}: {got}, NumPy {want}")
    print(f"\n{kind}: {seen}, {solved} settled within a limit that is too small for NumPy")
    assert not wrong, f"{len(wrong)} of {len(cases)}\n" + "\n".join(wrong[:40])
    assert all(seen.get(answer, 0) > COUNT // 50 for answer in ["yes", "no", "too hard"])


def test_two_layouts():
    rng = random.Random(SEED)
    cases = []
    for _ in range(COUNT):
        one, other = Placed(*random_layout(rng, 3)), Placed(*random_layout(rng, 3))
        cases.append((rng.choice(WORK), one.words() + other.words(), (np.asarray(one), np.asarray(other))))
    check("overlap", cases, lambda a, b, work: numpys(lambda: np.shares_memory(a, b, max_work=work)))


def test_one_layout_with_itself():
    rng = random.Random(SEED + 1)
    cases = []
    for _ in range(COUNT):
        placed = Placed(*random_layout(rng))
        cases.append((rng.choice(WORK[1:]), placed.words(), (np.asarray(placed),)))
    check("self_overlap", cases, lambda a, work: numpys(lambda: internal_overlap(a, work)))
