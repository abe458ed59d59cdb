"""Explaining: where an array's bytes lie, and what an operation does with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from . import _core
from ._report import (
    BlasPlan,
    Comparison,
    Indices,
    LocalityReport,
    MachineReport,
    Offset,
    Report,
    ReshapePlan,
    Trace,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, DTypeLike, NDArray

_Order = Literal["C", "F", "A"]


def _chain(a: object) -> tuple[str, ...]:
    """The names of the types from an array to the object that owns its memory."""
    names: list[str] = []
    link: Any = a
    while link is not None and len(names) < 32:
        kind = type(link)
        names.append(kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}")
        link = link.obj if isinstance(link, memoryview) else getattr(link, "base", None)
    return tuple(names)


def inspect(a: ArrayLike) -> Report:
    """The layout card of an array: strides, order, lines touched, findings.

    Parameters
    ----------
    a : array_like
        An array, or what NumPy makes one of.

    Returns
    -------
    Report
        The document of `stridewise inspect`, and in `memory` what only a live array has: the
        chain of bases, how many bytes of memory it keeps alive, the pointer's alignment.

    Examples
    --------
    >>> a = np.zeros((4, 6))[:, ::2]
    >>> report = sw.inspect(a)
    >>> report.layout.strides, report.layout.buffer_bytes
    ((48, 16), 192)
    >>> report.smallest_stride_axis
    1
    >>> report.memory.chain
    ('numpy.ndarray', 'numpy.ndarray')
    """
    import json

    text, page, svg = _core.inspect(a, "a")
    facts = _core.memory(a)
    memory = {
        "chain": _chain(a),
        "keeps_alive": facts["bytes"],
        "owner_asked": facts["asked"],
        "pointer_alignment": facts["pointer_alignment"],
    }
    document = json.loads(text)
    document["memory"] = memory
    said = "" if facts["asked"] else " (which cannot be asked where it ends)"
    page += (
        f"\nowner  {' <- '.join(memory['chain'])}{said}\n"
        f"       keeps {facts['bytes']:,} B alive; the pointer is a multiple of "
        f"{facts['pointer_alignment']} B\n"
    )
    return Report((json.dumps(document, separators=(",", ":"), ensure_ascii=False), page, svg))


def trace(source: str | Callable[..., Any], /, *args: Any, **arrays: Any) -> Trace:
    """Each step of an expression or a function: new, a view or a copy, and why.

    Parameters
    ----------
    source : str or callable
        A NumPy expression over the names of `arrays`, which is not run; or a function, which is
        called with `args` and `arrays` and watched.
    *args, **arrays
        The arrays.

    Returns
    -------
    Trace

    Raises
    ------
    LayoutError
        An expression that cannot be read or that NumPy would refuse, with a caret at the place.

    Examples
    --------
    >>> a = np.zeros((4, 5))
    >>> steps = sw.trace("a[::2].T.reshape(-1)", a=a).steps
    >>> [step.effect for step in steps]
    ['view', 'view', 'copy']
    >>> print(steps[2].reason.text)
    axes 0 and 1 cannot merge: stride[0] is 8, but stride[1] x extent[1] is 80 x 2 = 160
    >>> sw.trace(lambda a: a[::2].T.reshape(-1), a).copied_bytes
    80
    """
    if callable(source):
        from ._watch import watch

        return watch(source, args, arrays)
    if args:
        raise TypeError("arrays of an expression are given by name: trace('a.T', a=a)")
    return Trace(_core.trace(source, arrays))


def explain_reshape(
    a: ArrayLike, newshape: int | tuple[int, ...] | list[int], order: _Order = "C"
) -> ReshapePlan:
    """Whether a reshape is a view, and if not, which axes are in its way.

    Examples
    --------
    >>> a = np.zeros((4, 6))
    >>> sw.explain_reshape(a, (2, 12)).is_view
    True
    >>> plan = sw.explain_reshape(a[:, ::2].T, -1)
    >>> plan.is_view, plan.reason.axes, plan.reason.wanted, plan.reason.got
    (False, (0, 1), 192, 16)
    """
    if order not in ("C", "F", "A"):
        raise ValueError(f"order must be one of 'C', 'F', or 'A' (got {order!r})")
    shape = _core.as_shape(newshape)
    source = f"a.reshape({shape}, order='{order}')"
    return ReshapePlan(_core.trace(source, {"a": a}))


def offset(a: ArrayLike, index: int | tuple[int, ...]) -> Offset:
    """The byte of an index, counted from the start of the memory that `a` lies in.

    Examples
    --------
    >>> a = np.zeros((4, 6))
    >>> where = sw.offset(a, (2, 3))
    >>> where.byte, [term.product for term in where.terms]
    (120, [96, 24])
    """
    return Offset(_core.offset(a, index, "a"))


def indices_at(a: ArrayLike, byte: int, limit: int = 100) -> Indices:
    """The indices whose element covers a byte, the first `limit` of them and how many there are.

    Examples
    --------
    >>> windows = sw.sliding_window_view(np.arange(10.0), 3)
    >>> sw.indices_at(windows, 16).indices
    ((0, 2), (1, 1), (2, 0))
    """
    if limit < 0:
        raise ValueError(f"limit must not be negative, got {limit}")
    return Indices(_core.indices_at(a, byte, limit, "a"))


def blas(a: ArrayLike, b: ArrayLike | None = None) -> BlasPlan:
    """How one array, or the product of two, goes to BLAS, and which operand is copied for it.

    Examples
    --------
    >>> a = np.zeros((3, 4))
    >>> plan = sw.blas(a.T, a)
    >>> [(operand.trans, operand.ld, operand.copy) for operand in plan.operands]
    [('T', 4, False), ('N', 4, False)]
    """
    return BlasPlan(_core.blas(a, b, ("a", "b")))


def locality(
    pattern: str,
    /,
    *,
    order: str | None = None,
    block: str | None = None,
    machine: str | None = None,
    cache: Sequence[str] = (),
    exact: bool = False,
    trace: int | None = None,
    **arrays: Any,
) -> LocalityReport:
    """Is this access pattern cache friendly, which loop order is best, does a copy pay.

    Nothing is run: figures are predicted or simulated (LRU, no prefetch), and labelled so.

    Parameters
    ----------
    pattern : str
        A statement such as `"out[j] += a[i,j] * b[j,i]"`, or a ready pattern over arrays.
    order : str, optional
        The loop order that is asked about, outermost first: `"j,i"`.
    block : str, optional
        Block sizes: `"i=32,j=32"`.
    machine : str, optional
        A preset's name; this machine by default.
    cache : sequence of str
        Caches in place of the machine's, from the nearest on: `"32K:8:64"`.
    exact : bool
        Simulates every access, however long that takes.
    trace : int, optional
        How many accesses to list one by one; all of them by default where they are few.
    **arrays
        The arrays by name. What is only written may be left out.

    Examples
    --------
    >>> a = np.zeros((1000, 1000))
    >>> report = sw.locality("out[j] += a[i,j]", a=a, machine="intel-server")
    >>> report.best
    ('i', 'j')
    """
    return LocalityReport(_core.locality(pattern, arrays, order, block, machine, cache, exact, trace))


def machine(name: str | None = None) -> MachineReport:
    """The caches, page size and instructions of this machine, and where each figure comes from.

    Parameters
    ----------
    name : str, optional
        A preset's name, for a machine that is not at hand.

    Examples
    --------
    >>> first = sw.machine("apple-m1").caches[0]
    >>> first.name, first.line
    ('L1d', 64)
    """
    return MachineReport(_core.machine(name))


def compare(a: NDArray[Any], b: NDArray[Any]) -> Comparison:
    """Whether two arrays are one memory, what differs, and whether writes to one reach the other.

    Examples
    --------
    >>> a = np.zeros((2, 3))
    >>> same = sw.compare(a, a.T)
    >>> same.bytes_copied, same.axes, same.changed, same.writes_reach
    (0, (1, 0), ('shape', 'strides'), True)
    >>> sw.compare(a, a.T.reshape(-1)).bytes_copied
    48
    """
    import json

    a, b = _core.as_array(a, subok=True), _core.as_array(b, subok=True)
    first, second = _core.memory(a), _core.memory(b)
    same_buffer = (first["start"], first["bytes"]) == (second["start"], second["bytes"])
    shares = _core.shares_memory(a, b)
    layouts = [json.loads(_core.inspect(array, "a")[0])["layout"] for array in (a, b)]
    named = ("dtype", "shape", "strides", "offset", "writeable")
    changed = [name for name in named if layouts[0][name] != layouts[1][name]]
    axes = _core.permutation_between(a, b)
    reach = shares and bool(a.flags.writeable or b.flags.writeable)
    copied = 0 if same_buffer or shares else b.nbytes
    document = {
        "schema": 1,
        "kind": "compare",
        "same_buffer": same_buffer,
        "shares_memory": shares,
        "bytes_copied": copied,
        "changed": changed,
        "axes": axes,
        "writes_reach": reach,
        "a": layouts[0],
        "b": layouts[1],
    }
    lines = [
        "one buffer" if same_buffer else "two buffers",
        "they share elements" if shares else "they share no element",
        f"bytes copied  {copied:,}",
        f"changed       {', '.join(changed) or 'nothing'}",
    ]
    if axes is not None:
        lines.append(f"axes          b is a.transpose{axes}")
    lines.append(f"writes        {'reach the other' if reach else 'stay on their side'}")
    text = json.dumps(document, separators=(",", ":"))
    return Comparison((text, "\n".join(lines) + "\n", None))


def require(
    a: ArrayLike, order: _Order = "C", dtype: DTypeLike | None = None, copy: bool = False
) -> NDArray[Any]:
    """A contract: the array as it is if it has this order and dtype, else the reason why not.

    Parameters
    ----------
    a : array_like
    order : {'C', 'F', 'A'}
        Contiguous in C order, in Fortran order, or in either.
    dtype : dtype, optional
    copy : bool
        Make the copy that is needed, instead of raising.

    Raises
    ------
    LayoutError
        With the axis, the stride `wanted` and the stride `got`.

    Examples
    --------
    >>> a = np.zeros((2, 3))
    >>> sw.require(a) is a
    True
    >>> sw.require(a, order="F")
    Traceback (most recent call last):
    stridewise.LayoutError: the array is not F contiguous: axis 0 has stride 24, and 8 is needed
    """
    array = _core.as_array(a, subok=True)
    if order not in ("C", "F", "A"):
        raise ValueError(f"order must be one of 'C', 'F', or 'A' (got {order!r})")
    wanted = array.dtype if dtype is None else np.dtype(dtype)
    flags = array.flags
    contiguous = {"C": flags.c_contiguous, "F": flags.f_contiguous, "A": flags.forc}[order]
    if contiguous and array.dtype == wanted:
        return array
    if copy:
        return np.array(array, dtype=wanted, order=order, subok=True)
    if array.dtype != wanted:
        error = _core.LayoutError(f"the array is {array.dtype}, and {wanted} is needed")
        error.wanted, error.got = wanted, array.dtype
        error.help = "pass copy=True to convert it"
        raise error
    packed = "C" if order == "A" else order
    _, strides = _core.packed_strides(array, packed)
    found = ((k, array.strides[k], strides[k]) for k in range(array.ndim) if array.shape[k] > 1)
    axis, got, needed = next(item for item in found if item[1] != item[2])
    name = "C or F" if order == "A" else order
    text = f"the array is not {name} contiguous: axis {axis} has stride {got}, and {needed} is needed"
    error = _core.LayoutError(text)
    error.axis, error.wanted, error.got = axis, needed, got
    error.help = "pass copy=True to copy it"
    raise error
