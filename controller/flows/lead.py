"""Works while this process holds a lease; stops the work when the lease is lost."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import structlog

from controller.core.lease import LEASE_MS, RENEW_MS, TRUSTED_MS, Term
from shared.clock import Clock
from shared.errors import Transient

log = structlog.get_logger("lead")

_Answer = TypeVar("_Answer")


class LeaseStore(Protocol):
    """Leadership as rows that run out."""

    async def take(self, name: str, holder: str, duration_ms: int) -> int | None:
        """Take it; the new token, or None when somebody else has it."""
        ...

    async def renew(self, name: str, holder: str, token: int, duration_ms: int) -> bool:
        """Keep it; False when it was taken since."""
        ...

    async def release(self, name: str, holder: str, token: int) -> None: ...


async def lead(leases: LeaseStore, term: Term, clock: Clock, work: Callable[[], Awaitable[None]]) -> None:
    """Wait for the lease, then run `work` for as long as it can be renewed; again and again, until cancelled.

    `work` is cancelled before the lease could be someone else's: it never runs twice at once. A process that was
    frozen is the exception, and `term` tells. Its own end or error ends this too.
    """
    while True:
        await _take(leases, term, clock)
        log.info("leading", lease=term.name, token=term.token)
        working = asyncio.ensure_future(work())
        keeping = asyncio.ensure_future(_keep(leases, term, clock))
        try:
            await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = working.done()
            for task in (working, keeping):
                task.cancel()
            await asyncio.gather(working, keeping, return_exceptions=True)
            term.end()
            with contextlib.suppress(Transient):
                await leases.release(term.name, term.holder, term.token)
        if ended:
            return working.result()
        log.warning("lost the lease", lease=term.name)


async def _take(leases: LeaseStore, term: Term, clock: Clock) -> None:
    while True:
        asked_ms = clock.monotonic_ms()
        token = await _answer(leases.take(term.name, term.holder, LEASE_MS), TRUSTED_MS)
        if token is not None:
            return term.begin(token, asked_ms)
        await clock.sleep_ms(RENEW_MS / 3)


async def _keep(leases: LeaseStore, term: Term, clock: Clock) -> None:
    """Return when the lease is lost, or could not be renewed for so long that it nearly is."""
    while (left_ms := term.until_ms - clock.monotonic_ms()) > 0:
        await clock.sleep_ms(min(RENEW_MS, left_ms))
        asked_ms = clock.monotonic_ms()
        renewing = leases.renew(term.name, term.holder, term.token, LEASE_MS)
        given = await _answer(renewing, term.until_ms - asked_ms)
        if given is False:
            return
        if given:
            term.renew(asked_ms)


async def _answer(asking: Awaitable[_Answer], within_ms: int) -> _Answer | None:
    """None: no answer in time. A driver may take long to be cancelled: nobody waits for that."""
    asked = asyncio.ensure_future(asking)
    asked.add_done_callback(_heed)
    try:
        await asyncio.wait({asked}, timeout=max(0, within_ms) / 1000)
    finally:
        asked.cancel()
    try:
        return asked.result() if asked.done() else None
    except Transient:
        return None


def _heed(asking: "asyncio.Future[_Answer]") -> None:
    """An answer that comes when nobody waits any more is none: not even for the loop's own log."""
    if not asking.cancelled():
        asking.exception()
