"""Works while this process holds a lease; stops the work when the lease is lost."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from controller.core.lease import LEASE_MS, RENEW_MS
from shared.clock import Clock
from shared.errors import Transient

log = structlog.get_logger("lead")

_TRUSTED_MS = LEASE_MS - RENEW_MS
"""How long after it was asked for a lease is worked under: what is left of it is for stopping."""


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
        renewed_ms = await _wait_for(leases, name, holder, clock)
        log.info("leading", lease=name)
        working = asyncio.ensure_future(work())
        keeping = asyncio.ensure_future(_keep(leases, name, holder, clock, renewed_ms))
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


async def _wait_for(leases: LeaseStore, name: str, holder: str, clock: Clock) -> int:
    """When the lease that was given was asked for, monotonic ms."""
    while True:
        asked_ms = clock.monotonic_ms()
        if await _acquire(leases, name, holder, _TRUSTED_MS):
            return asked_ms
        await clock.sleep_ms(RENEW_MS / 3)


async def _keep(leases: LeaseStore, name: str, holder: str, clock: Clock, renewed_ms: int) -> None:
    """Return when the lease is lost, or could not be renewed for so long that it nearly is."""
    while (left_ms := renewed_ms + _TRUSTED_MS - clock.monotonic_ms()) > 0:
        await clock.sleep_ms(min(RENEW_MS, left_ms))
        asked_ms = clock.monotonic_ms()
        given = await _acquire(leases, name, holder, renewed_ms + _TRUSTED_MS - asked_ms)
        if given is False:
            return
        if given:
            renewed_ms = asked_ms


async def _acquire(leases: LeaseStore, name: str, holder: str, within_ms: int) -> bool | None:
    """None: no answer in time. A driver may take long to be cancelled: nobody waits for that."""
    asking = asyncio.ensure_future(leases.acquire(name, holder, LEASE_MS))
    asking.add_done_callback(_heed)
    try:
        await asyncio.wait({asking}, timeout=max(0, within_ms) / 1000)
    finally:
        asking.cancel()
    try:
        return asking.result() if asking.done() else None
    except Transient:
        return None


def _heed(asking: asyncio.Future[bool]) -> None:
    """An answer that comes when nobody waits any more is none: not even for the loop's own log."""
    if not asking.cancelled():
        asking.exception()
