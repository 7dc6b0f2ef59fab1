"""Seals what was done: every entry within seconds, a signed head when a day is over."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NoReturn, Protocol

import structlog

from controller.core.audit import FIRST_PREVIOUS, Entry, Head, Seal, day_over
from shared.clock import Clock
from shared.errors import Rejected, Transient

log = structlog.get_logger("audit")

_BATCH = 500
_PAUSE_MS = 1_000


class Sealing(Protocol):
    """The audit as this flow sees it."""

    async def seal(self, limit: int) -> list[tuple[Seal, Entry]]:
        """Seal the next entries that have none, `limit` at most."""
        ...

    async def standing(self) -> tuple[Seal | None, Head | None]:
        """The last seal and the newest head."""
        ...

    async def has_head(self, day: date) -> bool:
        """Whether a day has a head."""
        ...

    async def add_head(self, head: Head) -> bool:
        """False when its day has a head already, or is not the last that is over."""
        ...

    async def heads(self) -> list[Head]:
        """Every day's, the oldest first."""
        ...


class HeadSigner(Protocol):
    """The site's audit key."""

    def head(self, day: date, seq: int, chain: str) -> Head:
        """A signed head."""
        ...


@dataclass(slots=True)
class SealAudit:
    """`keep` puts what it lacks of all heads where the database is not, and may block.

    `anchor` writes what the day's head is to prove.
    """

    book: Sealing
    signer: HeadSigner
    keep: Callable[[Sequence[Head]], None]
    anchor: Callable[[date], Awaitable[None]]
    clock: Clock
    _kept: bool = False

    async def once(self) -> int:
        """Seal all that waits, then sign the day's head if one is due; how many entries were sealed."""
        count = await self._seal()
        day = day_over(self.clock.now())
        if await self.book.has_head(day):
            await self._keep()
            return count
        await self.anchor(day)
        count += await self._seal()
        last, _ = await self.book.standing()
        head = self.signer.head(day, last.seq if last else 0, last.chain if last else FIRST_PREVIOUS)
        self._kept = not await self.book.add_head(head) and self._kept
        await self._keep()
        return count

    async def _keep(self) -> None:
        """Once after a start, and after each head: one that could not be written down then is now."""
        if not self._kept:
            await asyncio.to_thread(self.keep, await self.book.heads())
            self._kept = True

    async def always(self) -> NoReturn:
        """Until cancelled; while the database or the disk is away, entries wait for their seals."""
        told = ""
        while True:
            try:
                await self.once()
                told = ""
            except (Transient, Rejected, OSError) as fault:
                if str(fault) != told:
                    log.warning("the audit waits for its seals", error=str(fault))
                told = str(fault)
            await self.clock.sleep_ms(_PAUSE_MS)

    async def _seal(self) -> int:
        count = 0
        while found := await self.book.seal(_BATCH):
            count += len(found)
        return count
