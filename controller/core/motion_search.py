"""What a search for motion asks, and what of its region no camera looks at. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from controller.core.motion_grids import Wish, cells_in, covers
from controller.core.search import DAY_MS, Window
from controller.core.spans import Span
from shared.errors import Rejected
from shared.geometry import Polygon, parse_polygon
from shared.motion_grid import COLUMNS, ROWS
from shared.texts import say

MOST_HEAT_MS = 31 * DAY_MS
_MS_DIGITS = 15


@dataclass(frozen=True, slots=True)
class MotionSearch:
    """Motion of one camera in at least `share` of the region; what is at most `apart_ms` apart is told as one."""

    window: Window
    camera: str
    region: Polygon
    share: float = 0.0
    apart_ms: int = 10_000

    def wish(self, windows: Sequence[Span]) -> Wish:
        """The same, for the grids of these times."""
        return Wish(self.region, windows, self.share, self.apart_ms)


def parse_region(text: str) -> Polygon:
    """Read `x,y x,y x,y …`, each 0..1; `Rejected` names the corner."""
    corners: list[object] = []
    for index, corner in enumerate(text.split()):
        try:
            corners.append([float(number) for number in corner.split(",")])
        except ValueError:
            raise Rejected(f"region[{index}]", say("corner_form")) from None
    return parse_polygon("region", corners)


def parse_place(cursor: str | None) -> int | None:
    """The moment in a cursor that was given out; `Rejected` for another."""
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _MS_DIGITS):
        raise Rejected("cursor", say("bad_cursor"))
    return int(cursor)


def masked_share(region: Polygon, masks: Sequence[Polygon]) -> float:
    """How much of the region lies under masks, where nothing is seen to move: 0..1."""
    cells = cells_in(region, ROWS, COLUMNS)
    hidden = np.zeros_like(cells)
    for mask in masks:
        hidden |= covers(mask, ROWS, COLUMNS)
    return float((cells & hidden).sum() / cells.sum())
