"""The Ear port: one camera's sound, as its process tells it, handed to whoever listens now."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from edge_agent.adapters.camera_wire import Listen, SoundHeard, SoundTold
from edge_agent.core.sound import SoundInfo, SoundPacket, SoundSigns

_PACKETS_MAX = 50
"""A second of sound; who takes it more slowly loses what is oldest."""


class CameraSound:
    """One camera where sound is switched on. Its process is told whether anybody listens."""

    def __init__(self) -> None:
        self.signs = SoundSigns("starting")
        self._ears: set[_Listening] = set()
        self._say: Callable[[Listen], None] = _to_nobody

    def begin(self, say: Callable[[Listen], None]) -> None:
        """The camera's process has begun."""
        self._say = say
        if self._ears:
            say(Listen(True))

    def end(self) -> None:
        """The camera's process has ended."""
        self._say = _to_nobody
        self.signs = SoundSigns("starting")

    def hear(self, message: SoundTold | SoundHeard) -> None:
        """Take what the camera's process tells."""
        match message:
            case SoundTold(info, fault):
                self.signs = SoundSigns("lost" if info is None else "on", info, fault)
            case SoundHeard(packet):
                for ear in self._ears:
                    ear.put(self.signs.info, packet)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[AsyncIterator[tuple[SoundInfo, SoundPacket]]]:
        ear = _Listening()
        self._ears.add(ear)
        if len(self._ears) == 1:
            self._say(Listen(True))
        try:
            yield ear.packets()
        finally:
            self._ears.discard(ear)
            if not self._ears:
                self._say(Listen(False))


class _Listening:
    """What waits for one who listens."""

    def __init__(self) -> None:
        self._queue: deque[tuple[SoundInfo, SoundPacket]] = deque(maxlen=_PACKETS_MAX)
        self._ready = asyncio.Event()

    def put(self, info: SoundInfo | None, packet: SoundPacket) -> None:
        if info is not None:
            self._queue.append((info, packet))
            self._ready.set()

    async def packets(self) -> AsyncIterator[tuple[SoundInfo, SoundPacket]]:
        while True:
            while self._queue:
                yield self._queue.popleft()
            self._ready.clear()
            await self._ready.wait()


def _to_nobody(_message: Listen) -> None:
    """There is no process to tell; the next one is told when it begins."""
