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


def _save(path: Path, graph: onnx.GraphProto, metadata: Mapping[str, str] | None) -> Path:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    if metadata:
        helper.set_model_props(model, dict(metadata))
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path
