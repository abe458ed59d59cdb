"""BLAS plans hold: SciPy's BLAS, called with what the plan says, computes NumPy's product."""

import ctypes
import random
from collections import Counter

import numpy as np
import pytest
from scipy.linalg import blas, cython_blas

import stridewise as sw

FLAGS = {"N": b"N", "T": b"T"}


class At:
    """Memory at an address."""

    def __init__(self, address, shape, strides, dtype, keep):
        self.keep = keep
        self.__array_interface__ = {
            "version": 3, "data": (address, True), "shape": shape, "strides": strides, "typestr": dtype.str,
        }  # fmt: skip


def memory(array, operand):
    """Where the plan has the operand begin: in the array's own memory, or in the copy it asks for."""
    if operand.copy:
        array = np.ascontiguousarray(array)
        return array.ctypes.data + operand.offset, array
    return array.ctypes.data - operand.layout.offset + operand.offset, array


def matrix(array, operand, rows, line):
    """The stored matrix as Fortran sees it: `line` by `rows`, a column `ld` items behind the last."""
    address, keep = memory(array, operand)
    strides = (array.itemsize, operand.ld * array.itemsize)
    return np.asarray(At(address, (line, rows), strides, array.dtype, keep))


def vector(array, operand):
    """From the lowest element on, increments as BLAS counts them."""
    address, keep = memory(array, operand)
    items = (array.size - 1) * abs(operand.inc) + 1
    return np.asarray(At(address, (items,), (array.itemsize,), array.dtype, keep))


def fortran(name):
    """BLAS itself, which takes leading dimensions that SciPy's wrappers do not."""
    capsule = cython_blas.__pyx_capi__[name]
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype, api.PyCapsule_GetName.argtypes = ctypes.c_char_p, [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    return ctypes.CFUNCTYPE(None)(api.PyCapsule_GetPointer(capsule, api.PyCapsule_GetName(capsule)))


def called(routine, *arguments):
    """A call of Fortran: flags as letters, whole numbers, arrays by their address."""
    given = [
        argument if isinstance(argument, bytes)
        else ctypes.byref(ctypes.c_int(argument)) if isinstance(argument, int)
        else ctypes.c_void_p(argument.ctypes.data)
        for argument in arguments
    ]  # fmt: skip
    fortran(routine)(*given)


def gemm(a, b, plan):
    """C in C order is what Fortran takes for its transpose: operands and m, n are exchanged."""
    one, other = plan.operands
    routine, m, n, k = (getattr(plan.product, name) for name in ("routine", "m", "n", "k"))
    stored_a = matrix(a, one, *((m, k) if one.trans == "N" else (k, m)))
    stored_b = matrix(b, other, *((k, n) if other.trans == "N" else (n, k)))
    results = []
    if stored_a.flags.f_contiguous and stored_b.flags.f_contiguous:
        # SciPy copies what is not in Fortran order, and so nothing here.
        wrapper = getattr(blas, routine)
        results.append(wrapper(1, stored_b, stored_a, trans_a=other.trans == "T", trans_b=one.trans == "T").T)
    result, alpha, beta = np.full((m, n), 7, a.dtype), np.ones(1, a.dtype), np.zeros(1, a.dtype)
    flags = FLAGS[other.trans], FLAGS[one.trans]
    called(routine, *flags, n, m, k, alpha, stored_b, other.ld, stored_a, one.ld, beta, result, n)
    return [*results, result]


def gemv(a, b, plan):
    """Fortran reads the stored matrix as its transpose, and so the flag of the call is the other one."""
    at = 0 if plan.operands[0].trans else 1
    whole, line = (a, b) if at == 0 else (b, a)
    operand, other = plan.operands[at], plan.operands[1 - at]
    stored = matrix(whole, operand, *(whole.shape if operand.trans == "N" else whole.shape[::-1]))
    trans = plan.product.call.split(", ")[1] == "CblasNoTrans"
    x, results = vector(line, other), []
    if stored.flags.f_contiguous:
        results.append(getattr(blas, plan.product.routine)(1, stored, x, incx=other.inc, trans=trans))
    length = stored.shape[1] if trans else stored.shape[0]
    result, alpha, beta = np.full(length, 7, a.dtype), np.ones(1, a.dtype), np.zeros(1, a.dtype)
    flag = FLAGS["T" if trans else "N"]
    called(plan.product.routine, flag, *stored.shape, alpha, stored, operand.ld, x, other.inc, beta, result, 1)
    return [*results, result]


def dot(a, b, plan):
    one, other = plan.operands
    name = plan.product.routine + ("u" if a.dtype.kind == "c" else "")
    return [getattr(blas, name)(vector(a, one), vector(b, other), n=a.size, incx=one.inc, incy=other.inc)]


def laid(rng, shape, dtype):
    """An array of a shape, inside a larger one: padded, stepped, reversed, turned."""
    turned = len(shape) == 2 and rng.random() < 0.5
    shape = shape[::-1] if turned else shape
    steps = [rng.choice([1, 1, 1, 2, -1]) for _ in shape]
    extents = [extent * abs(step) + rng.choice([0, 0, 3]) for extent, step in zip(shape, steps)]
    whole = np.array([rng.randint(-9, 9) for _ in range(int(np.prod(extents)))]).astype(dtype).reshape(extents)
    if whole.dtype.kind == "c":
        whole = whole * (1 + 2j)
    picks = tuple(slice(None, None, step) for step in steps)
    part = whole[picks][tuple(slice(extent) for extent in shape)]
    return part.T if turned else part


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_blas_computes_the_product_as_planned(dtype):
    rng = random.Random(11)
    seen = Counter()
    for _ in range(400):
        m, n, k = (rng.choice([1, 2, 3, 5, 8]) for _ in range(3))
        kind = rng.choice(["mm", "mm", "mv", "vm", "vv"])
        a = laid(rng, (m, k) if kind[0] == "m" else (k,), dtype)
        b = laid(rng, (k, n) if kind[1] == "m" else (k,), dtype)
        plan = sw.blas(a, b)
        routine = plan.product.routine
        call = gemm if "gemm" in routine else gemv if "gemv" in routine else dot
        for result in call(a, b, plan):
            np.testing.assert_array_equal(result, a @ b, err_msg=f"{plan!r}\n{a.strides} {b.strides}")
            seen[routine] += 1
        seen["copies"] += sum(operand.copy for operand in plan.operands)
    assert len(seen) == 4 and all(count > 30 for count in seen.values()), seen


def test_a_large_product_takes_no_copy_where_the_plan_says_so():
    a, b = np.ones((300, 200)), np.ones((300, 400))[:, :250]
    plan = sw.blas(a.T, b)
    assert plan.copied_bytes == 0 and [operand.trans for operand in plan.operands] == ["T", "N"]
    assert [operand.ld for operand in plan.operands] == [200, 400]
    assert (gemm(a.T, b, plan)[-1] == 300.0).all()
