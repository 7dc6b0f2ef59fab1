"""The packets of one live view, on their way from a camera's process to whoever watches."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from edge_agent.core.media import Packet, Quality, StreamInfo

_LIVE_PACKETS_MAX = 600


class Subscription:
    """One live view's packets; a reader that is too slow loses all up to the next keyframe."""

    def __init__(self, quality: Quality) -> None:
        self.quality: Quality = quality
        self._queue: deque[tuple[StreamInfo, Packet]] = deque()
        self._ready = asyncio.Event()
        self._waits = True

    def put(self, stream: StreamInfo, packet: Packet) -> None:
        if len(self._queue) >= _LIVE_PACKETS_MAX:
            self._queue.clear()
            self._waits = True
        if self._waits and not packet.key:
            return
        self._waits = False
        self._queue.append((stream, packet))
        self._ready.set()

    async def packets(self) -> AsyncIterator[tuple[StreamInfo, Packet]]:
        while True:
            while self._queue:
                yield self._queue.popleft()
            self._ready.clear()
            await self._ready.wait()
