"""What is asked of the past: which alarms and which events, and the hours of the day as spans of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from controller.core.records import AlarmKind
from controller.core.spans import Span, within
from shared.errors import Rejected
from shared.kinds import AlarmState, Severity
from shared.texts import say

DAY_MS = 24 * 3_600_000
USUAL_MS = 31 * DAY_MS
"""How far back is looked where nothing else is said."""
MOST_HOURLY_MS = 92 * DAY_MS
"""Hours of the day are asked of a quarter at most: each of its days is a span of its own."""
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, and which hours of its days: minutes since local midnight; the last one is not in it."""

    from_ms: int
    to_ms: int
    hours: tuple[int, int] | None = None  # where the end is not after the begin, it is the next day's

    def spans(self, zone: ZoneInfo) -> tuple[Span, ...]:
        """The times meant, oldest first; daylight saving moves them as it moves the clock on the wall."""
        if self.hours is None:
            return ((self.from_ms, self.to_ms),)
        begin, end = self.hours
        first, last = (datetime.fromtimestamp(at_ms / 1000, zone).date() for at_ms in (self.from_ms, self.to_ms))
        found: list[Span] = []
        for ordinal in range(first.toordinal() - 1, last.toordinal() + 1):
            until = ordinal if end > begin else ordinal + 1
            found.append((_unix_ms(ordinal, begin, zone), _unix_ms(until, end, zone)))
        return within(found, self.from_ms, self.to_ms)


def _unix_ms(ordinal: int, minute: int, zone: ZoneInfo) -> int:
    """A minute of a day, both by the clock on the wall, as Unix ms."""
    days, minute = divmod(minute, _DAY_MINUTES)
    at = datetime.combine(datetime.fromordinal(ordinal + days), time(minute // 60, minute % 60), zone)
    return round(at.astimezone(UTC).timestamp() * 1000)


def window_of(now_ms: int, from_ms: int | None, to_ms: int | None, hours: tuple[int, int] | None) -> Window:
    """What is meant where an end is left open: up to now, from a month before. `Rejected` names the field."""
    to_ms = now_ms if to_ms is None else to_ms
    from_ms = max(0, to_ms - USUAL_MS) if from_ms is None else from_ms
    if from_ms >= to_ms:
        raise Rejected("from_ms", say("search_ends_first"))
    if hours is not None and to_ms - from_ms > MOST_HOURLY_MS:
        raise Rejected("hours", say("search_hours_long", days=MOST_HOURLY_MS // DAY_MS))
    return Window(from_ms, to_ms, hours)


@dataclass(frozen=True, slots=True)
class AlarmSearch:
    """Alarms whose first occurrence lies in the window; every list that is not empty has to name what an alarm has."""

    window: Window
    cameras: Sequence[str] = ()
    severities: Sequence[Severity] = ()
    states: Sequence[AlarmState] = ()
    kinds: Sequence[AlarmKind] = ()
    rules: Sequence[str] = ()  # names, as they were
    zones: Sequence[str] = ()  # names
    assessments: Sequence[str] = ()
    least_s: float = 0.0  # from its condition to the end of its last occurrence
    text: str = ""  # in its number, names, notes or descriptions


@dataclass(frozen=True, slots=True)
class EventSearch:
    """Events that began in the window."""

    window: Window
    cameras: Sequence[str] = ()
    classes: Sequence[str] = ()  # one of them was seen in it
    alarmed: bool | None = None  # whether an alarm came of it
    least_s: float = 0.0
