"""Presence in a zone: the foot point, with hysteresis at the zone's edge."""

from shared.geometry import Box, Polygon, contains, edge_distance

_MARGIN_OF_HEIGHT = 0.15
_LEAST_MARGIN = 0.01


def present(zone: Polygon | None, box: Box, *, was_present: bool) -> bool:
    """Whether a box stands in a zone (None: the whole picture).

    Who is in stays in until the foot point is outside by more than 15 % of the box's height: a detector's
    boxes tremble, and a trembling foot on the edge must not break an occurrence.
    """
    if zone is None or contains(zone, box.foot):
        return True
    if not was_present:
        return False
    margin = max(_LEAST_MARGIN, _MARGIN_OF_HEIGHT * (box.y2 - box.y1))
    return edge_distance(zone, box.foot) <= margin
