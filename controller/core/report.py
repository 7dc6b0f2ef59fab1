"""A shift, a day or a week in figures: which time is meant, and what its counts come to. Pure.

Invariants, held by tests/unit/controller/core/test_report.py:
1. A day is from midnight to midnight by the site's clock, and a shift as the clock on the wall has it: daylight saving
   makes them longer or shorter, and no moment of a week is in two of its days.
2. Every alarm is counted in one hour of one weekday, and in one day.
3. What nobody could tell of equipment is neither compliant nor missing: the rate is of what was told.
4. Who may not be in a zone at all is exposed there, and in no rate: that would always be nought.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from controller.core.records import RuleKind
from controller.core.search import Window
from shared.errors import Rejected
from shared.texts import say

Period = Literal["shift", "day", "week"]
STEP_MS = 900_000
"""Every zone's clock is a whole number of these from UTC: counts by them are counts by any local hour."""
_DAYS: Mapping[Period, int] = {"shift": 1, "day": 1, "week": 7}
TREND = 12
"""How many periods a trend goes over."""
FIRST_DAY, LAST_DAY = date(2000, 1, 3), date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """`day`: the first one; of a week the Monday. `hours`: of each of its days, as minutes since midnight."""

    period: Period
    day: date
    hours: tuple[int, int] | None = None

    def window(self, zone: ZoneInfo) -> Window:
        """The time meant. A night shift is its evening's."""
        days = _DAYS[self.period]
        over = self.hours is not None and self.hours[1] <= self.hours[0]
        first_ms, last_ms = _midnight_ms(self.day, zone), _midnight_ms(self.day + timedelta(days=days), zone)
        if not over or self.hours is None:
            return Window(first_ms, last_ms, self.hours)
        begin_ms = _midnight_ms(self.day, zone, self.hours[0])
        end_ms = _midnight_ms(self.day + timedelta(days=days), zone, self.hours[1])
        return Window(begin_ms, end_ms, self.hours)

    def before(self, times: int = 1) -> "Asked":
        """The same of the time before, or so many times before that."""
        return Asked(self.period, self.day - timedelta(days=times * _DAYS[self.period]), self.hours)

    def trend(self) -> list["Asked"]:
        """It and those before it, oldest first."""
        return [self.before(times) for times in range(TREND - 1, -1, -1)]


def asked(period: Period, day: date | None, hours: tuple[int, int] | None, today: date) -> Asked:
    """What is meant; without a day the last one that is over, or the last whole week. `Rejected` names the field."""
    if period == "shift" and hours is None:
        raise Rejected("hours", say("missing"))
    day = today - timedelta(days=7 if period == "week" else 1) if day is None else day
    return Asked(period, day - timedelta(days=day.weekday()) if period == "week" else day, hours)


def _midnight_ms(day: date, zone: ZoneInfo, minute: int = 0) -> int:
    at = datetime(day.year, day.month, day.day, minute // 60 % 24, minute % 60, tzinfo=zone)
    at = at + timedelta(days=minute // 1440)  # by the clock on the wall
    return round(at.astimezone(UTC).timestamp() * 1000)


def days_of(window: Window, zone: ZoneInfo) -> list[str]:
    """The local days that it touches, as 2026-03-01."""
    spans = window.spans(zone)
    found = dict.fromkeys(
        str(datetime.fromtimestamp(at_ms / 1000, zone).date()) for start, end in spans for at_ms in (start, end - 1)
    )
    first = date.fromisoformat(min(found))
    return [str(first + timedelta(days=ahead)) for ahead in range((date.fromisoformat(max(found)) - first).days + 1)]


def by_day(steps: Mapping[int, int], days: Sequence[str], zone: ZoneInfo) -> list[int]:
    """How many on each of `days`, of counts by `STEP_MS` of Unix time."""
    counted = dict.fromkeys(days, 0)
    for step, count in steps.items():
        counted[str(_local(step, zone).date())] += count
    return list(counted.values())


def by_hour(steps: Mapping[int, int], zone: ZoneInfo) -> list[list[int]]:
    """How many in each hour of each weekday, Monday first."""
    cells = [[0] * 24 for _ in range(7)]
    for step, count in steps.items():
        at = _local(step, zone)
        cells[at.weekday()][at.hour] += count
    return cells


def _local(step: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(step * STEP_MS / 1000, zone)


def percentile_s(values_ms: Iterable[int], share: float) -> float | None:
    """Nearest rank, in s; None of nothing."""
    ranked = sorted(values_ms)
    return round(ranked[max(0, -(-round(share * 100) * len(ranked) // 100) - 1)] / 1000, 1) if ranked else None


@dataclass(frozen=True, slots=True)
class Times:
    """When an alarm was raised and answered, Unix ms; by whom it was acknowledged."""

    raised_ms: int
    acknowledged_ms: int | None
    resolved_ms: int | None
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """How fast alarms were answered; those that were not are counted, and in no median."""

    acknowledged: int
    unacknowledged: int
    resolved: int
    unresolved: int
    acknowledge_median_s: float | None
    acknowledge_p95_s: float | None
    resolve_median_s: float | None
    resolve_p95_s: float | None


def response(times: Sequence[Times]) -> Response:
    """An alarm that was resolved without being acknowledged was answered then."""
    first = [one.resolved_ms if one.acknowledged_ms is None else one.acknowledged_ms for one in times]
    answered = [at - one.raised_ms for at, one in zip(first, times, strict=True) if at is not None]
    resolved = [one.resolved_ms - one.raised_ms for one in times if one.resolved_ms is not None]
    return Response(
        acknowledged=len(answered),
        unacknowledged=len(times) - len(answered),
        resolved=len(resolved),
        unresolved=len(times) - len(resolved),
        acknowledge_median_s=percentile_s(answered, 0.5),
        acknowledge_p95_s=percentile_s(answered, 0.95),
        resolve_median_s=percentile_s(resolved, 0.5),
        resolve_p95_s=percentile_s(resolved, 0.95),
    )


@dataclass(frozen=True, slots=True)
class Worn:
    """For how long equipment was seen on people of a camera, seen to be missing, or could not be told."""

    camera: str
    item: str
    compliant_ms: int
    missing_ms: int
    unknown_ms: int

    @property
    def rate(self) -> float | None:
        """Share of what could be told, 0..1; None where nothing could."""
        told_ms = self.compliant_ms + self.missing_ms
        return round(self.compliant_ms / told_ms, 4) if told_ms else None


@dataclass(frozen=True, slots=True)
class Presence:
    """What a rule made of everybody in its zone, over all its cameras."""

    zone_name: str | None
    rule_name: str
    kind: RuleKind
    cameras: int
    judged_ms: int
    present_ms: int
    breach_ms: int
    unknown_ms: int
    tracks: int

    @property
    def forbidden(self) -> bool:
        """Nobody may be there at all."""
        return self.kind == "zone_intrusion"

    @property
    def exposure_ms(self) -> int:
        """For how long people were in danger, as the rule has it."""
        return self.present_ms if self.forbidden else self.breach_ms

    @property
    def told_ms(self) -> int:
        """What a rate is of."""
        return 0 if self.forbidden else self.present_ms - self.unknown_ms

    @property
    def rate(self) -> float | None:
        """Share of the time in the zone without a breach, 0..1, of what could be told; None where nothing could."""
        return share(self.told_ms - self.breach_ms, self.told_ms)

    def judged_share(self, period_ms: int) -> float | None:
        """How much of its cameras' time was judged while it was in force."""
        whole_ms = self.cameras * period_ms
        return None if whole_ms <= 0 else min(1.0, round(self.judged_ms / whole_ms, 4))


@dataclass(frozen=True, slots=True)
class Safety:
    """All rules together. None: nothing was judged, so there is no figure."""

    rate: float | None
    exposure_ms: int | None
    present_ms: int | None


def safety(found: Sequence[Presence]) -> Safety:
    """A person whom two rules are about counts with each."""
    told_ms = sum(one.told_ms for one in found)
    against_ms = sum(one.breach_ms for one in found if not one.forbidden)
    judged = any(one.judged_ms for one in found)
    return Safety(
        rate=share(told_ms - against_ms, told_ms),
        exposure_ms=sum(one.exposure_ms for one in found) if judged else None,
        present_ms=sum(one.present_ms for one in found) if judged else None,
    )


def share(part: int, whole: int) -> float | None:
    """0..1; None of nothing."""
    return round(part / whole, 4) if whole else None
