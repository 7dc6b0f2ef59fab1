"""Which frames are judged: an even rate from an uneven stream, and thinning when the detector is behind."""

from collections.abc import Callable

_GRACE_MS = 1
_SET_BACK_MS = 10_000
_SOON_S = 1.0
_BEHIND_S = 1.8


class Sampler:
    """Picks frames of rising times at most `fps` per second, the first ones at or after their due times."""

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._picked_ms: float | None = None  # when the last picked frame was due

    def due(self, pts_ms: int, fps: float | None = None) -> bool:
        """Whether this frame is to be judged, at another rate from here on if one is given; call once per frame."""
        step_ms = 1000 / (fps or self._fps)
        due_ms = None if self._picked_ms is None else self._picked_ms + step_ms
        if due_ms is not None and due_ms - _SET_BACK_MS < pts_ms < due_ms - _GRACE_MS:
            return False
        on_time = due_ms is not None and abs(pts_ms - due_ms) < step_ms
        self._picked_ms = due_ms if on_time else float(pts_ms)
        return True


def at_most(fps: float) -> Callable[[int], bool]:
    """Of a film, whose times count from 0: in each of `fps` parts of a second the first frame alone."""
    step_ms = 1000.0 / fps
    due = 0

    def wanted(t_ms: int) -> bool:
        nonlocal due
        # Half a millisecond of grace: container times are rounded to its time base.
        if t_ms + 0.5 < due * step_ms:
            return False
        due = int((t_ms + 0.5) // step_ms) + 1
        return True

    return wanted


SPARSE_FPS = 1.0


def rate_at(pts_ms: int, motion: tuple[int, int | None] | None, fps: float) -> float:
    """Dense where there was motion, sparse around it; dense where nobody knows."""
    if motion is None or (motion[0] <= pts_ms and (motion[1] is None or pts_ms <= motion[1])):
        return fps
    return min(SPARSE_FPS, fps)


def frames_to_skip(waiting: int, fps: float = 5.0) -> int:
    """How many of the oldest waiting frames are given up before the next is judged; `fps`: at which rate they come.

    Half of them when a second behind, four of five when far: from 5 per second that is still one per second.
    """
    if waiting <= max(1, round(_SOON_S * fps)):
        return 0
    return 1 if waiting <= max(2, round(_BEHIND_S * fps)) else min(4, waiting - 1)
