"""How long a call of a kernel goes on after Ctrl-C: SIGINT arrives at random moments of long calls.

    python interrupts.py [TRIALS]

The goal is 100 ms. The time is from just before the signal is sent until KeyboardInterrupt is
caught, of the worst trial and of the middle one.
"""

import os
import random
import signal
import statistics
import sys
import threading
import time

import numpy as np

import stridewise as sw
import stridewise.bottleneck as bn
from turns import verdict

GOAL = 100
A = np.ones((8000, 6000))
OUT = np.ones((6000, 8000))
LINE = np.random.default_rng(1).normal(size=20_000_000)
SMALL = LINE[:3_000_000]

WORK = {
    "copyto, transposed": lambda threads: sw.copyto(OUT, A.T, threads=threads),
    "ascontiguousarray": lambda threads: sw.ascontiguousarray(A.T, threads=threads),
    "sum over axis 0": lambda threads: sw.sum(A, axis=0, threads=threads),
    "var of all": lambda threads: sw.var(A.T, threads=threads),
    "argmax over axis 1": lambda threads: sw.argmax(A, axis=1, threads=threads),
    "windows: sum of 5": lambda threads: sw.windows(LINE, 5).sum(threads=threads),
    "windows: std of 1000": lambda threads: sw.windows(LINE, 1000).std(threads=threads),
    "windows: max of boxes 31 x 31": lambda threads: sw.windows(A, (31, 31)).max(threads=threads),
    "windows: var along axis 0": lambda threads: sw.windows(A, 100, axis=0).var(threads=threads),
    "windows: median of 101": lambda threads: sw.windows(SMALL, 101).median(threads=threads),
    "windows: median of 10001": lambda threads: sw.windows(SMALL, 10_001).median(threads=threads),
    "windows: quantile of 301": lambda threads: sw.windows(SMALL, 301).quantile(0.3, threads=threads),
    "windows: rank of 301": lambda threads: sw.windows(SMALL, 301).rank(threads=threads),
    "windows: dot of 10001": lambda threads: sw.windows(SMALL, 10_001).dot(np.ones(10_001), threads=threads),
    "windows: apply": lambda threads: sw.windows(LINE, 100).apply(lambda w: w.sum(axis=1), threads=threads),
    "bottleneck.move_argmax": lambda threads: bn.move_argmax(LINE, 100),
}


def trial(work, threads):
    """Milliseconds from the signal to the exception."""
    sent = []

    def send():
        time.sleep(random.uniform(0.05, 0.4))
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        while True:
            work(threads)
    except KeyboardInterrupt:
        caught = time.monotonic()
    thread.join()
    return 1e3 * (caught - sent[0])


def main():
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    print(f"| kernel | threads | middle of {trials} | worst | goal | |\n|---|---|---|---|---|---|")
    for name, work in WORK.items():
        for threads in (1, 2):
            times = [trial(work, threads) for _ in range(trials)]
            print(f"| {name} | {threads} | {statistics.median(times):.0f} ms | {max(times):.0f} ms | {GOAL} ms | {verdict(max(times) <= GOAL)} |", flush=True)


main()
