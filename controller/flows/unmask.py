"""Shows a camera's clear pictures to somebody for some minutes, because of something that they say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn, Protocol

import structlog

from controller.ports.unmask import Asked, Unmasked
from shared.clock import Clock
from shared.errors import CctvError

log = structlog.get_logger("unmask")

MOST_MINUTES = 15
_LOOK_MS = 5_000


class UnmaskBook(Protocol):
    """The database as this flow sees it; begin and end stand in the audit."""

    async def begin(self, asked: Asked, until_at: datetime) -> Unmasked: ...

    async def of(self, session_id: str) -> list[Unmasked]: ...

    async def end(self, unmask: str, session_id: str, who: str, address: str) -> None: ...

    async def end_due(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Unmask:
    """For one person, one session and one camera."""

    book: UnmaskBook
    clock: Clock

    async def begin(self, asked: Asked, minutes: int) -> Unmasked:
        """From now on, for so long."""
        return await self.book.begin(asked, self.clock.now() + timedelta(minutes=min(minutes, MOST_MINUTES)))

    async def run(self) -> NoReturn:
        """Write down which ended, until cancelled; what counts ends by itself."""
        while True:
            await self.clock.sleep_ms(_LOOK_MS)
            try:
                await self.book.end_due()
            except CctvError as fault:
                log.warning("which clear pictures ended cannot be written now", error=str(fault))
