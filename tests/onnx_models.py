"""Tiny ONNX detectors built on the spot: any head, any size, known answers."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_TYPES = {"float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16, "uint8": TensorProto.UINT8}


def build_model(
    path: Path,
    answer: NDArray[np.float32],
    *,
    size: tuple[int, int] = (64, 64),
    batch: int | str = 1,
    dtype: str = "float32",
    channels_last: bool = False,
    dynamic: bool = False,
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """A model that answers `answer` (one picture's output) plus 0 times the mean of its input, to any picture.

    The score values of `answer` are multiplied by nothing: what is written is what comes out, per picture of a batch.
    """
    height, width = size
    spatial: list[int | str] = ["height", "width"] if dynamic else [height, width]
    shape: list[int | str] = [batch, *spatial, 3] if channels_last else [batch, 3, *spatial]
    picture = helper.make_tensor_value_info("images", _TYPES[dtype], shape)
    out_shape: list[int | str] = [batch, *answer.shape]
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, out_shape)
    nodes = [
        helper.make_node("Cast", ["images"], ["values"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["values", "axes"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Reshape", ["nothing", "column"], ["each"]),
        helper.make_node("Add", ["each", "answer"], ["output"]),
    ]
    constants = [
        numpy_helper.from_array(np.array([1, 2, 3], np.int64), "axes"),
        numpy_helper.from_array(np.array(0, np.float32), "zero"),
        numpy_helper.from_array(np.array([-1, 1, 1], np.int64), "column"),
        numpy_helper.from_array(answer[None].astype(np.float32), "answer"),
    ]
    return _save(path, helper.make_graph(nodes, "answer", [picture], [output], constants), metadata)


def build_colour_model(path: Path, *, rows: int, columns: int, size: tuple[int, int] = (64, 64)) -> Path:
    """A model whose every output column shows the three channels of the input's middle pixel: (1, rows, columns)."""
    height, width = size
    picture = helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, height, width])
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, rows, columns])
    nodes = [
        helper.make_node("Slice", ["images", "from", "to", "sides"], ["pixel"]),
        helper.make_node("Reshape", ["pixel", "line"], ["channels"]),
        helper.make_node("Concat", ["channels", "rest"], ["column"], axis=1),
        helper.make_node("Expand", ["column", "whole"], ["output"]),
    ]
    constants = [
        numpy_helper.from_array(np.array([height // 2, width // 2], np.int64), "from"),
        numpy_helper.from_array(np.array([height // 2 + 1, width // 2 + 1], np.int64), "to"),
        numpy_helper.from_array(np.array([2, 3], np.int64), "sides"),
        numpy_helper.from_array(np.array([1, 3, 1], np.int64), "line"),
        numpy_helper.from_array(np.zeros((1, rows - 3, 1), np.float32), "rest"),
        numpy_helper.from_array(np.array([1, rows, columns], np.int64), "whole"),
    ]
    return _save(path, helper.make_graph(nodes, "colour", [picture], [output], constants), None)


def build_outputs_model(
    path: Path,
    outputs: Mapping[str, NDArray[np.generic]],
    *,
    size: tuple[int, int] = (64, 64),
    batch: int | str = 1,
    sizes: str = "",
    mask: str = "",
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """A model that answers each of `outputs` (one picture's) to any picture.

    `sizes`: an input (batch, 2) of whole numbers w, h by which the output "boxes" is multiplied, as D-FINE has it.
    `mask`: an input (batch, height, width) of whole numbers that changes nothing.
    """
    height, width = size
    inputs = [helper.make_tensor_value_info("images", TensorProto.FLOAT, [batch, 3, height, width])]
    nodes = [
        helper.make_node("ReduceMean", ["images", "axes"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
    ]
    constants = [
        numpy_helper.from_array(np.array([1, 2, 3], np.int64), "axes"),
        numpy_helper.from_array(np.array(0, np.float32), "zero"),
    ]
    if sizes:
        inputs.append(helper.make_tensor_value_info(sizes, TensorProto.INT64, [batch, 2]))
        nodes += [
            helper.make_node("Cast", [sizes], ["sides"], to=TensorProto.FLOAT),
            helper.make_node("Concat", ["sides", "sides"], ["corners"], axis=1),
            helper.make_node("Unsqueeze", ["corners", "one"], ["scale"]),
        ]
        constants.append(numpy_helper.from_array(np.array([1], np.int64), "one"))
    if mask:
        inputs.append(helper.make_tensor_value_info(mask, TensorProto.INT64, [batch, height, width]))
    told = []
    for name, answer in outputs.items():
        whole = np.issubdtype(answer.dtype, np.integer)
        kind = TensorProto.INT64 if whole else TensorProto.FLOAT
        told.append(helper.make_tensor_value_info(name, kind, [batch, *answer.shape]))
        constants.append(numpy_helper.from_array(answer[None], f"{name}.answer"))
        constants.append(numpy_helper.from_array(np.array([-1] + [1] * answer.ndim, np.int64), f"{name}.column"))
        nodes.append(helper.make_node("Reshape", ["nothing", f"{name}.column"], [f"{name}.each"]))
        each = f"{name}.each"
        if whole:
            nodes.append(helper.make_node("Cast", [each], [f"{name}.whole"], to=TensorProto.INT64))
            each = f"{name}.whole"
        scaled = bool(sizes) and name == "boxes"
        nodes.append(helper.make_node("Add", [each, f"{name}.answer"], [f"{name}.sum" if scaled else name]))
        if scaled:
            nodes.append(helper.make_node("Mul", [f"{name}.sum", "scale"], [name]))
    return _save(path, helper.make_graph(nodes, "outputs", inputs, told, constants), metadata)


def _save(path: Path, graph: onnx.GraphProto, metadata: Mapping[str, str] | None) -> Path:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    if metadata:
        helper.set_model_props(model, dict(metadata))
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path
