"""Letterbox geometry: how a picture is scaled and padded into a model's input, and the way back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PAD_VALUE = 114


@dataclass(frozen=True, slots=True)
class Letterbox:
    """A picture of (width, height) placed at (left, top) of the input, `scale` input pixels per picture pixel."""

    width_px: int
    height_px: int
    scaled_width_px: int
    scaled_height_px: int
    left_px: int
    top_px: int

    def to_picture(self, boxes_px: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes x1 y1 x2 y2 in input pixels -> picture coordinates 0..1, clipped to the picture."""
        offset = np.array([self.left_px, self.top_px] * 2, np.float32)
        size = np.array([self.scaled_width_px, self.scaled_height_px] * 2, np.float32)
        placed: NDArray[np.float32] = np.clip((boxes_px - offset) / size, 0.0, 1.0).astype(np.float32)
        return placed


def fit(width_px: int, height_px: int, input_width_px: int, input_height_px: int, *, centred: bool) -> Letterbox:
    """Scale to fit, keeping the aspect; the picture lies in the middle or at the top left."""
    scale = min(input_width_px / width_px, input_height_px / height_px)
    scaled_width = min(input_width_px, max(1, round(width_px * scale)))
    scaled_height = min(input_height_px, max(1, round(height_px * scale)))
    left = (input_width_px - scaled_width) // 2 if centred else 0
    top = (input_height_px - scaled_height) // 2 if centred else 0
    return Letterbox(width_px, height_px, scaled_width, scaled_height, left, top)
