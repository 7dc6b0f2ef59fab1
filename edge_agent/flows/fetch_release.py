"""Fetch release: what the controller offers is fetched for the updater, which alone may install it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Protocol

import structlog

from edge_agent.core.update import Turn
from shared.clock import Clock
from shared.commands import Update
from shared.errors import CctvError, Rejected, Transient

log = structlog.get_logger("fetch release")

_PAUSES_MS = (2_000, 10_000, 30_000, 60_000)


class ReleaseSource(Protocol):
    """The node's own controller."""

    async def fetch(self, order: Update, far: Callable[[int], None]) -> None:
        """`Transient` while it is away, `Rejected` when it is not what was named."""
        ...


class ReleaseFetching:
    """One release at a time."""

    def __init__(
        self,
        source: ReleaseSource,
        turn: Callable[[], Turn],
        waits: Callable[[], bool],
        may: Callable[[], bool],
        installed: str,
        platform: str,
        clock: Clock,
    ) -> None:
        """`waits`: something fetched is not taken yet. `may`: this machine installs releases. All of them may block."""
        self._source = source
        self._turn = turn
        self._waits = waits
        self._may = may
        self._names = {"installed": installed, "platform": platform}
        self._clock = clock
        self._order: Update | None = None
        self._asked = asyncio.Event()
        self._fetched_bytes = 0
        self._fault = ""

    async def begin(self, order: Update) -> None:
        """It is fetched from now on; `Rejected` where this machine installs nobody's, `Transient` while one is."""
        if not await asyncio.to_thread(self._may):
            raise Rejected("update", "this machine has no key of whoever makes releases: see the operator's handbook")
        turn, waits = await asyncio.to_thread(self._turn), await asyncio.to_thread(self._waits)
        if self._order is not None or waits or turn.step != "idle":
            raise Transient("another update is under way")
        self._order, self._fetched_bytes, self._fault = order, 0, ""
        self._asked.set()

    async def state(self) -> Mapping[str, Any]:
        """What is installed, what is fetched, and what became of the newest update."""
        turn, waits = await asyncio.to_thread(self._turn), await asyncio.to_thread(self._waits)
        may = await asyncio.to_thread(self._may)
        fetched = {
            "fetching": "" if self._order is None else self._order.release,
            "fetched_bytes": self._fetched_bytes,
            "fault": self._fault,
            "waits": waits,
            "may": may,
        }
        kept = ("step", "version", "before", "result", "reason")
        return {**self._names, **fetched, **{name: value for name, value in asdict(turn).items() if name in kept}}

    async def run(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            if self._order is not None:
                self._fault = await self._fetch(self._order)
                self._order = None

    async def _fetch(self, order: Update) -> str:
        """Why it is not there, or nothing."""
        said = ""
        for pause_ms in (*_PAUSES_MS, 0):
            try:
                await self._source.fetch(order, self._far)
            except Transient as fault:
                said = str(fault)
                log.warning("release not fetched yet", release=order.release, error=said)
            except CctvError as fault:
                log.warning("release not fetched", release=order.release, error=str(fault))
                return str(fault)
            else:
                log.info("release fetched", release=order.release)
                return ""
            await self._clock.sleep_ms(pause_ms)
        return said

    def _far(self, count: int) -> None:
        self._fetched_bytes = count
