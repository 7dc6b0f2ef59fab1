"""A store in memory, where a node's uplink ends."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from shared.errors import Rejected, Transient
from shared.messages import Grant


class FakeUplink:
    """A store in memory; `faults` are raised first, one for each PUT."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.puts: list[str] = []
        self.faults: deque[Exception] = deque()
        self.fails: set[str] = set()  # paths that are answered 500, always
        self.refuses: set[bytes] = set()  # bodies whose hash is not the granted one
        self.gate = asyncio.Event()
        self.gate.set()

    async def put(self, grant: Grant, body: AsyncIterator[bytes], length_bytes: int) -> None:
        self.puts.append(grant.url)
        await self.gate.wait()
        if grant.url in self.fails:
            raise Transient("store: answered 500")
        if self.faults:
            raise self.faults.popleft()
        data = b"".join([chunk async for chunk in body])
        if len(data) != length_bytes:
            raise Rejected("body", f"{len(data)} bytes instead of {length_bytes}")
        if data in self.refuses:
            raise Rejected("grant", "the store answered 400")
        self.objects.setdefault(grant.url, data)
