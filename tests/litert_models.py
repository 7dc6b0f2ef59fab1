"""Tiny .tflite detectors written on the spot: a red cell of 8x8 pixels is a person, a blue one a car.

The file format is written by hand (its schema never changes a number), so that any runtime's tests can make them.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import flatbuffers
import numpy as np
from numpy.typing import NDArray

Kind = Literal["yolox", "yolov5", "ultralytics", "ultralytics_rows"]
Number = Literal["float32", "uint8", "int8"]

SIDE_PX = 64
_STRIDES = (8, 16, 32)
_GAIN = 12.0
_TYPES: Mapping[str, int] = {"float32": 0, "int32": 2, "uint8": 3, "int8": 9}
_ZERO: Mapping[str, int] = {"uint8": 0, "int8": -128}
_POOL, _CONCAT, _CONV, _DEQUANTIZE, _LOGISTIC, _RESHAPE, _TRANSPOSE, _QUANTIZE = 1, 2, 3, 6, 14, 22, 39, 114
_CONV_OPTIONS, _POOL_OPTIONS, _CONCAT_OPTIONS = 1, 5, 10
_VALID = 1
_NEVER: Mapping[str, int] = {"Int8": -128, "Int32": 2**31 - 1, "Uint8": 255, "Uint32": 2**32 - 1}  # all is written


def cell_picture(cells: Sequence[tuple[int, int, str]]) -> NDArray[np.uint8]:
    """A black RGB picture of the models' size with red or blue cells (column, row, colour)."""
    picture = np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)
    for column, row, colour in cells:
        picture[row * 8 : row * 8 + 8, column * 8 : column * 8 + 8, 0 if colour == "red" else 2] = 255
    return picture


def cell_box(column: int, row: int) -> tuple[float, float, float, float]:
    """The box that every model gives for a cell: twice its size, as far as it lies in the picture."""
    x, y = (column + 0.5) * 8, (row + 0.5) * 8
    corners = (x - 8, y - 8, x + 8, y + 8)
    return tuple(min(1.0, max(0.0, value / SIDE_PX)) for value in corners)  # type: ignore[return-value]  # four


def build_model(path: Path, kind: Kind, number: Number = "float32", files: Mapping[str, str] | None = None) -> Path:
    """Write a model of that layout whose input and output are of that type; `files` lie in a zip behind it."""
    graph = _Graph()
    quantised: dict[str, Any] = {}
    if number != "float32":
        quantised = {"scale": 1 / 255, "zero_point": _ZERO[number]}
    # YOLOX takes 0..255, the others 0..1.
    taken = quantised | {"scale": 1.0} if quantised and kind == "yolox" else quantised
    values = graph.inlet = graph.tensor("images", (1, SIDE_PX, SIDE_PX, 3), number, **taken)
    if number != "float32":
        values = graph.op(_DEQUANTIZE, [values], (1, SIDE_PX, SIDE_PX, 3))
    counts = {stride: (SIDE_PX // stride) ** 2 for stride in _STRIDES}
    columns = 3 if kind in ("yolox", "yolov5") else 2
    parts = [_scores(graph, values, stride, counts[stride], columns, blue_first=kind == "yolox") for stride in _STRIDES]
    anchors = 3 if kind == "yolov5" else 1
    places = sum(counts.values()) * anchors
    scores = graph.op(_CONCAT, parts * anchors, (1, places, columns), axis=1)
    scores = graph.op(_LOGISTIC, [scores], (1, places, columns))
    boxes = graph.constant(np.tile(_boxes(kind), (anchors, 1))[None].astype(np.float32))
    shape = (1, places, 4 + columns)
    last = graph.op(_CONCAT, [boxes, scores], shape, axis=2)
    if kind == "ultralytics":
        shape = (1, 4 + columns, places)
        last = graph.op(_TRANSPOSE, [last, graph.constant(np.array([0, 2, 1], np.int32))], shape)
    if number != "float32":
        last = graph.op(_QUANTIZE, [last], shape, number, **quantised)
    path.write_bytes(graph.write(last) + _archive(files or {}))
    return path


def _boxes(kind: Kind) -> NDArray[np.float64]:
    rows = []
    for stride in _STRIDES:
        for row in range(SIDE_PX // stride):
            for column in range(SIDE_PX // stride):
                if kind == "yolox":
                    rows.append([0.5, 0.5, np.log(2), np.log(2)])
                else:
                    place = [(column + 0.5) * stride, (row + 0.5) * stride, 2 * stride, 2 * stride]
                    rows.append([value / SIDE_PX for value in place])
    return np.array(rows)


def _scores(graph: "_Graph", values: int, stride: int, places: int, columns: int, *, blue_first: bool) -> int:
    """[objectness,] person, car of every cell, before the sigmoid."""
    side = SIDE_PX // stride
    full = 255.0 if blue_first else 1.0
    red, blue = (2, 0) if blue_first else (0, 2)
    weights = np.zeros((columns, 1, 1, 3), np.float32)
    for row, channels in enumerate([(red, blue), (red,), (blue,)][-columns:]):
        weights[row, 0, 0, list(channels)] = _GAIN / full
    bias = np.full(columns, -_GAIN / 2, np.float32)
    pooled = graph.op(_POOL, [values], (1, side, side, 3), stride=stride)
    seen = graph.op(_CONV, [pooled, graph.constant(weights), graph.constant(bias)], (1, side, side, columns))
    shape = graph.constant(np.array([1, places, columns], np.int32))
    return graph.op(_RESHAPE, [seen, shape], (1, places, columns))


def _archive(files: Mapping[str, str]) -> bytes:
    written = io.BytesIO()
    if files:
        with zipfile.ZipFile(written, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
    return written.getvalue()


@dataclass
class _Graph:
    """Tensors and operators, then the file."""

    tensors: list[dict[str, Any]] = field(default_factory=list)
    operators: list[dict[str, Any]] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    inlet: int = 0

    def tensor(self, name: str, shape: Sequence[int], number: str, **more: Any) -> int:
        self.tensors.append({"name": name, "shape": shape, "number": number, **more})
        return len(self.tensors) - 1

    def constant(self, values: NDArray[Any]) -> int:
        return self.tensor(f"c{len(self.tensors)}", values.shape, values.dtype.name, data=values.tobytes())

    def op(
        self,
        code: int,
        inputs: list[int],
        shape: Sequence[int],
        number: str = "float32",
        *,
        axis: int = 0,
        stride: int = 1,
        **more: Any,
    ) -> int:
        if code not in self.codes:
            self.codes.append(code)
        result = self.tensor(f"t{len(self.tensors)}", shape, number, **more)
        self.operators.append({"code": code, "inputs": inputs, "output": result, "axis": axis, "stride": stride})
        return result

    def write(self, last: int) -> bytes:
        builder = flatbuffers.Builder(1024)
        with_data = [tensor for tensor in self.tensors if "data" in tensor]
        for number, tensor in enumerate(with_data, 1):
            tensor["buffer"] = number
        buffers = [_table(builder, {})]
        buffers += [_table(builder, {0: ("offset", builder.CreateByteVector(tensor["data"]))}) for tensor in with_data]
        tensors = [_write_tensor(builder, tensor) for tensor in self.tensors]
        operators = [self._write_operator(builder, operator) for operator in self.operators]
        graph = _table(
            builder,
            {
                0: ("offset", _offsets(builder, tensors)),
                1: ("offset", _ints(builder, [self.inlet])),
                2: ("offset", _ints(builder, [last])),
                3: ("offset", _offsets(builder, operators)),
            },
        )
        codes = [_table(builder, {0: ("Int8", code), 2: ("Int32", 1), 3: ("Int32", code)}) for code in self.codes]
        model = {
            0: ("Uint32", 3),
            1: ("offset", _offsets(builder, codes)),
            2: ("offset", _offsets(builder, [graph])),
            4: ("offset", _offsets(builder, buffers)),
        }
        builder.Finish(_table(builder, model), b"TFL3")
        return bytes(builder.Output())

    def _write_operator(self, builder: Any, operator: dict[str, Any]) -> int:
        fields: dict[int, tuple[str, int]] = {
            0: ("Uint32", self.codes.index(operator["code"])),
            1: ("offset", _ints(builder, operator["inputs"])),
            2: ("offset", _ints(builder, [operator["output"]])),
        }
        stride = operator["stride"]
        options: tuple[int, dict[int, tuple[str, int]]] | None = None
        match operator["code"]:
            case 1:
                sides = dict.fromkeys((1, 2, 3, 4), ("Int32", stride))
                options = _POOL_OPTIONS, {0: ("Int8", _VALID), **sides}
            case 3:
                ones = dict.fromkeys((1, 2, 4, 5), ("Int32", 1))
                options = _CONV_OPTIONS, {0: ("Int8", _VALID), **ones}
            case 2:
                options = _CONCAT_OPTIONS, {0: ("Int32", operator["axis"])}
        if options is not None:
            fields |= {3: ("Uint8", options[0]), 4: ("offset", _table(builder, options[1]))}
        return _table(builder, fields)


def _write_tensor(builder: Any, tensor: dict[str, Any]) -> int:
    fields: dict[int, tuple[str, int]] = {
        0: ("offset", _ints(builder, tensor["shape"])),
        1: ("Int8", _TYPES[tensor["number"]]),
        2: ("Uint32", tensor.get("buffer", 0)),
        3: ("offset", builder.CreateString(tensor["name"])),
    }
    if "scale" in tensor:
        scale = builder.CreateNumpyVector(np.array([tensor["scale"]], np.float32))
        zero = builder.CreateNumpyVector(np.array([tensor["zero_point"]], np.int64))
        fields[4] = ("offset", _table(builder, {2: ("offset", scale), 3: ("offset", zero)}))
    return _table(builder, fields)


def _ints(builder: Any, values: Sequence[int]) -> int:
    return int(builder.CreateNumpyVector(np.array(values, np.int32)))


def _offsets(builder: Any, offsets: Sequence[int]) -> int:
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return int(builder.EndVector())


def _table(builder: Any, fields: Mapping[int, tuple[str, int]]) -> int:
    builder.StartObject(max(fields, default=-1) + 1)
    for slot, (kind, value) in fields.items():
        if kind == "offset":
            builder.PrependUOffsetTRelativeSlot(slot, value, 0)
        else:
            getattr(builder, f"Prepend{kind}Slot")(slot, value, _NEVER[kind])
    return int(builder.EndObject())
