"""Shows that a worker is there, also while there is nothing to judge: a lease of its own that it keeps renewing."""

import asyncio
import contextlib
from typing import NoReturn

from controller.core.lease import LEASE_MS, RENEW_MS, WORKER
from controller.flows.lead import LeaseStore
from shared.clock import Clock
from shared.errors import CctvError, Transient

_LEAVE_S = 1


async def sign_on(leases: LeaseStore, holder: str, clock: Clock) -> NoReturn:
    """Renew until cancelled, and leave then; while the database is away nobody counts anything."""
    name, token = f"{WORKER}{holder}", 0
    try:
        while True:
            with contextlib.suppress(Transient):
                token = await leases.take(name, holder, LEASE_MS) or token
            await clock.sleep_ms(RENEW_MS)
    finally:
        with contextlib.suppress(CctvError, TimeoutError):
            async with asyncio.timeout(_LEAVE_S):
                await leases.release(name, holder, token)
