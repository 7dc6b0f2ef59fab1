"""A way out of the site for who works in threads: asked in a thread of its own, once a second at most."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

_KNOWN_S = 1.0


class WayLatch:
    """Call it before something goes: `WayShut` where nothing may."""

    def __init__(self, ask: Callable[[], Awaitable[None]]) -> None:
        self._ask = ask
        self._turn = threading.Lock()
        self._asked_s: float | None = None

    def __call__(self) -> None:
        with self._turn:
            if self._asked_s is not None and time.monotonic() - self._asked_s < _KNOWN_S:
                return
            self._asked_s = None
            with ThreadPoolExecutor(1) as beside:  # whoever calls may run a loop of their own
                beside.submit(self._wait).result()
            self._asked_s = time.monotonic()

    def _wait(self) -> None:
        async def asked() -> None:
            await self._ask()

        asyncio.run(asked())
