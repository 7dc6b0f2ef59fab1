"""Looks for what happened: alarms and events by what is known of them."""

from dataclasses import dataclass
from typing import Protocol

from controller.core.search import AlarmSearch, EventSearch, Window, window_of
from controller.ports import State
from shared.clock import Clock


class PastReads(Protocol):
    """The database as this flow sees it; `Rejected` for a cursor that was not given out."""

    async def alarms(self, search: AlarmSearch, cursor: str | None, limit: int) -> State: ...

    async def events(self, search: EventSearch, cursor: str | None, limit: int) -> State: ...

    async def choices(self) -> State: ...


class Saved(Protocol):
    """Searches that people keep; nobody sees another's."""

    async def of(self, who: str) -> list[State]:
        """SavedSearch of each, by name."""
        ...

    async def save(self, who: str, name: str, query: dict[str, str]) -> State:
        """SavedSearch, which takes the place of another of that name."""
        ...

    async def forget(self, who: str, search: str) -> None: ...


@dataclass(frozen=True, slots=True)
class SearchPast:
    """Every answer says which time was looked through."""

    reads: PastReads
    clock: Clock
    saved: Saved

    def window(self, from_ms: int | None, to_ms: int | None, hours: tuple[int, int] | None) -> Window:
        """The time meant, where an end may be open: up to now, from a month before."""
        return window_of(self.clock.unix_ms(), from_ms, to_ms, hours)

    async def alarms(self, search: AlarmSearch, cursor: str | None, limit: int) -> State:
        """FoundAlarms."""
        return {**await self.reads.alarms(search, cursor, limit), **_said(search.window)}

    async def events(self, search: EventSearch, cursor: str | None, limit: int) -> State:
        """FoundEvents."""
        return {**await self.reads.events(search, cursor, limit), **_said(search.window)}

    async def choices(self) -> State:
        """SearchChoices."""
        return await self.reads.choices()


def _said(window: Window) -> State:
    return {"from_ms": window.from_ms, "to_ms": window.to_ms}
