"""Fake relays that a node pushes live pictures to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class FakePush:
    """Relays in memory: frames by path."""

    def __init__(self) -> None:
        self.frames: dict[str, list[bytes]] = {}
        self.open: set[str] = set()
        self.gate = asyncio.Event()
        self.gate.set()
        self.dialled = 0
        self.answers = asyncio.Event()
        self.answers.set()

    @asynccontextmanager
    async def connect(self, path: str) -> AsyncIterator["FakePush._Socket"]:
        self.dialled += 1
        await self.answers.wait()
        self.open.add(path)
        try:
            yield FakePush._Socket(self.frames.setdefault(path, []), self.gate)
        finally:
            self.open.discard(path)

    class _Socket:
        def __init__(self, frames: list[bytes], gate: asyncio.Event) -> None:
            self._frames = frames
            self._gate = gate

        async def send(self, frame: bytes) -> None:
            await self._gate.wait()
            self._frames.append(frame)
