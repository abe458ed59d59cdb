#!/usr/bin/env python3
"""Where the bytes of a NumPy array lie: stride analysis, transposes and windows without a copy.

One file that needs NumPy alone; where stridewise can be imported, it makes the windows. As a command:

    python numpy-memory_tool.py analyse a.npy
    python numpy-memory_tool.py analyse --shape 4,5 --dtype float64 --order F
    python numpy-memory_tool.py transpose --shape 4,5
    python numpy-memory_tool.py windows --shape 10 --size 3
    python numpy-memory_tool.py offset --shape 4,5 --index 1,2

As a module (its name has a hyphen, so `import` needs the name as text):

    tool = importlib.import_module("numpy-memory_tool")
    print(tool.analyse(a))
    view = tool.windows(a, 3)

Strides are signed bytes. Worked: shape (4, 5) of float64 in C order has strides (40, 8), so
a[1, 2] lies 1*40 + 2*8 = 56 bytes after a[0, 0].
"""

import argparse
import json
import math
import sys
from dataclasses import asdict, dataclass

import numpy as np

try:
    import stridewise
except ImportError:  # NumPy alone does as well, only slower
    stridewise = None

LINE = 64  # bytes that memory moves at once on nearly every machine of today


@dataclass(frozen=True)
class Analysis:
    """What the strides of an array mean for a program that walks over it."""

    shape: tuple
    dtype: str
    itemsize: int
    strides: tuple
    c_contiguous: bool
    f_contiguous: bool
    owns_memory: bool
    smallest_stride_axis: int | None
    loop_order: tuple
    line_use: tuple  # of each axis: the share of a cache line's bytes that a walk along it uses
    advice: str

    def __str__(self):
        order = "C and F" if self.c_contiguous and self.f_contiguous else (
            "C (row by row)" if self.c_contiguous
            else "F (column by column)" if self.f_contiguous
            else "neither C nor F"
        )
        lines = [
            f"shape    {self.shape}",
            f"dtype    {self.dtype}, {self.itemsize} bytes an element",
            f"strides  {self.strides} bytes",
            f"order    {order}",
            f"memory   {'its own' if self.owns_memory else 'a view of memory that another array owns'}",
        ]
        for axis, (extent, stride, use) in enumerate(
            zip(self.shape, self.strides, self.line_use)
        ):
            mark = "  <- smallest stride" if axis == self.smallest_stride_axis else ""
            lines.append(
                f"axis {axis}   {extent} steps of {stride} B, {use:.0%} of each cache line used{mark}"
            )
        return "\n".join([*lines, f"advice   {self.advice}"])


def stride_order(a):
    """The axes from the longest step to the shortest: the loop order that follows the memory.

    >>> stride_order(np.zeros((4, 5)).T)
    (1, 0)
    """
    return tuple(sorted(range(a.ndim), key=lambda axis: -abs(a.strides[axis])))


def analyse(a):
    """An `Analysis` of an array; no element is read.

    >>> analyse(np.zeros((4, 5), order="F")).smallest_stride_axis
    0
    """
    a = np.asanyarray(a)
    long_axes = [axis for axis in range(a.ndim) if a.shape[axis] > 1]
    smallest = min(long_axes, key=lambda axis: (abs(a.strides[axis]), -axis), default=None)
    order = stride_order(a)
    if smallest is None:
        advice = "at most one element along every axis: any order is the same"
    elif smallest == max(long_axes):
        advice = "the last axis steps least: loop over it innermost, as C code and NumPy do"
    else:
        advice = (
            f"axis {smallest} steps least: loop over it innermost, "
            f"or walk a.transpose{order}, a view with the axes in that order"
        )
    return Analysis(
        shape=a.shape,
        dtype=str(a.dtype),
        itemsize=a.itemsize,
        strides=a.strides,
        c_contiguous=a.flags.c_contiguous,
        f_contiguous=a.flags.f_contiguous,
        owns_memory=a.flags.owndata,
        smallest_stride_axis=smallest,
        loop_order=order,
        line_use=tuple(line_use(stride, a.itemsize) for stride in a.strides),
        advice=advice,
    )


def line_use(stride, itemsize):
    """The share of the bytes of the cache lines that a long walk with this stride uses.

    >>> line_use(8, 8), line_use(16, 8), line_use(4000, 8)
    (1.0, 0.5, 0.125)
    """
    if itemsize == 0 or stride == 0:
        return 1.0
    return min(1.0, itemsize / min(abs(stride), max(LINE, itemsize)))


def transposed(a, axes=None):
    """The array with its axes permuted (reversed without `axes`): always a view.

    >>> a = np.zeros((4, 5))
    >>> transposed(a).strides, np.shares_memory(a, transposed(a))
    ((8, 40), True)
    """
    return np.asanyarray(a).transpose(axes)


def windows(a, size, axis=-1, *, step=1, dilation=1):
    """Every run of `size` elements along an axis as a new last axis: a view that cannot be written.

    `step` is the distance between two windows, `dilation` that between the members of one.

    >>> windows(np.arange(7), 3, step=2).tolist()
    [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    >>> windows(np.arange(7), 3, dilation=3).tolist()
    [[0, 3, 6]]
    """
    a = np.asanyarray(a)
    for name, value in (("size", size), ("step", step), ("dilation", dilation)):
        if value < 1:
            raise ValueError(f"{name}: wanted 1 or more, got {value}")
    if not -a.ndim <= axis < a.ndim:
        raise ValueError(f"axis {axis} is out of bounds for array of dimension {a.ndim}")
    axis %= a.ndim
    reach = (size - 1) * dilation + 1
    if reach > a.shape[axis]:
        raise ValueError(
            f"axis {axis}: a window reaches over {reach} elements, got an axis of {a.shape[axis]}"
        )
    if stridewise is not None:
        return stridewise.sliding_window_view(a, size, axis, step=step, dilation=dilation, subok=True)
    view = np.lib.stride_tricks.sliding_window_view(a, reach, axis=axis)[..., ::dilation]
    return view[(slice(None),) * axis + (slice(None, None, step),)]


def strides_in_order(shape, itemsize, order="C"):
    """The strides that NumPy gives a new array; where there is no element, they are all 0.

    >>> strides_in_order((4, 5), 8), strides_in_order((4, 5), 8, "F")
    ((40, 8), (8, 32))
    """
    if order not in ("C", "F"):
        raise ValueError(f"order: wanted C or F, got {order}")
    strides = [0] * len(shape)
    step = itemsize if all(shape) else 0
    for axis in range(len(shape)) if order == "F" else reversed(range(len(shape))):
        strides[axis] = step
        step *= shape[axis]
    return tuple(strides)


def offset(shape, strides, index, base=0):
    """The byte of an index, and what each axis adds to it.

    >>> offset((4, 5), (40, 8), (1, 2))
    (56, [40, 16])
    """
    for name, values in (("strides", strides), ("index", index)):
        if len(values) != len(shape):
            raise ValueError(f"{name}: wanted one for each of {len(shape)} axes, got {len(values)}")
    terms = []
    for axis, (extent, stride, given) in enumerate(zip(shape, strides, index)):
        position = given + extent if given < 0 else given
        if not 0 <= position < extent:
            raise IndexError(f"index {given} is out of bounds for axis {axis} with size {extent}")
        terms.append(position * stride)
    return base + sum(terms), terms


def numbers(text):
    """`4,5` or `(4, 5)` as a tuple; nothing at all is the empty tuple."""
    inner = text.strip().removeprefix("(").removesuffix(")").strip().removesuffix(",")
    try:
        return tuple(int(part) for part in inner.split(",")) if inner else ()
    except ValueError:
        raise argparse.ArgumentTypeError(f"wanted whole numbers such as 4,5, got {text!r}") from None


def array_of(given):
    """The array that a command line speaks of; of a described one no page is ever touched."""
    if given.file is not None:
        return np.load(given.file, mmap_mode="r", allow_pickle=False)
    if given.shape is None:
        raise ValueError("wanted a .npy file or --shape, got neither")
    dtype = np.dtype(given.dtype)
    if any(extent < 0 for extent in given.shape):
        raise ValueError(f"wanted extents of 0 or more, got {given.shape}")
    if math.prod(given.shape) * dtype.itemsize > np.iinfo(np.intp).max:
        raise ValueError(f"wanted an array that 64 bits can address, got shape {given.shape}")
    return np.empty(given.shape, dtype=dtype, order=given.order)


def describe_windows(a, given):
    view = windows(a, given.size, given.axis, step=given.step, dilation=given.dilation)
    return {
        "shape": view.shape,
        "strides": view.strides,
        "copied_bytes": 0 if np.may_share_memory(a, view) or view.size == 0 else view.nbytes,
        "as_a_copy_bytes": view.nbytes,
    }


def describe_transpose(a, given):
    view = transposed(a, given.axes)
    return {
        "shape": view.shape,
        "strides": view.strides,
        "copied_bytes": 0 if np.may_share_memory(a, view) or view.size == 0 else view.nbytes,
        "advice": analyse(view).advice,
    }


def describe_offset(given):
    dtype = np.dtype(given.dtype)
    strides = given.strides or strides_in_order(given.shape, dtype.itemsize, given.order)
    byte, terms = offset(given.shape, strides, given.index, given.base)
    return {"byte": byte, "terms": terms, "strides": strides}


def parser():
    top = argparse.ArgumentParser(prog="numpy-memory_tool.py", description=__doc__.splitlines()[0])
    commands = top.add_subparsers(dest="command", required=True)

    def command(name, about, source=True):
        added = commands.add_parser(name, help=about)
        if source:
            added.add_argument("file", nargs="?", metavar="FILE.npy", help="opened without reading it")
        added.add_argument("--shape", type=numbers, required=not source, help="such as 4,5")
        added.add_argument("--dtype", default="float64")
        added.add_argument("--order", choices="CF", default="C")
        added.add_argument("--json", action="store_true")
        return added

    command("analyse", "strides, order, and the loop that follows them")
    command("transpose", "permuted axes, without a copy").add_argument("--axes", type=numbers)
    added = command("windows", "sliding windows, without a copy")
    added.add_argument("--size", type=int, required=True)
    added.add_argument("--axis", type=int, default=-1)
    added.add_argument("--step", type=int, default=1)
    added.add_argument("--dilation", type=int, default=1)
    added = command("offset", "the byte of an index, term by term", source=False)
    added.add_argument("--index", type=numbers, required=True)
    added.add_argument("--strides", type=numbers)
    added.add_argument("--base", type=int, default=0)
    return top


def main(argv=None):
    given = parser().parse_args(argv)
    try:
        if given.command == "offset":
            answer = describe_offset(given)
        elif given.command == "analyse":
            answer = analyse(array_of(given))
        else:
            describe = describe_windows if given.command == "windows" else describe_transpose
            answer = describe(array_of(given), given)
    except (ValueError, IndexError, TypeError, OSError, MemoryError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps(asdict(answer) if isinstance(answer, Analysis) else answer))
    elif isinstance(answer, dict):
        for name, value in answer.items():
            print(f"{name}: {value}")
    else:
        print(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
