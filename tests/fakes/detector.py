"""A fake of the light detector; numpy is all it needs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_agent.core.sightings import Thing
from shared.errors import Rejected
from shared.geometry import Box


class FakeDetector:
    """The LightDetector port without a model: the mean colour of a 64x64 picture's cells of 8x8 tells."""

    def __init__(self) -> None:
        self.name = "fake"

    def fit(self, width_px: int, height_px: int) -> tuple[int, int]:
        scale = 64 / max(width_px, height_px)
        return max(1, round(width_px * scale)), max(1, round(height_px * scale))

    def detect(self, picture: NDArray[np.uint8]) -> tuple[Thing, ...]:
        height, width = picture.shape[:2]
        if self.fit(width, height) != (width, height):
            raise Rejected("picture", f"of shape {list(picture.shape)} does not fit the model")
        found = []
        for name, channel in (("person", 0), ("car", 2)):
            full = picture[: height // 8 * 8, : width // 8 * 8, channel].reshape(height // 8, 8, width // 8, 8)
            for row, column in np.argwhere(full.mean(axis=(1, 3)) > 200):
                corners = ((column - 0.5) * 8, (row - 0.5) * 8, (column + 1.5) * 8, (row + 1.5) * 8)
                found.append(Thing(name, 0.95, _box(corners, width, height)))
        return tuple(found)


def _box(corners: Sequence[float], width: int, height: int) -> Box:
    x1, y1, x2, y2 = (min(1.0, max(0.0, float(value))) for value in np.array(corners) / ([width, height] * 2))
    return Box(x1, y1, x2, y2)
