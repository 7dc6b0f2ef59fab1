"""What a camera recorded, day by day: how much of the time that was due, and what is missing by its cause. Pure.

Invariants, held by tests/unit/controller/core/test_proof.py:
1. The parts of a day (recorded, planned, missing, not told) are never negative and make up exactly its counted time.
2. Time before a camera's first entry, and the last minutes, count nowhere.
3. What a plan or maintenance took is no fault: it is left out of what was due.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from controller.core.spans import Span, common, joined, total_ms, within

LATE_MS = 180_000
"""A minute is told when it is over and its word has come: the last three are not expected yet."""
PLANNED: frozenset[str] = frozenset({"recording off", "not retained by policy"})
"""Causes that somebody wanted."""
_SEAM_MS = 1_000


@dataclass(frozen=True, slots=True)
class Days:
    """The site's days of a range, oldest first."""

    dates: tuple[date, ...]
    borders_ms: tuple[int, ...]  # one more than dates

    @property
    def span(self) -> Span:
        return self.borders_ms[0], self.borders_ms[-1]

    def day(self, place: int) -> Span:
        """Begin and end of a day."""
        return self.borders_ms[place], self.borders_ms[place + 1]


@dataclass(frozen=True, slots=True)
class Tally:
    """Gaps of one cause that begin on one day, as far as they lie in it."""

    place: int  # of the day
    cause: str
    gaps: int
    ms: int


@dataclass(frozen=True, slots=True)
class Told:
    """What the database counted of one camera."""

    first_ms: int | None = None  # its first entry, ever
    recorded: Mapping[int, int] = field(default_factory=dict)  # ms of each day, by its place
    tallies: Sequence[Tally] = ()
    long: Sequence[tuple[str, Span]] = ()  # gaps that go on after midnight: from there on
    worked: Sequence[tuple[str, Span]] = ()  # gaps that touch maintenance, which are among the others too
    works: Sequence[Span] = ()  # maintenance


@dataclass(frozen=True, slots=True)
class Cause:
    """What is missing of a day for one reason. Planned: somebody wanted it so."""

    cause: str
    planned: bool
    ms: int
    gaps: int


@dataclass(frozen=True, slots=True)
class Day:
    """One camera's day; `counted_ms` is the sum of the four parts."""

    counted_ms: int
    recorded_ms: int
    planned_ms: int
    missing_ms: int
    untold_ms: int
    causes: tuple[Cause, ...]

    @property
    def due_ms(self) -> int:
        return self.counted_ms - self.planned_ms


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch that was not recorded, for one cause; `covered_ms` of its length really were not."""

    start_ms: int
    end_ms: int
    cause: str
    planned: bool
    covered_ms: int


def days_of(now_ms: int, count: int, zone: ZoneInfo) -> Days:
    """The last `count` days of the site, today included."""
    today = datetime.fromtimestamp(now_ms / 1000, zone).date()
    dates = tuple(today - timedelta(days=back) for back in range(count - 1, -1, -1))
    return Days(dates, tuple(_begin_ms(one, zone) for one in (*dates, today + timedelta(days=1))))


def proof(days: Days, told: Told, now_ms: int) -> tuple[Day | None, ...]:
    """Every day of the range; None: nothing of it counts (yet)."""
    return tuple(_day(days.day(place), place, told, now_ms) for place in range(len(days.dates)))


def _day(day: Span, place: int, told: Told, now_ms: int) -> Day | None:
    span = max(day[0], day[1] if told.first_ms is None else told.first_ms), min(day[1], now_ms - LATE_MS)
    counted_ms = left_ms = span[1] - span[0]
    if counted_ms <= 0:
        return None
    recorded_ms = min(left_ms, max(0, told.recorded.get(place, 0)))
    left_ms -= recorded_ms
    found: dict[tuple[bool, str], tuple[int, int]] = {}

    def add(cause: str, gaps: int, ms: int, *, planned: bool) -> None:
        before = found.get((planned, cause), (0, 0))
        found[planned, cause] = before[0] + gaps, before[1] + ms

    for tally in (one for one in told.tallies if one.place == place):
        add(tally.cause, tally.gaps, tally.ms, planned=tally.cause in PLANNED)
    for cause, gap in told.long:
        if here_ms := total_ms(within([gap], *span)):
            add(cause, 1, here_ms, planned=cause in PLANNED)
    for cause, gap in told.worked:
        here_ms = total_ms(common(within([gap], *span), told.works))
        if here_ms and cause not in PLANNED:
            add(cause, -1, -here_ms, planned=False)
            add(cause, 1, here_ms, planned=True)
    causes: list[Cause] = []
    for (planned, cause), (gaps, ms) in sorted(found.items(), key=lambda one: (one[0][0], -one[1][1], one[0][1])):
        if (here_ms := min(ms, left_ms)) > 0:
            causes.append(Cause(cause, planned, here_ms, max(1, gaps)))
            left_ms -= here_ms
    planned_ms = sum(one.ms for one in causes if one.planned)
    missing_ms = sum(one.ms for one in causes if not one.planned)
    return Day(counted_ms, recorded_ms, planned_ms, missing_ms, left_ms, tuple(causes))


def joined_gaps(gaps: Iterable[tuple[str, Span]], works: Sequence[Span]) -> tuple[Gap, ...]:
    """Gaps of one cause that touch are one, oldest first: a node tells them minute by minute."""
    by_cause: dict[str, list[Span]] = {}
    for cause, gap in gaps:
        by_cause.setdefault(cause, []).append(gap)
    found = [
        Gap(start, end, cause, _is_planned(cause, (start, end), works), total_ms(within(spans, start, end)))
        for cause, spans in by_cause.items()
        for start, end in joined(spans, _SEAM_MS)
    ]
    return tuple(sorted(found, key=lambda gap: (gap.start_ms, gap.cause)))


def _is_planned(cause: str, gap: Span, works: Sequence[Span]) -> bool:
    return cause in PLANNED or total_ms(common([gap], works)) * 2 > gap[1] - gap[0]


def _begin_ms(day: date, zone: ZoneInfo) -> int:
    return round(datetime.combine(day, time(), zone).astimezone(UTC).timestamp() * 1000)
