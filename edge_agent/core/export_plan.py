"""Decides what an export holds: which time, where it has gaps, and what its manifest says. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import Any

from edge_agent.core.media import Segment
from shared.errors import Rejected

SCHEMA = "cctv-export/1"
LONGEST_MS = 31 * 86_400_000


@dataclass(frozen=True, slots=True)
class Copied:
    """One segment of the export; `intact`: its bytes are those that were recorded, None when that is not known."""

    segment: Segment
    intact: bool | None


@dataclass(frozen=True, slots=True)
class Written:
    """One file of the export: a segment as it is in the ring, or consecutive ones of one muxer behind one init."""

    name: str
    copied: tuple[Copied, ...]
    length_bytes: int
    sha256: str

    @property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(one.segment for one in self.copied)


def read_time(text: str, zone: tzinfo | None, field: str) -> int:
    """Unix milliseconds of `2026-11-20T12:00:00+09:00`, of the same without an offset in `zone`, or of themselves."""
    if text.isascii() and text.isdigit() and 12 <= len(text) <= 15:  # noqa: PLR2004 - from 1973 on
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone) if zone is not None else moment.astimezone()
        unix_ms = round(moment.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        unix_ms = -1
    if unix_ms < 0:
        raise Rejected(field, "is no time (2026-11-20T12:00:00, with +09:00, or Unix milliseconds)")
    return unix_ms


def check_span(from_ms: int, to_ms: int) -> None:
    """Raise `Rejected` for a span that is empty or longer than 31 days."""
    if to_ms <= from_ms:
        raise Rejected("--to", "is not after --from")
    if to_ms - from_ms > LONGEST_MS:
        raise Rejected("--to", "is more than 31 days after --from")


def gaps(segments: Iterable[Segment], from_ms: int, to_ms: int) -> tuple[tuple[int, int], ...]:
    """What of the span no segment covers."""
    edges = [(from_ms, from_ms), *((s.start_ms, s.end_ms) for s in segments), (to_ms, to_ms)]
    return tuple((before[1], after[0]) for before, after in pairwise(edges) if after[0] > before[1])


def manifest(
    about: Mapping[str, str],
    span: tuple[int, int],
    written: Sequence[Written],
    moment: Mapping[int, tuple[str, str]],
) -> dict[str, Any]:
    """What the export says of itself; `moment` has each instant's UTC and site-local time."""

    def at(unix_ms: int) -> dict[str, Any]:
        utc, local = moment[unix_ms]
        return {"unix_ms": unix_ms, "utc": utc, "local": local}

    segments = [segment for one in written for segment in one.segments]
    return {
        "schema": SCHEMA,
        **about,
        "from": at(span[0]),
        "to": at(span[1]),
        "files": [
            {
                "name": one.name,
                "bytes": one.length_bytes,
                "sha256": one.sha256,
                "from": at(one.segments[0].start_ms),
                "to": at(one.segments[-1].end_ms),
                "segments": [
                    {
                        "name": part.segment.name,
                        "bytes": part.segment.length_bytes,
                        "sha256": part.segment.sha256,
                        "intact": part.intact,
                    }
                    for part in one.copied
                ],
            }
            for one in written
        ],
        "gaps": [{"from": at(start), "to": at(end)} for start, end in gaps(segments, *span)],
    }


def instants(span: tuple[int, int], written: Sequence[Written]) -> frozenset[int]:
    """Every instant that the manifest names."""
    segments = [segment for one in written for segment in one.segments]
    edges = {edge for segment in segments for edge in (segment.start_ms, segment.end_ms)}
    return frozenset({*span, *edges})
