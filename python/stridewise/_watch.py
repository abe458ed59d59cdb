"""Watching real code: a function is run on its arrays, and each step on them is looked at.

The arrays are wrapped. Every call, attribute and bracket is carried out by NumPy on the real
array; whether it was a view is seen from the memory of its result, and the reason for a copy
comes from the same rules as for an expression.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from . import _core
from ._report import Trace

# Attributes that say something about an array and make no other one.
_PLAIN = frozenset(
    "shape strides dtype ndim size nbytes itemsize flags base data ctypes tolist item tobytes".split()
)


class _Recorder:
    """The steps taken so far."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []

    def wrap(self, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return _Watched(value, self)
        if isinstance(value, tuple):
            return tuple(self.wrap(item) for item in value)
        return value

    def record(self, op: str, result: Any, inputs: list[np.ndarray[Any, Any]]) -> Any:
        """Notes one step, whose result NumPy has made from the inputs."""
        if isinstance(result, np.ndarray | np.generic):
            self.steps.append(_step(op, np.asanyarray(result), result, inputs))
        elif isinstance(result, tuple):
            for item in result:
                self.record(op, item, inputs)
        return self.wrap(result)


def _layout(array: np.ndarray[Any, Any]) -> dict[str, Any]:
    layout: dict[str, Any] = json.loads(_core.inspect(array, "a")[0])["layout"]
    return layout


def _step(
    op: str, array: np.ndarray[Any, Any], result: Any, inputs: list[np.ndarray[Any, Any]]
) -> dict[str, Any]:
    """What happened: seen from memory; why: from the rules, where they know the step."""
    same = [given for given in inputs if _one_memory(given, array)]
    is_view = isinstance(result, np.ndarray) and bool(same)
    effect = "view" if is_view else ("copy" if inputs else "new")
    reason, told = None, None
    # Not `flags`: it warns of arrays that broadcast_arrays made.
    reaches = is_view and not array.__array_interface__["data"][1]
    if inputs:
        try:
            if op.startswith((".", "[")):
                told = json.loads(_core.trace(op, {}, inputs[0])[0])["steps"][-1]
            else:
                told = json.loads(_core.trace(op, {"_": inputs[0]})[0])["steps"][-1]
        except (ValueError, IndexError):
            pass
        if told is not None and told["effect"] == effect:
            reason = told["reason"]
    if effect == "copy" and reason is None:
        text = "the elements are computed or put together"
        reason = {
            "code": "computed", "text": text, "axes": [], "wanted": None, "got": None,
            "help": "pass out= to reuse memory that is there already",
        }  # fmt: skip
    return {
        "op": op,
        "effect": effect,
        "writes_reach_original": reaches,
        "layout": _layout(array),
        "reason": reason,
    }


def _one_memory(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    first, second = _core.memory(a), _core.memory(b)
    return (first["start"], first["bytes"]) == (second["start"], second["bytes"])


def _text(value: Any) -> str:
    """A value as it would be written in the expression."""
    if isinstance(value, _Watched | np.ndarray):
        return "_"
    if isinstance(value, slice):
        ends = ["" if end is None else _text(end) for end in (value.start, value.stop)]
        return ":".join(ends) + ("" if value.step is None else f":{_text(value.step)}")
    if value is Ellipsis:
        return "..."
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_text, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, np.dtype):
        return repr(value.str)
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, np.generic):
        return repr(value.item())
    return repr(value)


def _index_text(index: Any) -> str:
    if isinstance(index, tuple) and index:
        return "[" + ", ".join(map(_text, index)) + ("," if len(index) == 1 else "") + "]"
    return f"[{_text(index)}]"


def _call_text(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    parts = [*map(_text, args), *(f"{key}={_text(value)}" for key, value in kwargs.items())]
    return f"{name}({', '.join(parts)})"


def _real(value: Any) -> Any:
    """Arguments with their wrappers taken off."""
    if isinstance(value, _Watched):
        return value._array
    if isinstance(value, tuple):
        return tuple(map(_real, value))
    if isinstance(value, list):
        return list(map(_real, value))
    if isinstance(value, dict):
        return {key: _real(item) for key, item in value.items()}
    return value


def _arrays_in(*values: Any) -> list[np.ndarray[Any, Any]]:
    found: list[np.ndarray[Any, Any]] = []
    for value in values:
        if isinstance(value, _Watched):
            found.append(value._array)
        elif isinstance(value, np.ndarray):
            found.append(value)
        elif isinstance(value, tuple | list):
            found += _arrays_in(*value)
        elif isinstance(value, dict):
            found += _arrays_in(*value.values())
    return found


class _Watched(NDArrayOperatorsMixin):
    """An array that tells what is done with it; everything is done by NumPy on the real one."""

    __slots__ = ("_array", "_recorder")

    def __init__(self, array: np.ndarray[Any, Any], recorder: _Recorder) -> None:
        self._array = array
        self._recorder = recorder

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._array, name)
        if name in _PLAIN:
            return value
        if not callable(value):
            return self._recorder.record(f".{name}", value, [self._array])

        def method(*args: Any, **kwargs: Any) -> Any:
            result = value(*_real(args), **_real(kwargs))
            if result is None:
                return None
            op = _call_text(f".{name}", args, kwargs)
            return self._recorder.record(op, result, [self._array, *_arrays_in(args, kwargs)])

        return method

    def __getitem__(self, index: Any) -> Any:
        result = self._array[_real(index)]
        return self._recorder.record(_index_text(index), result, [self._array])

    def __setitem__(self, index: Any, value: Any) -> None:
        self._array[_real(index)] = _real(value)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        result = getattr(ufunc, method)(*_real(inputs), **_real(kwargs))
        name = f"np.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")
        return self._recorder.record(
            _call_text(name, inputs, kwargs), result, _arrays_in(inputs, kwargs)
        )

    def __array_function__(
        self, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        result = function(*_real(args), **_real(kwargs))
        op = _call_text(f"np.{function.__name__}", args, kwargs)
        return self._recorder.record(op, result, _arrays_in(args, kwargs))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return np.array(self._array, dtype=dtype, copy=copy)

    def __len__(self) -> int:
        return len(self._array)

    def __iter__(self) -> Any:
        return (self[k] for k in range(len(self._array)))

    def __bool__(self) -> bool:
        return bool(self._array)

    def __float__(self) -> float:
        return float(self._array)

    def __int__(self) -> int:
        return int(self._array)

    def __repr__(self) -> str:
        return f"watched {self._array!r}"


def watch(function: Callable[..., Any], args: tuple[Any, ...], arrays: dict[str, Any]) -> Trace:
    """Calls a function on wrapped arrays and returns the steps taken."""
    for value in (*args, *arrays.values()):
        # What lies about its memory would have the function end the interpreter.
        if isinstance(value, np.ndarray) or hasattr(value, "__array_interface__"):
            _core.as_array(value, subok=True)
    recorder = _Recorder()
    code = getattr(function, "__code__", None)
    names = code.co_varnames[: code.co_argcount] if code is not None else ()
    result = function(
        *(recorder.wrap(value) for value in args),
        **{name: recorder.wrap(value) for name, value in arrays.items()},
    )
    named = [(names[k] if k < len(names) else f"arg{k}", value) for k, value in enumerate(args)]
    given = [
        {"name": name, "layout": _layout(value)}
        for name, value in (*named, *arrays.items())
        if isinstance(value, np.ndarray)
    ]
    result = np.asanyarray(_real(result)) if not isinstance(result, tuple) else None
    copies = [step for step in recorder.steps if step["effect"] == "copy"]
    name = getattr(function, "__name__", type(function).__name__)
    source = f"{name}({', '.join(str(item['name']) for item in given)})"
    document = {
        "schema": 1,
        "kind": "trace",
        "source": source,
        "given": given,
        "steps": recorder.steps,
        "result": None if result is None else _layout(result),
        "copies": len(copies),
        "copied_bytes": sum(step["layout"]["nbytes"] for step in copies),
    }
    lines = [source]
    for number, step in enumerate(recorder.steps, 1):
        reach = "reach" if step["writes_reach_original"] else "stop"
        lines.append(f"  {number:2}  {step['effect']:4}  {reach:5}  {step['layout']['notation']}  {step['op']}")
        if step["reason"] is not None:
            lines.append(f"      why:  {step['reason']['text']}")
            lines.append(f"      help: {step['reason']['help']}")
    lines.append(f"{len(copies)} of {len(recorder.steps)} steps copy: {document['copied_bytes']:,} B")
    return Trace((json.dumps(document, separators=(",", ":")), "\n".join(lines) + "\n", None))
