"""Which frames are judged: an even rate from an uneven stream, and thinning when the detector is behind."""

_GRACE_MS = 1
_SET_BACK_MS = 10_000
_SOON = 5
_BEHIND = 9


class Sampler:
    """Picks frames of rising times at most `fps` per second, the first ones at or after their due times."""

    def __init__(self, fps: float) -> None:
        self._step_ms = 1000 / fps
        self._due_ms: float | None = None

    def due(self, pts_ms: int) -> bool:
        """Whether this frame is to be judged; call once per frame."""
        if self._due_ms is not None and self._due_ms - _SET_BACK_MS < pts_ms < self._due_ms - _GRACE_MS:
            return False
        on_time = self._due_ms is not None and abs(pts_ms - self._due_ms) < self._step_ms
        base = self._due_ms if on_time and self._due_ms is not None else float(pts_ms)
        self._due_ms = base + self._step_ms
        return True


def frames_to_skip(waiting: int) -> int:
    """How many of the oldest waiting frames are given up before the next is judged.

    Half of them when a little behind, four of five when far: from 5 per second that is still one per second.
    """
    if waiting <= _SOON:
        return 0
    return 1 if waiting <= _BEHIND else 4
