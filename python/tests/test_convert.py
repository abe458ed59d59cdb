"""`stridewise convert` on random arrays, against the bytes that NumPy itself would save."""

import io
import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
DTYPES = "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()
SEED = int(os.environ.get("STRIDEWISE_SEED", "0"))


@pytest.fixture(scope="session")
def program():
    """The command, built once."""
    command = ["cargo", "build", "--quiet", "--workspace", "--bin", "stridewise", "--profile", "test",
               "--message-format", "json-render-diagnostics"]
    built = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    return next(path for path in (message.get("executable") for message in messages) if path)


def numbers(random, dtype, shape):
    """Random numbers, in the range that every target of their own kind can hold in part."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return random.random(shape) < 0.5
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return random.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    real = random.normal(0, 1000, shape)
    if dtype.kind == "c":
        real = real + 1j * random.normal(0, 1000, shape)
    return real.astype(dtype)


def saved(array):
    """The bytes of the file that numpy.save makes."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def is_defined(array, dtype):
    """Whether C says what the cast gives."""
    dtype = np.dtype(dtype)
    if array.dtype.kind not in "fc" or dtype.kind not in "iu" or array.size == 0:
        return True
    limits = np.iinfo(dtype)
    real = np.trunc(array.real.astype("f8"))
    return bool((real >= limits.min).all() and (real <= limits.max).all())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(60))
def test_files_are_those_that_numpy_saves(program, tmp_path, seed):
    random = np.random.default_rng([SEED, seed])
    rank = int(random.integers(0, 5))
    shape = tuple(int(random.integers(0 if random.random() < 0.05 else 1, [1, 5000, 90, 30, 12][rank] + 1))
                  for _ in range(rank))
    before = str(random.choice(list("<>"))) + str(random.choice(DTYPES))
    array = np.asarray(numbers(random, np.dtype(before).newbyteorder("="), shape)).astype(before)
    array = np.asarray(array, order=str(random.choice(["C", "F"])))
    after = before
    if random.random() < 0.7:
        after = str(random.choice(list("<>"))) + str(random.choice(DTYPES))
        if not is_defined(array, after):
            after = "<f8"
    source, target = tmp_path / "a.npy", tmp_path / "b.npy"
    name, extra = str(source), ["--memory", "8M"]
    match random.integers(0, 3):
        case 0:
            np.save(source, array)
        case 1:
            source = tmp_path / "a.npz"
            np.savez(source, x=array, y=array)
            name = f"{source}::x"
        case 2 if array.size and array.dtype.byteorder != "|":
            source = tmp_path / "a.raw"
            source.write_bytes(b"12345" + array.tobytes(order="A"))
            order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
            name = str(source)
            extra += [f"--in-dtype={before}", f"--in-shape={','.join(map(str, shape))}", f"--in-order={order}",
                      "--in-offset=5"]
        case _:
            np.save(source, array)
    wanted = array
    if rank and random.random() < 0.6:
        axes = random.permutation(rank)
        extra.append(f"--permute={','.join(map(str, axes))}")
        wanted = wanted.transpose(axes)
    order = str(random.choice(["C", "F"]))
    extra += [f"--order={order}", f"--dtype={after}", "--casting=unsafe"]
    wanted = np.asarray(wanted.astype(after), order=order)
    done = subprocess.run([program, "convert", name, str(target), *extra], capture_output=True, text=True)
    assert done.returncode == 0, (extra, done.stderr)
    assert target.read_bytes() == saved(wanted), (before, shape, extra)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["b.npy", source.name])
