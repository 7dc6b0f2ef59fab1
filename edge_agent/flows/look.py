"""Look: while an event runs, the light detector's sightings raise its class and hold it open."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from edge_agent.core.sightings import SightingRules, SightingState, anew, step
from edge_agent.flows.detect import Detection
from edge_agent.ports import CameraFeed, Looks, Watcher
from shared.clock import Clock
from shared.ids import CameraId
from shared.kinds import MediaClass

log = structlog.get_logger("look")

_TICK_MS = 250
_PATIENCE_S = 1.0

RaisePriority = Callable[[CameraId, int, int | None, MediaClass], Awaitable[None]]
"""What waits for its upload from then on goes in this class."""


class Looking:
    """One camera. Nothing is looked at while nothing happens."""

    def __init__(
        self,
        feed: CameraFeed,
        watcher: Watcher,
        detection: Detection,
        rules: SightingRules,
        raise_priority: RaisePriority,
        clock: Clock,
    ) -> None:
        self.camera = feed.camera
        self._feed = feed
        self._watcher = watcher
        self._detection = detection
        self._rules = rules
        self._raise_priority = raise_priority
        self._clock = clock
        self._state = SightingState()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            if self._detection.running is not None:
                async with self._watcher.watch(self._feed) as looks:
                    await self._follow(looks)
            await self._clock.sleep_ms(_TICK_MS)

    async def _follow(self, looks: Looks) -> None:
        """Until no event runs; one that is chained to another is the same to us."""
        self._state = anew(self._state)
        while self._detection.running is not None:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    look = await looks.next_look()
            except TimeoutError:
                continue
            self._state, meaning = step(self._state, look, self._detection.active_ms, self._rules)
            if meaning.hold_until_ms is not None:
                self._detection.hold_running(meaning.hold_until_ms)
            if meaning.raises:
                await self._raise()

    async def _raise(self) -> None:
        raised = self._detection.raise_class("gated")
        if raised is not None:
            log.info("event is gated", camera=self.camera, event_id=raised.id)
            await self._raise_priority(self.camera, raised.clip_start_ms, None, "gated")
