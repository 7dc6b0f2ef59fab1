"""When the nightly backup is due, and when the last good one is too old. Pure: time is an argument.

Invariants, held by tests/unit/controller/core/test_nightly.py:
1. One is due from its hour on until one was made since: also when the machine was off at that hour.
2. What is told of later than now (a clock was wrong once) neither counts as made nor keeps one back.
3. After a failure nothing is begun for an hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Literal

AGAIN = timedelta(hours=1)
OLD_MS = 26 * 3_600_000
"""A night and two hours: so old the last good backup may be."""
NIGHTLY = "system"
"""Who makes them, in the audit."""

Fault = Literal[
    "trial", "failed", "target_unknown", "target_gone", "target_refused", "target_away", "target_full",
    "target_altered", "target_shut",
]  # fmt: skip
"""What kept one from being made: put back on trial it was another, something else, or a word of its destination's."""


@dataclass(frozen=True, slots=True)
class Good:
    """A backup that was put back on trial and is right."""

    at: datetime
    file: str
    length_bytes: int | None = None  # none: nobody noted it


@dataclass(frozen=True, slots=True)
class Failed:
    """One that could not be made, or was not the same when it was put back."""

    at: datetime
    why: Fault


@dataclass(frozen=True, slots=True)
class Nights:
    """What the audit tells of the last nights, the newest first."""

    made: Sequence[datetime] = ()
    failed: Sequence[Failed] = ()
    good: Good | None = None

    @property
    def fault(self) -> Failed | None:
        """What the last one failed of; None: it did not."""
        newest = max(self.failed, key=lambda one: one.at, default=None)
        return None if newest is None or (self.good is not None and self.good.at >= newest.at) else newest


def slot(now: datetime, hour: int, zone: tzinfo) -> datetime:
    """The last moment at which that hour began there."""
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), time(hour), zone)
    return today if today <= local else datetime.combine(local.date() - timedelta(days=1), time(hour), zone)


def due(nights: Nights, now: datetime, hour: int, zone: tzinfo) -> bool:
    """Whether one is to be made now."""
    since = slot(now, hour, zone)
    if any(since <= at <= now for at in nights.made):
        return False
    return not any(now - AGAIN < one.at <= now for one in nights.failed)


def too_old(nights: Nights, now_ms: int) -> bool:
    """Whether the site has no good backup that is new enough."""
    return nights.good is None or now_ms - nights.good.at.timestamp() * 1000 > OLD_MS
