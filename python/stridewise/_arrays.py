"""Whose work an array is."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core

def is_plain(a: Any) -> bool:
    """Whether an argument has no ideas of its own about what is done to it.

    Masked arrays, matrices, units, and objects of other libraries have, and NumPy asks them.
    """
    kind = type(a)
    if kind is np.ndarray or kind is np.memmap:
        return True
    return not (isinstance(a, np.ndarray) or hasattr(a, "__array_function__") or hasattr(kind, "sum"))


def checked(value: Any) -> Any:
    """An argument that NumPy is going to read; refused where it is known to lie about its memory."""
    if value is not None and is_plain(value):
        _core.as_array(value, subok=True)
    return value
