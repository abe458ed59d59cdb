"""Arrays in files, mapped: nothing is read before it is used."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from . import _core

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


def open(
    spec: str | os.PathLike[str],
    *,
    dtype: DTypeLike | None = None,
    shape: tuple[int, ...] | None = None,
    order: Literal["C", "F"] | None = None,
    strides: tuple[int, ...] | None = None,
    offset: int | None = None,
) -> NDArray[Any]:
    """An array in a file, mapped: read-only, without a copy.

    Parameters
    ----------
    spec : str or path
        `a.npy`, `a.npz::name`, `m.safetensors::name`, or a file of nothing but elements.
    dtype, shape, order, strides, offset
        What a file of nothing but elements holds. Strides and offset are bytes.

    Notes
    -----
    The file must not be changed while the array lives: where it is cut short, touching what is
    gone ends the process. A compressed member of an `.npz` is inflated into memory.

    Examples
    --------
    >>> np.save(folder / "a.npy", np.arange(6).reshape(2, 3))
    >>> a = sw.open(folder / "a.npy")
    >>> a.sum(), a.flags.writeable
    (np.int64(15), False)
    """
    text = None if dtype is None else _named(np.dtype(dtype))
    mapped = _core.open_mapped(os.fspath(spec), text, shape, order, strides, offset)
    name, extents, steps, start, _ = mapped.describe()
    memory: memoryview = memoryview(mapped)  # type: ignore[arg-type,unused-ignore]
    return np.ndarray(extents, _dtype(name), memory, start, steps)


def _named(dtype: np.dtype[Any]) -> str:
    return str(dtype) if dtype.fields else dtype.str


def _dtype(name: str) -> np.dtype[Any]:
    """The dtype of a text that the core prints."""
    if name.startswith(("[", "{", "(")):
        import ast

        fields: np.dtype[Any] = np.dtype(ast.literal_eval(name))
        return fields
    return np.dtype(name)
