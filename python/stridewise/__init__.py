"""Array memory made visible, safe and fast: strides, orders, views, windows.

>>> import numpy as np
>>> import stridewise as sw
>>> a = np.arange(6.0)
>>> sw.sliding_window_view(a, 3).strides
(8, 8)
>>> sw.trace("a[::2].reshape(3, 1).T", a=a).copies
0
"""

from ._core import (
    LayoutError,
    __version__,
    as_strided,
    broadcast_arrays,
    broadcast_shapes,
    broadcast_to,
    byte_bounds,
    internal_overlap,
    may_share_memory,
    moveaxis,
    rot90,
    shares_memory,
    sliding_window_view,
    stride_order,
)
from ._explain import (
    blas,
    by_stride,
    compare,
    explain_reshape,
    indices_at,
    inspect,
    offset,
    require,
    trace,
)
from ._files import open
from ._report import BlasPlan, Comparison, Facts, Indices, Offset, Report, ReshapePlan, Trace

__all__ = [
    "BlasPlan",
    "Comparison",
    "Facts",
    "Indices",
    "LayoutError",
    "Offset",
    "Report",
    "ReshapePlan",
    "Trace",
    "__version__",
    "as_strided",
    "blas",
    "broadcast_arrays",
    "broadcast_shapes",
    "broadcast_to",
    "by_stride",
    "byte_bounds",
    "compare",
    "explain_reshape",
    "indices_at",
    "inspect",
    "internal_overlap",
    "may_share_memory",
    "moveaxis",
    "offset",
    "open",
    "require",
    "rot90",
    "shares_memory",
    "sliding_window_view",
    "stride_order",
    "trace",
]
