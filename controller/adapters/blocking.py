"""Blocking work in a thread that ends with who waits for it."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from controller.adapters.checked_file import Stopped
from shared.errors import Transient

R = TypeVar("R")


async def blocking(call: Callable[[Callable[[], bool]], R], stop: threading.Event | None = None) -> R:
    """Run blocking work in a thread. When cancelled it is told to stop, and waited for: nothing is left running."""
    stop = threading.Event() if stop is None else stop
    working = asyncio.ensure_future(asyncio.to_thread(call, stop.is_set))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait({working})
        if not working.cancelled():
            working.exception()
        raise
    except Stopped as fault:
        raise Transient(f"stopped: {fault}") from None
