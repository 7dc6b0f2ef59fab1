"""A rendered yard or gate with people at work: the camera that needs no hardware, with exact ground truth."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import numpy as np
from numpy.typing import NDArray

from edge_agent.core.scene_actors import Schedule
from edge_agent.core.scene_draw import Point
from edge_agent.core.scene_layout import NAMES, make_layout
from edge_agent.core.scene_stage import ActorTruth, Stage
from shared.errors import Rejected

__all__ = ["ActorTruth", "Scene", "parse_scene_url"]

_MAX_SEED = 2**32 - 1
_DEFAULT_SEED = 7
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


def parse_scene_url(url: str) -> tuple[str, int]:
    """Name and seed of "scene://yard?seed=7"; without a seed it is 7. Raises Rejected naming the bad part."""
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise Rejected("url", str(error)) from error
    if parts.scheme != "scene":
        raise Rejected("url", "does not begin with scene://")
    if parts.netloc not in NAMES:
        raise Rejected("name", f"unknown scene {parts.netloc!r}; known: {', '.join(NAMES)}")
    if parts.path not in {"", "/"} or parts.fragment:
        raise Rejected("url", "has more than a name and a seed")
    seed = str(_DEFAULT_SEED)
    for key, value in query:
        if key != "seed":
            raise Rejected(key, "unknown; only seed is known")
        seed = value
    if re.fullmatch(r"[0-9]{1,10}", seed) is None or int(seed) > _MAX_SEED:
        raise Rejected("seed", f"{seed[:20]!r} is not a whole number in 0..{_MAX_SEED}")
    return parts.netloc, int(seed)
