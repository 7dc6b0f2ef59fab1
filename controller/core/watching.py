"""Which cameras are judged all the time, and how that goes. Pure: time is an argument."""

from collections.abc import Iterable, Sequence
from typing import Literal

from controller.core.records import Rule, Watched
from controller.core.schedule import in_force
from shared.ids import CameraId

WatchState = Literal["watched", "behind", "unwatched"]

_EARLY_MS = 60_000
BEHIND_MS = 2_000
"""A frame that is judged later than this after its capture is behind."""
UNWATCHED_MS = 10_000
"""Nothing judged for this long: unwatched, and its alarm's grace begins. A worker tells every 3 s how far it came."""


def wanted(rules: Sequence[Rule], cameras: Iterable[CameraId], now_ms: int) -> frozenset[CameraId]:
    """The cameras on which a rule is in force that asks for it, or will be within a minute."""
    moments = (now_ms, now_ms + _EARLY_MS)
    asking = [rule for rule in rules if rule.enabled and rule.watched]
    watching = [rule for rule in asking if any(in_force(rule.schedule, at_ms) for at_ms in moments)]
    return frozenset(camera for camera in cameras if any(rule.camera in (None, camera) for rule in watching))


def state_of(watched: Watched, now_ms: int) -> WatchState:
    """How a camera is watched at `now_ms`."""
    if not watched.held or now_ms - watched.unwatched_since_ms >= UNWATCHED_MS:
        return "unwatched"
    return "behind" if (watched.lag_ms or 0) >= BEHIND_MS else "watched"
