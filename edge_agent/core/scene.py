"""A rendered yard or gate with people at work: the camera that needs no hardware, with exact ground truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge_agent.core.scene_actors import Schedule
from edge_agent.core.scene_draw import Point
from edge_agent.core.scene_layout import make_layout
from edge_agent.core.scene_stage import ActorTruth, Stage
from shared.errors import Rejected
from shared.source_url import SCENE_NAMES as NAMES
from shared.source_url import parse_scene_url

__all__ = ["ActorTruth", "Scene", "parse_scene_url"]

_MAX_SEED = 2**32 - 1
_MIN_SIDE_PX, _MAX_SIDE_PX = 64, 4096


class Scene:
    """Frames and truth as pure functions of the scene time, which starts at 0.

    Raises Rejected for an unknown name, a seed outside 0..2**32-1, or a size whose width is not even or whose
    height is no multiple of 4.
    """

    def __init__(self, name: str, seed: int, width_px: int = 1280, height_px: int = 720) -> None:
        if name not in NAMES:
            raise Rejected("name", f"unknown scene {name!r}; known: {', '.join(NAMES)}")
        if not 0 <= seed <= _MAX_SEED:
            raise Rejected("seed", f"not in 0..{_MAX_SEED}")
        if not _MIN_SIDE_PX <= width_px <= _MAX_SIDE_PX or width_px % 2:
            raise Rejected("width_px", f"not an even number in {_MIN_SIDE_PX}..{_MAX_SIDE_PX}")
        if not _MIN_SIDE_PX <= height_px <= _MAX_SIDE_PX or height_px % 4:
            raise Rejected("height_px", f"not a multiple of 4 in {_MIN_SIDE_PX}..{_MAX_SIDE_PX}")
        layout = make_layout(name, seed, width_px, height_px)
        self._stage = Stage(layout, seed, width_px, height_px)
        self._schedule = Schedule(layout, seed)
        self.danger_zone: tuple[Point, ...] = tuple(
            (min(max(x / width_px, 0.0), 1.0), min(max(y / height_px, 0.0), 1.0))
            for x, y in (layout.lens.project(x, 0, z) for x, z in layout.zone.corners)
        )

    def luma_chroma(self, t_ms: int) -> NDArray[np.uint8]:
        """The frame at a scene time as planar yuv420p (BT.601, limited range), shape (height * 3 / 2, width)."""
        return self._stage.picture(self._schedule.actors(t_ms), t_ms)

    def truth(self, t_ms: int) -> tuple[ActorTruth, ...]:
        """Who can be seen at a scene time, and where, in order of id; an id is one stay in the picture."""
        return self._stage.truth(self._schedule.actors(t_ms))
