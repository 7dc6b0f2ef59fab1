"""Does what time alone does to alarms: shelves end, what nobody answers is passed up, maintenance is over."""

from dataclasses import dataclass
from typing import Protocol

import structlog

from controller.ports import Bell
from shared.clock import Clock
from shared.errors import Transient

log = structlog.get_logger("alarms")

_PAUSE_MS = 2_000


class TendStore(Protocol):
    """The database as this flow sees it; a writer that has lost its lease gets `Transient`."""

    async def tend(self) -> int:
        """Do what is due now, in one transaction; how many things that changed."""
        ...


class Numbers(Protocol):
    """The highest alarm number, kept where a restored database does not take it back."""

    async def leap(self) -> None:
        """Leave out what may have been given before a restore."""
        ...

    async def keep(self) -> None: ...


@dataclass(frozen=True, slots=True)
class TendAlarms:
    """One per site at a time (see `lead`). Whoever leads next finds what is due in the database."""

    store: TendStore
    numbers: Numbers
    bell: Bell
    clock: Clock

    async def run(self) -> None:
        """Look every two seconds until cancelled; a database that is away is tried again."""
        failing = leapt = False
        while True:
            try:
                if not leapt:
                    await self.numbers.leap()
                    leapt = True
                if await self.store.tend():
                    await self.bell.ring("feed")
                await self.numbers.keep()
                failing = False
            except Transient as fault:
                if not failing:
                    log.warning("cannot tend alarms for the moment", error=str(fault))
                failing = True
            await self.clock.sleep_ms(_PAUSE_MS)
