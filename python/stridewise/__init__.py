"""Array memory made visible, safe and fast: strides, orders, views, windows.

>>> import numpy as np
>>> import stridewise as sw
>>> a = np.arange(6.0)
>>> sw.sliding_window_view(a, 3).strides
(8, 8)
>>> sw.trace("a[::2].reshape(3, 1).T", a=a).copies
0

Arrays are referenced for the whole of a call, and long calls release the interpreter: values that
another thread writes meanwhile may give any values. Memory must stay where it is: what
`a.resize(..., refcheck=False)` or a library gives back during a call, and a mapped file that is cut
short, cannot be defended against.
"""

from . import bottleneck
from ._core import (
    LayoutError,
    __version__,
    as_strided,
    broadcast_arrays,
    broadcast_shapes,
    broadcast_to,
    by_stride,
    byte_bounds,
    internal_overlap,
    may_share_memory,
    moveaxis,
    rot90,
    shares_memory,
    sliding_window_view,
    stride_order,
)
from ._copy import ascontiguousarray, asfortranarray, copy, copyto
from ._explain import (
    blas,
    compare,
    explain_reshape,
    indices_at,
    inspect,
    locality,
    machine,
    offset,
    require,
    trace,
)
from ._files import open
from ._reduce import (
    all,
    any,
    argmax,
    argmin,
    count_nonzero,
    max,
    mean,
    min,
    prod,
    std,
    sum,
    var,
)
from ._report import (
    BlasPlan,
    Comparison,
    Facts,
    Indices,
    LocalityReport,
    MachineReport,
    Offset,
    Report,
    ReshapePlan,
    Trace,
)
from ._safetensors import save_safetensors
from ._windows import Windows, windows

__all__ = [
    "BlasPlan",
    "Comparison",
    "Facts",
    "Indices",
    "LayoutError",
    "LocalityReport",
    "MachineReport",
    "Offset",
    "Report",
    "ReshapePlan",
    "Trace",
    "Windows",
    "__version__",
    "all",
    "any",
    "argmax",
    "argmin",
    "as_strided",
    "ascontiguousarray",
    "asfortranarray",
    "blas",
    "bottleneck",
    "broadcast_arrays",
    "broadcast_shapes",
    "broadcast_to",
    "by_stride",
    "byte_bounds",
    "compare",
    "copy",
    "copyto",
    "count_nonzero",
    "explain_reshape",
    "indices_at",
    "inspect",
    "locality",
    "internal_overlap",
    "machine",
    "max",
    "may_share_memory",
    "mean",
    "min",
    "moveaxis",
    "offset",
    "open",
    "prod",
    "require",
    "rot90",
    "save_safetensors",
    "shares_memory",
    "sliding_window_view",
    "std",
    "stride_order",
    "sum",
    "trace",
    "var",
    "windows",
]
