"""A fake of what looks at cameras."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from edge_agent.core.sightings import Look
from edge_agent.ports import CameraFeed


class FakeWatcher:
    """The Watcher port with looks that the test pushes in."""

    def __init__(self) -> None:
        self.looks: asyncio.Queue[Look] = asyncio.Queue()
        self.watched: list[str] = []
        self.watching = 0

    @asynccontextmanager
    async def watch(self, feed: CameraFeed) -> AsyncIterator["FakeWatcher"]:
        self.watched.append(feed.camera)
        self.watching += 1
        try:
            yield self
        finally:
            self.watching -= 1

    async def next_look(self) -> Look:
        return await self.looks.get()
