"""Writes the report of a shift, a day or a week: counts from the database, and what they come to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from controller.core.alarm_load import Load, band
from controller.core.report import (
    Asked,
    Presence,
    Times,
    Worn,
    by_day,
    by_hour,
    days_of,
    percentile_s,
    response,
    safety,
    share,
)
from controller.core.spans import Span, total_ms, within
from controller.ports import State
from shared.clock import Clock
from shared.errors import Rejected
from shared.texts import say


class ReportFigures(Protocol):
    """The database as this flow sees it."""

    async def causes(self, spans: Sequence[Span]) -> list[State]: ...

    async def steps(self, spans: Sequence[Span]) -> Mapping[tuple[str, str, str], Mapping[int, int]]: ...

    async def times(self, spans: Sequence[Span]) -> list[Times]: ...

    async def exposure(self, spans: Sequence[Span], now_ms: int) -> list[State]: ...

    async def presence(self, spans: Sequence[Span]) -> list[Presence]: ...

    async def presence_by_kind(self, spans: Sequence[Span]) -> list[Presence]: ...

    async def worn(self, spans: Sequence[Span]) -> list[Worn]: ...


class Loads(Protocol):
    """The alarm load of a span."""

    async def measure(self, from_ms: int | None, to_ms: int | None, operators: int | None = None) -> Load: ...


@dataclass(frozen=True, slots=True)
class WriteReport:
    """`zone`: whose days and hours are meant."""

    reads: ReportFigures
    loads: Loads
    clock: Clock
    zone: ZoneInfo

    def today(self) -> Any:
        """The day on the site's wall."""
        return datetime.fromtimestamp(self.clock.unix_ms() / 1000, self.zone).date()

    async def state(self, asked: Asked, *, names: bool = False) -> State:
        """ReportOut; `names`: also who answered. `Rejected` for a time that has not begun."""
        now_ms = self.clock.unix_ms()
        window, spans = asked.window(self.zone), self._spans(asked)
        if not spans:
            raise Rejected("day", say("search_ends_first"))
        causes, steps, times = (
            await self.reads.causes(spans),
            await self.reads.steps(spans),
            await self.reads.times(spans),
        )
        exposure = await self.reads.exposure(spans, now_ms)
        presence = await self.reads.presence(spans)
        total = Counter[int]()
        for each in steps.values():
            total.update(each)
        days = days_of(window, self.zone)
        return {
            "period": asked.period,
            "day": str(asked.day),
            "hours": asked.hours,
            "from_ms": window.from_ms,
            "to_ms": window.to_ms,
            "until_ms": min(window.to_ms, now_ms),
            "minutes": round(total_ms(spans) / 60_000),
            "timezone": str(self.zone),
            "alarms": _totals(causes),
            "before": await self._point(asked.before()),
            "causes": [{**one, "hours_of_week": by_hour(steps.get(_cause(one), {}), self.zone)} for one in causes],
            "safety": asdict(safety(presence)),
            "presence": [_presence(one, total_ms(spans)) for one in presence],
            "response": asdict(response(times)),
            "load": await self._load(spans),
            "exposure": [{**one, "held_ms": int(one["held_ms"])} for one in exposure],
            "worn": [{**asdict(one), "rate": one.rate} for one in await self.reads.worn(spans)],
            "days": [
                {"day": day, "alarms": count} for day, count in zip(days, by_day(total, days, self.zone), strict=True)
            ],
            "hours_of_week": by_hour(total, self.zone),
            "people": _people(times) if names else None,
        }

    async def trend(self, asked: Asked) -> State:
        """ReportTrend: this period and those before it, oldest first. `Rejected` for a time that has not begun."""
        if not self._spans(asked):
            raise Rejected("day", say("search_ends_first"))
        return {
            "period": asked.period,
            "points": [{"day": str(one.day), **await self._point(one)} for one in asked.trend()],
        }

    def _spans(self, asked: Asked) -> Sequence[Span]:
        """What of the time meant is over."""
        return within(asked.window(self.zone).spans(self.zone), 0, self.clock.unix_ms())

    async def _point(self, asked: Asked) -> State:
        """The main figures of one period."""
        spans = self._spans(asked)
        found = response(await self.reads.times(spans))
        return {
            **_totals(await self.reads.causes(spans)),
            **asdict(safety(await self.reads.presence_by_kind(spans))),
            "acknowledge_median_s": found.acknowledge_median_s,
            "resolve_median_s": found.resolve_median_s,
        }

    async def _load(self, spans: Sequence[Span]) -> State:
        """Of each span by itself: what lies between two night shifts asks nothing of them."""
        loads = [await self.loads.measure(start_ms, end_ms) for start_ms, end_ms in spans]
        minutes = [one.to_ms - one.from_ms for one in loads]
        per_10_min = sum(one.per_10_min * length for one, length in zip(loads, minutes, strict=True)) / sum(minutes)
        flooded = sum(one.flood_percent * length for one, length in zip(loads, minutes, strict=True)) / sum(minutes)
        return {
            "operators": loads[0].operators,
            "per_10_min": round(per_10_min, 3),
            "peak_10_min": max(one.peak_10_min for one in loads),
            "flood_percent": round(flooded, 2),
            "band": band(per_10_min),
        }


def _cause(one: State) -> tuple[str, str, str]:
    return one["rule_name"], one["kind"], one["severity"]


def _presence(one: Presence, period_ms: int) -> State:
    told = {"exposure_ms": one.exposure_ms, "rate": one.rate, "judged_share": one.judged_share(period_ms)}
    return {**asdict(one), **told}


def _totals(causes: Sequence[State]) -> State:
    names = ("alarms", "true_alarms", "false_alarms", "nuisance", "escalated", "open", "suppressed")
    found: dict[str, Any] = {name: sum(one[name] for one in causes) for name in names}
    assessed = found["true_alarms"] + found["false_alarms"] + found["nuisance"]
    found["unassessed"] = found["alarms"] - assessed
    found["nuisance_rate"] = share(found["false_alarms"] + found["nuisance"], assessed)
    return found


def _people(times: Sequence[Times]) -> list[State]:
    """How many alarms each acknowledged, and how fast."""
    took: dict[str, list[int]] = {}
    for one in times:
        if one.who is not None and one.acknowledged_ms is not None:
            took.setdefault(one.who, []).append(one.acknowledged_ms - one.raised_ms)
    counted = Counter({who: len(each) for who, each in took.items()})
    return [
        {"who": who, "acknowledged": count, "acknowledge_median_s": percentile_s(took[who], 0.5)}
        for who, count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    ]
