"""Takes part in the benchmarks for NumPy, OpenCV and others: runs a case, times itself, shows it.

Each question is one line of JSON on stdin, a case followed by the bytes of its source; each
answer is one line on stdout, a result followed by its bytes. Times are processor time of the
thread in nanoseconds, as in the other process; of windows that of all threads, since some peers
compute on threads of their own.
"""

import importlib
import json
import os
import sys
import time

for variable in ["NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"]:
    os.environ[variable] = "1"

import cv2
import numpy as np


def present(name):
    """A library that may be missing; then it does not take part."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


bottleneck, numbagg, pandas, polars, ndimage = map(
    present, ["bottleneck", "numbagg", "pandas", "polars", "scipy.ndimage"]
)

cv2.setNumThreads(1)


class Case:
    """The arrays of one case, and the ways to do it."""

    def __init__(self, asked, source):
        self.asked = asked
        self.source = source
        self.dtype = np.dtype(asked["dtype"])
        if asked["bytes"]:
            self.read = np.ndarray(asked["shape"], self.dtype, source, strides=asked["from"])
        self.ways = {}
        self.plain = {}
        self.shown = {}
        getattr(self, asked["verb"], lambda: None)()

    def written(self):
        """A destination that is there already."""
        memory = np.ones(self.asked["result"], np.uint8)
        return memory, np.ndarray(self.asked["shape"], self.dtype, memory, strides=self.asked["to"])

    def copy(self):
        self.memory, write = self.written()
        read = self.read
        self.ways["numpy copyto"] = lambda: np.copyto(write, read)
        if self.asked["axes"] == [1, 0] and "strides" not in self.asked["options"]:
            # OpenCV wants C order, and takes complex numbers for two channels.
            f_order = "order" in self.asked["options"]
            plain, turned = (read, write.T) if f_order else (read.T, write)
            if self.dtype.kind == "c":
                plain = plain.view("f8").reshape(*plain.shape, 2)
                turned = turned.view("f8").reshape(*turned.shape, 2)
            self.ways["opencv transpose"] = lambda: cv2.transpose(plain, dst=turned)

    tiny = copy

    def fresh(self):
        read = self.read
        lies = np.ndarray(self.asked["lies"], self.dtype, self.source)
        self.ways["numpy ascontiguousarray"] = lambda: np.ascontiguousarray(read)
        self.plain["numpy copy"] = lambda: lies.copy()

    def reduce(self):
        read, over = self.read, self.asked["options"].get("over")
        axes = tuple(map(int, over.split(","))) if over else None
        operation = getattr(np, self.asked["options"]["op"])
        if axes and len(axes) == 1:
            (axes,) = axes  # argmax takes one axis only
        write = np.asarray(operation(read, axis=axes))
        self.memory = write.reshape(-1).view(np.uint8)
        self.ways["numpy"] = lambda: operation(read, axis=axes, out=write)

    def window(self):
        options, read = self.asked["options"], self.read
        operation = options["op"]
        axes = tuple(range(read.ndim))
        if "over" in options:
            axes = tuple(map(int, options["over"].split(",")))
        sizes = tuple(map(int, options["w"].split(",")))
        dtypes = {"argmin": "i8", "argmax": "i8", "min": read.dtype, "max": read.dtype}
        wanted = np.dtype(dtypes.get(operation, read.dtype if read.dtype.kind == "f" else "f8"))

        def add(name, way, lead, change=lambda made: made):
            """Whole windows begin at the `lead`-th result along each axis, untimed."""
            cut = [slice(None)] * read.ndim
            for axis, size, first in zip(axes, sizes, lead):
                cut[axis] = slice(first, first + read.shape[axis] - size + 1)
            self.ways[name] = way
            self.shown[name] = lambda made: change(np.asarray(made)[tuple(cut)]).astype(wanted)

        trailing = [size - 1 for size in sizes]
        centred = [size // 2 for size in sizes]
        if len(axes) == 1:
            (axis,), (size,) = axes, sizes
            add_trailing = lambda name, way, change=lambda made: made: add(
                name, way, trailing, change
            )
            float_input = read.dtype.kind == "f"
            move = getattr(bottleneck, f"move_{operation}", None)
            if move and float_input:
                # bottleneck counts positions from the window's end.
                change = (lambda made: size - 1 - made) if "arg" in operation else lambda made: made
                add_trailing("bottleneck", lambda: move(read, size, axis=axis), change)
            bagged = getattr(numbagg, f"move_{operation}", None)
            if bagged and float_input:
                # Its deviations divide by one less.
                factor = np.sqrt((size - 1) / size) if operation == "std" else 1
                add_trailing(
                    "numbagg", lambda: bagged(read, window=size, axis=axis), lambda made: made * factor
                )
            keywords = {"ddof": 0} if operation == "std" else {}
            if pandas and "arg" not in operation and (read.ndim, axis) in [(1, 0), (2, 0)]:
                frame = (pandas.Series if read.ndim == 1 else pandas.DataFrame)(read, copy=False)
                rolling = frame.rolling(size)
                add_trailing("pandas", lambda: getattr(rolling, operation)(**keywords))
            if polars and "arg" not in operation and read.ndim == 1:
                series = getattr(polars.Series(read), f"rolling_{operation}")
                add_trailing("polars", lambda: series(size, **keywords).to_numpy())
            filters = {"mean": "uniform_filter1d", "min": "minimum_filter1d", "max": "maximum_filter1d"}
            if ndimage and operation in filters:
                write, way = np.empty_like(read), getattr(ndimage, filters[operation])
                add("scipy", lambda: (way(read, size, axis=axis, output=write), write)[1], centred)
            if ndimage and operation == "median" and read.ndim == 1:
                add("scipy", lambda: ndimage.median_filter(read, size), centred)
            return
        filters = {"mean": "uniform_filter", "min": "minimum_filter", "max": "maximum_filter"}
        filters["median"] = "median_filter"
        odd = all(size % 2 for size in sizes)
        if ndimage and operation in filters and odd:
            way = getattr(ndimage, filters[operation])
            output = wanted if operation == "mean" else None
            add("scipy", lambda: way(read, size=sizes, output=output), centred)
        if axes == (0, 1) and read.ndim == 2 and odd:
            depth = {"f4": cv2.CV_32F, "f8": cv2.CV_64F}[wanted.str[1:]] if operation == "mean" else -1
            box = (sizes[1], sizes[0])
            ways = {
                "mean": lambda: cv2.boxFilter(read, depth, box),
                "min": lambda: cv2.erode(read, np.ones(sizes, np.uint8)),
                "max": lambda: cv2.dilate(read, np.ones(sizes, np.uint8)),
            }
            if operation in ways:
                add("opencv", ways[operation], centred)
            if operation == "median" and read.dtype == np.uint8 and sizes[0] == sizes[1]:
                add("opencv", lambda: cv2.medianBlur(read, sizes[0]), centred)

    def layout(self):
        a = np.zeros((2, 3, 4, 5))
        single = np.zeros((2, 1, 4, 1))
        row = np.zeros((3, 1, 5))
        windows = np.lib.stride_tricks.sliding_window_view
        strided = np.lib.stride_tricks.as_strided
        even = np.zeros((1000, 1000))[:, ::2]
        odd = even.base[:, 1::2]
        block = even.base[:500, 300:600]
        ways = {
            "permute": lambda: a.transpose(3, 1, 2, 0),
            "transpose": lambda: a.T,
            "swap_axes": lambda: a.swapaxes(0, -1),
            "move_axis": lambda: np.moveaxis(a, 0, -1),
            "slice": lambda: a[1:, ..., None, ::-2],
            "flip": lambda: np.flip(a, (0, 2)),
            "rot90": lambda: np.rot90(a, 1, (1, 2)),
            "squeeze": lambda: single.squeeze(),
            "expand_dims": lambda: np.expand_dims(a, 1),
            "diagonal": lambda: a.diagonal(1, 0, 3),
            "broadcast_to": lambda: np.broadcast_to(single, (2, 6, 4, 7)),
            "broadcast_shapes": lambda: np.broadcast_shapes((2, 3, 4, 5), (1, 5)),
            "broadcast_pair": lambda: np.broadcast_arrays(single, row),
            "window": lambda: windows(a, (2, 2), (2, 3)),
            "as_strided": lambda: strided(a, (4, 3), (24, 8)),
            "reinterpret": lambda: a.view("i2"),
            "reshape_view": lambda: a.reshape(6, -1),
            "ravel": lambda: a.ravel("K"),
            "overlap_apart": lambda: np.shares_memory(even, odd),
            "overlap_meeting": lambda: np.shares_memory(even, block),
        }
        self.memory = np.zeros(0, np.uint8)
        if self.asked["options"]["op"] in ways:
            self.ways["numpy"] = ways[self.asked["options"]["op"]]

    def run(self, who, repeats):
        way = self.ways.get(who) or self.plain[who]
        verb = self.asked["verb"]
        clock = time.process_time_ns if verb == "window" else time.thread_time_ns
        if verb not in ("fresh", "window"):
            start = time.thread_time_ns()
            for _ in range(repeats):
                way()
            return (time.thread_time_ns() - start) / repeats
        total = 0
        for _ in range(repeats):
            start = clock()
            made = way()
            total += clock() - start
            del made
        return total / repeats

    def result(self, who):
        way = self.ways.get(who) or self.plain[who]
        if self.asked["verb"] == "fresh":
            return way().reshape(-1).view(np.uint8)
        if who in self.shown:
            return np.ascontiguousarray(self.shown[who](way())).reshape(-1).view(np.uint8)
        self.memory.fill(0xA5)
        way()
        return self.memory


def main():
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    case = None

    def answer(document, content=b""):
        answers.write(json.dumps(document).encode() + b"\n")
        answers.write(content)
        answers.flush()

    for line in questions:
        asked = json.loads(line)
        try:
            if asked["ask"] == "versions":
                python = ".".join(map(str, sys.version_info[:3]))
                names = [f"Python {python}", f"NumPy {np.__version__}", f"OpenCV {cv2.__version__}"]
                for library in [bottleneck, numbagg, pandas, polars, present("scipy")]:
                    if library:
                        names.append(f"{library.__name__} {library.__version__}")
                answer({"versions": names})
            elif asked["ask"] == "case":
                case = None
                source = np.empty(asked["bytes"], np.uint8)
                questions.readinto(source)
                case = Case(asked, source)
                answer({"peers": list(case.ways), "plain": list(case.plain)})
            elif asked["ask"] == "run":
                answer({"nanoseconds": case.run(asked["who"], asked["repeats"])})
            else:
                result = np.ascontiguousarray(case.result(asked["who"]))
                answer({"bytes": result.nbytes}, result.data)
        except Exception as error:  # told to the other process, which shows it
            answer({"error": f"{type(error).__name__}: {error}"})


main()
