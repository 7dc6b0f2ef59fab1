"""A worker that has nothing to do is there all the same, and is gone when it ends."""

import asyncio
from dataclasses import dataclass, field

import pytest

from controller.core.lease import LEASE_MS, RENEW_MS
from controller.flows.sign_on import sign_on
from shared.errors import Transient
from tests.fakes.site import HandClock


@dataclass
class Leases:
    """One row, and a database that is away for its first `away` questions."""

    clock: HandClock
    away: int = 0
    until_ms: int = 0
    seen: list[int] = field(default_factory=list)
    released: list[tuple[str, str, int]] = field(default_factory=list)

    async def take(self, name: str, holder: str, duration_ms: int) -> int:
        assert (name, holder, duration_ms) == ("worker:w1", "w1", LEASE_MS)
        self.seen.append(self.clock.at_ms)
        if len(self.seen) <= self.away:
            raise Transient("database: away")
        self.until_ms = self.clock.at_ms + duration_ms
        return len(self.seen)

    async def renew(self, name: str, holder: str, token: int, duration_ms: int) -> bool:
        raise NotImplementedError

    async def release(self, name: str, holder: str, token: int) -> None:
        self.released.append((name, holder, token))


async def test_it_renews_in_time_and_leaves() -> None:
    clock = HandClock()
    leases = Leases(clock, away=2)
    task = asyncio.create_task(sign_on(leases, "w1", clock))
    while len(leases.seen) < 8:
        await asyncio.sleep(0)
    assert {later - one for one, later in zip(leases.seen, leases.seen[1:], strict=False)} == {RENEW_MS}
    assert leases.until_ms >= clock.at_ms
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert leases.released == [("worker:w1", "w1", len(leases.seen))]
