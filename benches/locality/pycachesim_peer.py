"""pycachesim on one nest: `python pycachesim_peer.py NESTS CASE ACCESSES LEVEL...`.

Simulates the first ACCESSES accesses of a case of a nests file in caches such as 32K:8:64, once
from a list of addresses made beforehand and once from a NumPy array of them, the two ways in
which its bulk interface takes many addresses. Prints `list M/s, array M/s, misses of the first
level`; the rates are the best of three by the thread's processor time. Every access is a load: a
load and a store cost this model the same.
"""

import sys
import time

import numpy as np
from cachesim import Cache, CacheSimulator, MainMemory


def tree(path, case):
    """The loops and accesses of a case: ("L", extent, body) and (base, coefficients)."""
    levels, found = [[]], False
    for line in open(path):
        words = line.split()
        if not words or words[0] == "#":
            continue
        if words[0] == "case":
            found = words[1] == case
        elif found and words[0] == "L":
            levels.append([("L", int(words[1]))])
        elif found and words[0] == "E":
            done = levels.pop()
            levels[-1].append((*done[0], done[1:]))
        elif found:
            levels[-1].append((int(words[3]), [int(word) for word in words[4:]]))
    return levels[0]


def addresses(body, indices):
    for node in body:
        if node[0] == "L":
            for index in range(node[1]):
                yield from addresses(node[2], (*indices, index))
        else:
            yield node[0] + sum(a * b for a, b in zip(node[1], indices))


def caches(levels):
    memory, outer, made = MainMemory(), None, []
    for number, text in reversed(list(enumerate(levels))):
        size, ways, line = text.replace("K", "*1024").replace("M", "*1048576").split(":")
        size = np.prod([int(factor) for factor in size.split("*")])
        sets = int(size) // (int(ways) * int(line))
        outer = Cache(f"L{number}", sets, int(ways), int(line), load_from=outer, store_to=outer)
        made.append(outer)
    memory.load_to(made[0])
    memory.store_from(made[0])
    return CacheSimulator(outer, memory)


def main():
    path, case, count, *levels = sys.argv[1:]
    walk = addresses(tree(path, case), ())
    listed = [address for address, _ in zip(walk, range(int(count)))]
    rates, misses = [], 0
    for bulk in (listed, np.array(listed)):
        best = float("inf")
        for _ in range(3):
            simulator = caches(levels)
            start = time.thread_time()
            simulator.load(bulk, length=8)
            best = min(best, time.thread_time() - start)
            misses = next(simulator.stats())["MISS_count"]
        rates.append(len(listed) / best / 1e6)
    print(*(f"{rate:.3f}" for rate in rates), misses)


main()
