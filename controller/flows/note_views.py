"""Tells the audit who looked at what, behind the pictures: nobody waits for it to see."""

from collections.abc import Sequence
from datetime import datetime
from typing import NoReturn, Protocol

import structlog

from controller.core.viewing import Look, Looks
from shared.clock import Clock
from shared.errors import CctvError

log = structlog.get_logger("audit")

_TICK_MS = 500
_WAITING_MAX = 10_000


class LookBook(Protocol):
    """The audit as this flow sees it."""

    async def looked(self, looks: Sequence[tuple[datetime, Look]]) -> None:
        """Write an entry for each."""
        ...


class NoteViews:
    """One for each API process."""

    def __init__(self, book: LookBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._looks = Looks({})
        self._waiting: list[tuple[datetime, Look]] = []

    def looks(self, look: Look) -> None:
        """Somebody looks now; told within a second. Does not wait."""
        if len(self._waiting) >= _WAITING_MAX:
            log.error("a look is not in the audit: too many wait for the database", who=look.who, camera=look.camera)
            return
        if self._looks.is_new(look, self._clock.unix_ms()):
            self._waiting.append((self._clock.now(), look))

    async def run(self) -> NoReturn:
        """Write what waits until cancelled; while the database is away it goes on waiting."""
        while True:
            await self._clock.sleep_ms(_TICK_MS)
            await self.flush()

    async def flush(self) -> None:
        """Write what waits now."""
        waiting = tuple(self._waiting)
        if not waiting:
            return
        try:
            await self._book.looked(waiting)
        except CctvError as fault:
            log.warning("who looks at pictures cannot be told now", error=str(fault), waiting=len(waiting))
            return
        del self._waiting[: len(waiting)]
