"""A small detection model's tensors: input layout, output layout (SSD or a YOLO head), the way to boxes. Numpy only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.core.sightings import Thing
from shared import heads
from shared.class_names import COCO_80
from shared.errors import Rejected
from shared.geometry import Box
from shared.letterbox import PAD_VALUE, Letterbox, fit
from shared.nms import suppress

_NMS_IOU = 0.6
_COLOURS = 3
_AXES = 4
_LEAST_PX, _MOST_PX = 32, 2048
_MOST_BOXES = 1000
_TYPES = (np.dtype(np.float32), np.dtype(np.uint8), np.dtype(np.int8))
_SSD_MIDDLE = 127.5
# Where boxes and count lie tells which converter wrote the four outputs, and so which of the two others is which.
_SSD_ORDERS = {(0, 3): (1, 2), (1, 2): (3, 0), (3, 0): (2, 1)}  # (boxes, count) -> (classes, scores)


@dataclass(frozen=True, slots=True)
class Tensor:
    """What a model tells of an input or output; `scale` 0: its numbers are not quantised."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scale: float = 0.0
    zero_point: int = 0

    def read(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """The numbers that these values stand for."""
        real = values.astype(np.float32)
        return (real - self.zero_point) * np.float32(self.scale) if self.scale else real

    def write(self, real: NDArray[np.float32]) -> NDArray[Any]:
        """The values that stand for these numbers."""
        if self.dtype == np.float32:
            return real
        limits = np.iinfo(self.dtype)
        steps = np.rint(real / self.scale + self.zero_point)
        return np.asarray(np.clip(steps, limits.min, limits.max), self.dtype)


@dataclass(frozen=True, slots=True)
class Ssd:
    """The four outputs of TFLite_Detection_PostProcess: which is which."""

    boxes: int
    classes: int
    scores: int
    count: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How a model is fed and read."""

    picture: Tensor
    outputs: tuple[Tensor, ...]
    head: Ssd | heads.Head

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the input."""
        return self.picture.shape[2], self.picture.shape[1]

    @property
    def kind(self) -> str:
        """The head's name."""
        return "ssd" if isinstance(self.head, Ssd) else self.head.kind

    def place(self, width_px: int, height_px: int) -> Letterbox:
        """Where a picture of that size lies in the input. SSD models are trained on stretched pictures."""
        wide, high = self.size_px
        if isinstance(self.head, Ssd):
            return Letterbox(width_px, height_px, wide, high, 0, 0)
        return fit(width_px, height_px, wide, high, centred=self.head.centred)


def check_input(inputs: Sequence[Tensor]) -> Tensor:
    """The one picture that a model takes; raises `Rejected`."""
    if len(inputs) != 1:
        raise Rejected("model", f"has {len(inputs)} inputs: one picture is needed")
    picture = inputs[0]
    shape = list(picture.shape)
    if len(shape) != _AXES or shape[0] != 1 or shape[3] != _COLOURS:
        raise Rejected("model", f"input {shape} is not one picture of three colours (1, height, width, 3)")
    if not all(_LEAST_PX <= side <= _MOST_PX for side in shape[1:3]):
        raise Rejected("model", f"input of {shape[2]}x{shape[1]} pixels ({_LEAST_PX} to {_MOST_PX} each)")
    if picture.dtype not in _TYPES:
        raise Rejected("model", f"input of {picture.dtype}: float32, uint8 or int8 is needed")
    if picture.dtype != np.float32 and not picture.scale > 0:
        raise Rejected("model", f"input of {picture.dtype} without a scale")
    return picture


def trial_picture(picture: Tensor) -> NDArray[Any]:
    """An input of even grey, to see a model's outputs."""
    if picture.dtype == np.float32:
        return np.full(picture.shape, 0.5, np.float32)
    return np.full(picture.shape, PAD_VALUE if picture.dtype == np.uint8 else PAD_VALUE - 128, picture.dtype)


def recognise(
    picture: Tensor,
    outputs: Sequence[Tensor],
    trial: Sequence[NDArray[Any]],
    metadata: Mapping[str, str],
    named_classes: int | None,
) -> Layout:
    """Tell a model's layout by its shapes and by what it gave for one picture; raises `Rejected` with the reason."""
    numbers = [tensor.read(values) for tensor, values in zip(outputs, trial, strict=True)]
    if any(not np.isfinite(values).all() for values in numbers):
        raise Rejected("model", "gives numbers that are none for an even grey picture")
    ssd = _recognise_ssd(numbers)
    if ssd is not None:
        return Layout(picture, tuple(outputs), ssd)
    width, height = picture.shape[2], picture.shape[1]
    head = heads.recognise(numbers, width, height, metadata, named_classes)
    head = heads.settle_yolox(head, numbers[head.output], width, height)
    return Layout(picture, tuple(outputs), heads.settle_scales(head, numbers[head.output]))


def settle_names(layout: Layout, names: tuple[str, ...] | None) -> tuple[str, ...]:
    """Names for the classes of a model; the COCO 80 where a head has 80 unnamed. Raises `Rejected`."""
    known = 0 if isinstance(layout.head, Ssd) else layout.head.classes
    if names is None and known == len(COCO_80):
        return COCO_80
    if names is None:
        raise Rejected("labels", "the classes have no names: give a file of names, one per line")
    if known and len(names) != known:
        raise Rejected("labels", f"{len(names)} names for {known} classes")
    return names


def feed(layout: Layout, scaled: NDArray[np.uint8], place: Letterbox) -> NDArray[Any]:
    """The input for an RGB picture that was scaled to the size in `place`."""
    width, height = layout.size_px
    canvas = np.full((height, width, _COLOURS), PAD_VALUE, np.uint8)
    rows = slice(place.top_px, place.top_px + place.scaled_height_px)
    canvas[rows, place.left_px : place.left_px + place.scaled_width_px] = scaled
    tensor, head = layout.picture, layout.head
    if isinstance(head, Ssd):
        if tensor.dtype == np.uint8:
            return canvas[None]
        return tensor.write(((canvas.astype(np.float32) - _SSD_MIDDLE) / _SSD_MIDDLE)[None])
    real = (canvas[:, :, ::-1] if head.blue_first else canvas).astype(np.float32)
    return tensor.write(np.ascontiguousarray(real / np.float32(255.0) if head.unit_range else real)[None])


def read(
    layout: Layout, values: Sequence[NDArray[Any]], place: Letterbox, names: Sequence[str], min_confidence: float
) -> tuple[Thing, ...]:
    """What the outputs for one picture show, best first; numbers that are none, and unnamed classes, are left out."""
    numbers = [tensor.read(given) for tensor, given in zip(layout.outputs, values, strict=True)]
    width, height = layout.size_px
    if isinstance(layout.head, Ssd):
        found = _read_ssd(layout.head, numbers, width, height, min_confidence)
    else:
        found = heads.decode(layout.head, numbers[layout.head.output], width, height, min_confidence)[0]
    known = (found.classes >= 0) & (found.classes < len(names))
    boxes_px, scores, classes = found.boxes_px[known], found.scores[known], found.classes[known]
    kept = suppress(boxes_px, scores, classes, _NMS_IOU)
    return tuple(
        Thing(names[classes[index]], min(1.0, float(scores[index])), Box(*map(float, corners)))
        for index, corners in zip(kept.tolist(), place.to_picture(boxes_px[kept]), strict=True)
        if corners[2] > corners[0] and corners[3] > corners[1]
    )


def _recognise_ssd(numbers: Sequence[NDArray[np.float32]]) -> Ssd | None:
    shapes = [tuple(values.shape) for values in numbers]
    if len(shapes) != 4:  # noqa: PLR2004 - boxes, classes, scores, count
        return None
    boxes = [index for index, shape in enumerate(shapes) if len(shape) == 3 and shape[0] == 1 and shape[2] == 4]  # noqa: PLR2004
    counts = [index for index, shape in enumerate(shapes) if shape in ((1,), ())]
    if len(boxes) != 1 or len(counts) != 1:
        return None
    rows = shapes[boxes[0]][1]
    rest = sorted({0, 1, 2, 3} - {boxes[0], counts[0]})
    if not 1 <= rows <= _MOST_BOXES or any(shapes[index] != (1, rows) for index in rest):
        return None
    usual = _SSD_ORDERS.get((boxes[0], counts[0]))
    pairs = ((rest[0], rest[1]), (rest[1], rest[0]))
    fitting = [pair for pair in pairs if _is_ssd(numbers[pair[0]], numbers[pair[1]])]
    if usual in fitting or len(fitting) == 1:
        classes, scores = usual if usual in fitting else fitting[0]
        return Ssd(boxes[0], classes, scores, counts[0])
    raise Rejected("model", "four outputs like those of an SSD, but classes and scores cannot be told apart")


def _is_ssd(classes: NDArray[np.float32], scores: NDArray[np.float32]) -> bool:
    """Classes are whole numbers; scores are shares, the best first."""
    whole = bool(np.all(np.rint(classes) == classes))
    return whole and bool(np.all((scores >= 0) & (scores <= 1.01)))  # noqa: PLR2004 - rounding of quantised numbers


def _read_ssd(
    head: Ssd, numbers: Sequence[NDArray[np.float32]], width_px: int, height_px: int, min_confidence: float
) -> heads.Candidates:
    boxes, scores, classes = numbers[head.boxes][0], numbers[head.scores][0], numbers[head.classes][0]
    told = float(numbers[head.count].reshape(-1)[0])
    count = min(len(boxes), max(0, int(told))) if np.isfinite(told) else 0
    boxes, scores, classes = boxes[:count], scores[:count], classes[:count]
    sound = np.isfinite(boxes).all(axis=1) & np.isfinite(classes) & (scores >= min_confidence)
    sound &= (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    scale = np.array([width_px, height_px] * 2, np.float32)
    found = np.clip(boxes[sound], -1.0, 2.0)[:, [1, 0, 3, 2]] * scale
    whole = np.clip(np.rint(classes[sound]), -1, 1e6).astype(np.int64)
    return heads.Candidates(found.astype(np.float32), scores[sound], whole)
