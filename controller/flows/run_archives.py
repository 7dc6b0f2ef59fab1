"""Runs archives: what is due is asked for as exports to a destination, and what came of them is noted."""

from dataclasses import dataclass
from typing import Protocol

import structlog

from shared.clock import Clock
from shared.errors import Transient

log = structlog.get_logger("archive")
_LOOK_MS = 5_000


class ArchiveJobs(Protocol):
    """The database as this flow sees it; every write raises `Transient` once the lease is somebody else's."""

    async def settle(self) -> None: ...

    async def run_due(self) -> int:
        """How many exports were asked for."""
        ...


@dataclass(frozen=True, slots=True)
class RunArchives:
    """Part of the role `export`, under its lease."""

    jobs: ArchiveJobs
    clock: Clock

    async def run(self) -> None:
        """Look every few seconds until cancelled."""
        while True:
            try:
                await self.once()
            except Transient as fault:
                log.warning("archives wait, trying again", error=str(fault))
            await self.clock.sleep_ms(_LOOK_MS)

    async def once(self) -> int:
        """One look; how many exports were asked for."""
        await self.jobs.settle()
        asked = await self.jobs.run_due()
        if asked:
            log.info("archived", exports=asked)
        return asked
