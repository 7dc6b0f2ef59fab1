"""Previews of footage: keyframes decoded small, put side by side, kept for a while."""

import asyncio
import io
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import av
import cv2
import numpy as np
from av.error import FFmpegError

from controller.adapters.film_options import OPTIONS
from controller.adapters.frames import to_small_picture
from controller.core.preview import PICTURES
from controller.ports import Picture
from shared.errors import Rejected

WIDTH_PX, HEIGHT_PX = 320, 180
_QUALITY = 70
_KEPT_BYTES = 16_000_000
_AT_ONCE = 2
Film = tuple[bytes, int, tuple[int, ...]]
Make = Callable[[Sequence[Film]], Awaitable[bytes | None]]


class PreviewStrips:
    """`StripMaker`: two strips at a time are made by `make`; the newest are kept in memory."""

    def __init__(self, make: Make, kept_bytes: int = _KEPT_BYTES) -> None:
        self._make = make
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = kept_bytes
        self._held_bytes = 0
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def known(self, name: str) -> bytes | None:
        """A strip that was made lately."""
        found = self._kept.get(name)
        if found is not None:
            self._kept.move_to_end(name)
        return found

    async def strip(self, name: str, films: Sequence[Film]) -> bytes | None:
        """A JPEG of six pictures side by side, each letterboxed to 16:9; None: nothing of it can be read."""
        async with self._turns:
            found = self.known(name) or await self._make(films)
        if found is not None:
            self._keep(name, found)
        return found

    def _keep(self, name: str, data: bytes) -> None:
        self._held_bytes += len(data) - len(self._kept.pop(name, b""))
        self._kept[name] = data
        while self._held_bytes > self._kept_bytes:
            _, gone = self._kept.popitem(last=False)
            self._held_bytes -= len(gone)


def make_strip(films: Sequence[Film]) -> bytes | None:
    """A JPEG of six pictures side by side, each letterboxed to 16:9; None: nothing of it can be read. Blocks."""
    pictures: list[Picture] = []
    for data, start_ms, moments in films:
        keyframes = _keyframes(data, start_ms)
        if keyframes:
            nearest = (min(keyframes, key=lambda one: abs(one[0] - at_ms))[1] for at_ms in moments)
            pictures += [_boxed(picture) for picture in nearest]
    if not pictures:
        return None
    spread = [pictures[n * len(pictures) // PICTURES] for n in range(PICTURES)]
    done, encoded = cv2.imencode(".jpg", np.hstack(spread), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return encoded.tobytes() if done else None


def _keyframes(data: bytes, start_ms: int) -> list[tuple[int, Picture]]:
    """The keyframes of init and fragments, the first of which was taken at `start_ms`; what is damaged is left out."""
    found: list[tuple[int, Picture]] = []
    try:
        with av.open(io.BytesIO(data), mode="r", options=OPTIONS) as container:
            stream: Any = container.streams.video[0]
            stream.codec_context.skip_frame = "NONKEY"
            first: int | None = None
            for frame in container.decode(stream):
                first = frame.pts if first is None else first
                passed = 0 if frame.pts is None or first is None else frame.pts - first
                picture, _ = to_small_picture(frame, stream.sample_aspect_ratio, WIDTH_PX)
                found.append((start_ms + round(passed * stream.time_base * 1000), picture))
    except (FFmpegError, Rejected, IndexError, ValueError):
        pass  # the end of what was read may lie within a frame
    return found


def _boxed(picture: Picture) -> Picture:
    """All of a picture in the preview's size, with black around it."""
    height, width = picture.shape[:2]
    share = min(WIDTH_PX / width, HEIGHT_PX / height)
    size = (max(1, round(width * share)), max(1, round(height * share)))
    small: Any = picture if size == (width, height) else cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    left, top = (WIDTH_PX - size[0]) // 2, (HEIGHT_PX - size[1]) // 2
    right, bottom = WIDTH_PX - size[0] - left, HEIGHT_PX - size[1] - top
    return np.asarray(cv2.copyMakeBorder(small, top, bottom, left, right, cv2.BORDER_CONSTANT), np.uint8)
