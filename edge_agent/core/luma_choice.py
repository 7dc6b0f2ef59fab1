"""Chooses the stream that motion is judged on: the sub stream, or the main one while that is silent. Pure."""

from dataclasses import dataclass

_SILENT_MS = 3_000


@dataclass(slots=True)
class LumaChoice:
    """`now_ms` is media time now, `pts_ms` that of a picture. What one stream showed the other does not show again."""

    silent_ms: int = _SILENT_MS
    _heard_ms: int | None = None
    _sub_ms: int | None = None
    _main_ms: int | None = None

    def take_sub(self, pts_ms: int, now_ms: int) -> bool:
        """Note a decoded picture of the sub stream; returns whether it is news."""
        self._heard_ms, self._sub_ms = now_ms, pts_ms
        return self._main_ms is None or pts_ms > self._main_ms

    def wants_main(self, now_ms: int) -> bool:
        """Whether the main stream has to be decoded: no sub stream yet, or none for too long."""
        return self._heard_ms is None or now_ms - self._heard_ms > self.silent_ms

    def take_main(self, pts_ms: int, now_ms: int) -> bool:
        """Note a decoded picture of the main stream; returns whether it is wanted and news."""
        if not self.wants_main(now_ms) or (self._sub_ms is not None and pts_ms <= self._sub_ms):
            return False
        self._main_ms = pts_ms
        return True
