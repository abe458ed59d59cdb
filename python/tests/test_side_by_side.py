"""The kernels beside other things that run: forks, joblib, multiprocessing, threads, Ctrl-C."""

import multiprocessing
import subprocess
import sys
import threading

import joblib
import numpy as np
import pytest

import stridewise as sw

WORK = {
    "copy": lambda a: float(sw.copy(a.T, "C", threads=2)[-1, -1]),
    "reduction": lambda a: float(sw.sum(a, axis=0, threads=2)[-1]),
    "windows": lambda a: float(sw.windows(a, 50, axis=0).mean(threads=2)[-1, -1]),
}


def worked(name):
    """Work on two threads, whoever asks."""
    return WORK[name](np.ones((1500, 900)))


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("name", WORK)
def test_children_of_a_process_with_threads(name, method):
    expected = worked(name)  # this process has threads by now
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map_async(worked, [name] * 3).get(timeout=120) == [expected] * 3


@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
def test_joblib(backend):
    names = list(WORK) * 2
    done = joblib.Parallel(n_jobs=2, backend=backend, timeout=120)(joblib.delayed(worked)(name) for name in names)
    assert done == [worked(name) for name in names]


def test_threads_of_one_process():
    results = []
    workers = [threading.Thread(target=lambda name=name: results.append(worked(name))) for name in [*WORK, *WORK]]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert sorted(results) == sorted(worked(name) for name in [*WORK, *WORK])


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    "work",
    ["sw.copyto(b, a.T, threads={0})", "sw.var(a, axis=0, threads={0})", "sw.windows(a, 101).median(threads={0})"],
)
def test_ctrl_c_stops_it(work, threads):
    """Between Ctrl-C and the exception lies less than the time that the work would go on."""
    program = f"""
import numpy as np, stridewise as sw, time, _thread, threading
a, b = np.ones((3000, 3000)), np.ones((3000, 3000))
a[::7] = np.random.default_rng(1).normal(size=3000)
started = threading.Event()
asked = []
def interrupt():
    started.wait(); time.sleep(0.2); asked.append(time.monotonic()); _thread.interrupt_main()
threading.Thread(target=interrupt).start()
try:
    started.set()
    while True:
        {work.format(threads)}
except KeyboardInterrupt:
    print("stopped", time.monotonic() - asked[0])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.startswith("stopped"), done.stderr
    print(done.stdout)
