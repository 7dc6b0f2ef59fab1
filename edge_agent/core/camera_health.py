"""Decides when a camera's process is killed and when it may start again. Pure: time is an argument (monotonic).

Invariants, held by tests/unit/edge_agent/core/test_camera_health.py:
1. The pause before a start grows from 1 s to at most 30 s and is reset only by a minute of pictures.
2. A process whose frames keep coming is never killed.
3. Media time that is behind the wall clock for long is begun anew; media time ahead of it never is: it would go back.
"""

from dataclasses import dataclass

_FIRST_FRAME_MS, _FIRST_FRAME_MOST_MS = 15_000, 60_000
_FIRST_FRAME_GROWTH = 15  # with pauses of 1, 2 and 4 s: 30, 45 and 60 s
_FIRST_FRAME_LOADING_MS = 300_000  # a sensor takes minutes to load a network
_STALL_MS = 2_000
_STALL_PERIODS = 5
_PAUSE_MS = 1_000
_LONGEST_PAUSE_MS = 30_000
_SOUND_MS = 60_000
_BEHIND_MS = 5_000
_BEHIND_FOR_MS = 10_000


def is_stalled(frame_age_ms: int | None, alive_ms: int, fps: float, *, loads: bool = False, pause_ms: int = 0) -> bool:
    """Whether a process that has lived `alive_ms` delivers too little; `frame_age_ms` None: no frame yet.

    `loads`: its sensor is given a network first. `pause_ms`: before this start; where starts fail again and again, each
    has more time, for a machine that is too busy would else never see a first picture.
    """
    if frame_age_ms is None:
        patience_ms = min(_FIRST_FRAME_MOST_MS, _FIRST_FRAME_MS + _FIRST_FRAME_GROWTH * pause_ms)
        return alive_ms > (_FIRST_FRAME_LOADING_MS if loads else patience_ms)
    period_ms = 1000 / fps if fps > 0 else 0.0
    return frame_age_ms > max(_STALL_MS, _STALL_PERIODS * period_ms)


@dataclass(frozen=True, slots=True)
class ClockWatch:
    """Whether the wall clock was set forward under a running camera, whose media time goes on as it began."""

    since_ms: int | None = None  # monotonic

    def look(self, now_ms: int, media_offset_ms: int) -> "ClockWatch":
        """Advance by one look; `media_offset_ms` is media time minus wall time."""
        if media_offset_ms >= -_BEHIND_MS:
            return ClockWatch()
        return self if self.since_ms is not None else ClockWatch(now_ms)

    def is_behind(self, now_ms: int) -> bool:
        """Whether that is no hiccup: the camera is to begin anew, at the time that is now."""
        return self.since_ms is not None and now_ms - self.since_ms > _BEHIND_FOR_MS


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before the next start."""

    pause_ms: int = 0

    def after(self, lived_ms: int, *, refused: bool) -> "Backoff":
        """The pause after a process that gave pictures for `lived_ms`; a refused source waits longest at once."""
        if refused:
            return Backoff(_LONGEST_PAUSE_MS)
        if lived_ms >= _SOUND_MS or self.pause_ms == 0:
            return Backoff(_PAUSE_MS)
        return Backoff(min(_LONGEST_PAUSE_MS, self.pause_ms * 2))
