"""Copies between layouts, at the speed of memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from . import _core
from ._arrays import checked

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

_Casting = Literal["no", "equiv", "safe", "same_kind", "unsafe"]


def copyto(
    dst: NDArray[Any],
    src: ArrayLike,
    casting: _Casting = "same_kind",
    where: Any = True,
    *,
    threads: int | None = None,
) -> None:
    """Copies values into an array, broadcast where needed, as `numpy.copyto`.

    Parameters
    ----------
    dst : ndarray
    src : array_like
    casting, where
        As in NumPy. Casts, `where`, references, structures and arrays that have memory in common
        are NumPy's own work.
    threads : int, optional
        None: one for small copies, else as many as `STRIDEWISE_NUM_THREADS`,
        `RAYON_NUM_THREADS`, `OMP_NUM_THREADS` or the processors allow.

    Notes
    -----
    Large copies release the interpreter and can be interrupted; `dst` is then partly written.
    Neither array may be resized meanwhile.

    Examples
    --------
    >>> a = np.arange(6.0).reshape(2, 3)
    >>> b = np.empty((3, 2))
    >>> sw.copyto(b, a.T)
    >>> b.tolist()
    [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
    """
    if threads is not None and threads < 1:
        raise ValueError(f"threads must be 1 or more, got {threads}")
    array = _core.as_array(src, subok=True)
    if where is True and _core.copy_into(dst, array, threads):
        return
    # NumPy casts numbers of Python's own by their values; memory of others is asked for once.
    np.copyto(dst, src if array.base is None else array, casting=casting, where=checked(where))


def copy(
    a: ArrayLike,
    order: Literal["K", "A", "C", "F"] = "K",
    out: NDArray[Any] | None = None,
    threads: int | None = None,
) -> NDArray[Any]:
    """A copy of an array in a memory order, as `numpy.copy`, or into `out`.

    Examples
    --------
    >>> a = np.arange(6.0).reshape(2, 3)
    >>> sw.copy(a.T).strides, sw.copy(a.T, "C").strides
    ((8, 24), (16, 8))
    """
    array = _core.as_array(a)
    if out is None:
        out = np.empty_like(array, order=order)
    elif out.shape != array.shape:
        raise _core.LayoutError(f"out has shape {out.shape}, and {array.shape} is needed")
    copyto(out, array, threads=threads)
    return out


def ascontiguousarray(
    a: ArrayLike, dtype: DTypeLike | None = None, *, threads: int | None = None
) -> NDArray[Any]:
    """The array in C order, of one axis at least: itself, or a copy.

    Examples
    --------
    >>> a = np.zeros((2, 3))
    >>> sw.ascontiguousarray(a) is a, sw.ascontiguousarray(a.T).strides
    (True, (16, 8))
    """
    return _contiguous(a, dtype, "C", threads)


def asfortranarray(
    a: ArrayLike, dtype: DTypeLike | None = None, *, threads: int | None = None
) -> NDArray[Any]:
    """The array in Fortran order, of one axis at least: itself, or a copy.

    Examples
    --------
    >>> sw.asfortranarray(np.zeros((2, 3))).strides
    (8, 16)
    """
    return _contiguous(a, dtype, "F", threads)


def _contiguous(
    a: ArrayLike, dtype: DTypeLike | None, order: Literal["C", "F"], threads: int | None
) -> NDArray[Any]:
    array = _core.as_array(a)
    if dtype is not None:
        array = np.asarray(a if array.base is None else array, dtype)
    there = array.flags.c_contiguous if order == "C" else array.flags.f_contiguous
    if there or array.ndim == 0:
        return np.array(array, copy=None, order=order, ndmin=1)
    out = np.empty(array.shape, array.dtype, order)
    copyto(out, array, threads=threads)
    return out
