"""The pictures of an alarm, made small enough to be sent."""

import asyncio
from collections.abc import Sequence

import cv2
import numpy as np

from controller.ports import ObjectStore
from shared.errors import CctvError

_QUALITY = 80
_MOST_SIDE_PX = 8192


class AlarmPictures:
    """`PictureSource` from the object store."""

    def __init__(self, objects: ObjectStore, width_px: int) -> None:
        self._objects = objects
        self._width_px = width_px

    async def jpegs(self, keys: Sequence[str], most: int) -> tuple[bytes, ...]:
        """At most `most` pictures in order, scaled down to the width; those that cannot be had are left out."""
        found: list[bytes] = []
        for key in keys:
            if len(found) == most:
                break
            try:
                data = await self._objects.get(key)
            except CctvError:
                continue
            small = await asyncio.to_thread(self._shrink, data)
            if small is not None:
                found.append(small)
        return tuple(found)

    def _shrink(self, data: bytes) -> bytes | None:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        if picture is None or max(picture.shape[:2]) > _MOST_SIDE_PX:
            return None
        height, width = picture.shape[:2]
        if width > self._width_px:
            size = (self._width_px, max(1, round(height * self._width_px / width)))
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        return encoded.tobytes() if done else None
