"""When alarms and held evidence are copied to a destination, and what of them goes into one export. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from controller.core.export import LONGEST_EXPORT_MS, MOST_ALARMS, MOST_SPANS
from controller.core.spans import Span

Every = Literal["hour", "day"]
ItemKind = Literal["alarm", "hold"]
HOUR_MS = 3_600_000
SETTLED_MS = 600_000
"""An alarm whose last occurrence ended so long ago grows no more."""
FAILS_AT = 2
"""So many runs in a row that failed are trouble."""


@dataclass(frozen=True, slots=True)
class Item:
    """An alarm, or a hold, with what cameras saw of it."""

    kind: ItemKind
    ref: str
    spans: tuple[tuple[str, Span], ...]  # camera, [start_ms, end_ms)

    @property
    def length_ms(self) -> int:
        return sum(end - start for _, (start, end) in self.spans)


def next_run(every: Every, at_min: int, zone: ZoneInfo, after_ms: int) -> int:
    """The first moment after `after_ms`: each full hour, or each day at so many minutes of the site's own clock."""
    if every == "hour":
        return (after_ms // HOUR_MS + 1) * HOUR_MS
    day = datetime.fromtimestamp(after_ms / 1000, UTC).astimezone(zone).date()
    for ahead in range(3):
        one = day + timedelta(days=ahead)
        local = datetime(one.year, one.month, one.day, at_min // 60, at_min % 60, tzinfo=zone)
        found = round(local.timestamp() * 1000)
        if found > after_ms:
            return found
    raise AssertionError("a day has no end")


def portions(items: Sequence[Item]) -> list[list[Item]]:
    """`items` in their order as exports: each within what one export may hold, unless one item alone is more."""
    found: list[list[Item]] = []
    for item in items:
        if found:
            last = [*found[-1], item]
            fits = len(last) <= MOST_ALARMS and sum(len(one.spans) for one in last) <= MOST_SPANS
            if fits and sum(one.length_ms for one in last) <= LONGEST_EXPORT_MS:
                found[-1] = last
                continue
        found.append([item])
    return found


def is_late(next_ms: int, last_ok_ms: int, every: Every, now_ms: int) -> bool:
    """Whether a run is overdue, or nothing succeeded for more than two rounds."""
    round_ms = HOUR_MS if every == "hour" else 24 * HOUR_MS
    return now_ms - next_ms > HOUR_MS or now_ms - last_ok_ms > 2 * round_ms + HOUR_MS
