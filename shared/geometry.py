"""Boxes and polygons in picture coordinates 0..1: overlap, containment, checks."""

import math
from dataclasses import dataclass

from shared.errors import Rejected
from shared.texts import say

Point = tuple[float, float]
Polygon = tuple[Point, ...]

_MIN_CORNERS = 3
_MAX_CORNERS = 64
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-parallel rectangle, x right and y down, 0..1, x1 <= x2 and y1 <= y2."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def area(self) -> float:
        return max(0.0, self.x2 - self.x1) * max(0.0, self.y2 - self.y1)

    @property
    def foot(self) -> Point:
        """Bottom centre: where a standing person touches the ground."""
        return ((self.x1 + self.x2) / 2, self.y2)

    @property
    def centre(self) -> Point:
        return ((self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2)


def intersection(a: Box, b: Box) -> float:
    """Shared area of two boxes."""
    width = min(a.x2, b.x2) - max(a.x1, b.x1)
    height = min(a.y2, b.y2) - max(a.y1, b.y1)
    return width * height if width > 0 and height > 0 else 0.0


def iou(a: Box, b: Box) -> float:
    """Intersection over union, 0..1."""
    shared_area = intersection(a, b)
    union = a.area + b.area - shared_area
    return shared_area / union if union > 0 else 0.0


def contains(zone: Polygon, point: Point) -> bool:
    """Even-odd rule; a point on an edge counts as inside."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(zone, zone[1:] + zone[:1], strict=True):
        cross = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        if (
            abs(cross) < 1e-12  # noqa: PLR2004 - float noise
            and min(x1, x2) <= x <= max(x1, x2)
            and min(y1, y2) <= y <= max(y1, y2)
        ):
            return True
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def edge_distance(zone: Polygon, point: Point) -> float:
    """Distance from a point to the polygon's nearest edge, in picture widths/heights (0..1 units)."""
    x, y = point
    best = math.inf
    for (x1, y1), (x2, y2) in zip(zone, zone[1:] + zone[:1], strict=True):
        dx, dy = x2 - x1, y2 - y1
        length2 = dx * dx + dy * dy
        along = 0.0 if length2 == 0 else max(0.0, min(1.0, ((x - x1) * dx + (y - y1) * dy) / length2))
        best = min(best, math.hypot(x - x1 - along * dx, y - y1 - along * dy))
    return best


def parse_polygon(field: str, value: object) -> Polygon:
    """Read [[x,y],…] with 3 to 64 corners in 0..1, or raise `Rejected` naming the corner."""
    if not isinstance(value, list | tuple) or not _MIN_CORNERS <= len(value) <= _MAX_CORNERS:
        raise Rejected(field, say("corners", least=_MIN_CORNERS, most=_MAX_CORNERS))
    corners: list[Point] = []
    for index, corner in enumerate(value):
        if not isinstance(corner, list | tuple) or len(corner) != 2:  # noqa: PLR2004 - x and y
            raise Rejected(f"{field}[{index}]", say("corner_form"))
        numbers: list[float] = []
        for number in corner:
            if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= 1:
                raise Rejected(f"{field}[{index}]", say("out_of_range", value=repr(number)[:_SHOWN], least=0, most=1))
            numbers.append(float(number))
        corners.append((numbers[0], numbers[1]))
    return tuple(corners)
