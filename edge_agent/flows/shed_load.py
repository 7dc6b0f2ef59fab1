"""Shed load: look at the machine and the cameras that it encodes, and encode less while they are over their limits."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from edge_agent.core.shedding import HALF, Limits, Load, Shed, ShedReport, Step, pictures_every, report, shed
from edge_agent.ports import CameraFeed, Host
from shared.clock import Clock

log = structlog.get_logger("shed")

_LOOK_MS = 5_000


@dataclass(frozen=True, slots=True)
class Encoded:
    """A camera whose streams this node encodes; `paced`: it owes each picture of its rate, whatever the light."""

    feed: CameraFeed
    has_sub: bool
    paced: bool


class LoadShedding:
    """Frame rates are what can be changed while a camera runs; cameras that are passed through are not touched."""

    def __init__(self, cameras: Sequence[Encoded], host: Host, clock: Clock, limits: Limits) -> None:
        self._cameras = cameras
        self._host = host
        self._clock = clock
        self._limits = limits
        self._state = Shed()
        subs: tuple[Step, ...] = ("sub frame rate",) if any(camera.has_sub for camera in cameras) else ()
        mains: tuple[Step, ...] = ("main frame rate",) if cameras else ()
        self._possible = subs + mains

    def report(self) -> ShedReport:
        """What is shed now."""
        return report(self._state, self._possible)

    async def run(self) -> None:
        """Look every five seconds until cancelled."""
        while True:
            await self._clock.sleep_ms(_LOOK_MS)
            await self.look()

    async def look(self) -> None:
        """Look once, and take a step where one is due."""
        signs = await asyncio.to_thread(self._host.signs)
        before = self.report()
        load = Load(signs.cpu_percent, signs.temperature_c, self._behind("main frame rate" in before.steps))
        self._state = shed(self._state, load, self._clock.monotonic_ms(), len(self._possible), self._limits)
        after = self.report()
        if before.steps != after.steps:
            self._apply(after)
            log.warning("load shed", steps=after.steps, skipped=after.skipped, reason=after.reason)

    def _apply(self, wanted: ShedReport) -> None:
        for camera in self._cameras:
            if camera.has_sub:
                camera.feed.limit("sub", HALF if "sub frame rate" in wanted.steps else 1.0)
            camera.feed.limit("main", HALF if "main frame rate" in wanted.steps else 1.0)

    def _behind(self, halved: bool) -> float | None:
        """The share of its pictures that the camera which is furthest behind does not give."""
        worst: float | None = None
        for camera in self._cameras:
            signs = camera.feed.signs()
            if camera.paced and signs.state == "live" and signs.main is not None and signs.measured_fps > 0:
                owed = signs.main.fps / pictures_every(HALF if halved else 1.0, signs.main.fps)
                worst = max(worst or 0.0, 1 - signs.measured_fps / max(owed, 1e-6))
        return worst
