"""Works while this process holds a lease; stops the work when the lease is lost."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from shared.clock import Clock
from shared.errors import Transient

log = structlog.get_logger("lead")

LEASE_MS = 10_000
RENEW_MS = 3_000


class LeaseStore(Protocol):
    """Leadership as rows that run out."""

    async def acquire(self, name: str, holder: str, duration_ms: int) -> bool:
        """Take or renew; False when someone else has it."""
        ...

    async def release(self, name: str, holder: str) -> None: ...


async def lead(leases: LeaseStore, name: str, holder: str, clock: Clock, work: Callable[[], Awaitable[None]]) -> None:
    """Wait for the lease, then run `work` for as long as it can be renewed; again and again, until cancelled.

    `work` is cancelled before the lease could be someone else's: it never runs twice at once. Its own end or error
    ends this too.
    """
    while True:
        await _wait_for(leases, name, holder, clock)
        log.info("leading", lease=name)
        working = asyncio.ensure_future(work())
        keeping = asyncio.ensure_future(_keep(leases, name, holder, clock))
        try:
            await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = working.done()
            for task in (working, keeping):
                task.cancel()
            await asyncio.gather(working, keeping, return_exceptions=True)
            with contextlib.suppress(Transient):
                await leases.release(name, holder)
        if ended:
            return working.result()
        log.warning("lost the lease", lease=name)


async def _wait_for(leases: LeaseStore, name: str, holder: str, clock: Clock) -> None:
    while True:
        with contextlib.suppress(Transient):
            if await leases.acquire(name, holder, LEASE_MS):
                return
        await clock.sleep_ms(RENEW_MS / 3)


async def _keep(leases: LeaseStore, name: str, holder: str, clock: Clock) -> None:
    """Return when the lease is lost, or could not be renewed for so long that it nearly is."""
    renewed_ms = clock.monotonic_ms()
    while clock.monotonic_ms() - renewed_ms < LEASE_MS - RENEW_MS:
        await clock.sleep_ms(RENEW_MS)
        asked_ms = clock.monotonic_ms()
        with contextlib.suppress(Transient):
            if not await leases.acquire(name, holder, LEASE_MS):
                return
            renewed_ms = asked_ms
