"""Tells the live counts of zones: on change, and every ten seconds while the camera is judged."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import structlog

from controller.core.records import FrameBoxes, Rule
from controller.core.zone_counts import ZoneCounts, topic_level, zones_of
from controller.ports import Wire
from shared.clock import Clock
from shared.errors import Transient
from shared.ids import CameraId
from shared.messages import ZoneCountMessage
from shared.mint import uuid7
from shared.topics import ZONE_COUNT

log = structlog.get_logger("counts")

_LOOK_MS = 250
_AGAIN_MS = 10_000


@dataclass(slots=True)
class _Told:
    """One zone: what is so, and what was told when."""

    counts: dict[str, int]
    judged_ms: int
    told: dict[str, int] | None = None
    told_judged_ms: int = 0
    told_ms: int = 0  # monotonic


@dataclass(slots=True)
class Counts:
    """Takes judged frames of every camera; `run` tells."""

    wire: Wire
    clock: Clock
    site: str
    _zones: dict[CameraId, ZoneCounts] = field(default_factory=dict)
    _states: dict[CameraId, dict[str, _Told]] = field(default_factory=dict)

    def rules(self, camera: CameraId, rules: Sequence[Rule]) -> None:
        """Other rules are in force on a camera."""
        zones = zones_of(rules)
        known = self._zones.get(camera)
        if known is None or known.zones != zones:
            self._zones[camera] = ZoneCounts(zones)
            states = self._states.get(camera, {})
            self._states[camera] = {name: state for name, state in states.items() if name in zones}

    def judged(self, camera: CameraId, frame: FrameBoxes) -> None:
        """A frame was judged."""
        zones = self._zones.get(camera)
        if zones is None:
            return
        states = self._states[camera]
        for name, counts in zones.step(frame).items():
            state = states.setdefault(name, _Told(counts, frame.pts_ms))
            state.counts, state.judged_ms = counts, frame.pts_ms

    async def run(self) -> NoReturn:
        """Tell until cancelled; while the broker is away only the newest is kept."""
        while True:
            await self.clock.sleep_ms(_LOOK_MS)
            try:
                await self.tell()
            except Transient as fault:
                log.debug("counts not told", reason=str(fault))

    async def tell(self) -> None:
        """Tell what changed, and what was not told for long."""
        for camera, states in list(self._states.items()):
            for name, state in list(states.items()):
                now_ms = self.clock.monotonic_ms()
                moved = state.judged_ms != state.told_judged_ms
                again = moved and now_ms - state.told_ms >= _AGAIN_MS
                if state.counts != state.told or again:
                    message = ZoneCountMessage(
                        id=uuid7(),
                        at=self.clock.now(),
                        camera=camera,
                        zone=name,
                        judged_ms=state.judged_ms,
                        counts=state.counts,
                    )
                    await self.wire.send(ZONE_COUNT, message, site=self.site, camera=camera, zone=topic_level(name))
                    state.told, state.told_judged_ms, state.told_ms = message.counts, message.judged_ms, now_ms
