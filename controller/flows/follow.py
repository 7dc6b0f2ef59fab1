"""Follows the feed once for all who listen: woken by the bell, looking each second anyway."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from controller.ports import Bell, State
from shared.errors import Transient

log = structlog.get_logger("feed")

_POLL_S = 1.0
_PAGE = 200
_QUEUE_ITEMS = 500
_REPLAY_ITEMS = 5_000


class FeedReads(Protocol):
    """The feed, resumed by id."""

    async def after(self, last_id: int, limit: int = 200) -> list[State]: ...

    async def bounds(self) -> tuple[int, int]: ...

    async def cursor(self, name: str) -> int | None: ...

    async def move_cursor(self, name: str, feed_id: int) -> None: ...


@dataclass(slots=True, eq=False)
class Listener:
    """One reader: `next` waits for the next item; `slow` once it fell too far behind."""

    queue: asyncio.Queue[State] = field(default_factory=lambda: asyncio.Queue(_QUEUE_ITEMS))
    slow: bool = False

    async def next(self) -> State | None:
        """The next item in order, or None when this listener was cut for being slow."""
        if self.slow and self.queue.empty():
            return None
        return await self.queue.get()

    def give(self, item: State) -> None:
        if self.slow:
            return
        try:
            self.queue.put_nowait(item)
        except asyncio.QueueFull:
            self.slow = True


class FeedFollower:
    """Reads each row once and hands it to every listener."""

    def __init__(self, feed: FeedReads, bell: Bell) -> None:
        self._feed = feed
        self._bell = bell
        self._listeners: set[Listener] = set()
        self._last: int | None = None

    async def run(self) -> None:
        """Follow until cancelled; a database that is away is tried again."""
        while True:
            try:
                while await self._step():
                    pass
            except Transient as fault:
                log.warning("feed unreadable for the moment", error=str(fault))
            await self._bell.wait("feed", _POLL_S)

    def pass_on(self, kind: str, data: State) -> None:
        """Something that is only true now: told to who listens, never stored, never missed."""
        for listener in self._listeners:
            listener.give({"id": self._last or 0, "kind": kind, "data": data})

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[tuple[int, Listener]]:
        """Join: the newest id at this moment, and everything after it."""
        if self._last is None:
            self._last = (await self._feed.bounds())[1]
        listener = Listener()
        newest = self._last
        self._listeners.add(listener)
        try:
            yield newest, listener
        finally:
            self._listeners.discard(listener)

    async def has_since(self, since: int, newest: int) -> bool:
        """Whether everything after `since` is still there, and few enough to be told."""
        oldest, _ = await self._feed.bounds()
        return oldest - 1 <= since <= newest and newest - since <= _REPLAY_ITEMS

    async def missed(self, since: int, newest: int) -> AsyncIterator[State]:
        """Rows after `since` up to `newest`; none when too many were missed: reading everything again is less."""
        oldest, _ = await self._feed.bounds()
        if since < oldest - 1 or newest - since > _REPLAY_ITEMS:
            return
        while since < newest:
            rows = await self._feed.after(since, _PAGE)
            for row in rows:
                if row["id"] > newest:
                    return
                yield row
            if not rows:
                return
            since = rows[-1]["id"]

    async def _step(self) -> bool:
        if self._last is None:
            self._last = (await self._feed.bounds())[1]
        rows = await self._feed.after(self._last, _PAGE)
        for row in rows:
            for listener in self._listeners:
                listener.give(row)
        if rows:
            self._last = int(rows[-1]["id"])
        return len(rows) == _PAGE
