"""Which bytes of a stored run play from a moment on: its init, and whole segments as they were recorded. Pure.

A run is the first segment's file, then the files of the others without their inits. Held by
tests/unit/controller/core/test_piece.py: the bytes of a piece are those of its segments, and of nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.live import PIECE_BYTES

MOST_BYTES = PIECE_BYTES


@dataclass(frozen=True, slots=True)
class SegmentSize:
    """One segment of a run: when it is, and how long its file was, init included."""

    start_ms: int
    end_ms: int
    length_bytes: int


@dataclass(frozen=True, slots=True)
class PlayableRun:
    """A stored run, as it is laid out."""

    run: str
    key: str
    codec: str
    length_bytes: int
    init_bytes: int
    segments: tuple[SegmentSize, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of one object: [0, init_bytes), then [from_byte, to_byte). They play from `start_ms` to `end_ms`."""

    run: str
    key: str
    codec: str
    init_bytes: int
    from_byte: int
    to_byte: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class RingPiece:
    """What a node pushes of its ring: init and whole segments, verbatim."""

    codec: str
    init_bytes: int
    length_bytes: int
    start_ms: int
    end_ms: int


def piece_of(runs: Sequence[PlayableRun], from_ms: int, for_ms: int) -> Piece | None:
    """What plays at `from_ms`, or else soonest after it: whole segments of one run, `for_ms` of them or little more.

    Of runs that both have the moment, the one that goes on longer. Runs whose segments are not told are passed over.
    """
    found = [one for run in runs if (one := _cut(run, from_ms, for_ms)) is not None]
    return min(found, key=lambda one: (max(one.start_ms, from_ms), -one.end_ms, one.run), default=None)


def _cut(run: PlayableRun, from_ms: int, for_ms: int) -> Piece | None:
    at = run.init_bytes
    if not 0 < at < run.length_bytes or not _adds_up(run):
        return None
    piece: Piece | None = None
    for segment in run.segments:
        begin, at = at, at + segment.length_bytes - run.init_bytes
        if segment.end_ms <= from_ms:
            continue
        if piece is None:
            piece = Piece(run.run, run.key, run.codec, run.init_bytes, begin, at, segment.start_ms, segment.end_ms)
        elif max(from_ms, piece.start_ms) + for_ms > piece.end_ms and at - piece.from_byte <= MOST_BYTES:
            piece = Piece(
                run.run, run.key, run.codec, run.init_bytes, piece.from_byte, at, piece.start_ms, segment.end_ms
            )
        else:
            break
    return piece if piece is not None and piece.to_byte - piece.from_byte <= MOST_BYTES else None


def _adds_up(run: PlayableRun) -> bool:
    bodies = [segment.length_bytes - run.init_bytes for segment in run.segments]
    return min(bodies, default=0) > 0 and run.init_bytes + sum(bodies) == run.length_bytes
