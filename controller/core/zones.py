"""Presence in zones: foot points against many polygons at once, with hysteresis at a zone's edge."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shared.geometry import Box, Point, Polygon

_MARGIN_OF_HEIGHT = 0.15
_LEAST_MARGIN = 0.01
_ON_EDGE = 1e-9


class ZoneField:
    """Polygons packed for one pass over all of them."""

    def __init__(self, zones: Sequence[Polygon]) -> None:
        corners = [np.array(zone, np.float64) for zone in zones]
        self._count = len(corners)
        if not corners:
            return
        self._first = np.cumsum([0] + [len(c) for c in corners[:-1]])
        self._start = np.concatenate(corners)
        self._step = np.concatenate([np.roll(c, -1, axis=0) for c in corners]) - self._start
        length2 = (self._step**2).sum(axis=1)
        self._length2 = np.where(length2 == 0, 1.0, length2)
        rise = self._step[:, 1]
        self._slope = self._step[:, 0] / np.where(rise == 0, 1.0, rise)

    def measure(self, points: Sequence[Point]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """For every point and zone: whether it is inside (an edge counts), and how far the nearest edge is."""
        if not self._count or not points:
            shape = (len(points), self._count)
            return np.zeros(shape, np.bool_), np.zeros(shape, np.float64)
        at = np.array(points, np.float64)
        x, y = at[:, :1] - self._start[:, 0], at[:, 1:] - self._start[:, 1]
        crossed = ((y < 0) != (y < self._step[:, 1])) & (x < self._slope * y)
        inside = np.logical_xor.reduceat(crossed, self._first, axis=1)
        along = np.clip((x * self._step[:, 0] + y * self._step[:, 1]) / self._length2, 0.0, 1.0)
        away2 = (x - along * self._step[:, 0]) ** 2 + (y - along * self._step[:, 1]) ** 2
        distance = np.sqrt(np.minimum.reduceat(away2, self._first, axis=1))
        return inside | (distance <= _ON_EDGE), distance


def margin(box: Box) -> float:
    """Who is in stays in until the foot point is outside by more than this.

    A detector's boxes tremble by a share of their height, and a trembling foot on the edge must not break an
    occurrence.
    """
    return max(_LEAST_MARGIN, _MARGIN_OF_HEIGHT * (box.y2 - box.y1))


def edge_cuts(zone: Polygon, start: Point, end: Point) -> list[float]:
    """Where the straight way from `start` to `end` meets the zone's edge, as shares of it in order."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    cuts: list[float] = []
    for (x1, y1), (x2, y2) in zip(zone, zone[1:] + zone[:1], strict=True):
        ex, ey = x2 - x1, y2 - y1
        across = dx * ey - dy * ex
        if across == 0:
            continue
        along = ((x1 - start[0]) * ey - (y1 - start[1]) * ex) / across
        beside = ((x1 - start[0]) * dy - (y1 - start[1]) * dx) / across
        if 0 < along < 1 and 0 <= beside <= 1:
            cuts.append(along)
    return sorted(cuts)


def inside_share(zone: Polygon, start: Point, end: Point) -> float:
    """How long a piece of the straight way from `start` to `end` lies inside, in picture units."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    cuts = [0.0, *edge_cuts(zone, start, end), 1.0]
    middles = [(start[0] + dx * (a + b) / 2, start[1] + dy * (a + b) / 2) for a, b in pairwise(cuts)]
    within, _ = ZoneField([zone]).measure(middles)
    return float((np.diff(np.array(cuts)) * within[:, 0]).sum() * np.hypot(dx, dy))
