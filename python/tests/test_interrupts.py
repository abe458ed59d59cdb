"""Ctrl-C during every long kernel: KeyboardInterrupt, and the interpreter goes on.

How long that takes is measured by benches/python/interrupts.py; here only that it happens.
"""

import subprocess
import sys

import pytest

PROGRAM = """
import _thread, threading, time
import numpy as np, stridewise as sw
import stridewise.bottleneck as bn

a = np.ones((3000, 3000)); out = np.empty_like(a); line = np.ones(3_000_000)
work = {work}
started = threading.Event()
def interrupt():
    started.wait(); time.sleep(0.05); _thread.interrupt_main()
thread = threading.Thread(target=interrupt)
thread.start()
try:
    started.set()
    while True:
        work()
except KeyboardInterrupt:
    print("stopped")
thread.join()
print(sw.sum([1.0, 2.0]))
"""

WORK = {
    "copy": "lambda: sw.copyto(out, a.T, threads={threads})",
    "reduction": "lambda: sw.sum(a, axis=0, threads={threads})",
    "variance": "lambda: sw.var(a.T, threads={threads})",
    "windows": "lambda: sw.windows(line, 1000).std(threads={threads})",
    "boxes": "lambda: sw.windows(a, (31, 31)).max(threads={threads})",
    "median": "lambda: sw.windows(line, 101).median(threads={threads})",
    "apply": "lambda: sw.windows(line, 100).apply(lambda w: w.sum(1))",
    "bottleneck": "lambda: bn.move_mean(line, 100)",
}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", WORK)
def test_ctrl_c_stops(name, threads):
    program = PROGRAM.replace("{work}", WORK[name].replace("{threads}", str(threads)))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "stopped\n3.0\n", done.stderr
