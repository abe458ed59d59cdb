"""Takes part in the benchmarks for NumPy and OpenCV: runs one case, times itself, shows the result.

Each question is one line of JSON on stdin, a case followed by the bytes of its source; each
answer is one line on stdout, a result followed by its bytes. Times are processor time of the
thread in nanoseconds, as in the other process.
"""

import json
import sys
import time

import cv2
import numpy as np

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

    def layout(self):
        a = np.zeros((2, 3, 4, 5))
        single = np.zeros((2, 1, 4, 1))
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
        if self.asked["verb"] != "fresh":
            start = time.thread_time_ns()
            for _ in range(repeats):
                way()
            return (time.thread_time_ns() - start) / repeats
        total = 0
        for _ in range(repeats):
            start = time.thread_time_ns()
            made = way()
            total += time.thread_time_ns() - start
            del made
        return total / repeats

    def result(self, who):
        way = self.ways.get(who) or self.plain[who]
        if self.asked["verb"] == "fresh":
            return way().reshape(-1).view(np.uint8)
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
