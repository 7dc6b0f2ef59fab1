"""Runs two sets of rules side by side over one camera's past: the tried ones and those in force. Pure."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from controller.core.judge import CameraJudge
from controller.core.ppe import PixelScale
from controller.core.records import Detection, FrameBoxes, Occurrence, Rule
from controller.core.rules import Scene
from controller.core.stored_tracks import observations
from controller.core.trial import Changed, Raised, compare, merged
from shared.ids import CameraId

_UNKNOWN_SCALE = PixelScale(0.0, 0.0)
"""Stored tracks do not tell how large the picture was; nothing small is told apart from them."""


@dataclass(slots=True)
class _Side:
    """One set of rules. Occurrences are numbered, so that twice gives the same."""

    judge: CameraJudge
    occurrences: dict[str, Occurrence] = field(default_factory=dict)

    def keep(self, changed: Sequence[Occurrence]) -> None:
        self.occurrences |= {o.id: o for o in changed}

    def raised(self) -> tuple[Raised, ...]:
        self.keep(self.judge.finish())
        return merged(self.occurrences.values())


class Trial:
    """Call `see` or `replay` with rising times, then `changes`. Rules that are off, or another camera's, do nothing."""

    def __init__(
        self, camera: CameraId, tried: Sequence[Rule], in_force: Sequence[Rule], classes: Sequence[str]
    ) -> None:
        self._tried = _side(camera, tried, classes)
        self._in_force = _side(camera, in_force, classes)

    def see(self, pts_ms: int, detections: Sequence[Detection], aspect: float, scale: PixelScale) -> None:
        """Judge one picture by what a detector found in it; each side follows tracks as its rules ask for."""
        for side in (self._tried, self._in_force):
            seen = side.judge.track(pts_ms, detections, aspect)
            side.keep(side.judge.decide(pts_ms, seen, detections, scale).occurrences)

    def replay(self, frame: FrameBoxes, aspect: float) -> None:
        """Judge one stored frame of tracks; `aspect` is the picture's width / height."""
        scene = Scene(frame.pts_ms, observations(frame), (), _UNKNOWN_SCALE, aspect=aspect)
        for side in (self._tried, self._in_force):
            side.keep(side.judge.rules.step(scene))

    def changes(self) -> tuple[Changed, ...]:
        """What would have been alarmed, and what that changes; nothing may be seen after."""
        return compare(self._tried.raised(), self._in_force.raised())


def _side(camera: CameraId, rules: Sequence[Rule], classes: Sequence[str]) -> _Side:
    numbers = itertools.count(1)
    return _Side(CameraJudge(camera, rules, classes, lambda: str(next(numbers))))
