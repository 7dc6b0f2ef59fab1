"""Tell well: while an update is installed or tried, the agent writes down every two seconds how it is."""

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from edge_agent.core.update import Step, Well
from edge_agent.ports import CameraFeed, Wire
from shared.clock import Clock
from shared.errors import Transient

log = structlog.get_logger("tell well")

_EVERY_MS = 2_000


class WellPlace(Protocol):
    """Where the updater reads it. Blocks."""

    def say(self, well: Well) -> None: ...

    def hush(self) -> None: ...


class WellTelling:
    """Nothing is written while nobody updates."""

    def __init__(
        self,
        version: str,
        feeds: Sequence[CameraFeed],
        wire: Wire,
        place: WellPlace,
        step: Callable[[], Step],
        clock: Clock,
    ) -> None:
        """`step`: what the updater does; it may block."""
        self._version = version
        self._feeds = feeds
        self._wire = wire
        self._place = place
        self._step = step
        self._clock = clock

    async def run(self) -> None:
        said = False
        while True:
            asked = await asyncio.to_thread(self._step) in {"installing", "trying"}
            if asked:
                try:
                    await asyncio.to_thread(self._place.say, self._now())
                except Transient as fault:
                    log.warning("not written", error=str(fault))
            elif said:
                await asyncio.to_thread(self._place.hush)
            said = asked
            await self._clock.sleep_ms(_EVERY_MS)

    def _now(self) -> Well:
        signs = [feed.signs() for feed in self._feeds]
        return Well(
            self._version,
            os.getpid(),
            self._clock.monotonic_ms(),
            self._wire.connected,
            tuple(one.camera for one in signs if one.state == "live"),
            tuple(one.camera for one in signs if one.segments),
        )
