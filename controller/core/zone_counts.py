"""How many things of each class are in each named zone of a camera, from its tracked frames. Pure."""

from collections import Counter
from collections.abc import Sequence

from controller.core.records import FrameBoxes, Rule
from controller.core.zones import ZoneField, margin
from shared.geometry import Polygon

Counted = dict[str, dict[str, int]]
"""Zone name -> class -> how many."""


def zones_of(rules: Sequence[Rule]) -> dict[str, Polygon]:
    """The named zones of the rules in force; of two with one name the first counts."""
    found: dict[str, Polygon] = {}
    for rule in rules:
        if rule.zone is not None and rule.zone_name:
            found.setdefault(rule.zone_name, rule.zone)
    return found


class ZoneCounts:
    """One camera's zones. A track on the edge of a zone is not counted in and out with every frame."""

    def __init__(self, zones: dict[str, Polygon]) -> None:
        self.zones = zones
        self._field = ZoneField(list(zones.values()))
        self._inside: dict[str, set[int]] = {name: set() for name in zones}

    def step(self, frame: FrameBoxes) -> Counted:
        """Count one judged frame."""
        counted: Counted = {}
        inside, distance = self._field.measure([box.box.foot for box in frame.boxes])
        for index, name in enumerate(self.zones):
            before = self._inside[name]
            here = [
                box
                for row, box in enumerate(frame.boxes)
                if inside[row, index] or (box.track_id in before and distance[row, index] <= margin(box.box))
            ]
            self._inside[name] = {box.track_id for box in here}
            counted[name] = dict(sorted(Counter(box.class_name for box in here).items()))
        return counted


def topic_level(zone_name: str) -> str:
    """A zone's name as one level of a topic."""
    return "".join("_" if sign in "/+#" or ord(sign) < ord(" ") else sign for sign in zone_name)[:100] or "_"
