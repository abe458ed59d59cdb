"""Writing safetensors files: elements in C order whatever the layout, in little memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from ._core import as_array
from ._copy import ascontiguousarray

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

# The format's names, from its README; NumPy has none of its 8-bit floats and no bfloat16.
_NAMES = {
    "b1": "BOOL", "u1": "U8", "i1": "I8", "u2": "U16", "i2": "I16", "f2": "F16", "u4": "U32", "i4": "I32",
    "f4": "F32", "u8": "U64", "i8": "I64", "f8": "F64", "c8": "C64",
}  # fmt: skip
# Bytes that are put in order at once.
_TOGETHER = 16 << 20


def save_safetensors(
    tensors: Mapping[str, ArrayLike],
    path: str | os.PathLike[str],
    *,
    metadata: Mapping[str, str] | None = None,
    overwrite: bool = False,
) -> None:
    """Writes arrays of any layout to a safetensors file, each in C order, as the format wants it.

    Arrays in Fortran order, stepped, reversed, broadcast or of the other byte order arrive as they
    look. Memory beside them stays under 32 MiB. The file appears when it is whole, or not at all.

    Parameters
    ----------
    tensors : mapping of str to array_like
    path : path-like
    metadata : mapping of str to str, optional
    overwrite : bool
        Whether a file of that name may be replaced.

    Examples
    --------
    >>> a = np.arange(6).reshape(2, 3)
    >>> sw.save_safetensors({"a": a.T[::-1]}, folder / "m.safetensors")
    >>> sw.open(f"{folder}/m.safetensors::a").tolist() == a.T[::-1].tolist()
    True
    """
    import json
    import tempfile  # both take some time, and few programs come here

    arrays = {name: _checked(name, a) for name, a in tensors.items()}
    # Larger items first: so all of them are aligned.
    ordered = sorted(arrays, key=lambda name: (-arrays[name].dtype.itemsize, name))
    header: dict[str, Any] = {}
    if metadata is not None:
        for key, value in metadata.items():
            if not (isinstance(key, str) and isinstance(value, str)):
                raise TypeError(f"metadata holds texts alone, got {key!r}: {value!r}")
        header["__metadata__"] = dict(metadata)
    at = 0
    for name in ordered:
        array = arrays[name]
        end = at + array.nbytes
        header[name] = {
            "dtype": _NAMES[array.dtype.str[1:]],
            "shape": list(array.shape),
            "data_offsets": [at, end],
        }
        at = end
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    target = os.path.abspath(os.fspath(path))
    if os.path.exists(target) and not overwrite:
        raise FileExistsError(f"{target!r} exists: overwrite=True replaces it")
    folder, name = os.path.split(target)
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(len(text).to_bytes(8, "little"))
            file.write(text)
            for name in ordered:
                _write(file, arrays[name])
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        if overwrite:
            os.replace(temporary, target)
        else:
            os.link(temporary, target)  # fails where somebody else was faster
            os.unlink(temporary)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _checked(name: str, a: ArrayLike) -> NDArray[Any]:
    if not isinstance(name, str):
        raise TypeError(f"names of tensors are texts, got {name!r}")
    if name == "__metadata__":
        raise ValueError("'__metadata__' names the metadata: say metadata=..., or give the tensor another name")
    array = as_array(a)
    if array.dtype.kind not in "biufc" or array.dtype.str[1:] not in _NAMES:
        raise TypeError(f"{name!r}: a safetensors file cannot hold dtype {array.dtype}")
    return array


def _write(file: BinaryIO, array: NDArray[Any]) -> None:
    """Writes the elements in C order and little-endian, a part at a time."""
    if array.size == 0:
        return
    if array.ndim > 0 and array.nbytes > _TOGETHER and not (array.flags.c_contiguous and _is_little(array)):
        rows = max(1, _TOGETHER // (array.nbytes // array.shape[0]))
        for first in range(0, array.shape[0], rows):
            part = array[first : first + rows]
            _write(file, part if rows > 1 else part[0])
        return
    if not _is_little(array):
        array = array.astype(array.dtype.newbyteorder("<"))
    file.write(ascontiguousarray(array).reshape(-1).view("u1").data)


def _is_little(array: NDArray[Any]) -> bool:
    return array.dtype.itemsize == 1 or array.dtype == array.dtype.newbyteorder("<")
