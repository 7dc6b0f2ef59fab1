"""Watches whether the object store takes and gives: asked seldom, logged once when it goes and once when back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.texts import Text, say

log = structlog.get_logger("store")

NOWHERE = "probe/none"
"""A key under which nothing ever lies: to ask for it needs the store and nothing in it."""
_PAUSE_MS = 5_000
_PATIENCE_S = 10.0
"""A mount whose server is gone answers nothing at all."""


class Heads(Protocol):
    """An object store, as far as it is asked whether it is there."""

    async def head(self, key: str) -> tuple[int, str] | None: ...


@dataclass(slots=True)
class WatchObjects:
    """One per process; however many ask, the store is asked every few seconds. `open`: an S3 store may be away then."""

    open: Callable[[], Awaitable[Heads]]
    clock: Clock
    _store: Heads | None = None
    _away: bool = False
    _asked_ms: int | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def complaint(self) -> Text | None:
        """What is wrong with the store and what to do; None: it answers."""
        async with self._turn:
            now_ms = self.clock.monotonic_ms()
            if self._asked_ms is None or now_ms - self._asked_ms >= _PAUSE_MS:
                why = await self._why()
                self._asked_ms = self.clock.monotonic_ms()
                if why is not None and not self._away:
                    log.error("store away", why=why)
                elif why is None and self._away:
                    log.warning("store is back")
                self._away = why is not None
            return say("alarm_store_away") if self._away else None

    async def run(self) -> None:
        """Look until cancelled, so that the log tells it though nobody asks."""
        while True:
            await self.complaint()
            await self.clock.sleep_ms(_PAUSE_MS)

    async def _why(self) -> str | None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                if self._store is None:
                    self._store = await self.open()
                await self._store.head(NOWHERE)
        except (Transient, Rejected) as fault:
            return str(fault)
        except TimeoutError:
            return f"no answer in {_PATIENCE_S:g} s"
        return None
