"""Lets a backup be made every night: when one is due, again an hour after a failure, and what came of it noted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Protocol

import structlog

from controller.core.export_target import TARGET_FAULTS
from controller.core.nightly import Nights, due
from controller.errors import AtTarget
from shared.clock import Clock
from shared.errors import CctvError, Rejected, Transient

log = structlog.get_logger("backup")

_LOOK_MS = 60_000
CREATED, TRIED, FAILED = "backup.create", "backup.try", "backup.fail"
Entry = tuple[str, Mapping[str, Any]]


class BackupLog(Protocol):
    """The audit as this flow sees it; who has lost the lease gets `Transient`."""

    async def nights(self) -> Nights: ...

    async def note(self, entries: Sequence[Entry]) -> None:
        """Write what was done, all of it or nothing."""
        ...


class TrialFailed(Rejected):
    """What was put back was not what was backed up."""


class Lapsed(Transient):
    """Who makes it has to stop: nothing is noted, whoever leads now begins anew."""


class MakesBackup(Protocol):
    """Makes one, tries it, and puts it in its place."""

    async def make(self) -> Sequence[Entry]:
        """What the audit tells of it. `TrialFailed`, `AtTarget`, or another fault: there is none."""
        ...

    async def forget_older(self) -> None:
        """Remove those beyond what is kept."""
        ...


@dataclass(frozen=True, slots=True)
class BackUpNightly:
    """Part of the role `sweep`, under its lease."""

    log: BackupLog
    makes: MakesBackup
    clock: Clock
    hour: int
    zone: tzinfo

    async def run(self) -> None:
        """Look every minute until cancelled."""
        while True:
            try:
                await self.once()
            except Transient as fault:
                log.warning("backup waits, trying again", error=str(fault))
            await self.clock.sleep_ms(_LOOK_MS)

    async def once(self) -> bool:
        """Make one if it is due; whether one was made."""
        if not due(await self.log.nights(), self.clock.now(), self.hour, self.zone):
            return False
        try:
            entries = await self.makes.make()
        except Lapsed:
            raise
        except (CctvError, OSError) as fault:
            log.warning("nightly backup failed", error=str(fault))
            await self.log.note([(FAILED, {"why": _why(fault), "error": str(fault)[:500]})])
            return False
        await self.log.note(entries)
        await self.makes.forget_older()
        log.info("nightly backup made", **dict(entries[0][1]))
        return True


def _why(fault: Exception) -> str:
    if isinstance(fault, AtTarget) and fault.reason in TARGET_FAULTS:
        return fault.reason
    return "trial" if isinstance(fault, TrialFailed) else "failed"
