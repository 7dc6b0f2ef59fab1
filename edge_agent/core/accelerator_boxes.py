"""Boxes as accelerators give them: the IMX500's three tensors, Hailo's boxes by class. Numpy only."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.core.sightings import Thing
from shared.geometry import Box
from shared.letterbox import Letterbox

_NUMBERS = 4


def sensor_boxes(
    outputs: Sequence[NDArray[Any]], input_px: tuple[int, int], *, unit: bool, x_first: bool, min_confidence: float
) -> list[tuple[int, float, tuple[float, float, float, float]]]:
    """(class, score, (y0, x0, y1, x1) in 0..1) of the IMX500's boxes, scores and classes; broken rows are left out.

    `unit`: boxes are shares already, not pixels of the input (width, height).
    """
    if len(outputs) < 3 or outputs[0].ndim != 2 or outputs[0].shape[1] != _NUMBERS:  # noqa: PLR2004 - boxes, scores, classes
        return []
    rows = min(len(outputs[0]), outputs[1].size, outputs[2].size)
    boxes = outputs[0][:rows].astype(np.float32)
    scores, classes = outputs[1].reshape(-1)[:rows], outputs[2].reshape(-1)[:rows]
    if x_first:
        boxes = boxes[:, [1, 0, 3, 2]]
    if not unit:
        boxes /= np.array([input_px[1], input_px[0]] * 2, np.float32)
    sound = np.isfinite(boxes).all(axis=1) & np.isfinite(classes) & (scores >= min_confidence) & (classes >= 0)
    return [
        (int(classes[i]), min(1.0, float(scores[i])), tuple(float(v) for v in np.clip(boxes[i], 0.0, 1.0)))  # type: ignore[misc]  # four of them
        for i in np.flatnonzero(sound).tolist()
    ]


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
