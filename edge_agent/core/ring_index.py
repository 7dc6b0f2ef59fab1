"""Which closed segments one camera's ring holds, and which go first when it is over its bytes. Pure.

Invariants, held by tests/unit/edge_agent/core/test_ring_index.py:
1. Segments are in order of time and their names are unique.
2. Without its `overflow`, what remains is within the bound, or is one segment.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from edge_agent.core.media import Segment

_SURE_S = 60


@dataclass(frozen=True, slots=True)
class RingBounds:
    """At most so many bytes, at least so much time; where both cannot be had the bytes count."""

    bytes_max: int
    minutes_min: int


def reach_s(room_bytes: int, ring_s: float, ring_bytes: int, bitrate_bps: int) -> float | None:
    """How far back a ring reaches once it fills `room_bytes`, None while nothing tells.

    It goes by what the ring holds, if that is a minute at least, else by what the camera gives now.
    """
    if ring_s >= _SURE_S and ring_bytes > 0:
        return room_bytes * ring_s / ring_bytes
    return room_bytes * 8 / bitrate_bps if bitrate_bps > 0 else None


class RingIndex:
    """The segments of one camera, oldest first."""

    def __init__(self, segments: Iterable[Segment] = ()) -> None:
        self._segments: list[Segment] = []
        self._names: set[str] = set()
        self.total_bytes = 0
        for segment in segments:
            self.add(segment)

    def __len__(self) -> int:
        return len(self._segments)

    def __iter__(self) -> Iterator[Segment]:
        return iter(self._segments)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def add(self, segment: Segment) -> None:
        """Add a closed segment; one of the same name is already there and stays."""
        if segment.name in self._names:
            return
        insort(self._segments, segment, key=lambda s: (s.start_ms, s.name))
        self._names.add(segment.name)
        self.total_bytes += segment.length_bytes

    def drop(self, name: str) -> Segment | None:
        """Forget a segment and give it; None when it is not there."""
        if name not in self._names:
            return None
        place = next(i for i, segment in enumerate(self._segments) if segment.name == name)
        dropped = self._segments.pop(place)
        self.total_bytes -= dropped.length_bytes
        self._names.discard(name)
        return dropped

    def between(self, start_ms: int, end_ms: int) -> tuple[Segment, ...]:
        """Segments that overlap [start_ms, end_ms), oldest first."""
        # Segments of one camera follow each other, so only the one before the first may reach in.
        first = max(0, bisect_right(self._segments, start_ms, key=lambda s: s.start_ms) - 1)
        found: list[Segment] = []
        for segment in self._segments[first:]:
            if segment.start_ms >= end_ms:
                break
            if segment.end_ms > start_ms:
                found.append(segment)
        return tuple(found)

    def overflow(self, bytes_max: int) -> tuple[Segment, ...]:
        """The oldest, without which the rest fits; never the newest one. They stay until they are dropped."""
        over: list[Segment] = []
        rest_bytes = self.total_bytes
        for segment in self._segments[:-1]:
            if rest_bytes <= bytes_max:
                break
            over.append(segment)
            rest_bytes -= segment.length_bytes
        return tuple(over)

    def mean_bytes(self) -> int:
        """What one segment takes; 0 when there is none."""
        return self.total_bytes // len(self._segments) if self._segments else 0

    def extent(self) -> tuple[float, int]:
        """Seconds of footage and bytes."""
        return sum(s.end_ms - s.start_ms for s in self._segments) / 1000, self.total_bytes

    def newest_end_ms(self) -> int | None:
        """Where the newest segment ends."""
        return max((segment.end_ms for segment in self._segments[-2:]), default=None)
