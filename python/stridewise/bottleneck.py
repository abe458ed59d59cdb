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

from ._core import (
    as_array,
    move_argmax,
    move_argmin,
    move_max,
    move_mean,
    move_median,
    move_min,
    move_rank,
    move_std,
    move_sum,
    move_var,
    moved,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

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


def _move(operation: str, a: Any, window: Any, min_count: Any, axis: Any, ddof: Any) -> NDArray[Any]:
    """What the functions do with arguments that are not plain: make them so, or refuse them."""
    ddof, array = _integer(ddof, "ddof"), as_array(a)
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
        more = {"ddof": ddof} if operation in ("std", "var") else {}
        return theirs(array, window, min_count, axis, **more)  # type: ignore[no-any-return]
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    result = moved(operation, native, window, least, axis, ddof)
    return result.astype(array.dtype, copy=False) if array.dtype.kind == "f" else result


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
