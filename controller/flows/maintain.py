"""Maintenance: people say what is being worked on, why and until when; its alarms are kept and nobody is told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from controller.ports import Bell, State


class Maintenances(Protocol):
    """Windows of maintenance."""

    async def begin(
        self, window: str, scope: str, target: str, minutes: int, why: str, who: str, address: str = ""
    ) -> State: ...

    async def end(self, window: str, who: str, address: str = "") -> State: ...

    async def in_force(self) -> list[State]: ...


@dataclass(frozen=True, slots=True)
class Maintain:
    """MaintenanceOut after each step; `mint` makes ids."""

    _store: Maintenances
    bell: Bell | None
    mint: Callable[[], str]

    async def begin(self, scope: str, target: str, minutes: int, why: str, who: str, address: str = "") -> State:
        """A window that begins now."""
        state = await self._store.begin(self.mint(), scope, target, minutes, why, who, address)
        await self._ring()
        return state

    async def end(self, window: str, who: str, address: str = "") -> State:
        """The window is over now."""
        state = await self._store.end(window, who, address)
        await self._ring()
        return state

    async def in_force(self) -> list[State]:
        """Every window that lasts."""
        return await self._store.in_force()

    async def _ring(self) -> None:
        if self.bell is not None:
            await self.bell.ring("feed")
