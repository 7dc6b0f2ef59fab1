"""What stands in for the world in the controller's tests: a clock set by hand, a broker's ends, a store in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.clock import to_datetime
from shared.errors import Rejected, Transient
from shared.messages import Grant, Message
from shared.topics import Channel, M
from tests.builders import T0


class HandClock:
    """Time that moves when told to; a sleep moves it at once."""

    def __init__(self, unix_ms: int = T0) -> None:
        self.at_ms = unix_ms
        self._start_ms = unix_ms

    def now(self) -> datetime:
        return to_datetime(self.at_ms)

    def unix_ms(self) -> int:
        return self.at_ms

    def monotonic_ms(self) -> int:
        return self.at_ms - self._start_ms

    async def sleep_ms(self, duration_ms: float) -> None:
        self.at_ms += round(duration_ms)
        await asyncio.sleep(0)


class Wire:
    """Keeps what was published; hands messages to those who listen. Fails while `down`."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.down = False
        self.handlers: list[tuple[str, Callable[[str, bytes], Awaitable[None]]]] = []

    async def send(self, channel: Channel[M], message: M, **levels: str) -> None:
        if self.down:
            raise Transient("broker: not connected")
        channel.decode(channel.encode(message))
        self.sent.append((channel.topic(**levels), message))

    def subscribe(self, topic_filter: str, handler: Callable[[str, bytes], Awaitable[None]]) -> None:
        self.handlers.append((topic_filter, handler))

    def listen(
        self, channel: Channel[M], handler: Callable[[dict[str, str], M], Awaitable[None]], **levels: str
    ) -> None:
        async def decode(topic: str, payload: bytes) -> None:
            found = channel.match(topic)
            if found is not None:
                await handler(found, channel.decode(payload))

        self.subscribe(channel.filter(**levels), decode)

    def of(self, kind: type[Message]) -> list[Any]:
        return [message for _, message in self.sent if isinstance(message, kind)]


class MemoryObjects:
    """`ObjectStore` in memory; `hang` makes HEAD wait, `down` makes it fail, `kept` makes DELETE fail."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[bytes, str]] = {}
        self.down = False
        self.kept = False
        self.hang: asyncio.Event | None = None

    async def grant_put(self, key: str, length_bytes: int, sha256: str, md5: str) -> Grant:
        if self.down:
            raise Transient("store: away")
        del sha256
        headers = {"Content-Length": str(length_bytes)}
        return Grant(url=f"/media/put/{key}?md5={md5}", headers=headers, expires_at=to_datetime(T0 + 900_000))

    async def head(self, key: str) -> tuple[int, str] | None:
        if self.hang is not None:
            await self.hang.wait()
        if self.down:
            raise Transient("store: away")
        found = self.held.get(key)
        return None if found is None else (len(found[0]), found[1])

    async def fetch(self, key: str, into: Path) -> None:
        into.write_bytes(await self.get(key))

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        del content_type
        self.held[key] = (data, "")

    async def get(self, key: str) -> bytes:
        if key not in self.held:
            raise Rejected("object", f"{key} is not in the store")
        return self.held[key][0]

    async def read(self, key: str, offset: int, length: int) -> bytes:
        if self.down:
            raise Transient("store: away")
        data = (await self.get(key))[offset : offset + length]
        if len(data) != length:
            raise Rejected("object", f"{key} ends before it should")
        return data

    async def delete(self, key: str) -> None:
        if self.down or self.kept:
            raise Transient("store: away")
        self.held.pop(key, None)
