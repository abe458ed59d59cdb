"""bottleneck's moving-window functions, with its names, defaults and meaning.

`import stridewise.bottleneck as bn` serves a program that uses `bn.move_*`: every window is exact
here, also after an inf or a 1e16 has left it. Other names of bottleneck, and dtypes that have no
kernel here, are bottleneck's own where it is installed.

>>> import stridewise.bottleneck as bn
>>> bn.move_sum([1e16, 1.0, 2.0, 3.0], window=2)
array([  nan, 1.e+16, 3.e+00, 5.e+00])
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._core import as_array

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "move_argmax",
    "move_argmin",
    "move_max",
    "move_mean",
    "move_median",
    "move_min",
    "move_rank",
    "move_std",
    "move_sum",
    "move_var",
]


def _integer(value: Any, name: str, suffix: str = "") -> int:
    if isinstance(value, (int, np.integer)):
        return int(value)
    raise TypeError(f"`{name}` must be an integer{suffix}")


def _move(
    operation: str, a: ArrayLike, window: int, min_count: int | None, axis: int, ddof: int | None = None
) -> NDArray[Any]:
    array = as_array(a)
    window, axis = _integer(window, "window"), _integer(axis, "axis")
    least = window if min_count is None else _integer(min_count, "min_count", " or None")
    if array.ndim == 0:
        raise ValueError("moving window functions require ndim > 0")
    if not -array.ndim <= axis < array.ndim:
        raise ValueError(f"axis(={axis}) out of bounds")
    if min_count is not None and least > window:
        raise ValueError(f"min_count ({least}) cannot be greater than window ({window})")
    if min_count is not None and least < 1:
        raise ValueError("`min_count` must be greater than zero.")
    if not 1 <= window <= array.shape[axis]:
        raise ValueError(f"Moving window (={window}) must between 1 and {array.shape[axis]}, inclusive")
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        name = f"move_{operation}"
        theirs = getattr(_bottleneck(f"{name} of dtype {array.dtype}"), name)
        more = {} if ddof is None else {"ddof": ddof}
        return theirs(array, window, min_count, axis, **more)  # type: ignore[no-any-return]
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    if operation in ("argmin", "argmax"):
        result = _positions(native, operation, window, least, axis)
    else:
        which = ((window,), (axis,), (1,), (1,), "trailing", (), np.nan, least, False, ())
        result = _core.reduce_windows(native, which, operation, ddof or 0)
    wanted = array.dtype if array.dtype.kind == "f" else np.dtype("f8")
    return result.astype(wanted, copy=False)


def _positions(array: NDArray[Any], operation: str, window: int, least: int, axis: int) -> NDArray[Any]:
    """Counted from the right end of the window, where the first of equal elements is the last."""
    backward = [slice(None)] * array.ndim
    backward[axis] = slice(None, None, -1)
    flipped = array[tuple(backward)]
    # One window per element, which begins there; what lies beside the axis is missing.
    which = ((window,), (axis,), (1,), (1,), "constant", (-(window // 2),), np.nan, 1, False, ())
    missing = np.isnan(flipped) if array.dtype.kind == "f" else None
    if missing is not None and missing.any():
        # Where only infinities are left, a NaN may be the place, as in numpy.nanargmax.
        worst = np.inf if operation == "argmin" else -np.inf
        counts = _core.reduce_windows(flipped, which, "count")
        places = _core.reduce_windows(np.where(missing, worst, flipped), which, operation)
        too_few = counts < least
    else:
        places = _core.reduce_windows(flipped, (*which[:7], least, False, ()), operation)
        too_few = places < 0
    result = places.astype(array.dtype if array.dtype.kind == "f" else "f8")
    result[too_few] = np.nan
    return result[tuple(backward)]


def move_sum(a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1) -> NDArray[Any]:
    """Moving sums.

    Examples
    --------
    >>> bn.move_sum([1.0, 2.0, np.nan, 4.0], 2, min_count=1)
    array([1., 3., 2., 4.])
    """
    result = _core.moved("sum", a, window, min_count, axis)
    return _move("sum", a, window, min_count, axis) if result is None else result


def move_mean(a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1) -> NDArray[Any]:
    """Moving means.

    Examples
    --------
    >>> bn.move_mean([1.0, 2.0, 3.0, 4.0], 2)
    array([nan, 1.5, 2.5, 3.5])
    """
    result = _core.moved("mean", a, window, min_count, axis)
    return _move("mean", a, window, min_count, axis) if result is None else result


def move_std(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1, ddof: int = 0
) -> NDArray[Any]:
    """Moving standard deviations.

    Examples
    --------
    >>> bn.move_std([1.0, 3.0, 5.0], 2)
    array([nan,  1.,  1.])
    """
    ddof = _integer(ddof, "ddof")
    result = _core.moved("std", a, window, min_count, axis, ddof)
    return _move("std", a, window, min_count, axis, ddof) if result is None else result


def move_var(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1, ddof: int = 0
) -> NDArray[Any]:
    """Moving variances.

    Examples
    --------
    >>> bn.move_var([1.0, 3.0, 5.0], 2, ddof=1)
    array([nan,  2.,  2.])
    """
    ddof = _integer(ddof, "ddof")
    result = _core.moved("var", a, window, min_count, axis, ddof)
    return _move("var", a, window, min_count, axis, ddof) if result is None else result


def move_min(a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1) -> NDArray[Any]:
    """Moving minima.

    Examples
    --------
    >>> bn.move_min([3, 1, 2], 2)
    array([nan,  1.,  1.])
    """
    result = _core.moved("min", a, window, min_count, axis)
    return _move("min", a, window, min_count, axis) if result is None else result


def move_max(a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1) -> NDArray[Any]:
    """Moving maxima.

    Examples
    --------
    >>> bn.move_max([3, 1, 2], 2)
    array([nan,  3.,  2.])
    """
    result = _core.moved("max", a, window, min_count, axis)
    return _move("max", a, window, min_count, axis) if result is None else result


def move_argmin(a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1) -> NDArray[Any]:
    """Where moving minima are, counted from the right end; the rightmost of equal ones.

    Examples
    --------
    >>> bn.move_argmin([3, 1, 2], 2)
    array([nan,  0.,  1.])
    """
    return _move("argmin", a, window, min_count, axis)


def move_argmax(a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1) -> NDArray[Any]:
    """Where moving maxima are, counted from the right end; the rightmost of equal ones.

    Examples
    --------
    >>> bn.move_argmax([3, 1, 2], 2)
    array([nan,  1.,  0.])
    """
    return _move("argmax", a, window, min_count, axis)


def move_median(a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1) -> NDArray[Any]:
    """Moving medians.

    Examples
    --------
    >>> bn.move_median([3, 1, 2, 5], 3)
    array([nan, nan,  2.,  2.])
    """
    result = _core.moved("median", a, window, min_count, axis)
    return _move("median", a, window, min_count, axis) if result is None else result


def move_rank(a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1) -> NDArray[Any]:
    """Where the last element ranks in its window, from -1 to 1.

    Examples
    --------
    >>> bn.move_rank([3, 1, 2], 2)
    array([nan, -1.,  1.])
    """
    result = _core.moved("rank", a, window, min_count, axis)
    return _move("rank", a, window, min_count, axis) if result is None else result


def _bottleneck(what: str) -> Any:
    try:
        return importlib.import_module("bottleneck")
    except ImportError:
        raise TypeError(f"{what} has no kernel here, and bottleneck is not installed") from None


def __getattr__(name: str) -> Any:
    if not name.startswith("_"):
        try:
            return getattr(importlib.import_module("bottleneck"), name)
        except (ImportError, AttributeError):
            pass
    raise AttributeError(
        f"module 'stridewise.bottleneck' has no attribute {name!r}: it has {', '.join(__all__)}, "
        "and bottleneck's other functions where that is installed"
    )
