"""Measures how much alarms ask of people over a span."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

from controller.core.alarm_load import AlarmFact, Load, load
from controller.ports import State
from shared.clock import Clock
from shared.errors import Rejected
from shared.texts import say

_HOUR_MS = 3_600_000
_LONGEST_MS = 92 * 24 * _HOUR_MS
_OPERATORS_MAX = 100


class LoadReads(Protocol):
    """The alarms of a span."""

    async def facts(self, from_ms: int, to_ms: int) -> Sequence[AlarmFact]: ...

    async def stale(self, now: datetime) -> Sequence[int]: ...


@dataclass(frozen=True, slots=True)
class MeasureLoad:
    """`operators`: how many people answer alarms at the same time, where nobody says."""

    reads: LoadReads
    clock: Clock
    operators: int = 1

    async def state(self, from_ms: int | None, to_ms: int | None, operators: int | None = None) -> State:
        """AlarmLoadOut of [from_ms, to_ms); the last 24 hours where nothing is given."""
        return asdict(await self.measure(from_ms, to_ms, operators))

    async def measure(self, from_ms: int | None = None, to_ms: int | None = None, operators: int | None = None) -> Load:
        """The same as a value."""
        now_ms = self.clock.unix_ms()
        end_ms = now_ms if to_ms is None else min(to_ms, now_ms)
        start_ms = end_ms - 24 * _HOUR_MS if from_ms is None else from_ms
        if not 0 < end_ms - start_ms <= _LONGEST_MS:
            raise Rejected(
                "from", say("out_of_range", value=str(start_ms), least=end_ms - _LONGEST_MS, most=end_ms - 1)
            )
        people = self.operators if operators is None else operators
        if not 1 <= people <= _OPERATORS_MAX:
            raise Rejected("operators", say("out_of_range", value=str(people), least=1, most=_OPERATORS_MAX))
        facts = await self.reads.facts(start_ms, end_ms)
        return load(facts, await self.reads.stale(self.clock.now()), start_ms, end_ms, people)
