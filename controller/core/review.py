"""What somebody looks through: alarms, and events that none came of, in one order of time. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from controller.core.spans import Span
from shared.errors import Rejected
from shared.kinds import AlarmState, Severity
from shared.texts import say

Of = Literal["all", "alarms", "events"]
Place = tuple[int, str]
"""When something was, Unix ms, and its id: no two have the same."""
MOST_DAYS = 32  # a month, and what of a day another time zone adds


@dataclass(frozen=True, slots=True)
class ReviewWish:
    """What began in [from_ms, to_ms); every list that is not empty has to name what a thing has."""

    who: str  # whose pile it is
    from_ms: int
    to_ms: int
    of: Of = "all"
    cameras: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    states: tuple[AlarmState, ...] = ()
    classes: tuple[str, ...] = ()
    motion: bool = False  # events in which nothing was recognised, too
    left: bool = False  # only what `who` has not reviewed

    @property
    def alarms(self) -> bool:
        """Whether an alarm can be meant: it has no class of its own."""
        return self.of != "events" and not self.classes

    @property
    def events(self) -> bool:
        """Whether an event can be meant: it has neither severity nor state."""
        return self.of != "alarms" and not self.severities and not self.states


def newest(found: Iterable[Place], most: int) -> tuple[list[Place], str | None]:
    """The newest `most`, and the cursor of the page after; `found` needs `most` + 1 of each kind."""
    places = sorted(found, reverse=True)
    page = places[:most]
    return page, f"{page[-1][0]}.{page[-1][1]}" if len(places) > most else None


def days_of(from_ms: int, to_ms: int, zone: ZoneInfo) -> list[Span]:
    """The days by the clock on the wall that have some of [from_ms, to_ms), oldest first, each cut to it.

    `Rejected` names what is wrong with the span.
    """
    if from_ms >= to_ms:
        raise Rejected("from_ms", say("search_ends_first"))
    first, last = (datetime.fromtimestamp(at_ms / 1000, zone).date() for at_ms in (from_ms, to_ms - 1))
    count = last.toordinal() - first.toordinal() + 1
    if count > MOST_DAYS:
        raise Rejected("from_ms", say("too_many", count=count, most=MOST_DAYS))
    begins = [_begin_ms(ordinal, zone) for ordinal in range(first.toordinal(), last.toordinal() + 2)]
    return [(max(begin, from_ms), min(end, to_ms)) for begin, end in pairwise(begins)]


def _begin_ms(ordinal: int, zone: ZoneInfo) -> int:
    midnight = datetime.combine(date.fromordinal(ordinal), time(), zone)
    return round(midnight.astimezone(UTC).timestamp() * 1000)
