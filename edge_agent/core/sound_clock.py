"""Lays sound on the pictures' time: a camera's two streams count from different instants. Pure.

What is quickest on its way tells: the freshest picture and the freshest sound that arrive at one instant were made at
one instant. So sound follows the pictures wherever their own clock drifts to.

Invariants, held by tests/unit/edge_agent/core/test_sound_clock.py:
1. Sound is given no time before a picture has come.
2. What arrives as fast as ever keeps its distance to what came before: the place moves only when it is over 40 ms off.
"""

from dataclasses import dataclass, field

_WINDOW_MS = 2_000
_OFF_MS = 40


@dataclass(slots=True)
class _Way:
    """The shortest time that something was on its way to us, of the last two windows."""

    _begun_ms: int | None = None
    _now_ms: float = 0.0
    _before_ms: float = 0.0

    def take(self, way_ms: float, now_ms: int) -> None:
        if self._begun_ms is None:
            self._begun_ms, self._now_ms, self._before_ms = now_ms, way_ms, way_ms
        elif now_ms - self._begun_ms >= _WINDOW_MS:
            self._begun_ms, self._before_ms, self._now_ms = now_ms, self._now_ms, way_ms
        else:
            self._now_ms = min(self._now_ms, way_ms)

    @property
    def shortest_ms(self) -> float | None:
        return None if self._begun_ms is None else min(self._now_ms, self._before_ms)


@dataclass(slots=True)
class SoundClock:
    """One camera's. All `now_ms` are media time."""

    _pictures: _Way = field(default_factory=_Way)
    _sounds: _Way = field(default_factory=_Way)
    _offset_ms: float | None = None

    def picture(self, pts_ms: int, now_ms: int) -> None:
        """A picture of that time came now."""
        self._pictures.take(now_ms - pts_ms, now_ms)

    def place(self, at_ms: float, now_ms: int) -> float | None:
        """The media time of sound that came now and has the time `at_ms` in its own stream."""
        self._sounds.take(now_ms - at_ms, now_ms)
        pictures_ms, sounds_ms = self._pictures.shortest_ms, self._sounds.shortest_ms
        if pictures_ms is None or sounds_ms is None:
            return None
        offset_ms = sounds_ms - pictures_ms
        if self._offset_ms is None or abs(offset_ms - self._offset_ms) > _OFF_MS:
            self._offset_ms = offset_ms
        return at_ms + self._offset_ms
