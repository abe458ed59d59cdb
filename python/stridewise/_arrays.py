"""Whose work an array is."""

from __future__ import annotations

from typing import Any

import numpy as np

def is_plain(a: Any) -> bool:
    """Whether an argument has no ideas of its own about what is done to it.

    Masked arrays, matrices, units, and objects of other libraries have, and NumPy asks them.
    """
    kind = type(a)
    if kind is np.ndarray or kind is np.memmap:
        return True
    return not (isinstance(a, np.ndarray) or hasattr(a, "__array_function__") or hasattr(kind, "sum"))
