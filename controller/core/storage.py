"""When the store is full, at the pace of the last days and with what retention takes away. Pure.

Invariants, held by tests/unit/controller/core/test_storage.py:
1. Less than a day of footage foretells nothing.
2. Where retention by age takes away what comes in before the bound is reached, the store never fills.
3. The sooner it is full, the more comes in a day or the smaller the bound is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Outlook = Literal["young", "levels", "fills", "shortens", "unbounded"]
"""young: nobody can say yet; levels: stays below its bound; fills: its disk will be full; shortens: the quota will take
footage before its time; unbounded: no bound is known, and it levels off."""
DAY_MS = 86_400_000
MEASURED_DAYS = 7
"""So many days of footage, at most, tell the pace."""
_FURTHEST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes of one age, in whole days; 0: of the last 24 hours. Those that went again count for the pace alone."""

    held_bytes: int = 0
    came_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Bound:
    """How long footage is kept, and how much may be: by a quota, by the room on its disk, or by nothing known."""

    retention_days: int
    quota_bytes: int | None = None
    free_bytes: int | None = None  # on the store's disk


@dataclass(frozen=True, slots=True)
class Forecast:
    """What will become of the store at the pace of the last days."""

    outlook: Outlook
    measured_days: float  # how much footage the pace is from
    day_bytes: int | None = None  # that come in a day
    limit_bytes: int | None = None
    full_in_days: float | None = None
    level_bytes: int | None = None  # what retention by age leaves in the end
    keeps_days: float | None = None  # how far back it will reach in the end


def forecast(used_bytes: int, by_age: Mapping[int, Kept], oldest_days: float, bound: Bound) -> Forecast:
    """`by_age`: bytes by the age of their footage; `oldest_days`: how long ago the first of it was recorded."""
    limit_bytes = bound.quota_bytes
    if bound.free_bytes is not None:
        room = used_bytes + bound.free_bytes
        limit_bytes = room if limit_bytes is None else min(limit_bytes, room)
    measured = min(float(MEASURED_DAYS), oldest_days)
    if measured < 1:
        return Forecast("young", measured, limit_bytes=limit_bytes)
    came = sum(kept.came_bytes for age, kept in by_age.items() if age < MEASURED_DAYS)
    day_bytes = round(came / measured)
    level_bytes = day_bytes * bound.retention_days
    keeps_days = float(bound.retention_days)
    if limit_bytes is None:
        return Forecast("unbounded", measured, day_bytes, None, None, level_bytes, keeps_days)
    full_in_days = _full_in(used_bytes, by_age, day_bytes, limit_bytes, bound.retention_days)
    if full_in_days is None:
        return Forecast("levels", measured, day_bytes, limit_bytes, None, level_bytes, keeps_days)
    by_quota = bound.quota_bytes is not None and limit_bytes == bound.quota_bytes
    keeps_days = limit_bytes / day_bytes if day_bytes else keeps_days
    outlook: Outlook = "shortens" if by_quota else "fills"
    return Forecast(outlook, measured, day_bytes, limit_bytes, full_in_days, level_bytes, keeps_days)


def _full_in(
    used_bytes: int, by_age: Mapping[int, Kept], day_bytes: int, limit_bytes: int, retention_days: int
) -> float | None:
    """Day by day: what comes in, less what grows too old; None: never."""
    if used_bytes >= limit_bytes:
        return 0.0
    used = float(used_bytes)
    for day in range(min(_FURTHEST_DAYS, retention_days)):
        kept = by_age.get(retention_days - 1 - day)
        change = day_bytes - (0 if kept is None else kept.held_bytes)
        if used + change >= limit_bytes:
            return day + (limit_bytes - used) / change
        used += change
    return None  # from here on a day takes as much as it brings
