"""Dask: the same bits as in memory for every chunking, on a real cluster, with workers that die."""

import os

import dask
import dask.array as da
import numpy as np
import pytest
from distributed import Client, LocalCluster

import stridewise as sw
import stridewise.dask as swd

CHUNKS = [1, 2, 3, 7, (5, 1, 8, 3), 17]


@pytest.fixture(autouse=True)
def on_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


def check(a, chunks, size, operation, args=(), **options):
    x = da.from_array(a, chunks=chunks)
    lazy = getattr(swd.windows(x, size, **options), operation)(*args)
    ours, whole = lazy.compute(), getattr(sw.windows(a, size, **options), operation)(*args)
    where = chunks, size, operation, options
    assert (ours.shape, ours.dtype) == (whole.shape, whole.dtype) == (lazy.shape, lazy.dtype), where
    assert ours.tobytes() == np.ascontiguousarray(whole).tobytes(), where


@pytest.mark.parametrize("chunks", CHUNKS)
@pytest.mark.parametrize("mode", ["valid", "trailing", "reflect", "mirror", "nearest", "wrap", "constant"])
def test_every_chunk_edge(chunks, mode):
    a = np.random.default_rng(3).normal(size=17) * 10.0 ** np.arange(17)
    for size in (1, 2, 3, 5, 6, 16, 17):
        for operation in ("sum", "mean", "std", "max", "argmin"):
            check(a, chunks, size, operation, mode=mode, fill=2.5)
    for step, dilation in [(2, 1), (3, 2), (5, 3)]:
        check(a, chunks, 4, "sum", mode=mode, step=step, dilation=dilation, fill=0.5)


@pytest.mark.parametrize("chunks", CHUNKS)
def test_nan_origins_integers_and_other_operations(chunks):
    a = np.random.default_rng(3).normal(size=17)
    a[[2, 3, 9, 16]] = np.nan
    for mode in ("valid", "trailing", "reflect"):
        check(a, chunks, 4, "mean", mode=mode, nan="skip", min_count=2)
        check(a, chunks, 4, "count", mode=mode)
    for origin in (-2, 1):
        check(a, chunks, 5, "max", mode="mirror", origin=origin)
    whole = np.arange(17) % 5
    for operation, args in [("sum", ()), ("median", ()), ("quantile", (0.3,)), ("rank", ()), ("dot", ([1.0, 2, 3],)),
                            ("any", ()), ("all", ()), ("prod", ()), ("var", (1,))]:  # fmt: skip
        check(whole, chunks, 3, operation, args)
        check(whole, chunks, 3, operation, args, mode="trailing")


@pytest.mark.parametrize("chunks", [(1, 2), (2, 3), (5, (3, 1, 7)), (9, 11)])
@pytest.mark.parametrize("mode", ["valid", "trailing", "reflect", "mirror", "nearest", "wrap", "constant"])
def test_every_chunk_edge_of_several_axes(chunks, mode):
    a = np.random.default_rng(3).normal(size=(9, 11)) * 10.0 ** np.arange(11)
    for operation in ("sum", "mean", "std", "max"):
        check(a, chunks, (3, 2), operation, axis=(0, 1), mode=mode, fill=0.5)
        check(a, chunks, (2, 4), operation, axis=(1, 0), mode=mode, fill=0.5)
    check(a, chunks, (3, 2), "sum", axis=(0, 1), mode=mode, step=(2, 3), dilation=(1, 2), fill=0.5)


def test_several_axes_take_neighbours_alone():
    met = []
    x = da.zeros((20, 20), chunks=5).map_blocks(lambda chunk: met.append(1) or chunk, meta=np.empty((0, 0)))
    lazy = swd.windows(x, (3, 3), mode="nearest").max()
    assert lazy.chunks == ((5,) * 4,) * 2
    lazy.blocks[0, 0].compute()
    assert len(met) == 4
    with pytest.raises(TypeError, match="no out"):
        swd.windows(x, 3).sum(out=np.zeros(3))


def test_other_axes_keep_their_chunks():
    a = np.random.default_rng(3).normal(size=(6, 17, 4))
    check(a, (4, 5, 3), 3, "sum", axis=1)
    check(a, (4, 5, 3), 6, "max", axis=0)
    check(a, (4, 5, 3), (2, 3), "sum", axis=(1, 2))
    lazy = swd.windows(da.from_array(a, chunks=(4, 5, 3)), 3, axis=1).sum()
    assert lazy.chunks == ((4, 2), (5, 5, 5), (3, 1))


def test_refusals_come_before_anything_is_computed():
    x = da.zeros((4, 17), chunks=5)
    for size, options in [(0, {}), (18, {}), (3, {"mode": "same"}), (3, {"step": 0}), ((2, 2), {"axis": (0, 0)})]:
        with pytest.raises(ValueError):
            swd.windows(x, size, **options).sum()
    with pytest.raises(TypeError):
        swd.windows(x.astype("c16"), 3).sum()
    with pytest.raises(ValueError, match="unknown"):
        swd.windows(x[x > 0], 3)
    with pytest.raises(ValueError, match="order"):
        swd.copy(x, "K")


def test_orders_that_dask_drops_are_there_again(tmp_path):
    a = np.asfortranarray(np.arange(48.0).reshape(6, 8))
    x = da.from_array(a, chunks=(6, 4))
    assert swd.orders(x) != {"F": 2} != swd.orders(x.rechunk((3, 8)))  # why there is a copy of ours
    assert swd.orders(swd.copy(x, "F")) == {"F": 2}
    again = swd.rechunk(x, (3, 8), "F")
    assert swd.orders(again) == {"F": 2} and np.array_equal(again.compute(), a)
    swd.to_zarr(again, str(tmp_path / "a.zarr"))
    back = swd.from_zarr(str(tmp_path / "a.zarr"))
    assert np.array_equal(back.compute(), a) and set(swd.orders(back)) == {"C"}


def dies_once(chunk, flag):
    if not os.path.exists(flag):
        open(flag, "w").close()
        os._exit(1)
    return chunk


def test_a_cluster_whose_worker_dies(tmp_path):
    a = np.random.default_rng(3).normal(size=(40, 1000)) * 1e6
    x = da.from_array(a, chunks=(20, 130)).map_blocks(dies_once, str(tmp_path / "died"), dtype="f8", meta=np.empty((0, 0)))
    with (
        dask.config.set(scheduler=None),
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        ours = client.compute(swd.windows(x, 300, mode="trailing").std()).result(timeout=120)
    assert (tmp_path / "died").exists()
    assert ours.tobytes() == sw.windows(a, 300, mode="trailing").std().tobytes()
