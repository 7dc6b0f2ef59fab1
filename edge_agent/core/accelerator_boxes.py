"""Boxes as an accelerator gives them: Hailo's, by class. Numpy only."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.core.sightings import Thing
from shared.geometry import Box
from shared.letterbox import Letterbox

_NUMBERS = 4


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
