"""The LightDetector port on LiteRT: ai-edge-litert, or tflite-runtime where a system has only that."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.adapters.label_files import read_labels
from edge_agent.core import light_model
from edge_agent.core.light_model import Tensor
from edge_agent.core.sightings import Thing
from shared.errors import Broken, Rejected

_RUNTIMES = ("ai_edge_litert", "tflite_runtime")
_MAX_BYTES = 200 * 1024 * 1024
_IDENTIFIER = b"TFL3"
_SHOWN = 200


class LiteRtDetector:
    """One loaded model. Raises `Rejected`, naming `model` or `labels`, for a file that cannot be used."""

    def __init__(
        self, model: Path, labels: Path | None, min_confidence: float, threads: int = 2, runtime: str | None = None
    ) -> None:
        """`runtime`: the package to use; None: the first that is installed."""
        names, metadata = read_labels(_checked(model), labels)
        package, library = _load(runtime)
        self._min_confidence = min_confidence
        try:
            self._interpreter = library.Interpreter(model_path=str(model), num_threads=threads)
            self._interpreter.allocate_tensors()
            inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
            self._outputs = [int(detail["index"]) for detail in outputs]
            picture = light_model.check_input([_tensor(detail) for detail in inputs])
            self._input = int(inputs[0]["index"])
            trial = self._infer(light_model.trial_picture(picture))
        except (ValueError, RuntimeError, SystemError, TypeError, Broken) as fault:
            raise Rejected("model", f"{model.name} does not run on {package}: {_reason(fault)}") from None
        told = None if names is None else len(names)
        self._layout = light_model.recognise(picture, [_tensor(d) for d in outputs], trial, metadata, told)
        self._names = light_model.settle_names(self._layout, names)
        self.name = f"{package} {model.name} ({self._layout.kind}, {len(self._names)} classes)"

    def fit(self, width_px: int, height_px: int) -> tuple[int, int]:
        place = self._layout.place(width_px, height_px)
        return place.scaled_width_px, place.scaled_height_px

    def detect(self, picture: NDArray[np.uint8]) -> tuple[Thing, ...]:
        height, width = picture.shape[:2]
        if picture.ndim != 3 or picture.shape[2] != 3 or self.fit(width, height) != (width, height):  # noqa: PLR2004
            raise Rejected("picture", f"of shape {list(picture.shape)} does not fit the model")
        place = self._layout.place(width, height)
        values = self._infer(light_model.feed(self._layout, picture, place))
        return light_model.read(self._layout, values, place, self._names, self._min_confidence)

    def _infer(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        try:
            self._interpreter.set_tensor(self._input, values)
            self._interpreter.invoke()
            return [self._interpreter.get_tensor(index) for index in self._outputs]
        except (ValueError, RuntimeError, SystemError) as fault:
            raise Broken(f"inference failed: {_reason(fault)}") from None


def _checked(model: Path) -> Path:
    try:
        size = model.stat().st_size
        with model.open("rb") as file:
            head = file.read(8)
    except OSError as fault:
        raise Rejected("model", f"{model}: {fault.strerror}") from None
    if head[4:] != _IDENTIFIER:
        raise Rejected("model", f"{model.name} is no TensorFlow Lite model (.tflite)")
    if size > _MAX_BYTES:
        raise Rejected("model", f"{model.name} has {size} bytes (at most {_MAX_BYTES})")
    return model


def _load(runtime: str | None) -> tuple[str, Any]:
    for package in _RUNTIMES if runtime is None else (runtime,):
        try:
            return package.replace("_", "-"), importlib.import_module(f"{package}.interpreter")
        except ImportError:
            continue
    raise Rejected("kind", 'LiteRT is not installed: install the extra "litert" (ai-edge-litert)')


def _tensor(detail: dict[str, Any]) -> Tensor:
    scale, zero_point = detail["quantization"]
    shape = tuple(int(side) for side in detail["shape"])
    return Tensor(str(detail["name"]), shape, np.dtype(detail["dtype"]), float(scale), int(zero_point))


def _reason(fault: Exception) -> str:
    lines = str(fault).strip().splitlines()
    return lines[0][:_SHOWN] if lines else type(fault).__name__
