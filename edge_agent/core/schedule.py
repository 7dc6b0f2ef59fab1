"""Decides by weekly windows in the site's own time when a camera records, what of it is uploaded, and when. Pure.

Invariants, held by tests/unit/edge_agent/core/test_schedule.py:
1. Every minute of every week has exactly one answer, the one that the clock on the wall gives: an hour that the
   clocks repeat is judged alike both times, one that they leave out is nobody's.
2. A window belongs to the day on which it begins; one that ends at or before its start ends on the day after.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from shared.errors import Rejected
from shared.kinds import MediaClass

RecordMode = Literal["continuous", "schedule", "motion", "off"]
UploadMode = Literal["events", "continuous", "schedule", "off"]
Due = Literal["all", "events", "asked"]
"""What is uploaded of a time: all of it, the clips of events, or only what somebody asks for."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MIN = 1_440
_EXAMPLES = "'mon-fri 08:00-18:00', 'sat,sun 22:00-06:00' or 'daily 00:00-24:00'"
_WINDOW = re.compile(r"([a-z,-]+) ([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Window:
    """On these days (0 is Monday) from minute to minute of the day; `end_min` <= `start_min`: over midnight."""

    days: frozenset[int]
    start_min: int
    end_min: int

    def holds(self, weekday: int, minute: int) -> bool:
        """Whether a minute of the week is inside."""
        if self.start_min < self.end_min:
            return weekday in self.days and self.start_min <= minute < self.end_min
        if minute >= self.start_min:
            return weekday in self.days
        return minute < self.end_min and (weekday - 1) % 7 in self.days


@dataclass(frozen=True, slots=True)
class Schedule:
    """Any of these windows, on the clock of `zone`."""

    windows: tuple[Window, ...] = ()
    zone: tzinfo = UTC

    def holds(self, now_ms: int) -> bool:
        """Whether this instant is inside a window."""
        local = (_EPOCH + timedelta(milliseconds=now_ms)).astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(window.holds(local.weekday(), minute) for window in self.windows)


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """When a camera records."""

    mode: RecordMode = "continuous"
    schedule: Schedule = Schedule()

    def wants(self, now_ms: int, *, moving: bool) -> bool:
        """Whether to record now; `moving`: an event runs."""
        match self.mode:
            case "continuous":
                return True
            case "schedule":
                return self.schedule.holds(now_ms)
            case "motion":
                return moving
            case "off":
                return False


@dataclass(frozen=True, slots=True)
class UploadPlan:
    """What of a camera is due for upload without anybody's asking; what an alarm promotes is due besides."""

    mode: UploadMode = "events"
    schedule: Schedule = Schedule()

    @property
    def events(self) -> bool:
        """Whether the clips of events are."""
        return self.mode == "events"

    def everything(self, now_ms: int) -> bool:
        """Whether all that is recorded now is."""
        return self.mode == "continuous" or (self.mode == "schedule" and self.schedule.holds(now_ms))

    def due(self, now_ms: int) -> Due:
        """What of this time's recording is due without being asked for."""
        return "all" if self.everything(now_ms) else "events" if self.events else "asked"


@dataclass(frozen=True, slots=True)
class TransferPlan:
    """When footage may travel, by its class. Promoted footage always may; no windows: all may, always."""

    schedule: Schedule = Schedule()
    always: frozenset[MediaClass] = frozenset()

    def lets(self, media_class: MediaClass, now_ms: int) -> bool:
        """Whether footage of this class may be sent now."""
        if media_class == "promoted" or media_class in self.always or not self.schedule.windows:
            return True
        return self.schedule.holds(now_ms)


def parse_window(text: str) -> Window:
    """Read "mon-fri 08:00-18:00", "sat,sun 22:00-06:00" or "daily 00:00-24:00"; raises `Rejected`."""
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise Rejected("window", f"{text!r} is not like {_EXAMPLES}")
    start_min, end_min = _minutes(text, match[2], match[3]), _minutes(text, match[4], match[5])
    if start_min == _DAY_MIN:
        raise Rejected("window", f"{text!r} begins at 24:00: say 00:00")
    return Window(_days(text, match[1]), start_min, end_min)


def _minutes(text: str, hours: str, minutes: str) -> int:
    found = int(hours) * 60 + int(minutes)
    if found > _DAY_MIN or int(minutes) >= 60:  # noqa: PLR2004 - minutes of an hour
        raise Rejected("window", f"{text!r}: {hours}:{minutes} is no time of day")
    return found


def _days(text: str, days: str) -> frozenset[int]:
    if days == "daily":
        return frozenset(range(7))
    found: set[int] = set()
    for part in days.split(","):
        first, dash, last = part.partition("-")
        last = last if dash else first
        if first not in _DAYS or last not in _DAYS:
            raise Rejected("window", f"{text!r}: {part!r} names no days; say {', '.join(_DAYS)}, mon-fri or daily")
        begin, end = _DAYS.index(first), _DAYS.index(last)
        found.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return frozenset(found)
