"""Record: each camera's process is told when to, by its plan and by the event that runs; it goes on by itself."""

from collections.abc import Mapping, Sequence

import structlog

from edge_agent.core.schedule import RecordPlan
from edge_agent.flows.detect import Detection
from edge_agent.flows.facts import Facts
from edge_agent.ports import CameraFeed
from shared.ids import CameraId

log = structlog.get_logger("record")

_TICK_MS = 500
_MINUTE_MS = 60_000


class Recording:
    """All cameras of the node."""

    def __init__(
        self,
        feeds: Sequence[CameraFeed],
        plans: Mapping[CameraId, RecordPlan],
        detections: Mapping[CameraId, Detection],
        facts: Facts,
    ) -> None:
        self._feeds = feeds
        self._plans = plans
        self._detections = detections
        self._facts = facts

    async def run(self) -> None:
        """Look twice a second until cancelled."""
        while True:
            for feed in self._feeds:
                self._decide(feed)
            await self._facts.clock.sleep_ms(_TICK_MS)

    def _decide(self, feed: CameraFeed) -> None:
        now_ms = self._facts.clock.unix_ms()
        plan, clip_ms = self._plans[feed.camera], self._detections[feed.camera].clip_start_ms
        wanted = plan.wants(now_ms, moving=clip_ms is not None)
        if wanted == feed.signs().recording:
            return
        log.info("recording", camera=feed.camera, on=wanted, mode=plan.mode)
        if not wanted:
            feed.record(None)
        else:
            # A window begins with a minute, an event before its motion: memory reaches back that far.
            feed.record(now_ms - now_ms % _MINUTE_MS if clip_ms is None or plan.mode != "motion" else clip_ms)
