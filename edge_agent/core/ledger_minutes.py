"""Decides which minutes of a camera are ready for the ledger, and names the causes of missing time. Pure.

Invariants, held by tests/unit/edge_agent/core/test_ledger_minutes.py:
1. Each segment is in the entry of the minute in which it starts, and in no other.
2. Every instant between two entries' ends is covered by a segment or a gap, short seams aside.
3. Time is only *lost* where a camera was live for `SETTLE_MS`, was to be recorded, and its disk wrote.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.core.media import CameraState, Segment
from shared.kinds import GapCause

MINUTE_MS = 60_000
GRACE_MS = 20_000
SEAM_MS = 500
MAX_ENTRIES = 120
SETTLE_MS = 10_000
"""A camera that is back may take so long to its first keyframe: till then the cause is that of its absence."""

_ABSENT: tuple[GapCause, ...] = ("agent down", "camera stalled", "camera restarting")

DISK_FULL, DISK_ERROR = "disk full", "disk error"
"""What a recording error begins with when it is the disk's."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Time without footage."""

    start_ms: int
    end_ms: int
    cause: GapCause


@dataclass(frozen=True, slots=True)
class Sighting:
    """The camera was in this state from `from_ms` on."""

    from_ms: int
    state: CameraState
    error: str = ""
    recording: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """One camera-minute, or a stretch of minutes without any footage told as one."""

    minute_ms: int
    segments: tuple[Segment, ...]
    missing: tuple[Missing, ...]
    covered_to_ms: int


def minute_of(time_ms: int) -> int:
    return time_ms - time_ms % MINUTE_MS


def ready_until_ms(now_ms: int) -> int:
    """Minutes that end at or before this are complete: their last segment had time to close."""
    return minute_of(now_ms - GRACE_MS)


def entries(
    from_minute_ms: int,
    covered_to_ms: int,
    until_ms: int,
    segments: Sequence[Segment],
    sightings: Sequence[Sighting],
    agent_start_ms: int,
) -> tuple[Entry, ...]:
    """Write up the minutes from `from_minute_ms` to `until_ms`; footage before `covered_to_ms` is accounted for.

    `segments` are those that start in these minutes, oldest first. At most `MAX_ENTRIES`: ask again.
    """
    made: list[Entry] = []
    minute_ms = from_minute_ms
    last_ms = until_ms - MINUTE_MS
    while minute_ms <= last_ms and len(made) < MAX_ENTRIES:
        end_ms = minute_ms + MINUTE_MS
        here = tuple(s for s in segments if minute_ms <= s.start_ms < end_ms)
        if not here and covered_to_ms < end_ms and minute_ms < last_ms:
            following_ms = next((s.start_ms for s in segments if s.start_ms >= end_ms), last_ms)
            minute_ms = max(end_ms, min(minute_of(following_ms), last_ms))
            continue
        missing: list[Missing] = []
        for segment in here:
            if segment.start_ms - covered_to_ms > SEAM_MS:
                missing += _causes(covered_to_ms, segment.start_ms, sightings, agent_start_ms)
            covered_to_ms = max(covered_to_ms, segment.end_ms)
        if end_ms - covered_to_ms > SEAM_MS:
            missing += _causes(covered_to_ms, end_ms, sightings, agent_start_ms)
            covered_to_ms = end_ms
        made.append(Entry(minute_ms, here, tuple(missing), covered_to_ms))
        minute_ms = end_ms
    return tuple(made)


def _causes(start_ms: int, end_ms: int, sightings: Sequence[Sighting], agent_start_ms: int) -> list[Missing]:
    marks: list[tuple[int, GapCause]] = [(0, "agent down")]
    marks += [(max(s.from_ms, agent_start_ms), _cause(s)) for s in sightings if s.from_ms <= end_ms]
    if len(marks) == 1:
        marks.append((agent_start_ms, "camera restarting"))
    marks = _settled(marks)
    parts: list[Missing] = []
    for index, (from_ms, cause) in enumerate(marks):
        to_ms = marks[index + 1][0] if index + 1 < len(marks) else end_ms
        a, b = max(start_ms, from_ms), min(end_ms, to_ms)
        if b <= a:
            continue
        if parts and parts[-1].cause == cause and parts[-1].end_ms == a:
            parts[-1] = Missing(parts[-1].start_ms, b, cause)
        else:
            parts.append(Missing(a, b, cause))
    return parts


def _settled(marks: Sequence[tuple[int, GapCause]]) -> list[tuple[int, GapCause]]:
    """What an absence leaves behind counts to it."""
    found: list[tuple[int, GapCause]] = []
    for from_ms, cause in marks:
        after_absence = cause == "lost" and found and found[-1][1] in _ABSENT
        found.append((from_ms + SETTLE_MS if after_absence else from_ms, cause))
    return found


def _cause(sighting: Sighting) -> GapCause:
    if not sighting.recording:
        return "recording off"
    if sighting.error.startswith(DISK_FULL):
        return "disk full"
    if sighting.error.startswith(DISK_ERROR):
        return "disk error"
    match sighting.state:
        case "stalled":
            return "camera stalled"
        case "live":
            return "lost"
        case _:
            return "camera restarting"
