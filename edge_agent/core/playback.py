"""Decides what of the ring one playback may give: one muxer's consecutive segments, not too long. Pure."""

from collections.abc import Sequence
from itertools import pairwise

from edge_agent.core.media import Run, Segment
from shared.errors import Rejected

LONGEST_MS = 600_000


def check_span(from_ms: int, to_ms: int) -> None:
    """Raise `Rejected` for a span that is empty or longer than ten minutes."""
    if from_ms < 0:
        raise Rejected("from_ms", "is before 1970")
    if to_ms <= from_ms:
        raise Rejected("to_ms", "is not after from_ms")
    if to_ms - from_ms > LONGEST_MS:
        raise Rejected("to_ms", f"is more than {LONGEST_MS} ms after from_ms: ask for parts")


def playable_run(segments: Sequence[Segment]) -> Run:
    """The run that these segments of one span make; its hashes are not computed, they are the store's business.

    Raises `Rejected` for none, or for segments that one film cannot hold: it tells up to where it can be asked.
    """
    if not segments:
        raise Rejected("from_ms", "nothing was recorded in this span, or it is no longer there")
    for before, after in pairwise(segments):
        if not after.follows(before):
            gap = f"a gap of {after.start_ms - before.end_ms} ms" if after.start_ms > before.end_ms else "a new start"
            raise Rejected(
                "to_ms", f"at {before.end_ms} there is {gap}: ask up to there, and from {after.start_ms} separately"
            )
    first = segments[0]
    length = sum(segment.length_bytes for segment in segments) - first.init_bytes * (len(segments) - 1)
    return Run(first.camera, tuple(segments), length, first.init_bytes, sha256="", md5="")


def piece_run(segments: Sequence[Segment], from_ms: int, for_ms: int, most_bytes: int) -> Run:
    """What plays at `from_ms` or soonest after it: `for_ms` of it or little more, never over a gap or a new start.

    Raises `Rejected` for none, and for a first segment that alone is more than `most_bytes`.
    """
    found: list[Segment] = []
    for segment in segments:
        if segment.end_ms <= from_ms:
            continue
        body_bytes = sum(one.length_bytes - one.init_bytes for one in (*found, segment))
        if found and (
            found[-1].end_ms >= max(from_ms, found[0].start_ms) + for_ms
            or not segment.follows(found[-1])
            or body_bytes > most_bytes
        ):
            break
        if body_bytes > most_bytes:
            raise Rejected("from_ms", f"one segment has {body_bytes} bytes: that is more than a piece may have")
        found.append(segment)
    return playable_run(found)
