"""What is left of a take where one of its segments is left out. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from controller.core.export import Segment, Take


def around(take: Take, place: int) -> tuple[tuple[Take, ...], tuple[Take, ...]]:
    """What comes before a segment of it, and what comes after: none or one take each."""
    before, after = take.segments[:place], take.segments[place + 1 :]
    return (_of(take, before),) if before else (), (_of(take, after),) if after else ()


def _of(take: Take, segments: Sequence[Segment]) -> Take:
    first, last = segments[0], segments[-1]
    init = take.init_bytes
    body = (first.offset_bytes, last.offset_bytes + last.length_bytes)
    ranges = ((0, body[1]),) if body[0] == init else ((0, init), body)
    return replace(take, start_ms=first.start_ms, end_ms=last.end_ms, ranges=ranges, segments=tuple(segments))
