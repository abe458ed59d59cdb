"""A pytest plugin: NumPy's own tests of these functions, with ours in place of NumPy's.

    python -m pytest -p numpys_own --pyargs numpy.lib.tests.test_stride_tricks ...

Every name that a test module takes from NumPy is replaced in that module, and `np` in it by a
stand-in that answers with our functions first. What is exempt is listed here with its reason.
"""

import types

import numpy
import pytest

import stridewise

OURS = {
    name: getattr(stridewise, name)
    for name in (
        "as_strided", "broadcast_arrays", "broadcast_shapes", "broadcast_to", "byte_bounds",
        "may_share_memory", "moveaxis", "rot90", "shares_memory", "sliding_window_view",
    )
}  # fmt: skip

# Tests that build views outside their memory on purpose, or write through a view that reaches one
# element twice; nothing else may be added. They run with NumPy's own view functions, and still
# with our shares_memory, may_share_memory and internal_overlap.
OUTSIDE = "builds views outside their memory on purpose"
TWICE = "writes through a view that reaches one element twice"
EXEMPT = {
    "TestSlidingWindowView::test_writeable": TWICE,
    "test_internal_overlap_manual": OUTSIDE,
    "test_internal_overlap_fuzz": OUTSIDE,
    "TestUFunc::test_unary_ufunc_call_fuzz": TWICE,
    "TestUFunc::test_unary_ufunc_call_complex_fuzz": TWICE,
    "TestUFunc::test_binary_ufunc_accumulate_fuzz": TWICE,
    "TestUFunc::test_binary_ufunc_reduce_fuzz": TWICE,
    "TestUFunc::test_binary_ufunc_reduceat_fuzz": TWICE,
    "TestUFunc::test_unary_gufunc_fuzz": TWICE,
}


def internal_overlap(array, max_work=None):
    """As NumPy's private function of that name: 0 no, 1 yes, -1 too hard."""
    try:
        return int(stridewise.internal_overlap(array, max_work))
    except numpy.exceptions.TooHardError:
        return -1


class StandIn(types.ModuleType):
    """A module of NumPy's with some of its names replaced."""

    def __init__(self, module, replaced):
        super().__init__(module.__name__)
        self.__dict__.update(replaced)
        self.__dict__["_module"] = module

    def __getattr__(self, name):
        return getattr(self._module, name)


used = set()
met = set()


def counted(name, function):
    """The function, noting that a test has come by."""

    def call(*args, **kwargs):
        used.add(name)
        return function(*args, **kwargs)

    return call


def pytest_collection_modifyitems(items):
    """Replaces the names in each test module, and marks what is exempt."""
    ours = {name: counted(name, function) for name, function in OURS.items()}
    stride_tricks = StandIn(numpy.lib.stride_tricks, ours)
    array_utils = StandIn(numpy.lib.array_utils, ours)
    lib = StandIn(numpy.lib, {"stride_tricks": stride_tricks, "array_utils": array_utils})
    stand_in = StandIn(numpy, {**ours, "lib": lib})
    for module in {item.module for item in items}:
        for name in list(vars(module)):
            if name in ours:
                setattr(module, name, ours[name])
        module.np = stand_in
        if hasattr(module, "internal_overlap"):
            module.internal_overlap = counted("internal_overlap", internal_overlap)
        if hasattr(module, "array_utils"):
            module.array_utils = array_utils


@pytest.fixture(autouse=True)
def exempt_tests_take_numpys_views(request, monkeypatch):
    """What is exempt makes its views with NumPy, at its own risk."""
    name = request.node.nodeid.partition("::")[2]
    if name in EXEMPT:
        met.add(name)
        for function in ("as_strided", "sliding_window_view"):
            if hasattr(request.module, function):
                theirs = getattr(numpy.lib.stride_tricks, function)
                monkeypatch.setattr(request.module, function, theirs)


def pytest_terminal_summary(terminalreporter):
    """Says which of our functions the tests have really called."""
    terminalreporter.write_line(f"called: {' '.join(sorted(used))}")
    terminalreporter.write_line(f"exempt: {' '.join(sorted(met))}")
