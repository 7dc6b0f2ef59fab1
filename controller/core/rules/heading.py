"""Going the wrong way: the foot's way over the last second against the allowed heading."""

import math
from dataclasses import dataclass

from controller.core.records import Rule
from controller.core.rules.held import Condition, Found
from controller.core.rules.scene import Frame
from controller.core.tracking import Observation
from shared.geometry import Point

_LONG_MS = 700
_SHORT_MS = 300
_LEAST_SPEED = 0.15  # box heights per second: slower is standing, also where the view foreshortens the way


def heading_deg(start: Point, end: Point, aspect: float) -> float:
    """Direction in the picture, 0 to 360: 0 up, 90 right."""
    return math.degrees(math.atan2((end[0] - start[0]) * aspect, start[1] - end[1])) % 360


def deviation_deg(a: float, b: float) -> float:
    """Angle between two headings, 0 to 180."""
    return abs((a - b + 180) % 360 - 180)


@dataclass(slots=True)
class WrongWay(Condition):
    """Moves, and further from the allowed heading than is tolerated."""

    rule: Rule

    def look(self, seen: Observation, frame: Frame) -> Found | None:
        path = frame.memory.path(seen.box.track_id)
        earlier = [(at, box) for at, box in path if frame.now_ms - at >= _LONG_MS][-1:] or [
            (at, box) for at, box in path if frame.now_ms - at >= _SHORT_MS
        ][:1]
        if not earlier or self.rule.heading_deg is None:
            return None
        (since_ms, before), now = earlier[0], seen.box.box
        aspect, height = frame.scene.aspect, (now.y2 - now.y1 + before.y2 - before.y1) / 2
        way = math.hypot((now.foot[0] - before.foot[0]) * aspect, now.foot[1] - before.foot[1])
        if height <= 0 or way < _LEAST_SPEED * height * (frame.now_ms - since_ms) / 1000:
            return None
        deviation = deviation_deg(heading_deg(before.foot, now.foot, aspect), self.rule.heading_deg)
        if deviation <= self.rule.tolerance_deg:
            return None
        return Found(since_ms, numbers=(("deviation_deg", deviation),))
