"""Fake relays that a node pushes live pictures to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class FakePush:
    """Relays in memory: frames by path."""

    def __init__(self) -> None:
        self.frames: dict[str, list[bytes]] = {}
        self.open: set[str] = set()

    @asynccontextmanager
    async def connect(self, path: str) -> AsyncIterator["FakePush._Socket"]:
        self.open.add(path)
        try:
            yield FakePush._Socket(self.frames.setdefault(path, []))
        finally:
            self.open.discard(path)

    class _Socket:
        def __init__(self, frames: list[bytes]) -> None:
            self._frames = frames

        async def send(self, frame: bytes) -> None:
            self._frames.append(frame)
