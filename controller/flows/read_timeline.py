"""Reads the timeline of a few cameras: bounds what may be asked at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.core.timeline import Grid, grid_of
from controller.ports import State
from shared.errors import Rejected
from shared.ids import parse_camera
from shared.texts import say

MOST_CAMERAS = 16
LONGEST_MS = 92 * 86_400_000
"""A quarter of a year: three months beside each other."""


class TimelineReads(Protocol):
    """The database as this flow sees it."""

    async def timeline(self, cameras: Sequence[str], grid: Grid) -> State:
        """TimelineOut; `Missing` when there is no such camera."""
        ...


@dataclass(frozen=True, slots=True)
class ReadTimeline:
    """The timeline: bounded, then read."""

    _reads: TimelineReads

    async def timeline(self, cameras: Sequence[str], from_ms: int, to_ms: int, buckets: int) -> State:
        """TimelineOut of cameras as they are named; `Rejected` for too many, or a span that is none or too long."""
        wanted = list(dict.fromkeys(parse_camera(one) for one in cameras))
        if not 1 <= len(wanted) <= MOST_CAMERAS:
            raise Rejected("camera", say("out_of_range", value=len(wanted), least=1, most=MOST_CAMERAS))
        if not from_ms < to_ms <= from_ms + LONGEST_MS:
            raise Rejected("to_ms", say("out_of_range", value=to_ms, least=from_ms + 1, most=from_ms + LONGEST_MS))
        return await self._reads.timeline(wanted, grid_of(from_ms, to_ms, buckets))
