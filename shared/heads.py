"""Detection heads: recognise a model's output layout and read boxes out of it; numpy only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shared.errors import Rejected

HeadKind = Literal["yolox", "yolox_decoded", "yolov5", "ultralytics", "end_to_end"]
Floats = NDArray[np.float32]

_STRIDES = (8, 16, 32)
_STRIDES_P6 = (8, 16, 32, 64)
_YOLOV5_ANCHORS = 3
_END_TO_END_COLUMNS = 6
_MAX_END_TO_END_ROWS = 1000
_EXPONENT_LIMIT = 12.0
_UNIT_LIMIT = 2.0
_SCORE_GRACE = 0.01
_COCO = 80


@dataclass(frozen=True, slots=True)
class Head:
    """A recognised layout. `transposed`: rows are values, columns are places.

    `unit_boxes`: boxes are shares of the input, not pixels. `logits`: scores have no sigmoid yet.
    """

    kind: HeadKind
    classes: int  # 0: end to end, the output does not tell
    output: int  # which of the model's outputs
    strides: tuple[int, ...]
    transposed: bool = False
    unit_boxes: bool = False
    logits: bool = False

    @property
    def blue_first(self) -> bool:
        """YOLOX was trained on BGR."""
        return self.kind in ("yolox", "yolox_decoded")

    @property
    def unit_range(self) -> bool:
        """Input 0..1 instead of 0..255."""
        return not self.blue_first

    @property
    def centred(self) -> bool:
        """The picture lies in the middle of the input instead of at the top left."""
        return not self.blue_first


@dataclass(frozen=True, slots=True)
class Candidates:
    """Boxes x1 y1 x2 y2 in input pixels with their best class."""

    boxes_px: Floats
    scores: Floats
    classes: NDArray[np.int64]


def recognise(
    outputs: Sequence[NDArray[np.generic]],
    input_width_px: int,
    input_height_px: int,
    metadata: Mapping[str, str],
    named_classes: int | None,
) -> Head:
    """Tell the layout from one inference's outputs; `Rejected` says why a model is unfit or ambiguous.

    `named_classes` is the number of class names known from metadata or a sidecar, None when none are.
    """
    task = metadata.get("task", "detect")
    if task != "detect":
        raise Rejected("model", f"its metadata say task {task!r}: a detection model is needed")
    places = {len(grid_centres(input_width_px, input_height_px, s)): s for s in (_STRIDES, _STRIDES_P6)}
    shapes = ", ".join(str(list(output.shape)) for output in outputs)
    found: list[Head] = []
    for index, output in enumerate(outputs):
        if output.ndim == 3 and np.issubdtype(output.dtype, np.floating):  # noqa: PLR2004 - batch, two axes
            found += _readings(index, output, places, named_classes)
    wanted = _COCO if named_classes is None else named_classes
    if any(head.classes == wanted for head in found):
        found = [head for head in found if head.classes == wanted]
    if not found:
        raise Rejected(
            "model",
            f"outputs {shapes} for input {input_width_px}x{input_height_px} fit no known head "
            "(YOLOX, YOLOv5, Ultralytics 8/11, end to end)",
        )
    if len({(head.kind, head.classes) for head in found}) > 1:
        kinds = " or ".join(f"{head.kind} with {head.classes} classes" for head in found)
        raise Rejected("model", f"outputs {shapes} are ambiguous: {kinds}; class names would decide it")
    return found[0]


def _readings(
    index: int,
    output: NDArray[np.generic],
    places: Mapping[int, tuple[int, ...]],
    named_classes: int | None,
) -> list[Head]:
    _, rows, columns = output.shape
    found: list[Head] = []
    if columns in places and rows > 5 and named_classes == rows - 5:  # noqa: PLR2004 - box and objectness
        found.append(Head("yolox", rows - 5, index, places[columns], transposed=True))
    elif columns in places and rows > 4:  # noqa: PLR2004 - four box values
        found.append(Head("ultralytics", rows - 4, index, places[columns], transposed=True))
    if rows in places and columns > 4:  # noqa: PLR2004 - four box values
        strides = places[rows]
        if columns - 4 == (_COCO if named_classes is None else named_classes):
            found.append(Head("ultralytics", columns - 4, index, strides))
        elif columns > 5:  # noqa: PLR2004 - box and objectness
            found.append(_yolox(index, output, strides))
    for count, strides in places.items():
        if rows == _YOLOV5_ANCHORS * count and columns > 5:  # noqa: PLR2004 - box and objectness
            found.append(Head("yolov5", columns - 5, index, strides))
        if columns == _YOLOV5_ANCHORS * count and rows > 5:  # noqa: PLR2004 - box and objectness
            found.append(Head("yolov5", rows - 5, index, strides, transposed=True))
    if not found and columns == _END_TO_END_COLUMNS and 1 <= rows <= _MAX_END_TO_END_ROWS:
        found.append(Head("end_to_end", 0, index, _STRIDES))
    return found


def _yolox(index: int, output: NDArray[np.generic], strides: tuple[int, ...]) -> Head:
    return Head("yolox", output.shape[2] - 5, index, strides)


def settle_yolox(head: Head, output: NDArray[np.generic], width_px: int, height_px: int) -> Head:
    """Tell raw YOLOX output from already decoded by where the boxes of one inference lie.

    Raw centres are offsets within their cell, decoded ones lie near their cell's place in the input.
    """
    if head.kind != "yolox":
        return head
    rows = (output[0].T if head.transposed else output[0]).astype(np.float32)
    if np.all(rows[:, 4] == 1.0):
        raise Rejected("model", "its objectness is always 1: a layout (YOLOv6) that is not supported")
    grid = grid_centres(width_px, height_px, head.strides)
    as_raw = np.abs(rows[:, :2] - 0.5).max(axis=1)
    as_decoded = np.abs(rows[:, :2] / grid[:, 2:3] - grid[:, :2] - 0.5).max(axis=1)
    if float(np.median(as_decoded)) < float(np.median(as_raw)):
        return replace(head, kind="yolox_decoded")
    return head


def settle_scales(head: Head, output: NDArray[np.generic]) -> Head:
    """Tell from the numbers of one inference whether boxes are shares of the input and scores lack their sigmoid.

    An end-to-end output may hold nothing to tell by: `decode` looks at each of its boxes' scale anew.
    """
    if head.kind == "end_to_end":
        return head
    rows = np.nan_to_num((output[0].T if head.transposed else output[0]).astype(np.float32))
    scores = rows[:, 4:]
    farthest = float(rows[:, :4].max())
    unit = head.kind != "yolox" and 0 < farthest <= _UNIT_LIMIT
    bare = float(scores.min()) < -_SCORE_GRACE or float(scores.max()) > 1 + _SCORE_GRACE
    return replace(head, unit_boxes=unit, logits=bare)


def grid_centres(width_px: int, height_px: int, strides: Sequence[int]) -> Floats:
    """Rows (column, row, stride) of every cell, stride by stride, row by row."""
    parts: list[Floats] = []
    for stride in strides:
        columns, rows = np.meshgrid(np.arange(width_px // stride), np.arange(height_px // stride))
        cells = np.stack([columns, rows, np.full_like(columns, stride)], axis=-1)
        parts.append(cells.reshape(-1, 3).astype(np.float32))
    return np.concatenate(parts)


def decode(
    head: Head, output: NDArray[np.generic], width_px: int, height_px: int, min_confidence: float
) -> list[Candidates]:
    """Read one output batch; candidates below `min_confidence` or with broken numbers are left out."""
    return [_decode_one(head, picture, width_px, height_px, min_confidence) for picture in output]


def _decode_one(
    head: Head, raw: NDArray[np.generic], width_px: int, height_px: int, min_confidence: float
) -> Candidates:
    rows = raw.T if head.transposed else raw
    if head.kind == "end_to_end":
        values = rows.astype(np.float32)
        keep = _sound(values) & (values[:, 4] >= min_confidence) & (values[:, 5] >= 0)
        values = values[keep]
        if values.size and float(values[:, :4].max()) <= _UNIT_LIMIT:
            values[:, :4] *= (width_px, height_px, width_px, height_px)
        return Candidates(values[:, :4], values[:, 4], values[:, 5].astype(np.int64))
    with_objectness = head.kind != "ultralytics"
    first_class = 5 if with_objectness else 4
    by_class = rows[:, first_class:]
    scores = by_class.max(axis=1).astype(np.float32)
    scores = _sigmoid(scores) if head.logits else scores
    if with_objectness:
        objectness = rows[:, 4].astype(np.float32)
        scores = scores * (_sigmoid(objectness) if head.logits else objectness)
    keep = scores >= min_confidence
    values = rows[keep, :4].astype(np.float32)
    if head.kind == "yolox":
        values = _place(values, grid_centres(width_px, height_px, head.strides)[keep])
    if head.unit_boxes:
        values = values * np.array([width_px, height_px] * 2, np.float32)
    half = values[:, 2:] / 2
    boxes = np.concatenate([values[:, :2] - half, values[:, :2] + half], axis=1)
    sound = _sound(boxes)
    classes = by_class[keep].argmax(axis=1)  # of the few only: the argmax of all costs more than the rest together
    return Candidates(boxes[sound], scores[keep][sound], classes[sound].astype(np.int64))


def _place(values: Floats, grid: Floats) -> Floats:
    stride = grid[:, 2:3]
    sizes = np.exp(np.minimum(values[:, 2:], _EXPONENT_LIMIT)) * stride
    return np.concatenate([(values[:, :2] + grid[:, :2]) * stride, sizes], axis=1).astype(np.float32)


def _sigmoid(values: Floats) -> Floats:
    return (1.0 / (1.0 + np.exp(-np.clip(values, -60.0, 60.0)))).astype(np.float32)


def _sound(boxes: Floats) -> NDArray[np.bool_]:
    """Finite numbers, and corners the right way round."""
    return np.asarray(np.isfinite(boxes).all(axis=1) & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1]))
