"""A picture, and when it was taken. Apart from all else, for processes that only decode."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""BGR, (height, width, 3)."""


@dataclass(frozen=True, slots=True)
class TimedPicture:
    """A decoded picture: Unix ms of capture, or ms since the first picture of a file. May be scaled down."""

    pts_ms: int
    picture: Picture
    source_height_px: int
