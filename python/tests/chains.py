"""Random chains of NumPy expressions, grown step by step on real arrays.

A chain is a list of templates in which `_` stands for the array so far: `zeros((2,3))`, `_.T`,
`np.flip(_, 0)`. Written out it is one expression, `np.flip(zeros((2,3)).T, 0)`; evaluated step
by step it shows what each step did. A few steps are wrong on purpose.
"""

import itertools
import math
import re

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

MOST_ELEMENTS = 20_000

BARE_DTYPES = ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "c8", "c16", "float32", "float64",
               "int16", "int32", "int64", "uint8", "complex64", "bool_"]
STRUCTURED = [
    "[('x','i1'),('y','<f8')]",
    "[('x','<f4'),('y','<i4'),('z','u1')]",
    "[('p','<i2',(3,)),('q','>f4')]",
    "[('x','f8'),('y',[('u','i2'),('v','f4')])]",
]
QUOTED_DTYPES = ["?", "<f8", ">f8", ">i2", "<u4", "f2", "c16", "S3", "U2", "V5", "M8[ns]", "m8[s]",
                 "float32", "int", "float", "complex", "i,f8", "g"]

NAMESPACE = {
    "np": np,
    "as_strided": as_strided,
    "sliding_window_view": sliding_window_view,
    **{name: np.dtype(name.removesuffix("_")) for name in BARE_DTYPES},
    **{
        name: getattr(np, name)
        for name in ["zeros", "ones", "empty", "arange", "broadcast_to", "transpose", "reshape",
                     "moveaxis", "flip", "rot90", "squeeze", "expand_dims", "diagonal", "ravel",
                     "swapaxes", "ascontiguousarray", "asfortranarray", "asarray", "concatenate",
                     "stack", "where", "einsum", "broadcast_arrays", "copy", "tril", "triu"]
    },
}


def holds_tuples(x):
    """Whether an array of objects was made of structures: what casts of it do depends on values."""
    return x.dtype.kind == "O" and any(isinstance(item, tuple) for item in x.flat)


def evaluate(template, so_far=None):
    """The value of one template."""
    return eval(template, NAMESPACE, {"_": so_far})  # the text is ours


def written_out(templates):
    """The whole chain as one expression, and where each step ends in it."""
    text, ends = templates[0], [len(templates[0])]
    for template in templates[1:]:
        place = re.search(r"\b_\b", template).start()
        text = template[:place] + text + template[place + 1 :]
        ends = [place + end for end in ends] + [len(text)]
    return text, ends


class Generator:
    """Grows chains from a random stream."""

    def __init__(self, rng):
        self.rng = rng

    # -- choices

    def chance(self, once_in):
        return self.rng.randrange(once_in) == 0

    def pick(self, *items):
        return self.rng.choice(items)

    def integer(self, low, high):
        return self.rng.randint(low, high)

    def np_(self):
        return self.pick("np.", "np.", "")

    def axis(self, rank):
        """An axis, from either end; out of bounds now and then."""
        if rank == 0 or self.chance(60):
            return self.pick(rank, -rank - 1, 9)
        return self.integer(-rank, rank - 1)

    def some_axes(self, rank, least=0):
        axes = list(range(rank))
        self.rng.shuffle(axes)
        axes = axes[: self.integer(min(least, rank), rank)]
        if self.chance(80):
            axes.append(self.axis(rank))
        return [axis - rank if self.chance(3) else axis for axis in axes]

    def sequence(self, values):
        """A tuple or a list."""
        values = list(values)
        return str(values) if self.chance(4) else str(tuple(values)).replace(", ", ",")

    def shape(self, most=200):
        """A shape of few elements."""
        extents, size = [], 1
        for _ in range(self.pick(0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5)):
            extent = self.pick(1, 1, 2, 2, 3, 3, 4, 5, 6, 8) if not self.chance(25) else 0
            if size * max(extent, 1) <= most:
                extents.append(extent)
                size *= max(extent, 1)
        return extents

    def dtype(self, plain=False):
        """A dtype, bare or quoted."""
        kind = self.integer(0, 9)
        if kind < 5:
            name = self.pick(*BARE_DTYPES)
            return self.pick(name, repr(name), f"np.{name}" if len(name) > 3 else repr(name))
        if kind < 9 or plain:
            return repr(self.pick(*QUOTED_DTYPES))
        return self.pick(*STRUCTURED)

    def order(self, *orders):
        return self.pick(*orders) if not self.chance(150) else "X"

    def argument(self, name, value):
        """A positional or keyword argument."""
        return self.pick(f"{value}", f"{name}={value}")

    # -- where chains begin

    def constructor(self):
        name = self.pick("zeros", "zeros", "ones", "empty", "arange", "arange")
        prefix = self.np_()
        if name == "arange":
            return prefix + self.arange()
        shape = self.shape()
        text = self.sequence(shape)
        if len(shape) == 1 and self.chance(2):
            text = str(shape[0])
        if self.chance(300):
            text = self.pick("(-1,2)", "(2,-3)", str((1,) * 65), "(2**40,2**40)")
        arguments = [self.argument("shape", text)]
        keyword = arguments[0].startswith("shape=")
        if self.chance(2):
            dtype = self.dtype()
            arguments.append(f"dtype={dtype}" if keyword or self.chance(2) else dtype)
        if self.chance(3):
            arguments.append(f"order={self.order('C', 'F', 'F')!r}")
        return f"{prefix}{name}({', '.join(arguments)})"

    def arange(self):
        shape = self.shape()
        size = math.prod(shape)
        dtype = self.pick("", "", "", ", dtype='i4'", ", dtype=f4", ", dtype='>i8'")
        start = self.pick(
            f"arange({size}{dtype})",
            f"arange(1, {size + 1}{dtype})",
            f"arange(0, {2 * size}, 2{dtype})",
            f"arange({size}, 0, -1{dtype})",
        )
        if len(shape) == 1:
            return start
        order = ", order='F'" if self.chance(6) else ""
        return f"{start}.reshape({self.sequence(shape)}{order})"

    def chain(self, longest=7):
        """Templates, the values after each, and the exception that ended it, if one did."""
        templates = [self.constructor()]
        # `arange(6).reshape(2,3)` is two steps.
        first = templates[0]
        if ").reshape(" in first:
            head, tail = first.split(").reshape(", 1)
            templates = [f"{head})", f"_.reshape({tail}"]
        values = []
        try:
            for template in templates:
                values.append(evaluate(template, values[-1] if values else None))
            for _ in range(self.integer(0, longest)):
                template = self.step(values[-1])
                templates.append(template)
                value = evaluate(template, values[-1])
                if not isinstance(value, (np.ndarray, np.generic)):
                    templates.pop()
                    break
                values.append(value)
                if "broadcast_arrays" in template:
                    break  # NumPy is about to make these read-only, and some functions do so now
                if leaves_its_buffer(value) or isinstance(value, np.character | np.void):
                    break  # texts and structures are scalars of another kind
        except Exception as error:  # whatever NumPy raises is an answer
            return templates, values, error
        return templates, values, None

    # -- steps

    def step(self, x):
        """A template that fits the array, nearly always."""
        x = np.asarray(x)
        makers = [
            (self.index, 14), (self.slices, 14), (self.reshape, 14), (self.transpose, 10),
            (self.ravel, 6), (self.swap, 5), (self.move, 4), (self.flips, 5), (self.turn, 3),
            (self.squeeze, 4), (self.expand, 4), (self.diagonal, 4), (self.broadcast, 5),
            (self.windows, 5), (self.as_strided, 4), (self.view, 5), (self.copies, 6),
            (self.contiguous, 6), (self.astype, 4), (self.fancy, 5), (self.joined, 3),
            (self.computed, 3), (self.fields, 8 if x.dtype.names else 0),
        ]
        for _ in range(20):
            maker = self.rng.choices([m for m, _ in makers], [w for _, w in makers])[0]
            template = maker(x)
            if template is not None:
                return template
        return "_[...]"

    def bound(self, extent):
        return self.pick("", "", str(self.integer(-extent - 2, extent + 2)))

    def slice(self, extent):
        step = self.pick("", "", "", ":", ":2", ":-1", ":-1", ":3", ":-2", ":1")
        if self.chance(300):
            step = ":0"
        return f"{self.bound(extent)}:{self.bound(extent)}{step}"

    def slices(self, x):
        parts = [self.slice(extent) for extent in x.shape[: self.integer(0, x.ndim)]]
        if not parts:
            return None
        return f"_[{','.join(parts)}]"

    def index(self, x):
        parts = []
        for extent in x.shape[: self.integer(0, x.ndim)]:
            if self.chance(3) and extent:
                at = self.integer(-extent, extent - 1)
                parts.append(str(at if not self.chance(40) else extent))
            else:
                parts.append(self.pick(":", self.slice(extent)))
        if self.chance(3):
            if self.chance(2):
                parts = parts[: self.integer(0, len(parts))]
            parts.insert(self.integer(0, len(parts)), "...")
        for _ in range(self.pick(0, 0, 0, 1, 2)):
            parts.insert(self.integer(0, len(parts)), self.pick("None", "np.newaxis"))
        if self.chance(100):
            parts += ["..."] if self.chance(2) else ["0"] * (x.ndim + 1 - len(parts))
        if not parts:
            return self.pick("_[()]", "_[...]")
        return f"_[{', '.join(parts)}{',' if self.chance(15) else ''}]"

    def factored(self, size):
        """A shape of so many elements."""
        extents = []
        while size > 1:
            extent = self.pick(*[d for d in range(2, min(size, 64) + 1) if size % d == 0] or [size])
            extents.append(extent)
            size //= extent
        if size == 0:
            extents = [self.integer(0, 3) for _ in range(self.integer(0, 2))] + [0]
        extents += [1] * self.pick(0, 0, 0, 1, 2)
        self.rng.shuffle(extents)
        return extents

    def reshape(self, x):
        shape = list(x.shape)
        if self.chance(2):
            shape = self.factored(x.size)
        elif len(shape) > 1:  # merge or split what is there
            at = self.integer(0, len(shape) - 2)
            shape[at : at + 2] = [shape[at] * shape[at + 1]]
        elif shape and shape[0] % 2 == 0:
            shape = [shape[0] // 2, 2]
        if shape and self.chance(3):
            shape[self.integer(0, len(shape) - 1)] = -1
        if self.chance(8):
            shape = [-1]
        if self.chance(60):
            shape.append(self.pick(2, -1, -2, 0))
        order = self.pick("", "", "", f"order={self.order('C', 'F', 'F', 'A')!r}")
        keep = self.pick(*[""] * 12, "copy=None", "copy=True", "copy=False")
        extras = "".join(f", {extra}" for extra in (order, keep) if extra)
        if self.chance(4):
            return f"{self.np_()}reshape(_, {self.sequence(shape)}{extras})"
        if shape and self.chance(2):
            return f"_.reshape({', '.join(map(str, shape))}{extras})"
        text = self.sequence(shape)
        return f"_.reshape({text if shape else '()'}{extras})"

    def ravel(self, x):
        order = self.order("C", "F", "A", "K")
        return self.pick("_.ravel()", f"_.ravel({order!r})", f"_.ravel(order={order!r})",
                         "np.ravel(_)", f"{self.np_()}ravel(_, {self.pick('', 'order=')}{order!r})",
                         "_.flatten()", f"_.flatten({order!r})", "_.reshape(-1)")

    def transpose(self, x):
        axes = list(range(x.ndim))
        self.rng.shuffle(axes)
        axes = [axis - x.ndim if self.chance(5) else axis for axis in axes]
        if axes and self.chance(50):
            axes[0] = self.pick(axes[-1], x.ndim, -9)
        varargs = ", ".join(map(str, axes))
        forms = ["_.T", "_.T", "_.transpose()", f"_.transpose({self.sequence(axes)})",
                 f"{self.np_()}transpose(_, {self.argument('axes', self.sequence(axes))})",
                 f"{self.np_()}transpose(_)", "_.transpose(None)"]
        if axes:
            forms.append(f"_.transpose({varargs})")
        if x.ndim >= 2 or self.chance(20):
            forms.append(self.pick("_.mT", "np.matrix_transpose(_)"))
        return self.pick(*forms)

    def swap(self, x):
        one, other = self.axis(x.ndim), self.axis(x.ndim)
        return self.pick(f"_.swapaxes({one}, {other})", f"{self.np_()}swapaxes(_, {one}, {other})")

    def move(self, x):
        if self.chance(2):
            return f"{self.np_()}moveaxis(_, {self.axis(x.ndim)}, {self.axis(x.ndim)})"
        sources = self.some_axes(x.ndim)
        destinations = self.some_axes(x.ndim, least=len(sources))[: len(sources)]
        names = self.pick(("", ""), ("source=", "destination="))
        return (f"{self.np_()}moveaxis(_, {names[0]}{self.sequence(sources)}, "
                f"{names[1]}{self.sequence(destinations)})")

    def flips(self, x):
        axis = self.pick("", ", ()", ", 0") if x.ndim == 0 else self.pick("", f", {self.axis(x.ndim)}", f", axis={self.axis(x.ndim)}",
                         f", {self.sequence(self.some_axes(x.ndim))}", ", axis=None")
        return self.pick(f"{self.np_()}flip(_{axis})", f"{self.np_()}flip(_{axis})",
                         "np.flipud(_)", "np.fliplr(_)")

    def turn(self, x):
        if x.ndim < 2 and not self.chance(10):
            return None
        turns = self.integer(-5, 5)
        axes = self.rng.sample(range(x.ndim), 2) if x.ndim >= 2 else [0, 1]
        if self.chance(30):
            axes[0] = self.pick(axes[1], 7)
        axes = [axis - x.ndim if self.chance(4) else axis for axis in axes]
        return self.pick("np.rot90(_)", f"{self.np_()}rot90(_, {turns})",
                         f"{self.np_()}rot90(_, {turns}, {self.sequence(axes)})",
                         f"np.rot90(_, k={turns}, axes={self.sequence(axes)})")

    def squeeze(self, x):
        singles = [axis for axis, extent in enumerate(x.shape) if extent == 1]
        if self.chance(40):
            singles = [self.axis(x.ndim)]
        if singles and self.chance(2):
            axis = self.pick(*singles)
            axis = self.pick(axis, axis - x.ndim if axis >= 0 else axis)
            return self.pick(f"_.squeeze({axis})", f"_.squeeze(axis={axis})",
                             f"{self.np_()}squeeze(_, axis=({axis},))")
        return self.pick("_.squeeze()", f"{self.np_()}squeeze(_)", "_.squeeze(None)")

    def expand(self, x):
        if self.chance(3):
            return self.pick("np.atleast_1d(_)", "np.atleast_2d(_)", "np.atleast_3d(_)")
        if self.chance(2):
            axis = self.integer(-x.ndim - 1, x.ndim) if not self.chance(40) else x.ndim + 2
            return f"{self.np_()}expand_dims(_, {self.argument('axis', axis)})"
        count = self.integer(1, 2)
        axes = self.rng.sample(range(x.ndim + count), count)
        if self.chance(40):
            axes = [0, 0]
        return f"{self.np_()}expand_dims(_, {self.argument('axis', self.sequence(axes))})"

    def diagonal(self, x):
        if x.ndim < 2 and not self.chance(15):
            return None
        offset = self.integer(-3, 3)
        axes = self.rng.sample(range(x.ndim), 2) if x.ndim >= 2 else [0, 1]
        if self.chance(30):
            axes[0] = self.pick(axes[1], 8)
        return self.pick("_.diagonal()", f"_.diagonal({offset})", f"_.diagonal(offset={offset})",
                         f"_.diagonal({offset}, {axes[0]}, {axes[1]})",
                         f"{self.np_()}diagonal(_, {offset}, axis1={axes[0]}, axis2={axes[1]})")

    def broadcast(self, x):
        shape = [self.integer(2, 3) if extent == 1 and self.chance(2) else extent
                 for extent in x.shape]
        shape = [self.integer(0, 3) for _ in range(self.pick(0, 1, 2))] + shape
        if math.prod(shape) > MOST_ELEMENTS:
            return None
        if shape and self.chance(40):
            shape[-1] += self.pick(1, -9)
        if self.chance(60):
            shape = shape[1:]
        if self.chance(4):
            other = self.pick(f"zeros({self.sequence(shape)})", f"np.ones({self.sequence(shape)}, i1)")
            return f"{self.np_()}broadcast_arrays(_, {other})[0]"
        return f"{self.np_()}broadcast_to(_, {self.argument('shape', self.sequence(shape))})"

    def windows(self, x):
        name = self.pick("sliding_window_view", "np.lib.stride_tricks.sliding_window_view")
        if self.chance(3):
            size = [self.integer(0, extent) if self.chance(10) else self.integer(min(1, extent), extent)
                    for extent in x.shape]
            if size and self.chance(25):
                size[0] = self.pick(x.shape[0] + 1, -1)
            starts = [extent - width + 1 for extent, width in zip(x.shape, size)]
            if math.prod(size) * math.prod(starts) > MOST_ELEMENTS:
                return None
            text = self.sequence(size)
            if len(size) == 1 and self.chance(2):
                text = str(size[0])
            return f"{name}(_, {text})"
        if x.ndim == 0:
            return None
        axis = self.axis(x.ndim)
        extent = x.shape[axis] if -x.ndim <= axis < x.ndim else 2
        width = self.integer(1, extent) if extent else 0
        if x.size * max(width, 1) > MOST_ELEMENTS:
            return None
        writeable = self.pick("", "", "", ", writeable=True")
        if self.chance(5):
            second = self.integer(0, x.ndim - 1)
            return f"{name}(_, ({width}, 1), axis=({axis}, {second}){writeable})"
        return f"{name}(_, {width}, {self.pick('', 'axis=')}{axis}{writeable})"

    def as_strided(self, x):
        if x.size == 0:
            return None  # where an array without elements lies is nobody's business
        name = self.pick("as_strided", "np.lib.stride_tricks.as_strided")
        writeable = self.pick("", "", "", ", writeable=False", ", writeable=True")
        kind = self.integer(0, 3)
        if kind == 0:
            return f"{name}(_{writeable})"
        if kind == 1 and x.ndim:  # keep the strides, shorten the shape
            shape = [self.integer(0, extent) for extent in x.shape]
            if self.chance(12):
                shape[0] = x.shape[0] + 3
            return f"{name}(_, {self.argument('shape', self.sequence(shape))}{writeable})"
        if kind == 2:
            axes = self.some_axes(x.ndim)
            if any(not -x.ndim <= axis < x.ndim for axis in axes):
                return None
            shape = [x.shape[axis] for axis in axes]
            strides = [x.strides[axis] for axis in axes]
        else:  # windows, steps and repeats along one axis
            axis = self.integer(0, x.ndim - 1) if x.ndim else None
            extent, stride = (x.shape[axis], x.strides[axis]) if x.ndim else (1, x.itemsize)
            width = self.integer(1, max(extent, 1))
            shape = [max(extent - width + 1, 0), width]
            strides = [stride, self.pick(stride, stride, 0)]
            if self.chance(10):
                strides[1] = self.pick(1, 3, -stride)
            if self.chance(12):
                shape[0] += self.integer(1, 4)
        if math.prod(shape) > MOST_ELEMENTS:
            return None
        if self.chance(60):
            strides = strides[1:]
        return (f"{name}(_, {self.argument('shape', self.sequence(shape))}, "
                f"strides={self.sequence(strides)}{writeable})")

    def view(self, x):
        dtype = self.pick(self.dtype(), f"'V{x.itemsize}'", "'u1'", "'i2'", "'f4'", "'f8'", "'c16'")
        return self.pick("_.view()", f"_.view({dtype})", f"_.view({dtype})", f"_.view(dtype={dtype})")

    def copies(self, x):
        order = self.order("C", "F", "A", "K")
        return self.pick("_.copy()", f"_.copy({order!r})", f"_.copy(order={order!r})",
                         "np.copy(_)", f"np.copy(_, order={order!r})", f"np.array(_, order={order!r})",
                         "np.array(_)", "np.asarray(_, copy=False)", "np.array(_, copy=None)",
                         f"np.array(_, copy=None, order={order!r})")

    def contiguous(self, x):
        order = self.order("C", "F", "A", "K")
        dtype = self.pick("", "", "", f", {self.argument('dtype', self.cast(x))}")
        copy = self.pick("", "", "", ", copy=True", ", copy=False", ", copy=None")
        return self.pick(f"{self.np_()}ascontiguousarray(_{dtype})",
                         f"{self.np_()}asfortranarray(_{dtype})", f"{self.np_()}asarray(_{dtype})",
                         f"{self.np_()}asarray(_{dtype}, order={order!r}{copy})"
                         if not dtype or "dtype=" in dtype else f"np.asarray(_{dtype})",
                         "np.asanyarray(_)")

    def cast(self, x):
        """A dtype to cast to; where it depends on the values whether that works, one like x's."""
        for _ in range(50):
            dtype = self.dtype(plain=True)
            kind = np.dtype(eval(dtype, NAMESPACE)).kind
            if not (x.dtype.kind in "SUV" or holds_tuples(x)) or kind == x.dtype.kind != "V":
                return dtype
        return repr(x.dtype.str) if x.dtype.kind != "V" else "None"

    def astype(self, x):
        if x.dtype.kind == "V" and len(x.dtype.names or ()) < 2:
            return None  # of one field, it depends on the values
        if x.dtype.kind == "V":
            return f"_.astype({self.pick('S5', 'U5', 'V3', 'f8', 'S', 'O')!r})"
        extras = [self.argument("dtype", self.cast(x))]
        if self.chance(3):
            extras.append(f"order={self.order('C', 'F', 'A', 'K')!r}")
        if self.chance(4):
            extras.append(f"copy={self.pick(True, False)}")
        if self.chance(3):
            extras[0] = self.argument("dtype", f"'{x.dtype.str}'") if x.dtype.names is None else extras[0]
        return f"_.astype({', '.join(extras)})"

    def fancy(self, x):
        if x.ndim == 0:
            return None
        parts = [":" if self.chance(2) else self.slice(extent) for extent in x.shape]
        parts = parts[: self.integer(1, x.ndim)]
        axis = self.integer(0, len(parts) - 1)
        extent = x.shape[axis]
        if self.chance(4):
            mask = [bool(self.chance(2)) for _ in range(extent + (1 if self.chance(40) else 0))]
            if not mask:
                return None
            parts[axis] = str(mask)
        else:
            count = self.integer(1, 4)
            if extent == 0:
                return None
            listed = [self.integer(-extent, extent - 1) for _ in range(count)]
            if self.chance(40):
                listed[0] = extent
            parts[axis] = str(listed)
            if len(parts) > 1 and self.chance(3):  # a second list, next to it or apart
                other = self.integer(0, len(parts) - 1)
                if other != axis and x.shape[other]:
                    extent = x.shape[other]
                    again = [self.integer(-extent, extent - 1) for _ in range(self.pick(count, count, 1))]
                    parts[other] = str(again) if self.chance(2) else str(again[0])
        if self.chance(8):
            parts.insert(self.integer(0, len(parts)), "None")
        return f"_[{', '.join(parts)}]"

    def joined(self, x):
        other = self.pick(f"zeros({self.sequence(x.shape)}, {self.dtype(plain=True)})",
                          f"np.ones({self.sequence(x.shape)}, order='F')")
        axis = self.axis(max(x.ndim, 1))
        axis = self.pick("", f", {axis}", f", axis={axis}")
        parts = self.pick(f"_, {other}", f"{other}, _", "_,") if self.chance(9) else (
            self.pick(f"_, {other}", f"{other}, _"))
        return f"{self.np_()}{self.pick('concatenate', 'stack')}(({parts}){axis})"

    def computed(self, x):
        if x.dtype.kind not in "?biufc":
            return None
        forms = [f"{self.np_()}where(zeros({self.sequence(x.shape)}, '?'), _, 0)"]
        triangle = f"{self.np_()}{self.pick('tril', 'triu')}"
        forms.append(f"{triangle}(_{self.pick('', ', 1', f', k={self.integer(-3, 3)}')})")
        if x.ndim:
            inner = x.shape[-1] + self.chance(15)
            letters = "ijklmnop"[: x.ndim]
            forms += [f"(_ @ zeros(({inner},)))", f"(_ @ zeros(({inner},3)))",
                      f"(_ @ zeros(({inner},2), order='F'))",
                      f"np.einsum('{letters}->', _)", f"np.einsum('{letters}->{letters[0]}', _)",
                      f"einsum('{letters}->{letters[::-1]}', _)", f"np.einsum('{letters}', _)"]
        return self.pick(*forms)

    def fields(self, x):
        if not x.dtype.names:
            return None
        name = self.pick(*x.dtype.names)
        if self.chance(30):
            name = "nope"
        if self.chance(3):
            names = self.rng.sample(list(x.dtype.names), self.integer(1, len(x.dtype.names)))
            return f"_[{names!r}]"
        return f"_[{name!r}]"


def root(array):
    """The object that owns the memory, along all views."""
    while getattr(array, "base", None) is not None:
        array = array.base
    return array


def address(array):
    return array.__array_interface__["data"][0]


def leaves_its_buffer(array):
    """Whether a view made by as_strided reaches memory that is not the owner's."""
    if array.size == 0 or not isinstance(array, np.ndarray):
        return False
    owner = root(array)
    if owner is array or not isinstance(owner, np.ndarray):
        return False
    low, high = np.lib.array_utils.byte_bounds(array)
    first = address(owner)
    return low < first or high > first + owner.nbytes


def shorter(templates):
    """The chains that leave out one step."""
    for at in range(1, len(templates)):
        yield list(itertools.chain(templates[:at], templates[at + 1 :]))
