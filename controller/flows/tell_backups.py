"""Tells how the site's nightly backup is: the last good one, what the last failed of, and when that is an alarm."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from controller.core.conditions import Condition, Key
from controller.core.nightly import OLD_MS, Nights, too_old
from controller.ports import State
from shared.clock import Clock
from shared.texts import say

_HOUR_MS = 3_600_000


class BackupLog(Protocol):
    """The audit as this flow sees it."""

    async def nights(self) -> Nights: ...


@dataclass(frozen=True, slots=True)
class TellBackups:
    """`nightly`: whether the settings want one every night; `since_ms`: none is missed from before."""

    log: BackupLog
    clock: Clock
    nightly: bool
    since_ms: int = 0

    async def state(self) -> State:
        """SiteBackupOut."""
        nights = await self.log.nights()
        good, fault = nights.good, nights.fault
        return {
            "nightly": self.nightly,
            "late": self.nightly and too_old(nights, self.clock.unix_ms()),
            "good_ms": None if good is None else round(good.at.timestamp() * 1000),
            "good_bytes": None if good is None else good.length_bytes,
            "failed_ms": None if fault is None else round(fault.at.timestamp() * 1000),
            "failed_why": None if fault is None else fault.why,
        }

    async def conditions(self) -> Mapping[Key, Condition]:
        """The site has no good backup of the last 26 hours, and should have."""
        if not self.nightly:
            return {}
        nights, now_ms = await self.log.nights(), self.clock.unix_ms()
        if not too_old(nights, now_ms):
            return {}
        if nights.good is not None:
            good_ms = round(nights.good.at.timestamp() * 1000)
            hours = (now_ms - good_ms) // _HOUR_MS
            return {Key("backup_failing"): Condition(say("alarm_site_backup_old", hours=hours), good_ms + OLD_MS)}
        if nights.failed or now_ms - self.since_ms > OLD_MS:
            return {Key("backup_failing"): Condition(say("alarm_site_backup_none"))}
        return {}
