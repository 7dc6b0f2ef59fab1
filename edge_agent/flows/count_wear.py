"""Count wear: what the cameras' recorders write, kept across restarts at the price of a row each ten minutes."""

import asyncio
from collections.abc import Sequence

import structlog

from edge_agent.core.wear import Wear, from_text
from edge_agent.flows.facts import Facts
from edge_agent.ports import CameraFeed, Outbox
from shared.errors import CctvError

log = structlog.get_logger("wear")

_TICK_MS = 5_000
_KEEP_MS = 600_000
_NOTE = "wear"


class WearCounting:
    """All cameras of the node together; a crash costs the count of ten minutes."""

    def __init__(self, feeds: Sequence[CameraFeed], outbox: Outbox, facts: Facts) -> None:
        self.wear = Wear()
        self._feeds = feeds
        self._outbox = outbox
        self._facts = facts
        self._counted_bytes = 0  # of this agent's life
        self._kept_ms: int | None = None

    async def run(self) -> None:
        """Count until cancelled."""
        if self._kept_ms is None:
            self.wear = from_text(await asyncio.to_thread(self._outbox.recall, _NOTE))
            self._kept_ms = self._facts.clock.monotonic_ms()
        try:
            while True:
                self._count()
                if self._facts.clock.monotonic_ms() - self._kept_ms >= _KEEP_MS:
                    await self._keep()
                await self._facts.clock.sleep_ms(_TICK_MS)
        except asyncio.CancelledError:
            self._count()
            try:
                await self._keep()
            except CctvError as fault:
                log.warning("wear not kept", error=str(fault))
            raise

    def _count(self) -> None:
        written_bytes = sum(feed.signs().written_bytes for feed in self._feeds)
        if written_bytes > self._counted_bytes:
            self.wear = self.wear.add(self._facts.clock.unix_ms(), written_bytes - self._counted_bytes)
            self._counted_bytes = written_bytes

    async def _keep(self) -> None:
        await asyncio.to_thread(self._outbox.put, (), {_NOTE: self.wear.to_text()})
        self._kept_ms = self._facts.clock.monotonic_ms()
