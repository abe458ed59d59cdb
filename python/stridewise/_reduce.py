"""Reductions along any axes, in the order of memory whatever the order of axes."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex

import numpy as np

from . import _core
from ._arrays import checked, is_plain
from ._core import as_array

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

_Axis = SupportsIndex | tuple[SupportsIndex, ...] | None
_Nan = Literal["propagate", "skip"]
_Overflow = Literal["wrap", "raise"]
# The default of parameters that only NumPy knows.
_unsaid: Any = np._NoValue
# What is NumPy's own work where it is said, and how it looks unsaid; and what NumPy does not know.
_NUMPYS = {"dtype": None, "initial": _unsaid, "where": _unsaid, "mean": _unsaid, "correction": _unsaid}
_OURS = {"nan", "min_count", "overflow", "threads"}


def _reduced(name: str, given: dict[str, Any]) -> Any:
    """The kernel's result where it has one, NumPy's otherwise; `given` are a function's parameters."""
    a, axis, out, keepdims = given["a"], given["axis"], given.get("out"), given["keepdims"]
    nan, overflow = given.get("nan", "propagate"), given.get("overflow", "wrap")
    if nan not in ("propagate", "skip"):
        raise ValueError(f"nan must be 'propagate' or 'skip', got {nan!r}")
    if overflow not in ("wrap", "raise"):
        raise ValueError(f"overflow must be 'wrap' or 'raise', got {overflow!r}")
    skip = nan == "skip"
    is_ours = builtins.all(given.get(option, unsaid) is unsaid for option, unsaid in _NUMPYS.items())
    if name.startswith("arg") and isinstance(axis, tuple):
        is_ours = False  # positions along one axis, or in all
    if is_ours and is_plain(a) and (out is None or type(out) is np.ndarray):
        array = as_array(a)
        if skip or array.size:
            keeps = keepdims is not _unsaid and bool(keepdims)
            axes = tuple(range(array.ndim)) if axis is None else axis
            target = out
            if keeps and out is not None and out.ndim == array.ndim:
                target = np.squeeze(out, axes)
            result = _core.reduce(
                array,
                name,
                axes,
                target,
                ddof=given.get("ddof", 0),
                min_count=given.get("min_count", 1) if skip else None,
                wraps=overflow == "wrap",
                threads=given["threads"],
            )
            if result is not None:
                if out is not None:
                    return out
                return (np.expand_dims(result, axes) if keeps else result)[()]
    if skip or overflow == "raise":
        said = "nan='skip'" if skip else "overflow='raise'"
        raise TypeError(f"{said} takes a plain array of numbers, and none of NumPy's dtype, where or initial")
    numpys = {option: value for option, value in given.items() if option not in _OURS and value is not _unsaid}
    for option in {"a", "initial", "where", "mean"} & numpys.keys():
        checked(numpys[option])
    alone = out[0] if isinstance(out, tuple) and len(out) == 1 else out
    if isinstance(alone, np.ndarray) and alone.dtype.hasobject and not name.startswith("arg"):
        return _assigned(name, alone, numpys)
    return getattr(np, name)(**numpys)


def _assigned(name: str, out: NDArray[Any], numpys: dict[str, Any]) -> NDArray[Any]:
    """NumPy's result, stored in an array of references: reducing numbers right into one ends NumPy with a crash."""
    result = getattr(np, name)(**numpys | {"out": None})
    if np.shape(result) != out.shape:
        raise ValueError(f"out must have the result's shape {np.shape(result)}, got {out.shape}")
    out[...] = result
    return out


def sum(
    a: ArrayLike,
    axis: _Axis = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: Any = _unsaid,
    initial: Any = _unsaid,
    where: Any = _unsaid,
    *,
    nan: _Nan = "propagate",
    min_count: int = 0,
    overflow: _Overflow = "wrap",
    threads: int | None = None,
) -> Any:
    """The sum of elements, as `numpy.sum`.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        None: all axes.
    dtype, out, keepdims, initial, where
        As in NumPy, whose own work `dtype`, `initial` and `where` are.
    nan : {'propagate', 'skip'}
    min_count : int
        With 'skip': results of fewer elements are NaN.
    overflow : {'wrap', 'raise'}
        What becomes of integer sums beyond 64 bits.
    threads : int, optional
        None: one for small arrays, else as many as `STRIDEWISE_NUM_THREADS`,
        `RAYON_NUM_THREADS`, `OMP_NUM_THREADS` or the processors allow. Results are the same to
        the bit for any number.

    Examples
    --------
    >>> sw.sum(np.arange(6.0).reshape(2, 3).T, axis=0)
    array([ 3., 12.])
    >>> sw.sum([1.0, np.nan], nan="skip")
    np.float64(1.0)
    """
    return _reduced("sum", locals())


def prod(
    a: ArrayLike,
    axis: _Axis = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: Any = _unsaid,
    initial: Any = _unsaid,
    where: Any = _unsaid,
    *,
    nan: _Nan = "propagate",
    min_count: int = 0,
    overflow: _Overflow = "wrap",
    threads: int | None = None,
) -> Any:
    """The product of elements, as `numpy.prod`; parameters as for `sum`.

    Examples
    --------
    >>> sw.prod([2, 3, 4])
    np.int64(24)
    """
    return _reduced("prod", locals())


def mean(
    a: ArrayLike,
    axis: _Axis = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: Any = _unsaid,
    *,
    where: Any = _unsaid,
    nan: _Nan = "propagate",
    min_count: int = 1,
    threads: int | None = None,
) -> Any:
    """The mean of elements, as `numpy.mean`; parameters as for `sum`.

    Examples
    --------
    >>> sw.mean(np.arange(6).reshape(2, 3), axis=1)
    array([1., 4.])
    """
    return _reduced("mean", locals())


def var(
    a: ArrayLike,
    axis: _Axis = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    ddof: float = 0,
    keepdims: Any = _unsaid,
    *,
    where: Any = _unsaid,
    mean: Any = _unsaid,
    correction: Any = _unsaid,
    nan: _Nan = "propagate",
    min_count: int = 1,
    threads: int | None = None,
) -> Any:
    """The variance of elements, as `numpy.var`; parameters as for `sum`.

    Examples
    --------
    >>> sw.var([1.0, 2.0, 3.0, 4.0], ddof=1).round(3)
    np.float64(1.667)
    """
    return _reduced("var", locals())


def std(
    a: ArrayLike,
    axis: _Axis = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    ddof: float = 0,
    keepdims: Any = _unsaid,
    *,
    where: Any = _unsaid,
    mean: Any = _unsaid,
    correction: Any = _unsaid,
    nan: _Nan = "propagate",
    min_count: int = 1,
    threads: int | None = None,
) -> Any:
    """The standard deviation of elements, as `numpy.std`; parameters as for `sum`.

    Examples
    --------
    >>> sw.std([7.0, 7.0, 7.0])
    np.float64(0.0)
    """
    return _reduced("std", locals())


def min(
    a: ArrayLike,
    axis: _Axis = None,
    out: NDArray[Any] | None = None,
    keepdims: Any = _unsaid,
    initial: Any = _unsaid,
    where: Any = _unsaid,
    *,
    nan: _Nan = "propagate",
    min_count: int = 1,
    threads: int | None = None,
) -> Any:
    """The lowest element, as `numpy.min`; parameters as for `sum`.

    Examples
    --------
    >>> sw.min(np.arange(6.0).reshape(2, 3), axis=0)
    array([0., 1., 2.])
    """
    return _reduced("min", locals())


def max(
    a: ArrayLike,
    axis: _Axis = None,
    out: NDArray[Any] | None = None,
    keepdims: Any = _unsaid,
    initial: Any = _unsaid,
    where: Any = _unsaid,
    *,
    nan: _Nan = "propagate",
    min_count: int = 1,
    threads: int | None = None,
) -> Any:
    """The highest element, as `numpy.max`; parameters as for `sum`.

    Examples
    --------
    >>> sw.max(np.arange(6.0).reshape(2, 3), axis=1)
    array([2., 5.])
    """
    return _reduced("max", locals())


def argmin(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    out: NDArray[Any] | None = None,
    *,
    keepdims: Any = _unsaid,
    nan: _Nan = "propagate",
    threads: int | None = None,
) -> Any:
    """Where the first of the lowest elements is, as `numpy.argmin`.

    Examples
    --------
    >>> sw.argmin([[3, 1], [0, 2]], axis=1)
    array([1, 0])
    """
    return _reduced("argmin", locals())


def argmax(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    out: NDArray[Any] | None = None,
    *,
    keepdims: Any = _unsaid,
    nan: _Nan = "propagate",
    threads: int | None = None,
) -> Any:
    """Where the first of the highest elements is, as `numpy.argmax`.

    Examples
    --------
    >>> sw.argmax([[3, 1], [0, 2]])
    np.int64(0)
    """
    return _reduced("argmax", locals())


def any(
    a: ArrayLike,
    axis: _Axis = None,
    out: NDArray[Any] | None = None,
    keepdims: Any = _unsaid,
    *,
    where: Any = _unsaid,
    threads: int | None = None,
) -> Any:
    """Whether any element is not zero, as `numpy.any`.

    Examples
    --------
    >>> sw.any([[0, 0], [0, 2]], axis=1)
    array([False,  True])
    """
    return _reduced("any", locals())


def all(
    a: ArrayLike,
    axis: _Axis = None,
    out: NDArray[Any] | None = None,
    keepdims: Any = _unsaid,
    *,
    where: Any = _unsaid,
    threads: int | None = None,
) -> Any:
    """Whether no element is zero, as `numpy.all`.

    Examples
    --------
    >>> sw.all([[1, 0], [3, 2]], axis=1)
    array([False,  True])
    """
    return _reduced("all", locals())


def count_nonzero(
    a: ArrayLike, axis: _Axis = None, *, keepdims: bool = False, threads: int | None = None
) -> Any:
    """How many elements are not zero, as `numpy.count_nonzero`.

    Examples
    --------
    >>> sw.count_nonzero([[1, 0], [3, 2]], axis=0)
    array([2, 1])
    """
    return _reduced("count_nonzero", locals())
