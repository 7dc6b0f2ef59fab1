"""Decides which pictures of a live view still go out when the line does not carry them all. Pure.

Invariants, held by tests/unit/edge_agent/core/test_live_gate.py:
1. What goes out decodes: after anything left out the next picture is a keyframe.
2. Keyframes go forward in time, whatever the stream they come from.
"""

from dataclasses import dataclass

_LATE_MS = 3_000
_FORGET_PER_S_MS = 0.5  # of the shortest way a picture ever had: the clocks of camera and node drift apart


@dataclass(slots=True)
class LiveGate:
    """One view. A picture's lateness is how much longer than the quickest one it was on its way to us."""

    lag_ms: int = 0
    _shortest_ms: float | None = None
    _seen_ms: int = 0
    _newest_ms: int | None = None
    _needs_key: bool = True

    def take(self, pts_ms: int, now_ms: int, *, key: bool, keys_only: bool = False) -> bool:
        """Whether this picture goes out; `now_ms` is monotonic."""
        self.lag_ms = self._lag_ms(pts_ms, now_ms)
        if self.lag_ms > _LATE_MS or (keys_only and not key):
            self._needs_key = True
            return False
        if self._needs_key and (not key or (self._newest_ms is not None and pts_ms <= self._newest_ms)):
            return False
        self._needs_key = False
        self._newest_ms = pts_ms if self._newest_ms is None else max(self._newest_ms, pts_ms)
        return True

    def switch(self) -> None:
        """Another stream of the same camera follows."""
        self._needs_key = True

    def _lag_ms(self, pts_ms: int, now_ms: int) -> int:
        way_ms = float(now_ms - pts_ms)
        if self._shortest_ms is None:
            self._shortest_ms = way_ms
        else:
            forgotten_ms = (now_ms - self._seen_ms) / 1000 * _FORGET_PER_S_MS
            self._shortest_ms = min(way_ms, self._shortest_ms + forgotten_ms)
        self._seen_ms = now_ms
        return int(way_ms - self._shortest_ms)
