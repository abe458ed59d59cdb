"""The compiled half of the package."""

import sys
from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from typing import Any, Final, Literal, SupportsIndex, final

from numpy.typing import ArrayLike, NDArray

_Drawn = tuple[str, str, str | None]
_Integers = SupportsIndex | Iterable[SupportsIndex]
_Array = NDArray[Any]
# size, axes, step, dilation, mode, origin, fill, min_count where NaN is skipped, whether sums wrap,
# and the indices of the first element, of a chunk, in the whole; none: 0
_Which = tuple[
    _Integers, _Integers, _Integers, _Integers, str, _Integers, float, int | None, bool, _Integers
]

__version__: Final[str]
__all__ = [
    "LayoutError",
    "MappedBytes",
    "__version__",
    "apply_to_windows",
    "as_array",
    "as_shape",
    "as_strided",
    "blas",
    "broadcast_arrays",
    "broadcast_shapes",
    "broadcast_to",
    "by_stride",
    "byte_bounds",
    "copy_into",
    "indices_at",
    "inspect",
    "internal_overlap",
    "locality",
    "machine",
    "may_share_memory",
    "memory",
    "moveaxis",
    "move_argmax",
    "move_argmin",
    "move_max",
    "move_mean",
    "move_median",
    "move_min",
    "move_rank",
    "move_std",
    "move_sum",
    "move_var",
    "moved",
    "offset",
    "open_mapped",
    "packed_strides",
    "permutation_between",
    "reduce",
    "reduce_windows",
    "rot90",
    "run_command",
    "shares_memory",
    "sliding_window_view",
    "stride_order",
    "trace",
]

class LayoutError(ValueError):
    """A layout or a view that cannot be made."""

    axis: int | None
    wanted: Any
    got: Any
    help: str | None

@final
class MappedBytes:
    def describe(self) -> tuple[str, list[int], list[int], int, str]: ...
    # Python has this name for the buffer protocol since 3.12.
    if sys.version_info >= (3, 12):
        def __buffer__(self, flags: int, /) -> memoryview: ...

def as_array(a: ArrayLike, subok: bool = False) -> _Array: ...
def as_strided(
    x: ArrayLike,
    shape: Iterable[SupportsIndex] | None = None,
    strides: Iterable[SupportsIndex] | None = None,
    subok: bool = False,
    writeable: bool | None = None,
    *,
    offset: SupportsIndex = 0,
    check: bool = True,
    check_bounds: bool | None = None,
    bounds: Literal["owner", "array"] = "owner",
) -> _Array: ...
def sliding_window_view(
    x: ArrayLike,
    window_shape: _Integers,
    axis: _Integers | None = None,
    *,
    step: _Integers = 1,
    dilation: _Integers = 1,
    subok: bool = False,
    writeable: bool = False,
) -> _Array: ...
def broadcast_to(array: ArrayLike, shape: _Integers, subok: bool = False) -> _Array: ...
def broadcast_arrays(*args: ArrayLike, subok: bool = False) -> tuple[_Array, ...]: ...
def broadcast_shapes(*args: _Integers) -> tuple[int, ...]: ...
def moveaxis(a: ArrayLike, source: _Integers, destination: _Integers) -> _Array: ...
def rot90(m: ArrayLike, k: SupportsIndex = 1, axes: Iterable[SupportsIndex] = (0, 1)) -> _Array: ...
def by_stride(a: ArrayLike) -> tuple[_Array, tuple[int, ...]]: ...
def byte_bounds(a: Any) -> tuple[int, int]: ...
def shares_memory(a: ArrayLike, b: ArrayLike, max_work: int | None = None) -> bool: ...
def may_share_memory(a: ArrayLike, b: ArrayLike, max_work: int | None = None) -> bool: ...
def internal_overlap(a: ArrayLike, max_work: int | None = None) -> bool: ...
def stride_order(a: ArrayLike) -> tuple[int, ...]: ...
def run_command(argv: Sequence[str | PathLike[str]]) -> int: ...
def inspect(a: ArrayLike, source: str) -> _Drawn: ...
def trace(source: str, arrays: dict[str, Any], start: ArrayLike | None = None) -> _Drawn: ...
def offset(a: ArrayLike, index: _Integers, source: str) -> _Drawn: ...
def indices_at(a: ArrayLike, byte: int, limit: int, source: str) -> _Drawn: ...
def blas(a: ArrayLike, b: ArrayLike | None, names: tuple[str, str]) -> _Drawn: ...
def locality(
    source: str,
    arrays: dict[str, Any],
    order: str | None = None,
    block: str | None = None,
    machine: str | None = None,
    cache: Sequence[str] = ...,
    exact: bool = False,
    trace: int | None = None,
) -> _Drawn: ...
def machine(name: str | None = None) -> _Drawn: ...
def memory(a: ArrayLike) -> dict[str, Any]: ...
def permutation_between(a: ArrayLike, b: ArrayLike) -> tuple[int, ...] | None: ...
def copy_into(destination: Any, source: Any, threads: int | None = None) -> bool: ...
def reduce(
    a: ArrayLike,
    operation: str,
    axes: _Integers | None = None,
    out: Any = None,
    *,
    ddof: float = 0.0,
    min_count: int | None = None,
    wraps: bool = True,
    threads: int | None = None,
) -> _Array | None: ...
def reduce_windows(
    a: ArrayLike,
    which: _Which,
    operation: str,
    number: float = 0.0,
    weights: Sequence[float] | None = None,
    out: Any = None,
    threads: int | None = None,
) -> _Array: ...
def move_sum(a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1) -> _Array: ...
def move_mean(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1
) -> _Array: ...
def move_std(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1, ddof: int = 0
) -> _Array: ...
def move_var(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1, ddof: int = 0
) -> _Array: ...
def move_min(a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1) -> _Array: ...
def move_max(a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1) -> _Array: ...
def move_argmin(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1
) -> _Array: ...
def move_argmax(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1
) -> _Array: ...
def move_median(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1
) -> _Array: ...
def move_rank(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1
) -> _Array: ...
def moved(
    operation: str, a: Any, window: int, min_count: int, axis: int, ddof: int
) -> _Array: ...
def apply_to_windows(
    a: ArrayLike, which: _Which, function: Callable[[_Array], Any], out: Any = None
) -> _Array: ...
def as_shape(shape: _Integers) -> tuple[int, ...]: ...
def packed_strides(a: ArrayLike, order: str) -> tuple[tuple[int, ...], tuple[int, ...]]: ...
def open_mapped(
    spec: str,
    dtype: str | None = None,
    shape: Sequence[int] | None = None,
    order: str | None = None,
    strides: Sequence[int] | None = None,
    offset: int | None = None,
) -> MappedBytes: ...
