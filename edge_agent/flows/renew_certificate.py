"""Renew the node's certificate in time, by the key that it has; a node with a password gets its first one so."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from edge_agent.core.renewal import is_due
from edge_agent.core.retry import retry_delay_ms
from shared.clock import Clock
from shared.errors import Rejected, Transient

log = structlog.get_logger("certificate")

_FIRST_MS = 30_000  # nodes of a site start together
_LOOK_MS = 3_600_000
_FAILED_MS, _LONGEST_MS = 60_000, 3_600_000
_REFUSED_MS = 6 * 3_600_000


class Certificates(Protocol):
    """The node's certificate, and who gives the next one."""

    async def ends_at(self) -> datetime | None:
        """Until when the one that is held is good; None: there is none."""
        ...

    async def renew(self) -> None:
        """Ask for the next one, keep it and use it; `Rejected` when the controller gives none."""
        ...


@dataclass
class CertificateRenewing:
    """Looks now and then; what fails is tried again, for there is a month left."""

    certificates: Certificates
    clock: Clock
    unit: Callable[[], float]
    first_ms: float = _FIRST_MS
    _failed: int = field(default=0, init=False)

    async def run(self) -> None:
        """Until cancelled."""
        await self.clock.sleep_ms(self.first_ms * self.unit())
        while True:
            await self.clock.sleep_ms(await self.look())

    async def look(self) -> float:
        """Renew if it is time; how long to sleep then, ms."""
        if not is_due(await self.certificates.ends_at(), self.clock.now(), self.unit()):
            return _LOOK_MS * (0.5 + self.unit())
        try:
            await self.certificates.renew()
        except Transient as fault:
            self._failed += 1
            log.warning("certificate not renewed yet", error=str(fault))
            return retry_delay_ms(self._failed, _FAILED_MS, _LONGEST_MS, self.unit())
        except Rejected as fault:
            log.warning("the controller gives no certificate", error=str(fault))
            return _REFUSED_MS * (0.5 + self.unit())
        self._failed = 0
        log.info("certificate renewed")
        return _LOOK_MS
