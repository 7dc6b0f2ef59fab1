"""Decides which segments of a due span are held and which are cut into runs now. Pure.

Invariants, held by tests/unit/edge_agent/core/test_run_cutter.py:
1. A segment is in at most one run, and every due segment is in one when its span has finished.
2. A run's segments follow each other, and all or none of them are recovered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from edge_agent.core.media import Segment
from shared.ids import CameraId, EventId

MediaClass = Literal["promoted", "gated", "motion", "continuous"]


@dataclass(frozen=True, slots=True)
class Span:
    """Footage that is due for upload; `end_ms` None: it goes on."""

    id: str
    camera: CameraId
    start_ms: int
    end_ms: int | None
    media_class: MediaClass
    event: EventId | None = None


@dataclass(frozen=True, slots=True)
class CutRules:
    """How long a run is, and how long a finished span waits for footage that does not come."""

    run_ms: int = 8_000
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
    groups: list[list[Segment]] = []
    previous: Segment | None = None
    for segment in segments:
        if segment.name in taken:
            previous = None
            continue
        if previous is None or not segment.follows(previous) or segment.recovered != previous.recovered:
            groups.append([])
        groups[-1].append(segment)
        previous = segment
    last_is_open = previous is not None and not finished
    runs: list[tuple[Segment, ...]] = []
    for index, group in enumerate(groups):
        rest = _whole_runs(group, runs, rules)
        if rest and not (last_is_open and index == len(groups) - 1):
            runs.append(tuple(rest))
    return Cut(tuple(segment for group in groups for segment in group), tuple(runs), finished)


def _whole_runs(group: list[Segment], runs: list[tuple[Segment, ...]], rules: CutRules) -> list[Segment]:
    rest: list[Segment] = []
    for segment in group:
        rest.append(segment)
        length_bytes = sum(part.length_bytes for part in rest)
        if rest[-1].end_ms - rest[0].start_ms >= rules.run_ms or length_bytes >= rules.run_bytes:
            runs.append(tuple(rest))
            rest = []
    return rest
