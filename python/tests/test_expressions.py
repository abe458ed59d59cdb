"""Random chains of expressions: the same shapes, strides, offsets, flags, views and errors as NumPy.

STRIDEWISE_CHAINS says how many (3,000 unless told), STRIDEWISE_SEED where the seeds begin.
"""

import os
from collections import Counter

import numpy as np

from compare_chains import Chain, compare
from stridewise_answers import answers

CHAINS = int(os.environ.get("STRIDEWISE_CHAINS", 3000))
FIRST_SEED = int(os.environ.get("STRIDEWISE_SEED", 0))


def test_random_chains_agree_with_numpy():
    refused, steps, mismatches = 0, Counter(), []
    for first in range(FIRST_SEED, FIRST_SEED + CHAINS, 2000):
        last = min(first + 2000, FIRST_SEED + CHAINS)
        chains, found = compare(range(first, last))
        mismatches += found
        refused += sum(chain.refused for chain in chains)
        steps.update(len(chain.templates) for chain in chains)
    compared = sum(steps.values())
    print(f"\n{compared} chains of {min(steps)} to {max(steps)} steps, {refused} refused by both")
    assert not mismatches, report(mismatches)
    assert refused > compared // 50, "hardly anything was refused: the chains are too tame"


def report(mismatches):
    lines = {}
    for chain in mismatches:
        said = chain.differences(answers([chain.question])[0])
        lines[str(chain)] = f"{chain}\n    " + "\n    ".join(said)
    shown = list(lines.values())[:60]
    return f"{len(mismatches)} mismatches, {len(lines)} distinct\n" + "\n".join(shown)


def test_a_difference_is_noticed():
    """The comparison itself: a wrong answer about each fact is found out."""
    chain = Chain.of(["zeros((2,3))", "_.T"])
    right = answers([chain.question])[0]
    assert not chain.differences(right)
    wrong = {"shape": [2, 3], "strides": [24, 8], "offset": 8, "dtype": "<f4", "itemsize": 4, "c": True,
             "f": False, "aligned": False, "writeable": False, "effect": "copy", "reaches": False}
    for name, value in wrong.items():
        assert right["steps"][1][name] != value
        steps = [right["steps"][0], {**right["steps"][1], name: value}]
        assert chain.differences({"steps": steps}), name
    named = Chain.of(["zeros((2,3))", "_.T", "_[1:]"], named=2)
    assert str(named) == "a=zeros((2,3)).T; a[1:]"
    assert chain.differences({"error": "layout", "message": "x"})
    assert chain.differences({"panic": True})
    assert Chain.of(["zeros((2,3))", "_.reshape(5)"]).differences(right)
    outside = Chain.of(["zeros((2,3))", "np.lib.stride_tricks.as_strided(_, (9,))"])
    assert outside.refused and outside.differences(right)
    assert np.shares_memory(chain.values[0], chain.values[1])
