"""Tiny ONNX models that score pictures: how bright one is, or how far it is from an even grey."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 64


def brightness(path: Path, *, times: float = 1.0, name: str = "output") -> Path:
    """Its number is the mean of its input, `times` that: 0 for black, 1 for white at 0..1."""
    nodes = [*_mean("mean"), helper.make_node("Mul", ["mean", "times"], [name])]
    return _save(path, nodes, {name: [1]}, [numpy_helper.from_array(np.array(times, np.float32), "times")])


def red(path: Path) -> Path:
    """Its number is the mean of the first of its input's colours."""
    ends = {"first": [0], "after": [1], "axis": [1]}
    constants = [numpy_helper.from_array(np.array(value, np.int64), key) for key, value in ends.items()]
    nodes = [
        helper.make_node("Slice", ["input", "first", "after", "axis"], ["one"]),
        helper.make_node("ReduceMean", ["one", "axes"], ["output"], keepdims=0),
    ]
    return _save(path, nodes, {"output": [1]}, constants)


def as_anomalib(path: Path) -> Path:
    """Outputs as Anomalib 2 exports them; the score is how bright the picture is."""
    whole = numpy_helper.from_array(np.array([1, 1, SIDE, SIDE], np.int64), "whole")
    half = numpy_helper.from_array(np.array(0.5, np.float32), "half")
    nodes = [
        *_mean("pred_score"),
        helper.make_node("Expand", ["pred_score", "whole"], ["anomaly_map"]),
        helper.make_node("Greater", ["pred_score", "half"], ["pred_label"]),
        helper.make_node("Greater", ["anomaly_map", "half"], ["pred_mask"]),
    ]
    wanted: dict[str, Sequence[int]] = {
        "pred_score": [1], "pred_label": [1], "anomaly_map": [1, 1, SIDE, SIDE], "pred_mask": [1, 1, SIDE, SIDE],
    }  # fmt: skip
    return _save(path, nodes, wanted, [whole, half], truths=("pred_label", "pred_mask"))


def reconstruction(path: Path, grey: float = 0.5) -> Path:
    """Would have every picture evenly grey: its error is how far one is from that, squared."""
    constants = [
        numpy_helper.from_array(np.array(0, np.float32), "zero"),
        numpy_helper.from_array(np.array(grey, np.float32), "grey"),
    ]
    nodes = [
        helper.make_node("Mul", ["input", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "grey"], ["output"]),
    ]
    return _save(path, nodes, {"output": [1, 3, SIDE, SIDE]}, constants)


def nonsense(path: Path) -> Path:
    """Its number is none, for any picture."""
    return brightness(path, times=float("nan"))


def _mean(name: str) -> list[onnx.NodeProto]:
    return [helper.make_node("ReduceMean", ["input", "axes"], [name], keepdims=0)]


def _save(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    outputs: dict[str, Sequence[int]],
    constants: Sequence[onnx.TensorProto],
    truths: Sequence[str] = (),
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    told = [
        helper.make_tensor_value_info(name, TensorProto.BOOL if name in truths else TensorProto.FLOAT, shape)
        for name, shape in outputs.items()
    ]
    axes = numpy_helper.from_array(np.array([1, 2, 3], np.int64), "axes")
    graph = helper.make_graph(list(nodes), "anomaly", [picture], told, [axes, *constants])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path
