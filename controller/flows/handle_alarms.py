"""People handle alarms: acknowledge, assign, note, resolve, shelve, pass up; everybody hears of it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from controller.core.lifecycle import Deed
from controller.errors import Changed, Missing
from controller.ports import Bell, State
from shared.errors import Rejected, Transient
from shared.texts import said, say


class AlarmHands(Protocol):
    """What people do to alarms."""

    async def act(self, alarm: str, deed: Deed, rev: int | None = None, address: str = "") -> State:
        """AlarmOut after it. `Changed` when another person acted since `rev`, `Rejected` for what is illegal."""
        ...

    async def assignees(self, alarm: str | None) -> list[str]:
        """Who may be given alarms, or this one, by name; `Missing` without such an alarm."""
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

    async def act_on_all(self, alarms: Mapping[str, int | None], deed: Deed, address: str = "") -> list[State]:
        """AlarmOutcomeOut of each, in order: a transaction of its own each, as by `act`, by id and the `rev` seen.

        What one alarm refuses keeps no other back. Once more does no more: what is done already changes nothing.
        """
        outcomes = [{"id": alarm, **await self._tried(alarm, deed, rev, address)} for alarm, rev in alarms.items()]
        if self.bell is not None:
            await self.bell.ring("feed")
        return outcomes

    async def _tried(self, alarm: str, deed: Deed, rev: int | None, address: str) -> State:
        try:
            return _outcome("done", await self._store.act(alarm, deed, rev, address))
        except Changed as changed:
            return _outcome("changed", changed.alarm, changed.fault)
        except Missing as missing:
            return _outcome("missing", None, missing.fault)
        except Rejected as refused:
            return _outcome("refused", None, refused.fault)
        except Transient:
            return _outcome("busy", None, say("busy"))

    async def assignees(self, alarm: str | None) -> list[str]:
        """Who may be given alarms, or this one, by name: somebody for whom it does not exist would never answer it."""
        return await self._store.assignees(alarm)


def _outcome(outcome: str, alarm: State | None, fault: str = "") -> State:
    return {"outcome": outcome, "alarm": alarm, "detail": fault, "said": said(fault)}
