"""Supervise: keep one flow running, whatever happens in it."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from shared.clock import Clock
from shared.errors import CctvError

log = structlog.get_logger("supervise")

_FIRST_MS = 1_000
_LONGEST_MS = 30_000
_CALM_MS = 60_000


async def supervise(name: str, work: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Run `work` for ever; when it ends or fails, start it again after 1 to 30 s. Ends by cancellation only."""
    delay_ms = _FIRST_MS
    while True:
        began_ms = clock.monotonic_ms()
        try:
            await work()
            log.warning("flow ended", flow=name)
        except CctvError as fault:
            log.warning("flow failed", flow=name, error=str(fault), kind=type(fault).__name__)
        except Exception:  # outermost loop of every flow: one must not take the others with it
            log.exception("flow broke", flow=name)
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError  # the flow failed while it was being stopped
        if clock.monotonic_ms() - began_ms > _CALM_MS:
            delay_ms = _FIRST_MS
        await clock.sleep_ms(delay_ms)
        delay_ms = min(_LONGEST_MS, delay_ms * 2)
