"""A run of retention that would take too much is shown, told as a trouble, and let go by somebody who has seen it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Protocol

from controller.core.conditions import Condition, Key
from controller.core.sweep_guard import Guard
from controller.flows.manage_exports import Asker
from controller.ports import State
from shared.texts import say


class SweepGuards(Protocol):
    """What the sweep remembers."""

    async def guard(self) -> Guard: ...

    async def confirm(self, token: str, who: str, address: str) -> None:
        """`Missing`: nothing waits; `Conflict`: what waits is not what was shown."""
        ...


@dataclass(frozen=True, slots=True)
class LetSweep:
    """The run that waits, for people."""

    guards: SweepGuards

    async def state(self) -> State | None:
        """SweepWaitingOut; None: nothing waits."""
        held = (await self.guards.guard()).held
        if held is None:
            return None
        plan = held.plan
        return {
            "token": plan.token,
            "since_ms": held.since_ms,
            "as_of_ms": plan.as_of_ms,
            "leapt": held.leapt,
            "confirmed": held.confirmed,
            "due": plan.due,
            "due_bytes": plan.due_bytes,
            "stored_bytes": plan.length_bytes,
            "shares": [asdict(one) for one in plan.shares if one.count],
        }

    async def confirm(self, token: str, asker: Asker) -> State | None:
        """Let it go. SweepWaitingOut after that: it goes within a minute or two."""
        await self.guards.confirm(token, asker.name, asker.address)
        return await self.state()

    async def conditions(self) -> Mapping[Key, Condition]:
        """It waits."""
        held = (await self.guards.guard()).held
        if held is None or held.confirmed:
            return {}
        plan = held.plan
        share = round(100 * plan.due_bytes / plan.length_bytes) if plan.length_bytes else 100
        text = say("alarm_sweep_waits", count=plan.due, percent=share)
        return {Key("upkeep_trouble", "sweep"): Condition(text, held.since_ms)}
