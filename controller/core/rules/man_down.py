"""A person down: one who stood and then lies still, told by boxes over time."""

import math
from dataclasses import dataclass, field

from controller.core.records import Rule
from controller.core.rules.held import Condition, Found
from controller.core.rules.scene import Frame
from controller.core.tracking import Observation
from shared.geometry import Box

FALLEN_CLASSES = frozenset({"fall", "fallen", "fallen person", "lying", "lying person", "man down", "person down"})
"""Classes of models that tell of the posture themselves."""

_STANDING = 1.4  # height / width of a standing person's box, at least
_LYING = 1.0
_FLAT = 0.75  # so flat that it lies, whoever saw it stand or not
_LOW = 0.45  # of its standing height: lying along the view
_DROP = 0.4  # of its standing height that the top of its box has come down
_STAND_MS = 10_000  # how long ago it may have stood when it is first seen lying
_UNSEEN_FALL_MS = 30_000  # lies still for this long without having been seen standing
_STILL = 0.3  # of its length per second
_STILL_MS = 800
_ASIDE = 0.5  # of its standing height that the foot may have moved up or down
_EDGE = 0.006
_TREMBLE = 0.06


@dataclass(slots=True)
class _Posture:
    """What is known of one track's standing and lying."""

    stood_ms: int | None = None
    stood: Box | None = None
    flat_ms: int | None = None
    down: bool = False


@dataclass(slots=True)
class Down(Condition):
    """Lies, lies still, and stood before; or lies flat and still for half a minute."""

    rule: Rule
    _postures: dict[int, _Posture] = field(default_factory=dict)

    def look(self, seen: Observation, frame: Frame) -> Found | None:
        track, now = seen.box.track_id, frame.now_ms
        posture = self._postures.get(track)
        if posture is None:
            self._postures = {one: p for one, p in self._postures.items() if frame.memory.knows(one)}
            posture = self._postures[track] = self._inherited(seen, frame)
        box, aspect = seen.box.box, frame.scene.aspect
        still = _still(seen, frame)
        if seen.box.class_name.casefold().replace("_", " ").replace("-", " ") in FALLEN_CLASSES:
            return Found(now) if still else None
        upright = upright_ratio(box, aspect)
        if _cut(box):
            return None
        if upright >= _STANDING and not self._fell(posture, box, upright, now):
            posture.stood_ms, posture.stood, posture.down, posture.flat_ms = now, box, False, None
            return None
        posture.flat_ms = (posture.flat_ms or now) if upright <= _FLAT and still else None
        if self._fell(posture, box, upright, now):
            posture.down = True
            return Found(now) if still else None
        posture.down = False
        if posture.flat_ms is not None and now - posture.flat_ms >= _UNSEEN_FALL_MS:
            return Found(now)
        return None

    def forget(self) -> None:
        self._postures.clear()

    def _fell(self, posture: _Posture, box: Box, upright: float, now: int) -> bool:
        """Whether one who stood is on the ground: the top came down, the place is the same."""
        stood, stood_ms = posture.stood, posture.stood_ms
        if stood is None or stood_ms is None:
            return False
        if not posture.down and now - stood_ms > _STAND_MS:
            return False
        height = stood.y2 - stood.y1
        dropped = box.y1 - stood.y1 >= _DROP * height
        lies = upright <= _LYING or box.y2 - box.y1 <= _LOW * height
        return dropped and lies and abs(box.y2 - stood.y2) <= _ASIDE * height

    def _inherited(self, seen: Observation, frame: Frame) -> _Posture:
        """A fall breaks many a track: the new one takes over from the nearest that stood here just now."""
        box = seen.box.box
        near: list[tuple[float, int]] = []
        for track, posture in self._postures.items():
            if track in frame.rows or posture.stood is None:
                continue
            stood = posture.stood
            height = stood.y2 - stood.y1
            aside = abs(box.foot[0] - stood.foot[0]) * frame.scene.aspect
            if aside <= height and abs(box.y2 - stood.y2) <= _ASIDE * height:
                near.append((aside, track))
        return self._postures.pop(min(near)[1]) if near else _Posture()


def upright_ratio(box: Box, aspect: float) -> float:
    """Height over width of a box as it looks, in a picture of this width / height."""
    return (box.y2 - box.y1) / max(1e-6, (box.x2 - box.x1) * aspect)


def _still(seen: Observation, frame: Frame) -> bool:
    """Whether it hardly moved over the last second; unknown is not still."""
    path = frame.memory.path(seen.box.track_id)
    earlier = [one for one in path if frame.now_ms - one[0] >= _STILL_MS][-1:]
    if not earlier:
        return False
    at, before = earlier[0]
    box, aspect = seen.box.box, frame.scene.aspect
    length = max((box.x2 - box.x1) * aspect, box.y2 - box.y1)
    (x1, y1), (x2, y2) = before.centre, box.centre
    return math.hypot((x2 - x1) * aspect, y2 - y1) <= length * (_TREMBLE + _STILL * (frame.now_ms - at) / 1000)


def _cut(box: Box) -> bool:
    """Whether the picture's edge hides a part of it: then its shape tells nothing."""
    return box.x1 <= _EDGE or box.x2 >= 1 - _EDGE or box.y1 <= _EDGE or box.y2 >= 1 - _EDGE
