"""What the explaining functions answer: frozen objects around the documents of the command line."""

from __future__ import annotations

from typing import Any, ClassVar


def _frozen(value: Any) -> Any:
    """JSON as attributes: objects become `Facts`, lists become tuples."""
    if isinstance(value, dict):
        return Facts(value)
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value


class Facts:
    """One object of a document; its fields are attributes, and nothing can be changed."""

    __slots__ = ("_fields",)
    _fields: dict[str, Any]

    def __init__(self, fields: dict[str, Any]) -> None:
        frozen = {name: _frozen(value) for name, value in fields.items()}
        object.__setattr__(self, "_fields", frozen)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self._fields[name]
        except KeyError:
            known = ", ".join(self._fields)
            raise AttributeError(f"{type(self).__name__} has no {name!r}; it has {known}") from None

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name!r} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name!r} cannot be deleted")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._fields})

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._fields == getattr(other, "_fields", None)

    def __hash__(self) -> int:
        return hash(tuple(self._fields.items()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self._fields.items())
        return f"{type(self).__name__}({fields})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _facts, (_thawed(self),)


def _facts(fields: dict[str, Any]) -> Facts:
    return Facts(fields)


def _thawed(value: Any) -> Any:
    """The way back from `_frozen`."""
    if isinstance(value, Facts):
        return {name: _thawed(item) for name, item in value._fields.items()}
    if isinstance(value, tuple):
        return [_thawed(item) for item in value]
    return value


class Document(Facts):
    """A document of the command line: its fields as attributes, its text, its picture."""

    __slots__ = ("_json", "_svg", "_text")
    _json: str
    _text: str
    _svg: str | None
    _rows: ClassVar[tuple[str, ...]] = ()

    def __init__(self, drawn: tuple[str, str, str | None]) -> None:
        import json

        text, page, svg = drawn
        super().__init__(json.loads(text))
        for name, value in (("_json", text), ("_text", page), ("_svg", svg)):
            object.__setattr__(self, name, value)

    def to_json(self) -> str:
        """The document as the command line prints it with `--json`, on one line."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """The document as dictionaries, lists, numbers and text."""
        import json

        document: dict[str, Any] = json.loads(self._json)
        return document

    def to_svg(self) -> str | None:
        """The picture, of documents that have one."""
        return self._svg

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return self._text.rstrip("\n")

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f"<tr><th style='text-align:left'>{escape(name.replace('_', ' '))}</th>"
            f"<td style='text-align:left'>{escape(_shown(value))}</td></tr>"
            for name, value in self._table()
        )
        picture = f"<div>{self._svg}</div>" if self._svg else ""
        return (
            "<div style='display:flex;flex-wrap:wrap;gap:1em;align-items:flex-start'>"
            f"<table>{rows}</table>{picture}</div>"
        )

    def _table(self) -> list[tuple[str, Any]]:
        return [(name, self._fields[name]) for name in self._rows if name in self._fields]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), ((self._json, self._text, self._svg),)


def _shown(value: Any) -> str:
    if isinstance(value, Facts):
        notation = value._fields.get("notation")
        return str(notation) if notation is not None else repr(value)
    if isinstance(value, tuple):
        return ", ".join(_shown(item) for item in value)
    return str(value)


_LAYOUT_ROWS = (
    "dtype", "shape", "strides", "item_strides", "offset", "low", "high", "buffer_bytes",
    "c_contiguous", "f_contiguous", "aligned", "aliasing", "writeable",
)  # fmt: skip


class Report(Document):
    """What `inspect` answers: the layout, the cost of walking each axis, findings."""

    __slots__ = ()

    def _table(self) -> list[tuple[str, Any]]:
        layout = self._fields["layout"]._fields
        rows = [(name, layout[name]) for name in _LAYOUT_ROWS]
        rows.append(("order", self._fields["order"]))
        memory = self._fields.get("memory")
        if memory is not None:
            rows.append(("owner", " <- ".join(memory._fields["chain"])))
        for finding in self._fields["findings"]:
            rows.append((finding.code, f"{finding.text} ({finding.help})"))
        return rows


class Trace(Document):
    """What `trace` answers: each step new, a view or a copy, and why."""

    __slots__ = ()

    def _table(self) -> list[tuple[str, Any]]:
        rows: list[tuple[str, Any]] = [("source", self._fields["source"])]
        for step in self._fields["steps"]:
            why = f": {step.reason.text}" if step.reason is not None else ""
            rows.append((step.op, f"{step.effect} {step.layout.notation}{why}"))
        rows.append(("copied_bytes", self._fields["copied_bytes"]))
        return rows


class ReshapePlan(Trace):
    """What `explain_reshape` answers: a view, or a copy with its reason."""

    __slots__ = ()

    @property
    def is_view(self) -> bool:
        """Whether the reshape copies nothing."""
        return bool(self._fields["copies"] == 0)

    @property
    def reason(self) -> Any:
        """Why it copies; None for a view."""
        steps = self._fields["steps"]
        return steps[-1].reason if steps else None


class Offset(Document):
    """What `offset` answers: the byte of an index, term by term."""

    __slots__ = ()
    _rows = ("source", "index", "byte", "terms", "line", "layout")

    def __index__(self) -> int:
        return int(self._fields["byte"])


class Indices(Document):
    """What `indices_at` answers: the indices that a byte belongs to, and how many there are."""

    __slots__ = ()
    _rows = ("source", "byte", "indices", "count", "exact", "layout")


class BlasPlan(Document):
    """What `blas` answers: the call, and which operands have to be copied for it."""

    __slots__ = ()

    def _table(self) -> list[tuple[str, Any]]:
        rows: list[tuple[str, Any]] = []
        for operand in self._fields["operands"]:
            goes = "copied" if operand.copy else "as it lies"
            goes += f", trans {operand.trans}, ld {operand.ld}" if operand.trans else ""
            rows.append((operand.source, f"{operand.layout.notation} {goes}"))
        if self._fields["product"] is not None:
            rows.append(("call", self._fields["product"].call))
        rows.append(("copied_bytes", self._fields["copied_bytes"]))
        return rows


class LocalityReport(Document):
    """What `locality` answers: loop orders ranked, what the caches make of them, findings."""

    __slots__ = ()

    @property
    def best(self) -> tuple[str, ...]:
        """The loops of the fastest order, outermost first."""
        return tuple(self._fields["orders"][0].order)

    def _table(self) -> list[tuple[str, Any]]:
        rows: list[tuple[str, Any]] = [("pattern", self._fields["pattern"])]
        for order in self._fields["orders"]:
            rows.append((",".join(order.order), f"{order.predicted_ns / 1e6:.3g} ms predicted"))
        for finding in self._fields["findings"]:
            rows.append((finding.code, f"{finding.text} ({finding.help})"))
        return rows


class MachineReport(Document):
    """What `machine` answers: caches, page size and instructions, and where each figure is from."""

    __slots__ = ()

    def _table(self) -> list[tuple[str, Any]]:
        rows: list[tuple[str, Any]] = [("machine", self._fields["name"])]
        for cache in self._fields["caches"]:
            rows.append((cache.name, f"{cache.size:,} B, {cache.ways} ways, lines of {cache.line} B ({cache.source})"))
        rows.append(("page", f"{self._fields['page'].value:,} B ({self._fields['page'].source})"))
        isa = self._fields["isa"]
        rows.append(("instructions", f"{isa.arch}, {', '.join(isa.features)}"))
        return rows


class Comparison(Document):
    """What `compare` answers: whether two arrays are one memory, and what differs."""

    __slots__ = ()
    _rows = (
        "same_buffer", "shares_memory", "bytes_copied", "changed", "axes", "writes_reach", "a", "b",
    )  # fmt: skip
