"""A detector on ONNX Runtime: the best provider that passes a test inference, any known head, any input."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime as ort
import structlog
from numpy.typing import NDArray

from controller.adapters.model_file import ModelFile, find_model, known_names, settle_names
from controller.core.records import Detection
from controller.ports import ModelInfo, Picture
from shared import heads
from shared.errors import Broken, Rejected
from shared.geometry import Box
from shared.letterbox import PAD_VALUE, Letterbox, fit
from shared.nms import suppress
from shared.texts import Text, say

log = structlog.get_logger("detector")

LEAST_CONFIDENCE = 0.1
"""Faint detections keep tracks alive and speak for worn equipment; rules have their own limits."""

_NMS_IOU = 0.6
_DEFAULT_SIDE_PX = 640
_MOST_SIDE_PX = 4096
_MAX_BATCH = 16
_NOT_INSTALLED = "ONNX Runtime has no such provider here"
_STRIDE = 32
_TYPES: dict[str, Any] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
    "tensor(double)": np.float64,
}
_PREFERRED = ("CUDAExecutionProvider", "OpenVINOExecutionProvider", "CPUExecutionProvider")
"""TensorRT builds an engine for minutes at its first start: it is used when asked for by name."""

_OTHER_FORMATS = {
    ".pt": "a PyTorch", ".pth": "a PyTorch", ".torchscript": "a TorchScript", ".tflite": "a TensorFlow Lite",
    ".pb": "a TensorFlow", ".h5": "a Keras", ".keras": "a Keras", ".engine": "a TensorRT", ".plan": "a TensorRT",
    ".xml": "an OpenVINO", ".mlmodel": "a Core ML", ".hef": "a Hailo", ".caffemodel": "a Caffe", ".rpk": "an IMX500",
    ".safetensors": "a weights",
}  # fmt: skip

PROVIDERS = {
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "cpu": "CPUExecutionProvider",
}


@dataclass(frozen=True, slots=True)
class _Input:
    """A model's one picture input."""

    name: str
    dtype: Any
    batch: int | None  # None: any
    width_px: int
    height_px: int
    channels_last: bool


class OnnxDetector:
    """One loaded model; `detect` blocks and is called from one thread at a time."""

    def __init__(self, session: ort.InferenceSession, model: ModelFile, provider: str, least_confidence: float) -> None:
        metadata = dict(session.get_modelmeta().custom_metadata_map)
        self.fallback: Text | None = None  # why a faster provider does not judge
        self._session = session
        self._least = least_confidence
        self._input = _read_input(session, metadata)
        named = known_names(model, metadata)
        self._head = self._recognise(metadata, None if named is None else len(named))
        self._names = settle_names(named, self._head.classes)
        self.info = ModelInfo(
            name=model.name,
            sha256=model.sha256,
            provider=provider,
            classes=self._names,
            input_width_px=self._input.width_px,
            input_height_px=self._input.height_px,
            head=self._head.kind,
        )

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        """Detections of each picture, best first, at least `least_confidence`."""
        results: list[tuple[Detection, ...]] = []
        step = min(self._input.batch or _MAX_BATCH, _MAX_BATCH)
        for start in range(0, len(pictures), step):
            results += self._detect_batch(pictures[start : start + step])
        return results

    def _detect_batch(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        boxes = [
            fit(p.shape[1], p.shape[0], self._input.width_px, self._input.height_px, centred=self._head.centred)
            for p in pictures
        ]
        planes = [self._prepare(p, box) for p, box in zip(pictures, boxes, strict=True)]
        if self._input.batch is not None:
            planes += [np.zeros_like(planes[0])] * (self._input.batch - len(planes))
        outputs = self._infer(np.stack(planes))
        found = heads.decode(
            self._head, outputs[self._head.output], self._input.width_px, self._input.height_px, self._least
        )
        return [self._detections(c, box) for c, box in zip(found[: len(boxes)], boxes, strict=True)]

    def _prepare(self, picture: Picture, box: Letterbox) -> NDArray[Any]:
        size = (box.scaled_width_px, box.scaled_height_px)
        shrinks = box.scaled_width_px < picture.shape[1] / 2
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        scaled = picture if size == picture.shape[1::-1] else cv2.resize(picture, size, interpolation=method)
        canvas = np.full((self._input.height_px, self._input.width_px, 3), PAD_VALUE, np.uint8)
        rows = slice(box.top_px, box.top_px + box.scaled_height_px)
        columns = slice(box.left_px, box.left_px + box.scaled_width_px)
        canvas[rows, columns] = scaled
        ordered = canvas if self._head.blue_first else canvas[:, :, ::-1]
        placed = ordered if self._input.channels_last else ordered.transpose(2, 0, 1)
        if self._input.dtype is np.uint8:
            return np.ascontiguousarray(placed)
        values = placed.astype(np.float32)
        if self._head.unit_range:
            values /= 255.0
        return np.ascontiguousarray(values, dtype=self._input.dtype)

    def _infer(self, batch: NDArray[Any]) -> list[NDArray[Any]]:
        try:
            outputs = self._session.run(None, {self._input.name: batch})
        except Exception as fault:  # the runtime raises its own untyped classes
            told = str(fault).partition("\n")[0][:300] or type(fault).__name__
            raise Broken(f"inference failed: {told}") from fault
        return [np.asarray(output) for output in outputs]

    def _recognise(self, metadata: dict[str, str], named: int | None) -> heads.Head:
        size = (self._input.height_px, self._input.width_px)
        shape = (*size, 3) if self._input.channels_last else (3, *size)
        grey = np.full((self._input.batch or 1, *shape), PAD_VALUE).astype(self._input.dtype)
        outputs = self._infer(grey)
        width, height = self._input.width_px, self._input.height_px
        head = heads.recognise(outputs, width, height, metadata, named)
        head = heads.settle_yolox(head, outputs[head.output], width, height)
        return heads.settle_scales(head, outputs[head.output])

    def _detections(self, found: heads.Candidates, box: Letterbox) -> tuple[Detection, ...]:
        known = found.classes < len(self._names)
        boxes_px, scores, classes = found.boxes_px[known], found.scores[known], found.classes[known]
        kept = suppress(boxes_px, scores, classes, _NMS_IOU)
        placed = box.to_picture(boxes_px[kept])
        return tuple(
            Detection(self._names[classes[index]], min(1.0, float(scores[index])), Box(*map(float, corners)))
            for index, corners in zip(kept.tolist(), placed, strict=True)
            if corners[2] > corners[0] and corners[3] > corners[1]
        )


def load_detector(
    wanted: str,
    *,
    folders: Sequence[Path] = (),
    provider: str = "auto",
    threads: int = 1,
    least_confidence: float = LEAST_CONFIDENCE,
) -> OnnxDetector:
    """Load a model by name or path on the first provider that passes a test inference.

    `provider`: auto, cuda, tensorrt, openvino or cpu. A provider that fails is logged with its reason and the next
    one is taken, at last the CPU: then `fallback` says why. An unfit model raises `Rejected`.
    """
    model = find_model(wanted, folders)
    session = _open_session(model, "CPUExecutionProvider", threads)
    detector = OnnxDetector(session, model, "CPUExecutionProvider", least_confidence)
    candidates = _candidates(provider)
    if not candidates:
        detector.fallback = say("provider_fallback", wanted=provider, why=_NOT_INSTALLED)
    for name in candidates:
        if name == "CPUExecutionProvider":
            break
        try:
            faster = OnnxDetector(_open_session(model, name, threads), model, name, least_confidence)
        except (Rejected, Broken) as fault:
            log.warning("provider refused, taking the next", provider=name, reason=str(fault))
            detector.fallback = say("provider_fallback", wanted=name, why=_fault_of(fault))
            continue
        return faster
    return detector


def _candidates(provider: str) -> tuple[str, ...]:
    available = ort.get_available_providers()
    if provider == "auto":
        return tuple(name for name in _PREFERRED if name in available)
    if provider not in PROVIDERS:
        raise Rejected("provider", f"{provider!r} is not one of auto, {', '.join(PROVIDERS)}")
    if PROVIDERS[provider] not in available:
        log.warning("provider is not installed, taking the CPU", provider=provider, available=available)
        return ()
    return (PROVIDERS[provider],)


def _fault_of(fault: Rejected | Broken) -> str:
    """What a provider said, without the field that it was said of."""
    return fault.fault if isinstance(fault, Rejected) else str(fault)


def _open_session(model: ModelFile, provider: str, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = ort.InferenceSession(str(model.path), options, providers=[provider])
    except Exception as fault:  # noqa: BLE001 - the runtime raises its own untyped classes
        raise Rejected("model", f"{model.path.name} cannot be loaded: {_reason(model, str(fault))}") from None
    if session.get_providers()[0] != provider:
        raise Rejected("provider", f"{provider} fell back to {session.get_providers()[0]}")
    return session


def _reason(model: ModelFile, text: str) -> str:
    told = _OTHER_FORMATS.get(model.path.suffix.lower())
    if told is not None:
        return f"it is {told} file, and only ONNX (.onnx) is taken: export it to ONNX first"
    if model.path.suffix.lower() != ".onnx":
        return "only ONNX (.onnx) is taken"
    return text.partition("failed:")[2].splitlines()[0][:300] if "failed:" in text else text.splitlines()[0][:300]


def _read_input(session: ort.InferenceSession, metadata: dict[str, str]) -> _Input:
    inputs = session.get_inputs()
    if len(inputs) != 1:
        raise Rejected("model", f"has {len(inputs)} inputs: one picture is needed")
    shape, kind = inputs[0].shape, inputs[0].type
    if len(shape) != 4 or kind not in _TYPES:  # noqa: PLR2004 - batch, channels, height, width
        raise Rejected("model", f"input {shape} of {kind} is not a batch of pictures")
    channels_last = shape[3] == 3 and shape[1] != 3  # noqa: PLR2004 - colours
    if not channels_last and shape[1] not in (3, None) and not isinstance(shape[1], str):
        raise Rejected("model", f"input {shape} has no axis of 3 colours")
    batch = shape[0]
    height, width = (shape[1], shape[2]) if channels_last else (shape[2], shape[3])
    side_height, side_width = _metadata_size(metadata)
    height = height if isinstance(height, int) and height > 0 else side_height
    width = width if isinstance(width, int) and width > 0 else side_width
    if not (_STRIDE <= width <= _MOST_SIDE_PX and _STRIDE <= height <= _MOST_SIDE_PX):
        raise Rejected("model", f"input of {width}x{height} pixels")
    fixed = batch if isinstance(batch, int) and batch > 0 else None
    if fixed is not None and fixed > _MAX_BATCH:
        raise Rejected("model", f"fixed batch of {fixed} pictures (at most {_MAX_BATCH})")
    return _Input(inputs[0].name, _TYPES[kind], fixed, width, height, channels_last)


def _metadata_size(metadata: dict[str, str]) -> tuple[int, int]:
    """(height, width) that an exporter noted as `imgsz`, for inputs of any size."""
    numbers = [int(part) for part in "".join(c if c.isdigit() else " " for c in metadata.get("imgsz", "")).split()[:2]]
    if not numbers or not all(_STRIDE <= n <= _MOST_SIDE_PX and n % _STRIDE == 0 for n in numbers):
        return _DEFAULT_SIDE_PX, _DEFAULT_SIDE_PX
    return numbers[0], numbers[-1]
