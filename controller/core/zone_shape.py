"""Whether a zone's edge cuts itself: what counts as inside is then not what was meant. Pure."""

from dataclasses import dataclass

import numpy as np

from shared.errors import Rejected
from shared.geometry import Point, Polygon
from shared.texts import say

_FLAT = 1e-12  # of twice a triangle's area: its corners lie in one line
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two edges, each named by the place of the corner that it begins at, and where they meet."""

    first: int
    second: int
    at: Point


def crossing(zone: Polygon) -> Crossing | None:
    """The first place where two edges cross. Edges that only touch or lie on each other cross nothing."""
    start = np.array(zone, np.float64)
    count = len(start)
    way = np.roll(start, -1, axis=0) - start
    off = start[None, :, :] - start[:, None, :]  # [edge, corner]: from the edge's begin to the corner
    area = way[:, None, 0] * off[..., 1] - way[:, None, 1] * off[..., 0]
    side = np.where(np.abs(area) <= _FLAT, 0, np.sign(area))
    apart = side * np.roll(side, -1, axis=1) < 0  # the ends of [, edge] lie on both sides of [edge, ]
    for first, second in np.argwhere(apart & apart.T):
        if first < second:
            share = area[second, first] / (area[second, first] - area[second, (first + 1) % count])
            x, y = (start[first] + share * way[first]).tolist()
            return Crossing(int(first), int(second), (x, y))
    # an edge that goes through a corner whose own edges lie on both its sides
    length2 = (way**2).sum(axis=1)
    along = (off * way[:, None, :]).sum(axis=2)
    within = (side == 0) & (along > _FLAT) & (along < length2[:, None] - _FLAT)
    through = within & (np.roll(side, -1, axis=1) * np.roll(side, 1, axis=1) < 0)
    for first, second in np.argwhere(through):
        x, y = start[second].tolist()
        return Crossing(int(first), int(second), (x, y))
    return None


def check_shape(field: str, zone: Polygon, name: str) -> None:
    """Refuse a zone that crosses itself, by its name and the two edges."""
    found = crossing(zone)
    if found is None:
        return
    a, b = (found.first, found.second)
    last = len(zone)
    raise Rejected(
        field,
        say(
            "zone_crosses",
            zone=name,
            a=a + 1,
            b=(a + 1) % last + 1,
            c=b + 1,
            d=(b + 1) % last + 1,
            x=round(found.at[0], _DIGITS),
            y=round(found.at[1], _DIGITS),
        ),
    )
