"""Sliding windows and what is made of them: exact for each window, whatever lies outside it."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex

import numpy as np

from . import _core
from ._labels import relabelled, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from numpy.typing import ArrayLike, NDArray

    _Integers = SupportsIndex | Iterable[SupportsIndex]
    _Numbers = tuple[int, ...]
    _Which = tuple[_Numbers, _Numbers, _Numbers, _Numbers, str, _Numbers, float, int | None, bool, _Numbers]
    _Mode = Literal["valid", "trailing", "reflect", "mirror", "nearest", "wrap", "constant"]

_MODES = ("valid", "trailing", "reflect", "mirror", "nearest", "wrap", "constant")
_WITHOUT_ORIGIN = ("valid", "trailing")
_ALIKE = (
    "; names are those of scipy.ndimage: 'reflect' is numpy.pad's 'symmetric', 'mirror' its 'reflect',"
    " 'nearest' its 'edge'"
)


def _numbers(value: Any) -> tuple[int, ...]:
    """One integer or several."""
    if type(value) is int:
        return (value,)
    if np.iterable(value):
        return tuple(index(number) for number in value)
    return (index(value),)


def _each(value: Any, count: int) -> tuple[int, ...]:
    """One integer for each axis."""
    if type(value) is int:
        return (value,) * count
    return _numbers(value) if count == 1 or np.iterable(value) else (index(value),) * count


_new = object.__new__


class Reductions:
    """What can be made of windows, of arrays in memory and of Dask's."""

    __slots__ = ()

    def _reduce(
        self,
        operation: str,
        out: NDArray[Any] | None,
        threads: int | None,
        number: float = 0.0,
        weights: Sequence[float] | None = None,
    ) -> Any:
        raise NotImplementedError

    def sum(self, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """Sums; integers in 64 bits.

        Examples
        --------
        >>> sw.windows([1e16, 1.0, 2.0, 3.0, 4.0], 2).sum()
        array([1.e+16, 3.e+00, 5.e+00, 7.e+00])
        """
        return self._reduce("sum", out, threads)

    def prod(self, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """Products; integers in 64 bits."""
        return self._reduce("prod", out, threads)

    def mean(self, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """Means; of equal elements exactly the element."""
        return self._reduce("mean", out, threads)

    def var(self, ddof: int = 0, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """Variances, squares divided by their number less `ddof`; of equal elements exactly 0."""
        return self._reduce("var", out, threads, index(ddof))

    def std(self, ddof: int = 0, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """Standard deviations: roots of the variances."""
        return self._reduce("std", out, threads, index(ddof))

    def min(self, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """Lowest elements, of the input's dtype."""
        return self._reduce("min", out, threads)

    def max(self, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """Highest elements, of the input's dtype."""
        return self._reduce("max", out, threads)

    def argmin(self, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """Where the first of the lowest elements is, counted from the start of the window."""
        return self._reduce("argmin", out, threads)

    def argmax(self, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """Where the first of the highest elements is, counted from the start of the window."""
        return self._reduce("argmax", out, threads)

    def any(self, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """Whether any element is not zero."""
        return self._reduce("any", out, threads)

    def all(self, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """Whether no element is zero."""
        return self._reduce("all", out, threads)

    def count(self, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """How many elements are not NaN."""
        return self._reduce("count", out, threads)

    def median(self, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """Medians."""
        return self._reduce("median", out, threads)

    def quantile(self, q: float, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """Quantiles, by NumPy's linear method.

        Examples
        --------
        >>> sw.windows([5.0, 1.0, 4.0, 2.0], 3).quantile(0.25)
        array([2.5, 1.5])
        """
        return self._reduce("quantile", out, threads, float(q))

    def rank(self, out: NDArray[Any] | None = None, threads: int | None = None) -> Any:
        """Where the last element ranks among all, from -1 for the lowest to 1 for the highest."""
        return self._reduce("rank", out, threads)

    def dot(
        self, weights: Sequence[float], out: NDArray[Any] | None = None, threads: int | None = None
    ) -> Any:
        """Sums of elements, each times its weight: a correlation, not a convolution."""
        numbers = np.asarray(_core.as_array(weights), "f8").ravel().tolist()
        return self._reduce("dot", out, threads, weights=numbers)


class Windows(Reductions):
    """Sliding windows over an array; made by `windows`. Nothing is computed before it is asked for.

    Every reduction takes `out`, an array for the results that does not overlap the input, and
    `threads`; None stands for one thread for small arrays, else as many as
    `STRIDEWISE_NUM_THREADS`, `RAYON_NUM_THREADS`, `OMP_NUM_THREADS` or the processors allow.
    Results are the same to the bit for any number of threads.
    """

    __slots__ = ("_array", "_given", "_which")

    _array: NDArray[Any]
    _given: Any
    # Size, axes, step, dilation, mode, origins, fill, min_count where NaN is skipped, whether sums
    # wrap, first indices: as the compiled half takes them.
    _which: _Which

    def __init__(self) -> None:
        raise TypeError("windows are made by stridewise.windows")

    @property
    def _size(self) -> tuple[int, ...]:
        return self._which[0]

    @property
    def _step(self) -> tuple[int, ...]:
        return self._which[2]

    @property
    def _dilation(self) -> tuple[int, ...]:
        return self._which[3]

    @property
    def _mode(self) -> str:
        return self._which[4]

    @property
    def _axes(self) -> tuple[int, ...]:
        rank = self._array.ndim
        return tuple(at + rank if at < 0 else at for at in self._which[1])

    def __repr__(self) -> str:
        shape = tuple(self._array.shape)
        return (
            f"Windows(size={self._size}, axis={self._axes}, step={self._step}, "
            f"dilation={self._dilation}, mode={self._mode!r}) of {self._array.dtype} {shape}"
        )

    @property
    def view(self) -> NDArray[Any]:
        """All windows as a read-only view, window axes last: no memory, whatever the size.

        Examples
        --------
        >>> sw.windows(np.arange(5), 3).view.tolist()
        [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
        """
        which = self._which
        if which[4] != "valid":
            raise ValueError(f"windows of mode {which[4]!r} leave the array: no view has them all")
        return _core.sliding_window_view(
            self._array, which[0], which[1], step=which[2], dilation=which[3]
        )

    def _reduce(
        self,
        operation: str,
        out: NDArray[Any] | None,
        threads: int | None,
        number: float = 0.0,
        weights: Sequence[float] | None = None,
    ) -> Any:
        array = self._array
        if array.dtype.kind in "mM" and operation in ("min", "max"):
            return self._of_times(operation, out, threads)
        result = _core.reduce_windows(array, self._which, operation, number, weights, out, threads)
        return self._labelled(result, out)

    def _of_times(self, operation: str, out: NDArray[Any] | None, threads: int | None) -> Any:
        """Extremes of dates and durations: of their counts, and not a time where one is none."""
        if self._mode in ("trailing", "constant"):
            raise TypeError(f"mode {self._mode!r} needs a value beside the axis, and times have none here")
        array = self._array.astype(self._array.dtype.newbyteorder("="), copy=False)
        least, lost, counts = self._which[7], np.isnat(array), array.view("i8")
        which = (*self._which[:7], None, *self._which[8:])
        if least is not None and operation == "min":
            # What is no time counts as the lowest; so it is out of the way of the highest already.
            counts = np.where(lost, np.iinfo("i8").max, counts)
        counts = _core.reduce_windows(counts, which, operation, 0.0, None, None, threads)
        if least is None:
            none = _core.reduce_windows(lost, which, "any", 0.0, None, None, threads)
        else:
            none = _core.reduce_windows(~lost, self._which, "sum", 0.0, None, None, threads) < least
        times = counts.view(array.dtype)
        times[none] = "NaT"
        if out is None:
            return self._labelled(times, None)
        np.copyto(out, times)
        return out

    def _labelled(self, result: NDArray[Any], out: NDArray[Any] | None) -> Any:
        if out is not None:
            return out
        picks = {}
        for axis, size, step, dilation in zip(self._axes, self._size, self._step, self._dilation):
            # A whole window goes by its last element, as in pandas.
            first = (size - 1) * dilation if self._mode == "valid" else 0
            picks[axis] = slice(first, None, step)
        return relabelled(self._given, result, picks)

    def apply(
        self,
        function: Callable[[NDArray[Any]], ArrayLike],
        out: NDArray[Any] | None = None,
        threads: int | None = None,
    ) -> Any:
        """The results of any function of windows.

        Parameters
        ----------
        function : callable
            It gets some windows at a time, float64 of shape (how many, size), and returns one
            number each. Memory is bounded: about 2 MiB of windows, or one window.
        threads : int, optional
            Has no effect: Python functions run one at a time.

        Examples
        --------
        >>> sw.windows([1, 5, 2, 4], 2).apply(lambda windows: np.ptp(windows, axis=1))
        array([4., 3., 2.])
        """
        result = _core.apply_to_windows(self._array, self._which, function, out)
        return self._labelled(result, out)


def windows(
    a: ArrayLike,
    size: _Integers,
    axis: Any = -1,
    *,
    step: _Integers = 1,
    dilation: _Integers = 1,
    mode: _Mode = "valid",
    origin: _Integers = 0,
    fill: float = np.nan,
    nan: Literal["propagate", "skip"] = "propagate",
    min_count: int | None = None,
    overflow: Literal["raise", "wrap"] = "raise",
) -> Windows:
    """Sliding windows along one axis or several.

    Parameters
    ----------
    a : array_like
        Also a pandas Series or DataFrame or an xarray DataArray: results are of the same kind,
        labels and all.
    size : int or tuple of int
        Elements of a window, along each axis.
    axis : int or tuple of int
        Which axes; the last ones by default. Of xarray also names.
    step, dilation : int or tuple of int
        From one window to the next, and from one element of a window to the next.
    mode : {'valid', 'trailing', 'reflect', 'mirror', 'nearest', 'wrap', 'constant'}
        'valid': whole windows only. 'trailing': one window per element, which ends there;
        incomplete ones give `fill`, or with nan='skip' are windows of fewer elements. The others
        have one window around each element, and say what lies beside the axis, with the names of
        `scipy.ndimage`: 'reflect' repeats the last element (`numpy.pad` calls that 'symmetric'),
        'mirror' does not ('reflect' there), 'constant' is `fill`.
    origin : int or tuple of int
        Moves windows that lie around an element to the left, as in `scipy.ndimage`.
    fill : float
    nan : {'propagate', 'skip'}
        Whether a window with a NaN is NaN, or leaves it out.
    min_count : int, optional
        With 'skip': windows with fewer numbers are NaN; 1 by default.
    overflow : {'raise', 'wrap'}
        What becomes of integer sums and products beyond 64 bits.

    Returns
    -------
    Windows

    Examples
    --------
    >>> sw.windows([1.0, 2.0, 4.0, 8.0], 2).mean()
    array([1.5, 3. , 6. ])
    >>> sw.windows([3, 1, 2, 5], 3, mode="trailing").max()
    array([nan, nan,  3.,  5.])
    """
    if mode not in _MODES:
        raise ValueError(f"mode must be one of {', '.join(map(repr, _MODES))}, got {mode!r}{_ALIKE}")
    if nan not in ("propagate", "skip"):
        raise ValueError(f"nan must be 'propagate' or 'skip', got {nan!r}")
    if overflow not in ("raise", "wrap"):
        raise ValueError(f"overflow must be 'raise' or 'wrap', got {overflow!r}")
    made = _new(Windows)
    made._given = a
    made._array, axis = values_of(a, axis)
    size = (size,) if type(size) is int else _numbers(size)
    count = len(size)
    # Of several sizes and the default axis, the last axes are meant.
    whole = count != 1 and np.ndim(axis) == 0 and axis == -1
    axes = tuple(range(-count, 0)) if whole else _numbers(axis)
    origins = () if mode in _WITHOUT_ORIGIN else _each(origin, count)
    skipped = None if nan == "propagate" else 1 if min_count is None else index(min_count)
    made._which = (
        size, axes, _each(step, count), _each(dilation, count), mode, origins, float(fill), skipped,
        overflow == "wrap", (),
    )  # fmt: skip
    return made
