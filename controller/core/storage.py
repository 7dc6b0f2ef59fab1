"""When the store is full, at the pace of the last days and with what retention takes away. Pure.

Invariants, held by tests/unit/controller/core/test_storage.py:
1. Less than a day of footage foretells nothing.
2. Where retention by age takes away what comes in before the bound is reached, the store never fills.
3. The sooner it is full, the more comes in a day or the smaller the bound is.
"""

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Pool:
    """Footage that is kept for equally long: bytes by its age."""

    retention_days: int
    by_age: Mapping[int, Kept]


def forecast(used_bytes: int, by_age: Mapping[int, Kept], oldest_days: float, bound: Bound) -> Forecast:
    """`by_age`: bytes by the age of their footage; `oldest_days`: how long ago the first of it was recorded."""
    return forecast_pools(used_bytes, [Pool(bound.retention_days, by_age)], oldest_days, bound)


def forecast_pools(used_bytes: int, pools: Sequence[Pool], oldest_days: float, bound: Bound) -> Forecast:
    """The same where footage is kept for different times; the bound's own retention says nothing then."""
    limit_bytes = bound.quota_bytes
    if bound.free_bytes is not None:
        room = used_bytes + bound.free_bytes
        limit_bytes = room if limit_bytes is None else min(limit_bytes, room)
    measured = min(float(MEASURED_DAYS), oldest_days)
    if measured < 1:
        return Forecast("young", measured, limit_bytes=limit_bytes)
    paces = [_pace(pool, measured) for pool in pools]
    day_bytes = sum(paces)
    level_bytes = sum(pace * pool.retention_days for pace, pool in zip(paces, pools, strict=True))
    keeps_days = float(max((pool.retention_days for pool in pools), default=bound.retention_days))
    if limit_bytes is None:
        return Forecast("unbounded", measured, day_bytes, None, None, level_bytes, keeps_days)
    full_in_days = _full_in(used_bytes, list(zip(paces, pools, strict=True)), limit_bytes)
    if full_in_days is None:
        return Forecast("levels", measured, day_bytes, limit_bytes, None, level_bytes, keeps_days)
    by_quota = bound.quota_bytes is not None and limit_bytes == bound.quota_bytes
    keeps_days = limit_bytes / day_bytes if day_bytes else keeps_days
    outlook: Outlook = "shortens" if by_quota else "fills"
    return Forecast(outlook, measured, day_bytes, limit_bytes, full_in_days, level_bytes, keeps_days)


def _pace(pool: Pool, measured_days: float) -> int:
    return round(sum(kept.came_bytes for age, kept in pool.by_age.items() if age < MEASURED_DAYS) / measured_days)


def _full_in(used_bytes: int, pools: Sequence[tuple[int, Pool]], limit_bytes: int) -> float | None:
    """Day by day: what comes in, less what grows too old; None: never."""
    if used_bytes >= limit_bytes:
        return 0.0
    used = float(used_bytes)
    for day in range(min(_FURTHEST_DAYS, max((pool.retention_days for _, pool in pools), default=0))):
        change = sum(_change(pace, pool, day) for pace, pool in pools)
        if used + change >= limit_bytes:
            return day + (limit_bytes - used) / change
        used += change
    return None  # from here on a day takes as much as it brings


def _change(day_bytes: int, pool: Pool, day: int) -> int:
    """What a day brings to a pool, less what grows too old of it; after its last day it takes as much as it brings."""
    age = pool.retention_days - 1 - day
    if age < 0:
        return 0
    kept = pool.by_age.get(age)
    return day_bytes - (0 if kept is None else kept.held_bytes)
