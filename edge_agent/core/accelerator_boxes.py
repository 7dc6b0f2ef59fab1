"""Boxes as accelerators give them: Hailo's by class, an IMX500 sensor's as rows. Numpy only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.core.sightings import Thing
from shared.errors import Broken
from shared.geometry import Box
from shared.letterbox import Letterbox
from shared.nms import suppress

_NUMBERS = 4
_NANODET_STRIDES = (8, 16, 32, 64)
_NANODET_STEPS = 8  # how far each side lies from a point: shares of so many whole steps
_NANODET_IOU = 0.65


def boxes_by_class(
    output: Sequence[NDArray[Any]],
    input_px: tuple[int, int],
    place: Letterbox,
    names: Sequence[str],
    min_confidence: float,
) -> tuple[Thing, ...]:
    """Things from Hailo's list, one array of rows (y0, x0, y1, x1, score) in 0..1 of the input for each class."""
    size = np.array([input_px[0], input_px[1]] * 2, np.float32)
    found: list[Thing] = []
    for name, rows in zip(names, output, strict=False):
        values = np.asarray(rows, np.float32).reshape(-1, _NUMBERS + 1)
        values = values[np.isfinite(values).all(axis=1) & (values[:, _NUMBERS] >= min_confidence)]
        corners = place.to_picture(values[:, [1, 0, 3, 2]] * size)
        found += [
            Thing(name, min(1.0, float(score)), Box(*map(float, box)))
            for box, score in zip(corners, values[:, _NUMBERS], strict=True)
            if box[2] > box[0] and box[3] > box[1]
        ]
    return tuple(sorted(found, key=lambda thing: -thing.score))


@dataclass(frozen=True, slots=True)
class Rows:
    """What a sensor's network saw: corners (y0, x0, y1, x1) in 0..1 of its view, scores, numbers of classes."""

    corners: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]


def rows_of_sensor(
    outputs: Sequence[NDArray[Any]], input_px: tuple[int, int], min_confidence: float, *, in_pixels: bool, x_first: bool
) -> Rows:
    """The rows of a network that gives boxes (1, n, 4), scores (1, n) and classes (1, n) in this order.

    `in_pixels`: corners count pixels of the input; `x_first`: they are (x0, y0, x1, y1). Raises `Broken` for others.
    """
    shapes = [tuple(values.shape) for values in outputs[:3]]
    if len(shapes) < 3 or shapes[0] != (1, *shapes[1][1:], _NUMBERS) or shapes[1] != shapes[2] or len(shapes[1]) != 2:  # noqa: PLR2004
        told = ", ".join(str(list(values.shape)) for values in outputs)
        raise Broken(f"the network gives {told or 'nothing'}: boxes, scores and classes are needed, ready made")
    corners = np.asarray(outputs[0][0], np.float32)
    if in_pixels:
        sides = input_px if x_first else input_px[::-1]
        corners = np.asarray(corners / np.array(sides * 2, np.float32), np.float32)
    return sound_rows(corners[:, [1, 0, 3, 2]] if x_first else corners, outputs[1][0], outputs[2][0], min_confidence)


def rows_of_nanodet(output: NDArray[Any], input_px: tuple[int, int], min_confidence: float) -> Rows:
    """The rows of NanoDet-Plus's raw numbers (1, points, classes + 32); raises `Broken` for others."""
    points = np.concatenate([_grid(input_px, stride) for stride in _NANODET_STRIDES])
    shape, sides = tuple(output.shape), _NUMBERS * _NANODET_STEPS
    if len(shape) != 3 or shape[:2] != (1, len(points)) or shape[2] <= sides:  # noqa: PLR2004
        raise Broken(f"the network gives {list(shape)}, not [1, {len(points)}, classes + {sides}] as NanoDet does")
    raw = np.nan_to_num(np.asarray(output[0], np.float32), nan=-1e4, posinf=1e4, neginf=-1e4)
    scores = 1 / (1 + np.exp(-np.clip(raw[:, :-sides], -60, 60)))
    classes = scores.argmax(axis=1)
    sure = scores.max(axis=1)
    kept = sure >= min_confidence
    shares = raw[kept, -sides:].reshape(-1, _NUMBERS, _NANODET_STEPS)
    shares = np.exp(shares - shares.max(axis=2, keepdims=True))
    steps = shares @ np.arange(_NANODET_STEPS, dtype=np.float32) / shares.sum(axis=2)
    x, y, stride = points[kept].T
    left, top, right, bottom = steps.T * stride
    boxes_px = np.stack([x - left, y - top, x + right, y + bottom], axis=1).astype(np.float32)
    best = suppress(boxes_px, sure[kept], classes[kept], _NANODET_IOU)
    corners = boxes_px[best][:, [1, 0, 3, 2]] / np.array(input_px[::-1] * 2, np.float32)
    return sound_rows(corners, sure[kept][best], classes[kept][best], min_confidence)


def _grid(input_px: tuple[int, int], stride: int) -> NDArray[np.float32]:
    """The points (x, y, stride) of one level, row by row."""
    y, x = np.mgrid[: -(-input_px[1] // stride), : -(-input_px[0] // stride)].reshape(2, -1) * stride
    return np.stack([x, y, np.full_like(x, stride)], axis=1).astype(np.float32)


def sound_rows(corners: NDArray[Any], scores: NDArray[Any], classes: NDArray[Any], min_confidence: float) -> Rows:
    """Those rows that are sure enough and whose numbers are some."""
    boxes = np.asarray(corners, np.float32).reshape(-1, _NUMBERS)
    sure, kinds = np.asarray(scores, np.float32).reshape(-1), np.asarray(classes, np.float32).reshape(-1)
    kept = np.isfinite(boxes).all(axis=1) & np.isfinite(kinds) & (sure >= min_confidence)
    boxes, sure, kinds = np.clip(boxes[kept], 0.0, 1.0), sure[kept], kinds[kept]
    kept = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    whole = np.clip(np.rint(kinds[kept]), -1, 1e6).astype(np.int64)
    return Rows(boxes[kept], np.minimum(sure[kept], np.float32(1.0)), whole)
