"""Tells how much lies in the second store, how much waits to move there, and what is wrong with it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from controller.core.conditions import Condition, Key
from controller.core.retention import Retention
from controller.core.tiers import Fault, Moves, Standing
from controller.ports import State
from shared.english import Code
from shared.texts import say

_TEXTS: Mapping[Fault, Code] = {
    "away": "alarm_second_away",
    "full": "alarm_second_full",
    "differs": "alarm_second_differs",
}


class TierReads(Protocol):
    """The database as this flow sees it."""

    async def standing(self) -> Standing: ...

    async def lying(self) -> tuple[int, int]:
        """How many recordings the second store has, and their bytes."""
        ...

    async def waiting(self, moves: Moves, retention: Retention) -> tuple[int, int]:
        """How many are to move now, and their bytes."""
        ...


@dataclass(frozen=True, slots=True)
class TellTiers:
    """`kind`: of the second store; None: the settings name none."""

    rows: TierReads
    rules: Callable[[], Awaitable[tuple[Moves, Retention]]]
    kind: str | None

    async def state(self) -> State | None:
        """SecondStoreOut; None: there is none, and nothing lies in one."""
        runs, used_bytes = await self.rows.lying()
        if self.kind is None and not runs:
            return None
        waiting, standing = (0, 0), Standing()
        if self.kind is not None:
            waiting, standing = await self.rows.waiting(*await self.rules()), await self.rows.standing()
        return {
            "kind": self.kind,
            "runs": runs,
            "used_bytes": used_bytes,
            "waiting_runs": waiting[0],
            "waiting_bytes": waiting[1],
            "moved_ms": standing.moved_ms,
            "fault": standing.fault,
            "since_ms": standing.since_ms,
        }

    async def conditions(self) -> Mapping[Key, Condition]:
        """Nothing can be moved, or what was moved is out of reach."""
        key = Key("upkeep_trouble", "second")
        if self.kind is None:
            runs, _ = await self.rows.lying()
            return {key: Condition(say("alarm_second_unnamed", count=runs))} if runs else {}
        standing = await self.rows.standing()
        if standing.fault is None:
            return {}
        return {key: Condition(say(_TEXTS[standing.fault]), standing.since_ms)}
