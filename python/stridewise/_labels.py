"""Labelled arrays: pandas and xarray objects taken apart, and put together again.

Neither library is imported here: who passes an object of theirs has done so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._core import as_array

if TYPE_CHECKING:
    from collections.abc import Mapping
    from numpy.typing import NDArray


def _library(a: Any) -> str:
    return type(a).__module__.partition(".")[0]


def values_of(a: Any, axis: Any) -> tuple[NDArray[Any], Any]:
    """The values of an object, native, and the axis by number."""
    if type(a) is np.ndarray and a.dtype.isnative:
        return a, axis
    if _library(a) == "pandas" and hasattr(a, "to_numpy"):
        values = a.to_numpy()
        # Whole numbers with gaps, in pandas' own dtypes.
        array = a.to_numpy("float64", na_value=np.nan) if values.dtype == object else values
    elif _library(a) == "xarray" and hasattr(a, "get_axis_num"):
        array = np.asarray(a.data)
        if isinstance(axis, str) or (isinstance(axis, tuple) and any(isinstance(at, str) for at in axis)):
            axis = a.get_axis_num(axis)
    else:
        array = as_array(a)
    if not array.dtype.isnative and array.dtype.kind in "iufc":
        array = array.astype(array.dtype.newbyteorder("="))
    return array, axis


def relabelled(a: Any, result: NDArray[Any], picks: Mapping[int, slice]) -> Any:
    """Results as an object of the same kind, `picks` saying which labels are left along an axis."""
    if _library(a) == "pandas" and hasattr(a, "to_numpy"):
        if result.ndim == 1:
            labels = a.index[picks.get(0, slice(None))]
            return type(a)(result, index=labels, name=a.name)
        rows, columns = a.index[picks.get(0, slice(None))], a.columns[picks.get(1, slice(None))]
        return type(a)(result, index=rows, columns=columns)
    if _library(a) == "xarray" and hasattr(a, "get_axis_num"):
        return a.isel({a.dims[axis]: pick for axis, pick in picks.items()}).copy(data=result)
    return result
