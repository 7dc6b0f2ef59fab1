"""Manages sessions: everybody sees and ends their own, an administrator everybody's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.ports.access import Kept


class SessionBook(Protocol):
    """The database as who manages sessions sees it."""

    async def of(self, username: str) -> Sequence[Kept]:
        """Somebody's that last, the last used first; `Missing` without such a user."""
        ...

    async def end(self, username: str, session_id: str, who: str, what: str, address: str) -> None:
        """`Missing` when they have no such session."""
        ...

    async def end_all(self, username: str, who: str, address: str, but: str | None = None) -> int:
        """How many; `Missing` without such a user."""
        ...


@dataclass(frozen=True, slots=True)
class ManageSessions:
    """What is open of one ends within seconds, as after being shut out."""

    _book: SessionBook

    async def of(self, username: str) -> Sequence[Kept]:
        return await self._book.of(username)

    async def log_out(self, username: str, session_id: str, address: str) -> None:
        """End the one that somebody is using."""
        await self._book.end(username, session_id, username, "logout", address)

    async def end(self, username: str, session_id: str, who: str, address: str) -> None:
        """End one elsewhere."""
        await self._book.end(username, session_id, who, "session.end", address)

    async def end_all(self, username: str, who: str, address: str, but: str | None = None) -> int:
        """End all, but the one that is being used if that is named."""
        return await self._book.end_all(username, who, address, but)
