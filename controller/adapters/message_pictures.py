"""Pictures of alarms for messages; the store is opened when the first is asked for, and again if that failed."""

from collections.abc import Awaitable, Callable

from controller.adapters.queries import Queries
from controller.ports import ObjectStore

_LARGEST_BYTES = 1_000_000


class MessagePictures:
    """`Pictures` from the database and the store."""

    def __init__(self, queries: Queries, open_store: Callable[[], Awaitable[ObjectStore]]) -> None:
        self._queries = queries
        self._open_store = open_store
        self._store: ObjectStore | None = None

    async def of_alarm(self, alarm: str) -> bytes | None:
        """A JPEG, or None when there is none that may be sent."""
        key = await self._queries.alarm_picture(alarm)
        if key is None:
            return None
        if self._store is None:
            self._store = await self._open_store()
        data = await self._store.get(key)
        return data if len(data) <= _LARGEST_BYTES else None
