"""People handle alarms: acknowledge, resolve; everybody hears of it at once."""

from dataclasses import dataclass
from typing import Protocol

from controller.ports import Bell, State


class AlarmMoves(Protocol):
    """What people do to alarms; each answers with the whole state after it."""

    async def acknowledge(self, alarm: str, who: str, note: str, address: str = "") -> State: ...

    async def resolve(self, alarm: str, who: str, assessment: str, note: str, address: str = "") -> State: ...


@dataclass(frozen=True, slots=True)
class HandleAlarms:
    """Each move is one transaction; the bell only makes the news fast."""

    store: AlarmMoves
    bell: Bell

    async def acknowledge(self, alarm: str, who: str, note: str, address: str) -> State:
        state = await self.store.acknowledge(alarm, who, note, address)
        await self.bell.ring("feed")
        return state

    async def resolve(self, alarm: str, who: str, assessment: str, note: str, address: str) -> State:
        state = await self.store.resolve(alarm, who, assessment, note, address)
        await self.bell.ring("feed")
        return state
