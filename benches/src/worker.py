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
