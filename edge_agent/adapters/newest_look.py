"""The newest look at one camera: who waits gets that, whatever came before it."""

import asyncio

from edge_agent.core.sightings import Look


class NewestLook:
    """Put in by whoever hears of looks, awaited by whoever judges them."""

    def __init__(self) -> None:
        self._look: Look | None = None
        self._fresh = asyncio.Event()

    def put(self, look: Look) -> None:
        """This one is newer."""
        self._look = look
        self._fresh.set()

    async def next_look(self) -> Look:
        """Wait for one that was not given yet."""
        while True:
            await self._fresh.wait()
            self._fresh.clear()
            if self._look is not None:
                return self._look
