"""One store made of two: what comes in goes to the first, what moved is read from the second, nobody notices.

An object is absent where both stores say so. A store that does not answer may have it: that is `Transient`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

import structlog

from controller.core.fsck import ListedObject
from controller.ports import WholeStore
from shared.errors import Rejected, Transient
from shared.messages import Grant

log = structlog.get_logger("store")

R = TypeVar("R")


class Places(Protocol):
    """In which store the database says that an object lies."""

    async def beyond(self, key: str) -> bool:
        """Whether the second store has it, or may have it."""
        ...


class UnnamedStore:
    """In place of a second store that the settings do not name: what the database says lies there is out of reach."""

    def __init__(self, places: Places) -> None:
        self._places = places

    async def head(self, key: str) -> tuple[int, str] | None:
        await self._ask(key)
        return None

    async def fetch(self, key: str, into: Path) -> None:
        del into
        await self._none(key)

    async def get(self, key: str) -> bytes:
        return await self._none(key)

    async def read(self, key: str, offset: int, length: int) -> bytes:
        del offset, length
        return await self._none(key)

    async def delete(self, key: str) -> None:
        await self._ask(key)

    def close(self) -> None:
        """There is nothing to let go of."""

    async def _ask(self, key: str) -> None:
        if await self._places.beyond(key):
            raise Transient("store: this lies in a second store that the settings do not name: put store.second back")

    async def _none(self, key: str) -> bytes:
        await self._ask(key)
        raise Rejected("object", f"{key} is not in the store")


class TieredStore:
    """All that is asked of a store, over two. Only recordings move: other objects are the first's."""

    def __init__(self, first: WholeStore, second: WholeStore | UnnamedStore, places: Places) -> None:
        self.first = first
        self.second = second
        self._places = places

    async def grant_put(self, key: str, length_bytes: int, sha256: str, md5: str) -> Grant:
        """Leave for exactly these bytes, in the first."""
        return await self.first.grant_put(key, length_bytes, sha256, md5)

    async def accept_put(
        self, key: str, query: Mapping[str, str], content_length: int | None, stream: AsyncIterator[bytes]
    ) -> bool:
        """Take an upload, into the first. False: the object is there already."""
        return await self.first.accept_put(key, query, content_length, stream)

    async def head(self, key: str) -> tuple[int, str] | None:
        away: Transient | None = None
        try:
            found = await self.first.head(key)
            if found is not None or not _moves(key):
                return found
        except Transient as fault:
            if not _moves(key):
                raise
            away = fault
        found = await self.second.head(key)
        if found is None and away is not None:
            raise away
        return found

    async def fetch(self, key: str, into: Path) -> None:
        await self._either(key, lambda store: store.fetch(key, into))

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        await self.first.put(key, data, content_type)

    async def get(self, key: str) -> bytes:
        return await self._either(key, lambda store: store.get(key))

    async def read(self, key: str, offset: int, length: int) -> bytes:
        return await self._either(key, lambda store: store.read(key, offset, length))

    async def delete(self, key: str) -> None:
        """From both. A second store that is away keeps nothing from going that was never meant for it."""
        await self.first.delete(key)
        if not _moves(key):
            return
        try:
            await self.second.delete(key)
        except Transient as fault:
            if await self._places.beyond(key):
                raise
            log.info("second store not asked to delete", key=key, error=str(fault))

    async def listed(self, after: str) -> AsyncIterator[list[ListedObject]]:
        """Of the first, in its own order."""
        async for part in self.first.listed(after):
            yield part

    def close(self) -> None:
        """Let go of both."""
        self.first.close()
        self.second.close()

    async def _either(self, key: str, call: Callable[[WholeStore | UnnamedStore], Awaitable[R]]) -> R:
        """From the first; what is not there, or cannot be had there, from the second."""
        try:
            return await call(self.first)
        except (Transient, Rejected) as fault:
            if not _moves(key) or (isinstance(fault, Rejected) and fault.field != "object"):
                raise
            first = fault
        try:
            return await call(self.second)
        except Rejected as fault:
            if fault.field == "object":
                raise first from None
            raise


def _moves(key: str) -> bool:
    """Whether it is a recording."""
    return key.endswith(".mp4")
