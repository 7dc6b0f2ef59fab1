"""The certificates that this server speaks with: renewed in time, and told of when they are about to end."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from shared.clock import Clock
from shared.english import Code
from shared.errors import Rejected, Transient
from shared.node_bounds import CERTIFICATE_DAYS
from shared.texts import Text, say

log = structlog.get_logger("certificate")

LOOK_MS = 6 * 3_600_000
_DAY_S = 86_400


class Renewable(Protocol):
    """The certificate that the site's own CA signs for this server. It blocks."""

    def renew(self, now: datetime) -> bool:
        """Make the next one where it is time, or where this host has another name; whether it was."""
        ...


class Served(Protocol):
    """A certificate that somebody connects to. It blocks."""

    def ends_at(self) -> datetime | None:
        """None: it cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class KeepCertificate:
    """One per site. `served` by what each is used for; `renewed`: those of them that `own` renews, None: none is."""

    served: Mapping[str, Served]
    renewed: Collection[str]
    own: Renewable | None
    clock: Clock

    async def run(self) -> None:
        """Until cancelled: renew in time. Who serves with it sees for itself that the files are others."""
        while self.own is not None:
            await self.look()
            await self.clock.sleep_ms(LOOK_MS)

    async def look(self) -> None:
        """Renew if it is time; what fails is tried at the next look, for there are months left."""
        try:
            if self.own is not None and await asyncio.to_thread(self.own.renew, self.clock.now()):
                log.info("server certificate renewed")
        except (Transient, Rejected) as fault:
            log.warning("server certificate not renewed", error=str(fault))

    async def left_s(self) -> dict[str, float]:
        """For how long each is good, by what it is used for; below zero: it ended."""
        now = self.clock.now()
        ends = {used: await asyncio.to_thread(one.ends_at) for used, one in self.served.items()}
        return {used: (end - now).total_seconds() for used, end in ends.items() if end is not None}

    async def complaint(self) -> Text | None:
        """What is to be done when one of them ends soon."""
        left = await self.left_s()
        first = min(left, key=left.__getitem__, default=None)
        if first is None or left[first] >= CERTIFICATE_DAYS * _DAY_S:
            return None
        days = max(0, int(left[first] / _DAY_S))
        code: Code = "server_certificate_stays" if first in self.renewed else "server_certificate_ends"
        return say(code, days=days)
