"""What counts as an array here, and whose work it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def as_array(a: Any) -> NDArray[Any]:
    """As `numpy.asarray`; what has only `__dlpack__` comes through that."""
    if isinstance(a, np.ndarray):
        return np.asarray(a)
    speaks = ("__array_interface__", "__array_struct__", "__array__", "__buffer__")
    if hasattr(a, "__dlpack__") and not any(hasattr(a, name) for name in speaks):
        return np.from_dlpack(a)
    return np.asarray(a)


def is_plain(a: Any) -> bool:
    """Whether an argument has no ideas of its own about what is done to it.

    Masked arrays, matrices, units, and objects of other libraries have, and NumPy asks them.
    """
    kind = type(a)
    if kind is np.ndarray or kind is np.memmap:
        return True
    return not (isinstance(a, np.ndarray) or hasattr(a, "__array_function__") or hasattr(kind, "sum"))
