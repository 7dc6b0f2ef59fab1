"""People handle alarms: acknowledge, assign, note, resolve, shelve, pass up; everybody hears of it at once."""

from dataclasses import dataclass
from typing import Protocol

from controller.core.lifecycle import Deed
from controller.ports import Bell, State


class AlarmHands(Protocol):
    """What people do to alarms."""

    async def act(self, alarm: str, deed: Deed, rev: int | None = None, address: str = "") -> State:
        """AlarmOut after it. `Changed` when another person acted since `rev`, `Rejected` for what is illegal."""
        ...

    async def assignees(self) -> list[str]:
        """Who may be given an alarm, by name."""
        ...


@dataclass(frozen=True, slots=True)
class HandleAlarms:
    """Each deed is one transaction; the bell only makes the news fast."""

    _store: AlarmHands
    bell: Bell | None

    async def act(self, alarm: str, deed: Deed, rev: int | None = None, address: str = "") -> State:
        """AlarmOut after the deed."""
        state = await self._store.act(alarm, deed, rev, address)
        if self.bell is not None:
            await self.bell.ring("feed")
        return state

    async def assignees(self) -> list[str]:
        """Who may be given an alarm, by name."""
        return await self._store.assignees()
