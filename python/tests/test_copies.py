"""Copies: NumPy's values in every layout, whoever does the work; Ctrl-C, forks, threads."""

import multiprocessing
import subprocess
import sys
import threading

import numpy as np
import pytest

import stridewise as sw

DTYPES = ["?", "i1", "<i2", ">i4", "f8", "c16", "M8[s]", "S3", "U2", "V5", "g", "O", "i1,f8"]


def filled(shape, dtype):
    numbers = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    np.remainder(numbers, 100, out=numbers)
    return np.asarray(numbers.astype(dtype)) if np.dtype(dtype).names is None else np.ones(shape, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", "KACF")
def test_copies_are_numpys(dtype, order):
    for shape in [(), (0,), (1,), (5, 7), (3, 4, 5), (40, 50)]:
        whole = filled(shape, dtype)
        for a in (whole, whole.T, whole[..., None][::-1] if whole.ndim else whole):
            ours, theirs = sw.copy(a, order), np.copy(a, order)
            assert ours.tolist() == theirs.tolist()
            assert (ours.strides, ours.dtype, ours.flags.owndata) == (theirs.strides, theirs.dtype, True)
            for ours, theirs in [
                (sw.ascontiguousarray(a), np.ascontiguousarray(a)),
                (sw.asfortranarray(a), np.asfortranarray(a)),
            ]:
                assert ours.tolist() == theirs.tolist()
                assert (ours.shape, ours.strides) == (theirs.shape, theirs.strides)


@pytest.mark.parametrize("threads", [None, 1, 3])
def test_large_copies(threads):
    a = np.arange(3_000_000.0).reshape(1500, 2000)
    for source in (a.T, a[::-1, ::-1], np.broadcast_to(a[0], (1500, 2000)), a[:, ::2].T):
        out = np.empty(source.shape)
        assert sw.copy(source, out=out, threads=threads) is out
        assert (out == source).all()


def test_copyto_is_numpys():
    a = np.zeros((3, 4))
    sw.copyto(a, 7)
    sw.copyto(a, np.arange(4, dtype="i4"))
    assert a.tolist() == [[0, 1, 2, 3]] * 3
    sw.copyto(a, -a, where=a > 1)
    assert a.tolist() == [[0, 1, -2, -3]] * 3
    with pytest.raises(TypeError, match="Cannot cast"):
        sw.copyto(np.zeros(3, "i4"), np.zeros(3))
    with pytest.raises(ValueError, match="broadcast"):
        sw.copyto(np.zeros(3), np.zeros(4))
    a.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        sw.copyto(a, np.zeros((3, 4)))
    # Memory in common: as if the source were copied first.
    line, theirs = np.arange(10), np.arange(10)
    sw.copyto(line[1:], line[:-1]), np.copyto(theirs[1:], theirs[:-1])
    assert line.tolist() == theirs.tolist()
    with pytest.raises(ValueError, match="threads"):
        sw.copyto(np.zeros(3), np.zeros(3), threads=0)
    with pytest.raises(sw.LayoutError, match="out has shape"):
        sw.copy(np.zeros(3), out=np.zeros(4))




def copied_sum(_):
    a = np.ones((1500, 2000))
    return float(sw.copy(a.T, "C", threads=2).sum())


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_children_copy_too(method):
    assert copied_sum(0) == 3e6  # the parent has threads by now
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map_async(copied_sum, range(4)).get(timeout=60) == [3e6] * 4


def test_threads_copy_side_by_side():
    results = []
    workers = [threading.Thread(target=lambda: results.append(copied_sum(0))) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert results == [3e6] * 4
