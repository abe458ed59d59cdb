"""Arrays larger than one machine: windows and layout-keeping copies of Dask arrays.

Needs `pip install stridewise[dask]`. Everything is lazy and runs on whatever scheduler or cluster
Dask has. Results are those of `stridewise.windows` on the whole array, bit for bit, however it is
chunked: kernels are told where in the lane a chunk begins.

>>> import dask.array as da
>>> import stridewise.dask
>>> x = da.arange(10, chunks=3).astype("f8")
>>> sw.dask.windows(x, 4).sum().compute()
array([ 6., 10., 14., 18., 22., 26., 30.])
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

import dask.array
import numpy as np

from . import _core
from ._copy import copy as _copy
from ._windows import Reductions as _Reductions
from ._windows import Windows as _Windows
from ._windows import _numbers
from ._windows import windows as _windows

if TYPE_CHECKING:
    from collections.abc import Sequence

# Half of Dask is without types.
_dask: Any = dask
_da: Any = dask.array

__all__ = ["Windows", "copy", "from_zarr", "orders", "rechunk", "to_zarr", "windows"]


def _of_chunk(chunk: Any, which: tuple[Any, ...], given: tuple[Any, ...], take: tuple[slice, ...]) -> Any:
    """Reductions of the windows that belong to a chunk, out of those of the chunk and its surroundings."""
    operation, number, weights, threads = given
    results = _core.reduce_windows(np.asarray(chunk), which, operation, number, weights, None, threads)
    # Nothing but the part that is wanted is kept alive.
    return np.ascontiguousarray(results[take])


class Windows(_Reductions):
    """Sliding windows over a Dask array; made by `windows`.

    Methods are those of `stridewise.Windows`, and give Dask arrays; each chunk is reduced by
    `threads`, one unless said, and there is no `out`.
    """

    def __init__(self, x: Any, size: Any, axis: Any, **options: Any) -> None:
        if any(np.isnan(extent) for extent in x.shape):
            raise ValueError("the array has chunks of unknown sizes: call its compute_chunk_sizes() first")
        self._x = x
        # Arguments are checked by a small array like this one, which also shows what comes out.
        sizes, dilations = _numbers(size), _numbers(options["dilation"])
        reach = max(1, (max(sizes, default=1) - 1) * max(dilations, default=1) + 1)
        shape = tuple(min(extent, reach) for extent in x.shape)
        self._sample = _windows(np.zeros(shape, x.dtype), size, axis, **options)

    def __repr__(self) -> str:
        return f"{self._sample!r}, sampled from {self._x!r}"

    def _reduce(
        self,
        operation: str,
        out: Any = None,
        threads: int | None = None,
        number: float = 0.0,
        weights: Sequence[float] | None = None,
    ) -> Any:
        if out is not None:
            raise TypeError("results of a Dask array are computed later, and have no out")
        given = (operation, number, weights, 1 if threads is None else threads)
        meta = _core.reduce_windows(
            self._sample._array, self._sample._which, operation, number, weights, None, 1
        )
        lanes = [_Lane(self._x, self._sample, at) for at in range(len(self._sample._axes))]
        return _joined(self._x, lanes, [], self._sample._which, given, meta)


def _reach(sample: _Windows, at: int) -> int:
    """From the first element of a window to behind its last."""
    return (sample._size[at] - 1) * sample._dilation[at] + 1


def _outputs(sample: _Windows, at: int, extent: int) -> int:
    """How many windows are reduced along an axis."""
    whole = extent - _reach(sample, at) + 1 if sample._mode == "valid" else extent
    return -(-whole // sample._step[at])


def _joined(x: Any, lanes: list[_Lane], cut: list[tuple[int, int]], which: Any, given: Any, meta: Any) -> Any:
    """Results, cut along each windowed axis where the array is; `cut` along the first of them so far."""
    if len(cut) < len(lanes):
        lane = lanes[len(cut)]
        pieces = [_joined(x, lanes, [*cut, ends], which, given, meta) for ends in lane.cuts]
        return _da.concatenate(pieces, axis=lane.axis)
    around, take = [slice(None)] * x.ndim, [slice(None)] * x.ndim
    begins, counts = [], {}
    for lane, (first, end) in zip(lanes, cut):
        low, high = lane.surroundings(first, end)
        around[lane.axis] = slice(low, high)
        take[lane.axis] = slice(first - low // lane.step, end - low // lane.step)
        begins.append(low)
        counts[lane.axis] = (end - first,)
    piece = x[tuple(around)].rechunk(dict.fromkeys(counts, -1))
    chunks = tuple(counts.get(axis, chunks) for axis, chunks in enumerate(piece.chunks))
    return piece.map_blocks(
        _of_chunk, (*which[:-1], tuple(begins)), given, tuple(take),
        chunks=chunks, dtype=meta.dtype, meta=meta[(slice(0, 0),) * meta.ndim],
    )  # fmt: skip


class _Lane:
    """One windowed axis of an array, cut where the array is."""

    def __init__(self, x: Any, sample: _Windows, at: int) -> None:
        self.axis, self.mode = sample._axes[at], sample._mode
        self.step, self.reach = sample._step[at], _reach(sample, at)
        self.extent = x.shape[self.axis]
        self.outputs = _outputs(sample, at, self.extent)
        size, dilation = sample._size[at], sample._dilation[at]
        if self.mode == "valid":
            self.left = 0
        elif self.mode == "trailing":
            self.left = self.reach - 1
        else:
            self.left = (size // 2 + sample._which[5][at]) * dilation
        self.cuts = self._cuts(x.chunks[self.axis])

    def _cuts(self, chunks: tuple[int, ...]) -> list[tuple[int, int]]:
        """Which windows go with which chunk: those that begin there, or belong to its elements."""
        ends = [min(-(-end // self.step), self.outputs) for end in np.cumsum(chunks).tolist()]
        ends[-1] = self.outputs
        cuts = list(zip([0, *ends[:-1]], ends))
        return [(first, end) for first, end in cuts if first < end] or [(0, 0)]

    def surroundings(self, first: int, end: int) -> tuple[int, int]:
        """The elements that windows are made of, from a multiple of the step on."""
        low = first * self.step - self.left
        high = (end - 1) * self.step - self.left + self.reach
        beyond = max(-low, high - self.extent, 0)
        if beyond and self.mode == "wrap":
            return 0, self.extent  # both ends meet
        # What lies beside the array mirrors what lies inside.
        if low < 0:
            high = max(high, beyond + 1)
        if high > self.extent:
            low = min(low, self.extent - beyond - 1)
        # Not fewer than a window has.
        high = min(max(high, low + self.reach, self.reach), self.extent)
        low = max(min(low, high - self.reach), 0)
        return low - low % self.step, high


def windows(
    x: Any,
    size: Any,
    axis: Any = -1,
    *,
    step: Any = 1,
    dilation: Any = 1,
    mode: str = "valid",
    origin: Any = 0,
    fill: float = np.nan,
    nan: str = "propagate",
    min_count: int | None = None,
    overflow: str = "raise",
) -> Windows:
    """Sliding windows over a Dask array; parameters as for `stridewise.windows`.

    Chunks may be smaller than windows. Mode 'wrap' takes an axis whole at its ends.

    Examples
    --------
    >>> x = da.from_array(np.array([1e16, 1.0, 2.0, 3.0, 4.0]), chunks=2)
    >>> sw.dask.windows(x, 2, mode="trailing").mean().compute()
    array([    nan, 5.0e+15, 1.5e+00, 2.5e+00, 3.5e+00])
    """
    return Windows(
        x, size, axis, step=step, dilation=dilation, mode=mode, origin=origin, fill=fill, nan=nan,
        min_count=min_count, overflow=overflow,
    )  # fmt: skip


def _ordered(chunk: Any, order: Literal["C", "F"]) -> Any:
    array = np.asarray(chunk)
    there = array.flags.c_contiguous if order == "C" else array.flags.f_contiguous
    return array if there else _copy(array, order, threads=1)


def copy(x: Any, order: Literal["C", "F"] = "C") -> Any:
    """The array with every chunk in a memory order; Dask itself keeps none through its operations.

    Examples
    --------
    >>> x = da.ones((4, 6), chunks=2)
    >>> sw.dask.orders(sw.dask.copy(x, "F"))
    {'F': 6}
    """
    if order not in ("C", "F"):
        raise ValueError(f"order must be 'C' or 'F', got {order!r}")
    return x.map_blocks(_ordered, order, dtype=x.dtype, meta=x._meta)


def rechunk(x: Any, chunks: Any, order: Literal["C", "F"] = "C") -> Any:
    """The array in other chunks, every one in a memory order: what `x.rechunk` alone gives up."""
    return copy(x.rechunk(chunks), order)


def _order(chunk: Any) -> str:
    flags = np.asarray(chunk).flags
    names = {(True, True): "both", (True, False): "C", (False, True): "F", (False, False): "neither"}
    return names[flags.c_contiguous, flags.f_contiguous]


def orders(x: Any) -> dict[str, int]:
    """How many chunks have which memory order: 'C', 'F', 'both' or 'neither'. Computes the array.

    Examples
    --------
    >>> x = da.from_array(np.ones((4, 6), order="F"), chunks=(2, 6))
    >>> sw.dask.orders(sw.dask.copy(x.rechunk((4, 3)), "F"))
    {'F': 2}
    """
    return dict(Counter(_dask.compute(*[_dask.delayed(_order)(chunk) for chunk in x.to_delayed().ravel()])))


def from_zarr(url: Any, component: str | None = None, **options: Any) -> Any:
    """A zarr array as a Dask array whose chunks have the memory order that the store states."""
    x = _da.from_zarr(url, component=component, **options)
    zarr = __import__("zarr")
    stored = url if isinstance(url, zarr.Array) else zarr.open_array(url, path=component or "", mode="r")
    return copy(x, "F" if getattr(stored, "order", "C") == "F" else "C")


def to_zarr(x: Any, url: Any, component: str | None = None, **options: Any) -> Any:
    """Stores a Dask array by way of zarr, as `dask.array.to_zarr`."""
    return _da.to_zarr(x, url, component=component, **options)
