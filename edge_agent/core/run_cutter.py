"""Decides which segments of a due span are held and which are cut into runs now. Pure.

Invariants, held by tests/unit/edge_agent/core/test_run_cutter.py:
1. A segment is in at most one run, and every due segment is in one when its span has finished.
2. A run's segments follow each other, and all or none of them are recovered.
3. While an event runs, its first run is the first footage of its motion; what was before the motion is a run after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.core.media import Segment
from shared.ids import CameraId, EventId
from shared.kinds import MediaClass


@dataclass(frozen=True, slots=True)
class Span:
    """Footage that is due for upload; `end_ms` None: it goes on."""

    id: str
    camera: CameraId
    start_ms: int
    end_ms: int | None
    media_class: MediaClass
    event: EventId | None = None
    motion_ms: int | None = None  # of an event: where its motion begins, after the pre-roll


@dataclass(frozen=True, slots=True)
class CutRules:
    """How long a run is, and how long a finished span waits for footage that does not come."""

    run_ms: int = 8_000
    continuous_ms: int = 60_000
    patience_ms: int = 30_000
    run_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cut:
    """What to do about a span: hold `due`, announce `runs`, forget the span when `finished`."""

    due: tuple[Segment, ...]
    runs: tuple[tuple[Segment, ...], ...]
    finished: bool


def cut(
    span: Span,
    segments: Sequence[Segment],
    taken: frozenset[str],
    newest_ms: int,
    now_ms: int,
    rules: CutRules,
) -> Cut:
    """Judge a span by the closed segments that overlap it, oldest first.

    Given besides: the names already `taken` by a run, the end of the camera's newest closed segment, and the
    time of day.
    """
    end_ms = span.end_ms
    finished = end_ms is not None and (newest_ms >= end_ms or now_ms - end_ms > rules.patience_ms)
    motion_ms = span.motion_ms if end_ms is None else None
    groups: list[list[Segment]] = []
    previous: Segment | None = None
    for segment in segments:
        if segment.name in taken:
            previous = None
            continue
        begins = motion_ms is not None and previous is not None and previous.end_ms <= motion_ms < segment.end_ms
        if begins or previous is None or not segment.follows(previous) or segment.recovered != previous.recovered:
            groups.append([])
        groups[-1].append(segment)
        previous = segment
    last_is_open = previous is not None and not finished
    moving = [part for part in segments if motion_ms is not None and part.end_ms > motion_ms]
    first_of_motion = bool(moving) and not any(part.name in taken for part in moving)
    runs: list[tuple[Segment, ...]] = []
    before_motion: list[tuple[Segment, ...]] = []
    for index, group in enumerate(groups):
        early = motion_ms is not None and group[-1].end_ms <= motion_ms
        into = before_motion if early else runs
        rest = group if early and not moving else _whole_runs(group, into, rules, span.media_class)
        if rest and (moving if early else first_of_motion or not (last_is_open and index == len(groups) - 1)):
            into.append(tuple(rest))
    due = tuple(segment for group in groups for segment in group)
    return Cut(due, (*runs, *before_motion), finished)


def _whole_runs(
    group: list[Segment], runs: list[tuple[Segment, ...]], rules: CutRules, media_class: MediaClass
) -> list[Segment]:
    run_ms = rules.continuous_ms if media_class == "continuous" else rules.run_ms
    rest: list[Segment] = []
    for segment in group:
        rest.append(segment)
        length_bytes = sum(part.length_bytes for part in rest)
        if rest[-1].end_ms - rest[0].start_ms >= run_ms or length_bytes >= rules.run_bytes:
            runs.append(tuple(rest))
            rest = []
    return rest
