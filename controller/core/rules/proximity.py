"""A person near a vehicle: distance and closing speed on the calibrated ground, in metres."""

from dataclasses import dataclass, field

import numpy as np

from controller.core.ground import Floats, Ground, to_segment_m
from controller.core.records import Rule
from controller.core.rules.held import Condition, Found
from controller.core.rules.scene import Frame
from controller.core.tracking import Observation
from shared.geometry import Box, intersection

_SPEED_MS = 1500
_LEAST_SPEED_MS = 300
_ABOARD_SHARE = 0.75
_ABOARD_RISE = 0.12  # of the vehicle's height: a driver's box ends above the wheels
_REACH = 2.0  # closing speed counts from this many times the distance


@dataclass(slots=True)
class Near(Condition):
    """Nearer to another thing than allowed, or coming nearer too fast."""

    rule: Rule
    ground: Ground
    _distances: dict[tuple[int, int], list[tuple[int, float]]] = field(default_factory=dict)
    _now_ms: int | None = None
    _sides: dict[int, tuple[Floats, Floats]] = field(default_factory=dict)
    _boxes: dict[int, Box] = field(default_factory=dict)

    def look(self, seen: Observation, frame: Frame) -> Found | None:
        if self._now_ms != frame.now_ms:
            self._begin(frame)
        foot = self.ground.metres([seen.box.box.foot])[0]
        if self.rule.distance_m is None or np.isnan(foot).any():
            return None
        found: list[tuple[float, float, int]] = []
        for other, (left, right) in self._sides.items():
            if other == seen.box.track_id or aboard(seen.box.box, self._boxes[other]):
                continue
            distance_m = to_segment_m(foot, left, right)
            closing_mps = self._closing((seen.box.track_id, other), frame.now_ms, distance_m)
            fast = self.rule.closing_mps is not None and closing_mps >= self.rule.closing_mps
            if distance_m <= self.rule.distance_m * (_REACH if fast else 1.0):
                found.append((distance_m, closing_mps, other))
        if not found:
            return None
        distance_m, closing_mps, other = min(found)
        numbers = (("distance_m", distance_m), ("closing_mps", max(one for _, one, _ in found)))
        return Found(frame.now_ms, numbers=numbers, also=(other,))

    def forget(self) -> None:
        self._distances.clear()
        self._now_ms = None

    def _begin(self, frame: Frame) -> None:
        """Once a frame: where the others' lower edges stand on the ground."""
        self._now_ms = frame.now_ms
        self._sides.clear()
        for seen in frame.of_classes(self.rule.others):
            if not seen.confirmed:
                continue
            box = seen.box.box
            left, right = self.ground.metres([(box.x1, box.y2), (box.x2, box.y2)])
            if not np.isnan(left).any() and not np.isnan(right).any():
                self._sides[seen.box.track_id], self._boxes[seen.box.track_id] = (left, right), box
        self._boxes = {track: self._boxes[track] for track in self._sides}
        self._distances = {
            pair: known for pair, known in self._distances.items() if frame.now_ms - known[-1][0] <= _SPEED_MS
        }

    def _closing(self, pair: tuple[int, int], now_ms: int, distance_m: float) -> float:
        """Metres per second by which they came nearer over the last second or so; 0 before that can be told."""
        known = [one for one in self._distances.get(pair, []) if now_ms - one[0] <= _SPEED_MS]
        known.append((now_ms, distance_m))
        self._distances[pair] = known
        if now_ms - known[0][0] < _LEAST_SPEED_MS:
            return 0.0
        at = np.array([(one - now_ms) / 1000 for one, _ in known])
        metres = np.array([one for _, one in known])
        at = at - at.mean()
        return float(-(at @ metres) / (at @ at))


def aboard(person: Box, vehicle: Box) -> bool:
    """Whether a person sits in the vehicle: mostly within its box, and not standing on the ground before it."""
    return intersection(person, vehicle) >= _ABOARD_SHARE * person.area and person.y2 <= vehicle.y2 - _ABOARD_RISE * (
        vehicle.y2 - vehicle.y1
    )
