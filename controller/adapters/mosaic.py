"""Derived pictures: the whole of a picture as coarse blocks, with words in it that say so. Nothing finer is kept."""

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from controller.core.derived import BLOCK_PX, LEVELS, grid_of
from controller.ports import Picture
from shared.errors import Broken, Rejected

_MARK = Path(__file__).with_name("marks") / "derived.png"
_QUALITY = 70
_STEP = 256 // LEVELS
_EVEN = 2
_MOST_SIDE_PX = 8192
_MOST_BYTES = 10_000_000


def mosaic(picture: Picture, cells: int = 1) -> Picture:
    """The picture in blocks, enlarged and marked; of several pictures side by side (`cells`) each by itself."""
    width = picture.shape[1] // cells
    made = [_blocks(picture[:, at * width : (at + 1) * width]) for at in range(cells)]
    whole = np.hstack(made)
    _stamp(whole)
    return whole


def _blocks(picture: Picture) -> Picture:
    across, down = grid_of(picture.shape[1], picture.shape[0])
    few: Any = cv2.resize(picture, (across, down), interpolation=cv2.INTER_AREA)
    coarse = (few // _STEP) * _STEP + _STEP // 2
    size = (across * BLOCK_PX, (down * BLOCK_PX) // _EVEN * _EVEN)
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def _stamp(picture: Picture) -> None:
    mark = _mark()
    height, width = min(mark.shape[0], picture.shape[0]), min(mark.shape[1], picture.shape[1])
    picture[:height, :width] = mark[:height, :width]


@cache
def _mark() -> Picture:
    mark = cv2.imread(str(_MARK), cv2.IMREAD_COLOR)
    if mark is None:
        raise Broken(f"{_MARK.name} is missing: derived pictures cannot say what they are")
    return np.asarray(mark, np.uint8)


def encoded(picture: Picture) -> bytes:
    """A derived picture as JPEG."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise Broken("a derived picture could not be encoded")
    return data.tobytes()


def derived_jpeg(data: bytes, cells: int = 1) -> bytes:
    """A JPEG in blocks; `Rejected` where it is none."""
    if len(data) > _MOST_BYTES:
        raise Rejected("picture", f"{len(data)} bytes is no picture")
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if found is None or max(found.shape) > _MOST_SIDE_PX:
        raise Rejected("picture", "cannot be read")
    return encoded(mosaic(np.asarray(found, np.uint8), cells))
