"""A leader in a process of its own that writes for as long as it leads: `python -m tests.fakes.frozen_leader URL NAME`.

It says when it is inside a transaction, when that is committed, and when it is refused; a lease lasts 2.5 seconds.
"""

import asyncio
import sys
import time
from datetime import datetime

from controller.adapters.database import Database
from controller.adapters.lease_store import SqlLeaseStore, under
from controller.adapters.tables import AuditRow
from controller.core.lease import Term
from controller.flows.lead import lead
from shared.clock import to_datetime
from shared.errors import Transient
from tests.builders import T0

SPEED = 4
_INSIDE_S = 0.3


class QuickClock:
    """Runs faster than the machine's, and alike in every process."""

    def now(self) -> datetime:
        return to_datetime(self.unix_ms())

    def unix_ms(self) -> int:
        return T0 + self.monotonic_ms()

    def monotonic_ms(self) -> int:
        return round(time.monotonic() * 1000 * SPEED)

    async def sleep_ms(self, duration_ms: float) -> None:
        await asyncio.sleep(duration_ms / 1000 / SPEED)


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def write_for_ever(url: str, name: str) -> None:
    database, clock, term = Database(url), QuickClock(), Term("sweep:yard", name)
    led = under(database, clock, term)

    async def work() -> None:
        while True:
            try:
                async with led.writing() as session:
                    session.add(AuditRow(at=clock.now(), who=name, what="x", subject=str(term.token), detail={}))
                    await session.flush()
                    say("inside")
                    await asyncio.sleep(_INSIDE_S)
            except asyncio.CancelledError:  # it looked at its lease first
                say("refused")
                raise
            except Transient:
                say("refused")
                await asyncio.sleep(_INSIDE_S)
            else:
                say("wrote")

    await lead(SqlLeaseStore(database, clock), term, clock, work)


if __name__ == "__main__":
    asyncio.run(write_for_ever(*sys.argv[1:]))
