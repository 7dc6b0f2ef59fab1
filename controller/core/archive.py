"""When alarms and held evidence are copied to a destination, and what of them goes into one export. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from controller.core.export import LONGEST_EXPORT_MS, MOST_ALARMS, MOST_SPANS
from controller.core.export_target import TARGET_FAULTS
from controller.core.spans import Span, merge, subtract, within

Every = Literal["hour", "day"]
ItemKind = Literal["alarm", "hold"]
HOUR_MS = 3_600_000
SETTLED_MS = 600_000
"""An alarm is copied once its last occurrence ended so long ago, and once more when it grows after all."""
FAULTS: frozenset[str] = frozenset({"no_room", "store_away", *TARGET_FAULTS})
"""Reasons of an export that waits by which its archive is failing; others only take their time."""


@dataclass(frozen=True, slots=True)
class Item:
    """An alarm, or a hold, with what cameras saw of it."""

    kind: ItemKind
    ref: str
    spans: tuple[tuple[str, Span], ...]  # camera, [start_ms, end_ms)
    upto: int = 0  # last entry of an alarm's history

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


Spans = Sequence[tuple[str, Span]]


def lacking(wanted: Spans, there: Spans) -> tuple[tuple[str, Span], ...]:
    """What of `wanted` is not `there` yet, by camera."""
    return tuple(
        (camera, rest)
        for camera, span in wanted
        for rest in subtract([span], merge([known for of, known in there if of == camera]))
    )


def brought(wanted: Spans, there: Spans) -> tuple[tuple[str, Span], ...]:
    """What of `wanted` is `there`, by camera."""
    return tuple(
        (camera, part)
        for camera, span in wanted
        for part in within(merge([known for of, known in there if of == camera]), *span)
    )


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


def late_since(next_ms: int, last_ok_ms: int, every: Every, now_ms: int) -> int | None:
    """Since when a run is overdue, or two rounds are over in which nothing succeeded; None: it is in time."""
    round_ms = HOUR_MS if every == "hour" else 24 * HOUR_MS
    since_ms = min(next_ms, last_ok_ms + 2 * round_ms) + HOUR_MS
    return since_ms if now_ms > since_ms else None


def failing_since(failing_ms: int, late_ms: int | None) -> int | None:
    """Since when something is wrong with an archive; `failing_ms` 0: nothing of it failed."""
    known = [at_ms for at_ms in (failing_ms or None, late_ms) if at_ms is not None]
    return min(known) if known else None
