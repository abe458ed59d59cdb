"""Reductions beside NumPy: random layouts, every dtype and operation, NaN, ties, empty axes.

Integers, extremes and positions are equal to the last bit. Sums, means and variances of floats
are compared with the exact result, in the units that their condition allows.
"""

import os
import random
import subprocess
import warnings
from fractions import Fraction

import numpy as np

from stridewise_answers import build

COUNT = int(os.environ.get("STRIDEWISE_CHAINS", 3000))
SEED = int(os.environ.get("STRIDEWISE_SEED", 0))

NUMBERS = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
TIMES = ["M8[ns]", "m8[s]"]
OPERATIONS = ["sum", "prod", "min", "max", "argmin", "argmax", "mean", "var", "std", "any", "all",
              "count_nonzero"]


def ask(program, questions):
    lines = "".join("\t".join(question) + "\n" for question in questions)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=False)
    answers = [line.split("\t") for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(answers) != len(questions):
        question = questions[len(answers)] if len(answers) < len(questions) else None
        raise AssertionError(f"ended with {done.returncode} at {question}: {done.stderr}")
    return answers


def random_view(rng, generator, dtype):
    """An array over a buffer, and the words that describe it."""
    rank = rng.choice([0, 1, 1, 2, 2, 2, 3, 3, 4, 5, 7])
    most = [1, 9000, 160, 30, 14, 7, 4, 3][rank]
    shape = [0 if rng.random() < 0.03 else rng.choice([1, 2, rng.randint(1, 5), rng.randint(1, most)])
             for _ in range(rank)]
    order = list(range(rank))
    if rng.random() < 0.6:
        rng.shuffle(order)
    strides, step = [0] * rank, dtype.itemsize
    for axis in reversed(order):
        if rng.random() < 0.25:
            step += rng.randint(1, 2 * dtype.itemsize)
        strides[axis] = step
        step *= max(shape[axis], 1)
    for axis in range(rank):
        if rng.random() < 0.15:
            strides[axis] = -strides[axis]
        elif rng.random() < 0.08:
            strides[axis] = 0
    reaches = [stride * (extent - 1) for stride, extent in zip(strides, shape) if extent > 0]
    offset = rng.choice([0, 0, 1, 8]) - sum(reach for reach in reaches if reach < 0)
    length = offset + sum(reach for reach in reaches if reach > 0) + dtype.itemsize
    buffer = bytearray(length)
    view = np.ndarray(shape, dtype, buffer, offset, strides)
    view[...] = values(rng, generator, dtype, shape)
    return view, buffer, [",".join(map(str, shape)), ",".join(map(str, strides)), str(offset)]


def values(rng, generator, dtype, shape):
    few = rng.random() < 0.4  # many ties and zeros
    if dtype.kind == "b":
        return generator.random(shape) < rng.choice([0.02, 0.5, 0.98])
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        low, high = (max(info.min, -2), 2) if few else (info.min, info.max)
        return generator.integers(low, high, shape, dtype.newbyteorder("="), endpoint=True)
    if dtype.kind in "mM":
        low, high = (-2, 2) if few else (-2**62, 2**62)
        times = generator.integers(low, high, shape, "i8", endpoint=True).astype(dtype)
        if rng.random() < 0.3:
            times = np.where(generator.random(shape) < 0.05, np.array("NaT", dtype), times)
        return times

    def reals():
        real = generator.integers(-2, 3, shape).astype(float) if few else generator.normal(
            rng.choice([0, 0, 3, 1000]), 1, shape)
        if rng.random() < 0.3:
            special = generator.choice([np.nan, np.inf, -np.inf, -0.0], shape)
            real = np.where(generator.random(shape) < rng.choice([0.002, 0.05]), special, real)
        if rng.random() < 0.3:
            real = np.where(generator.random(shape) < rng.choice([0.01, 0.3, 1]), np.nan, real)
        return real

    if dtype.kind != "c":
        return reals()
    result = np.empty(shape, "c16")
    result.real, result.imag = reals(), reals()
    return result


def slices(view, axes):
    """Each slice as one row, reduced axes in C order, with the shape of the result."""
    axes = range(view.ndim) if axes is None else [axis % view.ndim for axis in axes]
    kept = [axis for axis in range(view.ndim) if axis not in axes]
    shape = [view.shape[axis] for axis in kept]
    count = int(np.prod([view.shape[axis] for axis in axes], dtype=int))
    rows = view.transpose([*kept, *sorted(axes)]).reshape(int(np.prod(shape, dtype=int)), count)
    return rows.astype(view.dtype.newbyteorder("=")), shape


def numpys(operation, rows, ddof, skip):
    """What NumPy makes of each row; an error is its text."""
    missing = np.isnan if rows.dtype.kind in "fc" else np.isnat if rows.dtype.kind in "mM" else None
    name = operation
    extra = {"ddof": ddof} if operation in ("var", "std") else {}
    if skip is not None and missing is not None:
        left = (~missing(rows)).sum(1)
        if operation in ("argmin", "argmax"):
            if (left == 0).any():
                return "All-NaN slice encountered"
            if rows.dtype.kind in "mM":  # where NumPy skips no NaT
                edge = 2**63 - 1 if operation == "argmin" else -(2**63) + 1
                rows = np.where(missing(rows), edge, rows.view("i8"))
                return getattr(np, operation)(rows, axis=1)
            return getattr(np, "nan" + operation)(rows, axis=1)
        if operation not in ("any", "all", "count_nonzero"):
            name = "nan" + operation
            if rows.dtype.kind in "mM" and operation == "sum":
                result = np.where(missing(rows), np.zeros((), rows.dtype), rows).sum(1)
            else:
                result = getattr(np, name)(rows, axis=1, **extra)
            nothing = np.array("NaT", rows.dtype) if rows.dtype.kind in "mM" else np.nan
            if rows.dtype.kind == "c":
                nothing = complex(np.nan, np.nan)
            return np.where(left < skip, nothing, result).astype(result.dtype)
    return getattr(np, name)(rows, axis=1, **extra)


def complaint(operation, dtype, got, want, rows, ddof, skip):
    """What is wrong with a result, or None."""
    if got.dtype != want.dtype.newbyteorder("="):
        return f"dtype {got.dtype}, NumPy {want.dtype}"
    if got.shape != want.shape:
        return f"shape {got.shape}, NumPy {want.shape}"
    inexact = dtype.kind in "fc" and operation in ("sum", "prod", "mean", "var", "std")
    if not inexact and operation not in ("var", "std", "mean"):
        same = (got == want) | ((got != got) & (want != want))
        return None if same.all() else f"{got[~same][:3]}, NumPy {want[~same][:3]}"
    # Where NumPy's partial results overflow or are no number, so may ours, or not.
    for at in range(len(want)):
        row = rows[at]
        if skip is not None and dtype.kind in "fc":
            row = row[~np.isnan(row)]
        for part in ("real", "imag") if got.dtype.kind == "c" else ("real",):
            # The parts of a complex sum do not meet.
            met = getattr(row, part) if operation in ("sum", "mean") else row
            finite = np.isfinite(met).all() if dtype.kind in "fc" else True
            mine, theirs = getattr(got[at], part), getattr(want[at], part)
            if np.isnan(mine) and np.isnan(theirs) or mine == theirs:
                continue
            if not finite:
                if operation in ("sum", "mean"):
                    # Half floats that NumPy adds one by one may overflow on their way to one infinity.
                    truth = float(np.sum(met.astype("f8")))
                    if mine == truth or np.isnan(mine) and np.isnan(truth):
                        continue
                if operation == "prod" and got.dtype.kind == "c":
                    continue  # inf * 0 within complex products depends on the order
                if operation == "prod" or (got.dtype.kind == "c" and not np.isfinite(theirs)):
                    if np.isnan(mine) or np.isnan(theirs) or np.isinf(mine) == np.isinf(theirs):
                        continue
                return f"{mine}, NumPy {theirs}"
            info = np.finfo(got.dtype)
            eps, tiny = float(info.eps), float(info.smallest_subnormal)
            if operation == "prod":
                allowed = max(abs(complex(want[at])), tiny) * (len(row) + 2) * eps * 4
                if np.isinf(theirs) or np.isinf(mine) or abs(complex(want[at])) < float(info.tiny) * 1e3:
                    continue
                if abs(float(mine) - float(theirs)) > allowed:
                    return f"{mine}, NumPy {theirs}"
                continue
            exact, allowed = bound(operation, row, part, ddof, eps)
            if abs(Fraction(float(mine)) - exact) > allowed + 2 * tiny if np.isfinite(mine) else abs(
                    exact) < float(info.max):
                return f"{mine}, exact {float(exact)}, NumPy {theirs}, allowed {float(allowed)}"
    return None


def bound(operation, row, part, ddof, eps):
    """The exact result, and how far from it rounding may lead."""
    exactly = [Fraction(x) for x in getattr(row, part).astype(object)] if row.dtype.kind in "iub" else [
        Fraction(float(x)) for x in getattr(row, part)]
    count = max(len(exactly), 1)
    if operation in ("sum", "mean"):
        total, size = sum(exactly), sum(map(abs, exactly))
        over = count if operation == "mean" else 1
        return total / over, (size * Fraction(20 * 2**-53 if eps < 1e-10 else 20 * eps / 2) + abs(total) * Fraction(eps)) / over
    mean = sum(exactly) / count
    squares = sum((x - mean) ** 2 for x in exactly)
    if row.dtype.kind == "c":
        others = [Fraction(float(x)) for x in row.imag]
        other = sum(others) / count
        squares += sum((x - other) ** 2 for x in others)
    variance = squares / Fraction(max(len(exactly) - ddof, 0) or 1)
    scale = max(map(abs, exactly), default=0)
    slack = variance * Fraction(64 * eps) + (scale * Fraction(8 * 2**-52)) ** 2
    root = Fraction(float(variance) ** 0.5)
    # Integers beyond 2^53 are rounded to float64 first, each by at most half a unit of the largest.
    # The deviation is a norm of what is left of the numbers without their mean, and so moves by no
    # more than the norm of what rounding changes.
    moved = Fraction(0)
    if row.dtype.kind in "iu" and scale > 2**53:
        moved = scale * Fraction(2**-53 * (count / max(count - ddof, 1)) ** 0.5)
    if operation == "var":
        return variance, slack + 2 * root * moved + moved**2
    return root, root * Fraction(64 * eps) + scale * Fraction(8 * 2**-52) + moved


def test_random_reductions():
    rng, generator = random.Random(SEED), np.random.default_rng(SEED)
    program = build("reductions")
    cases, questions = [], []
    for _ in range(COUNT):
        name = rng.choice(NUMBERS * 3 + TIMES)
        dtype = np.dtype(name)
        if rng.random() < 0.2:
            dtype = dtype.newbyteorder(">")
        operation = rng.choice(OPERATIONS)
        if dtype.kind in "mM":
            operation = rng.choice(["min", "max", "argmin", "argmax"] + ["sum"] * (dtype.kind == "m"))
        view, buffer, words = random_view(rng, generator, dtype)
        axes = None if rng.random() < 0.25 else [
            axis - rng.choice([0, view.ndim]) for axis in range(view.ndim) if rng.random() < 0.5]
        if axes:
            rng.shuffle(axes)
        ddof, skip = rng.choice([0, 1, 2]), rng.choice([None, None, 0, 1, 3])
        if dtype.kind not in "fcmM" or (skip == 0 and operation not in ("sum", "prod")):
            skip = None
        if operation == "sum" and dtype.kind == "m" and skip is not None:
            skip = None
        cases.append((operation, dtype, view, axes, ddof, skip))
        questions.append([operation, str(ddof), "-" if skip is None else str(skip), "wrap", dtype.str,
                          *words, "-" if axes is None else ",".join(map(str, axes)), buffer.hex()])
    wrong = []
    for (operation, dtype, view, axes, ddof, skip), answer in zip(cases, ask(program, questions)):
        rows, shape = slices(view, axes)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                want = numpys(operation, rows, ddof, skip)
            except ValueError as error:
                want = str(error)
        told = f"{operation} of {dtype.str} {view.shape}:{view.strides} over {axes}, ddof={ddof}, skip={skip}"
        if isinstance(want, str):
            if answer[0] != "error" or not {"All-NaN", "empty", "zero-size"} & set(answer[1].split()):
                wrong.append(f"{told}: {answer[:2]}, NumPy {want}")
            continue
        if answer[0] == "error":
            wrong.append(f"{told}: {answer[1]}")
            continue
        got = np.frombuffer(bytes.fromhex(answer[2]), np.dtype(answer[0]))
        if answer[1] != ",".join(map(str, shape)):
            wrong.append(f"{told}: shape {answer[1]}, NumPy {shape}")
        elif problem := complaint(operation, dtype, got, want, rows, ddof, skip):
            wrong.append(f"{told}: {problem}")
    assert not wrong, f"{len(wrong)} of {len(cases)}\n" + "\n".join(wrong[:40])


def test_integers_that_do_not_fit_are_an_error_exactly_then():
    rng, generator = random.Random(SEED + 1), np.random.default_rng(SEED + 1)
    cases, questions = [], []
    for _ in range(COUNT // 10):
        dtype = np.dtype(rng.choice(["i1", "i4", "i8", ">i8", "u2", "u8", "?"]))
        operation = rng.choice(["sum", "prod"])
        view, buffer, words = random_view(rng, generator, dtype)
        if rng.random() < 0.5 and dtype.kind != "b":
            view //= view.dtype.type(3)
        cases.append((operation, view))
        questions.append([operation, "0", "-", "raise", dtype.str, *words, "-", buffer.hex()])
    failed = 0
    for (operation, view), answer in zip(cases, ask(build("reductions"), questions)):
        items = [int(x) for x in view.reshape(-1)]
        exact = sum(items)
        if operation == "prod":
            exact = 0 if 0 in items else 1
            for item in items if exact else []:
                exact *= item
        info = np.iinfo("u8" if view.dtype.kind == "u" else "i8")
        if info.min <= exact <= info.max:
            got = np.frombuffer(bytes.fromhex(answer[2]), np.dtype(answer[0]))
            assert int(got[0]) == exact, (operation, view.dtype, view.shape)
        else:
            failed += 1
            assert answer[0] == "error" and "does not fit" in answer[1], (operation, view, answer)
    assert failed > 10


def test_sums_are_at_least_as_accurate_as_numpys():
    generator = np.random.default_rng(SEED + 2)
    program = build("reductions")
    for dtype in ["f4", "f8"]:
        for shape, order, axes in [([200_000], "C", [0]), ([300, 700], "C", [0]), ([300, 700], "C", [1]),
                                   ([700, 300], "F", [0]), ([60, 70, 50], "C", [1]), ([60, 70, 50], "C", [0, 2]),
                                   ([3000, 16], "C", [0]), ([100, 2000], "C", [1])]:
            ours, theirs = [], []
            array = np.asarray(generator.random(shape), dtype, order=order)
            flat = array.ravel("K")
            words = [",".join(map(str, values)) for values in (shape, array.strides)]
            question = ["sum", "0", "-", "wrap", dtype, *words, "0", ",".join(map(str, axes)), flat.tobytes().hex()]
            answer = ask(program, [question])[0]
            got = np.frombuffer(bytes.fromhex(answer[2]), dtype)
            rows, _ = slices(array, axes)
            numpy_sum = array.sum(axis=tuple(axes)).reshape(-1)
            for at, row in list(enumerate(rows))[:40]:
                exact = sum(map(Fraction, row.astype(float).tolist()))
                ours.append(float(abs(Fraction(float(got[at])) - exact) / exact))
                theirs.append(float(abs(Fraction(float(numpy_sum[at])) - exact) / exact))
            rms = [float(np.sqrt(np.mean(np.square(errors)))) for errors in (ours, theirs)]
            print(f"{dtype} {shape} {order} over {axes}: error {rms[0]:.2e}, NumPy {rms[1]:.2e}")
            assert rms[0] <= max(rms[1], float(np.finfo(dtype).eps) / 2), (dtype, shape, order, axes, rms)
