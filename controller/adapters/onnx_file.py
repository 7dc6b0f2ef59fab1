"""What an ONNX file refers to, read without running it: other files, operators of others, tensors too large."""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from pathlib import Path

from shared.errors import Rejected
from shared.texts import say

_KNOWN_DOMAINS = frozenset(
    {"", "ai.onnx", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc", "com.ms.internal.nhwc"}
)
_MOST_DEPTH = 16
_MOST_VALUES = 1 << 30  # in one tensor
_MOST_SHOWN = 60
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MOST_VARINT_BITS = 70
# Field numbers of ModelProto, FunctionProto, GraphProto, NodeProto, AttributeProto and TensorProto in onnx.proto.
_GRAPH, _FUNCTIONS, _FUNCTION_NODES, _FUNCTION_DOMAIN = 7, 25, 7, 10
_NODES, _INITIALIZERS, _SPARSE = 1, 5, 15
_OP_TYPE, _ATTRIBUTES, _DOMAIN = 4, 5, 7
_TENSOR, _SUBGRAPH, _TENSORS, _SUBGRAPHS = 5, 6, 10, 11
_DIMS, _DATA_TYPE, _EXTERNAL, _LOCATION = 1, 2, 13, 14
_PRECISIONS = {1: "float32", 2: "int8", 3: "int8", 10: "float16", 16: "bfloat16"}
"""What a tensor's data type makes of a model that has most of its weights in it."""


@dataclass(slots=True)
class _Found:
    external: list[str] = field(default_factory=list)
    operators: dict[str, str] = field(default_factory=dict)  # domain -> an operator of it
    own_domains: set[str] = field(default_factory=set)
    graphs: int = 0
    weights: dict[int, int] = field(default_factory=dict)  # data type -> how many values


def check_onnx_file(file: Path) -> str:
    """Refuse a file that is no ONNX model, needs other files, or operators that the runtime does not bring.

    Returns the precision of its weights; empty where there are none of a known type.
    """
    found = _Found()
    try:
        with file.open("rb") as opened:
            _model(memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)), found)
    except (ValueError, IndexError, UnicodeDecodeError):
        raise Rejected("model", say("model_damaged", file=file.name)) from None
    except OSError as fault:
        raise Rejected("model", f"{file.name} cannot be read: {fault.strerror}") from None
    if found.external:
        other = found.external[0][:_MOST_SHOWN]
        raise Rejected("model", say("model_outside_weights", file=file.name, other=other))
    for domain, operator in found.operators.items():
        if domain not in _KNOWN_DOMAINS | found.own_domains:
            named = {"operator": operator[:_MOST_SHOWN], "domain": domain[:_MOST_SHOWN]}
            raise Rejected("model", say("model_operator", file=file.name, **named))
    if not found.graphs:
        raise Rejected("model", say("model_damaged", file=file.name))
    known = {kind: count for kind, count in found.weights.items() if kind in _PRECISIONS}
    return _PRECISIONS[max(known, key=lambda kind: known[kind])] if known else ""


def _model(data: memoryview, found: _Found) -> None:
    for number, value in _fields(data):
        if number == _GRAPH:
            found.graphs += 1
            _graph(_part(value), found, 0)
        elif number == _FUNCTIONS:
            for inner, part in _fields(_part(value)):
                if inner == _FUNCTION_NODES:
                    _node(_part(part), found, 0)
                elif inner == _FUNCTION_DOMAIN:
                    found.own_domains.add(bytes(_part(part)).decode())


def _graph(data: memoryview, found: _Found, depth: int) -> None:
    if depth > _MOST_DEPTH:
        raise ValueError("graphs in graphs")
    for number, value in _fields(data):
        if number == _NODES:
            _node(_part(value), found, depth)
        elif number == _INITIALIZERS:
            _tensor(_part(value), found)
        elif number == _SPARSE:
            for inner, part in _fields(_part(value)):
                if inner in (1, 2):  # values, indices
                    _tensor(_part(part), found)


def _node(data: memoryview, found: _Found, depth: int) -> None:
    operator = domain = ""
    for number, value in _fields(data):
        if number == _OP_TYPE:
            operator = bytes(_part(value)).decode()
        elif number == _DOMAIN:
            domain = bytes(_part(value)).decode()
        elif number == _ATTRIBUTES:
            for inner, part in _fields(_part(value)):
                if inner in (_TENSOR, _TENSORS):
                    _tensor(_part(part), found)
                elif inner in (_SUBGRAPH, _SUBGRAPHS):
                    _graph(_part(part), found, depth + 1)
    found.operators.setdefault(domain, operator)


def _tensor(data: memoryview, found: _Found) -> None:
    dims: list[int] = []
    location: str | None = None
    outside, kind = False, 0
    for number, value in _fields(data):
        if number == _DIMS:
            dims += [value] if isinstance(value, int) else list(_packed(value))
        elif number == _DATA_TYPE and isinstance(value, int):
            kind = value
        elif number == _LOCATION:
            outside = outside or value == 1
        elif number == _EXTERNAL:
            pair = {inner: bytes(_part(part)).decode() for inner, part in _fields(_part(value)) if inner in (1, 2)}
            outside = True
            if pair.get(1) == "location":
                location = pair.get(2, "")
    if outside:
        found.external.append(location or "?")
    if any(n >= 1 << 63 for n in dims) or prod(dims) > _MOST_VALUES:
        raise Rejected("model", f"has a tensor of {' x '.join(map(str, dims))[:_MOST_SHOWN]} values")
    found.weights[kind] = found.weights.get(kind, 0) + prod(dims)


def _part(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number where a message belongs")  # noqa: TRY004 - as every damage
    return value


def _packed(data: memoryview) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field of a message; `ValueError` or `IndexError` for what is none."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        if kind == _BYTES:
            size, at = _varint(data, at)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError("no such wire type")
        if number == 0 or size > len(data) - at:
            raise ValueError("cut off")
        yield number, data[at : at + size]
        at += size


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at += 1
        if byte < 128:  # noqa: PLR2004 - the last of its bytes
            return value, at
        shift += 7
        if shift >= _MOST_VARINT_BITS:
            raise ValueError("a number without end")
