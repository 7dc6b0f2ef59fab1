"""Draws a camera's privacy areas and overlay on its pictures, in place, before they are seen or encoded."""

from typing import TYPE_CHECKING

import av
import numpy as np
import structlog

from edge_agent.core.overlay import OverlayLines, letter_height_px, place_px
from edge_agent.core.picture_rules import PictureRules
from edge_agent.core.planes import Cover, Planes, Stamp, planes_of

if TYPE_CHECKING:
    from edge_agent.adapters.glyphs import Glyphs

log = structlog.get_logger("camera")

_ROOM_SHARE = 0.94


class PictureMarks:
    """For the pictures of one thread, of any sizes; what can be made ready is made ready once."""

    def __init__(self, rules: PictureRules) -> None:
        self.hides = bool(rules.privacy)
        self.writes = rules.overlay.wanted
        self._rules = rules
        self._lines = OverlayLines(rules.overlay)
        self._covers: dict[tuple[int, int], Cover] = {}
        self._glyphs: dict[tuple[int, int], Glyphs | None] = {}
        self._stamps: dict[tuple[int, int], tuple[tuple[str, ...], Stamp | None]] = {}

    def hide(self, planes: Planes) -> None:
        """Blacken the privacy areas."""
        if not self.hides:
            return
        size = planes.size_px
        if size not in self._covers:
            self._covers[size] = Cover(self._rules.privacy, *size)
        self._covers[size].fill(planes)

    def write(self, planes: Planes, pts_ms: int) -> None:
        """Draw text and clock."""
        if not self.writes:
            return
        size, lines = planes.size_px, self._lines.at(pts_ms)
        known = self._stamps.get(size)
        if known is None or known[0] != lines:
            known = (lines, self._stamp(lines, size))
            self._stamps[size] = known
        if known[1] is not None:
            known[1].draw(planes)

    def _stamp(self, lines: tuple[str, ...], size: tuple[int, int]) -> Stamp | None:
        from edge_agent.adapters.glyphs import fitting  # and Pillow: only a camera that draws carries it

        if size not in self._glyphs:
            room = (round(size[0] * _ROOM_SHARE), round(size[1] * _ROOM_SHARE))
            self._glyphs[size] = fitting(lines, room, letter_height_px(size[1]))
            if self._glyphs[size] is None:
                log.warning("the overlay does not fit", width_px=size[0], height_px=size[1])
        glyphs = self._glyphs[size]
        if glyphs is None:
            return None
        ink = glyphs.ink(lines)
        return Stamp(ink, *place_px(self._rules.overlay.corner, size, (ink.outlined.shape[1], ink.outlined.shape[0])))


def frame_planes(frame: av.VideoFrame) -> Planes:
    """The planes of a yuv420p frame, where they lie."""
    y, u, v = (
        np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]  # type: ignore[call-overload]
        for plane in frame.planes
    )
    return Planes(y, u, v)


def array_planes(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], size_px: tuple[int, int]) -> Planes:
    """The planes of a yuv420p picture in an array of (height * 3 / 2, stride), where they lie."""
    return planes_of(picture, *size_px, picture.shape[1])
